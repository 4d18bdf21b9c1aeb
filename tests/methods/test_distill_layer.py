"""Students of a layer: each starts as near as its form allows, learns, and makes the model smaller and faster."""

import numpy as np
import pytest

from tests.graph.graphs import Build
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import InputSpec
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler, forecast
from workbench.formats.opening import open_model
from workbench.graph.rewrite.rewrite import with_edits

JOB = Job()


@pytest.fixture(scope="module")
def convolution():
    """Two convolutions without biases, and images whose channels go together: what a student can make use of."""
    graph = Build()
    graph.node("Conv", ["x", graph.weight("first.weight", 8, 8, 3, 3)], "h", pads=[1] * 4, strides=[2, 2])
    graph.node("Conv", ["h", graph.weight("second.weight", 6, 8, 1, 1)], "y")
    model = graph.model({"x": ["n", 8, 9, 9]}, {"y": ["n", 6, 5, 5]})
    rng = np.random.default_rng(0)
    x = np.einsum("nkhw,kc->nchw", rng.standard_normal((96, 3, 9, 9)), rng.standard_normal((3, 8)))
    return model, Dataset("memory", {"x": x.astype(np.float32)}, (InputSpec("x", "float32", (None, 8, 9, 9)),), None)


def compiled(convolution, **params):
    model, data = convolution
    stacks = compiler.stacks(model, Recipe((Row("first", (Action("distill.layer", params),)),)))
    return compiler.compiled(model, *stacks, data, 0, Cache(1 << 26), JOB)


@pytest.mark.slow
@pytest.mark.parametrize(
    "params",
    [{"student": "separable"}, {"student": "grouped", "groups": 2}, {"rank": 3}],
    ids=lambda params: params.get("student", "factors"),
)
def test_a_student_learns_and_the_file_is_as_predicted(convolution, params, tmp_path):
    model, _ = convolution
    made = compiled(convolution, steps=150, **params)
    before, after = (float(part.split()[0]) for part in made.edits["first"].note.split("error ")[1].split(" → "))
    assert after < 0.9 * before
    (change,), size = made.changes()
    (predicted,), predicted_size = forecast.forecast(model, made.chosen)
    file = tmp_path / "smaller.onnx"
    with_edits(made.model, made.edits).save(file)
    assert size == predicted_size == file.stat().st_size  # also of the bias that the layer did not have
    assert (change.bytes_after, change.macs) == (predicted.bytes_after, predicted.macs)
    again = open_model(str(file), job=JOB)
    assert again.summary().macs == change.macs + model.layer("second").macs < model.summary().macs


def test_as_many_kernels_as_a_kernel_has_values_are_the_layer(convolution):
    made = compiled(convolution, student="separable", multiplier=9, steps=0)
    np.testing.assert_allclose(made.edits["first"].weight, convolution[0].weight("first"), atol=1e-5)
    assert "the layer grows" in made.edits["first"].note


def test_a_group_starts_with_its_own_weights(convolution):
    made = compiled(convolution, student="grouped", groups=4, steps=0)
    expected = convolution[0].weight("first").copy()
    expected[~np.kron(np.eye(4, dtype=bool), np.ones((2, 2), bool))] = 0
    np.testing.assert_allclose(made.edits["first"].weight, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("path", "params", "reason"),
    [
        ("first", {"student": "grouped", "groups": 3}, "8 inputs and 8 outputs cannot both be divided into 3 groups"),
        ("second", {"student": "separable"}, "A 1 x 1 convolution cannot be made depthwise separable."),
    ],
)
def test_what_has_no_such_student_says_why(convolution, path, params, reason):
    model, _ = convolution
    with pytest.raises(UserError, match=reason):
        compiler.stacks(model, Recipe((Row(path, (Action("distill.layer", params),)),)))
    chosen, notes = compiler.stacks(model, Recipe((Row("*", (Action("distill.layer", params),)),)))
    assert any(path in note and reason in note for note in notes) and path not in chosen


def test_training_that_is_stopped_is_what_the_longer_one_had_reached(convolution):
    """Whether it is run anew, or taken from what the longer one kept."""
    model, data = convolution
    made, curves = {}, []
    for name, cache, stop in (("whole", whole := Cache(1 << 26), 0), ("kept", whole, 50), ("anew", Cache(1 << 26), 50)):
        seen = []
        job = Job(lambda progress, seen=seen: seen.append(progress.curve), interval=0.0)
        action = Action("distill.layer", {"rank": 3, "steps": 75, "stop": stop})
        stacks = compiler.stacks(model, Recipe((Row("first", (action,)),)))
        made[name] = compiler.compiled(model, *stacks, data, 0, cache, job).edits["first"]
        curves.append([curve for curve in seen if curve is not None])
    np.testing.assert_array_equal(made["kept"].weight, made["anew"].weight)
    np.testing.assert_array_equal(made["kept"].bias, made["anew"].bias)
    assert "stopped after 50 of 75 steps" in made["kept"].note and "stopped" not in made["whole"].note
    full, kept, anew = curves
    assert not kept  # nothing was trained
    assert full[-1].steps == (0, 25, 50, 75) and full[-1].over and not full[0].over
    assert full[-1].errors[:3] == anew[-1].errors and list(full[-1].errors) == sorted(full[-1].errors, reverse=True)
    assert (full[-1].path, full[-1].method) == ("first", "distill.layer")


def test_training_that_is_cancelled_keeps_what_it_has_reached(convolution):
    model, data = convolution
    cache, job = Cache(1 << 26), Job(interval=0.0)
    job.listener = lambda told: told.curve is not None and told.curve.steps[-1] == 50 and job.cancel()
    action = Action("distill.layer", {"rank": 3, "steps": 1000})
    stacks = compiler.stacks(model, Recipe((Row("first", (action,)),)))
    with pytest.raises(Cancelled):
        compiler.compiled(model, *stacks, data, 0, cache, job)
    seen = []
    stacks = compiler.stacks(model, Recipe((Row("first", (action.with_param("stop", 50),)),)))
    listener = Job(lambda told: seen.append(told.curve), interval=0.0)
    note = compiler.compiled(model, *stacks, data, 0, cache, listener).edits["first"].note
    assert "stopped after 50 of 1,000 steps" in note and not any(seen)
