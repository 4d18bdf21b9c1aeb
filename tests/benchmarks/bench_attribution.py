"""How fast layers are taken back one at a time (attribution), as a ratio against the whole edited graph for each.

python -m tests.benchmarks.bench_attribution [--images 64]

The model has the shapes of ResNet-18 at 224 px, all its layers at 4 bits, and seeded images. Both ways take turns,
layer by layer, so that a busy machine slows both.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.networks import export_resnet18, images
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.analysis.attribution import Trial, parts_of
from workbench.engine.workspace import Workspace

OUT = Path("out/bench")


def measured(workspace: Workspace, recipe: Recipe, samples: int) -> str:
    """Seconds of both ways, and how far the outputs differ."""
    result = workspace.compiled(recipe, Job())
    trial = Trial(workspace, recipe, result, np.arange(samples))
    seconds, worst, parts = np.zeros(2), 0.0, parts_of(result, trained=False)
    for part in parts:
        clock = [time.perf_counter()]
        _, quick = trial.alone(part, Job())
        clock.append(time.perf_counter())
        slow = trial.whole(part.paths, Job())
        clock.append(time.perf_counter())
        seconds += np.diff(clock)
        worst = max(worst, float(np.abs(quick.logits - slow.logits).max()))
    return (
        f"{len(parts)} layers, {samples:3} images: {seconds[1] / seconds[0]:.2f}x ({seconds[1]:.1f} s the whole "
        f"graph for each, {seconds[0]:.1f} s what lies behind), largest difference of an output {worst:.1g}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=64)
    given = parser.parse_args()
    model, data = export_resnet18(OUT / "resnet18.onnx"), OUT / f"images{given.images}.npz"
    if not data.exists():
        np.savez(data, x=images(given.images, 7))
    workspace = Workspace.open(str(model), Job()).attach(str(data), Job())
    recipe = Recipe().with_actions(
        [layer.path for layer in workspace.model.layers if not layer.locked], (Action("quantize.affine", {"bits": 4}),)
    )
    for samples in (8, given.images):
        print(measured(workspace, recipe, samples), flush=True)


if __name__ == "__main__":
    main()
