"""What is said while the hand moves is what the step then does: ranks, shares and weights of real edits."""

import re
from functools import cache

import numpy as np
import pytest

from tests.methods.settings import SETTINGS
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer_queries import WantOutlook
from workbench.core.layer_data.method_insight import Evening, Ranks, Refused, Replacing
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.compile.removal import predicted
from workbench.engine.inspection.method_insight import outlook
from workbench.engine.layer_figures import stats
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.encoding import Factors
from workbench.methods.base.method import all_methods
from workbench.methods.common.factors import by_output, unfold
from workbench.testing.models import model_with
from workbench.ui.actions import rank_sentence, step_sentence
from workbench.ui.actions.form.values import effective
from workbench.ui.text.format import short_percent

CASES = [
    (name, params, op)
    for name, variants in SETTINGS.items()
    if name.startswith(("lowrank.", "distill.layer"))
    for params, ops, *before in variants
    if not before
    for op in ops
]


@cache  # what one method asks of a layer, the next has at hand
def opened(op: str) -> Workspace:
    model, _, data = model_with(op)
    return Workspace(model, data=data, calibration=data)


def said(workspace: Workspace, name: str, params: dict, path: str = "layer") -> str:
    info = all_methods()[name].info()
    found = outlook(workspace, path, WantOutlook(name), Job()) if info.outlook else None
    text = step_sentence.sentence(info, params, workspace.view(path), workspace.layer(path), found)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def shapes(edit) -> list[tuple[int, ...]]:
    assert isinstance(edit.encoding, Factors)
    return [piece.encoding.decode().shape for piece in edit.encoding.pieces]


@pytest.mark.parametrize(("name", "params", "op"), CASES, ids=str)
def test_ranks_and_weights_are_those_of_the_edit(name, params, op):
    workspace = opened(op)
    recipe = Recipe().with_actions(["layer"], (Action(name, params),))
    _, edit = workspace.edited("layer", recipe, Job())
    text, made, layer = said(workspace, name, params), shapes(edit), workspace.layer("layer")
    if name == "lowrank.tucker":
        assert f"Ranks {made[1][0]} of {layer.shape[0]} outputs and {made[1][1]} of {layer.shape[1]} inputs" in text
    elif name == "lowrank.cp":
        assert f"A sum of {made[0][0]} rank-one terms" in text
    elif name in ("lowrank.subspace", "distill.layer") and "Rank" not in text:
        assert re.search(r"groups|kernels for each", text)
    else:
        rank = made[0][0] if layer.op == "Conv" else made[0][1]
        full = min(np.prod(made[0]) // rank, np.prod(made[1]) // rank)
        assert f"Rank {rank} of {full}" in text
    if "weights" in text:
        used, total = re.search(r"([\d,]+) (?:instead of|of|for) ([\d,]+) weights", text).groups()
        assert int(used.replace(",", "")) == sum(int(np.prod(shape)) for shape in made)
        assert int(total.replace(",", "")) == layer.count
    if "shrinks" in text or "grows" in text:
        assert ("shrinks" in text) == (edit.encoding.parameters < layer.count)


ZEROS = [
    (name, params, op)
    for name, variants in SETTINGS.items()
    if name.startswith("prune.") and name != "prune.channels"
    for params, ops, *before in variants
    if not before and params.get("scope") != "global"
    for op in ops
]


@pytest.mark.parametrize(("name", "params", "op"), ZEROS, ids=str)
def test_the_zeros_are_those_of_the_edit(name, params, op):
    workspace = opened(op)
    text, layer = said(workspace, name, params), workspace.layer("layer")
    _, edit = workspace.edited("layer", Recipe().with_actions(["layer"], (Action(name, params),)), Job())
    gone = by_output(edit.weight, layer.out_axis) == 0
    figures = re.match(r"([\d,]+) of ([\d,]+) (weights|blocks)", text)
    if figures is None:
        assert text.startswith(("Weights from", "2 of every 4", "1 of every 5")) or "%" in text
        return
    count, total = (int(figure.replace(",", "")) for figure in figures.groups()[:2])
    if figures[3] == "blocks":
        rows, columns = params["rows"], params["columns"]
        cells = [
            gone[row : row + rows, column : column + columns].all()
            for row in range(0, gone.shape[0], rows)
            for column in range(0, gone.shape[1], columns)
        ]
        assert (count, total) == (sum(cells), len(cells))
    else:
        assert (count, total) == (gone.sum(), layer.count)


SCALED = [
    (name, params, op)
    for name in ("quantize.affine", "quantize.blockwise", "quantize.dynamic")
    for params, ops, *before in SETTINGS[name]
    if not before and params.get("range") in (None, "minmax")
    for op in ops
]


@pytest.mark.parametrize(("name", "params", "op"), SCALED, ids=str)
def test_levels_and_scales_are_those_of_the_edit(name, params, op):
    """Groups at the end of a row may be smaller, and have a scale all the same."""
    workspace = opened(op)
    text = said(workspace, name, params)
    _, edit = workspace.edited("layer", Recipe().with_actions(["layer"], (Action(name, params),)), Job())
    levels, scales = re.match(
        r"([\d,]+) levels, .*?(\d[\d,]*|whole tensor)(?: scales| output channels)?\.", text
    ).groups()
    found = edit.encoding
    assert isinstance(found, Affine) and 2**found.bits == int(levels)
    assert found.scale.size == (1 if scales == "whole tensor" else int(scales.replace(",", "")))


@pytest.mark.parametrize("round_to", [0, 1, 3, 4, 8, 16])
@pytest.mark.parametrize("ratio", [0.0, 0.1, 0.3, 0.5, 0.97, 1.0])
def test_the_channels_that_go_are_those_that_were_said(demo_cnn, ratio, round_to):
    """They are rounded, and layers that add their outputs lose them together."""
    for path in ("stem", "blocks.0.conv1", "blocks.3.conv"):
        params = {"ratio": ratio, "round_to": round_to}
        layer = demo_cnn.layer(path)
        text = said(demo_cnn, "prune.channels", params, path)
        left = predicted(demo_cnn.model, {path: Action("prune.channels", params)}).get(path, layer).matrix[0]
        assert text == f"{layer.matrix[0] - left} of {layer.matrix[0]} output channels are removed.", path


def test_before_the_engine_answers_the_channels_are_rounded_too(demo_cnn):
    info, layer = all_methods()["prune.channels"].info(), demo_cnn.layer("stem")
    assert layer.matrix[0] == 32
    assert step_sentence.sentence(info, {"ratio": 0.3}, demo_cnn.view("stem"), layer).startswith("About 8 of 32 output")


def test_the_share_of_a_whitened_rank_is_that_of_the_output():
    workspace = opened("Gemm")
    recipe = Recipe().with_actions(["layer"], (Action("lowrank.whitened", {"rank": 9}),))
    _, edit = workspace.edited("layer", recipe, Job())
    layer, weight = workspace.layer("layer"), workspace.model.weight("layer")
    gram = LayerContext(workspace.model, "layer", workspace.calibration, 0, workspace.cache).gram(Job())[0]

    def energy(matrix: np.ndarray) -> float:
        return float(np.einsum("rc,cd,rd->", matrix, gram, matrix))

    before = unfold(weight, layer).astype(np.float64)
    kept = 1 - energy(before - unfold(edit.weight, layer)) / energy(before)
    found = outlook(workspace, "layer", WantOutlook("lowrank.whitened"), Job())
    assert isinstance(found, Ranks) and found.kept == "output"
    assert found.sides[0].energy[8] == pytest.approx(kept, abs=1e-3)
    assert f"keeps {short_percent(found.sides[0].energy[8])} of the output's energy".replace(
        "\N{NO-BREAK SPACE}", " "
    ) in said(workspace, "lowrank.whitened", {"rank": 9})


@pytest.fixture(scope="module")
def demo_cnn(demo):
    return Workspace.open(str(demo.cnn), Job()).attach(str(demo.calibration), Job())


def test_evening_names_those_that_follow(demo_cnn):
    found = outlook(demo_cnn, "blocks.0.conv1", WantOutlook("quantize.equalize"), Job())
    assert isinstance(found, Evening) and found.readers == ("blocks.0.conv2",) and found.channels == found.outputs
    rows = np.abs(demo_cnn.model.weight("blocks.0.conv1")).reshape(found.outputs, -1).max(axis=1)
    assert found.spread == pytest.approx(rows.max() / rows.min())
    recipe = Recipe().with_actions(["blocks.0.conv1"], (Action("quantize.equalize", {}),))
    notes = {change.path: change.note for change in demo_cnn.compiled(recipe, Job()).changes()[0]}
    assert "inputs compensate blocks.0.conv1" in notes["blocks.0.conv2"]
    text = said(demo_cnn, "quantize.equalize", {}, "blocks.0.conv1")
    assert f"{found.outputs} of {found.outputs} output channels" in text and "compensated in blocks.0.conv2;" in text


@pytest.mark.slow
def test_a_student_has_as_many_parameters_as_was_said(demo_cnn):
    found = outlook(demo_cnn, "blocks.3.conv", WantOutlook("distill.block"), Job())
    assert isinstance(found, Replacing) and found.module == "blocks.3"
    for student, kernel in (("layer", 1), ("layer", 3)):
        params = {"student": student, "kernel": kernel}
        recipe = Recipe().with_actions(["blocks.3.conv"], (Action("distill.block", params),))
        made = demo_cnn.compiled(recipe, Job()).model
        gone = demo_cnn.model.summary().parameters - made.summary().parameters
        assert gone == found.parameters - found.students[kernel]
        text = said(demo_cnn, "distill.block", params, "blocks.3.conv")
        assert f"{found.parameters:,} → {found.students[kernel]:,} parameters" in text


def test_what_cannot_be_is_reported_and_what_is_unknown_is_refused(demo_cnn):
    found = outlook(demo_cnn, "head", WantOutlook("quantize.equalize"), Job())
    assert isinstance(found, Refused) and found.reason in said(demo_cnn, "quantize.equalize", {}, "head")
    spans = outlook(demo_cnn, "head", WantOutlook("distill.block", span="nowhere"), Job())
    assert isinstance(spans, Refused) and "nowhere" in spans.reason
    assert isinstance(outlook(Workspace(demo_cnn.model), "head", WantOutlook("lowrank.whitened"), Job()), Refused)
    with pytest.raises(UserError, match="no method"):
        outlook(demo_cnn, "head", WantOutlook("prune.nothing"), Job())


def test_gavish_and_donohos_rank_is_among_the_noise():
    rng = np.random.default_rng(0)
    values = np.linalg.svd(
        rng.normal(size=(40, 8)) @ rng.normal(size=(8, 60)) + rng.normal(size=(40, 60)), compute_uv=False
    )
    found = stats.noise(stats.spectrum_of(values, (40, 60), "", 40), (40, 60))
    assert found.hard == 8
    assert (
        rank_sentence.rank_in(
            effective(all_methods()["lowrank.svd"].info().fields, {"rule": "gavish-donoho"}),
            stats.spectrum_of(values, (40, 60), "", 40),
        )
        is None
    ), "noise was not told from it"
