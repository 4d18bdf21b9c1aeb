"""An encoding that nothing in the program knows (tests/methods/ternary.py) goes through all of it.

What such a one is asked for: graph/encodings/encoding.py.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.engine.small import network
from tests.methods.ternary import TERNARY, Ternarizing, Ternary
from workbench.core.base.job import Job
from workbench.core.layer_data import layer_queries
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.core.recipe.storing import PLAIN
from workbench.engine.api.export import export
from workbench.engine.compile import compiler
from workbench.engine.compile.conflicts import conflict, conflicts
from workbench.engine.inspection.layer_pictures import picture
from workbench.engine.preview.previewer import effective
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.affine import SYMMETRIC
from workbench.graph.encodings.kind import register_kind
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import forecast, size_of, with_edits
from workbench.graph.storage import decoders
from workbench.graph.storage.plan import Plan
from workbench.methods.base import method as methods
from workbench.testing import Case, check_method

STEP = Action("quantize.ternary")
STATIC = Action("quantize.static")
EXPORTED = Recipe((Row("*", (STEP,)),))


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The method is there as long as a test runs."""
    methods.all_methods()  # whose modules are imported once
    monkeypatch.setattr(methods, "_registered", dict(methods._registered))
    methods.method("quantize.ternary")(Ternarizing)
    methods.all_methods.cache_clear()
    yield
    methods.all_methods.cache_clear()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    """A small classifier of two matrices, what to measure with, and what to train on."""
    path = network(tmp_path_factory.mktemp("network"))
    opened = Workspace.open(str(path), Job())
    return opened.attach(str(path.parent / "test.npz"), Job(), calibration=str(path.parent / "train.npz"))


@pytest.mark.slow
def test_its_method_passes_the_suite_for_methods():
    before = ((), (Action("prune.magnitude", {"sparsity": 0.9}),), (Action("lowrank.svd", {"rank": 4}),))
    every = ("Conv", "Depthwise", "Gemm", "MatMul", "Embedding")
    check_method(
        "quantize.ternary",
        [
            *(Case("quantize.ternary", {}, op) for op in every),
            *(Case("quantize.ternary", {}, op, steps) for op in ("Conv", "Gemm") for steps in before[1:]),
            Case("quantize.static", {}, "MatMul", (STEP,)),
        ],
    )


def test_a_forecast_of_as_many_zeros_is_the_file(workspace):
    """From the plan alone, with the values' zeros put in it."""
    compiled = compiled_of(workspace)
    plans = {path: Plan.of(workspace.model.layer(path)) for path in compiled.edits}
    for path, edit in compiled.edits.items():
        method, params = methods.find(STEP)
        plans[path] = method.forecast(workspace.model.layer(path), plans[path], params)
        assert plans[path].on_levels and str(plans[path].tensors[0].words) == "ternary"
        assert plans[path].tensors[0] == edit.encoding.as_spec((plans[path].tensors[0].nonzeros,))
    assert forecast(workspace.model, plans, PLAIN).file == size_of(workspace.model, compiled.edits, PLAIN).file


def compiled_of(workspace: Workspace, *more: Action) -> compiler.Compiled:
    return workspace.compiled(Recipe((Row("*", (STEP, *more)),)), Job())


def test_what_is_previewed_is_what_the_file_answers(workspace, tmp_path):
    compiled = compiled_of(workspace)
    edited = with_edits(workspace.model, compiled.edits)
    assert any(name.endswith("Ternary2") for _, name, _ in edited.ir.functions)
    edited.save(tmp_path / "ternary.onnx")
    assert (tmp_path / "ternary.onnx").stat().st_size == size_of(workspace.model, compiled.edits).file
    feeds = workspace.data.feeds(slice(0, 64))
    written = runtime.session(str(tmp_path / "ternary.onnx")).run(None, feeds)[0]
    shown = runtime.session(effective(workspace.model, compiled.edits)).run(None, feeds)[0]
    np.testing.assert_allclose(written, shown, rtol=1e-5, atol=1e-6 * np.abs(shown).max())


def test_it_is_exported_with_the_bytes_that_were_forecast(workspace, tmp_path):
    report = export(workspace, EXPORTED, str(tmp_path), Job(), "ternary", timing=False)
    assert report.forecast_bytes == (tmp_path / "ternary.onnx").stat().st_size == report.after.bytes.value
    assert report.verified.value == pytest.approx(report.preview_value, abs=0.005)
    assert "ternary" in Path(report.files["report"]).read_text(encoding="utf-8")


def test_its_levels_are_drawn(workspace):
    recipe = Recipe((Row("first", (STEP,)),))
    edit = compiled_of(workspace).edits["first"]
    view = workspace.edit_view("first", recipe, Job())
    np.testing.assert_allclose(np.unique(view.levels.values), np.unique(edit.weight[:, view.levels.channel]), rtol=1e-6)
    seen = picture(workspace, "first", recipe, layer_queries.WantChannel(3), Job())
    np.testing.assert_allclose(seen.after.levels.values, np.unique(edit.weight[:, 3]), rtol=1e-6)


@pytest.mark.slow
def test_it_learns_and_stays_what_it_is(workspace, tmp_path):
    stage = Stage("finetune", {"epochs": 4, "batch": 32, "rate": 0.01})
    recipe = Recipe((Row("*", (STEP,)),), 0, (stage,))
    before = compiled_of(workspace)
    result = recovered(workspace, recipe, Job())
    for path, edit in result.compiled.edits.items():
        assert isinstance(edit.encoding, Ternary)
        assert (edit.encoding.signs != before.edits[path].encoding.signs).any()
        zeros = before.edits[path].encoding.signs == 0
        assert np.unique(np.abs(edit.encoding.signs)).tolist() == [0, 1] and zeros.any()
    (told,) = result.recovery.stages
    assert told.after > told.before
    report = export(workspace, recipe, str(tmp_path), Job(), "learned", timing=False)
    assert report.forecast_bytes == (tmp_path / "learned.onnx").stat().st_size
    assert report.verified.value == pytest.approx(report.preview_value, abs=0.005)


def test_which_steps_follow_it(workspace):
    layer = workspace.model.layer("first")
    later = conflicts(layer, (STEP,))
    assert "what Ternary has already quantised" in str(later["quantize.affine"])
    assert "quantize.static" not in later and conflict(layer, (STEP, STATIC)) is None


def test_an_integer_kernel_reads_its_levels(workspace):
    compiled = compiled_of(workspace, STATIC)
    edit = compiled.edits["first"]
    assert isinstance(edit.encoding, Ternary) and edit.compute is not None
    feeds = workspace.data.feeds(slice(0, 64))
    written = runtime.session(with_edits(workspace.model, compiled.edits).to_bytes()).run(None, feeds)[0]
    assert np.isfinite(written).all() and np.ptp(written) > 0


def test_two_kinds_cannot_share_a_name():
    assert register_kind(TERNARY) is TERNARY
    with pytest.raises(ValueError, match="Ternary cannot be the name"):
        register_kind(type(SYMMETRIC)("Ternary"))
    with pytest.raises(KeyError, match="there is no decoder Quaternary2"):
        decoders.closure("Quaternary2")
