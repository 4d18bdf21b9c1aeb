"""Names that an edit makes may be taken: by other parts of a model, or because it was compressed before."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace
from workbench.formats.onnx_file import from_proto
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut

STEPS = [
    "lowrank.svd: {ratio: 0.5}",
    "quantize.affine: {bits: 4}",
    "quantize.blockwise: {}",
    "quantize.static: {}",
    "quantize.dynamic: {}",
    "quantize.smooth: {}",
    "quantize.awq: {}",
    "quantize.bias_correction: {}",
    "distill.layer: {rank: 4, steps: 2}",
]


def built(path: Path, values: list[str], nodes: list[str]) -> Path:
    """A dense layer `first`, behind it an operator for each of these names of values and of nodes, and a last layer."""
    b = Build(opset=17)
    x = b.node("MatMul", ["x", b.weight("first.weight", 16, 32)], "h")
    b.nodes[-1].name = "first"
    for index, name in enumerate(values):
        x = b.node("Add", [x, b.constant(name, 0.5)] if index % 2 else [x, x], f"v{index}" if index % 2 else name)
    for index, name in enumerate(nodes):
        x = b.node("Relu", [x], f"n{index}")
        b.nodes[-1].name = name
    b.node("MatMul", [x, b.weight("last.weight", 32, 4)], "y")
    onnx.save(b.proto({"x": ["N", 16]}, {"y": ["N", 4]}), path)
    np.savez(path.with_suffix(".npz"), x=np.random.default_rng(0).standard_normal((16, 16)).astype(np.float32))
    return path


def exported(path: Path, steps: str) -> onnx.ModelProto:
    """What a recipe makes, which ONNX and ONNX Runtime have taken, of the size that was forecast."""
    workspace = Workspace.open(str(path), Job()).attach(str(path.with_suffix(".npz")), Job())
    report = export(
        workspace, parse_recipe(f"version: 1\nlayers: {{first*: [{steps}]}}"), str(path.parent), Job(), timing=False
    )
    written = Path(report.files["model"])
    assert report.forecast_bytes == written.stat().st_size and report.verified.agreement == 1
    proto = onnx.load(written)
    onnx.checker.check_model(proto)
    return proto


@pytest.mark.parametrize("step", STEPS)
def test_names_that_an_edit_makes_may_be_taken(tmp_path, step):
    before = onnx.load(built(tmp_path / "plain.onnx", [], []))
    after = exported(tmp_path / "plain.onnx", f"{{{step}}}")

    def values(proto):
        return {
            *(name for node in proto.graph.node for name in node.output),
            *(tensor.name for tensor in proto.graph.initializer),
        }

    taken = sorted(values(after) - values(before))
    nodes = sorted({node.name for node in after.graph.node if node.name} - {node.name for node in before.graph.node})
    assert taken
    built(tmp_path / "taken.onnx", taken, nodes)
    exported(tmp_path / "taken.onnx", f"{{{step}}}")


def test_factors_are_factored_again(tmp_path):
    built(tmp_path / "plain.onnx", [], [])
    exported(tmp_path / "plain.onnx", "{lowrank.svd: {rank: 8}}")
    (tmp_path / "plain_compressed.npz").write_bytes((tmp_path / "plain.npz").read_bytes())
    again = exported(tmp_path / "plain_compressed.onnx", "{lowrank.svd: {rank: 4}}")
    assert sum(node.op_type == "MatMul" for node in again.graph.node) == 5


def test_names_that_a_student_of_a_block_makes_may_be_taken(tmp_path):
    b = Build(opset=17)
    x = b.node("Relu", [b.node("MatMul", ["x", b.weight("block.a.weight", 16, 16)], "first")], "bent")
    x = b.node("MatMul", [x, b.weight("block.b.weight", 16, 16)], "h")
    for name in ("h.product", "h__before", "first__before", "bias", "block.a.bias"):
        x = b.node("Abs", [x], name)
        b.nodes[-1].name = f"{b.nodes[0].name}.bias" if name == "bias" else f"{b.nodes[0].name}__before{len(b.nodes)}"
    b.nodes[-1].name = f"{b.nodes[0].name}__before"
    b.node("MatMul", [x, b.weight("last.weight", 16, 4)], "y")
    onnx.save(b.proto({"x": ["N", 16]}, {"y": ["N", 4]}), tmp_path / "m.onnx")
    np.savez(tmp_path / "m.npz", x=np.random.default_rng(0).standard_normal((40, 16)).astype(np.float32))
    workspace = Workspace.open(str(tmp_path / "m.onnx"), Job()).attach(str(tmp_path / "m.npz"), Job())
    recipe = parse_recipe("version: 1\nlayers: {block.a: [{distill.block: {span: block}}]}")
    report = export(workspace, recipe, str(tmp_path), Job(), timing=False)
    assert report.verified.agreement == 1
    onnx.checker.check_model(onnx.load(report.files["model"]))


def test_names_that_a_cut_makes_may_be_taken():
    """The operator before the cut stays for its other output, and its name for what is given now is taken."""
    b = Build(opset=17)
    b.nodes.append(onnx.helper.make_node("Split", ["x"], ["a", "rest"], "split", axis=1))
    b.node("Neg", ["rest"], "a__before")
    b.node("Add", ["a", "a__before"], "sum")
    b.node("MatMul", ["sum", b.weight("w", 4, 2)], "y")
    model = from_proto(b.proto({"x": ["N", 8]}, {"y": ["N", 2]}), "m", Job())
    x, a = np.ones((3, 8), np.float32), np.full((3, 4), 5, np.float32)
    session = runtime.session(cut.between(model, ("a",), ("sum",)))
    assert {value.name for value in session.get_inputs()} == {"x", "a"}
    np.testing.assert_array_equal(runtime.run(session, {"x": x, "a": a})[0], np.full((3, 4), 4, np.float32))


def test_names_that_a_normalisation_makes_may_be_taken():
    """It becomes an Add where nothing that it could be folded into is before it."""
    b = Build(opset=17)
    x = b.node("Relu", ["x"], "r")
    ones = [b.constant(name, np.full(4, value)) for name, value in (("s", 2), ("bn.bias", 1), ("mean", 0), ("var", 1))]
    x = b.node("BatchNormalization", [x, *ones], "n")
    x = b.node("Abs", [b.node("Abs", [x], "n__normalised")], "s__before")
    b.node("Conv", [x, b.weight("c.weight", 2, 4, 1, 1)], "y")
    proto = b.proto({"x": ["N", 4, 2, 2]}, {"y": ["N", 2, 2, 2]})
    x = np.random.default_rng(0).standard_normal((2, 4, 2, 2)).astype(np.float32)
    expected = runtime.session(proto.SerializeToString()).run(None, {"x": x})[0]
    found = runtime.session(from_proto(proto, "m", Job())).run(None, {"x": x})[0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
