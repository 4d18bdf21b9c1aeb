"""Answers of the original and the compressed model to a sample that the user supplies."""

from dataclasses import replace

import numpy as np

from workbench.core.analysis.prediction_diff import Guess, SampleAnswer
from workbench.core.base.errors import UserError
from workbench.core.base.files import exists
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.data.class_names import name_of
from workbench.data.dataset import Dataset
from workbench.data.metrics.classes import decides_classes
from workbench.data.preprocessing import Rules, beside, read_rules
from workbench.engine.base.evaluate import runner
from workbench.engine.data_check.one_sample import open_sample
from workbench.engine.data_check.thumbnails import Pictures
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

BEST = 5  # classes that are told
LOOKED_AT = 64  # samples of the data whose range is compared
FAR = 0.5  # of that range beyond it


def answer(workspace: Workspace, path: str, recipe: Recipe, job: Job) -> SampleAnswer:
    """Return the answers of both models to the first sample of a file, preprocessed as the attached data. Raises
    UserError if the file or the recipe does not fit."""
    workspace.model.require_network()
    data = workspace.data
    sample = _opened(workspace, path)
    feeds = sample.feeds(slice(0, sample.at_once(1)))
    result, trained = workspace.shown(recipe, job.part(0.0, 0.8))
    before = runner(runtime.session(workspace.model))(feeds)
    after = before
    if not result.nothing:
        after = runner(runtime.session(effective(result.model, result.edits)))(feeds)
    job.check()
    if data is not None:
        was, now = (np.asarray(data.answer.of(outputs))[0] for outputs in (before, after))
    else:
        was, now = (np.asarray(outputs[0])[0] for outputs in (before, after))
    if was.shape != now.shape:
        raise UserError("The outputs of both models have different shapes.", "Change the recipe.")
    decides = workspace.evaluator is not None and decides_classes(workspace.evaluator.metric) and was.ndim == 1
    names = data.classes if data is not None else ()
    pictures = Pictures(sample)
    return SampleAnswer(
        path,
        _best(was, names) if decides else (),
        _best(now, names) if decides else (),
        _error(was, now),
        float(np.abs(now.astype(np.float64) - was).max(initial=0)),
        int(was.size),
        tuple(float(value) for value in was.ravel()[:BEST]),
        tuple(float(value) for value in now.ravel()[:BEST]),
        pictures.of(0),
        (*sample.notes, *_doubts(sample, data)),
        trained,
    )


def _opened(workspace: Workspace, path: str) -> Dataset:
    """Read the sample, by the rules of the attached data; a class or a sentence from its reader is kept in notes."""
    data, specs = workspace.data, workspace.model.summary().inputs
    if data is None:
        sample = open_sample(path, specs, Rules())
        return replace(sample, notes=(*sample.notes, Message("No data is attached: pixels are divided by 255.")))
    file = beside(data.path) if exists(data.path) else None
    rules = read_rules(file) if file is not None else Rules()
    folder = any(getattr(column, "slow", False) for column in data.inputs.values())
    if not folder and rules.scale is None:
        rules = replace(rules, scale=_scale(data))
    sample = open_sample(path, specs, rules, data.constants, arrays=not folder)
    note = Message("Preprocessed as the attached data.")
    return replace(sample, notes=(*sample.notes, note))


def _scale(data: Dataset) -> float | None:
    """Return 1 if the data itself has pixels 0 to 255; else None."""
    low, high = _range(data)
    return 1.0 if low >= 0 and high > 2 else None


def _range(data: Dataset) -> tuple[float, float]:
    """Return the range of values of the first samples, for the first input."""
    feeds = data.feeds(slice(0, min(LOOKED_AT, data.samples)))
    values = feeds[next(iter(data.inputs))]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _doubts(sample: Dataset, data: Dataset | None) -> tuple[Message, ...]:
    """Return doubts: a sample whose values are in another range was probably preprocessed differently than the data."""
    if data is None:
        return ()
    (low, high), (least, most) = _range(data), _range(sample)
    room = FAR * (high - low)
    if low - room <= least and most <= high + room:
        return ()
    return (
        Message(
            "Values of this sample are {least:.3g} to {most:.3g}, those of the data {low:.3g} to {high:.3g}.",
            least=least,
            most=most,
            low=low,
            high=high,
        ),
    )


def _probabilities(scores: np.ndarray) -> np.ndarray:
    """Return the model's probabilities, or the softmax of its scores."""
    values = scores.astype(np.float64)
    if values.min() >= 0 and abs(values.sum() - 1) < 1e-3:
        return values
    raised = np.exp(values - values.max())
    return raised / raised.sum()


def _best(scores: np.ndarray, names: tuple[str, ...]) -> tuple[Guess, ...]:
    """Return the most probable classes of one model."""
    shares = _probabilities(scores)
    order = np.argsort(-shares, kind="stable")[:BEST]
    return tuple(Guess(name_of(names, int(place)), float(shares[place])) for place in order)


def _error(was: np.ndarray, now: np.ndarray) -> float:
    """Return |now − was| / |was|, Euclidean; 0 where both are zero."""
    size = float(np.linalg.norm(was.astype(np.float64)))
    apart = float(np.linalg.norm(now.astype(np.float64) - was))
    return apart / size if size else float(apart > 0)
