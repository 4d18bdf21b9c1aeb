"""A model of the user's own that learns from teachers: files in, a file out; and the temperature tried over a range."""

import json

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from tests.engine.small import network
from workbench.cli.commands import cli
from workbench.core.analysis.temperatures import TemperatureCurve, Temperatures
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.engine.base.evaluate import runner
from workbench.engine.preview.previewer import Previewer
from workbench.engine.supervision import losses
from workbench.engine.supervision.teacher import answers_of
from workbench.engine.training import temperatures
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

PARAMS = {"epochs": 6, "batch": 32, "rate": 0.02}


def student(path, outputs=4, seed=5):
    """A narrower network that has learnt nothing yet."""
    rng = np.random.default_rng(seed)
    weights = {"one": rng.normal(size=(16, 12)) / 4, "two": rng.normal(size=(12, outputs)) / 4}
    nodes = [
        helper.make_node("MatMul", ["x", "one"], ["h"], name="one"),
        helper.make_node("Relu", ["h"], ["r"], name="act"),
        helper.make_node("MatMul", ["r", "two"], ["scores"], name="two"),
    ]
    graph = helper.make_graph(
        nodes,
        "student",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 16])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", outputs])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return str(path)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("students")
    network(folder)
    student(folder / "student.onnx")
    for name in ("test", "train"):
        np.savez(folder / f"{name}_bare.npz", x=np.load(folder / f"{name}.npz")["x"])
    return folder


def distilled(place, out, bare=True, teachers=("small.onnx",), **more):
    data, train = (str(place / f"{name}{'_bare' if bare else ''}.npz") for name in ("test", "train"))
    named = [str(place / name) for name in teachers]
    opened = wb.open(place / "student.onnx", data, train)
    return opened.distill(named, out, **PARAMS, **more)


@pytest.mark.slow
def test_a_student_learns_from_a_teachers_answers_alone(place, tmp_path):
    report, curve = distilled(place, tmp_path)
    assert report.metric.title == "top-1 agreement with the teacher" and curve is None
    assert report.verified.value > report.before.value.value + 0.25 and report.verified.value > 0.7
    assert "against the teachers' outputs" in report.data
    assert (tmp_path / "student_distilled.onnx").stat().st_size == report.forecast_bytes == report.after.bytes.value
    run, teacher = (
        runner(runtime.session(str(path))) for path in (tmp_path / "student_distilled.onnx", place / "small.onnx")
    )
    x = np.load(place / "test.npz")["x"]
    agreement = np.mean(run({"x": x})[0].argmax(1) == teacher({"x": x})[0].argmax(1))
    assert agreement == pytest.approx(report.verified.value)


@pytest.mark.slow
def test_with_labels_it_is_measured_against_them(place, tmp_path):
    report, _ = distilled(place, tmp_path, bare=False)
    assert report.metric.title == "top-1" and report.verified.value > report.before.value.value + 0.25


@pytest.mark.slow
def test_several_teachers_are_averaged(place, tmp_path):
    other = student(tmp_path / "other.onnx", seed=9)
    data = Workspace.open(other, Job()).attach(str(place / "test.npz"), Job()).data
    first, second = (
        runner(runtime.session(path))({"x": data.inputs["x"]})[0] for path in (str(place / "small.onnx"), other)
    )
    both = answers_of(f"{place / 'small.onnx'}, {other}", data, Job(), frozenset())({"x": data.inputs["x"]})[0]

    def softmax(x):
        return np.exp(x - x.max(1, keepdims=True)) / np.exp(x - x.max(1, keepdims=True)).sum(1, keepdims=True)

    np.testing.assert_allclose(both, (softmax(first) + softmax(second)) / 2, atol=1e-5)
    report, _ = distilled(place, tmp_path / "out", teachers=("small.onnx", "student.onnx"))
    assert report.verified is not None and report.recovery.stages[0].stage.params["teacher"].count("onnx") == 2
    assert losses.together([losses.torch.ones(2, 1), 3 * losses.torch.ones(2, 1)], False).tolist() == [[2.0], [2.0]]


def test_a_teacher_with_other_outputs_is_refused(place, tmp_path):
    wide = student(tmp_path / "wide.onnx", outputs=5)
    with pytest.raises(UserError, match="same outputs"):
        opened = wb.open(place / "student.onnx", place / "test.npz", place / "train.npz")
        opened.distill(wide, tmp_path, **PARAMS)
    assert not (tmp_path / "student_distilled.onnx").exists()


@pytest.mark.slow
def test_a_temperature_is_chosen_on_samples_held_out(place, tmp_path):
    opened = Workspace.open(str(place / "student.onnx"), Job())
    opened = opened.attach(str(place / "test.npz"), Job(), calibration=str(place / "train.npz"))
    recipe = Recipe((), 0, (Stage("distill", {**PARAMS, "epochs": 2, "teacher": str(place / "small.onnx")}),))
    seen: list[TemperatureCurve] = []
    curve = temperatures.sweep(opened, recipe, Temperatures((1.0, 8.0), 2), Job(updates=seen.append))
    assert [len(each.points) for each in seen] == [1, 2, 2, 2] and seen[-1] == curve and curve.complete
    assert all(len(point.held) == len(point.values) == 2 for point in curve.points) and not seen[2].complete
    assert curve.points[0].held[0] != curve.points[0].held[1] or curve.points[1].held[0] != curve.points[1].held[1]
    assert curve.best.mean == max(point.mean for point in curve.points) and curve.start < 0.6
    with pytest.raises(UserError, match="no stage 'distill'"):
        temperatures.sweep(opened, Recipe((), 0, (Stage("finetune"),)), Temperatures(), Job())
    with pytest.raises(UserError, match="temperature"):
        temperatures.at_temperature(recipe, 50.0)


@pytest.mark.slow
def test_the_command_line_trains_a_student(place, tmp_path):
    done = CliRunner().invoke(
        cli,
        [
            "distill",
            str(place / "student.onnx"),
            "--teacher",
            str(place / "small.onnx"),
            "--teacher",
            str(place / "small.onnx"),
            "--data",
            str(place / "test.npz"),
            "--calibration",
            str(place / "train.npz"),
            "--out",
            str(tmp_path),
            "--temperatures",
            "1,4",
            "--epochs",
            "2",
            "--batch",
            "32",
            "--rate",
            "0.02",
            "--json",
        ],
    )
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    tried = report["temperatures"]
    assert [point["temperature"] for point in tried["points"]] == [1, 4] and tried["best"] in (1, 4)
    (stage,) = report["recovery"]["stages"]
    assert stage["stage"]["distill"]["temperature"] == tried["best"]
    assert report["verified"]["value"] == report["recovery"]["recovered"] > report["before"]["value"]
    assert (tmp_path / "student_distilled.onnx").exists()
    wrong = CliRunner().invoke(cli, ["distill", str(place / "student.onnx"), "--data", "x", "--out", "y"])
    assert wrong.exit_code == 2 and "--teacher" in wrong.output


def opened(place, data="test_bare", calibration="train_bare") -> Workspace:
    own = Workspace.open(str(place / "student.onnx"), Job())
    return own.attach(str(place / f"{data}.npz"), Job(), str(place / f"{calibration}.npz") if calibration else "")


def learning(place, teacher="small.onnx") -> Recipe:
    return Recipe(recover=(Stage("distill", {**PARAMS, "teacher": str(place / teacher)}),))


@pytest.mark.slow
def test_a_preview_compares_a_student_with_its_teacher_as_the_command_line_does(place, tmp_path):
    own, recipe = opened(place), learning(place)
    report, _ = distilled(place, tmp_path)
    before = list(Previewer(own).measure(recipe, (), Job()))[-1]
    assert before.trained is False and before.value.value == before.baseline.value == report.before.value.value
    recovered(own.ready(recipe), recipe, Job())
    after = list(Previewer(own).measure(recipe, (), Job()))[-1]
    assert after.trained is True and after.baseline.value == report.before.value.value
    assert after.value.value == pytest.approx(report.verified.value, abs=1e-9)
    assert after.change.value == pytest.approx(after.value.value - after.baseline.value, abs=1e-9)
    assert own.ready(recipe).evaluator.metric.info == report.metric
    assert own.ready(recipe) is own.ready(recipe) and own.ready(Recipe()) is own


def test_labels_come_before_teachers_and_each_teacher_has_its_own_answers(place):
    labelled, recipe = opened(place, "test", "train"), learning(place)
    assert labelled.ready(recipe) is labelled
    alone = opened(place, calibration="")
    one, other = alone.ready(recipe), alone.ready(learning(place, "student.onnx"))
    assert one.set_aside and other.set_aside and one.data.samples == other.data.samples
    assert other.evaluator.baseline().value == 1.0 > one.evaluator.baseline().value
    with pytest.raises(UserError, match=r"none\.onnx"):
        alone.ready(learning(place, "none.onnx"))
