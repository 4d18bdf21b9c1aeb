"""The output that is measured is the one that tells something, its samples are found, and what is left out is said."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.graph.graphs import Build, opened
from workbench.core.analysis.measured import Measuring
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.analysis.compare import compare
from workbench.engine.api.export import export
from workbench.engine.base.evaluate import runner
from workbench.engine.preview.predict import predictor
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

BITS2 = Recipe((Row("*", (Action("quantize.affine", {"bits": 2}),)),))
FLOATS = np.random.default_rng(1).standard_normal


def workspace(tmp_path, build, outputs, types=None, inputs=None, **arrays):
    """A model of these nodes; outputs are float, but for those in `types`."""
    proto = build.proto(inputs or {"x": ["N", 8]}, outputs)
    for value in proto.graph.output:
        if value.name in (types or {}):
            value.type.CopyFrom(types[value.name])
    np.savez(tmp_path / "data.npz", **arrays)
    return Workspace(opened(proto)).attach(str(tmp_path / "data.npz"), Job())


def tensor(kind, shape=("N",)):
    return helper.make_tensor_type_proto(kind, shape)


BOTH, KINDS = {"label": ["N"], "prob": ["N", 4]}, {"label": tensor(TensorProto.INT64)}


def classifier():
    """A layer, its probabilities, and the class that is decided for; the class comes first."""
    b = Build()
    scores = b.node("MatMul", ["x", b.weight("w", 8, 4)], "scores")
    b.node("Softmax", [scores], "prob", axis=-1)
    b.node("ArgMax", ["prob"], "label", axis=1, keepdims=0)
    return b


@pytest.mark.slow
def test_class_numbers_come_first_and_the_scores_are_measured(tmp_path):
    x = FLOATS((64, 8)).astype(np.float32)
    opened_ = workspace(tmp_path, classifier(), BOTH, KINDS, x=x, y=np.arange(64) % 4)
    data = opened_.measurable().data
    assert (opened_.evaluator.metric.id, data.answer.name, data.answer.index) == ("top1", "prob", 1)
    assert data.answer.notes == (
        "The measured output is 'prob'.",
        "Not measured: 'label' (int64 of one value per sample).",
    )
    report = export(opened_, BITS2, str(tmp_path), Job(), timing=False)
    assert report.verified.agreement == 1.0 and report.verified.value == report.preview_value
    assert all(note in report.notes for note in data.answer.notes)
    for step in ("prune.taylor", "prune.snip", "prune.synflow"):  # gradients of the scores pass, past ArgMax
        assert (
            export(opened_, Recipe((Row("*", (Action(step),)),)), str(tmp_path), Job(), timing=False).verified.agreement
            == 1.0
        )
    assert predictor(opened_, Job()).kind == "loss"


@pytest.mark.parametrize("shape", [(4, 1, 1), (1, 1, 4), (4, 1), (1, 4)])
@pytest.mark.parametrize("labelled", ["numbers", "one-hot", "no labels"])
def test_scores_of_classes_with_axes_of_size_one_are_scores_of_classes(tmp_path, shape, labelled):
    """As a convolution ends SqueezeNet, or a dense layer over a sequence of one."""
    b = Build()
    b.node("MatMul", ["x", b.weight("w", 8, 4)], "scores")
    b.node("Reshape", ["scores", b.constant("shape", (-1, *shape), np.int64)], "logits")
    x = FLOATS((64, 8)).astype(np.float32)
    right = (x @ numpy_helper.to_array(b.initializers[0])).argmax(1)
    given = {"numbers": {"y": right}, "one-hot": {"y": np.eye(4, dtype=np.float32)[right]}, "no labels": {}}[labelled]
    evaluator = workspace(tmp_path, b, {"logits": ["N", *shape]}, x=x, **given).evaluator
    if len(shape) == 2 and labelled != "numbers":
        assert evaluator.metric.id not in ("top1", "agreement")  # a sequence has this shape, too
    else:
        assert evaluator.metric.id == ("agreement" if labelled == "no labels" else "top1")
        assert evaluator.baseline().value == 1.0


@pytest.mark.slow
def test_training_learns_the_output_that_is_measured(tmp_path):
    x = FLOATS((200, 8)).astype(np.float32)
    opened_ = workspace(tmp_path, classifier(), BOTH, KINDS, x=x)
    recipe = Recipe(BITS2.rows, recover=(Stage("distill", {"epochs": 2}),))
    report = export(opened_, recipe, str(tmp_path), Job(), timing=False)
    assert report.metric.title == "top-1 agreement with the original"
    assert report.verified.value >= report.recovery.unrecovered


def test_a_model_that_only_decides_is_measured_by_equality(tmp_path):
    x = FLOATS((64, 8)).astype(np.float32)
    labelled = workspace(tmp_path, classifier(), {"label": ["N"]}, KINDS, x=x, y=np.arange(64) % 4)
    bare = workspace(tmp_path, classifier(), {"label": ["N"]}, KINDS, x=x)
    assert (labelled.evaluator.metric.title, bare.evaluator.metric.title) == ("accuracy", "agreement with the original")
    assert bare.evaluator.baseline().value == 1.0 > labelled.evaluator.baseline().value
    report = export(bare, BITS2, str(tmp_path), Job(), timing=False)
    assert report.verified.value < 1.0 == report.verified.agreement
    with pytest.raises(UserError, match=r"No gradients|no gradient|ArgMax"):
        export(bare, Recipe((Row("*", (Action("prune.taylor"),)),)), str(tmp_path), Job(), timing=False)


@pytest.mark.parametrize("names", [("boxes", "logits"), ("a", "b")])
def test_of_a_detector_the_scores_are_measured_or_the_doubt_is_reported(tmp_path, names):
    """Boxes [n, 4] come first, then scores of 4 classes, whose names may say nothing."""
    b = Build()
    for name in names:
        b.node("MatMul", ["x", b.weight(f"w_{name}", 8, 4)], name)
    found = workspace(tmp_path, b, {name: ["N", 4] for name in names}, x=FLOATS((40, 8)).astype(np.float32))
    answer, metric = found.evaluator.data.answer, found.evaluator.metric.id
    doubt = [note for note in answer.notes if "choose the metric agreement" in note]
    if names == ("boxes", "logits"):
        assert (answer.name, metric, doubt) == ("logits", "agreement", [])
    else:
        assert (answer.name, metric, len(doubt)) == ("a", "relative_error", 1)
    assert any("Not measured" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("last", "title"),
    [("Sigmoid", "agreement with the original at 0.5"), ("Exp", "squared error relative to the original")],
)
def test_one_positive_output_has_a_metric_that_falls(tmp_path, last, title):
    b = Build()
    b.node(last, [b.node("MatMul", ["x", b.weight("w", 8, 1)], "s")], "p")
    opened_ = workspace(tmp_path, b, {"p": ["N", 1]}, x=FLOATS((256, 8)).astype(np.float32))
    assert opened_.evaluator.metric.title == title
    ruined = Recipe(
        (
            Row(
                "*",
                (
                    Action("prune.magnitude", {"sparsity": 0.9}),
                    Action("quantize.affine", {"bits": 2, "granularity": "tensor"}),
                ),
            ),
        )
    )
    report = export(opened_, ruined, str(tmp_path), Job(), timing=False)
    before, after = report.before.value.value, report.verified.value
    assert (before, after < 0.95) == (1.0, True) if last == "Sigmoid" else (before, after > 0.05) == (0.0, True)


def sequence_first():
    b = Build()
    b.node("Transpose", [b.node("MatMul", ["x", b.weight("w", 8, 3)], "h")], "y", perm=[1, 0, 2])
    return b


def test_samples_along_the_second_axis_are_counted_as_samples(tmp_path):
    x = FLOATS((32, 5, 8)).astype(np.float32)
    opened_ = workspace(tmp_path, sequence_first(), {"y": [5, "N", 3]}, inputs={"x": ["N", 5, 8]}, x=x)
    data = opened_.measurable().data
    assert (data.answer.axis, data.samples, len(opened_.evaluator.scores)) == (1, 32, 32)
    assert data.answer.notes == ("The measured output is 'y' (samples along axis 1).",)
    report = export(opened_, BITS2, str(tmp_path), Job(), timing=False)
    assert report.verified.samples == 32 and 0 < report.verified.value < 1
    assert compare(opened_, opened_, Job()).agreement == 1.0
    labelled = workspace(
        tmp_path,
        sequence_first(),
        {"y": [5, "N", 3]},
        inputs={"x": ["N", 5, 8]},
        x=x,
        y=np.arange(160).reshape(32, 5) % 3,
    )
    assert labelled.evaluator.metric.id == "token_accuracy" and len(labelled.evaluator.scores) == 32


@pytest.mark.parametrize("batch", [1, 4])
def test_samples_are_found_where_the_batch_is_fixed(tmp_path, batch):
    x = FLOATS((12, 4, 8)).astype(np.float32)  # as many steps as samples at a time: the shape alone does not tell
    opened_ = workspace(tmp_path, sequence_first(), {"y": [4, batch, 3]}, inputs={"x": [batch, 4, 8]}, x=x)
    assert (opened_.data.answer.axis, len(opened_.evaluator.scores)) == (1, 12)


def test_steps_that_were_merged_with_the_samples_are_distinguished(tmp_path):
    b = Build()
    flat = b.node("Reshape", ["x", b.constant("shape", [-1, 8], np.int64)], "flat")
    b.node("MatMul", [flat, b.weight("w", 8, 3)], "y")
    x = FLOATS((32, 5, 8)).astype(np.float32)
    opened_ = workspace(tmp_path, b, {"y": [None, 3]}, inputs={"x": ["N", 5, 8]}, x=x)
    assert opened_.data.answer.notes == ("The measured output is 'y' (5 entries per sample).",)
    assert len(opened_.evaluator.scores) == 32


def test_an_output_for_all_samples_is_refused_before_any_work(tmp_path):
    b = Build()
    b.node("ReduceSum", [b.node("MatMul", ["x", b.weight("w", 8, 4)], "h")], "out", keepdims=0)
    with pytest.raises(UserError, match=r"No output of the model has one result per sample: 'out' \(has no batch axis"):
        workspace(tmp_path, b, {"out": []}, x=FLOATS((64, 8)).astype(np.float32))
    b.node("Transpose", ["h"], "t", perm=[1, 0])
    b.node("MatMul", ["h", "t"], "every")  # of every sample with every other
    with pytest.raises(UserError, match=r"'every' \(has no batch axis"):
        workspace(tmp_path, b, {"every": ["N", "N"]}, x=FLOATS((64, 8)).astype(np.float32))
    opened_ = workspace(tmp_path, b, {"out": [], "h": ["N", 4]}, x=FLOATS((64, 8)).astype(np.float32))
    assert opened_.data.answer.name == "h" and "'out' (has no batch axis)" in opened_.data.answer.notes[1]


def test_outputs_that_tell_nothing_stand_back(tmp_path):
    b = Build()
    h = b.node("MatMul", ["x", b.weight("w", 8, 4)], "h")
    b.node("Sqrt", [b.node("Neg", [b.node("Abs", [h], "a")], "n")], "unknown")
    b.node("Mul", [h, b.constant("zero", 0.0)], "same")
    b.node("Tanh", [h], "useful")
    opened_ = workspace(
        tmp_path, b, {"unknown": ["N", 4], "same": ["N", 4], "useful": ["N", 4]}, x=FLOATS((64, 8)).astype(np.float32)
    )
    assert opened_.data.answer.name == "useful"
    assert "'unknown' (not a number (NaN))" in opened_.data.answer.notes[1]


def test_labels_choose_the_output_that_they_fit(tmp_path):
    b = Build()
    h = b.node("MatMul", ["x", b.weight("w", 8, 4)], "h")
    b.node("MatMul", [h, b.weight("v", 4, 2)], "value")
    x = FLOATS((64, 8)).astype(np.float32)
    outputs = {"h": ["N", 4], "value": ["N", 2]}
    targets = workspace(tmp_path, b, outputs, x=x, y=FLOATS((64, 2)).astype(np.float32))
    assert (targets.data.answer.name, targets.evaluator.metric.id) == ("value", "mse")
    one_hot = workspace(tmp_path, b, outputs, x=x, y=np.eye(4, dtype=np.float32)[np.arange(64) % 4])
    assert (one_hot.data.answer.name, one_hot.evaluator.metric.id) == ("h", "top1")
    assert one_hot.data.labels.tolist() == (np.arange(64) % 4).tolist()
    with pytest.raises(UserError, match="labels run from 0 to 9, but the model has 4 classes"):
        workspace(tmp_path, b, outputs, x=x, y=np.arange(64) % 10)


def test_outputs_of_another_model_are_found_by_name(tmp_path):
    x = FLOATS((64, 8)).astype(np.float32)
    first = workspace(tmp_path, classifier(), BOTH, KINDS, x=x)
    other = workspace(tmp_path, classifier(), {"prob": ["N", 4], "label": ["N"]}, KINDS, x=x)
    assert compare(first, other, Job()).agreement == 1.0
    alone = workspace(tmp_path, classifier(), {"label": ["N"]}, KINDS, x=x)
    with pytest.raises(UserError, match="has no output 'prob'"):
        compare(first, alone, Job())


def two_heads():
    """An embedding of as many values as there could be classes, a number, and the scores of three classes."""
    b = Build()
    hidden = b.node("Tanh", [b.node("MatMul", ["x", b.weight("w", 8, 16)], "h")], "t")
    b.node("MatMul", [hidden, b.weight("e", 16, 24)], "vector")
    b.node("MatMul", [hidden, b.weight("s", 16, 3)], "scores")
    return b


HEADS = {"vector": ["N", 24], "scores": ["N", 3]}
FROM_GRADIENTS = ("prune.taylor", "prune.fisher", "prune.snip", "prune.synflow")


def test_of_outputs_that_labels_fit_the_one_that_answers_much_worse_is_not_measured(tmp_path):
    x = FLOATS((64, 8)).astype(np.float32)
    unlabelled = workspace(tmp_path, two_heads(), HEADS, x=x)
    (_, scores) = runner(runtime.session(unlabelled.model))({"x": x})
    opened_ = workspace(tmp_path, two_heads(), HEADS, x=x, y=scores.argmax(1))
    assert opened_.measurable().data.answer.name == "scores" and opened_.evaluator.baseline().value == 1.0


@pytest.mark.slow
def test_layers_of_other_outputs_are_trained_beside_and_pruned_by_gradients_of_these(tmp_path):
    x = FLOATS((80, 8)).astype(np.float32)
    opened_ = workspace(tmp_path, two_heads(), HEADS, x=x, y=np.zeros(80, int))
    every = Recipe((Row("*", (Action("quantize.affine", {"bits": 4}),)),), 0, (Stage("finetune", {"epochs": 1}),))
    assert len(export(opened_, every, str(tmp_path), Job(), timing=False).layers) == 3
    for step in FROM_GRADIENTS:
        report = export(
            opened_, Recipe((Row("*", (Action(step, {"sparsity": 0.5}),)),)), str(tmp_path), Job(), timing=False
        )
        assert sum(layer.zeros * layer.parameters for layer in report.layers) > 100, step
        assert min(layer.zeros for layer in report.layers) > 0.05, step


@pytest.mark.parametrize("idle", ["Identity", "Abs", "Relu"])
def test_an_output_that_no_layer_changes_is_not_what_is_measured(tmp_path, idle):
    b = Build()
    b.node(idle, ["x"], "echo")
    b.node("MatMul", ["x", b.weight("w", 8, 6)], "scores")
    outputs = {"echo": ["N", 8], "scores": ["N", 6]}
    found = workspace(tmp_path, b, outputs, x=FLOATS((40, 8)).astype(np.float32)).measurable().data.answer
    assert found.name == "scores" and "'echo' (no layer changes it)" in found.notes[1]


def test_it_is_measured_where_it_is_asked_for(tmp_path):
    b = Build()
    b.node("Identity", ["x"], "echo")
    b.node("MatMul", ["x", b.weight("w", 8, 6)], "scores")
    np.savez(tmp_path / "data.npz", x=FLOATS((40, 8)).astype(np.float32))
    model = Workspace(opened(b.proto({"x": ["N", 8]}, {"echo": ["N", 8], "scores": ["N", 6]})))
    asked = model.attach(str(tmp_path / "data.npz"), Job(), measuring=Measuring(output="echo"))
    assert asked.measurable().data.answer.name == "echo"


def test_samples_that_chose_the_output_are_not_run_again(tmp_path, monkeypatch):
    """Of few samples, all: the original is measured by what the choice of the output has run."""
    ran = []
    once = runtime.run

    def counted(session, feeds, *arguments, **keywords):
        ran.append(len(feeds["x"]))
        return once(session, feeds, *arguments, **keywords)

    monkeypatch.setattr(runtime, "run", counted)
    b = Build()
    b.node("MatMul", ["x", b.weight("w", 8, 4)], "y")
    attached = workspace(tmp_path, b, {"y": ["N", 4]}, x=FLOATS((40, 8)).astype(np.float32))
    assert ran.count(40) == 1
    session = runtime.session(attached.model)
    expected = session.run(None, {"x": np.load(tmp_path / "data.npz")["x"]})[0]
    (measure,) = attached.measurable().measures
    assert np.array_equal(measure.original[np.arange(40)], expected)
