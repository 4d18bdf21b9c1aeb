"""Recover with its defaults, on what the demo has: before, after and the paired interval.

python -m tests.benchmarks.bench_defaults [--cases channels,zeros,bits,vit,...]

Each case is one recipe with the stage `distill` as it is added in the window, trained on the demo's 1,000 calibration
images and measured on its 2,000 test images, which nothing was trained on or chosen by. LeNet-5 is trained here first,
on those 1,000 images as well.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import torch

from tests.benchmarks.bench_recovery import fit, lenet5
from workbench.core.base.job import Job
from workbench.core.base.quantities import metric_text
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace

CASES = {
    "channels": ("fashion_cnn", Action("prune.channels", {"ratio": 0.3})),
    "zeros": ("fashion_cnn", Action("prune.magnitude", {"sparsity": 0.8})),
    "bits": ("fashion_cnn", Action("quantize.affine", {"bits": 3, "range": "mse"})),
    "vit": ("fashion_vit", Action("prune.magnitude", {"sparsity": 0.7})),
    "lenet5": ("lenet5", Action("prune.magnitude", {"sparsity": 0.9})),
    "vit-bits": ("fashion_vit", Action("quantize.affine", {"bits": 3, "range": "mse"})),
}


def model_of(name: str, folder: Path) -> str:
    """The path of a model of the demo, or of one that is trained now."""
    if name != "lenet5":
        return str(resource_path(f"demo/{name}.onnx"))
    path = folder / "lenet5.onnx"
    if not path.exists():
        network = fit(lenet5(), resource_path("demo/fashion_calibration.npz"), epochs=30)
        sample = (torch.zeros(2, 1, 28, 28),)
        torch.onnx.export(network, sample, str(path), dynamo=True, dynamic_shapes=({0: "batch"},), verbose=False)
    return str(path)


def case(name: str, kind: str, folder: Path) -> None:
    """One line of the table."""
    model, action = CASES[name]
    path, start = model_of(model, folder), time.process_time()
    workspace = Workspace.open(path, Job()).attach(
        str(resource_path("demo/fashion_test.npz")),
        Job(),
        calibration=str(resource_path("demo/fashion_calibration.npz")),
    )
    recovery = recovered(workspace, Recipe((Row("*", (action,)),), recover=(Stage(kind),)), Job()).recovery
    assert recovery is not None and recovery.gain is not None
    metric = workspace.measurable().metric.info
    figures = (workspace.measurable().baseline().value, recovery.unrecovered or 0.0, recovery.recovered or 0.0)
    original, before, after = (metric_text(value, metric) for value in figures)
    print(
        f"| {name} | {kind} | {original} | {before} | {after} | {recovery.gain.words(metric)} | "
        f"{recovery.stages[0].rate or '-'} | {time.process_time() - start:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--stages", default="statistics,distill")
    given = parser.parse_args()
    print("| case | stage | original | before | after | training helped | rate | seconds of a core |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        os.environ["WORKBENCH_CACHE"] = place
        for name in given.cases.split(","):
            for kind in given.stages.split(","):
                if kind != "statistics" or CASES[name][0] == "fashion_cnn":
                    case(name, kind, Path(place))
