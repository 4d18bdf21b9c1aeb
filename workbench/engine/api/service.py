"""The engine process: reads requests from the window, runs them in their lanes (core.ipc.messages.Lane), answers.

The main thread only reads the pipe, so that cancelling never waits for a computation.
"""

import importlib.metadata
import logging
import os
import threading
import time
import traceback
from dataclasses import replace
from functools import partial, singledispatchmethod
from multiprocessing.connection import Connection
from typing import Any, get_args

from workbench.core.base import system
from workbench.core.base.errors import Cancelled, UserError, behind
from workbench.core.base.job import Job, Progress
from workbench.core.base.message import Message, sentences
from workbench.core.base.plain import plain
from workbench.core.ipc import messages as m
from workbench.core.ipc.own_sample import TrySample
from workbench.core.layer_data.views import Predictability
from workbench.core.plugins.discovery import load_failures
from workbench.core.targets.reading import all_targets
from workbench.data.extensions import all_metrics, all_readers
from workbench.engine.analysis.attribution import attribute
from workbench.engine.analysis.generation import generate
from workbench.engine.analysis.model_diff import compare_file
from workbench.engine.analysis.prediction_diff import changes
from workbench.engine.analysis.robustness import of_recipe
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.analysis.sweep import sweep
from workbench.engine.api.export import export
from workbench.engine.api.lanes import Lane
from workbench.engine.base.cache import Cache
from workbench.engine.bench.feeding import fixed_of
from workbench.engine.bench.profile import profile
from workbench.engine.bench.timing import timed
from workbench.engine.compile.structure import couplings
from workbench.engine.data_check import own_sample
from workbench.engine.data_check.check import check, write_preprocessing
from workbench.engine.inspection.activation_stats import passing
from workbench.engine.inspection.layer_pictures import picture
from workbench.engine.layer_figures import modules
from workbench.engine.preview.previewer import Previewer
from workbench.engine.training.device import devices
from workbench.engine.workspace import Workspace
from workbench.formats.format import all_formats
from workbench.methods.base.method import all_methods

log = logging.getLogger(__name__)
WAIT_S = 0.02  # seconds between two checks whether others are done
# Lanes that let all others go first, except these: an hour of training must not block the user.
PATIENT: dict[str, tuple[str, ...]] = {
    "scan": ("train",),
    "idle": (),
    "facts": ("train",),
    "changes": ("train",),
    "passing": ("train",),
}


class Service:
    """Owns the open workspace. `send` may be called from any lane."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.sending = threading.Lock()
        self.workspace: Workspace | None = None
        self.previewer: Previewer | None = None
        self.jobs: dict[int, Job] = {}
        self.finishing: set[int] = set()  # trainings that end with the best state so far
        self.busy: dict[int, str] = {}  # running jobs with a waiting client, and their lanes
        self.lanes = {name: Lane(name, self.run) for name in get_args(m.Lane) if name != "reader"}

    def send(self, reply: m.Reply) -> None:
        with self.sending:
            self.connection.send(reply)

    def serve(self) -> None:
        """Process requests until Quit, or until the window has closed."""
        self.send(m.Ready(versions(), devices()))
        while True:
            try:
                request = self.connection.recv()
            except (EOFError, OSError):
                return
            match request:
                case m.Quit():
                    return
                case m.Cancel(number):
                    self.cancel(number)
                case m.Finish(number):
                    self.finish(number)
                case m.Hold(number, held):
                    self.hold(number, held)
                case _:
                    self.accept(request)

    def cancel(self, number: int) -> None:
        job = self.jobs.get(number)
        if job is not None:
            job.cancel()

    def finish(self, number: int) -> None:
        """Let a training end with its best state so far; it sees a cancelled job."""
        if number in self.jobs:
            self.finishing.add(number)
            self.jobs[number].cancel()

    def hold(self, number: int, held: bool) -> None:
        if number in self.jobs:
            self.jobs[number].hold(held)

    def accept(self, request: m.Request) -> None:
        """Queue a request in its lane; requests that it replaces are cancelled."""
        job = Job(
            lambda progress: self._progressed(request.job, progress),
            updates=lambda result: self.send(m.Updated(request.job, result)),
        )
        self.jobs[request.job] = job
        lane = request.lane
        if lane in PATIENT:
            job.turn = partial(self.let_others_go_first, job, PATIENT[lane])
        else:
            self.busy[request.job] = lane
        self.lanes[lane].put(request, job)

    def _progressed(self, number: int, progress: Progress) -> None:
        self.send(m.Progressed(number, progress))

    def run(self, request: m.Request, job: Job) -> None:
        """Answer one request; in any case exactly one of Done, Failed and Stopped is sent."""
        number = request.job
        try:
            job.check()
            self.send(m.Done(number, self.answer(request, job)))
        except Cancelled:
            self.send(m.Stopped(number))
        except UserError as error:
            self.send(m.Failed(number, error.what, error.hint))
        except MemoryError:
            self.send(
                m.Failed(
                    number, Message("There is not enough memory."), Message("Close other programs, or use less data.")
                )
            )
        except Exception as error:
            if (meant := behind(error)) is not None:
                self.send(m.Failed(number, meant.what, meant.hint))
                return
            log.exception("request failed")
            self.send(
                m.Failed(
                    number,
                    Message("Internal error: {kind}: {error}.", kind=type(error).__name__, error=plain(str(error))),
                    Message("The model is unaffected; see the log for details."),
                    traceback.format_exc(),
                )
            )
        finally:
            self.busy.pop(number, None)
            self.finishing.discard(number)
            self.jobs.pop(number, None)

    def let_others_go_first(self, job: Job, beside: tuple[str, ...]) -> None:
        """Wait while requests of higher priority run, unless one of them waits for this job's result or is in one of
        the lanes `beside`."""
        while not Cache.awaited and not job.cancelled and any(lane not in beside for lane in tuple(self.busy.values())):
            time.sleep(WAIT_S)

    @singledispatchmethod
    def answer(self, request: m.Request, job: Job) -> Any:
        """Handle a request by its class; return the result that Done carries."""
        raise TypeError(f"nothing answers {type(request).__name__}")

    @answer.register
    def methods(self, request: m.Methods, job: Job) -> Any:
        known = tuple(method.info() for method in all_methods().values())
        for others in (all_formats, all_metrics, all_readers, all_targets):  # reports broken ones now
            others()
        if load_failures():
            job.update(sentences(*load_failures()))
        return known

    @answer.register
    def metrics(self, request: m.Metrics, job: Job) -> Any:
        return tuple((metric.id, metric.info) for metric in all_metrics().values())

    @answer.register
    def targets(self, request: m.Targets, job: Job) -> Any:
        return tuple(all_targets().values())

    @answer.register
    def open(self, request: m.Open, job: Job) -> Any:
        workspace = Workspace.open(
            request.path, job, request.trusted, frozenset(request.without), request.raise_opset, request.architecture
        )
        summary = workspace.model.summary()
        if request.fingerprint not in ("", summary.fingerprint):
            raise UserError(
                "{path} now contains a different model from the one that was opened.",
                "Restore the earlier file and measure again, or open the new one.",
                path=request.path,
            )
        self._replace(workspace)
        system.give_memory_back()  # the previous model's cached results
        return summary

    @answer.register
    def attach(self, request: m.Attach, job: Job) -> Any:
        attached = self._open().attach(
            request.path, job, request.calibration, request.trusted, measuring=request.measuring, count=request.samples
        )
        self._replace(attached)
        return self._open().data_summary()

    @answer.register
    def check_data(self, request: m.CheckData, job: Job) -> Any:
        workspace = self._open()
        allowed = replace(workspace, trusted=workspace.trusted | request.trusted)
        return check(allowed, request.path, job, measuring=request.measuring)

    @answer.register
    def write_preprocessing(self, request: m.WritePreprocessing, job: Job) -> Any:
        return write_preprocessing(request.path, request.yaml)

    @answer.register
    def trusted(self, request: m.Trusted, job: Job) -> Any:
        workspace = self._open()
        self._replace(replace(workspace, trusted=workspace.trusted | request.paths))

    @answer.register
    def inspect(self, request: m.Inspect, job: Job) -> Any:
        return self._open().view(request.path)

    @answer.register
    def facts(self, request: m.Facts, job: Job) -> Any:
        for path in job.each(request.paths, Message("reading the weights")):
            try:
                self.send(m.Updated(request.job, self._open().facts(path)))
            except UserError as error:  # for one layer; shown where it is chosen, others are unaffected
                log.warning("%s: %s", path, error)

    @answer.register
    def layer_picture(self, request: m.LayerPicture, job: Job) -> Any:
        return picture(self._open(), request.path, request.recipe, request.wanted, job)

    @answer.register
    def activations(self, request: m.Activations, job: Job) -> Any:
        return passing(self._open(), request.path, job, request.recipe)

    @answer.register
    def try_sample(self, request: TrySample, job: Job) -> Any:
        return own_sample.answer(self._open(), request.path, request.recipe, job)

    @answer.register
    def edit(self, request: m.Edit, job: Job) -> Any:
        return self._open().edit_view(request.path, request.recipe, job)

    @answer.register
    def measure(self, request: m.Measure, job: Job) -> Any:
        self._open()
        assert self.previewer is not None
        for preview in self.previewer.measure(request.recipe, request.focus, job):
            job.check()
            if preview.complete:
                return preview
            self.send(m.Updated(request.job, preview))
        raise AssertionError("a measurement ends with a complete preview")

    @answer.register
    def graph(self, request: m.Graph, job: Job) -> Any:
        return modules.collapsed(self._open().graph_view(request.recipe, job), request.collapsed)

    @answer.register
    def coupled(self, request: m.Coupled, job: Job) -> Any:
        return couplings(self._open().model)

    @answer.register
    def compare(self, request: m.Compare, job: Job) -> Any:
        return changes(self._open(), request.recipe, job)

    @answer.register
    def generate(self, request: m.Generate, job: Job) -> Any:
        for found in generate(self._open(), request.recipe, request.wanted, job):
            job.update(found)
        return found

    @answer.register
    def compare_file(self, request: m.CompareFile, job: Job) -> Any:
        return compare_file(self._open(), request.path, request.trusted, job)

    @answer.register
    def attribute_changes(self, request: m.AttributeChanges, job: Job) -> Any:
        for found in attribute(self._open(), request.recipe, request.samples, job):
            job.update(found)
        return found

    @answer.register
    def corrupt(self, request: m.Corrupt, job: Job) -> Any:
        return of_recipe(self._open(), request.recipe, job, request.samples, request.other, request.trusted)

    @answer.register
    def time(self, request: m.Time, job: Job) -> Any:
        return timed(self._open(), request.recipe, job)

    @answer.register
    def time_layers(self, request: m.TimeLayers, job: Job) -> Any:
        return profile(self._open(), request.recipe, job, fixed_of(self._open()) or 1)

    @answer.register
    def export(self, request: m.Export, job: Job) -> Any:
        return export(
            self._open(),
            request.recipe,
            request.folder,
            job,
            request.name,
            language=request.language,
            kept=request.kept,
            format=request.format,
        )

    @answer.register
    def sweep(self, request: m.Sweep, job: Job) -> Any:
        return sweep(self._open(), request.wanted, job, request.recipe, request.force)

    @answer.register
    def scan(self, request: m.Scan, job: Job) -> Any:
        return scan(self._open(), job, request.wanted, force=request.force)

    @answer.register
    def plan(self, request: m.Plan, job: Job) -> Any:
        from workbench.engine.search.plan import plan  # which predicts with torch

        stopping = lambda: request.job in self.finishing  # noqa: E731
        return plan(self._open(), request.goal, job, request.others, stopping, force=request.force)

    @answer.register
    def train(self, request: m.Train, job: Job) -> Any:
        from workbench.engine.training.recover import recovered  # imports torch

        workspace = self._open().ready(request.recipe)
        return recovered(
            workspace, request.recipe, job, lambda: request.job in self.finishing, request.device, request.kept
        ).recovery

    @answer.register
    def try_temperatures(self, request: m.TryTemperatures, job: Job) -> Any:
        from workbench.engine.training import temperatures

        return temperatures.sweep(self._open(), request.recipe, request.wanted, job, request.device)

    @answer.register
    def predict(self, request: m.Predict, job: Job) -> Any:
        return self._predictability(job)

    @answer.register
    def forecast(self, request: m.Forecast, job: Job) -> Any:
        self._predictability(job)
        assert self.previewer is not None
        for name, recipe in job.each(request.recipes, Message("predicting")):
            job.update(self.previewer.forecast(name, recipe, job.silent()))

    @answer.register
    def prepare(self, request: m.Prepare, job: Job) -> Any:
        self._open()
        assert self.previewer is not None
        if request.focus:
            self.previewer.prepare(request.recipe, request.focus, job)
        self.previewer.prepare_all(request.recipe, request.others, job)

    def _predictability(self, job: Job) -> Predictability:
        from workbench.engine.preview.predict import prepared

        return prepared(self._open(), job)[1]

    def _open(self) -> Workspace:
        if self.workspace is None:
            raise UserError("The engine has no model open.", "Use Run > Restart engine, or open another model.")
        return self.workspace

    def _replace(self, workspace: Workspace) -> None:
        self.workspace, self.previewer = workspace, Previewer(workspace)


def versions() -> dict[str, str]:
    """Return the versions of the libraries that the engine runs on."""
    return {name: importlib.metadata.version(name) for name in ("torch", "onnxruntime", "onnx", "onnx-ir", "numpy")}


def serve(connection: Connection) -> None:
    """Run the engine process (see core.ipc.process). Ends the process when the window asks for it or has closed."""
    Service(connection).serve()
    connection.close()
    os._exit(0)  # lanes may be deep in native code; nothing here needs an orderly end, files are written atomically
