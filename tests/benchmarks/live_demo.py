"""The live figures that are measured on the demo: for bench_live.py."""

import time
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest

from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session


@dataclass(frozen=True)
class Row:
    """One line of the table. `details` are printed under it."""

    measure: str
    bar: str
    found: str
    holds: bool | None
    details: tuple[str, ...] = ()


def bench_back() -> list[Row]:
    """Undo in the window: the figures of a state that was measured before."""
    app = QCoreApplication.instance() or QCoreApplication([])
    link = EngineLink()
    session, asked = Session(link), []
    link.start()
    demo = demo_paths()
    session.open(demo.model, data=demo.data, calibration=demo.calibration)

    def complete() -> bool:
        """All that is shown is there and of this state: the figures, and the layer as edited."""
        edited = session.edit.change.actions if session.edit is not None else ()
        return (
            session.preview is not None
            and session.preview.complete
            and session.preview_is_current
            and edited == session.recipe.actions_for(session.current)
        )

    def wait() -> None:
        while not complete():
            QTest.qWait(20)

    wait()
    session.set_actions([session.current], (Action("quantize.affine", {"bits": 4}),), "4 bits")
    wait()
    session.set_actions([session.current], (Action("quantize.affine", {"bits": 3}),), "3 bits")
    wait()
    seconds = []
    request = link.request
    link.request = lambda *given, **more: asked.append(given[0]) or request(*given, **more)
    for verb in (session.undo, session.redo) * 5:
        start = time.perf_counter()
        verb()
        app.processEvents()
        seconds.append(time.perf_counter() - start)
        assert complete()
    link.request = request
    link.shutdown()
    return [
        Row(
            "back to a state measured before",
            "under 50 ms, nothing recomputed",
            f"longest of 10: {1e3 * max(seconds):.1f} ms, {len(asked)} requests to the engine",
            max(seconds) < 0.05 and not asked,
        )
    ]
