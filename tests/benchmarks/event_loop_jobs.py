"""What a user does in the window, job by job: for bench_event_loop.py."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PySide6.QtCore import QPoint

from tests.benchmarks.hand import Hand
from workbench.core.analysis.plan import Goal
from workbench.core.analysis.sensitivity import CANDIDATES
from workbench.core.ipc import messages
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage
from workbench.core.session.session_file import load_session

PRUNE, INT4 = Action("prune.magnitude", {"sparsity": 0.5}), Action("quantize.affine", {"bits": 4})
MANY, WIDTH = 300, 24  # layers, and rows and columns of each


def start(hand: Hand) -> None:
    """As the program starts: painted, then the engine, then the workspace."""
    hand.window.painted.connect(hand.link.start)
    hand.window.painted.connect(hand.window.prepare_workspace)
    hand.window.show()
    hand.wait(lambda: hand.window.workspace is not None and bool(hand.session.methods))


def inspect(hand: Hand) -> None:
    for layer in hand.layers:
        hand.session.select((layer.path,), layer.path)
        hand.wait(lambda path=layer.path: hand.session.view is not None and hand.session.view.path == path)
        hand.turn(0.05)


def add_a_step(hand: Hand) -> None:
    largest = max(hand.layers, key=lambda layer: layer.bytes).path
    hand.session.select((largest,), largest)
    hand.turn(0.2)
    hand.workspace.actions.menu.chosen.emit(PRUNE)
    hand.wait(lambda: hand.settled and hand.session.edit is not None)


def drag_a_line(hand: Hand) -> None:
    canvas = hand.workspace.inspect.histogram.canvas
    y = round(canvas.area.center().y())
    near, far = canvas.to_pixel(canvas.handles[-1]), canvas.to_pixel(canvas.handles[-1] * 1.8)
    hand.pull(canvas.viewport(), QPoint(round(near), y), QPoint(round(far), y), 3, 3)


def drag_a_slider(hand: Hand) -> None:
    slider = hand.workspace.actions.cards[0].form.editor("sparsity").slider
    y = slider.height() // 2
    hand.pull(slider, QPoint(slider.width() // 4, y), QPoint(3 * slider.width() // 4, y), 3, 3)


def measure(hand: Hand) -> None:
    hand.give([layer.path for layer in hand.layers], INT4)


def undo_and_redo(hand: Hand) -> None:
    for _ in range(10):
        hand.session.undo()
        hand.turn(0.1)
        hand.session.redo()
        hand.turn(0.1)


def jump_in_history(hand: Hand) -> None:
    """With the dock of the history on show, from the first step to the last and back."""
    hand.workspace.history_dock.show()
    hand.turn(0.2)
    last = hand.session.undo_stack.count()
    for step in (0, last) * 5:
        hand.session.go_to(step)
        hand.turn(0.2)
    hand.workspace.history_dock.hide()


def keep_a_session(hand: Hand) -> None:
    """Saved, kept by itself, and taken up again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "work.mcw"
        hand.session.snapshots.add("a state")
        hand.window.commands.sessions._save(str(path), lambda: None)
        hand.turn(0.2)
        hand.session.set_actions([hand.session.current], (PRUNE, INT4), "steps")
        hand.turn(0.5)  # within which it is kept
        hand.window.autosave.settle()
        before = hand.session.model
        hand.window.commands.sessions.resume(load_session(path), path.parent, lambda: None)
        hand.wait(lambda: hand.session.model is not before and hand.session.data is not None and hand.settled)


def look_at_activations(hand: Hand) -> None:
    tab = hand.workspace.activations
    hand.workspace.tabs.setCurrentWidget(tab)
    for layer in hand.layers:
        hand.session.select((layer.path,), layer.path)
        hand.wait(lambda: tab.shown is not None)
        hand.turn(0.1)
    hand.workspace.tabs.setCurrentIndex(0)


def scan(hand: Hand) -> None:
    """The matrix of sensitivity fills while one scrolls in it."""
    page = hand.workspace.sensitivity.scan_page
    hand.workspace.tabs.setCurrentWidget(hand.workspace.sensitivity)
    page.candidates.choose(CANDIDATES[:4])
    page.start()
    for place in range(200):
        bar = page.table.verticalScrollBar()
        bar.setValue(place % (bar.maximum() + 1))
        hand.turn(0.03)
    hand.wait(lambda: page.scans.plan is not None and page.scans.plan.complete)
    hand.workspace.tabs.setCurrentIndex(0)


def search(hand: Hand) -> None:
    """The plot and the table fill while one looks at recipes and scrolls."""
    tab = hand.workspace.plan
    hand.workspace.tabs.setCurrentWidget(tab)
    hand.turn(0.2)
    tab.plans.start(Goal(samples=600))
    for place in range(2000):
        if not tab.plans.job:
            break
        bar = tab.table.verticalScrollBar()
        bar.setValue(place % (bar.maximum() + 1))
        if place % 40 == 20 and tab.plot.canvas.spots:
            tab.pick((tab.plot.canvas.spots[place % len(tab.plot.canvas.spots)].key,))
        hand.turn(0.03)
    hand.wait(lambda: not tab.plans.job)
    tab.leave()
    hand.workspace.tabs.setCurrentIndex(0)


def sweep(hand: Hand) -> None:
    tab = hand.workspace.sensitivity
    hand.workspace.tabs.setCurrentWidget(tab)
    tab.switch.button(1).click()
    tab.sweep_page.start()
    hand.wait(lambda: tab.sweep_page.sweeps.curve is not None and tab.sweep_page.sweeps.curve.complete)
    tab.switch.button(0).click()
    hand.workspace.tabs.setCurrentIndex(0)


def compare(hand: Hand) -> None:
    """The pages of the tab one after the other, an edit while each is on show, and the layer that is responsible."""
    tab = hand.workspace.compare
    hand.workspace.tabs.setCurrentWidget(tab)
    for number, page in enumerate((tab.states, tab.confusion, tab.classes, tab.samples)):
        tab.buttons[page].click()
        hand.turn(0.2)
        hand.give([hand.session.current], Action("quantize.affine", {"bits": 2 + number % 2}))
        hand.wait(lambda page=page: tab.findings.current or page is tab.states)
    tab.samples.list.setCurrentIndex(tab.samples.model.index(0))
    tab.samples.ask()
    hand.wait(lambda: tab.findings.attribution is not None and not tab.findings.attributing)
    hand.workspace.tabs.setCurrentIndex(0)


def recover(hand: Hand) -> None:
    hand.workspace.tabs.setCurrentWidget(hand.workspace.recover)
    recipe = replace(hand.session.recipe, recover=(Stage("finetune", {"epochs": 2}),))
    hand.session.change_recipe(recipe, "fine-tune")
    hand.session.trainings.start()
    hand.wait(lambda: not hand.session.trainings.job)
    hand.wait(lambda: hand.settled)
    hand.workspace.tabs.setCurrentIndex(0)


def draw_the_graph(hand: Hand) -> None:
    graph = hand.workspace.graph
    hand.workspace.tabs.setCurrentWidget(graph)
    hand.wait(lambda: graph.profile is not None)
    graph.buttons["both"].click()
    hand.wait(lambda: sum(any(letter.isdigit() for letter in side.head.text()) for side in graph.sides.values()) == 2)
    hand.turn(1)
    hand.workspace.tabs.setCurrentIndex(0)


def present(hand: Hand) -> None:
    from workbench.ui.presentation.window import Presentation
    from workbench.ui.tabs.compare.changed_predictions import Findings

    presentation = Presentation(hand.session, Findings(hand.session), hand.window)
    presentation.resize(1280, 800)
    presentation.show()
    for index in range(len(presentation.pages)):
        presentation.go_to(index)
        hand.turn(0.3)
    presentation.close()


def watch_jobs(hand: Hand) -> None:
    """The dock of the jobs on show while fifty measurements come and go."""
    hand.workspace.jobs_dock.show()
    for number in range(50):
        bits = Action("quantize.affine", {"bits": 3 + number % 5, "granularity": "channel" if number % 2 else "tensor"})
        hand.session.set_actions([hand.session.current], (bits,), "bits")
        hand.turn(0.1)
    hand.wait(lambda: hand.settled)
    hand.workspace.jobs_dock.hide()


def export(hand: Hand) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hand.run(messages.Export, recipe=hand.session.recipe, folder=folder)


def open_many_layers(hand: Hand) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hand.session.undo_stack.setClean()
        hand.session.open(many_layers(Path(folder)))
        hand.wait(lambda: len(hand.layers) == MANY and hand.settled)
        hand.turn(1)


def scroll_and_filter(hand: Hand) -> None:
    panel = hand.workspace.tree
    panel.tree.expandAll()
    bar = panel.tree.verticalScrollBar()
    for place in range(0, bar.maximum() + 1, 8):
        bar.setValue(place)
        hand.turn(0.016)
    for text in ("b", "bl", "blo", "blocks.1", "fc2", "params>100", "is:edited", ""):
        panel.filter.setText(text)
        hand.turn(0.15)
    panel.tree.header().setSortIndicator(5, panel.tree.header().sortIndicatorOrder())
    hand.turn(0.2)
    panel.tree.header().setSortIndicator(-1, panel.tree.header().sortIndicatorOrder())


def edit_many_layers(hand: Hand) -> None:
    """All of them chosen and quantised, undone, redone, and one of them dragged by its slider."""
    paths = [layer.path for layer in hand.layers]
    hand.session.select(paths, paths[0])
    hand.turn(0.5)
    hand.give(paths, INT4)
    for verb in (hand.session.undo, hand.session.redo) * 3:
        verb()
        hand.turn(0.3)
    hand.session.select(paths[:1], paths[0])
    hand.give(paths[:1], PRUNE)
    drag_a_slider(hand)


def many_layers(folder: Path) -> str:
    """A chain of small residual layers in modules of three."""
    rng, nodes, weights, x = np.random.default_rng(0), [], [], "x"
    for index in range(MANY):
        name = f"blocks.{index // 3}.fc{index % 3 + 1}"
        weight = rng.normal(0, 0.05, (WIDTH, WIDTH)).astype(np.float32)
        weights.append(numpy_helper.from_array(weight, f"{name}.weight"))
        nodes += [
            helper.make_node("MatMul", [x, f"{name}.weight"], [f"y{index}"], name=f"/{name}/MatMul"),
            helper.make_node("Add", [x, f"y{index}"], [f"x{index}"], name=f"/{name}/Add"),
        ]
        x = f"x{index}"
    ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", WIDTH])] for name in ("x", x)]
    graph = helper.make_graph(nodes, "many", *ends, weights)
    path = folder / "many.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return str(path)


JOBS: dict[str, Callable[[Hand], None]] = {
    "start": start,
    "open": Hand.open_demo,
    "inspect": inspect,
    "add a step": add_a_step,
    "drag a line": drag_a_line,
    "drag a slider": drag_a_slider,
    "measure": measure,
    "undo, redo": undo_and_redo,
    "jump in history": jump_in_history,
    "activations": look_at_activations,
    "sensitivity": scan,
    "search": search,
    "sweep": sweep,
    "compare": compare,
    "recover": recover,
    "graph": draw_the_graph,
    "presentation": present,
    "jobs": watch_jobs,
    "export": export,
    "session": keep_a_session,
    "open 300 layers": open_many_layers,
    "scroll, filter 300": scroll_and_filter,
    "edit 300": edit_many_layers,
}
