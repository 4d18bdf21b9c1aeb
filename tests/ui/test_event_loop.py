"""The window's thread waits for no answer. How long the loop is away is measured: tests/benchmarks/bench_event_loop."""

from dataclasses import replace

import pytest

from tests.benchmarks.gaps import TICK_MS, Gaps
from tests.ui.conftest import WAIT, measured
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage

PRUNE = (Action("prune.magnitude", {"sparsity": 0.3}),)


def asks(link, verb) -> int:
    """How many requests a verb makes; all of them are answered by the event loop, after it came back."""
    before = link._next
    verb()
    made = set(range(before + 1, link._next + 1))
    assert made and made <= set(link.asked), "an answer came before the verb was done"
    return len(made)


def test_opening_inspecting_editing_training_and_exporting_come_back_before_they_are_answered(
    window, qtbot, few, tmp_path
):
    session = window.session
    link = session.link
    assert asks(link, lambda: session.open(demo_paths().model, data=str(few))) == 1
    qtbot.waitUntil(lambda: measured(session) and session.view is not None and bool(session.methods), timeout=WAIT)
    path = next(layer.path for layer in session.model.layers if not layer.locked and layer.path != session.current)
    asks(link, lambda: session.select((path,), path))
    qtbot.waitUntil(lambda: session.view is not None and session.view.path == path, timeout=WAIT)
    assert asks(link, lambda: session.set_actions((path,), PRUNE, "sparsity", False)) == 2
    qtbot.waitUntil(lambda: measured(session) and session.edit is not None, timeout=WAIT)
    with qtbot.waitSignal(session.exported, timeout=WAIT):
        assert asks(link, lambda: session.export(str(tmp_path), "small")) == 1
    session.change_recipe(replace(session.recipe, recover=(Stage("finetune", {"epochs": 1}),)), "train")
    assert asks(link, session.trainings.start) == 1
    qtbot.waitUntil(lambda: session.trainings.result is not None, timeout=WAIT)


def test_gaps_are_counted_by_the_hand_that_would_have_waited():
    gaps = Gaps(late=[0.0] * 99 + [1.0])
    assert (gaps.longest, gaps.p99) == (1.0, 0.0) and Gaps(late=[0.0] * 98 + [0.5, 1.0]).p99 == 0.5
    assert gaps.share_over(0.25) == pytest.approx(1 / (1 + 100 * TICK_MS / 1000))
    assert (Gaps().longest, Gaps().p99, Gaps().share_over(0.25)) == (0.0, 0.0, 0.0)
