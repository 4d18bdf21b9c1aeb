"""Stops of the tour: a place of the window, a description, and a task there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QTabWidget, QWidget

from workbench.core.recipe.recipe import Recipe
from workbench.ui.text.i18n import tr

if TYPE_CHECKING:
    from workbench.ui.panels.scoreboard import Scoreboard
    from workbench.ui.session.session import Session
    from workbench.ui.tree.view import TreePanel


class Places(Protocol):
    """Widgets of the window that the tour points at."""

    @property
    def layers_dock(self) -> QWidget: ...
    @property
    def tree(self) -> TreePanel: ...
    @property
    def actions_dock(self) -> QWidget: ...
    @property
    def tabs(self) -> QTabWidget: ...
    @property
    def inspect(self) -> QWidget: ...
    @property
    def scoreboard(self) -> Scoreboard: ...


@dataclass(frozen=True)
class Start:
    """State when a stop began, to detect what the user has done since.

    exports   files that were exported during the tour
    """

    layer: str
    recipe: Recipe
    exports: int

    @classmethod
    def of(cls, session: Session, exports: int) -> Start:
        return cls(session.current, session.recipe, exports)

    @property
    def steps(self) -> int:
        return sum(len(row.actions) for row in self.recipe.rows)


@dataclass(frozen=True)
class Stop:
    """A place of the window; `target` is evaluated when the tour gets there.

    task   what to do there, in words; "" for nothing
    done   whether it was done since the stop began
    """

    target: Callable[[], QWidget]
    title: str
    text: str
    task: str = ""
    done: Callable[[Start, Start], bool] | None = None


def stops_of(space: Places, menu_bar: QWidget) -> tuple[Stop, ...]:
    return (
        Stop(
            lambda: space.layers_dock,
            tr("Layers"),
            tr(
                "All layers as a tree; bars show their size. Select one, or several with Ctrl; the "
                "box above filters them."
            ),
            tr("Try it: click a large layer."),
            lambda start, now: now.layer != start.layer,
        ),
        Stop(
            lambda: space.actions_dock,
            tr("Steps"),
            tr(
                "Add a step: prune, factorise, distil or quantise. Its form shows the effect on this "
                "layer, and why a method is not available."
            ),
            tr("Try it: add a step, such as Integer (affine)."),
            lambda start, now: now.steps > start.steps,
        ),
        Stop(
            lambda: _inspector(space),
            tr("Plots"),
            tr(
                "Weights and singular values of the selected layer. Drag the lines to set the "
                "parameters of its steps. The other tabs show the whole model."
            ),
        ),
        Stop(
            lambda: space.actions_dock,
            tr("Values"),
            tr("Each value has a slider. Size and accuracy follow while you drag it; Ctrl+Z takes it back."),
            tr("Try it: drag the slider of your step."),
            lambda start, now: now.steps == start.steps and now.recipe != start.recipe,
        ),
        Stop(
            lambda: space.scoreboard,
            tr("Scoreboard"),
            tr(
                "Size, accuracy and MACs of the original and the compressed model. Marks show how a "
                "figure was obtained: ○ forecast, ◐ estimated, ● measured, ✓ verified in the "
                "exported file."
            ),
        ),
        Stop(
            lambda: menu_bar,
            tr("Commands"),
            tr("Ctrl+K finds any command by a few letters. Ctrl+Z undoes any change. Help lists all shortcuts."),
        ),
        Stop(
            lambda: space.scoreboard.export_button,
            tr("Export"),
            tr("The exported file is reopened, run and compared with the preview."),
            tr("Try it: export your model."),
            lambda start, now: now.exports > start.exports,
        ),
    )


def _inspector(space: Places) -> QWidget:
    """Return the Inspect tab with its first page in front."""
    space.tabs.setCurrentWidget(space.inspect)
    return space.tabs
