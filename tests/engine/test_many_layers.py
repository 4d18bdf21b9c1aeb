"""The work on a model grows with its number of layers, not with the square of it: calls are counted, not seconds."""

import sys
from dataclasses import replace

import pytest

from tests.benchmarks.bench_many_layers import STEPS, chain
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.params import parse
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.base.store import Store
from workbench.engine.compile import compiler, forecast
from workbench.engine.compile.structure import couplings
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace
from workbench.formats.onnx_file import from_proto
from workbench.graph.rewrite.rewrite import with_edits
from workbench.methods.base import method

FEW, MANY = 24, 72
SLACK = 1.15  # of three times the calls


def calls(work) -> int:
    """How many functions a piece of work calls, in Python and in C."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def looked_at(layers: int, folder) -> int:
    """Open a model, look at each of its layers, ask what is coupled."""

    def work():
        workspace = replace(Workspace(from_proto(proto, "chain.onnx", Job())), store=Store(folder / str(layers)))
        for layer in workspace.model.layers:
            workspace.view(layer.path)
        couplings(workspace.model)

    proto = chain(layers)
    return calls(work)


def edited(layers: int, step) -> int:
    """All layers changed by one step: the forecast, the edits, and the file."""

    def work():
        recipe = Recipe((Row("*", (step,)),))
        forecast.forecast(workspace.model, compiler.stacks(workspace.model, recipe)[0])
        result = workspace.compiled(recipe, Job())
        result.changes()
        with_edits(result.model, result.edits).to_bytes()

    workspace = Workspace(from_proto(chain(layers), "chain.onnx", Job()))
    return calls(work)


@pytest.mark.slow
def test_opening_and_looking_at_every_layer(tmp_path):
    looked_at(FEW, tmp_path / "first")  # imports, and what is remembered of shapes
    assert looked_at(MANY, tmp_path) < SLACK * MANY / FEW * looked_at(FEW, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_one_step_on_every_layer(step):
    edited(FEW, step)
    assert edited(MANY, step) < SLACK * MANY / FEW * edited(FEW, step)


def test_a_step_is_parsed_once_for_all_layers_and_all_that_asks_for_it(monkeypatch):
    step = Action("prune.magnitude", {"sparsity": 0.12345})  # which nobody else has
    parsed = []

    def counted(params, given, owner=""):
        parsed.append((owner, given))
        return parse(params, given, owner)

    monkeypatch.setattr(method, "parse", counted)
    workspace = Workspace(from_proto(chain(FEW), "chain.onnx", Job()))
    layer = workspace.model.layers[0].path
    for recipe in (Recipe((Row("*", (step,)),)), Recipe().with_actions([layer], (step,))):
        workspace.edit_view(layer, recipe, Job())
        next(Previewer(workspace).measure(recipe, (layer,), Job()))
    assert parsed.count(("prune.magnitude", step.params)) == 1


@pytest.mark.parametrize("wrong", [True, [4], float("nan"), "4"], ids=repr)
def test_what_is_remembered_of_a_step_lets_no_other_value_through(wrong):
    assert method.find(Action("quantize.affine", {"bits": 4})).params.bits == 4
    assert method.find(Action("prune.magnitude", {"sparsity": 1})).params.sparsity == 1.0
    for step in (Action("quantize.affine", {"bits": wrong}), Action("prune.magnitude", {"sparsity": wrong})):
        with pytest.raises(UserError, match="invalid value"):
            method.find(step)
