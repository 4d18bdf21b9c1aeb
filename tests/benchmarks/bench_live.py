"""How fast the live figures are, each as a ratio against the naive way, measured side by side in one run.

python -m tests.benchmarks.bench_live [--only edit,spectra] [--images 64] [--scanned 96] [--every 1]

The model has the shapes of ResNet-18 at 224 px (tests/benchmarks/networks.py); the samples are seeded pictures in a
folder of JPEG files; the model's own decisions are the labels. The naive way of an edit (tests/benchmarks/naive.py):
apply it, save the model, load the file in ONNX Runtime, read the pictures, evaluate every one. What it takes with the
pictures already in memory is said, too. Both ways run the same batches and take turns, so that a busy machine slows
both. The table is also written beside this file.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from tests.benchmarks.live_demo import Row, bench_back
from tests.benchmarks.naive import naive, save_pictures
from tests.benchmarks.networks import export_resnet18
from workbench.core.analysis.sensitivity import Wanted
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.base.evaluate import runner
from workbench.engine.bench.fresh import most
from workbench.engine.compile import compiler
from workbench.engine.layer_figures import stats
from workbench.engine.preview.divergence import divergence, rank_correlation
from workbench.engine.preview.predict import predictor
from workbench.engine.preview.previewer import Previewer, SuffixRunner
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime

OUT = Path("out/bench")
TABLE = Path(__file__).with_name("live.md")
MANY = 1024  # images of the naive evaluation that the first estimate is compared with


def opened(count: int) -> Workspace:
    """The network with `count` seeded pictures."""
    model = export_resnet18(OUT / "resnet18.onnx")
    data = save_pictures(OUT / f"pictures{count}", count, model)
    return Workspace.open(str(model), Job()).attach(str(data), Job())


def editable(model: Model) -> list[str]:
    return [layer.path for layer in model.layers if not layer.locked]


def pruned(path: str, sparsity: float) -> Recipe:
    return Recipe().with_actions([path], (Action("prune.magnitude", {"sparsity": sparsity}),))


def share_behind(model: Model, running: SuffixRunner) -> float:
    """The share of MACs that an edit of the layer has to run again."""
    nodes = {node.name for node in running.cut.suffix.graph}
    behind = sum(
        layer.macs or 0 for layer in model.layers if layer.path in model.sites and model.sites[layer.path].node in nodes
    )
    return behind / sum(layer.macs or 0 for layer in model.layers)


def bench_edit(count: int, every: int) -> list[Row]:
    """A change of one layer, to the metric of all samples and to the first paired estimate; once with its cut to be
    prepared, twice with the cut that was prepared while the hand rested."""
    workspace = opened(count)
    model = workspace.model
    paths = editable(model)[::every]
    ratios, at_hand, colds, firsts, bounds, details, differ = [], [], [], [], [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        naive(workspace, pruned(paths[-1], 0.3), Path(folder))  # warm the disk and the runtime
        for path in paths:
            previewer = Previewer(workspace)
            cold = last(previewer, pruned(path, 0.4), path)
            other = naive(workspace, pruned(path, 0.5), Path(folder))
            warm = last(previewer, pruned(path, 0.5), path)
            again = naive(workspace, pruned(path, 0.6), Path(folder))
            second = last(previewer, pruned(path, 0.6), path)
            slow, quick = (other.seconds + again.seconds) / 2, (warm.seconds + second.seconds) / 2
            reading = (other.read + again.read) / 2
            many = slow + ((other.evaluate + again.evaluate) / 2 + reading) * (MANY / count - 1)
            share = share_behind(model, SuffixRunner(model, path))
            ratios.append(slow / quick)
            at_hand.append((slow - reading) / quick)
            colds.append(slow / cold.seconds)
            bounds.append(1 / share)
            firsts.append(many / ((warm.first + second.first) / 2))
            differ += int(np.abs(again.scores.mean() - second.value) > 1e-9)
            details.append(
                f"{path:24} {ratios[-1]:6.2f}x  bound {1 / share:7.2f}x (MACs behind {share:6.1%})  naive "
                f"{slow:5.2f} s (apply {other.apply:.2f} save {other.save:.2f} load {other.load:.2f} read "
                f"{reading:.2f})  "
                f"edit {quick:6.3f} s  selecting it {cold.seconds:5.2f} s  "
                f"first {warm.first:6.3f} s {firsts[-1]:6.0f}x"
            )
            print("   ", details[-1], flush=True)
    return [
        Row(
            f"edit to measured accuracy, {count} pictures, every layer, its cut prepared",
            "median 3x, none under 1.3x",
            f"median {median(ratios):.1f}x, least {min(ratios):.2f}x; other figure on {differ} of {len(paths)} layers. "
            f"By the MACs behind the layer alone: median {median(bounds):.1f}x, least {min(bounds):.2f}x",
            median(ratios) >= 3 and min(ratios) >= 1.3,
            tuple(details),
        ),
        Row(
            "the same, the naive way with the pictures in memory",
            "",
            f"median {median(at_hand):.1f}x, least {min(at_hand):.2f}x",
            None,
        ),
        Row("the same, its cut not prepared", "", f"median {median(colds):.1f}x, least {min(colds):.2f}x", None),
        Row(
            f"edit to the first paired estimate, against {MANY:,} images",
            "median 30x",
            f"median {median(firsts):.0f}x, least {min(firsts):.0f}x (naive: measured on {count}, scaled)",
            median(firsts) >= 30,
        ),
    ]


@dataclass(frozen=True)
class Measured:
    seconds: float
    first: float
    value: float


def last(previewer: Previewer, recipe: Recipe, focus: str) -> Measured:
    """Seconds to the complete preview and to the first paired change."""
    start, first, value = time.perf_counter(), 0.0, 0.0
    for preview in previewer.measure(recipe, (focus,), Job()):
        if preview.change is not None and not first:
            first = time.perf_counter() - start
        if preview.value is not None:
            value = preview.value.value
    return Measured(time.perf_counter() - start, first, value)


CANDIDATES = tuple(
    (action,)
    for action in (
        Action("quantize.affine", {"bits": 8}),
        Action("quantize.affine", {"bits": 3}),
        Action("prune.magnitude", {"sparsity": 0.5}),
        Action("prune.magnitude", {"sparsity": 0.8}),
        Action("lowrank.svd", {"energy": 0.9}),
        Action("lowrank.svd", {"energy": 0.7}),
    )
)


def bench_scan(count: int) -> list[Row]:
    """Every candidate on every layer: as a scan does it, whole and screened, and one evaluation after the other."""
    workspace = opened(count)
    start = time.perf_counter()
    found = scan(workspace, Job(), Wanted(CANDIDATES))
    quick = time.perf_counter() - start
    fresh = opened(count)
    start = time.perf_counter()
    screened = scan(fresh, Job(), Wanted(CANDIDATES, share=1 / 3))
    third = time.perf_counter() - start
    base = float(workspace.measurable().scores.mean())
    original = runner(runtime.session(workspace.model))(workspace.data.feeds(slice(0, count)))[0]
    worst, reading, moved = 0.0, 0.0, []
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for trial in found.trials:
            recipe = Recipe().with_actions([trial.path], trial.actions)
            other = naive(workspace, recipe, Path(folder))
            reading += other.read
            worst = max(worst, abs((base - float(other.scores.mean())) - (trial.drop or 0.0)))
    slow = time.perf_counter() - start
    previewer = Previewer(workspace)
    for trial in found.trials:  # how far the outputs move, which is what is predicted
        result = workspace.compiled(Recipe().with_actions([trial.path], trial.actions), Job())
        run = previewer.run(result, (trial.path,))
        moved.append(divergence(run(workspace.data.feeds(slice(0, count)))[0], original).mean())
    predicted = [trial.predicted or 0.0 for trial in found.trials]
    ranks = rank_correlation(predicted, moved) or 0.0
    best = set(np.argsort(moved)[: len(moved) // 3].tolist())
    measured = {(trial.path, trial.actions) for trial in screened.measured}
    missed = [
        found.trials[index] for index in best if (found.trials[index].path, found.trials[index].actions) not in measured
    ]
    return [
        Row(
            f"sensitivity scan, {len(found.trials)} trials on {count} images",
            "2x exact, same numbers to 1e-6",
            f"{slow / quick:.2f}x ({slow:.0f} s against {quick:.0f} s; with the pictures in memory "
            f"{(slow - reading) / quick:.2f}x), largest difference {worst:.1g}",
            slow / quick >= 2 and worst <= 1e-6,
        ),
        Row(
            "sensitivity scan, a third measured, the rest predicted",
            "6x, rank correlation 0.9, the missed ones said",
            f"{slow / third:.2f}x ({third:.0f} s; with the pictures in memory {(slow - reading) / third:.2f}x); "
            f"rank correlation with how far the outputs move {ranks:.3f}, with the metric's drop "
            f"{found.correlation or 0:.3f}; {len(missed)} of the best {len(best)} missed",
            slow / third >= 6 and ranks >= 0.9,
            tuple(f"missed: {trial.path} {trial.actions[0]}" for trial in missed),
        ),
    ]


def bench_predict(count: int) -> list[Row]:
    """What is predicted of an edit, once its weight is there."""
    workspace = opened(count)
    start = time.perf_counter()
    made = predictor(workspace, Job(), check=False)
    preparing = time.perf_counter() - start
    checked = predictor(workspace, Job())
    seconds = []
    for path in made.curvatures:
        for bits in (4, 3):
            edit = compiler.edit(
                workspace.model, path, (Action("quantize.affine", {"bits": bits}),), None, 0, workspace.cache, Job()
            )
            assert edit.weight.size
            start = time.perf_counter()
            made.rise(path, edit)
            seconds.append(time.perf_counter() - start)
    return [
        Row(
            "predicting an edit",
            "under 10 ms, its rank correlation shown",
            f"median {1e3 * median(seconds):.1f} ms, longest {1e3 * max(seconds):.1f} ms; prepared once in "
            f"{preparing:.0f} s; rank correlation {checked.correlation or 0:.3f} on {checked.trials} trials",
            median(seconds) < 0.01,
        )
    ]


def bench_spectra() -> list[Row]:
    workspace = opened(1)
    model = workspace.model
    weights = {path: model.weight(path) for path in editable(model)}
    start = time.perf_counter()
    ours = {path: stats.spectrum(model.layer(path), weight) for path, weight in weights.items()}
    quick = time.perf_counter() - start
    start, worst = time.perf_counter(), 0.0
    for path, weight in weights.items():
        layer = model.layer(path)
        matrix = np.moveaxis(weight, layer.out_axis, 0).reshape(layer.matrix)
        exact = np.linalg.svd(matrix, compute_uv=False)
        found = ours[path]
        assert found is not None
        worst = max(worst, float(np.abs(found.values - exact[: len(found.values)]).max() / exact[0]))
    naive_seconds = time.perf_counter() - start
    other, how = weightwatcher_seconds()
    return [
        Row(
            "spectra of all layers",
            "10x faster than WeightWatcher 0.7.7, within 1e-4 of the largest",
            f"{other / quick:.1f}x against {how}; {naive_seconds / quick:.1f}x against svdvals; "
            f"largest error {worst:.1g} ({quick:.2f} s)"
            if other
            else f"{naive_seconds / quick:.1f}x against svdvals ({quick:.2f} s), largest error {worst:.1g}; {how}",
            bool(other) and other / quick >= 10 and worst <= 1e-4,
        )
    ]


def weightwatcher_seconds() -> tuple[float, str]:
    try:
        import weightwatcher
    except ImportError as error:
        return 0.0, f"WeightWatcher is not installed ({error})"
    import logging
    import warnings

    from tests.benchmarks.networks import resnet18

    logging.getLogger("weightwatcher").setLevel(logging.ERROR)
    model = resnet18()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        watcher = weightwatcher.WeightWatcher(model=model)
        start = time.perf_counter()
        watcher.analyze()
        return time.perf_counter() - start, f"WeightWatcher {weightwatcher.__version__}'s analyze"


def bench_memory(count: int) -> list[Row]:
    """The peak of a scan in a separate process."""
    script = f"from tests.benchmarks.bench_live import scan_memory; scan_memory({count})"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    before, peak, largest, kept = (int(part) for part in result.stdout.split()[-4:])
    used = peak - before
    return [
        Row(
            f"memory of a scan, {count} images",
            "under 2x one batch's largest activations + the cache budget",
            f"{used >> 20} MB above the peak of opening it and measuring the original; 2x largest activations "
            f"{2 * largest >> 20} MB, cache budget {kept >> 20} MB"
            + (", which it stays below even without the budget" if used <= 2 * largest else ""),
            used <= 2 * largest + kept,
        )
    ]


def scan_memory(count: int) -> None:
    from workbench.engine.calibration import activation_cache

    workspace = opened(count)
    before = peak_bytes()
    scan(workspace, Job(), Wanted(CANDIDATES[1:3]))
    evaluator = workspace.measurable()
    largest = largest_activations(workspace.model, evaluator.batch)
    print(before, peak_bytes(), largest, activation_cache.BUDGET)


def largest_activations(model: Model, batch: int) -> int:
    """Bytes that one layer's input and output take for a batch, at most: shapes with a free batch count as one."""
    largest = 0
    for node in model.ir.graph:
        names = [value.name for value in (*node.inputs, *node.outputs) if value is not None and value.name]
        shapes = [
            model.known[name].shape for name in names if name in model.known and name not in model.ir.graph.initializers
        ]
        largest = max(
            largest, sum(4 * batch * int(np.prod([size or 1 for size in shape[1:]])) for shape in shapes if shape)
        )
    return largest


def peak_bytes() -> int:
    return most() or 0


def table(rows: list[Row], given: argparse.Namespace) -> str:
    """The rows as markdown."""
    command = f"--only {given.only} --images {given.images} --scanned {given.scanned}"
    lines = [
        f"`python -m tests.benchmarks.bench_live {command}`: one run, {os.cpu_count()} cores.",
        "",
        "| measure | bar | found | |",
        "|---|---|---|---|",
    ]
    verdict = {True: "holds", False: "MISSED", None: ""}
    lines += [f"| {row.measure} | {row.bar} | {row.found} | {verdict[row.holds]} |" for row in rows]
    for row in rows:
        if row.details:
            lines += ["", f"{row.measure}:", "", "```", *row.details, "```"]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="edit,predict,back,scan,spectra,memory")
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--scanned", type=int, default=96, help="images of a scan")
    parser.add_argument("--every", type=int, default=1, help="only every nth layer")
    given = parser.parse_args()
    sections: dict[str, Callable[[], list[Row]]] = {
        "edit": lambda: bench_edit(given.images, given.every),
        "predict": lambda: bench_predict(given.images),
        "back": bench_back,
        "scan": lambda: bench_scan(given.scanned),
        "spectra": bench_spectra,
        "memory": lambda: bench_memory(given.images),
    }
    rows: list[Row] = []
    for name in given.only.split(","):
        found = sections[name]()
        rows += found
        print(
            "\n".join(
                f"{row.measure}: {row.found} [bar: {row.bar}] {'MISSED' if row.holds is False else ''}" for row in found
            ),
            flush=True,
        )
        TABLE.write_text(table(rows, given))


if __name__ == "__main__":
    main()
