"""Two plots side by side, one above the other, or one at a time, depending on the room."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QSplitter, QToolButton, QWidget

from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle

BESIDE, PLOTS_BESIDE = 616, 736  # pixels of width from which two have room side by side
EVEN = 10_000  # far more than the room: all get the same
TIGHT = 0.75  # of the comfortable height: less is not both, whatever was chosen
FIRST, SECOND, BOTH = 0, 1, 2


class PlotSplitter(QSplitter):
    """Two plots side by side, or one above the other if the width does not suffice."""

    def __init__(self, parent: QWidget | None = None, beside: int = BESIDE) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._beside = beside
        self.setHandleWidth(theme.DOUBLE)
        self.setChildrenCollapsible(False)

    @property
    def wide(self) -> bool:
        return self.width() >= self._beside and self.width() > 0.75 * self.height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)

    def _arrange(self) -> None:
        way = Qt.Orientation.Horizontal if self.wide else Qt.Orientation.Vertical
        if way != self.orientation():
            self.setOrientation(way)
            self.share()  # else a hint of its contents decides

    def share(self) -> None:
        """Give all plots the same room."""
        self.setSizes([EVEN] * self.count())


class PlotPair(PlotSplitter):
    """Two plots, or one of them if both would be too low to read; `group` has a button for either and for both.

    The user's choice is kept. Without one the room decides, and `prefer` which of them it is.
    """

    def __init__(
        self, first: QWidget, second: QWidget, titles: tuple[str, str], comfort: int, parent: QWidget | None = None
    ) -> None:
        """Create the pair. `comfort`: height in pixels that one of them should have, including everything around its
        curves."""
        super().__init__(parent, PLOTS_BESIDE)
        self._comfort = comfort
        self._choice: int | None = None
        self._preferred = FIRST
        self.group = QButtonGroup(self)
        self._plots = (first, second)
        for widget in self._plots:
            self.addWidget(widget)
        for place, title in enumerate((*titles, self.tr("Side by side"))):
            self.group.addButton(toggle(self, title), place)
        self.group.button(BOTH).setToolTip(self.tr("Both plots, side by side where there is room"))
        self.group.idClicked.connect(self.choose)
        self._arrange()

    @property
    def buttons(self) -> tuple[QToolButton, ...]:
        """Return the buttons, to be placed by the owner."""
        return tuple(self.group.button(place) for place in (FIRST, SECOND, BOTH))  # type: ignore[misc]

    @property
    def shown(self) -> int:
        """Return FIRST, SECOND or BOTH."""
        if self._choice in (FIRST, SECOND):
            return self._choice
        least = self._comfort if self._choice is None else TIGHT * self._comfort
        return BOTH if self._has_room(least) else self._preferred

    def _has_room(self, height: float) -> bool:
        """Return whether both fit with `height` pixels each."""
        return self.wide or self.height() >= 2 * height + self.handleWidth()

    def choose(self, which: int) -> None:
        """Set the user's choice, kept at any size of the window."""
        if which in (FIRST, SECOND, BOTH):
            self._choice = which
            self._arrange()

    def prefer(self, which: int) -> None:
        """Set which plot to show if there is room for one only and the user has not chosen."""
        self._preferred = which
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Return the size for one of them."""
        first, second = (plot.minimumSizeHint().expandedTo(plot.minimumSize()) for plot in self._plots)
        return first.expandedTo(second)

    def _arrange(self) -> None:
        super()._arrange()
        shown = self.shown
        for place, plot in enumerate(self._plots):
            plot.setVisible(shown in (place, BOTH))
        self.group.button(BOTH).setEnabled(self._has_room(TIGHT * self._comfort))
        if self.group.checkedId() in (FIRST, SECOND, BOTH, -1):  # not while the owner shows another page in their place
            self.group.button(shown).setChecked(True)
