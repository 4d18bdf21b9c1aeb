"""Values of forms: digits, bounds, starting parameters, and which of them are shown at first."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from PySide6.QtTest import QTest

from tests.ui import sample
from tests.ui.forms.conftest import KEY, LEFT, RATE, shown
from workbench.core.recipe.params import Field, fields_of
from workbench.extending import Expert, Help, Range
from workbench.methods.quantize.affine import AffineQuantization as Affine
from workbench.ui.actions.form import expert_switch
from workbench.ui.actions.form import values as v
from workbench.ui.base import settings

# -- arithmetic ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scale",
    [
        v.Scale(0, 1, 100, False, False),
        v.Scale(2, 8, 6, False, True),
        v.Scale(1, 512, 511, True, True),
        v.Scale(1e-5, 0.1, 1000, True, False),
        v.Scale(5, 5, 0, False, True),
        v.Scale(0, 5000, 100, False, True),
    ],
)
def test_a_slider_comes_back_to_where_it_was(scale):
    assert scale.value(0) == scale.low and scale.value(scale.steps) == scale.high
    values = [scale.value(position) for position in range(scale.steps + 1)]
    assert values == sorted(values)
    assert all(scale.value(scale.position(value)) == value for value in values)
    assert scale.position(scale.low - 1) == 0 and scale.position(scale.high + 1) == scale.steps


def test_a_field_without_an_end_has_a_box_but_no_slider(form_of):
    form = form_of((Field("rank", "int", 16, low=1, log=True),))
    editor = form.editor("rank")
    assert not editor.slider.isVisibleTo(form) and editor.box.isVisibleTo(form)
    editor.box.setFocus()
    editor.box.selectAll()
    QTest.keyClicks(editor.box, "2000")
    QTest.keyClick(editor.box, KEY.Key_Return)
    assert form.heard == [("rank", 2000, True)]


def test_the_layer_bounds_a_field_that_has_no_end(form_of):
    form = form_of((Field("rank", "int", 16, low=1, log=True),), {"rank": 200}, limits={"rank": (1, 64)})
    assert form.editor("rank").slider.isVisibleTo(form)
    assert form.editor("rank").box.value() == 64
    assert form.values() == {"rank": 200}  # what the recipe says stays until the hand says otherwise
    form.set_limits({"rank": (1, 512)})
    assert form.editor("rank").box.value() == 200


@pytest.mark.parametrize(
    "field, value, text",
    [
        (RATE, 1e-5, "1e-05"),
        (RATE, 0.003, "0.003"),
        (Field("s", "float", 0.5, low=0, high=1, step=0.01), 0.5, "0.50"),
        (Field("s", "float", 0.5, low=0, high=1, step=0.01), 0.3333, "0.3333"),
        (Field("p", "float", 99.9, "", "%", 90, 100, 0.1), 99.9, "99.9 %"),
    ],
)
def test_numbers_have_the_digits_they_need(form_of, field, value, text):
    form = form_of((field,), {field.name: value})
    assert form.editor(field.name).box.text() == text


def test_starting_parameters_are_the_first_and_fit_the_layer():
    assert v.starting(sample.AFFINE.fields, {}) == {"bits": 4}
    assert v.starting(sample.MAGNITUDE.fields, {}) == {"sparsity": 0.5}
    assert v.starting(sample.DISTILL.fields, {"rank": (1, 10)}) == {"rank": 10}
    assert v.starting((), {}) == {}


def test_what_two_methods_share_is_carried_over():
    fields = (Field("rank", "int", 8, low=1), Field("start", "choice", "a", choices=("a", "b")), RATE)
    assert v.carried({"rank": 30, "start": "b", "steps": 5}, fields, {}) == {"rank": 30, "start": "b"}
    assert v.carried({"rank": 30, "start": "c"}, fields, {"rank": (1, 20)}) == {"rank": 20}
    assert v.carried({"rate": 5.0}, fields, {}) == {"rate": 0.1}
    assert v.carried({"rank": True, "steps": 5}, fields, {}) == {"rank": 8}
    assert v.carried({"energy": 0.9}, sample.SVD.fields, {}) == {"energy": 0.9}


def test_a_choice_that_excludes_numbers_starts_at_its_first(form_of):
    form = form_of(
        (
            Field("rank", "int", None, "Number kept.", low=1, high=64, group="amount"),
            Field("energy", "float", 0.9, "Fraction kept.", low=0.01, high=1, group="amount"),
            Field("rule", "choice", None, "A rule.", choices=("break-even", "edge"), group="amount"),
        )
    )
    assert form.values() == {"energy": 0.9} and not shown(form, "rule")
    mode = form.mode("amount")
    mode.setCurrentIndex(mode.findData("rule"))
    mode.activated.emit(mode.currentIndex())
    assert form.heard == [("rule", "break-even", True)] and shown(form, "rule") and not shown(form, "energy")
    assert form.values() == {"rule": "break-even"}


@dataclass(frozen=True)
class PluginParams:
    """Parameters as an extension declares them."""

    bits: Annotated[int, Range(2, 8), Help("Bits.")] = 4
    seed_rows: Annotated[int, Range(1, 9), Expert(), Help("Rows of the seed.")] = 3


@pytest.fixture
def basic():
    expert_switch.show_all(False)
    yield
    expert_switch.show_all(False)


def test_few_parameters_come_first_and_the_switch_opens_the_rest_everywhere(form_of, basic):
    affine, plugin = form_of(fields_of(Affine.Params)), form_of(fields_of(PluginParams))
    assert affine.editor("bits").isVisible() and affine.editor("granularity").isVisible()
    assert not affine.editor("symmetric").isVisible() and not plugin.editor("seed_rows").isVisible()
    assert plugin.more.text() == "More settings (1)"
    QTest.mouseClick(plugin.more, LEFT)
    assert plugin.editor("seed_rows").isVisible() and affine.editor("range").isVisible(), "all forms follow"
    assert affine.more.text() == "Fewer settings" and settings.all_settings(), "remembered"
    assert form_of(fields_of(Affine.Params)).editor("symmetric").isVisible()
    plugin.more.setFocus()
    QTest.keyClick(plugin.more, KEY.Key_Space)
    assert not affine.editor("symmetric").isVisible() and not settings.all_settings()


def test_what_is_not_at_its_default_is_never_folded(form_of, basic):
    form = form_of(fields_of(Affine.Params), {"bits": 4, "symmetric": False})
    assert form.editor("symmetric").isVisible() and not form.editor("range").isVisible()
    assert not form_of(sample.SVD).more.isVisible(), "nothing is folded there"
