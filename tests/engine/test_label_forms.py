"""Forms of labels: probabilities, two classes of one output, padding, and samples to train on."""

import numpy as np
import pytest
from onnx import TensorProto

from tests.engine.test_measuring import BITS2, HEADS, RNG, X, read, two_heads, workspace
from tests.graph.graphs import Build
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.engine.analysis.evaluation import evaluate
from workbench.engine.base.evaluate import runner
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


def test_probabilities_as_labels_are_classes_and_reported(tmp_path):
    shares = RNG.dirichlet(np.ones(4), 60)
    plain = workspace(tmp_path, two_heads(), HEADS, x=X, y=shares.argmax(1))
    soft = workspace(tmp_path, two_heads(), HEADS, x=X, y=shares, measuring="top1,mse@scores")
    np.testing.assert_array_equal(soft.evaluator.scores, plain.evaluator.scores)
    assert "The labels are probabilities of classes" in " ".join(soft.data.answer.notes)
    np.testing.assert_array_equal(soft.evaluator.measures[1].labels, shares)
    assert not workspace(tmp_path, two_heads(), HEADS, x=X, y=shares, measuring="mse@scores").data.answer.notes


def test_a_single_output_has_two_classes(tmp_path):
    b = Build()
    b.node("MatMul", ["x", b.weight("w", 8, 1)], "score")
    names = np.array(["no", "yes"])
    found = workspace(tmp_path, b, {"score": ["N", 1]}, x=X, y=np.arange(60) % 2, class_names=names, measuring="f1")
    report = evaluate(found, BITS2, Job())
    assert report.id == "f1" and 0 < report.value < 1
    outputs = np.linspace(-1, 1, 60)[:, None]
    assert found.evaluator.metric.same(outputs, -outputs).mean() == 0


def test_padding_does_not_agree(tmp_path):
    """Tokens that agree with the original are counted where the mask has them, in labels of the reference as well."""
    b = Build()
    b.node("Gather", [b.weight("table", 11, 8), "input_ids"], "hidden", axis=0)
    b.node("MatMul", ["hidden", b.weight("head", 8, 11)], "free")
    b.node("Cast", ["attention_mask"], "real", to=1)
    b.node("Unsqueeze", ["real", b.constant("last", np.array([-1]), np.int64)], "column")
    b.node("Mul", ["free", "column"], "logits")
    rng = np.random.default_rng(4)
    ids, mask = rng.integers(0, 11, (30, 9)), (np.arange(9) < rng.integers(2, 10, (30, 1))).astype(np.int64)
    found = workspace(
        tmp_path,
        b,
        {"logits": ["N", "T", 11]},
        {"input_ids": ["N", "T"], "attention_mask": ["N", "T"]},
        {"input_ids": TensorProto.INT64, "attention_mask": TensorProto.INT64},
        input_ids=ids,
        attention_mask=mask,
        measuring="token_agreement",
    )
    compiled = found.compiled(BITS2, Job())
    answers = [
        runner(runtime.session(model))({"input_ids": ids, "attention_mask": mask})[0].argmax(-1)
        for model in (found.model, effective(compiled.model, compiled.edits))
    ]
    expected = (answers[0] == answers[1])[mask > 0].mean()
    assert evaluate(found, BITS2, Job()).value == pytest.approx(expected) and expected < 1


NAMES = np.array(["ant", "bee", "cow", "dog"])


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (NAMES[np.arange(60) % 4], NAMES),
        (NAMES[np.arange(60) % 4], None),
        (np.eye(4)[np.arange(60) % 4], NAMES),
        ((np.arange(60) + 2) % 4, NAMES[[2, 3, 0, 1]]),
        (np.eye(4)[np.arange(60) % 4] * 0.9 + 0.025, None),
    ],
    ids=["names", "names of the data", "one-hot", "another order", "probabilities"],
)
def test_labels_to_train_on_are_read_as_those_that_are_measured(tmp_path, labels, names):
    np.savez(tmp_path / "train.npz", x=X, y=labels, **({} if names is None else {"class_names": names}))
    opened_ = workspace(tmp_path, two_heads(), HEADS, x=X, y=np.arange(60) % 4, class_names=NAMES)
    found = Workspace(opened_.model).attach(str(tmp_path / "data.npz"), Job(), str(tmp_path / "train.npz"))
    np.testing.assert_array_equal(found.training.labels, np.arange(60) % 4)


def test_training_samples_without_labels_are_left_out_and_other_classes_refused(tmp_path):
    y = np.where(np.arange(60) % 6 == 0, -1, np.arange(60) % 4)
    np.savez(tmp_path / "train.npz", x=X, y=y)
    opened_ = workspace(tmp_path, two_heads(), HEADS, x=X, y=np.arange(60) % 4, class_names=NAMES)
    data = str(tmp_path / "data.npz")
    found = Workspace(opened_.model).attach(data, Job(), str(tmp_path / "train.npz"))
    np.testing.assert_array_equal(found.training.labels, y[y >= 0])
    np.savez(tmp_path / "train.npz", x=X, y=np.arange(60) % 3, class_names=["ant", "bee", "eel"])
    with pytest.raises(UserError, match="has the classes eel, which the data does not have"):
        Workspace(opened_.model).attach(data, Job(), str(tmp_path / "train.npz"))


def test_texts_to_train_on_ask_for_the_next_token_too(tmp_path):
    ids, opened_ = read(tmp_path)
    for more in ({}, {"y": ids}):
        np.savez(tmp_path / "train.npz", input_ids=ids, **more)
        found = Workspace(opened_.model).attach(str(tmp_path / "data.npz"), Job(), str(tmp_path / "train.npz"))
        np.testing.assert_array_equal(found.training.labels[:, :-1], ids[:, 1:])
