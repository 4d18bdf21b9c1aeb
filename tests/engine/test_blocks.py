"""Blocks replaced by students: what is predicted is written, what is shown is exported, and why some stay."""

import numpy as np
import pytest

from tests.graph.graphs import Build
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.export import export
from workbench.engine.compile import compiler, forecast
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace
from workbench.formats.opening import open_model

JOB = Job()
FOUR_BITS = Action("quantize.affine", {"bits": 4})


def residual(path):
    """stem, two residual blocks of which the second halves the places, and a head."""
    graph = Build(seed=3)
    x = graph.node("Conv", ["x", graph.weight("stem.weight", 6, 3, 3, 3)], "s", pads=[1] * 4)
    graph.node("Conv", [x, graph.weight("blocks.0.a.weight", 6, 6, 3, 3)], "a0", pads=[1] * 4)
    graph.node("Relu", ["a0"], "h0")
    graph.node("Conv", ["h0", graph.weight("blocks.0.b.weight", 6, 6, 3, 3)], "b0", pads=[1] * 4)
    graph.node("Relu", [graph.node("Add", ["b0", x], "sum0")], "r0")
    graph.node("Conv", ["r0", graph.weight("blocks.1.a.weight", 8, 6, 3, 3)], "a1", pads=[1] * 4, strides=[2, 2])
    graph.node("Conv", ["r0", graph.weight("blocks.1.short.weight", 8, 6, 1, 1)], "c1", strides=[2, 2])
    graph.node("Relu", [graph.node("Add", ["a1", "c1"], "sum1")], "r1")
    graph.node("Flatten", [graph.node("GlobalAveragePool", ["r1"], "p")], "f")
    graph.node(
        "Gemm", ["f", graph.weight("head.weight", 4, 8), graph.constant("head.bias", np.zeros(4))], "y", transB=1
    )
    path.write_bytes(graph.proto({"x": ["n", 3, 8, 8]}, {"y": ["n", 4]}).SerializeToString())


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blocks")
    residual(folder / "model.onnx")
    rng = np.random.default_rng(0)
    x = rng.standard_normal((64, 3, 8, 8)).astype(np.float32)
    np.savez(folder / "data.npz", x=x)
    return Workspace.open(str(folder / "model.onnx"), JOB).attach(str(folder / "data.npz"), JOB)


def recipe(pattern, *more, **params):
    return Recipe((Row(pattern, (Action("distill.block", params), *more)),))


@pytest.mark.parametrize(
    "asked",
    [
        recipe("blocks.1.*"),
        recipe("blocks.0.a", student="identity"),
        recipe("blocks.0.a", FOUR_BITS, kernel=1),
        recipe("*", span="blocks", kernel=1),
    ],
    ids=["strided", "identity", "quantised", "both"],
)
def test_the_file_is_as_predicted_and_as_shown(opened, asked, tmp_path):
    predicted, size = forecast.forecast(opened.model, compiler.stacks(opened.model, asked)[0])
    *_, shown = Previewer(opened).measure(asked, ("blocks.0.a",), JOB)
    report = export(opened, asked, str(tmp_path), JOB, "made", timing=False)
    assert size == report.forecast_bytes == report.after.bytes.value == (tmp_path / "made.onnx").stat().st_size
    assert report.preview_value == report.verified.value
    assert shown.value.value == pytest.approx(report.verified.value, rel=1e-6)  # cut and whole round otherwise
    assert {change.path: (change.bytes_after, change.macs) for change in predicted} == {
        change.path: (change.bytes_after, change.macs) for change in report.layers
    }
    again = open_model(str(tmp_path / "made.onnx"), job=JOB).summary()
    assert again.macs == report.after.macs == shown.macs < opened.model.summary().macs
    assert again.parameters == report.after.parameters == shown.parameters
    assert opened.model.summary().macs == Workspace.open(opened.model.source.path, JOB).model.summary().macs


def test_a_linear_block_is_found_exactly(opened):
    """Two convolutions and their sum are one convolution: nothing is lost."""
    made = opened.compiled(recipe("blocks.1.a"), JOB)
    weight = opened.model.weight("blocks.1.a").copy()
    weight[:, :, 1, 1] += opened.model.weight("blocks.1.short")[:, :, 0, 0]
    np.testing.assert_allclose(made.model.weight("blocks.1.a"), weight, atol=2e-3)
    assert "response error 0.0 %" in made.structure.notes["blocks.1.a"]
    assert "blocks.1.a replaces" in made.structure.notes["blocks.1.short"]
    assert [layer.path for layer in made.model.layers] == ["stem", "blocks.0.a", "blocks.0.b", "blocks.1.a", "head"]


def test_what_is_drawn_of_layers_that_are_gone(opened):
    asked = recipe("blocks.1.a", FOUR_BITS)
    view = opened.edit_view("blocks.1.short", asked, JOB)
    assert view.change.bytes_after == 0 and "removed with blocks.1" in view.change.note and view.moments.sparsity == 1
    kept = opened.edit_view("blocks.1.a", asked, JOB)
    assert kept.change.bytes_after > 0 and "replaces blocks.1" in kept.change.note


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (recipe("blocks.1.a", student="identity"), ": it cannot be removed."),
        (recipe("blocks.0.a", span="stem.nothing"), "no module 'stem.nothing'"),
        (recipe("head", span="blocks"), None),
    ],
)
def test_what_shapes_do_not_allow(opened, asked, reason):
    if reason is None:
        assert compiler.stacks(opened.model, asked)[0]  # any layer may name any module
        return
    with pytest.raises(UserError, match=reason):
        compiler.stacks(opened.model, asked)
    (row,) = asked.rows
    chosen, notes = compiler.stacks(opened.model, Recipe((Row(f"{row.pattern}*", row.actions),)))
    assert not chosen and "stays unchanged" in notes[0] and reason in notes[0]


def test_spans_that_meet_are_refused(opened):
    both = Recipe(
        (
            Row("blocks.0.a", (Action("distill.block"),)),
            Row("blocks.1.a", (Action("distill.block", {"span": "blocks"}),)),
        )
    )
    with pytest.raises(UserError, match="cannot both be replaced"):
        opened.compiled(both, JOB)
    different = Recipe(
        (
            Row("blocks.0.a", (Action("distill.block", {"kernel": 1}),)),
            Row("blocks.0.b", (Action("distill.block", {"kernel": 3}),)),
        )
    )
    with pytest.raises(UserError, match="specify different students"):
        opened.compiled(different, JOB)


def test_without_data_only_nothing_can_take_a_place(opened):
    bare = Workspace.open(opened.model.source.path, JOB)
    assert bare.compiled(recipe("blocks.0.a", student="identity"), JOB).model.layers
    with pytest.raises(UserError, match="needs calibration samples"):
        bare.compiled(recipe("blocks.0.a"), JOB)
