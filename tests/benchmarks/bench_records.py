"""How small small networks get at how much accuracy: the files that stock ONNX Runtime opens.

python -m tests.benchmarks.bench_records [--cases lenet300,lenet5,cnn,vit] [--seeds 0,1,2] [--sparsity S] [--epochs A,B]
                                         [--bits LAYER=N,...] [--batch B] [--no-flip] [--rate R] [--entropy E]
                                         [--recipe smallest|smallest_wide] [--validate]
                                         [--folder FOLDER] [--data FOLDER]

One recipe for all of them, resources/demo/smallest.yaml, or smallest_wide.yaml, of which only SETTINGS are set here.
The LeNets are trained here on the 60,000 training images of Fashion-MNIST, one network a seed, in 15 epochs, and
compressed with the same images; the demo networks are compressed with 9,000 of them. A tenth of these, 5,000 at most,
is held out and chooses the best state. Everything in a row is measured on all 10,000 test images, which nothing was
trained on or chosen by, with the file in ONNX Runtime alone.

Settings are chosen with --validate: the LeNets are then trained and compressed with 50,000 of the training images and
measured on the other 10,000.

Lost: points of top-1, with the 95 % interval of the paired differences. Entropy: order 0, of the levels of each tensor,
summed up; bar: 1.08 times that and 1.5 kB.
"""

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime as ort

from tests.benchmarks.bench_entropy import entropy_bytes
from tests.benchmarks.bench_recovery import DEBIAN, clocks, fit, lenet5, lenet300, spent, write_samples, written
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.recipe import Recipe, Row, load_recipe
from workbench.core.recipe.recovery import Stage
from workbench.engine.api.export import export
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace

TRAINED = {"lenet300": lenet300, "lenet5": lenet5}


class Settings(NamedTuple):
    """What is set of the recipe: share of zeros, epochs of both stages, samples of a step; of the first stage: mirrored
    images, the highest rate (None: from its range test); bits of layers that have others than the recipe says; the
    entropy penalty of the second stage (None: the recipe's); the recipe's name."""

    sparsity: float
    epochs: tuple[int, ...]
    batch: int
    flip: bool = True
    rate: float | None = None
    bits: tuple[tuple[str, int], ...] = ()
    entropy: float | None = None
    recipe: str = "smallest"


SETTINGS = {
    "lenet300": Settings(0.93, (25, 3), 128, rate=0.004),
    "lenet5": Settings(0.93, (18, 2), 128, rate=0.002),
    "cnn": Settings(0.84, (8, 3), 64, rate=0.004),
    "vit": Settings(0.65, (6, 2), 64, rate=0.002),
}
TOGETHER = 500


def answers(model: Path, test: Path) -> np.ndarray:
    """Which test images the file gets right, bool [10000]."""
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    data, name = np.load(test), session.get_inputs()[0].name
    starts = range(0, len(data["x"]), TOGETHER)
    found = [session.run(None, {name: data["x"][at : at + TOGETHER].astype(np.float32)})[0] for at in starts]
    return np.concatenate(found).argmax(1) == data["y"]


def recipe(seed: int, settings: Settings) -> Recipe:
    """The general recipe with a network's settings."""
    whole = load_recipe(resource_path(f"demo/{settings.recipe}.yaml"))
    (row,) = whole.rows
    *channels, prune, levels = row.actions
    prune = replace(prune, params={**prune.params, "sparsity": settings.sparsity})
    first, second = (
        Stage(stage.kind, {**stage.params, "epochs": count, "batch": settings.batch})
        for stage, count in zip(whole.recover, settings.epochs, strict=True)
    )
    own = {**first.params, "flip": settings.flip}
    if settings.rate:
        own = {name: value for name, value in own.items() if name != "rate_factor"} | {"rate": settings.rate}
    if settings.entropy is not None:
        second = replace(second, params={**second.params, "entropy": settings.entropy})
    stages = replace(first, params=own), second
    rows = [Row(row.pattern, (*channels, prune, levels))]
    for path, bits in settings.bits:
        rows.append(Row(path, (*channels, prune, replace(levels, params={**levels.params, "bits": bits}))))
    return replace(whole, rows=tuple(rows), recover=stages, seed=seed)


def original(case: str, seed: int, folder: Path, train: Path, epochs: int) -> Path:
    """The network as ONNX: the demo's, or one trained here, kept in the folder by what it was trained on."""
    if case not in TRAINED:
        return resource_path(f"demo/fashion_{case}.onnx")
    path = folder / f"{case}_{seed}_{train.stem}.onnx"
    if not path.exists():
        written(fit(TRAINED[case](), train, epochs, seed), path)
    return path


def parted(every: Path, folder: Path) -> tuple[Path, Path]:
    """50,000 of the training images, and the others, which take the place of the test images."""
    data, parts = np.load(every), (folder / "fifty.npz", folder / "ten.npz")
    for path, part in zip(parts, (slice(None, 50000), slice(50000, None)), strict=True):
        np.savez(path, x=data["x"][part], y=data["y"][part])
    return parts


def row(case: str, seed: int, chosen: Recipe, model: Path, data: tuple[Path, Path, Path]) -> str:
    train, shown, test = data
    start = clocks()
    workspace = Workspace.open(str(model), Job()).attach(str(shown), Job(), calibration=str(train))
    with tempfile.TemporaryDirectory() as folder:
        report = export(workspace, chosen, folder, Job())
        (written,) = Path(folder).glob("*.onnx")
        size, before, after = written.stat().st_size, answers(model, test), answers(written, test)
    assert report.forecast_bytes == size, f"predicted {report.forecast_bytes}, written {size}"
    edits = recovered(workspace, chosen, Job()).compiled.edits
    entropy = sum(entropy_bytes(edit.encoding) for edit in edits.values())
    zeros = 1 - sum(int(edit.encoding.nonzero().sum()) for edit in edits.values()) / sum(
        edit.encoding.parameters for edit in edits.values()
    )
    lost = before.astype(float) - after
    around = 1.96 * lost.std() / len(lost) ** 0.5
    cells = (
        case,
        str(seed),
        f"{zeros:.3f}",
        f"{before.mean():.4f}",
        f"{after.mean():.4f}",
        f"{100 * lost.mean():.2f} [{100 * (lost.mean() - around):.2f}, {100 * (lost.mean() + around):.2f}]",
        f"{model.stat().st_size:,}",
        f"{size:,}",
        f"{model.stat().st_size / size:.1f}x",
        f"{entropy:,.0f}",
        f"{1.08 * entropy + 1500:,.0f}",
        spent(start),
    )
    return f"| {' | '.join(cells)} |"


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def of_layers(text: str) -> tuple[tuple[str, int], ...]:
    return tuple((path, int(bits)) for path, bits in (part.split("=") for part in text.split(",")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="lenet300,lenet5,cnn,vit")
    parser.add_argument("--seeds", type=numbers, default=(0, 1, 2))
    parser.add_argument("--sparsity", type=float, help="share of zeros; default: SETTINGS")
    parser.add_argument("--epochs", type=numbers, help="of both stages; default: SETTINGS")
    parser.add_argument("--bits", type=of_layers, help="of layers, as 2=2,6=4; others: the recipe's")
    parser.add_argument("--batch", type=int, help="samples of a step; default: SETTINGS")
    parser.add_argument("--flip", action=argparse.BooleanOptionalAction, help="mirrored images; default: SETTINGS")
    parser.add_argument("--rate", type=float, help="of the first stage; default: SETTINGS")
    parser.add_argument("--entropy", type=float, help="of the second stage; default: the recipe's")
    parser.add_argument("--recipe", help="of resources/demo; default: SETTINGS")
    parser.add_argument("--fit", type=int, default=15, help="epochs in which a LeNet is trained")
    parser.add_argument("--validate", action="store_true", help="LeNets: measured on held-out training images")
    parser.add_argument("--data", type=Path, default=DEBIAN)
    parser.add_argument("--folder", type=Path, help="where trained LeNets are kept; default: nowhere")
    given = parser.parse_args()
    if given.validate and not TRAINED.keys() >= set(given.cases.split(",")):
        parser.error(
            f"--validate needs --cases of {', '.join(TRAINED)}: the demo networks have seen all training images"
        )
    columns = ["network", "seed", "zeros", "original", "after", "points lost", "bytes", "after", "smaller"]
    columns += ["entropy", "bar", "seconds"]
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("WORKBENCH_CACHE", place)  # a training that was run before would only be read again
        folder = given.folder or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        every = write_samples(given.data, "train", Path(place) / "every.npz", 60000)
        some = write_samples(given.data, "train", Path(place) / "some.npz", 9000)
        test = write_samples(given.data, "t10k", Path(place) / "test.npz", 10000)
        if given.validate:
            every, test = parted(every, Path(place))
        shown = resource_path("demo/fashion_test.npz")
        others = {name: getattr(given, name) for name in Settings._fields if getattr(given, name) is not None}
        for case in given.cases.split(","):
            settings = SETTINGS[case]._replace(**others)
            for seed in given.seeds:
                model = original(case, seed, folder, every, given.fit)
                data = (every, test, test) if case in TRAINED else (some, shown, test)
                print(row(case, seed, recipe(seed, settings), model, data), flush=True)


if __name__ == "__main__":
    main()
