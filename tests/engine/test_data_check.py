"""Data that is not read as the model needs it: what the check proposes for each, and that this is right."""

import json

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import helper, numpy_helper

from workbench.cli.commands import cli
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.engine.data_check.check import check, write_preprocessing
from workbench.engine.data_check.labels import class_order, independent, one_answer
from workbench.engine.workspace import Workspace

COUNT = 250
RNG = np.random.default_rng(0)
ORDER = np.array([3, 7, 1, 0, 9, 2, 8, 5, 4, 6])
with np.load(resource_path("demo/fashion_test.npz")) as demo:
    PIXELS, LABELS = demo["x"][:COUNT], demo["y"][:COUNT]
UNIT = (PIXELS / 255).astype(np.float32)


@pytest.fixture(scope="module")
def unit_model(tmp_path_factory):
    """The demo for values 0..1: pixels are divided by 255 before."""
    model = onnx.load(resource_path("demo/fashion_cnn.onnx"))
    for node in model.graph.node:
        node.input[:] = ["scaled" if name == "x" else name for name in node.input]
    model.graph.initializer.append(numpy_helper.from_array(np.float32(255), "factor"))
    model.graph.node.insert(0, helper.make_node("Mul", ["x", "factor"], ["scaled"], name="scaling"))
    return opened(model, tmp_path_factory.mktemp("unit") / "unit.onnx")


@pytest.fixture(scope="module")
def color_model(tmp_path_factory):
    """Decides by the mean colors of images: red, blue, or as much of both."""
    weight = numpy_helper.from_array(np.float32([[1, 0, -1], [-1, 0, 1], [-0.1, 0.5, -0.1]]).T, "weight")
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight"], ["scores"], name="head"),
    ]
    values = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in (("x", ["batch", 3, 8, 8]), ("scores", ["batch", 3]))
    ]
    graph = helper.make_graph(nodes, "colors", values[:1], values[1:], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return opened(model, tmp_path_factory.mktemp("color") / "color.onnx")


def opened(model, path):
    onnx.save(model, path)
    return Workspace.open(str(path), Job())


def colors():
    """[n, 3, 8, 8] values 0..1, and labels by their color."""
    labels = np.arange(COUNT) % 3
    means = np.array([[0.7, 0.5, 0.3], [0.3, 0.5, 0.7], [0.3, 0.7, 0.3]])[labels]
    values = np.clip(means[:, :, None, None] + RNG.normal(0, 0.1, (COUNT, 3, 8, 8)), 0, 1)
    return values.astype(np.float32), labels


def found(workspace, folder, x, y=LABELS):
    np.savez(folder / "d.npz", x=x, y=y)
    return check(workspace, str(folder / "d.npz"), Job())


def right(workspace, folder, found):
    """What the model measures when the proposal is written and the data attached."""
    write_preprocessing(str(folder / "d.npz"), found.proposal.yaml)
    return workspace.attach(str(folder / "d.npz"), Job()).evaluator.baseline().value


@pytest.mark.slow
@pytest.mark.parametrize(
    ("x", "yaml"),
    [
        (PIXELS, "scale: 255.0\n"),
        (PIXELS.transpose(0, 2, 3, 1), "{layout: nhwc, scale: 255.0}\n"),
        (UNIT[:, 0], "{layout: nhw}\n"),
        (2 * UNIT - 1, "mean: [-1.0]\nstd: [2.0]\n"),
    ],
    ids=["0..255", "NHWC", "no channels", "-1..1"],
)
def test_inputs_of_another_form_are_found_and_settled(unit_model, tmp_path, x, yaml):
    expected = found(unit_model, tmp_path, UNIT).readings[0].value
    result = found(unit_model, tmp_path, x)
    assert yaml_equal(result.proposal.yaml, yaml) and not result.fine and len(result.doubts) == 1
    assert result.proposal.value == pytest.approx(expected) and expected > 0.85
    assert result.readings[0].value is None or result.readings[0].value < 0.3
    assert right(unit_model, tmp_path, result) == pytest.approx(expected)
    assert check(unit_model, str(tmp_path / "d.npz"), Job()).fine  # with the preprocessing beside it


def yaml_equal(first, second):
    import yaml

    return yaml.safe_load(first) == yaml.safe_load(second)


@pytest.mark.slow
def test_what_is_right_is_left_as_it_is(unit_model, tmp_path):
    result = found(unit_model, tmp_path, UNIT)
    assert result.fine and result.best == 0 and result.samples == COUNT and result.picture.shape == (28, 28)


def test_exchanged_colors_are_found(color_model, tmp_path):
    x, y = colors()
    assert found(color_model, tmp_path, x, y).fine
    result = found(color_model, tmp_path, x[:, ::-1], y)
    assert yaml_equal(result.proposal.yaml, "reverse_channels: true")
    assert result.readings[0].value < 0.4 and result.proposal.value > 0.95
    assert right(color_model, tmp_path, result) == pytest.approx(result.proposal.value)


def test_classes_numbered_from_one_are_found_whatever_the_layout(color_model, tmp_path):
    x, y = colors()
    for given, yaml in ((x, "first_class: 1"), (x.transpose(0, 2, 3, 1), "{layout: nhwc, first_class: 1}")):
        result = found(color_model, tmp_path, given, y + 1)
        assert yaml_equal(result.proposal.yaml, yaml) and result.proposal.value > 0.95
        assert result.readings[0].value is None and "The labels run from 1" in result.doubts[-1]
        assert right(color_model, tmp_path, result) == pytest.approx(result.proposal.value)
        (tmp_path / "d.npz.preprocessing.yaml").unlink()


def test_of_equal_readings_the_plainest_gets_another_order_of_the_classes(color_model, tmp_path):
    x, y = colors()
    result = found(color_model, tmp_path, x, (y + 1) % 3)
    assert yaml_equal(result.proposal.yaml, "class_order: [2, 0, 1]")


@pytest.mark.slow
def test_another_order_of_the_classes_is_found_and_shuffled_labels_are_reported(unit_model, tmp_path):
    result = found(unit_model, tmp_path, UNIT, np.argsort(ORDER)[LABELS])
    assert yaml_equal(result.proposal.yaml, f"class_order: {ORDER.tolist()}")
    assert right(unit_model, tmp_path, result) == pytest.approx(result.proposal.value) and result.proposal.value > 0.85
    (tmp_path / "d.npz.preprocessing.yaml").unlink()
    shuffled = found(unit_model, tmp_path, UNIT, RNG.permutation(LABELS))
    assert shuffled.best == 0 and not shuffled.fine and len(shuffled.doubts) == 1
    assert "shuffled" in shuffled.doubts[0]
    notes = unit_model.attach(str(tmp_path / "d.npz"), Job()).data_summary().notes
    assert any("not clearly better than always predicting" in note for note in notes)


@pytest.mark.slow
def test_one_hot_labels_are_class_numbers(unit_model, tmp_path):
    result = found(unit_model, tmp_path, UNIT, np.eye(10, dtype=np.float32)[LABELS])
    assert result.fine and result.readings[0].value > 0.85
    assert any("one-hot rows of 10 classes" in fact for fact in result.facts)


def test_without_labels_nothing_is_proposed(unit_model, tmp_path):
    np.savez(tmp_path / "d.npz", x=PIXELS)
    result = check(unit_model, str(tmp_path / "d.npz"), Job())
    assert result.best == 0 and len(result.readings) == 1 and "no labels" in " ".join(result.facts)


@pytest.mark.slow
def test_a_folder_of_images_is_read_as_the_model_needs_it(tmp_path):
    from PIL import Image

    demo = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    for number, (pixels, label) in enumerate(zip(PIXELS[:150, 0], LABELS, strict=False)):
        (tmp_path / f"{label}").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / f"{label}" / f"{number:03}.png")
    result = check(demo, str(tmp_path), Job())  # the demo takes 0..255, and images are divided by 255
    assert yaml_equal(result.proposal.yaml, "scale: 1.0") and result.proposal.value > 0.85
    write_preprocessing(str(tmp_path), result.proposal.yaml)
    assert demo.attach(str(tmp_path), Job()).evaluator.baseline().value == pytest.approx(result.proposal.value)


@pytest.mark.slow
def test_the_command_line_prints_and_writes_what_was_found(unit_model, tmp_path):
    np.savez(tmp_path / "d.npz", x=PIXELS, y=LABELS)
    model, data = unit_model.model.source.path, str(tmp_path / "d.npz")
    asked = CliRunner().invoke(cli, ["data", model, data, "--json", "--picture", str(tmp_path / "p.png")])
    document = json.loads(asked.stdout)
    assert document["readings"][document["best"]]["preprocessing"] == "{scale: 255.0}\n" and document["written"] == ""
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert CliRunner().invoke(cli, ["data", model, data, "--write"]).exit_code == 0
    assert (tmp_path / "d.npz.preprocessing.yaml").read_text() == "{scale: 255.0}\n"
    value = json.loads(CliRunner().invoke(cli, ["evaluate", model, "--data", data, "--json"]).stdout)["value"]
    assert value == pytest.approx(document["readings"][document["best"]]["value"])


def test_data_that_cannot_be_read_is_refused(unit_model, tmp_path):
    with pytest.raises(UserError, match="There is no file"):
        check(unit_model, str(tmp_path / "none.npz"), Job())


def test_orders_are_found_on_half_of_the_samples_and_not_in_noise():
    labels, classes = np.arange(400) % 10, 10
    assert class_order(ORDER[labels], labels, classes) == (tuple(ORDER.tolist()), 1.0)
    noise = RNG.integers(0, 10, 400)
    assert class_order(noise, labels, classes)[0] is None and independent(noise, labels)
    assert not independent(labels, labels) and class_order(labels, labels, classes)[0] is None
    assert class_order(ORDER[labels[:60]], labels[:60], classes)[0] is None  # too few to tell
    assert one_answer(np.zeros(100, int)) and not one_answer(labels)
