"""One suite for every registered method: the contract of workbench.methods.base.method, checked on real layers."""

import dataclasses
import json

import numpy as np
import pytest

from tests.methods.settings import SETTINGS, model_with
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.params import fields_of, parse, plain
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import effective
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import forecast, size_of, with_edits
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import all_methods, find

CASES = [
    (name, params, op, *before)
    for name, variants in SETTINGS.items()
    for params, ops, *before in variants
    for op in ops
]


def ids(case: tuple) -> str:
    name, params, op, *before = case
    after = "".join(f"-after-{step}" for steps in before for step, _ in steps)
    return f"{name}-{'-'.join(f'{k}={v}' for k, v in params.items()) or 'default'}-{op}{after}"


@pytest.fixture(params=CASES, ids=ids)
def case(request):
    name, params, op, *before = request.param
    if all_methods()[name].structural:
        pytest.skip("it changes several layers at once and has no edit of one: see tests/engine/test_structure.py")
    model, path, data = model_with(op)
    steps = [Action(*step) for part in before for step in part]
    return (*steps, Action(name, params)), model, path, data


def edit_of(case, job=None):
    actions, model, path, data = case
    return compiler.edit(model, path, actions, data, 3, Cache(1 << 28), job or Job())


MADE: dict = {}


def made(case):
    """The edit, made once for all tests that only look at it."""
    if (key := case[:2]) not in MADE:
        MADE[key] = edit_of(case)
    return MADE[key]


def test_every_method_has_a_case_and_every_parameter_is_in_one():
    assert set(SETTINGS) == set(all_methods())
    for name, method in all_methods().items():
        given = {field for params, *_ in SETTINGS[name] for field in params}
        assert {field.name for field in method.info().fields} == given, name


@pytest.mark.parametrize("name", all_methods())
def test_it_describes_itself(name):
    info = all_methods()[name].info()
    assert info.title and info.summary.endswith(".") and info.formula and any(c.isdigit() for c in info.citation)
    for field in info.fields:
        assert field.help.endswith("."), f"{name}.{field.name} needs a help text that is a sentence"
    json.dumps(dataclasses.asdict(info))


@pytest.mark.parametrize("name", all_methods())
def test_parameters_round_trip(name):
    cls = all_methods()[name].Params
    defaults = parse(cls, {})
    assert parse(cls, plain(defaults)) == defaults
    recipe = Recipe().with_actions(["layer"], (Action(name, plain(defaults)),))
    assert parse_recipe(recipe.to_yaml()) == recipe


@pytest.mark.parametrize("name", all_methods())
def test_it_refuses_what_is_out_of_range(name):
    cls = all_methods()[name].Params
    bounded = [f for f in fields_of(cls) if f.kind in ("int", "float") and f.low is not None]
    for field in bounded:
        with pytest.raises(UserError, match=field.name):
            parse(cls, {field.name: field.low - 1})
    with pytest.raises(UserError, match="no parameter"):
        parse(cls, {"no_such_parameter": 1})


def test_the_original_is_untouched(case):
    _, model, path, _ = case
    before = model.weight(path).copy()
    MADE[case[:2]] = edit_of(case)
    np.testing.assert_array_equal(model.weight(path), before)


def test_it_is_deterministic_for_a_seed(case):
    first, second = made(case), edit_of(case)
    np.testing.assert_array_equal(first.weight, second.weight)
    if first.bias is not None:
        np.testing.assert_array_equal(first.bias, second.bias)


def test_it_can_be_cancelled(case):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        edit_of(case, job=job)


def test_the_forecast_is_what_is_stored(case):
    actions, model, path, _ = case
    layer = model.layer(path)
    plan = Plan.of(layer)
    for action in actions:
        method, params = find(action)
        if not method.foretells(params):
            pytest.skip("this amount depends on the weights: the edit says it, not the forecast")
        plan = method.forecast(layer, plan, params)
    expected = forecast(model, {path: plan}).file
    stored = size_of(model, {path: made(case)}).file
    assert abs(expected - stored) <= max(32, 0.005 * stored)


def test_the_file_has_the_bytes_and_the_behaviour_of_the_preview(case, tmp_path):
    _, model, path, data = case
    edits = {path: made(case)}
    file = tmp_path / "edited.onnx"
    with_edits(model, edits).save(file)
    assert file.stat().st_size == size_of(model, edits, "auto").file
    feeds = data.feeds(slice(0, 16))
    written = runtime.session(str(file)).run(None, feeds)[0]
    shown = runtime.session(effective(model, edits)).run(None, feeds)[0]
    np.testing.assert_allclose(written, shown, rtol=1e-3, atol=1e-4 * np.abs(shown).max())
