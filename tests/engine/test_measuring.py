"""What the user asks to be measured: outputs, metrics, several at once, one's own, next tokens."""

import numpy as np
import pytest
from onnx import TensorProto

from tests.graph.graphs import Build, opened
from workbench.core.analysis.measured import Measuring
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.analysis.evaluation import evaluate
from workbench.engine.base import evaluate as evaluating
from workbench.engine.base import originals
from workbench.engine.data_check.check import check
from workbench.engine.preview.previewer import effective
from workbench.engine.training.forgetting import evaluated, gained
from workbench.engine.workspace import Workspace

RNG = np.random.default_rng(1)
X = RNG.standard_normal((60, 8)).astype(np.float32)
BITS2 = Recipe((Row("*", (Action("quantize.affine", {"bits": 2}),)),))


def workspace(
    tmp_path, build, outputs, inputs=None, types=None, measuring=(), trusted=frozenset(), output="", **arrays
):
    proto = build.proto(inputs or {"x": ["N", 8]}, outputs)
    for value in [*proto.graph.output, *proto.graph.input]:
        if value.name in (types or {}):
            value.type.tensor_type.elem_type = types[value.name]
    np.savez(tmp_path / "data.npz", **arrays)
    return Workspace(opened(proto), trusted=trusted).attach(
        str(tmp_path / "data.npz"), Job(), trusted=trusted, measuring=Measuring.of(measuring, output)
    )


def two_heads():
    b = Build()
    b.node("MatMul", ["x", b.weight("w", 8, 4)], "scores")
    b.node("MatMul", ["x", b.weight("v", 8, 3)], "embedding")
    return b


HEADS = {"scores": ["N", 4], "embedding": ["N", 3]}


def test_several_metrics_are_measured_in_one_run(tmp_path):
    opened_ = workspace(tmp_path, two_heads(), HEADS, measuring="f1,top1,cosine@embedding", x=X, y=np.arange(60) % 4)
    before, after = evaluate(opened_, None, Job()), evaluate(opened_, BITS2, Job())
    assert [before.id, *(each.id for each in before.beside)] == ["f1", "top1", "cosine"]
    scores = opened_.evaluator.measures
    assert [each.answer.name for each in scores] == ["scores", "scores", "embedding"]
    assert before.beside[1].value.value == 1.0 > after.beside[1].value.value
    assert after.beside[0].value.value == pytest.approx(after.to_json()["metrics"]["top1"]["value"])
    assert after.to_json()["metrics"]["f1"]["value"] == after.value


def test_the_output_is_the_one_that_is_asked_for(tmp_path):
    opened_ = workspace(tmp_path, two_heads(), HEADS, output="embedding", x=X)
    assert opened_.evaluator.data.answer.name == "embedding"
    both = workspace(tmp_path, two_heads(), HEADS, output="embedding,scores", measuring="sqnr", x=X)
    assert both.evaluator.answer([np.zeros((2, 4)), np.ones((2, 3))]).tolist() == [[1] * 3 + [0] * 4] * 2
    with pytest.raises(UserError, match="The output 'other' cannot be measured: the model has no such output"):
        workspace(tmp_path, two_heads(), HEADS, output="other", x=X)


def test_samples_without_a_label_are_left_out(tmp_path):
    y = np.arange(60) % 4
    y[[3, 7]] = -1
    opened_ = workspace(tmp_path, two_heads(), HEADS, x=X, y=y)
    assert (opened_.evaluator.metric.id, opened_.data.samples) == ("top1", 58)
    assert "2 samples without a label are left out." in opened_.data.answer.notes


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["ant", "bee", "cow", "dog"])[np.arange(60) % 4],
        (np.arange(60) % 4).astype(np.float64),
        np.eye(4)[np.arange(60) % 4],
        (np.arange(60) % 4)[:, None],
        (np.arange(60) % 4).astype(np.uint8),
    ],
    ids=["names", "floats", "one-hot", "column", "bytes"],
)
def test_forms_of_class_labels_give_the_same_figure(tmp_path, labels):
    names = np.array(["ant", "bee", "cow", "dog"])
    plain = workspace(tmp_path, two_heads(), HEADS, x=X, y=np.arange(60) % 4, measuring="top1,f1,balanced_accuracy")
    other = workspace(
        tmp_path, two_heads(), HEADS, x=X, y=labels, class_names=names, measuring="top1,f1,balanced_accuracy"
    )
    for a, b in zip(plain.evaluator.measures, other.evaluator.measures, strict=True):
        np.testing.assert_array_equal(a.scores, b.scores)


def test_names_that_no_class_has_are_refused(tmp_path):
    names = np.array(["ant", "bee", "cow", "dog"])
    with pytest.raises(UserError, match="The labels eel are not among the class names"):
        workspace(tmp_path, two_heads(), HEADS, x=X, y=np.array(["ant", "eel"] * 30), class_names=names)


# -- functions of the user -----------------------------------------------------------------------------------------

OWN = '''
import numpy as np

def margin(outputs, targets):
    """Of each sample."""
    own = outputs[np.arange(len(targets)), targets]
    rest = np.where(np.eye(outputs.shape[1], dtype=bool)[targets], -np.inf, outputs).max(axis=1)
    return own - rest

def correct(outputs, targets):
    return float((outputs.argmax(axis=1) == targets).mean())

correct.unit, correct.title = "%", "correct"

def broken(outputs, targets):
    return outputs.nothing
'''


def test_ones_own_function_gives_scores_or_one_number(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    each, whole = f"{tmp_path}/own.py:margin", f"{tmp_path}/own.py:correct"
    allowed = frozenset([each, whole])
    opened_ = workspace(
        tmp_path, two_heads(), HEADS, x=X, y=np.arange(60) % 4, measuring=[whole, each, "top1"], trusted=allowed
    )
    found = evaluate(opened_, BITS2, Job())
    assert found.metric.title == "correct" and found.value == found.beside[1].value.value
    assert 0 <= found.low < found.value < found.high <= 1
    assert opened_.evaluator.measures[1].scores.shape == (60,)


def test_ones_own_function_may_change_what_it_is_given(tmp_path):
    (tmp_path / "own.py").write_text(
        "def own(outputs, targets):\n    outputs[:], targets[:] = 0, 3\n    return targets * 1.0\n"
    )
    name, y = f"{tmp_path}/own.py:own", np.arange(60) % 4
    plain = workspace(tmp_path, two_heads(), HEADS, x=X, y=y)
    beside = workspace(
        tmp_path, two_heads(), HEADS, x=X, y=y, measuring=[name, "top1@scores"], trusted=frozenset([name])
    )
    np.testing.assert_array_equal(beside.evaluator.measures[1].scores, plain.evaluator.scores)


def test_ones_own_function_needs_trust_and_its_faults_are_named(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    name = f"{tmp_path}/own.py:broken"
    labels = np.arange(60) % 4
    with pytest.raises(UserError, match="runs code when it is loaded"):
        workspace(tmp_path, two_heads(), HEADS, x=X, y=labels, measuring=[name])
    with pytest.raises(UserError, match=r"broken failed: .*nothing"):
        workspace(tmp_path, two_heads(), HEADS, x=X, y=labels, measuring=[name], trusted=frozenset([name]))
    with pytest.raises(UserError, match="has no function other"):
        other = f"{tmp_path}/own.py:other"
        workspace(tmp_path, two_heads(), HEADS, x=X, y=labels, measuring=[other], trusted=frozenset([other]))


# -- tokens ----------------------------------------------------------------------------------------------------------

ACCURACY, NEXT = "token_accuracy", "perplexity"
IDS = {"input_ids": ["N", "T"]}
TOKENS = {"input_ids": TensorProto.INT64}


def decoder(vocabulary=11):
    """Tells the token after t as t + 1: logits are a row of a table."""
    b = Build()
    table = b.constant("table", np.roll(3 * np.eye(vocabulary), 1, axis=1))
    b.node("Gather", [table, "input_ids"], "hidden", axis=0)
    b.node("MatMul", ["hidden", b.constant("head", np.eye(vocabulary))], "logits")
    return b


def read(tmp_path, **named):
    ids = (np.arange(12)[:, None] + np.arange(9)) % 11
    ids[::3] = np.random.default_rng(3).integers(0, 11, (4, 9))
    shapes = {"logits": ["N", "T", 11]}
    return ids, workspace(tmp_path, decoder(), shapes, IDS, TOKENS, input_ids=ids, **named)


def expected_loss(ids):
    logits = 3.0 * np.roll(np.eye(11), 1, axis=1)[ids[:, :-1]]
    logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return -np.take_along_axis(logs, ids[:, 1:, None], -1).mean()


def test_a_decoder_is_measured_by_the_perplexity_of_what_it_reads(tmp_path):
    ids, opened_ = read(tmp_path)
    found = evaluate(opened_, None, Job())
    assert found.id == "perplexity" and found.value == pytest.approx(np.exp(expected_loss(ids)), rel=1e-5)
    assert found.low < found.value < found.high


def test_labels_that_are_the_tokens_are_shifted_and_others_stand(tmp_path):
    ids, _ = read(tmp_path)
    _, same = read(tmp_path, y=ids, measuring="token_loss")
    following = np.concatenate([ids[:, 1:], np.full((12, 1), -100)], axis=1)
    _, shifted = read(tmp_path, y=following, measuring="token_loss")
    values = [evaluate(each, None, Job()).value for each in (same, shifted)]
    assert values == pytest.approx([expected_loss(ids)] * 2, rel=1e-5)
    assert read(tmp_path, y=following)[1].evaluator.metric.id == "perplexity", "as where there are no labels"


@pytest.mark.parametrize(
    "names", ["token_accuracy,perplexity", "perplexity,token_accuracy", "token_agreement,perplexity"]
)
@pytest.mark.parametrize("labelled", [True, False])
def test_all_metrics_of_tokens_ask_for_the_same_ones_in_any_order(tmp_path, names, labelled):
    ids, opened_ = read(tmp_path, measuring=names, **({"y": read(tmp_path)[0]} if labelled else {}))
    found = evaluate(opened_, None, Job())
    values = {found.id: found.value, **{each.id: each.value.value for each in found.beside}}
    assert values["perplexity"] == pytest.approx(np.exp(expected_loss(ids)), rel=1e-5)
    if "token_accuracy" in values:
        assert values["token_accuracy"] == pytest.approx(((ids[:, :-1] + 1) % 11 == ids[:, 1:]).mean())
    assert any("the token that follows" in note for note in found.notes) == labelled


@pytest.mark.parametrize("labelled", [True, False])
def test_the_check_of_data_asks_for_the_same_tokens(tmp_path, labelled):
    ids, opened_ = read(tmp_path, **({"y": read(tmp_path)[0]} if labelled else {}))
    found = check(Workspace(opened_.model), str(tmp_path / "data.npz"), Job())
    assert found.readings[0].value == pytest.approx(np.exp(expected_loss(ids)), rel=1e-5)


def test_tokens_that_are_to_be_repeated_are_not_shifted(tmp_path):
    b = Build()
    b.node("Gather", [b.constant("table", 9 * np.eye(11)), "input_ids"], "hidden", axis=0)
    b.node("MatMul", ["hidden", b.constant("head", np.eye(11))], "logits")
    ids, shapes = np.random.default_rng(3).integers(0, 11, (12, 9)), {"logits": ["N", "T", 11]}
    found = workspace(tmp_path, b, shapes, IDS, TOKENS, input_ids=ids, y=ids, measuring="token_accuracy")
    assert found.evaluator.baseline().value == 1.0 and not found.data.answer.notes


def test_one_hot_maps_are_classes(tmp_path):
    b = Build()
    b.node("MatMul", ["x", b.weight("w", 8, 30)], "flat")
    b.node("Reshape", ["flat", b.constant("shape", np.array([-1, 3, 2, 5]), np.int64)], "scores")
    y, shapes = np.random.default_rng(2).integers(0, 3, (60, 2, 5)), {"scores": ["N", 3, 2, 5]}
    for name in ("", "miou"):
        plain = workspace(tmp_path, b, shapes, x=X, y=y, measuring=name)
        found = workspace(tmp_path, b, shapes, x=X, y=np.moveaxis(np.eye(3)[y], -1, 1), measuring=name)
        assert found.evaluator.metric.id == (name or "pixel_accuracy") == plain.evaluator.metric.id
        assert found.evaluator.baseline() == plain.evaluator.baseline()
        assert "one-hot" in found.data.answer.notes[0]


@pytest.mark.parametrize("name", ["f1", "top1"])
def test_what_training_changed_is_reported_in_every_metric(tmp_path, name):
    opened_ = workspace(tmp_path, two_heads(), HEADS, measuring=name, x=X, y=np.arange(60) % 4)
    compiled = opened_.compiled(BITS2, Job())
    coarse = evaluated(opened_.evaluator, effective(compiled.model, compiled.edits), Job())
    same = evaluated(opened_.evaluator, opened_.model, Job())
    assert same.value == opened_.evaluator.baseline().value != coarse.value
    assert coarse.value == pytest.approx(evaluate(opened_, BITS2, Job()).value)
    gain = gained(opened_.evaluator.metric, same.scores, coarse.scores)
    assert gain.value == pytest.approx(coarse.value - same.value) and gain.low < gain.value < gain.high


def test_outputs_that_do_not_fit_are_not_kept(tmp_path, monkeypatch):
    """The same figures where the original is run again and metrics are chosen by few samples."""
    plain = workspace(tmp_path, two_heads(), HEADS, measuring="cosine,agreement,sqnr", x=X)
    monkeypatch.setattr(originals, "ROOM", 500)
    monkeypatch.setattr(evaluating, "OUTPUTS", 100)
    monkeypatch.setattr(evaluating, "LOOKED_AT", 100)
    small = workspace(tmp_path, two_heads(), HEADS, measuring="cosine,agreement,sqnr", x=X)
    assert small.evaluator.batch < plain.evaluator.batch
    assert small.evaluator.original.values is None is not plain.evaluator.original.values
    assert small.evaluator.measures[1].original.values is not None  # the classes alone are kept
    a, b = (evaluate(each, BITS2, Job()) for each in (plain, small))
    assert [b.value, *(each.value.value for each in b.beside)] == pytest.approx(
        [a.value, *(each.value.value for each in a.beside)]
    )


def test_recipes_are_searched_by_a_total(tmp_path):
    from workbench.engine.analysis.sensitivity import scan

    opened_ = workspace(
        tmp_path, two_heads(), HEADS, measuring="f1", x=X, y=(X @ RNG.standard_normal((8, 4))).argmax(1)
    )
    found = scan(opened_, Job())
    for trial in found.measured:
        assert trial.drop == pytest.approx(found.baseline - trial.value) and trial.low <= trial.drop <= trial.high


# -- shapes of others --------------------------------------------------------------------------------------------------


def test_an_output_whose_sequence_comes_first_is_turned_or_said_to_be(tmp_path):
    b = Build()
    b.node("MatMul", ["x", b.weight("w", 8, 4)], "each")
    b.node("Transpose", ["each"], "scores", perm=[1, 0, 2])
    x, y = RNG.standard_normal((12, 5, 8)).astype(np.float32), RNG.integers(0, 4, (12, 5))
    shapes, inputs = {"scores": [5, "N", 4]}, {"x": ["N", 5, 8]}
    found = workspace(tmp_path, b, shapes, inputs, x=x, y=y)
    assert (found.data.answer.axis, found.evaluator.metric.id) == (1, "token_accuracy")
    said = Workspace(found.model).attach(
        str(tmp_path / "data.npz"), Job(), measuring=Measuring.of("token_accuracy", "scores", 1)
    )
    assert said.evaluator.baseline() == found.evaluator.baseline()
    with pytest.raises(UserError, match="Axis 0 of the output cannot be that of the samples"):
        Workspace(found.model).attach(str(tmp_path / "data.npz"), Job(), measuring=Measuring.of("", "scores", 0))


def test_an_output_without_samples_is_named_when_it_is_asked_for(tmp_path):
    b = two_heads()
    b.node("ReduceMean", ["scores", b.constant("first", np.array([0]), np.int64)], "mean", keepdims=0)
    b.node("Identity", ["mean"], "all")
    with pytest.raises(UserError, match="The output 'all' cannot be measured: has no batch axis"):
        workspace(tmp_path, b, {**HEADS, "all": [4]}, output="all", x=X)


def test_boxes_and_confidences_of_several_outputs_are_measured_together(tmp_path):
    """As of a torchvision detector: boxes, scores and classes are three outputs."""
    b = Build(opset=17)
    boxes = np.tile(np.array([[0, 0, 10, 10], [20, 20, 30, 30]], np.float32), (6, 1, 1))
    labels = np.concatenate([boxes, np.tile([[[0.0], [1.0]]], (6, 1, 1))], axis=2)
    b.node("MatMul", ["x", b.constant("eye", np.eye(4))], "boxes")
    b.node("ReduceMax", ["boxes"], "high", axes=[2], keepdims=0)
    b.node("Sigmoid", ["high"], "scores")
    b.node("Greater", ["high", b.constant("limit", np.array(15.0))], "late")
    b.node("Cast", ["late"], "labels", to=TensorProto.INT64)
    shapes = {"boxes": ["N", 2, 4], "scores": ["N", 2], "labels": ["N", 2]}
    found = workspace(
        tmp_path,
        b,
        shapes,
        {"x": ["N", 2, 4]},
        {"labels": TensorProto.INT64},
        measuring="map",
        output="boxes,scores,labels",
        x=boxes,
        y=labels,
    )
    assert found.evaluator.baseline().value == 1.0
    assert evaluate(found, BITS2, Job()).value <= 1.0
