"""Outputs that depend on fewer layers than others: which is measured, and a note where the metric tells no edit."""

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build
from workbench.core.analysis.measured import Measuring
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.analysis.evaluation import evaluate
from workbench.engine.workspace import Workspace
from workbench.graph.subgraph import cut


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A network with two outputs of a kind: a state, and what is made of it."""
    place = tmp_path_factory.mktemp("two")
    b = Build()
    b.node("Tanh", [b.node("MatMul", ["x", b.weight("first", 8, 16)], "hidden")], "state")
    b.node("MatMul", ["state", b.weight("last", 16, 12)], "y")
    onnx.save(b.proto({"x": ["n", 8]}, {"state": ["n", 16], "y": ["n", 12]}), place / "m.onnx")
    np.savez(place / "d.npz", x=np.random.default_rng(0).standard_normal((16, 8)).astype(np.float32))
    return Workspace.open(str(place / "m.onnx"), Job()), str(place / "d.npz")


def notes(opened, pattern, output=""):
    workspace = opened[0].attach(opened[1], Job(), measuring=Measuring(output=output))
    recipe = Recipe((Row(pattern, (Action("quantize.affine", {"bits": 3}),)),))
    return workspace, [str(note) for note in evaluate(workspace, recipe, Job()).notes if "does not depend on" in note]


def test_the_layers_of_an_output_are_those_before_it(opened):
    assert cut.layers_of_outputs(opened[0].model) == {"state": {"first"}, "y": {"first", "last"}}


def test_the_output_that_depends_on_more_layers_is_measured(opened):
    workspace, said = notes(opened, "*")
    assert workspace.data.answer.name == "y" and not said


def test_edits_that_the_measured_output_does_not_see_are_named(opened):
    for pattern, layers in (("first", 0), ("last", 1), ("*", 1)):
        workspace, said = notes(opened, pattern, output="state")
        assert workspace.data.answer.name == "state" and len(said) == layers
        assert all("'state' does not depend on last:" in note and "others" not in note for note in said)
