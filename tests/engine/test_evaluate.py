"""Evaluation in a fixed order, paired with the original."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from tests.graph.graphs import Build
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import InputSpec
from workbench.data.dataset import Dataset
from workbench.data.sampling import stratified
from workbench.engine.base import evaluate
from workbench.engine.base.batches import samples_at_once
from workbench.engine.base.measured import with_answer
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

CLASSES = 5


def data(samples=500, labels=True):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((samples, CLASSES)).astype(np.float32)
    spec = InputSpec("x", "float32", (None, CLASSES))
    return Dataset("memory", {"x": x}, (spec,), x.argmax(1) if labels else None)


def identity(feeds):
    return [feeds["x"]]


def noisy(feeds):
    noise = np.sin(1000 * feeds["x"])
    return [feeds["x"] + 0.5 * noise]


def test_the_original_is_scored_once_on_everything():
    evaluator = evaluate.prepare(data(), identity, Job())
    figure = evaluator.baseline()
    assert (evaluator.metric.id, figure.value, figure.how, figure.samples) == ("top1", 1.0, "measured", 500)


def test_more_names_than_classes_are_refused():
    named = replace(data(), classes=tuple("abcdef"))
    with pytest.raises(UserError, match="The data has 6 class names, but the model has 5 classes"):
        evaluate.prepare(named, identity, Job())
    fewer = evaluate.prepare(replace(data(), classes=("a", "b")), identity, Job())
    assert fewer.data.classes == ("a", "b")


def test_without_labels_the_metric_is_agreement():
    evaluator = evaluate.prepare(data(labels=False), identity, Job())
    *_, (seen, scores) = evaluator.stream(noisy, Job())
    assert evaluator.metric.id == "agreement" and len(seen) == 500
    expected = (noisy({"x": evaluator.data.inputs["x"]})[0].argmax(1) == evaluator.data.inputs["x"].argmax(1)).mean()
    assert scores.mean() == expected < 1


def test_streaming_ends_at_the_whole_and_estimates_before():
    evaluator = evaluate.prepare(data(), identity, Job())
    figures = [
        (evaluator.figure(scores), evaluator.change(seen, scores)) for seen, scores in evaluator.stream(noisy, Job())
    ]
    assert [f.samples for f, _ in figures] == [16, 32, 64, 128, 192, 256, 320, 384, 448, 500]
    assert all(f.how == "estimated" and f.low < f.value < f.high for f, _ in figures[:-1])
    value, change = figures[-1]
    assert value.how == change.how == "measured" and value.low == value.value == value.high
    assert change.value == pytest.approx(value.value - 1.0)
    assert sum(c.low <= change.value <= c.high for _, c in figures) >= 8  # each holds in 95 of 100


def test_a_model_whose_input_fixes_the_batch_gets_no_other():
    spec = InputSpec("x", "float32", (50, CLASSES))
    fixed = Dataset("memory", data().inputs, (spec,), data().labels)
    evaluator = evaluate.prepare(fixed, identity, Job(), batch=50)
    assert {len(part) for part in evaluator.batches()} == {50}


def test_every_prefix_of_the_order_is_stratified():
    labels = np.repeat([0, 1, 2], [600, 300, 100])
    order = stratified(labels, 1000, seed=1)
    assert sorted(order) == list(range(1000))
    counts = np.bincount(labels[order[:100]])
    assert np.abs(counts - [60, 30, 10]).max() <= 1
    np.testing.assert_array_equal(order, stratified(labels, 1000, seed=1))


def test_cancelling_stops_between_batches():
    from workbench.core.base.errors import Cancelled

    evaluator = evaluate.prepare(data(), identity, Job())
    job = Job()
    stream = evaluator.stream(identity, job)
    next(stream)
    job.cancel()
    with pytest.raises(Cancelled):
        next(stream)


def test_an_output_whose_shape_depends_on_the_data_is_no_internal_error():
    """As what NonZero or NMS select, which is another number of rows after every edit: numpy would repeat one."""
    unlabelled = replace(data(40, labels=False), labels=None)
    evaluator = evaluate.prepare(unlabelled, lambda feeds: [(feeds["x"] > 0).astype(np.int64)], Job())
    for fewer in (slice(0, 1), slice(0, 2)):
        with pytest.raises(UserError, match="has no fixed shape"):
            list(evaluator.stream(lambda feeds, part=fewer: [(feeds["x"] > 0).astype(np.int64)[:, part]], Job()))
    with pytest.raises(UserError, match="has no fixed shape"):
        list(evaluator.stream(lambda feeds: [(feeds["x"] > 0).astype(np.int64)[:1]], Job()))
    with pytest.raises(UserError, match="is not a number"):
        evaluate.prepare(unlabelled, lambda feeds: [feeds["x"][:, :0]], Job())


def test_an_output_that_has_another_shape_for_each_sample_is_left_and_named():
    """As boxes that pass a threshold in a model of one sample at a time."""
    b = Build(opset=13)
    b.node("Relu", ["x"], "scores")
    found = b.node("NonZero", [b.node("Greater", ["x", b.constant("zero", 0.0)], "over")], "found")
    b.node("Cast", [found], "places", to=TensorProto.FLOAT)
    rows = np.random.default_rng(0).standard_normal((20, 6)).astype(np.float32)
    both = b.model({"x": [1, 6]}, {"places": None, "scores": None})
    dataset = Dataset("memory", {"x": rows}, both.inputs, None)
    answered, *_ = with_answer(runtime.session(both), dataset)
    assert answered.answer.name == "scores" and any("'places'" in note for note in answered.answer.notes)
    with pytest.raises(UserError, match=r"'places' \(its shape depends on the sample\)"):
        with_answer(runtime.session(b.model({"x": [1, 6]}, {"places": None})), dataset)


@pytest.mark.parametrize(("size", "expected"), [(8, 64), (512, 8)])
def test_fewer_samples_go_through_at_once_where_their_values_are_large(tmp_path, size, expected):
    """The runtime keeps what one run took: of images in many channels hundreds of megabytes."""
    net = f"""
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[n, 1, {size}, {size}] x) => (float[n, 4, {size}, {size}] y) <float[4, 1, 1, 1] w = {{1, 2, 3, 4}}>
    {{
        a = Conv (x, w)
        y = Relu (a)
    }}
    """
    onnx.save(onnx.parser.parse_model(net), tmp_path / "net.onnx")
    model = Workspace.open(str(tmp_path / "net.onnx"), Job()).model
    assert model.run_bytes == 2 * 4 * 4 * size * size, "the two that are there at once"
    assert samples_at_once(model) == expected
