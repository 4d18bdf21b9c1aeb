"""What recovery wins back, verified in the exported file.

python -m tests.benchmarks.bench_recovery [--cases sparse,channels,bits,rank,distill,lenet300,lenet5] [--samples N]
                                          [--epochs N] [--data FOLDER]

Trains on Fashion-MNIST's training images (the Debian package dataset-fashion-mnist) and measures on test images that
nothing was trained on or chosen by: the demo's 2,000 for the demo network, all 10,000 for the LeNets. Each case is one
recipe, exported, opened again and measured. `OMP_NUM_THREADS=1` uses one core.

- sparse, channels, bits, rank: the demo network with 80 % zeros; half the MACs by removing channels; 3-bit weights;
  half the ranks. Won back: (after - before) / (original - before).
- distill: the pruned demo network trained on labels and on the teacher's answers, three seeds each.
- lenet300, lenet5: prune, retrain, codebook, retrain (Han et al. 2016, Deep Compression), of networks trained here.
"""

import argparse
import gzip
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from workbench.core.analysis.report import Report
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
PIXELS = 28 * 28


# -- data ----------------------------------------------------------------------------------------------------------


def read(folder: Path, name: str) -> np.ndarray:
    raw = gzip.decompress((folder / name).read_bytes())
    shape = np.frombuffer(raw, ">i4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def write_samples(folder: Path, split: str, path: Path, count: int) -> Path:
    """An .npz of the first `count` images of a shuffled split."""
    images, labels = (read(folder, f"{split}-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1"))
    chosen = np.random.default_rng(0).permutation(len(images))[:count]
    np.savez(path, x=images[chosen][:, None], y=labels[chosen])
    return path


# -- the demo network ----------------------------------------------------------------------------------------------


def open_demo(train: Path) -> Workspace:
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    return workspace.attach(str(resource_path("demo/fashion_test.npz")), Job(), calibration=str(train))


def half_ranks(workspace: Workspace) -> tuple[Row, ...]:
    """Every layer that can be factored, at half its full rank."""
    rows = []
    for layer in workspace.model.layers:
        rank = min(layer.matrix) // 2
        if layer.groups == 1 and not layer.locked and min(layer.matrix) > 1:
            rows.append(Row(layer.path, (Action("lowrank.svd", {"rank": max(1, rank)}),)))
    return tuple(rows)


def rows_of(case: str, workspace: Workspace) -> tuple[Row, ...]:
    match case:
        case "sparse":
            return (Row("*", (Action("prune.magnitude", {"sparsity": 0.8}),)),)
        case "channels":
            return (Row("*", (Action("prune.channels", {"ratio": 0.3}),)),)
        case "bits":
            return (Row("*", (Action("quantize.affine", {"bits": 3, "range": "mse"}),)),)
    return half_ranks(workspace)


def recover(case: str, train: Path, epochs: int) -> None:
    """One line: before, after, how much was won back."""
    start = clocks()
    workspace = open_demo(train)
    stage = Stage("distill", {"epochs": epochs, "batch": 64, "shift": 1, "flip": True})
    report = run(workspace, Recipe(rows_of(case, workspace), recover=(stage,)))
    assert report.recovery is not None and report.before.value is not None and report.verified is not None
    original, before, after = report.before.value.value, report.recovery.unrecovered or 0.0, report.verified.value
    won = (after - before) / (original - before)
    macs = (report.before.macs or 0) / (report.after.macs or 1)
    print(
        f"{case:10} original {original:.4f}  before {before:.4f}  after {after:.4f}  won back {won:6.1%}  "
        f"file {report.ratio:5.2f}x smaller  MACs {macs:.2f}x fewer  forecast "
        f"{'exact' if report.forecast_bytes == report.after.bytes.value else 'OFF'}  "
        f"{spent(start)}",
        flush=True,
    )


def clocks() -> tuple[float, float]:
    return time.monotonic(), time.process_time()


def spent(start: tuple[float, float]) -> str:
    """Seconds on the clock, and of the processor: others may have used the machine too."""
    now = clocks()
    return f"{now[0] - start[0]:.0f} s ({now[1] - start[1]:.0f} s of one core)"


def run(workspace: Workspace, recipe: Recipe) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        return export(workspace, recipe, folder, Job())


def distil(train: Path, epochs: int) -> None:
    """The same student and budget on labels and on a teacher's answers."""
    start = clocks()
    workspace = open_demo(train)
    rows = (Row("*", (Action("prune.channels", {"ratio": 0.5}),)),)
    values: dict[str, list[float]] = {}
    for seed in range(3):
        for name, stage in (
            ("labels", Stage("finetune", {"epochs": epochs, "batch": 64})),
            ("teacher", Stage("distill", {"epochs": epochs, "batch": 64})),
        ):
            report = run(workspace, Recipe(rows, seed, (stage,)))
            assert report.verified is not None
            values.setdefault(name, []).append(report.verified.value)
            print(f"distill    seed {seed} {name:8} {report.verified.value:.4f}", flush=True)
    for name, found in values.items():
        print(f"distill    {name:8} mean {np.mean(found):.4f}, spread {min(found):.4f} to {max(found):.4f}", flush=True)
    print(f"distill    {spent(start)}", flush=True)


# -- Deep Compression ----------------------------------------------------------------------------------------------


class Scaled(nn.Module):
    """Pixels 0..255 to 0..1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x / 255


def lenet300() -> nn.Module:
    """LeCun et al. 1998: 784-300-100-10."""
    return nn.Sequential(
        Scaled(), nn.Flatten(), nn.Linear(PIXELS, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)
    )


def lenet5() -> nn.Module:
    """The variant of Caffe that Han et al. compress: 20 and 50 filters, 500 hidden units, 431 k parameters."""
    return nn.Sequential(
        Scaled(),
        nn.Conv2d(1, 20, 5),
        nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 500),
        nn.ReLU(),
        nn.Linear(500, 10),
    )


def fit(network: nn.Module, train: Path, epochs: int, seed: int = 0) -> nn.Module:
    """Train from scratch with Adam and a cosine schedule."""
    torch.manual_seed(seed)
    data = np.load(train)
    x, y = torch.from_numpy(data["x"].astype(np.float32)), torch.from_numpy(data["y"].astype(np.int64))
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.reset_parameters()
    optimiser = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.01)
    steps = epochs * (len(x) // 128)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        for start in range(0, len(x) - 127, 128):
            chosen = order[start : start + 128]
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(x[chosen]), y[chosen]).backward()
            optimiser.step()
            schedule.step()
    return network.eval()


def written(network: nn.Module, path: Path) -> Path:
    """The network as an ONNX file that takes any number of images."""
    batch = torch.export.Dim("batch", min=1, max=65536)
    torch.onnx.export(
        network.eval(),
        (torch.zeros(2, 1, 28, 28),),
        str(path),
        input_names=["x"],
        dynamo=True,
        dynamic_shapes=({0: batch},),
        external_data=False,
        verbose=False,
    )
    return path


DEEP: dict[str, dict[str, Any]] = {
    "lenet300": {"make": lenet300, "sparsity": {"*": 0.925, "6": 0.73}, "bits": 4, "epochs": 60},
    "lenet5": {"make": lenet5, "sparsity": {"*": 0.921, "1": 0.43, "3": 0.83, "8": 0.735}, "bits": 4, "epochs": 14},
}


def deep(name: str, folder: Path, train: Path, test: Path, epochs: int) -> None:
    """Prune, retrain, share values, retrain: one recipe."""
    start = clocks()
    model = folder / f"{name}.onnx"
    if not model.exists():
        written(fit(DEEP[name]["make"](), train, 15), model)
    fitted = spent(start)
    start = clocks()
    workspace = Workspace.open(str(model), Job()).attach(str(test), Job(), calibration=str(train))
    codebook = Action("quantize.codebook", {"bits": DEEP[name]["bits"]})
    rows = tuple(
        Row(pattern, (Action("prune.magnitude", {"sparsity": sparsity}), codebook))
        for pattern, sparsity in DEEP[name]["sparsity"].items()
    )
    stages = (
        Stage("distill", {"epochs": epochs, "before": "quantize", "sparsify": "cubic", "batch": 128}),
        Stage("distill", {"epochs": max(1, epochs // 4), "batch": 128, "rate": 0.0003}),
    )
    report = run(workspace, Recipe(rows, recover=stages))
    assert report.before.value is not None and report.verified is not None
    original, after = report.before.value.value, report.verified.value
    print(
        f"{name:10} original {original:.4f}  after {after:.4f}  lost {100 * (original - after):.2f} points  "
        f"{report.before.bytes.value:,.0f} -> {report.after.bytes.value:,.0f} bytes, {report.ratio:.1f}x smaller  "
        f"fitted in {fitted}, compressed in {spent(start)}",
        flush=True,
    )
    for note in report.notes:
        print(f"           {note}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="sparse,channels,bits,rank,distill,lenet300,lenet5")
    parser.add_argument("--samples", type=int, default=20000, help="training images for the demo network")
    parser.add_argument("--epochs", type=int, default=0, help="default: 4 for the demo network; see DEEP")
    parser.add_argument("--data", type=Path, default=DEBIAN)
    parser.add_argument("--folder", type=Path, help="where trained LeNets are kept; default: nowhere")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["WORKBENCH_CACHE"] = place  # a training that was run before would only be read again
        some = write_samples(given.data, "train", Path(place) / "train.npz", given.samples)
        for chosen in given.cases.split(","):
            if chosen in DEEP:
                every = write_samples(given.data, "train", Path(place) / "every.npz", 60000)
                tests = write_samples(given.data, "t10k", Path(place) / "tests.npz", 10000)
                deep(chosen, given.folder or Path(place), every, tests, given.epochs or DEEP[chosen]["epochs"])
            elif chosen == "distill":
                distil(some, given.epochs or 2)
            else:
                recover(chosen, some, given.epochs or 4)
