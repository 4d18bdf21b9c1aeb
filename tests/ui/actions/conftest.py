"""The Steps panel on one layer, and hands for its sliders."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui import sample
from tests.ui.conftest import settle
from workbench.core.recipe.action import Action
from workbench.ui.actions import ActionPanel
from workbench.ui.widgets import theme

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton


MAGNITUDE, AFFINE = sample.STACK


@pytest.fixture(scope="module")
def view():
    return sample.view_of(sample.weights())


@pytest.fixture(scope="module", autouse=True)
def light(qapp):
    theme.apply(qapp, "light")


@pytest.fixture
def panel(qtbot, view):
    """A panel on one layer, without steps; gone afterwards, so that no later test restyles it."""
    panel = ActionPanel()
    panel.resize(340, 700)
    panel.heard = []
    panel.actions_changed.connect(lambda *what: panel.heard.append(what))
    panel.set_methods(sample.METHODS)
    panel.set_layers((sample.LAYER,))
    panel.set_view(view)
    panel.set_actions(())
    panel.show()
    settle()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    yield panel
    panel.close()
    panel.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def give(panel, *actions: Action) -> None:
    """Show a stack, and let the layout settle so that a mouse finds things."""
    panel.set_actions(actions)
    QApplication.processEvents()


def choose(panel, method: str) -> None:
    """Open the menu with the mouse, type the method, take it."""
    QTest.mouseClick(panel.add, LEFT)
    QTest.keyClicks(panel.menu, method)
    QTest.keyClick(panel.menu, KEY.Key_Return)


def slider(panel, card: int, field: str):
    return panel.cards[card].form.editor(field).slider


def at(slider, share: float) -> QPoint:
    return QPoint(round(slider.width() * share), slider.height() // 2)
