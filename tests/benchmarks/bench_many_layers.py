"""Models of many layers: seconds to open and inspect one, to change all of them with one step, and to export it.

    python -m tests.benchmarks.bench_many_layers [LAYERS...]        100, 300 and 1000 where none is given

Each model is a chain of small 3x3 convolutions with ReLU, so that what is counted is the work a layer, not a weight;
every second convolution ends in a residual sum, so that half of all layers are coupled.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.export import export
from workbench.engine.base.store import Store
from workbench.engine.compile.structure import couplings
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace

CHANNELS = 8
STEPS = (Action("quantize.affine", {"bits": 4}), Action("prune.channels", {"ratio": 0.25}))


def chain(layers: int) -> onnx.ModelProto:
    """Convolutions [8, 8, 3, 3], each second one added to what the others gave, and a dense layer."""
    rng = np.random.default_rng(0)
    nodes, tensors, x, skip, inputs = [], [], "x", "", 3
    for index in range(layers - 1):
        name = f"layers.{index}.conv"
        weight = rng.standard_normal((CHANNELS, inputs, 3, 3)) * np.sqrt(0.5 / (9 * inputs))
        tensors += [
            numpy_helper.from_array(weight.astype(np.float32), f"{name}.weight"),
            numpy_helper.from_array(np.zeros(CHANNELS, np.float32), f"{name}.bias"),
        ]
        nodes += [
            helper.make_node("Conv", [x, f"{name}.weight", f"{name}.bias"], [f"{name}.out"], name, pads=[1, 1, 1, 1]),
            helper.make_node("Relu", [f"{name}.out"], [f"{name}.relu"], f"{name}.activation"),
        ]
        x, inputs = f"{name}.relu", CHANNELS
        if index % 2 == 0:
            if skip:
                nodes.append(helper.make_node("Add", [x, skip], [f"{name}.sum"], f"{name}.add"))
            x = skip = f"{name}.sum" if skip else x
    head = rng.standard_normal((CHANNELS, 10)).astype(np.float32)
    nodes += [
        helper.make_node("GlobalAveragePool", [x], ["pooled"], "pool"),
        helper.make_node("Flatten", ["pooled"], ["flat"], "flatten"),
        helper.make_node("MatMul", ["flat", "head.weight"], ["y"], "head"),
    ]
    graph = helper.make_graph(
        nodes,
        "chain",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 10])],
        [*tensors, numpy_helper.from_array(head, "head.weight")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@contextmanager
def timed(what: str, found: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    found[what] = time.perf_counter() - start


def measured(layers: int, folder: Path) -> dict[str, float]:
    """Seconds of each part of the work on a model of `layers` layers."""
    path = folder / f"chain{layers}.onnx"
    onnx.save(chain(layers), path)
    np.savez(folder / "data.npz", x=np.random.default_rng(1).standard_normal((16, 3, 8, 8)).astype(np.float32))
    found: dict[str, float] = {}
    with timed("open", found):
        workspace = replace(Workspace.open(str(path), Job()), store=Store(folder / f"statistics{layers}"))
    with timed("inspect", found):
        for layer in workspace.model.layers:
            workspace.view(layer.path)
    with timed("couplings", found):
        couplings(workspace.model)
    with timed("attach", found):
        workspace = workspace.attach(str(folder / "data.npz"), Job())
    for step in STEPS:
        recipe = Recipe((Row("*", (step,)),))
        with timed(f"preview {step.method}", found):
            list(Previewer(workspace).measure(recipe, (), Job()))
        with timed(f"export {step.method}", found):
            export(workspace, recipe, str(folder / step.method), Job())
    return found


def main() -> None:
    sizes = [int(given) for given in sys.argv[1:]] or [100, 300, 1000]
    with tempfile.TemporaryDirectory() as folder:
        rows = {size: measured(size, Path(folder)) for size in sizes}
    print(f"{'layers':28}" + "".join(f"{size:>10}" for size in sizes))
    for what in next(iter(rows.values())):
        print(f"{what:28}" + "".join(f"{rows[size][what]:10.2f}" for size in sizes))
    print(f"{'all':28}" + "".join(f"{sum(rows[size].values()):10.2f}" for size in sizes))


if __name__ == "__main__":
    main()
