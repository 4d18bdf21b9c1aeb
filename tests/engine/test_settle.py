"""Graphs with integer layers load and answer the same with the runtime's optimiser and without it."""

import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import helper

from tests.graph.graphs import Build
from tests.graph.test_float_layers import STATIC, compiled, sandwich
from workbench.cli.commands import cli
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Row
from workbench.data.dataset import Dataset
from workbench.engine.base.evaluate import prepare, runner
from workbench.engine.integers import settle
from workbench.graph.encodings.dense import Dense
from workbench.graph.onnx import runtime
from workbench.graph.rewrite import float_layers
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Levels


def constant(b, name, value):
    return b.constant(name, value, np.float32 if np.asarray(value).dtype.kind == "f" else np.int64)


def between(op, reads=(), opset=18, channels=8, **attributes):
    """Two convolutions with this operator between them; `reads`: its constant inputs, None where one is left out."""
    b = Build(opset)
    x = b.node("Conv", ["x", b.weight("c1.weight", 8, 4, 3, 3), b.weight("c1.bias", 8)], "c1", pads=[1, 1, 1, 1])
    names = [
        "" if value is None else "x" if isinstance(value, str) else constant(b, f"given{index}", value)
        for index, value in enumerate(reads)
    ]
    if op == "Split":
        b.nodes.append(helper.make_node("Split", [x, *names], ["moved", "rest"], "split", axis=1))
        x = "moved"
    else:
        x = b.node(op, [x, *names], "moved", **attributes)
    b.node("Conv", [x, b.weight("c2.weight", 6, channels, 1, 1), b.weight("c2.bias", 6)], "c2")
    b.node("ReduceMean", ["c2", b.constant("axes", [2, 3], np.int64)], "y", keepdims=0)
    return b.model({"x": ["N", 4, 8, 8]}, {"y": ["N", 6]})


PAD = [0, 0, 1, 1, 0, 0, 1, 1]
POOL = {"kernel_shape": [3, 3], "strides": [2, 2]}
TAKEN = [  # operators that the runtime's integer kernels and optimiser take as they are
    ("Pad", (PAD,), {}),
    ("Pad", (PAD,), {"mode": "reflect"}),
    ("Pad", (PAD,), {"mode": "edge"}),
    ("Pad", (PAD, -3.0), {}),
    ("Pad", ([0, 1, 0, 0, 0, 1, 0, 0],), {"channels": 10}),
    ("Resize", (None, [1.0, 1.0, 2.0, 2.0]), {"mode": "nearest"}),
    ("Resize", (None, [1.0, 1.0, 2.0, 2.0]), {"mode": "linear"}),
    ("Transpose", (), {"perm": [0, 1, 3, 2]}),
    ("Reshape", ([0, 4, 16, 8],), {"channels": 4}),
    ("Slice", ([1], [7], [2]), {}),
    ("Slice", ([-1], [-100], [3], [-1]), {}),
    ("Slice", ([0], [4], [1]), {"channels": 4}),
    ("Split", ([4, 4],), {"channels": 4}),
    ("Concat", ("x",), {"axis": 1, "channels": 12}),
    ("Gather", ([0, 2, 4, 5, 1, 3, 6, 7],), {"axis": 1}),
    ("MaxPool", (), POOL | {"pads": [1, 1, 1, 1]}),
    ("MaxPool", (), POOL | {"ceil_mode": 1}),
    ("MaxPool", (), {"kernel_shape": [2, 2], "dilations": [2, 2]}),
    ("AveragePool", (), POOL),
    ("AveragePool", (), POOL | {"pads": [1, 1, 1, 1], "count_include_pad": 1}),
    ("GlobalAveragePool", (), {}),
    ("DepthToSpace", (), {"blocksize": 2, "mode": "CRD", "channels": 2}),
    ("SpaceToDepth", (), {"blocksize": 2, "channels": 32}),
    ("Tile", ([1, 1, 2, 1],), {}),
    ("Expand", ([1, 8, 8, 8],), {}),
    ("LeakyRelu", (), {}),
    ("Sigmoid", (), {}),
    ("Softmax", (), {"axis": 1}),
    ("HardSwish", (), {}),
]
REFUSED = [  # operators that do not survive between integer kernels
    ("Pad", ([1, 1, 1, 1], -3.0, [2, 3]), {}),
    ("Pad", ([1, 1, 1, 1], None, [-2, -1]), {"mode": "reflect"}),
    ("Pad", ([1, 1], None, [-1]), {"mode": "edge"}),
    ("Resize", (None, [2.0, 2.0]), {"axes": [2, 3], "mode": "nearest"}),
    ("Resize", (None, None, [13, 13]), {"axes": [2, 3], "mode": "linear"}),
    ("AveragePool", (), {"kernel_shape": [3, 3], "dilations": [2, 2], "opset": 21}),
]


def apart_of(result, feeds):
    """The relative distance between the answers of the written graph with optimisation and without."""
    content = with_edits(result.model, result.edits).to_bytes()
    assert len(content) == result.changes()[1]
    return settle.distance(
        *(runtime.run(runtime.session(content, optimize=optimize), feeds) for optimize in (True, False))
    )


@pytest.mark.parametrize(("op", "reads", "options"), TAKEN, ids=str)
def test_operators_between_integer_layers_keep_their_levels(op, reads, options):
    result, feeds = compiled(between(op, reads, **options), Row("*", STATIC))
    assert result.notes == () and all(edit.compute.delivered is not None for edit in result.edits.values())
    assert not any(node.op_type == "Sum" for node in with_edits(result.model, result.edits).ir.graph)
    assert apart_of(result, feeds) < 0.02


@pytest.mark.parametrize(("op", "reads", "options"), REFUSED, ids=str)
def test_levels_before_what_the_optimiser_breaks_are_left_out_and_it_is_named(op, reads, options):
    result, feeds = compiled(between(op, reads, **options), Row("*", STATIC))
    (note,) = result.notes
    assert note.startswith("c1 has no quantised output") and f"({op}" in note
    assert result.edits["c1"].compute.delivered is None and result.edits["c2"].compute.delivered is not None
    assert apart_of(result, feeds) < 0.02


def test_what_the_optimiser_would_change_is_found_and_left_out(monkeypatch):
    """Without what keeps a float layer apart, the runtime puts its weight on one scale."""
    monkeypatch.setattr(float_layers, "between_levels", lambda *_: [])
    result, feeds = compiled(sandwich("Conv"), Row("*", STATIC), Row("middle", ()))
    assert [path for path, edit in result.edits.items() if edit.compute.delivered is None] == ["first"]
    assert result.notes[0].startswith("first has no quantised output") and apart_of(result, feeds) < 0.02


def test_the_fewest_culprits_are_found():
    paths = [f"layer{index}" for index in range(40)]
    asked = []

    def right(left):
        asked.append(left)
        return {"layer7", "layer31"} <= set(left)

    assert sorted(settle._fewest(paths, right)) == ["layer31", "layer7"] and len(asked) < 20
    assert settle._fewest(["only"], lambda left: bool(left)) == ["only"]


def test_distance_is_relative_and_sees_what_is_not_finite():
    a = np.ones((2, 3), np.float32)
    assert settle.distance([a], [a]) == 0 and settle.distance([1.1 * a], [a]) == pytest.approx(0.1)
    assert settle.distance([a * np.nan], [a]) == settle.distance([a[:1]], [a]) == np.inf
    assert settle.distance([np.array([1])], [np.array([2])]) == 0
    masked = np.array([[1.0, -np.inf]], np.float32)
    assert settle.distance([masked], [masked]) == 0


def test_a_file_that_depends_on_the_optimiser_is_reported(tmp_path):
    """A bias beyond 32 bits at the scales of input and weight, written by hand."""
    b = Build(opset=13)
    scale, zero = b.constant("scale", 0.02), b.constant("zero", 128, np.uint8)
    b.node("QuantizeLinear", ["x", scale, zero], "q")
    small = b.constant("small", 1e-13)
    levels = b.constant("w", np.eye(4) * 100, np.int8)
    b.node("DequantizeLinear", [levels, small, b.constant("none", 0, np.int8)], "weight")
    b.node("DequantizeLinear", ["q", scale, zero], "dq")
    b.node("Gemm", ["dq", "weight", b.constant("bias", [1, 2, 3, 4])], "sum")
    b.node("QuantizeLinear", ["sum", scale, zero], "sum_q")
    b.node("DequantizeLinear", ["sum_q", scale, zero], "y")
    path = tmp_path / "file.onnx"
    onnx.save(b.proto({"x": ["N", 4]}, {"y": ["N", 4]}), path)
    session = runtime.session(str(path))
    x = b.rng.standard_normal((8, 4)).astype(np.float32)
    data = Dataset("memory", {"x": x}, runtime.specs(session.get_inputs()), None)
    said = settle.note_on_file(str(path), runner(session), data)
    assert said.startswith("Not verified: with graph optimisation off")


def test_it_is_reported_on_the_command_line(tmp_path):
    b = Build()
    x = b.node("Conv", ["x", b.weight("c1.weight", 4, 1, 3, 3), b.weight("c1.bias", 4)], "c1", pads=[1, 1, 1, 1])
    x = b.node("Pad", [x, b.constant("pads", [1] * 4, np.int64), b.constant("fill", -1.0), "axes"], "padded")
    b.constant("axes", [2, 3], np.int64)
    x = b.node("Flatten", [b.node("Conv", [x, b.weight("c2.weight", 4, 4, 3, 3)], "c2")], "flat")
    b.node("Gemm", [x, b.weight("fc.weight", 3, 144), b.weight("fc.bias", 3)], "y", transB=1)
    onnx.save(b.proto({"x": ["N", 1, 6, 6]}, {"y": ["N", 3]}), tmp_path / "m.onnx")
    np.savez(tmp_path / "d.npz", x=b.rng.standard_normal((16, 1, 6, 6)).astype(np.float32))
    (tmp_path / "r.yaml").write_text("version: 1\nlayers: {'*': [{quantize.static: {}}]}\n")
    given = [str(tmp_path / name) for name in ("m.onnx", "d.npz", "r.yaml", "out")]
    found = CliRunner().invoke(
        cli,
        ["compress", given[0], "--data", given[1], "--recipe", given[2], "--out", given[3], "--json", "--no-timing"],
    )
    report = json.loads(found.stdout)
    assert found.exit_code == 0 and report["verified"]["agreement"] == 1
    assert any(note.startswith("c1 has no quantised output") and "(Pad)" in note for note in report["notes"])


def test_smooth_levels_are_settled_too():
    result, feeds = compiled(between("Pad", ([1, 1, 1, 1], -3.0, [2, 3])), Row("*", (Action("quantize.smooth"),)))
    assert result.notes and apart_of(result, feeds) < 0.02


def sensitive(path=None):
    """A layer whose outputs decide by the sum of their levels: one that is rounded otherwise gives another answer."""
    b = Build()
    x = b.node("Gemm", ["x", b.weight("fc.weight", 8192, 16), b.weight("fc.bias", 8192)], "fc", transB=1)
    x = b.node("Reshape", [x, b.constant("shape", [0, 1024, 8], np.int64)], "groups")
    x = b.node("ReduceSum", [x, b.constant("axis", [1], np.int64)], "sums", keepdims=0)
    b.node("Sin", [b.node("Mul", [x, b.constant("large", 1e5)], "far")], "y")
    if path is not None:
        onnx.save(b.proto({"x": ["N", 16]}, {"y": ["N", 8]}), path)
    return b.model({"x": ["N", 16]}, {"y": ["N", 8]})


def test_a_model_that_rounding_alone_moves_keeps_its_levels():
    result, feeds = compiled(sensitive(), Row("*", STATIC))
    assert result.notes == () and result.edits["fc"].compute is not None
    assert apart_of(result, feeds) > settle.APART


@pytest.mark.slow
def test_a_file_whose_answers_depend_on_the_optimiser_is_not_called_verified(tmp_path):
    sensitive(tmp_path / "m.onnx")
    np.savez(tmp_path / "d.npz", x=np.random.default_rng(0).standard_normal((40, 16)).astype(np.float32))
    said = "version: 1\nlayers: {'*': [{quantize.static: {}}]}\nexport: {integers: all}\n"  # else timing decides
    (tmp_path / "r.yaml").write_text(said)
    given = [str(tmp_path / name) for name in ("m.onnx", "d.npz", "r.yaml", "out")]
    command = ["compress", given[0], "--data", given[1], "--recipe", given[2], "--out", given[3], "--no-timing"]
    report = json.loads(CliRunner().invoke(cli, [*command, "--json"]).stdout)
    assert report["verified"] is None and report["after"]["value"] is not None
    assert any(note.startswith("Not verified: with graph optimisation off") for note in report["notes"])
    told = " ".join(CliRunner().invoke(cli, command).output.split())
    assert "measured, not verified (see the notes): the written file was run on 40 samples" in told, told
    page = (tmp_path / "out" / "m_compressed.html").read_text()
    assert "Not verified: with graph optimisation off" in page and "; predictions identical to the preview:" not in page


def test_what_is_wrong_on_the_measured_samples_alone_is_left_out_too(monkeypatch):
    """The samples for calibration show nothing of it: their outputs are zero."""
    monkeypatch.setattr(float_layers, "between_levels", lambda *_: [])
    model = sandwich("Conv", gated=True)
    result, feeds = compiled(model, Row("*", STATIC), Row("middle", ()))
    measured = Dataset("memory", feeds, model.inputs, None)
    evaluator = prepare(measured, runner(runtime.session(model)), Job())
    quiet = Dataset("memory", {"x": 0 * feeds["x"]}, model.inputs, None)
    levels = Levels.covering(-6000, 6000)
    first = replace(result.edits["first"], compute=replace(result.edits["first"].compute, delivered=levels))
    made = replace(result, edits={**result.edits, "first": first}, notes=())
    assert made.settled(quiet, None, Job()).notes == ()
    (note,) = made.settled(quiet, evaluator, Job()).notes
    assert note.startswith("first has no quantised output")


def test_a_layer_whose_bias_is_rounded_far_off_stays_in_floats():
    """The step of its bias is the input's scale times the weight's, here as large as the bias itself."""
    result, feeds = compiled(sandwich("Conv"), Row("*", STATIC))
    assert result.edits["middle"].compute is None and result.edits["last"].compute is not None
    assert result.notes[0].startswith("middle keeps floating-point activations")
    assert apart_of(result, feeds) < 0.02


def test_a_refusal_names_the_layer():
    model = between("Relu")
    result, feeds = compiled(model, Row("*", STATIC))
    data = Dataset("memory", feeds, model.inputs, None)
    edits = {**result.edits, "c2": Edit(Dense(np.zeros((6, 5, 1, 1), np.float32)))}  # 5 inputs in the place of 8
    with pytest.raises(
        UserError, match=r"With these steps ONNX Runtime cannot run the exported model, because of c2\."
    ) as refused:
        settle.search(model, edits, data, Job())
    assert "Choose another method for them." in str(refused.value)


def test_the_same_edits_are_run_once(monkeypatch):
    """An export settles what was just compiled: only other edits, or other data, are run again."""
    trials = []
    once = settle.search
    monkeypatch.setattr(settle, "search", lambda *given: trials.append(given) or once(*given))
    result, feeds = compiled(between("Relu"), Row("*", STATIC))
    data = Dataset("memory", feeds, result.model.inputs, None)
    assert settle.exactly(result.model, dict(result.edits), data, Job()) is settle.exactly(
        result.model, result.edits, data, Job()
    )
    assert len(trials) == 1
    settle.exactly(result.model, {path: replace(edit) for path, edit in result.edits.items()}, data, Job())
    assert len(trials) == 2
