"""The shared suite (workbench.testing.methods) for every method of ours."""

import pytest

from tests.methods.settings import SETTINGS
from workbench.core.recipe.action import Action
from workbench.methods.base.method import all_methods
from workbench.testing import methods
from workbench.testing.methods import Case

CASES = [
    Case(name, params, op, tuple(Action(*step) for steps in before for step in steps))
    for name, variants in SETTINGS.items()
    for params, ops, *before in variants
    for op in ops
]
# Those that change several layers at once have no edit of one: see tests/engine/test_structure.py.
SINGLE = [case for case in CASES if not all_methods()[case.method].structural]
FIRST = {(case.method, case.op): case for case in reversed(SINGLE)}  # of a method on a layer; more parameters are slow


def test_every_method_has_a_case_and_every_parameter_is_in_one():
    assert set(SETTINGS) == set(all_methods())
    for name in all_methods():
        methods.covered(name, CASES)


@pytest.mark.parametrize("name", all_methods())
@pytest.mark.parametrize("check", methods.PER_METHOD, ids=lambda check: check.__name__)
def test_it(name, check):
    check(name)


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=str(case), marks=() if case in FIRST.values() else pytest.mark.slow) for case in SINGLE],
)
@pytest.mark.parametrize("check", methods.PER_CASE, ids=lambda check: check.__name__)
def test_on_a_layer_it(case, check):
    check(case)
