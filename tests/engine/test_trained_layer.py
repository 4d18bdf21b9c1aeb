"""After training a layer is drawn as it was trained, one without steps too."""

import numpy as np
import pytest

from workbench.core.base.job import Job
from workbench.core.layer_data.layer_queries import WantChannels
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.inspection.layer_pictures import picture
from workbench.engine.training.recover import recovered

RECIPE = Recipe(
    (Row("first", (Action("prune.magnitude", {"sparsity": 0.75}),)),),
    0,
    (Stage("finetune", {"epochs": 2, "batch": 32, "rate": 0.01}),),
)


@pytest.mark.slow
def test_the_trained_weights_are_drawn(shared):
    ready = shared.ready(RECIPE)
    before, untouched = ready.edit_view("first", RECIPE, Job()), ready.model.weight("second")
    assert not before.trained
    made = recovered(ready, RECIPE, Job()).compiled
    after, second = ready.edit_view("first", RECIPE, Job()), ready.edit_view("second", RECIPE, Job())
    assert after.trained and second.trained
    trained = made.edits["first"].weight
    assert (
        after.moments.std == pytest.approx(float(trained.std()), rel=1e-4) and after.moments.std != before.moments.std
    )
    assert after.moments.sparsity == pytest.approx(0.75, abs=0.01), "what was pruned stays zero"
    assert second.moments.mean == pytest.approx(float(made.edits["second"].weight.mean()), abs=1e-6)
    assert not np.allclose(made.edits["second"].weight, untouched)
    ranges = picture(ready, "second", RECIPE, WantChannels(), Job())
    np.testing.assert_allclose(ranges.after[-1].max(), made.edits["second"].weight.max(), rtol=1e-5)
    assert not ready.edit_view("first", Recipe(RECIPE.rows), Job()).trained, "without the stage it is as before"
