"""Model > Preparation: a step that is done only on demand, chosen and taken back with its tick."""

import numpy as np

from tests.formats.test_raise_opset import STATIC, old_network
from tests.ui.conftest import WAIT, measured
from workbench.ui.commands.menus import PreparationMenu


def test_the_opset_is_raised_by_a_tick_and_the_recipe_stays(session, qtbot, tmp_path):
    path = old_network(tmp_path / "old.onnx")
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(0).normal(size=(20, 1, 6, 6)).astype(np.float32))
    menu = PreparationMenu(session)
    qtbot.addWidget(menu)

    def tick():
        return next(action for action in menu.actions() if action.text() == "Opset raised")

    session.open(path, data=str(tmp_path / "x.npz"))
    qtbot.waitUntil(lambda: measured(session) and session.view is not None, timeout=WAIT)
    assert session.model.opset == 10 and not tick().isChecked() and "per-channel weight scales" in tick().toolTip()
    with qtbot.waitSignal(session.told, timeout=WAIT, check_params_cb=lambda words: "Preparation" in words):
        session.set_actions(["head"], (STATIC,), "static")
    recipe = session.recipe
    tick().trigger()
    qtbot.waitUntil(lambda: session.model.opset == 13 and measured(session), timeout=WAIT)
    assert tick().isChecked() and session.opened.raise_opset and session.recipe == recipe
    assert session.changes["head"].exact
    session.undo()
    tick().trigger()
    qtbot.waitUntil(lambda: session.model.opset == 10 and measured(session), timeout=WAIT)
    assert not session.opened.raise_opset and not tick().isChecked()
