"""Small things of a file made smaller: 16 bits beside the weights, short names; as previewed, as predicted."""

from dataclasses import replace

import numpy as np
import onnx
import pytest

from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.storing import Storing
from workbench.engine.api.export import export
from workbench.engine.compile import compiler, forecast
from workbench.engine.preview.previewer import Previewer

STEPS = (Action("prune.magnitude", {"sparsity": 0.7}), Action("quantize.affine", {"bits": 4}))


def made(workspace, tmp_path, **given):
    recipe = Recipe((Row("*", STEPS),), storing=Storing(**given))
    report = export(workspace, recipe, str(tmp_path), Job(), "made", timing=False)
    return recipe, report, onnx.load(tmp_path / "made.onnx")


@pytest.mark.parametrize(
    "given",
    [
        {"sides": "float16"},
        {"names": "short"},
        {"sides": "float16", "names": "short"},
        {"sides": "int8", "names": "short", "codes": "on"},
        {"sides": "int4", "names": "short", "codes": "on"},
    ],
)
def test_forecast_preview_and_file_agree(workspace, tmp_path, given):
    recipe, report, graph = made(workspace, tmp_path, **given)
    size = (tmp_path / "made.onnx").stat().st_size
    *_, shown = Previewer(workspace).measure(recipe, (), Job())
    assert shown.size.value == report.forecast_bytes == size
    assert report.verified.agreement == 1.0
    assert report.verified.value == pytest.approx(shown.value.value)
    assert report.verified.max_abs_diff < 1e-3
    parts = report.breakdown
    assert parts.layers + parts.decoders + parts.tensors + parts.container == size
    assert min(parts.layers, parts.decoders, parts.tensors, parts.container) >= 0
    onnx.checker.check_model(graph)
    wide = made(workspace, tmp_path / "wide")[1]
    assert size < wide.after.bytes.value


def test_short_names_leave_inputs_and_outputs(workspace, tmp_path):
    graph = made(workspace, tmp_path, names="short")[2].graph
    original = workspace.model.ir.graph
    assert [value.name for value in graph.input] == [value.name for value in original.inputs]
    assert [value.name for value in graph.output] == [value.name for value in original.outputs]
    assert max(len(tensor.name) for tensor in graph.initializer) <= 2
    assert not any(node.name or node.metadata_props for node in graph.node)


def test_without_the_option_values_beside_the_weights_stay(workspace, tmp_path):
    recipe = Recipe((Row("*", STEPS),))
    plain, short = (
        workspace.compiled(replace(recipe, storing=Storing(sides=sides)), Job()) for sides in ("float32", "float16")
    )
    assert plain.model is workspace.model
    assert not plain.notes and len(short.notes) == 1
    assert all(
        first is second
        for first, second in zip(
            short.edits.values(),
            workspace.compiled(replace(recipe, storing=Storing(sides="float16")), Job()).edits.values(),
            strict=True,
        )
    )


@pytest.mark.parametrize("granularity", ["tensor", "channel", "group"])
@pytest.mark.parametrize("rule", ["minmax", "mse", "cubed"])
def test_a_forecast_follows_the_rule_of_the_range(workspace, granularity, rule):
    """Wider ranges leave more weights on few levels."""
    storing = Storing(codes="on", storage="smallest")
    params = {"bits": 4, "granularity": granularity, "range": rule}
    recipe = Recipe((Row("*", (Action("quantize.affine", params),)),), storing=storing)
    chosen = compiler.stacks(workspace.model, recipe)[0]
    exact = workspace.compiled(recipe, Job()).stored(storing).changes(storing)[1]
    _, size = forecast.forecast(workspace.model, chosen, storing, forecast.Known())
    assert size == pytest.approx(exact, rel=0.03)


def test_groups_without_any_weight_left_have_scales_that_fit_16_bits(workspace):
    recipe = Recipe(
        (
            Row(
                "*",
                (Action("prune.magnitude", {"sparsity": 0.97}), Action("quantize.affine", {"granularity": "group"})),
            ),
        )
    )
    made = workspace.compiled(replace(recipe, storing=Storing(sides="float16")), Job())
    plain = workspace.compiled(recipe, Job())
    dead = 0
    for path, edit in made.edits.items():
        scale = edit.encoding.scale
        assert np.array_equal(scale.astype(np.float16).astype(np.float32), scale)
        before = plain.edits[path].encoding
        dead += int((before.scale < 1e-20).sum())
        assert np.allclose(edit.encoding.decode(), before.decode(), rtol=1e-3, atol=1e-7)
    assert dead


@pytest.mark.parametrize("bits, zeros, sides", [(4, 0.8, "int8"), (3, 0.0, "float16"), (5, 0.95, "int8")])
def test_a_forecast_of_layers_that_share_codes_is_near_their_file(workspace, bits, zeros, sides):
    """Before there are edits, from histograms; and with some layers known."""
    storing = Storing(codes="on", storage="smallest", sides=sides, names="short")
    steps = Action("prune.magnitude", {"sparsity": zeros}), Action("quantize.affine", {"bits": bits})
    recipe = Recipe((Row("*", steps),), storing=storing)
    chosen = compiler.stacks(workspace.model, recipe)[0]
    made = workspace.compiled(recipe, Job()).stored(storing)
    exact = made.changes(storing)[1]
    few = dict(list(made.edits.items())[::2])
    structure = workspace.compiled(recipe, Job()).structure
    for known in (forecast.Known(), forecast.Known(structure, few)):
        _, size = forecast.forecast(workspace.model, chosen, storing, known)
        assert size == pytest.approx(exact, rel=0.04)
    plain = forecast.forecast(workspace.model, chosen, replace(storing, names="keep", sides="float32"))[1]
    assert plain > 1.1 * exact, "what is shared and short is told"
    assert forecast.forecast(workspace.model, chosen, storing, forecast.Known(structure, made.edits))[1] == exact
