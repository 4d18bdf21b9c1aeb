"""Weights of a layer: all in one histogram, channel by channel, or one channel alone."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from workbench.core.layer_data.layer_queries import WantChannel, WantChannels, Wanted
from workbench.core.layer_data.pictures import ChannelAfter
from workbench.core.layer_data.views import EditView, LayerView
from workbench.ui.plots.weights.channels import ChannelsPlot
from workbench.ui.plots.weights.histogram import Age, HistogramPlot


class WeightsView(QStackedWidget):
    """Signal: `wanted(question)`: a requested figure; it comes back by `show_picture`."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.histogram = HistogramPlot(self)
        self._channels: ChannelsPlot | None = None
        self.addWidget(self.histogram)
        self._view: LayerView | None = None
        self._edit: EditView | ChannelAfter | None = None
        self._age = Age.CURRENT
        self._channel: int | None = None
        self.histogram.channels_asked.connect(self.show_channels)
        self.histogram.channel_left.connect(self.show_all)

    @property
    def channels(self) -> ChannelsPlot:
        """Plot of the channels, created when first shown, so that no start waits for it."""
        if self._channels is None:
            self._channels = ChannelsPlot(self)
            self.addWidget(self._channels)
            self._channels.closed.connect(self.show_all)
            self._channels.chosen.connect(self.show_channel)
        return self._channels

    def show_layer(self, view: LayerView | None, edit: EditView | ChannelAfter | None, age: Age = Age.CURRENT) -> None:
        """Show all weights of another layer; another edit of the same layer is shown in the same view."""
        if view is None or view is not self._view:
            self._channel = None
            if self._channels is not None:
                self._channels.show_picture(None)
            if view is None:
                self.setCurrentWidget(self.histogram)
        self._view, self._edit, self._age = view, edit, age
        if self._channel is None:
            self.histogram.show_layer(view, edit, age=age)
        elif age is not Age.CURRENT:
            self.histogram.set_age(Age.OLDER)
        if age is Age.CURRENT:
            self.ask()

    def show_all(self) -> None:
        self._channel = None
        self._turn(self.histogram)
        self.histogram.show_layer(self._view, self._edit, age=self._age)

    def show_channels(self) -> None:
        self._turn(self.channels)
        self.ask()

    def show_channel(self, number: int) -> None:
        """Show the histogram of a channel once it arrives."""
        self._channel = number
        self.ask()

    def show_picture(self, wanted: Wanted, picture: Any) -> None:
        match wanted:
            case WantChannels():
                self.channels.show_picture(picture)
            case WantChannel(number) if number == self._channel:
                self.histogram.show_layer(self._view, self._edit, picture)
                self._turn(self.histogram)

    def ask(self) -> None:
        """Request what is on show of single channels."""
        if self._view is None:
            return
        if self._channel is not None:
            self.wanted.emit(WantChannel(self._channel))
        if self.currentWidget() is self._channels:
            self.wanted.emit(WantChannels())

    def _turn(self, page: QWidget) -> None:
        """Show a page, keeping the keyboard focus."""
        focused = QApplication.focusWidget()
        held = focused is not None and self.isAncestorOf(focused)
        self.setCurrentWidget(page)
        if held:
            (self.histogram.canvas if page is self.histogram else self.channels.canvas).setFocus()
