"""The real engine process, spoken to through its pipe."""

import threading
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest

from tests.engine.small import network
from tests.guard import HANG_S
from workbench.core.base.job import Job
from workbench.core.ipc import messages as m
from workbench.core.ipc import process
from workbench.core.layer_data.views import Predictability
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.api import service
from workbench.engine.base.cache import Cache


def head(method, **params):
    """A recipe of one step for the classifier head."""
    return Recipe().with_actions(["head"], (Action(method, params),))


class Engine:
    """Sends requests and collects every reply of a job."""

    def __init__(self):
        self.process, self.pipe = process.start()
        self.number = 0
        self.replies = []
        assert isinstance(self.receive(), m.Ready)

    def receive(self):
        assert self.pipe.poll(HANG_S), "the engine is silent"
        return self.pipe.recv()

    def send(self, kind, **fields):
        self.number += 1
        self.pipe.send(kind(self.number, **fields))
        return self.number

    def finish(self, job):
        """All replies to a job, its last one last; replies to others are kept."""
        while True:
            mine = [reply for reply in self.replies if reply.job == job]
            if mine and isinstance(mine[-1], m.Done | m.Failed | m.Stopped):
                return mine
            self.replies.append(self.receive())

    def ask(self, kind, **fields):
        return self.finish(self.send(kind, **fields))

    def close(self):
        self.pipe.send(m.Quit())
        self.process.join(HANG_S)
        assert self.process.exitcode == 0
        self.pipe.close()
        self.process.close()


@pytest.fixture(scope="module")
def some(demo, tmp_path_factory) -> str:
    """A quarter of the demo's samples: measuring them still takes far longer than asking for something else."""
    file = tmp_path_factory.mktemp("data") / "some.npz"
    with np.load(demo.test) as whole:
        np.savez(file, **{name: whole[name][:2500] for name in whole.files})
    return str(file)


@pytest.fixture(scope="module")
def engine(lasting_cache, demo, some, quarter):
    engine = Engine()
    engine.ask(m.Open, path=str(demo.cnn))
    engine.ask(m.Attach, path=some, calibration=quarter)
    yield engine
    engine.close()


def test_methods(engine):
    methods = engine.ask(m.Methods)[-1].result
    assert {"prune.magnitude", "quantize.affine", "lowrank.svd", "distill.layer"} <= {info.id for info in methods}


@pytest.mark.slow
def test_inspect(engine):
    view = engine.ask(m.Inspect, path="head")[-1].result
    assert view.path == "head" and view.spectrum.values[0] > 0 and view.histogram.counts.sum() > 0


def test_edit(engine):
    view = engine.ask(m.Edit, path="head", recipe=head("prune.magnitude", sparsity=0.5))[-1].result
    assert view.moments.sparsity == pytest.approx(0.5, abs=0.01) and view.change.bytes_after < view.change.bytes_before


@pytest.mark.slow
def test_measure_sends_sizes_first_and_ends_complete(engine):
    recipe = Recipe().with_actions(["head"], (Action("quantize.affine", {"bits": 3}),))
    replies = [r for r in engine.ask(m.Measure, recipe=recipe, focus=("head",)) if not isinstance(r, m.Progressed)]
    previews = [reply.result for reply in replies]
    assert previews[0].value is None and not previews[0].changes[0].exact
    assert previews[-1].complete and previews[-1].value.how == "measured" and previews[-1].changes[0].exact
    assert isinstance(replies[-1], m.Done) and all(isinstance(reply, m.Updated) for reply in replies[:-1])


def test_graph_as_opened_and_as_exported(engine):
    opened = engine.ask(m.Graph)[-1].result
    written = engine.ask(m.Graph, recipe=head("quantize.affine", bits=4))[-1].result
    assert len(opened.nodes["head"]) == 1 and len(written.nodes["head"]) == 2
    assert opened.onnx != written.onnx


@pytest.mark.slow
def test_the_newest_measurement_wins(engine):
    recipes = [Recipe().with_actions(["head"], (Action("lowrank.svd", {"rank": rank}),)) for rank in (2, 3, 4, 5)]
    jobs = [engine.send(m.Measure, recipe=recipe, focus=("head",)) for recipe in recipes]
    ends = [engine.finish(job)[-1] for job in jobs]
    assert isinstance(ends[-1], m.Done) and ends[-1].result.complete
    assert all(isinstance(end, m.Stopped) for end in ends[1:-1])


def test_what_is_prepared_gives_way_to_a_measurement_and_never_ends_one(engine):
    recipe = head("lowrank.svd", rank=6)
    measuring = engine.send(m.Measure, recipe=recipe, focus=("head",))
    first, second = (engine.send(m.Prepare, recipe=recipe, focus=("head",)) for _ in range(2))
    ends = [engine.finish(job)[-1] for job in (measuring, first, second)]
    assert isinstance(ends[0], m.Done) and ends[0].result.complete
    assert isinstance(ends[1], m.Stopped) and isinstance(ends[2], m.Done)
    preparing = engine.send(m.Prepare, recipe=recipe, focus=("stem",))
    assert isinstance(engine.ask(m.Measure, recipe=recipe, focus=("head",))[-1], m.Done)
    assert isinstance(engine.finish(preparing)[-1], m.Stopped)


@pytest.mark.slow
def test_a_layer_is_looked_at_while_a_file_is_written(engine, tmp_path):
    recipe = head("prune.magnitude", sparsity=0.5)
    writing = engine.send(m.Export, recipe=recipe, folder=str(tmp_path))
    assert engine.ask(m.Inspect, path="blocks.3.conv")[-1].result.path == "blocks.3.conv"
    assert not any(isinstance(reply, m.Done) and reply.job == writing for reply in engine.replies)
    assert isinstance(engine.finish(writing)[-1], m.Done)


@pytest.mark.slow
def test_cancel_is_heard_while_a_job_runs(engine):
    job = engine.send(m.Edit, path="head", recipe=head("distill.layer", rank=7, steps=5000))
    while not any(isinstance(reply, m.Progressed) and reply.job == job for reply in engine.replies):
        engine.replies.append(engine.receive())
    engine.pipe.send(m.Cancel(job))
    assert isinstance(engine.finish(job)[-1], m.Stopped), "it did not run to its end"


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        (m.Open, {"path": "no/such/file.onnx"}, "file.onnx"),
        (m.Inspect, {"path": "nowhere"}, "no layer 'nowhere'"),
        (m.Edit, {"path": "head", "recipe": head("prune.unheard")}, "no method 'prune.unheard'"),
        (
            m.Edit,
            {"path": "head", "recipe": head("prune.magnitude", sparsity=2.0)},
            "sparsity has the invalid value 2.0",
        ),
    ],
)
def test_a_failure_is_a_sentence_with_a_mend_and_the_model_stays_open(engine, kind, fields, sentence):
    failed = engine.ask(kind, **fields)[-1]
    assert isinstance(failed, m.Failed) and sentence in failed.what and failed.hint
    assert engine.ask(m.Inspect, path="head")[-1].result.path == "head"


def test_background_work_resumes_once_its_result_is_requested(monkeypatch):
    monkeypatch.setattr(service, "Lane", lambda name, run: None)  # no threads but these
    idle, cache, making, found = service.Service(None), Cache(1 << 20), threading.Event(), []
    idle.busy[1] = "work"

    def make():
        making.set()
        idle.let_others_go_first(Job(), ())
        return 7

    threads = [threading.Thread(target=lambda: found.append(cache.get("a", make)))]
    threads[0].start()
    assert making.wait(HANG_S) and not found
    threads.append(threading.Thread(target=lambda: found.append(cache.get("a", lambda: 8))))
    threads[1].start()
    for thread in threads:
        thread.join(HANG_S)
    assert found == [7, 7] and Cache.awaited == 0


@pytest.mark.parametrize("lane", ["changes", "scan", "facts", "passing"])
def test_looking_and_scanning_go_on_beside_a_training_and_wait_for_an_edit(monkeypatch, lane):
    monkeypatch.setattr(service, "Lane", lambda name, run: None)
    looking, job = service.Service(None), Job()
    looking.busy[1] = "train"
    looking.let_others_go_first(job, service.PATIENT[lane])  # does not wait
    looking.busy[2] = "edit"
    looks = []

    def look(seconds):
        """As often as it looks whether the edit is over; it is with the third look."""
        looks.append(seconds)
        if len(looks) == 3:
            del looking.busy[2]

    monkeypatch.setattr(service, "time", SimpleNamespace(sleep=look))
    looking.let_others_go_first(job, service.PATIENT[lane])
    assert looks == [service.WAIT_S] * 3


def test_every_request_has_a_handler_or_is_told_to_the_reader_and_every_lane_has_requests():
    kinds = m.Request.__subclasses__()
    answered = service.Service.__dict__["answer"].dispatcher
    unanswered = {kind for kind in kinds if answered.dispatch(kind) is answered.dispatch(m.Request)}
    assert unanswered == {kind for kind in kinds if kind.lane == "reader"} == {m.Cancel, m.Finish, m.Hold, m.Quit}
    assert {kind.lane for kind in kinds} == set(get_args(m.Lane))


@pytest.mark.parametrize(
    "requests, ended",
    [
        ((m.Edit(1, "a", Recipe()), m.Edit(2, "b", Recipe())), {1}),
        ((m.Prepare(1, Recipe(), ()), m.Measure(2, Recipe()), m.Measure(3, Recipe())), {1, 2}),
        ((m.Measure(1, Recipe()), m.Prepare(2, Recipe(), ()), m.Prepare(3, Recipe(), ())), {2}),
        ((m.Compare(1, Recipe()), m.AttributeChanges(2, Recipe(), ()), m.Compare(3, Recipe())), {1, 2}),
        ((m.Train(1, Recipe()), m.Train(2, Recipe()), m.Inspect(3, "a"), m.Inspect(4, "a")), set()),
    ],
    ids=["edit", "measure", "prepare", "compare", "others"],
)
def test_a_new_request_ends_the_earlier_ones_that_its_class_says(monkeypatch, requests, ended):
    monkeypatch.setattr(service.threading, "Thread", lambda **_: SimpleNamespace(start=lambda: None))
    waiting = service.Service(None)
    for request in requests:
        waiting.accept(request)
    assert {number for number, job in waiting.jobs.items() if job.cancelled} == ended


@pytest.mark.slow
def test_the_process_ends_when_the_window_is_gone():
    running, pipe = process.start()
    assert pipe.poll(HANG_S)
    pipe.recv()
    pipe.close()
    running.join(HANG_S)
    assert running.exitcode == 0
    running.close()


@pytest.mark.slow
def test_a_request_for_predictions_reports_what_prevents_them(engine, tmp_path):
    """The last test here: it opens another model."""
    network(tmp_path, "If")
    engine.ask(m.Open, path=str(tmp_path / "small.onnx"))
    assert engine.ask(m.Predict)[-1].result == Predictability(None, "No predictions: there is no calibration data.")
    engine.ask(m.Attach, path=str(tmp_path / "test.npz"))
    answer = engine.ask(m.Predict)[-1].result
    assert answer.kind == "output error" and answer.obstacle.endswith("Gradients cannot pass through If.")
