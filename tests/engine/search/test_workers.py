"""Several processes find what one finds, whoever starts them, and a process that dies is made up for."""

import os
import select
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from multiprocessing import active_children

import numpy as np
import pytest

from tests.guard import HANG_S
from workbench.core.analysis.plan import Goal
from workbench.core.analysis.sensitivity import Wanted
from workbench.core.analysis.sweep import Sweep
from workbench.core.analysis.workforce import Workforce, is_address
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.ipc import messages, process
from workbench.core.recipe.action import Action
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.analysis.sweep import sweep
from workbench.engine.calibration.layer_context import SAMPLES
from workbench.engine.compile import compiler
from workbench.engine.parallel import cargo
from workbench.engine.parallel.crew import Crew, LocalCrew
from workbench.engine.search.options import Option
from workbench.engine.search.plan import plan
from workbench.engine.search.racing import race
from workbench.engine.search.trials import Trials, split
from workbench.engine.search.workers import Workers
from workbench.engine.workspace import Workspace

TWO = Workforce(2)
SPARSE = Sweep(values=(0.5, 0.9))
BITS = tuple((Action("quantize.affine", {"bits": bits}),) for bits in (8, 2))


@pytest.fixture
def trials(opened):
    workspace = opened()
    return Trials(workspace, split(workspace.measurable(), 0, 0)[0], 0)


def places() -> list[list[Option]]:
    steps = [Action("quantize.affine", {"bits": bits}) for bits in (8, 4, 2)]
    return [[Option({path: (step,)}, 100.0 * step.params["bits"]) for step in steps] for path in ("first", "second")]


def raced(trials: Trials) -> list[list[float]]:
    return [[each.cost for each in race(options, trials, Job())] for options in places()]


def test_a_model_and_its_data_travel_as_a_value(opened):
    workspace = opened()
    samples = split(workspace.measurable(), 0, 0)[0]
    packed = cargo.packed(workspace, samples)
    there = cargo.opened(packed.blob)
    assert there.model.summary().fingerprint == workspace.model.summary().fingerprint
    assert there.model.layers == workspace.model.layers
    assert there.data.fingerprint == workspace.data.subset(samples).fingerprint
    calibrates = workspace.calibration.subset(np.arange(workspace.calibration.first(SAMPLES)))
    assert there.calibration.fingerprint == calibrates.fingerprint
    assert np.array_equal(there.evaluator.scores, workspace.evaluator.scores[samples])
    assert cargo.packed(opened(), samples).key == packed.key  # by content, not by when it was opened


def test_more_samples_than_fit_are_not_sent(opened, monkeypatch):
    monkeypatch.setattr(cargo, "ROOM", 1000)
    workspace = opened()
    with pytest.raises(UserError, match="fewer samples"):
        cargo.packed(workspace, np.arange(workspace.data.samples))


def test_what_was_measured_is_not_sent_out_again(trials):
    raced(trials)
    ran, workers = trials.run, Workers(trials, TWO)
    try:
        assert list(workers.race(places(), Job())) == [*range(len(places()))]
        assert not workers.crew._pool._processes
    finally:
        workers.close()
    assert trials.run == ran > 0


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tls://host.example:1", "tcp://[::1]:8786"])
def test_addresses_of_schedulers(address):
    assert is_address(address) and Workforce(cluster=address).checked().cluster == address


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8786", "inproc://x:1", "tcp://host", "tcp://host:70000", "tcp://a b:1", "tcp://u@h:1"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(UserError, match="tcp://HOST:PORT"):
        Workforce(cluster=address).checked()


@pytest.mark.slow
def test_two_processes_find_the_same_recipe_byte_for_byte(opened, tmp_path, monkeypatch):
    alone = plan(opened(), Goal(max_bytes=1900), Job())
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "another cache"))
    together = plan(opened(), Goal(max_bytes=1900), Job(), force=TWO)
    assert together.chosen.recipe.to_yaml() == alone.chosen.recipe.to_yaml()
    assert together.chosen.measured == alone.chosen.measured and together.chosen.held_out == alone.chosen.held_out
    assert together.trials == alone.trials > 0 and together.notes == alone.notes


@pytest.mark.slow
def test_a_process_that_is_killed_costs_its_trials_a_second_try(opened, trials, tmp_path, monkeypatch):
    workers = Workers(trials, TWO)
    workers.begin()
    (other,) = workers.crew._pool._processes
    wait(workers.crew._starting)
    try:
        for count, _ in enumerate(workers.race(places() * 20, Job())):
            if count == 0:
                os.kill(other, signal.SIGKILL)
    finally:
        workers.close()
    killed = raced(trials)
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "another cache"))
    again = Trials(opened(), trials.order, 0)
    assert workers.crew.lost and raced(again) == killed and again.run > 0


@pytest.mark.slow
def test_edits_that_another_process_makes_are_those_of_this_one(opened, trials):
    steps = [(Action("quantize.gptq", {"bits": 4}),), (Action("prune.sparsegpt", {"sparsity": 0.5}),)]
    workers = Workers(trials, TWO)
    workers.begin()
    wait(workers.crew._starting)
    try:
        workers.edit({"first": steps, "second": steps}, Job())
    finally:
        workers.close()
    own = opened()
    for path in ("first", "second"):
        for stack in steps:
            made = compiler.edit(own.model, path, stack, own.calibration, 0, own.cache, Job())
            there = trials.workspace.cache.peek(
                compiler.key_of_all(own.model.layer(path), stack, trials.workspace.calibration, 0)
            )
            np.testing.assert_array_equal(there.weight, made.weight)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_the_engine_of_the_window_has_workers_which_end_with_it(place):
    engine, pipe = process.start()
    for number, request in enumerate(
        (
            messages.Open(1, str(place / "small.onnx")),
            messages.Attach(2, str(place / "test.npz"), str(place / "train.npz")),
            messages.Plan(3, Goal(max_bytes=1900), force=Workforce(3)),
        ),
        start=1,
    ):
        pipe.send(request)
        front = answer(pipe, number)
    assert front.chosen is not None and not front.notes
    pipe.send(messages.Plan(4, Goal(max_bytes=1900, seed=1), force=Workforce(3)))
    while len(children(engine.pid)) < 2 or not isinstance(pipe.recv(), messages.Updated):
        pass
    workers = children(engine.pid)
    ends = [os.pidfd_open(each) for each in workers]
    engine.kill()
    engine.join()
    for end in ends:  # readable once the process has ended
        assert select.select([end], [], [], HANG_S)[0] == [end]
        os.close(end)


def answer(pipe, number: int):
    while not isinstance(reply := pipe.recv(), messages.Done) or reply.job != number:
        assert not isinstance(reply, messages.Failed), reply
    return reply.result


def children(parent: int) -> list[int]:
    return [int(name) for name in filter(str.isdigit, os.listdir("/proc")) if parent_of(name) == parent]


def parent_of(process: str) -> int:
    """0 of a process that is gone."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Hand(Crew):
    """One thread that computes as another process would."""

    size = 1

    def __init__(self) -> None:
        super().__init__()
        self.pool = ThreadPoolExecutor(1)

    def submit(self, work, item):
        return self.pool.submit(work, None, item)

    def close(self) -> None:
        self.pool.shutdown()


def test_items_are_shared_and_whoever_is_ready_gets_the_next_at_once():
    crew, mine, third = Hand(), threading.Event(), threading.Event()
    order = []

    def there(_, item):
        order.append(item)
        assert mine.wait(HANG_S), "both compute at the same time"
        if item == "third":
            third.set()
        return item

    def here(item):
        mine.set()
        assert third.wait(HANG_S), "the other one goes on meanwhile"
        return item

    assert sorted(crew.gather(there, ["first", "second", "third"], Job(), here)) == ["first", "second", "third"]
    assert order == ["first", "third"] and not crew.lost
    crew.close()


def test_what_fails_there_ends_the_sharing_and_says_why():
    crew = Hand()

    def there(_, item):
        raise UserError("Too large.", "")

    assert list(crew.gather(there, [1], Job())) == [] and "Too large" in crew.lost
    crew.close()


@pytest.fixture
def nothing_known(tmp_path, monkeypatch):
    """Call it to go on without what is kept on disk."""
    return lambda: monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "another cache"))


@pytest.mark.slow
@pytest.mark.parametrize("race", [False, True])
def test_a_scan_in_two_processes_has_the_same_figures(opened, nothing_known, race):
    wanted, told = Wanted(race=race), []
    alone = scan(opened(), Job(), wanted)
    nothing_known()
    together = scan(opened(), Job(updates=told.append), wanted, force=TWO)
    assert together == alone and len(together.measured) > 10
    assert {(each.row, each.candidate) for each in told[1:] if each.drop is not None} == set(together.cells())


@pytest.fixture
def regression(place):
    """The network with numbers as labels: each rounding of an output shows in its figures."""
    with np.load(place / "test.npz") as data:
        x = data["x"][:150]
    np.savez(place / "numbers.npz", x=x, y=np.random.default_rng(0).normal(size=(150, 4)).astype(np.float32))

    def open() -> Workspace:
        return Workspace.open(str(place / "small.onnx"), Job()).attach(str(place / "numbers.npz"), Job())

    return open


@pytest.mark.slow
def test_figures_are_the_same_to_the_last_digit_and_a_killed_process_changes_none(
    regression, nothing_known, monkeypatch
):
    alone, curve = scan(regression(), Job(), Wanted(BITS)), sweep(regression(), SPARSE, Job())
    nothing_known()
    begin, submit = LocalCrew.begin, LocalCrew.submit

    def begun(crew: LocalCrew) -> None:
        begin(crew)
        wait(crew._starting)

    def killed(crew: LocalCrew, work, item):
        for each in active_children():
            each.kill()
        return submit(crew, work, item)

    monkeypatch.setattr(LocalCrew, "begin", begun)
    together = scan(regression(), Job(), Wanted(BITS), force=TWO)
    assert alone.metric.title == "mean squared error" and together == alone
    monkeypatch.setattr(LocalCrew, "submit", killed)
    stopped = "A worker process stopped; this process computed the rest."
    assert sweep(regression(), SPARSE, Job(), force=TWO) == replace(curve, notes=(stopped,))
    assert not active_children()


@pytest.mark.slow
def test_what_cannot_be_sent_is_measured_here_and_a_note_says_so(opened, nothing_known, monkeypatch):
    alone = (
        sweep(opened(), SPARSE, Job()),
        scan(opened(), Job(), Wanted(BITS)),
        plan(opened(), Goal(max_bytes=1900), Job()),
    )
    nothing_known()
    monkeypatch.setattr(cargo, "ROOM", 1000)
    note = "This process computed alone: The samples take "
    for run, other in zip(
        (
            partial(sweep, opened(), SPARSE),
            partial(scan, opened(), wanted=Wanted(BITS)),
            partial(plan, opened(), Goal(max_bytes=1900)),
        ),
        alone,
        strict=True,
    ):
        found = run(job=Job(), force=TWO)
        (said,) = [each for each in found.notes if each not in other.notes]
        assert said.startswith(note)
        assert replace(found, notes=other.notes) == other


@pytest.mark.parametrize("workers", [0, -1, 65])
def test_a_number_of_processes_that_cannot_be_is_refused(shared, workers):
    for run in (partial(sweep, shared, SPARSE), partial(scan, shared), partial(plan, shared, Goal(max_bytes=1900))):
        with pytest.raises(UserError, match=f"cannot be {workers} worker processes"):
            run(job=Job(), force=Workforce(workers))
