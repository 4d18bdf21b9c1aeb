"""A step that is switched off has no effect on forecast, preview, export or report."""

import pytest

from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row, load_recipe
from workbench.core.recipe.recovery import Stage
from workbench.engine.api.export import export
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace

PRUNE, INT4 = Action("prune.magnitude", {"sparsity": 0.9}), Action("quantize.affine", {"bits": 4})
LAYER = "blocks.4.conv2"
PLAIN = Recipe((Row(LAYER, (INT4,)),))
OFF = Recipe(
    (
        Row(LAYER, (PRUNE.switched(True), INT4)),
        Row("stem", (INT4.switched(True),)),
        Row("head", (Action("not.installed", off=True),)),
    )
)


@pytest.fixture(scope="module")
def workspace():
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    small = str(resource_path("demo/fashion_calibration.npz"))
    return workspace.attach(small, Job(), calibration=small)


@pytest.mark.slow
def test_the_stacks_forecasts_and_previews_are_those_without_it(workspace):
    assert compiler.stacks(workspace.model, OFF)[0] == {LAYER: (INT4,)}
    previewer = Previewer(workspace)
    list(previewer.measure(PLAIN, (LAYER,), Job()))  # from now on the edit is known, and the first figures are its own
    plain, off = (list(previewer.measure(recipe, (LAYER,), Job())) for recipe in (PLAIN, OFF))
    assert off[0].changes == plain[0].changes and off[0].size == plain[0].size
    assert off[-1].size == plain[-1].size and off[-1].value == plain[-1].value
    view, same = (workspace.edit_view(LAYER, recipe, Job()) for recipe in (OFF, PLAIN))
    assert view.change == same.change and view.change.zeros < 0.5
    on = list(previewer.measure(Recipe((Row(LAYER, (PRUNE, INT4)),)), (LAYER,), Job()))[-1]
    assert on.size.value < off[-1].size.value, "switched on it does something"


@pytest.mark.slow
def test_a_trained_recipe_is_recognised_with_it(workspace):
    stages = (Stage("finetune", {"epochs": 1}),)
    keys = {workspace._recovery_key(Recipe(recipe.rows[:1], recover=stages)) for recipe in (PLAIN, OFF)}
    assert len(keys) == 1


@pytest.mark.slow
def test_the_report_does_not_list_it_and_the_written_recipe_keeps_it(workspace, tmp_path):
    plain = export(workspace, PLAIN, str(tmp_path / "plain"), Job(), "m", timing=False)
    report = export(workspace, OFF, str(tmp_path / "off"), Job(), "m", timing=False)
    assert (tmp_path / "off/m.onnx").read_bytes() == (tmp_path / "plain/m.onnx").read_bytes()
    assert report.layers == plain.layers and [layer.path for layer in report.layers] == [LAYER]
    page, _, recipe = (tmp_path / "off/m.html").read_text(encoding="utf-8").partition("<pre>")
    assert "prune" not in page and "prune.magnitude" in recipe
    assert load_recipe(tmp_path / "off/m.yaml") == OFF
