"""The goal of a search in one line: what it says is read whole."""

import pytest
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox

from tests.ui.conftest import settle
from workbench.core.base.language import LANGUAGES
from workbench.ui.plans.wish import LIMITS
from workbench.ui.tabs.plan.goal_bar import GoalBar
from workbench.ui.text import i18n


@pytest.fixture(params=LANGUAGES)
def bar(qtbot, qapp, request):
    i18n.apply(qapp, request.param)
    bar = GoalBar()
    qtbot.addWidget(bar)
    bar.show()
    yield bar
    i18n.apply(qapp, i18n.ENGLISH)


def narrow(bar: GoalBar) -> None:
    bar.resize(bar.minimumSizeHint().width(), bar.height())
    settle()


@pytest.mark.parametrize("limit", LIMITS)
def test_words_are_whole_in_the_narrowest_bar(bar, limit):
    bar.on_limit(limit)
    narrow(bar)
    assert bar.options.text() == bar.options.full
    edit = bar.unit.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option_of(bar.unit), QStyle.SubControl.SC_ComboBoxEditField, bar.unit
    )
    assert bar.unit.fontMetrics().horizontalAdvance(bar.unit.currentText()) <= edit.width()


def test_a_list_longer_than_usual_gives_way(bar):
    bar.set_target("Arm Ethos-U55 with Vela", "")
    narrow(bar)
    assert bar.options.text().endswith("…") and bar.options.full in bar.options.toolTip()


def option_of(box: QComboBox) -> QStyleOptionComboBox:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    return option
