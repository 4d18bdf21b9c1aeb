"""Contrast as drawn: text 4.5:1, icons and controls 3:1 (WCAG 2.2, 1.4.3 and 1.4.11), in both schemes."""

from collections import Counter

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QActionGroup, QColor, QImage
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListWidget, QListWidgetItem, QMenu, QSpinBox, QWidget

from tests.ui import sample
from tests.ui.conftest import settle
from workbench.core.recipe.action import Action
from workbench.ui.actions.adding.add_menu import AddMenu
from workbench.ui.base import dialogs
from workbench.ui.widgets import theme
from workbench.ui.widgets.schemes import contrast

TEXT, SIGN = 4.5, 3.0


@pytest.fixture(params=["light", "dark"])
def scheme(qapp, request):
    theme.apply(qapp, request.param)
    yield request.param
    theme.apply(qapp, "light")


def drawn(widget: QWidget, inside: QRect) -> float:
    """The contrast of the ink in this part of a widget: the pixel that differs most from the commonest colour."""
    image: QImage = widget.grab(inside).toImage()
    pixels = Counter(image.pixel(x, y) for x in range(image.width()) for y in range(image.height()))
    back = QColor(pixels.most_common(1)[0][0])
    return max(contrast(QColor(pixel), back) for pixel in pixels)


@pytest.fixture
def menu(qtbot, scheme):
    """Every kind of entry: boxes, circles, icons; each checked and unchecked."""
    menu = QMenu()
    qtbot.addWidget(menu)
    circles = QActionGroup(menu)
    for kind in ("box", "circle", "icon"):
        for checked in (False, True):
            entry = menu.addAction(f"{kind} {checked}")
            if kind == "icon":
                theme.set_icon(entry, "prune")
            if kind == "circle":
                circles.addAction(entry)
            entry.setCheckable(True)
            entry.setChecked(checked)
    menu.addMenu("further")
    menu.popup(menu.pos())
    settle()
    return menu


def test_boxes_circles_and_icons_of_menus_are_visible_also_under_the_mouse(menu):
    for chosen in (None, *menu.actions()):
        menu.setActiveAction(chosen)
        for entry in menu.actions():
            row = menu.actionGeometry(entry)
            sign = QRect(row.left(), row.top(), row.height(), row.height())
            assert drawn(menu, sign if entry.isCheckable() else row) >= SIGN, (entry.text(), chosen)
            words = row.adjusted(row.height(), 0, -row.height(), 0)
            assert drawn(menu, words) >= TEXT, (entry.text(), chosen)


def test_a_checked_entry_differs_from_one_that_is_not(menu):
    pictures = [menu.grab(menu.actionGeometry(entry).adjusted(0, 0, 30 - menu.width(), 0)) for entry in menu.actions()]
    images = [picture.toImage() for picture in pictures]
    for at in (0, 2, 4):
        assert images[at].size() == images[at + 1].size() and images[at] != images[at + 1]


def test_captions_inside_the_menu_of_steps_are_readable(qtbot, scheme):
    menu = AddMenu()
    qtbot.addWidget(menu)
    menu.set_methods(sample.METHODS.values())
    step = Action(next(iter(sample.METHODS)))
    menu.recommend((step,))
    menu.popup(menu.pos())
    menu.setActiveAction(menu.recommended[step])
    settle()
    assert menu.about.text() and menu.caption.isVisible()
    for words in menu.findChildren(QLabel):
        assert drawn(words, words.contentsRect()) >= TEXT, words.text()
    assert drawn(menu.search, menu.search.rect().adjusted(2, 2, -2, -2)) >= TEXT


@pytest.mark.parametrize("kind", [QLineEdit, QSpinBox, QComboBox])
def test_edges_and_placeholders_of_fields_have_enough_contrast(qtbot, scheme, kind):
    around = QWidget()
    qtbot.addWidget(around)
    box = kind(around)
    box.setGeometry(20, 20, 120, 30)
    if kind is QLineEdit:
        box.setPlaceholderText("Filter")
    around.resize(160, 70)
    around.show()
    settle()
    middle = box.geometry().center().y()
    edge = around.grab(QRect(18, middle - 1, 4, 1)).toImage().pixelColor(2, 0)
    colors = theme.colors()
    assert min(contrast(edge, colors.window), contrast(edge, colors.surface)) >= SIGN
    if kind is QLineEdit:
        assert drawn(box, box.rect().adjusted(3, 3, -3, -3)) >= TEXT


def test_the_icon_of_a_selected_row_is_visible(qtbot, scheme):
    rows = QListWidget()
    qtbot.addWidget(rows)
    for name in ("play", "pin", "right", "prune"):
        rows.addItem(QListWidgetItem(theme.icon(name, theme.colors().muted), ""))
    rows.show()
    for selected in (False, True):
        for number in range(rows.count()):
            rows.item(number).setSelected(selected)
            row = rows.visualItemRect(rows.item(number))
            assert drawn(rows.viewport(), row.adjusted(2, 2, -2, -2)) >= SIGN, (number, selected)


def test_the_icon_of_an_open_message_box_follows_the_scheme(qapp, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    theme.apply(qapp, "light")
    box = dialogs.complain(parent, "Cannot open", "No.")
    before = box.iconPixmap().toImage()
    theme.apply(qapp, "dark")
    settle()
    assert drawn(box.findChild(QLabel, "qt_msgboxex_icon_label"), QRect(0, 0, dialogs.SIGN, dialogs.SIGN)) >= SIGN
    assert box.iconPixmap().toImage() != before
    theme.apply(qapp, "light")
    assert box.iconPixmap().toImage() == before
    box.close()
