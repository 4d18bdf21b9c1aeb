"""The memory that a whole search takes at most, in a fresh process, on a network whose inputs of layers are large:
a depthwise convolution of many channels, of which calibration sees rows by the thousand."""

import os
import subprocess
import sys

import numpy as np
import onnx
import pytest

# Megabytes beside the imports and the opened model, of what a search keeps where results, edits and weights are small
# (see tests/benchmarks/search.md): values that cross a cut, those between calibrated layers, and four runs of 64 MB of
# values each. Rows of inputs by the thousand, whatever their width, took twice as much.
BUDGET = 512 + 256 + 4 * 64
WIDE, SIDE = 384, 56
NETWORK = f"""
<ir_version: 8, opset_import: ["" : 17]>
net (float[n, 3, {2 * SIDE}, {2 * SIDE}] x) => (float[n, 10] y)
{{
    a = Conv <strides = [2, 2], pads = [1, 1, 1, 1]> (x, stem)
    b = Relu (a)
    c = Conv (b, expand)
    d = Relu (c)
    e = Conv <group = {WIDE}, pads = [1, 1, 1, 1]> (d, depthwise)
    f = Relu (e)
    g = Conv (f, project)
    h = GlobalAveragePool (g)
    i = Flatten (h)
    y = Gemm <transB = 1> (i, head)
}}
"""
WEIGHTS = {
    "stem": (16, 3, 3, 3),
    "expand": (WIDE, 16, 1, 1),
    "depthwise": (WIDE, 1, 3, 3),
    "project": (32, WIDE, 1, 1),
    "head": (10, 32),
}
CHILD = """
import sys
from workbench.core.analysis.plan import Goal
from workbench.core.base.job import Job
from workbench.engine.search.plan import plan
from workbench.engine.workspace import Workspace

import workbench.engine.preview.predict  # and torch with it

def told(name):
    "Megabytes of this process; getrusage would tell the most of the one that started it, too."
    return next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith(name))

workspace = Workspace.open(sys.argv[1] + "/net.onnx", Job()).attach(sys.argv[1] + "/data.npz", Job())
before = told("VmRSS")
front = plan(workspace, Goal(max_ratio=0.3), Job())
print(before, told("VmHWM"), front.trials, front.chosen.bytes / front.original.bytes)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux tells it")
def test_a_search_keeps_to_its_memory(tmp_path):
    rng, proto = np.random.default_rng(0), onnx.parser.parse_model(NETWORK)
    for name, shape in WEIGHTS.items():
        values = rng.normal(size=shape).astype(np.float32) / np.sqrt(np.prod(shape[1:]))
        proto.graph.initializer.append(onnx.numpy_helper.from_array(values.astype(np.float32), name))
    onnx.save(proto, tmp_path / "net.onnx")
    images = rng.normal(size=(24, 3, 2 * SIDE, 2 * SIDE)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=images)
    env = {**os.environ, "WORKBENCH_CACHE": str(tmp_path / "cache"), "WORKBENCH_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", CHILD, str(tmp_path)]
    told = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
    before, most, trials, ratio = map(float, told.split())
    assert trials > 20 and ratio <= 0.3
    assert most - before <= BUDGET, f"{most:.0f} MB at most, {before:.0f} MB when the model was open"
