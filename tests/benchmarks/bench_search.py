"""The search for a recipe, in one run: what it finds against uniform recipes, and what it costs.

    python -m tests.benchmarks.bench_search [--models cnn,vit] [--samples N] [--parts curve,best,race,scan,depths,
        layers,again,kill,workers] [--keep FOLDER]

With --keep what was measured stays in that folder: a run that was stopped goes on there, and its times say less.

It searches on the demo's calibration samples (for ppocr and efficientnet of tests.benchmarks.models on other lines, and
on left halves of pictures), and judges on the test samples, which it has not seen.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

from tests.benchmarks import former_search, models, networks
from workbench.core.analysis.plan import Front, Goal, Point
from workbench.core.analysis.sensitivity import CANDIDATES
from workbench.core.analysis.workforce import Workforce
from workbench.core.base.job import Job
from workbench.core.ipc.process import THREADS
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.recipe import Recipe
from workbench.data.dataset import Feeds
from workbench.data.metrics.intervals import ALL, paired_interval
from workbench.engine.analysis import sensitivity
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.base.changes import with_bias
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import compiler
from workbench.engine.compile.structure import structural
from workbench.engine.preview.divergence import divergence
from workbench.engine.preview.previewer import effective
from workbench.engine.search.options import Option, promising, table
from workbench.engine.search.plan import plan
from workbench.engine.search.racing import PRECISE, race
from workbench.engine.search.stacks import UNIFORM
from workbench.engine.search.tasks import Key, Result
from workbench.engine.search.trials import FIRST, Trials, split
from workbench.engine.search.workers import Workers
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import size_of

SPINS = 20_000
SPREAD = 8  # layers from one to the next, around the network; no divisor of their number
BUDGETS = ("4 bit", "50 % zeros, 4 bit", "2 bit")  # bytes of these uniform recipes


def opened(name: str, data: str = "search") -> Workspace:
    subject = models.SUBJECTS[name]()
    workspace = Workspace.open(str(subject.model), Job())
    return workspace.attach(str(subject.data if data == "test" else searched(subject)), Job())


def searched(subject: models.Subject) -> Path:
    """Samples to search on: none of those that are judged on."""
    if subject.name == "ppocr_cls":
        return models.made("lines_search.npz", lambda path: np.savez(path.open("wb"), **models.lines(600, 2)))
    if subject.name == "efficientnet_lite0":
        return models.made(
            "pictures_search.npz", lambda path: np.savez(path.open("wb"), x=models.crops(192, "left", 1))
        )
    return subject.calibration


@dataclass
class Clock:
    """Seconds, and seconds of computing of all threads: the former tell nothing where others compute, too."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> "Clock":
        self.wall -= time.perf_counter()
        self.cpu -= time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()

    def __str__(self) -> str:
        return f"{self.wall:.1f} s ({self.cpu:.1f} s of computing)"


class Judge:
    """Recipes on samples that no search has seen: [samples] whether each is right, and how far the outputs moved."""

    def __init__(self, name: str, workspace: Workspace) -> None:
        self.workspace, self.unseen = workspace, opened(name, "test").measurable()
        self._known: dict[Recipe, tuple[np.ndarray, np.ndarray]] = {}
        self.original = self._outputs(runner(runtime.session(workspace.model)))

    def _outputs(self, run) -> np.ndarray:
        data, order = self.unseen.data, np.arange(self.unseen.data.samples)
        parts = np.array_split(order, len(order) // 64 + 1)
        return np.concatenate([self.unseen.answer(run(Feeds(data, part))) for part in parts])

    def __call__(self, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
        if recipe not in self._known:
            result = self.workspace.compiled(recipe, Job())
            outputs = self._outputs(runner(runtime.session(effective(result.model, result.edits))))
            right = self.unseen.score(outputs, np.arange(len(outputs)))
            self._known[recipe] = right, divergence(outputs, self.original)
        return self._known[recipe]

    def line(self, name: str, size: int, recipe: Recipe, rival: Recipe | None = None) -> str:
        right, moved = self(recipe)
        text = f"  {name:32} {size:9,} B  {100 * right.mean():6.2f} %  divergence {moved.mean():.5f}"
        if rival is not None:
            gap = right - self(rival)[0]
            low, high = paired_interval(gap, ALL)
            text += f"  gap {100 * gap.mean():+.2f} points [{100 * low:+.2f}, {100 * high:+.2f}]"
        return text


def curve(name: str, samples: int) -> None:
    """The whole trade-off against the former search for one budget; then three budgets, on unseen samples."""
    workspace = opened(name)
    with Clock() as new:
        front = plan(workspace, Goal(samples=samples), Job())
    print(f"{name}: whole trade-off {new}, {front.trials} trials", flush=True)
    judge = Judge(name, workspace)
    fresh = opened(name)
    budget = next(point.bytes for point in front.of("uniform") if point.name == BUDGETS[0])
    with Clock() as old:
        former = former_search.search(fresh, scan(fresh, Job()), former_search.Goal(max_bytes=budget), Job())
    print(f"{name}: former search, one budget {old}: {old.cpu / new.cpu:.2f} times the computing of the trade-off")
    print(judge.line("former search", fresh.compiled(former, Job()).changes()[1], former), flush=True)
    against_uniform(name, samples, workspace, judge)


def best(name: str, samples: int) -> None:
    """Three budgets against the best uniform recipe, on unseen samples."""
    workspace = opened(name)
    against_uniform(name, samples, workspace, Judge(name, workspace))


def against_uniform(name: str, samples: int, workspace: Workspace, judge: Judge) -> None:
    for uniform in BUDGETS:
        recipe = Recipe().with_actions(["*"], UNIFORM[uniform])
        limit = workspace.compiled(recipe, Job()).changes()[1]
        with Clock() as clock:
            found = plan(workspace, Goal(max_bytes=limit, samples=samples), Job())
        assert found.chosen is not None
        rival = best_uniform(found, limit)
        print(f"{name}: {limit:,} bytes; {found.trials} more trials, {clock}", flush=True)
        print(judge.line(f"uniform, {rival.name}", rival.bytes, rival.recipe))
        print(judge.line(found.chosen.name, found.chosen.bytes, found.chosen.recipe, rival.recipe), flush=True)


def best_uniform(front: Front, limit: int) -> Point:
    """By the samples that the search saw."""
    within = [point for point in front.of("uniform") if point.bytes <= limit and point.measured]
    return min(within, key=lambda point: point.measured.divergence)


def in_full(trials: Trials, option: Option, job: Job) -> Result:
    parts = [trials.piece(option.stacks, rung, job) for rung in range(len(trials.pieces))]
    return Result.joined([part for part in parts if part is not None])


def raced(name: str, samples: int) -> None:
    """Racing the promising options, as a search does, against every option on every sample."""
    against_every(name, samples, FIRST, PRECISE)


def scanned(name: str, samples: int) -> None:
    """The same with the rougher race of a scan."""
    against_every(name, samples, sensitivity.FIRST, sensitivity.ROUGH)


def against_every(name: str, samples: int, first: int, precise: float) -> None:
    workspace = opened(name)
    chosen, _ = split(workspace.measurable(), samples, 0)
    found = table(workspace, Goal(), Job())
    alone = [option for option in found.options if not option.structural]
    places = promising(found, {layer.path: layer.bytes for layer in workspace.model.layers})
    single = {place: options for place, options in places.items() if not any(option.structural for option in options)}
    compared = Comparison(name, Trials(workspace, chosen, 0, first=first), precise)
    for place in dict.fromkeys(option.place for option in alone):
        compared.add(place, single.get(place, []), [option for option in alone if option.place == place])
    compared.tell()


def depths(_: str, samples: int) -> None:
    """The candidates of a scan on a layer of each third of a network of the shapes of ResNet-18, at 224 pixels."""
    workspace = resnet(samples)
    convolutions = [layer for layer in workspace.model.layers if layer.op == "Conv" and layer.shape[2] == 3]
    candidates_of("three layers", workspace, convolutions[1 :: len(convolutions) // 3])


def everywhere(_: str, samples: int, skip: int = 0) -> None:
    """The same on all its layers but for the first few, in an order that is spread over the depth: what a run that is
    stopped has told by then is of early and late layers alike."""
    workspace = resnet(samples)
    layers = workspace.model.layers
    spread = [layers[SPREAD * place % len(layers)] for place in range(len(layers))][skip:]
    print("layers:", ", ".join(layer.path for layer in spread), flush=True)
    candidates_of("all layers", workspace, spread)


def resnet(samples: int) -> Workspace:
    """The shapes of ResNet-18 with seeded weights, and seeded images."""
    model = networks.export_resnet18(models.MADE / "resnet18.onnx")
    data = models.made(f"fields{samples}.npz", lambda path: np.savez(path.open("wb"), x=networks.images(samples, 7)))
    return Workspace.open(str(model), Job()).attach(str(data), Job())


def candidates_of(name: str, workspace: Workspace, layers: Sequence[Layer]) -> None:
    """The candidates of a scan on these layers, raced as in a scan, and in full."""
    trials = Trials(workspace, workspace.measurable().order, 0, first=sensitivity.FIRST)
    for start, stop in trials.pieces:  # both sides need all outputs of the original
        trials.computer.through(runner(runtime.session(workspace.model)), start, stop, Job())
    found = Comparison(f"ResNet-18 shapes, 224 px, {name}", trials, sensitivity.ROUGH)
    for layer in layers:
        options = list(candidates(workspace, layer))
        found.add(layer.path, options, options)
        found.tell()


def candidates(workspace: Workspace, layer: Layer) -> Iterator[Option]:
    """Those of a scan that leave the channels, with their edits in the cache: both sides need them."""
    for stack in CANDIDATES:
        if not any(map(structural, stack)):
            edited = compiler.edit(workspace.model, layer.path, stack, None, 0, workspace.cache, Job())
            size = size_of(workspace.model, {layer.path: edited}).layers[layer.path][0]
            yield Option({layer.path: stack}, with_bias(layer, edited, size))


class Comparison:
    """Options of places, raced, and then all of them run on all samples."""

    def __init__(self, name: str, trials: Trials, precise: float) -> None:
        self.name, self.trials, self.precise = name, trials, precise
        self.racing, self.rest = Clock(), Clock()
        self.spent = self.missed = 0
        self.alone = list[Option]()
        self.costs, self.whole = dict[Key, float](), dict[Key, np.ndarray]()

    def add(self, place: str, options: Sequence[Option], every: Sequence[Option]) -> None:
        """Race `options` of a place, and run `every` one of it in full."""
        job = Job()
        with self.racing:
            results = race(options, self.trials, job, precise=self.precise)
        with self.rest:
            whole = {option.key: in_full(self.trials, option, job).divergences for option in every}
        self.alone += every
        self.spent += sum(raced.samples for raced in results)
        self.costs |= {raced.option.key: raced.cost for raced in results}
        self.whole |= whole
        for option in every:
            best = min((o for o in every if o.bytes <= option.bytes), key=lambda o: whole[o.key].mean())
            kept = [raced.option for raced in results if raced.survives and raced.option.bytes <= option.bytes]
            if kept:
                got = min(kept, key=lambda o: whole[o.key].mean())
                gap = whole[got.key] - whole[best.key]
                self.missed += gap.mean() - 1.96 * gap.std(ddof=1) / len(gap) ** 0.5 > 0

    def tell(self) -> None:
        """Print what there is so far."""
        means = {key: values.mean() for key, values in self.whole.items()}
        places, every = len({option.place for option in self.alone}), len(self.alone) * len(self.trials.order)
        predicted = [(option.predicted, means[option.key]) for option in self.alone if option.predicted]
        told = f"{correlation(predicted):.3f} (all, as predicted)" if predicted else "-"
        raced = correlation([(cost, means[key]) for key, cost in self.costs.items()])
        wall, cpu = self.racing.wall + self.rest.wall, self.racing.cpu + self.rest.cpu
        print(
            f"{self.name}: {len(self.alone)} options of {places} layers on {len(self.trials.order)} samples\n"
            f"  runs of samples: {self.spent:,} of {every:,}, {every / self.spent:.1f} times fewer; {self.racing} "
            f"against {wall:.1f} s ({cpu:.1f} s of computing): {cpu / self.racing.cpu:.1f} times the computing\n"
            f"  rank correlation with every option on every sample: {raced:.3f} (raced), {told}\n"
            f"  sizes at which the best option was dropped, beyond its interval: {self.missed} of {len(self.alone)}",
            flush=True,
        )


def correlation(pairs: Sequence[tuple[float, float]]) -> float:
    """Rank correlation of pairs."""
    return float(spearmanr(*zip(*pairs, strict=True)).statistic)


def again(name: str, samples: int) -> None:
    """The same search, and another budget, in the same process and in another one."""
    workspace = opened(name)
    with Clock() as clock:
        front = plan(workspace, Goal(samples=samples), Job())
    print(f"{name}: whole trade-off, {front.trials} trials: {clock}", flush=True)
    limit = next(point.bytes for point in front.of("uniform") if point.name == BUDGETS[1])
    with Clock() as clock:
        found = plan(workspace, Goal(max_bytes=limit - 5000, samples=samples), Job(), measure=False)
    assert found.chosen is not None and found.trials == 0
    print(f"{name}: another budget, {found.chosen.bytes:,} bytes, {found.trials} trials: {clock}", flush=True)
    with Clock() as clock:
        same = plan(opened(name), Goal(samples=samples), Job())
    print(f"{name}: the same search in a new workspace: {same.trials} trials, {clock}", flush=True)


CHILD = """
import sys
from tests.benchmarks.bench_search import opened
from workbench.core.analysis.plan import Goal
from workbench.core.base.job import Job
from workbench.engine.search.plan import plan
job = Job(updates=lambda front: print(front.trials, flush=True))
front = plan(opened(sys.argv[1]), Goal(max_bytes=300_000, samples=int(sys.argv[2])), job)
print(front.trials, front.known, front.chosen.bytes, flush=True)
"""


def killed(name: str, samples: int) -> None:
    """A search that is killed at half time goes on: trials of both runs together are those of one."""
    counts = []
    with tempfile.TemporaryDirectory() as folder:
        for stop in (0, 100, 0):
            place = "whole" if not counts else "killed"
            env = {**os.environ, "WORKBENCH_CACHE": str(Path(folder) / place)}
            command = [sys.executable, "-c", CHILD, name, str(samples)]
            with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as child:
                lines = []
                for line in child.stdout:
                    lines.append(line.split())
                    if stop and int(lines[-1][0]) >= stop:
                        child.kill()
            counts.append([int(each) for each in lines[-1]])
    whole, stopped, resumed = counts
    print(f"{name}: whole {whole}, killed at {stopped[0]} trials, then {resumed} (run, known, bytes)", flush=True)


def spin(workspace: Workspace | None, rounds: int) -> None:
    """Work that needs a processor and nothing else."""
    for _ in range(rounds):
        sum(range(10_000))


def computed(workspace: Workspace | None, _: int) -> float:
    """Seconds of computing of this process so far."""
    return time.process_time()


def shared(name: str, samples: int) -> None:
    """Races in this process, and in this and another one; one thread each: start it with OPENBLAS_NUM_THREADS=1. Beside
    them what the machine has to give now, the same loops in one process and in two; and the ratio by seconds of
    computing, of one process to the busier one of the two. The start of the other, with all that it imports, does not
    count."""
    os.environ[THREADS] = "1"
    torch.set_num_threads(1)
    seconds = []
    for count in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["WORKBENCH_CACHE"] = folder
            workspace = opened(name)
            trials = Trials(workspace, split(workspace.measurable(), samples, 0)[0], 0)
            found = table(workspace, Goal(), Job())
            places = list(promising(found, {layer.path: layer.bytes for layer in workspace.model.layers}).values())
            if count == 1:
                with Clock() as races:
                    for options in places:
                        race(options, trials, Job())
                busiest = races.cpu
                with Clock() as loops:
                    spin(None, 2 * SPINS)
            else:
                workers = Workers(trials, Workforce(count))
                crew = workers.crew
                crew.begin()
                (before,) = crew.gather(computed, [0], Job())
                with Clock() as races:
                    list(workers.race(places, Job()))
                print(f"{name}: this process {races.cpu:.1f} s of computing", flush=True)
                (after,) = crew.gather(computed, [0], Job())
                busiest = max(after - before, races.cpu)
                with Clock() as loops:
                    list(crew.gather(spin, [SPINS] * 2, Job(), lambda rounds: spin(None, rounds)))
                workers.close()
            seconds.append((races.wall, loops.wall, busiest))
            print(
                f"{name}: {count} process(es): {trials.run} trials in {races.wall:.1f} s, {busiest:.1f} s of computing"
            )
    (one, alone, computing), (two, both, busiest) = seconds
    print(
        f"{name}: races {one / two:.2f} times as fast in two processes, plain loops {alone / both:.2f} times; "
        f"by seconds of computing {computing / busiest:.2f} times",
        flush=True,
    )


PARTS = {
    "curve": curve,
    "best": best,
    "race": raced,
    "scan": scanned,
    "again": again,
    "kill": killed,
    "workers": shared,
    "depths": depths,
    "layers": everywhere,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="cnn,vit")
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--parts", default="curve,race,again,kill")
    parser.add_argument("--keep", default="", help="folder of what was measured; default: a new one for each part")
    parser.add_argument("--skip", type=int, default=0, help="layers that an earlier run of the part `layers` had")
    asked = parser.parse_args()
    print(json.dumps(vars(asked)), f"{os.cpu_count()} processors")
    for part in asked.parts.split(","):
        for name in asked.models.split(","):
            with tempfile.TemporaryDirectory() as folder:
                os.environ["WORKBENCH_CACHE"] = asked.keep or folder
                more = {"skip": asked.skip} if part == "layers" else {}
                PARTS[part](name, asked.samples, **more)


if __name__ == "__main__":
    main()
