"""The tabs of an open model, in their order. A new tab is a line in TABS; its shortcut is Ctrl and its position."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtWidgets import QTabWidget, QWidget

from workbench.core.layer_data.layer import ModelSummary
from workbench.core.layer_data.tokens import scores_tokens
from workbench.ui.commands.snapshot_commands import SnapshotCommands
from workbench.ui.plans.plans import Plans
from workbench.ui.session.scans import Scans
from workbench.ui.session.session import Session
from workbench.ui.session.sweeps import Sweeps
from workbench.ui.session.training import Trainings
from workbench.ui.text.i18n import tr


@dataclass(frozen=True)
class Parts:
    """Arguments for the tabs."""

    session: Session
    snapshot_commands: SnapshotCommands
    scans: Scans
    sweeps: Sweeps
    trainings: Trainings
    plans: Plans


@dataclass(frozen=True)
class TabSpec:
    """A tab.

    name     attribute of the workspace that holds it, and the tab's name in session files
    title    in the current language
    module   module of the widget's class; imported before the window needs it (see ui.shell.preload)
    widget   name of that class, which is NAMETab, and is called with `needs` and the parent
    needs    fields of Parts
    suits    whether a model has it; it is hidden for others
    """

    name: str
    title: Callable[[], str]
    module: str
    widget: str
    needs: tuple[str, ...] = ("session",)
    suits: Callable[[ModelSummary | None], bool] = lambda model: True

    def make(self, parts: Parts, parent: QWidget) -> QWidget:
        made = getattr(importlib.import_module(self.module), self.widget)
        return made(*(getattr(parts, need) for need in self.needs), parent)


TABS = (
    TabSpec("inspect", lambda: tr("Inspect"), "workbench.ui.tabs.inspect.tab", "InspectTab", ()),
    TabSpec("activations", lambda: tr("Activations"), "workbench.ui.tabs.activations", "ActivationsTab"),
    TabSpec("graph", lambda: tr("Graph"), "workbench.ui.tabs.graph", "GraphTab"),
    TabSpec(
        "sensitivity",
        lambda: tr("Sensitivity"),
        "workbench.ui.tabs.sensitivity",
        "SensitivityTab",
        ("session", "scans", "sweeps"),
    ),
    TabSpec("plan", lambda: tr("Plan"), "workbench.ui.tabs.plan", "PlanTab", ("session", "plans")),
    TabSpec("recover", lambda: tr("Recover"), "workbench.ui.tabs.recover", "RecoverTab", ("session", "trainings")),
    TabSpec(
        "compare", lambda: tr("Compare"), "workbench.ui.tabs.compare", "CompareTab", ("session", "snapshot_commands")
    ),
    TabSpec(
        "generate",
        lambda: tr("Generate"),
        "workbench.ui.tabs.generate",
        "GenerateTab",
        suits=lambda model: model is not None and scores_tokens(model.inputs, model.outputs),
    ),
)


def offer(tabs: QTabWidget, model: ModelSummary | None) -> None:
    """Hide the tabs that do not apply to the model."""
    for index, spec in enumerate(TABS):
        tabs.setTabVisible(index, spec.suits(model))


def build(tabs: QTabWidget, parts: Parts) -> Iterator[tuple[str, QWidget]]:
    """Add every tab; yield its name and its widget, one after the other."""
    for spec in TABS:
        widget = spec.make(parts, tabs)
        tabs.addTab(widget, spec.title())
        yield spec.name, widget
