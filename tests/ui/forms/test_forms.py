"""Forms built from a schema: what they show, what they say when a hand or a key changes them."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QStyle, QStyleOptionSlider

from tests.ui import sample
from tests.ui.forms.conftest import KEY, LEFT, RATE, shown
from workbench.core.recipe.params import Field
from workbench.methods.distill.layer import LayerDistillation
from workbench.ui.actions.form import values as v


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
