"""Removed channels beside Torch-Pruning, at half the MACs and with the same training afterwards.

python -m tests.benchmarks.bench_channels [--networks cnn,plain] [--seeds 0,1,2] [--samples 9000] [--by NAME,...]
                                          [--data FOLDER]

Needs the package torch-pruning. Its pruners take the torch network; what they leave, with the statistics of BatchNorm
made again, is exported and opened here. So one and the same stage trains all: `distill` on the original's answers,
2 epochs of 9,000 training images, a tenth of which chooses the best state. The share that is removed is the smallest in
steps of 0.01 at which half the MACs are left. Ours keeps multiples of 8 channels by default, of which the runtime
computes as many at once; theirs any number. All are then exported, and measured on the 10,000 test images by the file
in ONNX Runtime.

`cnn` is the demo's, `plain` one without shortcuts that is trained here. Time: of a run on one thread, original and
file in turns, by the 20th percentile; at 1 and 32 images.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch_pruning as tp
from torch import nn

from resources.demo.train.networks import FashionCnn
from tests.benchmarks.bench_records import answers
from tests.benchmarks.bench_recovery import DEBIAN, Scaled, fit, write_samples, written
from tests.benchmarks.bench_static import in_turns
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace

STEP, HALF = 0.01, 0.5
TRAINED = {"epochs": 2, "batch": 64, "rate": 0.001}
OURS: dict[str, dict[str, Any]] = {  # parameters of prune.channels beside the ratio
    "by default": {},
    "multiples of 16": {"round_to": 16},
    "to any number": {"round_to": 1},
    "Taylor to any number": {"round_to": 1, "criterion": "taylor"},
}
THEIRS: dict[str, Callable[[], Any]] = {  # what their pruner finds important
    "L1": lambda: tp.importance.MagnitudeImportance(p=1),
    "Taylor": tp.importance.TaylorImportance,
    "group norm": lambda: tp.importance.GroupMagnitudeImportance(p=2),
}
HEAD = "| network | seed | by | channels removed | MACs | top-1 | points lost | time at 1 | at 32 |"


def plain() -> nn.Module:
    """Six convolutions with BatchNorm, 32 to 128 channels, without shortcuts."""
    layers: list[nn.Module] = [Scaled()]
    for inputs, outputs, stride in ((1, 32, 1), (32, 32, 2), (32, 64, 1), (64, 64, 2), (64, 128, 1), (128, 128, 1)):
        layers += [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


def demo() -> nn.Module:
    """The demo's network with the weights of its file."""
    import onnx

    network = FashionCnn()
    found = {
        tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy())
        for tensor in onnx.load(resource_path("demo/fashion_cnn.onnx")).graph.initializer
    }
    missing = network.load_state_dict(found, strict=False).missing_keys
    assert all(name.endswith("num_batches_tracked") for name in missing), missing
    return network.eval()


def opened(model: Path, train: Path) -> Workspace:
    shown = str(resource_path("demo/fashion_test.npz"))
    return Workspace.open(str(model), Job()).attach(shown, Job(), calibration=str(train))


# -- who removes ---------------------------------------------------------------------------------------------------


def ours(model: Path, train: Path, more: dict[str, Any], seed: int, folder: Path) -> tuple[Path, float, float]:
    """The exported file, the ratio and the MACs that are left, as a share."""
    workspace = opened(model, train)
    for ratio in np.arange(STEP, 1, STEP):
        rows = (Row("*", (Action("prune.channels", {"ratio": round(float(ratio), 2), **more}),)),)
        recipe = Recipe(rows, seed, (Stage("distill", TRAINED),))
        bare = workspace.compiled(Recipe(rows, seed), Job())
        left = bare.model.summary().macs / workspace.model.summary().macs  # type: ignore[operator]
        if left <= HALF:
            break
    report = export(workspace, recipe, str(folder), Job(), verify=False, timing=False)
    return Path(report.files["model"]), float(ratio), left


def theirs(name: str, network: nn.Module, example: torch.Tensor, ratio: float) -> Any:
    """Their pruner of this name."""
    head = [module for module in network.modules() if isinstance(module, nn.Linear)][-1]
    return tp.pruner.BasePruner(
        network, example, importance=THEIRS[name](), pruning_ratio=ratio, ignored_layers=[head], global_pruning=False
    )


def reestimate(network: nn.Module, images: np.ndarray) -> None:
    """The statistics of BatchNorm as they are without the channels: training in torch would begin with them."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # the mean over all batches
    network.train()
    with torch.no_grad():
        for start in range(0, len(images) - 63, 64):
            network(torch.from_numpy(images[start : start + 64].astype(np.float32)))
    network.eval()


def by_torch_pruning(
    make: Callable[[], nn.Module], model: Path, train: Path, name: str, seed: int, folder: Path
) -> tuple[Path, float, float]:
    example, data = torch.zeros(1, 1, 28, 28), np.load(train)
    whole, _ = tp.utils.count_ops_and_params(make().eval(), example)
    for ratio in np.arange(STEP, 1, STEP):
        network = make().eval()
        if name == "Taylor":  # on as many samples as ours looks at
            for start in range(0, 512, 64):
                x = torch.from_numpy(data["x"][start : start + 64].astype(np.float32))
                y = torch.from_numpy(data["y"][start : start + 64].astype(np.int64))
                nn.functional.cross_entropy(network(x), y).backward()
        theirs(name, network, example, float(ratio)).step()
        left, _ = tp.utils.count_ops_and_params(network, example)
        if left <= HALF * whole:
            break
    network.zero_grad()
    reestimate(network, data["x"])
    bare = written(network, folder / "bare.onnx")
    recipe = Recipe((), seed, (Stage("distill", {**TRAINED, "teacher": str(model)}),))
    report = export(opened(bare, train), recipe, str(folder), Job(), verify=False, timing=False)
    return Path(report.files["model"]), float(ratio), left / whole


# -- the table -----------------------------------------------------------------------------------------------------


def row(case: str, seed: int, by: str, made: tuple[Path, float, float], model: Path, test: Path) -> str:
    path, ratio, left = made
    before, after = answers(model, test), answers(path, test)
    lost = 100 * (before.astype(float) - after)
    around = 1.96 * lost.std() / len(lost) ** 0.5
    images = np.load(test)["x"]
    times = [in_turns((model, path), {"x": images[:count].astype(np.float32)}) for count in (1, 32)]
    cells = (
        case,
        str(seed),
        by,
        f"{ratio:.2f}",
        f"{1 / left:.2f}x fewer",
        f"{after.mean():.4f} of {before.mean():.4f}",
        f"{lost.mean():.2f} [{lost.mean() - around:.2f}, {lost.mean() + around:.2f}]",
        *(f"{taken[0] / taken[1]:.2f}x faster" for taken in times),
    )
    return f"| {' | '.join(cells)} |"


def rows(case: str, seed: int, by: list[str], every: Path, train: Path, test: Path, place: Path) -> Iterator[str]:
    network = demo() if case == "cnn" else fit(plain(), every, 6)
    model = written(network, place / f"{case}.onnx")
    kept = {name: values.clone() for name, values in network.state_dict().items()}

    def again() -> nn.Module:
        fresh = FashionCnn() if case == "cnn" else plain()
        fresh.load_state_dict(kept)
        return fresh

    for name, more in OURS.items():
        if name not in by:
            continue
        with tempfile.TemporaryDirectory() as folder:
            made = ours(model, train, more, seed, Path(folder))
            yield row(case, seed, f"ours, {name}", made, model, test)
    for name in THEIRS:
        if name not in by:
            continue
        with tempfile.TemporaryDirectory() as folder:
            made = by_torch_pruning(again, model, train, name, seed, Path(folder))
            yield row(case, seed, f"Torch-Pruning, {name}", made, model, test)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", default="cnn,plain")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--samples", type=int, default=9000, help="training images")
    parser.add_argument("--by", default=",".join((*OURS, *THEIRS)), help="rows")
    parser.add_argument("--data", type=Path, default=DEBIAN)
    given = parser.parse_args()
    print(HEAD, f"|{'---|' * (HEAD.count('|') - 1)}", sep="\n")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ.setdefault("WORKBENCH_CACHE", name)
        every = write_samples(given.data, "train", place / "every.npz", 60000)
        train = write_samples(given.data, "train", place / "train.npz", given.samples)
        test = write_samples(given.data, "t10k", place / "test.npz", 10000)
        for case in given.networks.split(","):
            for seed in given.seeds.split(","):
                for line in rows(case, int(seed), given.by.split(","), every, train, test, place):
                    print(line, flush=True)


if __name__ == "__main__":
    main()
