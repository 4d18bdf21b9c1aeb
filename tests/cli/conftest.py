"""Files in a folder, and the command line called on them."""

import json

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper

from workbench.cli.commands import cli

RECIPE = """
version: 1
layers:
  "*": [{quantize.affine: {bits: 8}}]
  "second": [{prune.magnitude: {sparsity: 0.5}}, {quantize.affine: {bits: 4}}]
"""


def workbench(*arguments: object):
    """Run a command in this process; what was printed and the exit code."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="workbench")


def sentence(result) -> str:
    """The one line of complaint of a run that failed; checks that it is one, and that nothing else was printed, but
    the same as JSON for a run that was to print JSON."""
    assert result.exit_code == 1, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1 and result.stderr.splitlines()[-1] == lines[0], result.stderr
    assert not result.stdout or json.loads(result.stdout) == error_of(lines[0].removeprefix("Error: "), 1)
    return lines[0]


def error_of(message: str, code: int) -> dict:
    return {"error": {"message": message, "exit_code": code}}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a small classifier, data for it and a recipe."""
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=shape).astype(np.float32) for shape in ((16, 32), (32, 4)))
    nodes = [
        helper.make_node("MatMul", ["x", "first"], ["h"], name="first"),
        helper.make_node("Relu", ["h"], ["r"], name="relu"),
        helper.make_node("MatMul", ["r", "second"], ["y"], name="second"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 4])],
        [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "small.onnx"
    )
    x = rng.normal(size=(100, 16)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=x, y=(np.maximum(x @ first, 0) @ second).argmax(1))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


COMPRESS = ("compress", "small.onnx", "--data", "data.npz", "--recipe", "recipe.yaml", "--out", "out")


@pytest.fixture
def windows(monkeypatch):
    """What the window would have been started with."""
    from workbench.cli import commands as module

    asked = []
    monkeypatch.setattr(module, "show", lambda *given: asked.append(given))
    return asked
