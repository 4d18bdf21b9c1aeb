"""All built-in metrics by id, with their titles where the reference is a teacher."""

from collections.abc import Mapping
from dataclasses import replace

from workbench.core.base.message import Message
from workbench.data.metrics.boxes import OF_BOXES
from workbench.data.metrics.classes import BY_CLASS
from workbench.data.metrics.embeddings import OF_EMBEDDINGS
from workbench.data.metrics.maps import OF_PLACES
from workbench.data.metrics.metric import Metric
from workbench.data.metrics.texts import OF_TEXTS
from workbench.data.metrics.thresholds import AUC
from workbench.data.metrics.tokens import OF_TOKENS
from workbench.data.metrics.values import OF_NUMBERS

METRICS = {
    metric.id: metric
    for metric in (*BY_CLASS, AUC, *OF_PLACES, *OF_TOKENS, *OF_TEXTS, *OF_BOXES, *OF_EMBEDDINGS, *OF_NUMBERS)
}

TAUGHT = {  # titles of metrics, where what is compared with are the answers of teachers
    Message("top-1 agreement with the original"): Message("top-1 agreement with the teacher"),
    Message("agreement with the original"): Message("agreement with the teacher"),
    Message("token agreement with the original"): Message("token agreement with the teacher"),
    Message("pixel agreement with the original"): Message("pixel agreement with the teacher"),
    Message("cosine similarity to the original output"): Message("cosine similarity to the teacher's output"),
    Message("squared error relative to the original"): Message("squared error relative to the teacher"),
    Message("agreement with the original at {at:g}"): Message("agreement with the teacher at {at:g}"),
}


def against_teachers(metric: Metric) -> Metric:
    """Return the metric with the answers of teachers as its reference."""
    return _retitled(metric, TAUGHT)


def against_original(metric: Metric) -> Metric:
    """Return the metric with the answers of the original model as its reference."""
    return _retitled(metric, {taught: title for title, taught in TAUGHT.items()})


def _retitled(metric: Metric, titles: Mapping[Message, Message]) -> Metric:
    title = metric.title
    if not isinstance(title, Message) or title.template not in titles:
        return metric
    renamed = Message(titles[Message(title.template)], **title.arguments)
    return replace(metric, info=replace(metric.info, title=renamed))
