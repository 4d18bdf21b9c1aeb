"""Files that are changed, cut short or removed while the program has them open."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.errors import UserError, behind
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace

HALF = Recipe((Row("*", (Action("prune.magnitude", {"sparsity": 0.5}),)),))


def model(folder: Path, external: bool) -> Path:
    rng = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(rng.normal(size=(64, 64)).astype(np.float32), f"fc{index}.weight") for index in range(2)
    ]
    nodes = [
        helper.make_node("Gemm", ["x", "fc0.weight"], ["h"], transB=1),
        helper.make_node("Gemm", ["h", "fc1.weight"], ["y"], transB=1),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 64]) for name in "xy"]
    made = helper.make_model(
        helper.make_graph(nodes, "g", ends[:1], ends[1:], weights),
        ir_version=8,
        opset_imports=[helper.make_opsetid("", 17)],
    )
    onnx.save(made, folder / "net.onnx", save_as_external_data=external, location="net.data", size_threshold=0)
    np.savez(folder / "data.npz", x=rng.normal(size=(30, 64)).astype(np.float32), y=rng.integers(0, 64, 30))
    return folder / "net.onnx"


def opened(folder: Path, external: bool) -> Workspace:
    workspace = Workspace.open(str(model(folder, external)), Job())
    return workspace.attach(str(folder / "data.npz"), Job())


def shorten(path: Path) -> None:
    os.truncate(path, 100)


def overwrite(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb+") as file:
        file.write(b"\1" * size)
    os.utime(path, ns=(0, 0))  # the clock was set back meanwhile


@pytest.mark.parametrize("change", [shorten, overwrite])
def test_weights_that_are_changed_under_our_feet_are_one_sentence(tmp_path, change):
    workspace = opened(tmp_path, external=True)
    change(tmp_path / "net.data")
    with pytest.raises(Exception) as caught:
        export(workspace, HALF, str(tmp_path / "out"), Job(), timing=False)
    assert behind(caught.value).what == f"{tmp_path / 'net.data'} changed on disk while the model was open."
    assert list((tmp_path / "out").glob("*")) == []


@pytest.mark.parametrize(
    "external", [False, True], ids=["one file", "needs the file weights in the same folder, but it is missing."]
)
def test_files_that_are_removed_or_replaced_are_still_there_for_us(tmp_path, external):
    workspace = opened(tmp_path, external)
    before = workspace.model.weight("fc1").copy()
    for name in ("net.onnx", "data.npz", *(["net.data"] if external else [])):
        (tmp_path / name).unlink()
    if external:
        (tmp_path / "net.data").write_bytes(b"another file")
    np.testing.assert_array_equal(workspace.model.weight("fc1"), before)
    report = export(workspace, HALF, str(tmp_path / "out"), Job(), timing=False)
    assert report.verified.agreement == 1.0


@pytest.mark.slow
def test_the_command_line_says_it_in_one_sentence_and_lives(tmp_path):
    """Reading beyond the end of a mapped file would end the process by a signal."""
    path = model(tmp_path, external=True)
    code = f"""
import os, sys
from workbench.engine import workspace
real = workspace.Workspace.attach
def attach(self, *arguments, **named):
    os.truncate({str(tmp_path / "net.data")!r}, 10)
    return real(self, *arguments, **named)
workspace.Workspace.attach = attach
sys.argv = ["workbench", "compress", {str(path)!r}, "--data", {str(tmp_path / "data.npz")!r}, "--recipe",
            {str(tmp_path / "recipe.yaml")!r}, "--out", {str(tmp_path / "out")!r}]
from workbench.cli.commands import cli
cli.main()
"""
    (tmp_path / "recipe.yaml").write_text("version: 1\nlayers: {'*': [quantize.affine]}\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines()[-1] == (
        f"Error: {tmp_path / 'net.data'} changed on disk while the model was open. Open the model again."
    )


def test_a_truncated_or_missing_file_ends_in_one_sentence(tmp_path):
    path = model(tmp_path, external=False)
    workspace = Workspace.open(str(path), Job())
    os.truncate(tmp_path / "data.npz", 200)
    with pytest.raises(UserError, match=r"data\.npz"):
        workspace.attach(str(tmp_path / "data.npz"), Job())
    os.truncate(path, 500)
    with pytest.raises(UserError, match=r"net\.onnx"):
        Workspace.open(str(path), Job())
    path.unlink()
    with pytest.raises(UserError, match=r"no file .*net\.onnx"):
        Workspace.open(str(path), Job())
