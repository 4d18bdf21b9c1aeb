"""Screens that a walk through the tabs does not meet: each takes a photographer with the edited demo open."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tests.screenshots import Photographer


def several(at: "Photographer") -> None:
    """All layers chosen: distributions side by side."""
    session, chosen = at.session, at.session.selection
    session.select([layer.path for layer in session.model.layers if not layer.locked])
    at.wait(lambda: at.measured and len(session.views()) > 1)
    at.shoot_both("several")
    session.select(chosen)
    at.wait(lambda: session.view is not None)


def kernel(at: "Photographer") -> None:
    """A kernel magnified, with its values."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    inspect = at.window.workspace.inspect
    at.window.workspace.tabs.setCurrentWidget(inspect)
    inspect.show_pictures(True)
    kernels = inspect.pictures.kernels
    at.wait(lambda: kernels.grid.isVisible() and kernels.grid.room > 0)
    QTest.mouseClick(kernels.grid, Qt.MouseButton.LeftButton, pos=kernels.grid.place(3).center().toPoint())
    at.settle()
    at.shoot_both("kernel", kernels.closer)
    kernels.closer.close()
    inspect.show_pictures(False)


def more_settings(at: "Photographer") -> None:
    """The form with all parameters, and the menu of methods."""
    from workbench.ui.actions.form import more

    more.show_all(True)
    at.shoot_both("more-settings")
    more.show_all(False)
    menu = at.window.workspace.actions.menu
    menu.popup(at.window.mapToGlobal(at.window.rect().center()))
    at.settle(1500)
    at.shoot_both("methods-menu", menu)
    menu.close()


def distil(at: "Photographer") -> None:
    """The error of a layer that is distilled, while it falls."""
    from workbench.core.recipe.action import Action

    session, actions = at.session, at.window.workspace.actions
    session.set_actions([session.current], (Action("distill.layer", {"rank": 12, "steps": 5000}),), "distil")
    at.wait(lambda: bool(actions.cards) and (shown := actions.cards[0].learning) is not None and shown.isVisible())
    at.settle(2500)
    at.shoot_both("distil")
    actions.cards[0].learning.stop.click()
    at.wait(lambda: at.measured and session.edit is not None and session.edit_is_current)
    at.shoot_both("distilled")
    session.undo()
    session.undo()
    at.wait(lambda: at.measured)


def modules(at: "Photographer") -> None:
    """The graph with modules as boxes."""
    space = at.window.workspace
    space.tabs.setCurrentWidget(space.graph)
    at.wait(lambda: space.graph.profile is not None and bool(space.graph.sides))
    space.graph.boxes.setChecked(True)
    at.wait(lambda: all(side.boxes for side in space.graph.sides.values() if side.isVisible()))
    at.shoot_both("modules", rest_ms=3000)
    space.graph.boxes.setChecked(False)


def own_sample(at: "Photographer") -> None:
    """A picture of the user's, before and after."""
    from PIL import Image
    from PySide6.QtWidgets import QDialog

    path = Path(at.folder.name) / "dress.png"
    with np.load(at.session.attached.path) as data:
        Image.fromarray(data["x"][3, 0]).save(path)
    at.window.commands.try_sample(str(path))
    shown = at.window.findChild(QDialog, "own-sample")
    at.wait(lambda: shown.answer is not None)
    at.shoot_both("own-sample", shown)
    shown.close()


def corruptions(at: "Photographer") -> None:
    """Original and recipe on corrupted samples."""
    tab = at.window.workspace.compare
    at.window.workspace.tabs.setCurrentWidget(tab)
    tab.buttons[tab.robustness].click()
    tab.robustness.samples.setValue(60)
    at.shoot_both("corruptions-empty")
    tab.robustness.start_button.click()
    at.wait(lambda: tab.robustness.corruptions.found is not None and not tab.robustness.corruptions.job)
    at.shoot_both("corruptions")


def targets(at: "Photographer") -> None:
    """A recipe for a device, whose energy can be limited."""
    from dataclasses import replace

    space, session = at.window.workspace, at.session
    at.wait(lambda: bool(session.targets))
    session.change_recipe(replace(session.recipe, target="ethos-u"), "target")
    space.tabs.setCurrentWidget(space.inspect)
    at.wait(lambda: at.measured)
    at.shoot_both("target")
    space.tabs.setCurrentWidget(space.plan)
    space.plan.bar.unit.setCurrentIndex(max(space.plan.bar.unit.findData("energy"), 0))
    space.plan.bar.on_limit("energy")  # as the user's choice does
    at.shoot_both("plan-energy")
    session.undo()
    at.wait(lambda: at.measured)
    space.tabs.setCurrentWidget(space.inspect)


def recipe_text(at: "Photographer") -> None:
    """The recipe as text below the views, and the history with its lines."""
    space = at.window.workspace
    space.tabs.setCurrentWidget(space.inspect)
    for dock in (space.recipe_dock, space.history_dock):
        dock.show()
        dock.raise_()
        at.shoot_both(f"dock-{dock.objectName()}")
        dock.hide()


def file_comparison(at: "Photographer") -> None:
    """The open model beside another file."""
    from PySide6.QtWidgets import QDialog

    from workbench.core.base.resources import demo_paths

    at.window.menus.compare_file.compare(demo_paths("fashion_vit").model)
    at.wait(lambda: at.window.findChild(QDialog, "file-comparison") is not None)
    dialog = at.window.findChild(QDialog, "file-comparison")
    at.settle(1500)
    at.shoot_both("file-comparison", dialog)
    dialog.close()


def questions(at: "Photographer") -> None:
    """Unsaved work, data that is looked at, another metric."""
    from PySide6.QtWidgets import QDialog, QMessageBox

    from workbench.ui.base import dialogs

    dialogs.ask_unsaved(at.window, lambda then: None, lambda: None, False)
    at.settle()
    box = at.window.findChild(QMessageBox)
    at.shoot_both("unsaved", box)
    box.close()
    at.window.commands.ask_check()
    at.settle(3000)
    at.shoot_both("data", at.window.findChild(QDialog, "data"))
    at.window.findChild(QDialog, "data").close()
    at.window.commands.ask_metric()
    at.shoot_child("measure")


def menus(at: "Photographer") -> None:
    """The menus of the bar."""
    from PySide6.QtWidgets import QMenu

    for number, action in enumerate(at.window.menuBar().actions()):
        menu = action.menu()
        assert isinstance(menu, QMenu)
        menu.popup(at.window.mapToGlobal(at.window.rect().topLeft()))
        at.shoot_both(f"menu-{number}", menu)
        menu.close()


def generate(at: "Photographer") -> None:
    """Text of a language model beside the original's."""
    from tests.engine.test_generation import language

    space, session = at.window.workspace, at.session
    session.undo_stack.setClean()
    session.open(language(Path(at.folder.name)))
    at.wait(lambda: session.model is not None and space.tabs.isTabVisible(space.tabs.indexOf(space.generate)))
    space.tabs.setCurrentWidget(space.generate)
    at.shoot_both("generate-empty")
    space.generate.prompt.setPlainText("b")
    space.generate.start.click()
    at.wait(lambda: space.generate.generating.found is not None and not space.generate.generating.job)
    at.shoot_both("generate")


def tour(at: "Photographer") -> None:
    """The guided tour on its second page."""
    from PySide6.QtWidgets import QWidget

    at.window.show_tour()
    at.settle()
    tour = at.window.findChild(QWidget, "tour")
    tour.go_to(1)
    at.shoot_both("tour")
    tour.finish()


def couple(at: "Photographer") -> None:
    """Channels removed from a layer that others are coupled with."""
    from workbench.core.recipe.action import Action

    path = at.session.couplings.groups[0][0]
    at.session.select([path])
    at.session.set_actions([path], (Action("prune.channels", {"ratio": 0.3}),), "remove channels")
    at.wait(lambda: at.measured and at.session.view is not None and at.session.edit is not None)


def dialogs(at: "Photographer") -> None:
    """Everything that opens from a menu, and the export."""
    from workbench.ui.base.crash import CrashDialog
    from workbench.ui.shell import about

    window = at.window
    window.menus.show_preferences()
    at.shoot_child("preferences")
    window.menus.show_shortcuts()
    at.shoot_child("shortcuts")
    window.menus.show_palette()
    at.shoot_child("palette")
    about.show_about(window, at.link.versions)
    at.shoot_child("about")
    about.show_guide(window)
    at.shoot_child("guide")
    about.show_model(window, at.session.model)
    at.shoot_child("model")
    complain(at)
    window.snapshot_commands.ask_name()
    at.shoot_child("snapshot")
    CrashDialog("ValueError: example", "Traceback (most recent call last):\n  …", window).open()
    at.shoot_child("crash")
    export(at)


def complain(at: "Photographer") -> None:
    """Of a file that is no model."""
    from PySide6.QtWidgets import QDialog

    broken = Path(at.folder.name) / "broken.onnx"
    broken.write_bytes(b"not a model")
    at.session.open(str(broken))
    at.wait(lambda: at.window.findChild(QDialog, "complaint") is not None)
    at.failures.clear()  # it is meant
    at.shoot_child("complaint")


def export(at: "Photographer") -> None:
    """"""
    from PySide6.QtWidgets import QDialog

    at.window.export()
    dialog = at.window.findChild(QDialog, "export")
    dialog.folder.setText(str(Path(at.folder.name) / "export"))
    at.shoot_both("export-form", dialog)
    dialog.start.click()
    at.wait(lambda: dialog.pages.currentWidget() is dialog.outcome)
    at.shoot_both("export-result", dialog)
    dialog.accept()
    at.shoot_both("exported")


SCREENS: dict[str, Callable[["Photographer"], None]] = {
    screen.__name__: screen
    for screen in (
        several,
        kernel,
        more_settings,
        distil,
        modules,
        own_sample,
        corruptions,
        targets,
        recipe_text,
        file_comparison,
        questions,
        menus,
        generate,
    )
}
