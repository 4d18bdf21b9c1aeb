"""Forms built from a schema: what they show, what they say when a hand or a key changes them."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QStyle, QStyleOptionSlider

from tests.ui import sample
from tests.ui.conftest import settle
from workbench.core.recipe.params import Field, fields_of
from workbench.extending import Expert, Help, Range
from workbench.methods.distill.layer import LayerDistillation
from workbench.methods.quantize.affine import AffineQuantization as Affine
from workbench.ui.actions import ParamForm
from workbench.ui.actions.form import more
from workbench.ui.actions.form import values as v
from workbench.ui.base import settings
from workbench.ui.widgets import theme

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
RATE = Field("rate", "float", 0.003, "Learning rate.", low=1e-5, high=0.1, log=True)


@pytest.fixture(scope="module", autouse=True)
def light(qapp):
    theme.apply(qapp, "light")


@pytest.fixture
def form_of(qtbot):
    def make(method=sample.AFFINE, values=None, **more):
        fields = method if isinstance(method, tuple) else method.fields
        form = ParamForm(fields, values or {}, **more)
        form.resize(280, form.sizeHint().height())
        form.heard = []
        form.changed.connect(lambda name, value, finished: form.heard.append((name, value, finished)))
        qtbot.addWidget(form)
        form.show()
        settle()
        form.activateWindow()
        qtbot.waitUntil(form.isActiveWindow)
        return form

    return make


def handle(slider) -> QPoint:
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    return (
        slider.style()
        .subControlRect(QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider)
        .center()
    )


def place(slider, position: int) -> QPoint:
    """Where the handle's middle is at this position of the slider."""
    width = 2 * handle_half(slider)
    x = QStyle.sliderPositionFromValue(slider.minimum(), slider.maximum(), position, slider.width() - width)
    return QPoint(x + width // 2, slider.height() // 2)


def handle_half(slider) -> int:
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    return (
        slider.style()
        .subControlRect(QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider)
        .width()
        // 2
    )


def drag(slider, *positions: int) -> None:
    QTest.mousePress(slider, LEFT, pos=handle(slider))
    for position in positions:
        QTest.mouseMove(slider, place(slider, position))
    QTest.mouseRelease(slider, LEFT, pos=place(slider, positions[-1]))


def shown(form, name: str) -> bool:
    return form.editor(name).isVisibleTo(form)


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_defaults_are_shown_and_count_as_values(form_of):
    assert form_of().values() == {
        "bits": 4,
        "granularity": "channel",
        "group_size": 128,
        "symmetric": True,
        "range": "mse",
        "clip": 0.8,
    }


def test_given_values_replace_defaults(form_of):
    form = form_of(values={"bits": 7, "symmetric": False})
    assert form.values()["bits"] == 7 and form.editor("bits").box.text() == "7 bit"
    assert form.editor("symmetric").isChecked() is False


def test_a_field_is_there_only_while_it_matters(form_of):
    form = form_of()
    assert not shown(form, "group_size")
    form.set_values({"granularity": "group"})
    assert shown(form, "group_size") and form.editor("group_size").box.isVisibleTo(form)
    form.set_values({})
    assert not shown(form, "group_size") and not form.editor("group_size").box.isVisibleTo(form)


def test_of_a_group_only_the_member_with_a_value_is_there(form_of):
    form = form_of(sample.MAGNITUDE, {"threshold": 0.02})
    assert shown(form, "threshold") and not shown(form, "sparsity")
    assert form.mode("amount").currentData() == "threshold"
    assert form.values() == {"threshold": 0.02}


def test_a_group_is_there_only_while_it_matters_and_so_is_its_line(form_of):
    form = form_of(LayerDistillation.info())
    assert shown(form, "rank") and form.mode("amount").isVisibleTo(form)
    assert list(v.dragged(LayerDistillation.info().fields, {})) == ["spectrum"]
    form.set_values({"student": "grouped"})
    assert not shown(form, "rank") and not form.mode("amount").isVisibleTo(form) and shown(form, "groups")
    assert not v.dragged(LayerDistillation.info().fields, {"student": "grouped"})


def test_tooltips_say_what_a_field_is_and_may_be(form_of):
    form = form_of()
    assert form.editor("bits").box.toolTip() == ("Bits per weight.\n2 to 8 bit. Default: 4 bit.")
    assert form.editor("bits").slider.accessibleName() == "Bits"
    labels = {label.text(): label for label in form.findChildren(QLabel)}
    assert labels["Group size"].buddy() is form.editor("group_size")


def test_the_default_of_a_choice_is_marked(form_of):
    editor = form_of().editor("granularity")
    assert [editor.itemText(i) for i in range(3)] == ["tensor", "channel (default)", "group"]


def test_setting_values_says_nothing(form_of):
    form = form_of()
    form.set_values({"bits": 8, "granularity": "tensor", "symmetric": False})
    form.set_limits({"bits": (2, 6)})
    assert form.heard == []


# -- hands -----------------------------------------------------------------------------------------------------------


def test_dragging_a_slider_is_unfinished_until_it_is_let_go(form_of):
    form = form_of()
    slider = form.editor("bits").slider
    drag(slider, 3, 4, 6)
    assert form.heard == [("bits", 5, False), ("bits", 6, False), ("bits", 8, False), ("bits", 8, True)]
    assert form.editor("bits").box.value() == 8


def test_pressing_the_groove_takes_the_handle_there_and_holds_it(form_of):
    form = form_of()
    slider = form.editor("bits").slider
    QTest.mousePress(slider, LEFT, pos=place(slider, 6))
    assert form.held and form.heard == [("bits", 8, False)]
    QTest.mouseMove(slider, place(slider, 1))
    QTest.mouseRelease(slider, LEFT, pos=place(slider, 1))
    assert form.heard[-2:] == [("bits", 3, False), ("bits", 3, True)] and not form.held


def test_values_from_outside_do_not_pull_the_slider_from_the_hand(form_of):
    form = form_of()
    slider = form.editor("bits").slider
    QTest.mousePress(slider, LEFT, pos=handle(slider))
    QTest.mouseMove(slider, place(slider, 5))
    form.set_values({"bits": 3})
    assert slider.value() == 5 and slider.isSliderDown()
    QTest.mouseRelease(slider, LEFT, pos=place(slider, 5))


def test_a_tick_and_a_choice_are_finished_at_once(form_of):
    form = form_of()
    QTest.mouseClick(form.editor("symmetric"), LEFT, pos=QPoint(8, form.editor("symmetric").height() // 2))
    assert form.heard == [("symmetric", False, True)]
    combo = form.editor("granularity")
    combo.setFocus()
    QTest.keyClick(combo, KEY.Key_Down)
    assert form.heard[1:] == [("granularity", "group", True)]
    assert shown(form, "group_size")


def test_a_double_click_on_slider_or_name_sets_the_default(form_of):
    form = form_of()
    default = {field: form.values()[field] for field in ("bits", "granularity")}
    form.set_values({"bits": 3, "granularity": "group"})
    slider = form.editor("bits").slider
    QTest.mouseClick(slider, LEFT, pos=slider.rect().center())
    QTest.mouseDClick(slider, LEFT, pos=slider.rect().center())
    assert form.values()["bits"] == default["bits"] and form.heard[-1] == ("bits", default["bits"], True)
    QTest.mouseDClick(form.captions["granularity"], LEFT)
    assert form.values()["granularity"] == default["granularity"]
    heard = len(form.heard)
    QTest.mouseDClick(form.captions["granularity"], LEFT)
    assert len(form.heard) == heard, "it is there already"


def test_a_wheel_over_an_untouched_editor_leaves_it_alone(form_of):
    form = form_of()
    for widget in (form.editor("bits").slider, form.editor("bits").box, form.editor("granularity")):
        widget.clearFocus()
        event = QWheelEvent(
            QPointF(5, 5),
            widget.mapToGlobal(QPointF(5, 5)),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
    assert form.heard == []


# -- keys ------------------------------------------------------------------------------------------------------------


def test_a_number_is_typed_and_committed_with_enter(form_of):
    form = form_of(sample.MAGNITUDE)
    box = form.editor("sparsity").box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "0.75")
    assert form.heard == []  # not before it is committed
    QTest.keyClick(box, KEY.Key_Return)
    assert form.heard == [("sparsity", 0.75, True)]
    assert form.editor("sparsity").slider.value() == 75


def test_arrows_move_a_slider_and_a_held_one_is_one_edit(form_of):
    form = form_of(sample.MAGNITUDE)
    slider = form.editor("sparsity").slider
    slider.setFocus()
    QTest.keyClick(slider, KEY.Key_Right)
    assert form.heard == [("sparsity", 0.51, False), ("sparsity", 0.51, True)]
    form.heard.clear()
    for _ in range(3):
        QTest.keyPress(slider, KEY.Key_PageUp)
    assert form.heard == [("sparsity", value, False) for value in (0.61, 0.71, 0.81)] and form.held
    QTest.keyRelease(slider, KEY.Key_PageUp)
    assert form.heard[3:] == [("sparsity", 0.81, True)] and not form.held


def test_a_key_that_moves_nothing_is_no_edit(form_of):
    form = form_of(sample.MAGNITUDE, {"sparsity": 1.0})
    slider = form.editor("sparsity").slider
    slider.setFocus()
    for key in (KEY.Key_Right, KEY.Key_End, KEY.Key_A):
        QTest.keyClick(slider, key)
    assert form.heard == []


def test_leaving_a_slider_ends_what_its_key_began(form_of):
    form = form_of(sample.MAGNITUDE)
    slider = form.editor("sparsity").slider
    slider.setFocus()
    QTest.keyPress(slider, KEY.Key_Left)
    form.editor("sparsity").box.setFocus()
    assert form.heard == [("sparsity", 0.49, False), ("sparsity", 0.49, True)] and not form.held


def test_what_is_out_of_bounds_cannot_be_typed(form_of):
    form = form_of()
    box = form.editor("bits").box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "99")
    QTest.keyClick(box, KEY.Key_Return)
    assert box.value() <= 8 and all(value <= 8 for _, value, _ in form.heard)


@pytest.mark.parametrize("typed, value", [("0.02", 0.02), ("1e-4", 1e-4), (".005", 0.005)])
def test_small_numbers_are_typed_as_people_write_them(form_of, typed, value):
    form = form_of((RATE,))
    box = form.editor("rate").box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, typed)
    QTest.keyClick(box, KEY.Key_Return)
    assert form.heard == [("rate", value, True)]


def test_a_text_is_an_edit_only_when_it_was_changed(form_of, qtbot):
    form = form_of((Field("name", "text", "a"),))
    line = form.editor("name")
    line.setFocus()
    QTest.keyClick(line, KEY.Key_Return)
    assert form.heard == []
    QTest.keyClicks(line, "b")
    QTest.keyClick(line, KEY.Key_Return)
    assert form.heard == [("name", "ab", True)]


# -- groups ----------------------------------------------------------------------------------------------------------


def test_choosing_another_member_gives_it_the_value_that_means_the_same(form_of):
    form = form_of(sample.MAGNITUDE, {"sparsity": 0.6}, limits={"threshold": (0, 0.4)})
    form.set_convert(lambda name, value, to: 0.125 if (name, value, to) == ("sparsity", 0.6, "threshold") else None)
    mode = form.mode("amount")
    mode.setFocus()
    QTest.keyClick(mode, KEY.Key_Down)
    assert form.heard == [("threshold", 0.125, True)]
    assert form.values() == {"threshold": 0.125} and shown(form, "threshold") and not shown(form, "sparsity")
    QTest.keyClick(mode, KEY.Key_Up)
    assert form.heard[1:] == [("sparsity", 0.6, True)]  # not known how: what it was before


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
    more.show_all(False)
    yield
    more.show_all(False)


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
