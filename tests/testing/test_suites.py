"""The shared suites find what they are for: each fault below makes its check fail."""

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest

from tests.formats.test_extensions import PACKED
from tests.formats.test_onnx_file import linear
from workbench.core.base.errors import UserError
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.encodes import Encodes
from workbench.core.recipe.params import Help, Range
from workbench.data.extensions import Reader
from workbench.data.metrics.listing import METRICS
from workbench.data.metrics.metric import Metric
from workbench.formats.format import all_formats
from workbench.graph.encodings.dense import Dense
from workbench.graph.storage.edit import Edit
from workbench.methods.base import method as methods
from workbench.testing import Case, check_format, check_method, check_metric, check_reader, check_target
from workbench.testing.audit import nothing_run

RNG = np.random.default_rng(1)
OUTPUTS, LABELS = RNG.standard_normal((20, 5)), RNG.integers(0, 5, 20)
RIGHT = np.eye(5)[LABELS]
TOP1 = METRICS["top1"]


def metric(score, **info):
    return Metric("own", replace(MetricInfo("own", "%", low=0.0, high=1.0), **info), score)


def test_a_metric_that_keeps_everything_passes():
    check_metric(TOP1, OUTPUTS, LABELS, RIGHT, -RIGHT)


@pytest.mark.parametrize(
    ("faulty", "words"),
    [
        (replace(TOP1, info=replace(TOP1.info, title="")), "title"),
        (replace(TOP1, info=replace(TOP1.info, high=100.0)), "a share has the bounds 0 and 1"),
        (metric(lambda outputs, labels: TOP1.score(outputs, labels).mean()), "not one score a sample"),
        (metric(lambda outputs, labels: TOP1.score(outputs, labels) * np.nan), "not finite floats"),
        (metric(lambda outputs, labels: 2 * TOP1.score(outputs, labels)), "is above 1"),
        (metric(lambda outputs, labels: TOP1.score(outputs, labels) / 2, interval="wilson"), "zeros and ones"),
        (metric(lambda outputs, labels: np.full(len(labels), TOP1.score(outputs, labels).mean())), "and [01] alone"),
        (metric(TOP1.score, higher_is_better=False), "higher_is_better"),
        (metric(lambda outputs, labels: TOP1.score(outputs, labels) / 2), "not 1.0"),
        (replace(TOP1, decide=lambda outputs: np.zeros(3)), "decide gives not one decision a sample"),
        (replace(TOP1, decide=lambda outputs: np.zeros(len(outputs))), "decide sees no difference"),
    ],
)
def test_a_metric_with_a_fault_does_not(faulty, words):
    with pytest.raises(AssertionError, match=words):
        check_metric(faulty, OUTPUTS, LABELS, RIGHT, -RIGHT)


# -- methods -------------------------------------------------------------------------------------------------------


class Halving(methods.Method):
    """Every weight by half: not a compression, but a method."""

    title, formula, citation = "Halving", "w / 2", "Nobody 1999"
    summary = "Divides every weight by a number."

    @dataclass(frozen=True)
    class Params:
        by: Annotated[float, Range(1, 8), Help("The divisor.")] = 2.0

    def accepts(self, layer):
        return None

    def forecast(self, layer, plan, params):
        return plan

    def apply(self, context, edit, params, job):
        job.check()
        return Edit(Dense(edit.weight / np.float32(params.by)), edit.bias)


class Random(Halving):
    def apply(self, context, edit, params, job):
        job.check()
        return Edit(Dense(np.random.default_rng().standard_normal(edit.weight.shape).astype(np.float32)), edit.bias)


class Endless(Halving):
    def apply(self, context, edit, params, job):
        return Edit(Dense(edit.weight / np.float32(params.by)), edit.bias)


class Boaster(Halving):
    def forecast(self, layer, plan, params):
        return plan.quantized(4)


class Undeclared(Halving):
    def forecast(self, layer, plan, params):
        return plan.codebook(4)

    def forecasts_exactly(self, params):
        return False


class Misdeclared(Undeclared):
    encodes = Encodes("4")


class Wider(Undeclared):
    encodes = Encodes("8", "codebook", "'tensor'")


class Silent(Halving):
    summary = "no sentence"


class Gruff(Halving):
    def accepts(self, layer):
        return "No" if layer.op == "Conv" else None


class Hungry(Halving):
    needs_data = True


@pytest.fixture
def registered(monkeypatch):
    """Registers a method as long as the test runs."""
    methods.all_methods()  # ours are there before the copy: their files are imported once
    monkeypatch.setattr(methods, "_registered", dict(methods._registered))
    yield lambda cls: methods.method("quantize.halving")(cls)
    methods.all_methods.cache_clear()


def test_a_method_that_keeps_everything_passes(registered):
    check_method(registered(Halving), [Case("quantize.halving", {"by": 3.0}, op) for op in ("Conv", "Gemm")])


@pytest.mark.parametrize(
    ("cls", "words"),
    [
        (Silent, "its summary is not a sentence"),
        (Gruff, "refuses Conv with 'No'"),
        (Random, "differs from run to run"),
        (Endless, "goes on although its job is cancelled"),
        (Boaster, "forecast"),
        (Undeclared, "plans Codebook and has no `encodes`"),
        (Misdeclared, "says integer, and codebook is planned"),
        (Wider, "says 8 bits, and 4 are planned"),
        (Hungry, "it was not refused"),
    ],
)
def test_a_method_with_a_fault_does_not(registered, cls, words):
    with pytest.raises(AssertionError, match=words):
        check_method(registered(cls), [Case("quantize.halving", {"by": 3.0}, "Gemm")])


@pytest.mark.parametrize("change", [Dense, lambda values: values])
def test_a_bare_array_is_no_encoding(registered, change):
    class Bare(Halving):
        def apply(self, context, edit, params, job):
            job.check()
            return Edit(
                methods.each_tensor(edit.encoding, 0, lambda values, axis: change(values / params.by)), edit.bias
            )

    cases = [Case("quantize.halving", {"by": 2.0}, "Gemm")]
    if change is Dense:
        check_method(registered(Bare), cases)
    else:
        with pytest.raises(TypeError, match=r"an Edit holds an encoding \(Dense, .*\), not a ndarray"):
            check_method(registered(Bare), cases)


def test_what_a_class_lacks_is_named(registered):
    class NoForm(Halving):
        class Params:
            by = 2.0

    class Half(methods.Method):
        def accepts(self, layer):
            return None

    with pytest.raises(TypeError, match="its Params need @dataclass"):
        registered(NoForm)
    with pytest.raises(TypeError, match="does not define apply, forecast"):
        registered(Half)


def test_a_parameter_without_a_case_is_named(registered):
    with pytest.raises(AssertionError, match=r"no case has the parameters \['by'\]"):
        check_method(registered(Halving), [Case("quantize.halving")])


# -- formats, readers, targets -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A format that opens and saves, and a file of it."""
    space: dict = {}
    exec(PACKED, space)
    file = tmp_path_factory.mktemp("packed") / "net.packed"
    onnx = file.with_suffix(".onnx")
    onnx.write_bytes(linear().SerializeToString())
    known = {format.name: format for format in all_formats()}
    from workbench.core.base.job import Job

    space["save"](known["onnx"].load(str(onnx), False, Job()).graph, file, Job())
    return space["PACKED"], file, space


def test_a_format_that_keeps_everything_passes(packed):
    check_format(*packed[:2])


def _unpickling(load):
    def unpickle(path, trusted, job):
        pickle.loads(pickle.dumps(Path("a")))
        return load(path, trusted, job)

    return unpickle


def _raw(load):
    def raw(path, trusted, job):
        try:
            return load(path, trusted, job)
        except UserError as error:
            raise ValueError("?") from error

    return raw


@pytest.mark.parametrize(
    ("change", "expected", "words"),
    [
        (lambda format: {"claims": lambda path, head: bool(head)}, AssertionError, "claims an ONNX file"),
        (lambda format: {"claims": lambda path, head: False}, AssertionError, "does not claim net.packed"),
        (
            lambda format: {"claims": lambda path, head: path.endswith(".packed")},
            FileNotFoundError,
            "no_such_net.packed",
        ),
        (lambda format: {"load": _unpickling(format.load)}, AssertionError, "pickle.find_class"),
        (lambda format: {"load": _raw(format.load)}, ValueError, "?"),
        (lambda format: {"name": "other"}, AssertionError, ""),
    ],
)
def test_a_format_with_a_fault_does_not(packed, change, expected, words):
    format, file, _ = packed
    with pytest.raises(expected) as caught:
        check_format(replace(format, **change(format)), file)
    assert words in str(caught.value)


def test_a_format_that_saves_something_else_does_not(packed):
    format, file, space = packed
    onnx = file.with_suffix(".onnx")

    def save(graph, path, job):
        for value in graph.graph.initializers.values():
            value.const_value = space["ir"].tensor(value.const_value.numpy() + 1, name=value.name)
        space["save"](graph, path, job)

    assert onnx.exists()
    with pytest.raises(AssertionError, match="changed the graph"):
        check_format(replace(format, save=save), file)


def test_what_a_file_runs_is_heard():
    for act in (
        lambda: os.system("true"),
        lambda: subprocess.run([sys.executable, "-c", ""]),
        lambda: pickle.loads(pickle.dumps(Path("a"))),
    ):
        with pytest.raises(AssertionError, match="opening a file that nobody trusted did"), nothing_run():
            act()
    with nothing_run():
        pass


def test_readers(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("1,2,0\n3,4,1\n")

    def read(path, trusted, job):
        try:
            rows = np.atleast_2d(np.loadtxt(path, delimiter=","))
            return {"x": rows[:, :-1], "y": rows[:, -1]}
        except (ValueError, IndexError) as error:
            raise UserError(f"{path} is no table of numbers.", "Save it again.") from error

    def claims(path):
        return path.endswith(".csv")

    check_reader(Reader("csv", claims, read), table)
    for reader, words in (
        (Reader("csv", lambda path: True, read), "claims .npz"),
        (Reader("csv", claims, lambda *rest: {"y": np.zeros(2)}), "no input"),
        (Reader("csv", claims, lambda *rest: {"x": np.zeros(2), "y": np.zeros(3)}), "samples are"),
        (Reader("csv", claims, lambda *rest: {"x": [RNG.random()]}), "differs from one reading to the next"),
    ):
        with pytest.raises(AssertionError, match=words):
            check_reader(reader, table)


def test_targets(tmp_path):
    file = tmp_path / "npu.yaml"
    text = "version: 1\ntarget: npu\ntitle: NPU\nsource: Manual 2.1\nrules: {Conv: {weights: [{bits: [8]}]}}\n"
    file.write_text(text)
    assert check_target(file).id == "npu"
    for old, new, words in (
        ("Manual 2.1", "a manual", "neither version nor date"),
        ("Conv:", "conv:", "no operator"),
        ("weights: [{bits: [8]}]", "source: Manual 3", "says nothing"),
        ("{bits: [8]}", "{bits: [8], block: [32], granularity: [channel]}", "block without group"),
    ):
        file.write_text(text.replace(old, new))
        with pytest.raises(AssertionError, match=words):
            check_target(file)
