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

STEPS = [
    "lowrank.svd: {ratio: 0.5}",
    "quantize.affine: {bits: 4}",
    "quantize.blockwise: {}",
    "quantize.static: {}",
    "quantize.dynamic: {}",
    "quantize.smooth: {}",
    "quantize.awq: {}",
    "quantize.bias_correction: {}",
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
    report = export(workspace, parse_recipe(f"version: 1\nlayers: {{first*: [{steps}]}}"), str(path.parent), Job())
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
