"""Stages of recovery: validated, described, and readable from YAML."""

import pytest

from tests.figures import TOP1
from workbench.core.base.errors import UserError
from workbench.core.base.resources import resource_path
from workbench.core.recipe.gain import Gain
from workbench.core.recipe.recipe import parse_recipe
from workbench.core.recipe.recovery import STAGES, Recovery, Stage, StageResult, TrainingPoint, parameters
from workbench.core.recipe.stages import Distill, Finetune


def test_parameters_are_validated():
    assert parameters(Stage("finetune", {"epochs": 2, "l1": 1e-4})) == Finetune(steps=None, epochs=2, l1=1e-4)
    assert parameters(Stage("distill")) == Distill()
    timed = parameters(Stage("finetune", {"minutes": 1.5}))
    assert (timed.minutes, timed.epochs, timed.steps) == (1.5, None, None)


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage("boost"), "no recovery stage 'boost'"),
        (Stage("finetune", {"temperature": 2}), "unknown parameter 'temperature'."),
        (Stage("distill", {"temperature": 21}), "temperature has the invalid value 21"),
        (Stage("finetune", {"epochs": 1, "minutes": 1}), "cannot be combined."),
    ],
)
def test_what_is_wrong_is_named(stage, words):
    with pytest.raises(UserError, match=words):
        parameters(stage)


def test_a_form_can_be_built_from_every_stage():
    for info in STAGES:
        assert info.title and info.summary and info.formula and info.citation
        assert all(field.help for field in info.fields)
    assert {"temperature", "alpha", "epochs"} <= {field.name for field in STAGES[1].fields}


def test_every_parameter_of_a_stage_is_documented():
    page = resource_path("docs/recovery.md").read_text(encoding="utf-8")
    for info in STAGES:
        assert all(f"`{name}`" in page for name in (info.id, *(field.name for field in info.fields))), info.id


def test_a_recipe_keeps_its_stages():
    recipe = parse_recipe("version: 1\nlayers: {}\nrecover: [{finetune: {epochs: 2}}, distill]")
    assert recipe.recover == (Stage("finetune", {"epochs": 2}), Stage("distill"))
    assert parse_recipe(recipe.to_yaml()) == recipe and hash(recipe.recover) == hash(tuple(recipe.recover))


def test_results_become_plain_values():
    point = TrainingPoint(0, 10, 1.0, 0.5, 0.9, 1e-3, 0.8)
    result = StageResult(Stage("finetune"), TOP1, 0.5, 0.9, 1.0, 1.0, 3.0, 100, 10, (point,))
    (stage,) = Recovery((result,), 0.5).to_json()["stages"]
    assert stage["curve"] == [vars(point)] and stage["held_out"] == 10 and stage["stage"] == {"finetune": {}}


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        (Gain(0.021, 0.008, 0.034, 600), "+2.1 points [0.8, 3.4] on 600 samples"),
        (Gain(-0.021, -0.034, -0.008, 600), "−2.1 points [−3.4, −0.8] on 600 samples"),
        (Gain(0.01, -0.02, 0.04, 100), "no significant difference on 100 samples: +1.0 points [−2.0, 4.0]"),
    ],
)
def test_whether_training_helped_is_reported_in_words(gain, words):
    assert gain.words(TOP1) == words
    result = StageResult(Stage("finetune"), TOP1, 0.5, 0.9, 1.0, 1.0, 3.0, 100, 10, (), gain=gain)
    assert words in result.words
