"""Pictures of the action panel, light and dark, 1x and 2x: `python -m tests.ui.gallery_actions` fills out/gallery."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

OUT = Path("out/gallery")


def main() -> int:
    """One process a scale, because Qt reads the scale when it starts."""
    if len(sys.argv) > 1:
        return shoot(sys.argv[1])
    for scale in ("1", "2"):
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
        subprocess.run([sys.executable, "-m", "tests.ui.gallery_actions", scale], env=environment, check=True)
    return 0


def shoot(scale: str) -> int:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from workbench.ui.widgets import theme

    app = QApplication([])
    OUT.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        theme.apply(app, scheme)
        for name, widget in panels():
            widget.show()
            QTest.qWait(30)
            widget.grab().save(str(OUT / f"actions-{name}-{scheme}-{scale}x.png"))
            widget.close()
            widget.deleteLater()
    return 0


def panels() -> Iterator[tuple[str, object]]:
    from tests.ui import sample
    from workbench.core.recipe.action import Action

    wanda = dataclasses.replace(sample.MAGNITUDE, id="prune.wanda", title="Wanda")  # so that there is a choice

    def panel(width=340, height=720, layers=(sample.LAYER,), actions=(), change=None):
        from workbench.ui.actions import ActionPanel

        result = ActionPanel()
        result.resize(width, height)
        result.set_methods((*sample.METHODS.values(), wanda))
        result.set_layers(layers)
        result.set_view(sample.view_of(sample.weights()) if layers == (sample.LAYER,) else None)
        result.set_actions(actions)
        result.set_change(change)
        return result

    grouped = Action("quantize.affine", {"bits": 3, "granularity": "group"})
    forecast = dataclasses.replace(
        sample.CHANGE, exact=False, sqnr_db=None, bytes_after=91_000, note="Grew: the rank is above break-even."
    )
    long = (
        Action("prune.magnitude", {"threshold": 0.0312}),
        Action("lowrank.svd", {"rank": 20}),
        Action("distill.layer", {"rank": 12}),
        grouped,
    )
    yield "nothing", panel(layers=())
    yield "hint", panel()
    yield "stack", panel(actions=sample.STACK, change=sample.CHANGE)
    yield "off", panel(actions=(sample.STACK[0].switched(True), sample.STACK[1]), change=sample.CHANGE)
    yield "long", panel(actions=long, change=forecast, height=1000)
    yield "narrow", panel(width=304, actions=long, change=forecast, height=600)
    yield "locked", panel(layers=(sample.LOCKED,))
    yield "many", panel(layers=(sample.LAYER, sample.HEAD, sample.LOCKED), actions=(grouped,))
    why = panel(actions=sample.STACK[:1], change=sample.CHANGE)
    why.cards[0].why.button.setChecked(True)
    yield "why", why
    menu = panel()
    menu.menu.aboutToShow.emit()
    menu.menu.setActiveAction(next(iter(menu.menu.recommended.values())))
    yield "menu", menu.menu


if __name__ == "__main__":
    sys.exit(main())
