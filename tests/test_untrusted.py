"""Hostile files through the command line, each in a separate process: little memory, one sentence, no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli.group import NO_MEMORY

FOLDER = Path(__file__).parent / "cases" / "untrusted"
ROOT = Path(__file__).parents[1]
MEMORY = 1 << 30
HANG = 300  # seconds: only so that a hang ends
# Opens a file in this process and says what it took at most; the child's child is what the system accounts for.
MEASURED = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "workbench", *sys.argv[1:]], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([done.returncode, done.stderr, used * (1 if sys.platform == "darwin" else 1024)]))
"""
OPEN = {"functions_2pow10.onnx", "mutant-4.onnx"}  # a thousand operators; a size that no output depends on


def python(folder, *arguments):
    """A process of Python with our packages, which works in this folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=HANG, cwd=folder, env=environment)


def measured(*arguments):
    """Exit code, error output and most memory, in bytes, of a command."""
    done = python(ROOT, "-c", MEASURED, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the memory of a process is read with getrusage")
@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.onnx")), ids=lambda file: file.name)
def test_a_hostile_model_takes_little_memory_and_ends_in_one_sentence(file):
    code, said, used = measured("inspect", str(file), "--json")
    assert used < MEMORY
    assert "Traceback" not in said and "Internal error" not in said
    errors = [line for line in said.replace("\r", "\n").splitlines() if line.startswith("Error: ")]
    assert code == (0 if file.name in OPEN else 1), said
    assert len(errors) == code and all(error.endswith(".") for error in errors)


@pytest.mark.slow
def test_modules_and_plugins_beside_a_model_are_not_run(tmp_path):
    """`python -m` looks for modules in the current folder first, and for the metadata of distributions."""
    for name in ("click", "multiprocessing", "onnx", "torch", "evil"):
        (tmp_path / f"{name}.py").write_text("import os\nos._exit(7)\n")
    metadata = tmp_path / "evil-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[workbench.methods]\nevil = evil\n")
    done = python(tmp_path, "-m", "workbench", "inspect", str(FOLDER / "functions_2pow10.onnx"))
    assert done.returncode == 0, done.stderr
    assert "evil" not in done.stdout + done.stderr


# Reads a size from the data: what the run takes is not known before. The machine is said to have 1 GB free.
GREEDY = """
import sys
import numpy as np, onnx
from onnx import TensorProto, helper, numpy_helper
from workbench.cli.commands import cli
from workbench.cli.group import leave_without_memory
from workbench.core.base import system
from workbench.core.ipc import memory_limit
node, value = helper.make_node, helper.make_tensor_value_info
constants = {"w": np.ones((1024, 1024), np.float32), "v": np.ones(1, np.float32), "to": np.array([1], np.int64)}
nodes = [
    node("MatMul", ["x", "w"], ["h"], name="fc"), node("ReduceMax", ["x"], ["m"], keepdims=0),
    node("Cast", ["m"], ["i"], to=TensorProto.INT64), node("Abs", ["i"], ["a"]), node("Reshape", ["a", "to"], ["s"]),
    node("Expand", ["v", "s"], ["e"]), node("ReduceSum", ["e"], ["sum"], keepdims=0), node("Add", ["h", "sum"], ["y"]),
]
graph = helper.make_graph(
    nodes, "g", [value("x", TensorProto.FLOAT, ["n", 1024])], [value("y", TensorProto.FLOAT, None)],
    [numpy_helper.from_array(array, name) for name, array in constants.items()],
)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "m.onnx")
x = np.ones((4, 1024), np.float32)
x[0, 0] = 1 << 30
np.savez("d.npz", x=x)
system.free_memory = lambda: 1 << 30
if sys.argv[1:] == ["--json"]:  # a system that refuses nothing
    memory_limit._by_rlimit = memory_limit._by_nobody
memory_limit.limit_memory(leave_without_memory)
cli.main(["evaluate", "m.onnx", "--data", "d.npz", *sys.argv[1:]], "workbench")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of data is limited on Linux alone")
def test_a_run_that_takes_more_than_is_free_ends_in_one_sentence(tmp_path):
    done = python(tmp_path, "-c", GREEDY)
    assert done.returncode == 1, done.stderr
    assert "Error: ONNX Runtime cannot run the model: it needs more memory than is available." in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="its resident memory is read")
def test_where_the_system_refuses_no_memory_the_process_that_takes_too_much_ends_with_a_sentence(tmp_path):
    done = python(tmp_path, "-c", GREEDY, "--json")
    assert done.returncode == 1, done.stderr
    assert f"Error: {NO_MEMORY}\n" in done.stderr
    assert json.loads(done.stdout) == {"error": {"message": NO_MEMORY, "exit_code": 1}}
