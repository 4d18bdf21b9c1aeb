"""The session with a real engine: what is asked, what is remembered, and what survives a death."""

import os
import signal
from dataclasses import replace

import pytest

from tests.engine.small import network
from tests.ui.conftest import WAIT, measured, open_demo
from workbench.core.base.resources import demo_paths
from workbench.core.ipc import messages
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, load_recipe
from workbench.core.recipe.recovery import Stage
from workbench.ui.session.session import Session


def prune(sparsity: float) -> Action:
    return Action("prune.magnitude", {"sparsity": sparsity})


def requests(link, monkeypatch) -> list[str]:
    """The names of what is asked of the engine from now on."""
    asked, request = [], link.request

    def noted(kind, handlers=None, **fields):
        asked.append(kind.__name__)
        return request(kind, handlers, **fields)

    monkeypatch.setattr(link, "request", noted)
    return asked


def edit(session, qtbot, *actions: Action, **more) -> None:
    session.set_actions([session.current], actions, "edit", **more)
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)


def test_the_demo_opens_with_a_measured_baseline(opened):
    assert len(opened.model.layers) >= 15
    assert opened.data.baseline.how == "measured" and opened.data.baseline.value > 0.9
    assert opened.view.path == opened.current == opened.selection[0]
    assert opened.edit is None and not opened.modified
    assert {"prune.magnitude", "quantize.affine", "lowrank.svd", "distill.layer"} <= set(opened.methods)


def test_an_edit_brings_size_view_and_accuracy(opened, qtbot):
    before = opened.preview.size.value
    edit(opened, qtbot, prune(0.6))
    assert opened.preview.size.value < before
    assert opened.preview.value.how == "measured" and opened.preview.value.samples == opened.data.samples
    qtbot.waitUntil(lambda: opened.edit is not None, timeout=WAIT)
    assert opened.edit.change.zeros == pytest.approx(0.6, abs=0.01)
    assert opened.changes[opened.current].exact
    assert opened.modified


def test_undo_and_redo_show_the_measured_state_at_once(opened, qtbot, monkeypatch):
    baseline = opened.preview
    edit(opened, qtbot, prune(0.9))
    qtbot.waitUntil(lambda: opened.edit is not None, timeout=WAIT)
    edited, view = opened.preview, opened.edit
    asked = requests(opened.link, monkeypatch)
    for step, preview, shown in ((opened.undo, baseline, None), (opened.redo, edited, view)):
        step()
        assert opened.preview is preview and opened.preview_is_current
        assert opened.edit is shown
    assert asked == []


def test_a_drag_is_one_step_and_shows_results_while_it_lasts(opened, qtbot):
    seen = []
    opened.edit_changed.connect(lambda: seen.append(opened.edit))
    for step in range(1, 31):
        opened.set_actions([opened.current], (prune(step / 40),), "sparsity", finished=False)
        if step % 10 == 0:  # results come while the mouse still moves, of what it moved over
            before = len(seen)
            qtbot.waitUntil(lambda before=before: len(seen) > before, timeout=WAIT)
    opened.set_actions([opened.current], (prune(30 / 40),), "sparsity", finished=True)
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)
    assert opened.undo_stack.count() == 1
    opened.undo()
    assert opened.recipe == Recipe()


def test_the_next_gesture_is_another_step(opened):
    for sparsity in (0.1, 0.2):
        opened.set_actions([opened.current], (prune(sparsity),), "sparsity", finished=True)
    assert opened.undo_stack.count() == 2


def test_choosing_another_layer_draws_it_and_the_first_again_without_asking(opened, qtbot, monkeypatch):
    first, second = (layer.path for layer in opened.model.layers[:2])
    opened.select([second])
    assert opened.view is None
    qtbot.waitUntil(lambda: opened.view is not None, timeout=WAIT)
    assert opened.view.path == second
    asked = requests(opened.link, monkeypatch)
    opened.select([first, second], current=first)
    assert opened.view.path == first and opened.selection == (first, second)
    assert asked == []


@pytest.mark.allow_logs
def test_a_dead_engine_comes_back_with_everything(own_link, qtbot, few):
    opened = open_demo(Session(own_link), qtbot, few)
    edit(opened, qtbot, prune(0.7))
    value, pid = opened.preview.value.value, opened.link.pid
    sentences = []
    opened.told.connect(sentences.append)
    os.kill(pid, signal.SIGKILL)
    opened.set_actions([opened.current], (prune(0.8),), "sparsity")
    qtbot.waitUntil(lambda: measured(opened) and opened.link.pid != pid, timeout=WAIT)
    assert opened.preview.value.value != value or opened.preview.changes[0].actions == (prune(0.8),)
    assert "nothing is lost" in sentences[0]
    assert opened.undo_stack.count() == 2
    opened.undo()
    assert opened.preview.value.value == value


def test_a_model_opens_at_its_largest_layer(session, qtbot):
    session.open(demo_paths().model)
    qtbot.waitUntil(lambda: bool(session.current), timeout=WAIT)
    sizes = {layer.path: layer.bytes for layer in session.model.layers if not layer.locked}
    assert sizes[session.current] == max(sizes.values()) > sizes["stem"]


def test_a_model_that_cannot_be_opened_leaves_the_open_one(opened, qtbot, tmp_path):
    broken = tmp_path / "text.onnx"
    broken.write_text("this is no model")
    model = opened.model
    edit(opened, qtbot, prune(0.5))
    with qtbot.waitSignal(opened.failed, timeout=WAIT) as failed:
        opened.open(str(broken))
    title, what, hint = failed.args
    assert title and "text.onnx" in what and hint
    assert opened.model is model and opened.modified
    edit(opened, qtbot, prune(0.4))  # and it still works


def test_a_model_that_is_asked_for_last_gets_no_data_of_the_one_before(opened, qtbot, tmp_path):
    broken, complaints = tmp_path / "text.onnx", []
    broken.write_text("this is no model")
    opened.failed.connect(lambda *words: complaints.append(words))
    demo = demo_paths()
    opened.open(demo.model, data=str(broken))
    last = opened.open(demo.model, then=lambda: complaints.append("over"))
    assert last
    qtbot.waitUntil(lambda: bool(complaints), timeout=WAIT)
    assert complaints == ["over"] and opened.data is None


def test_data_that_does_not_fit_leaves_the_attached_one(opened, qtbot, tmp_path):
    import numpy as np

    np.savez(tmp_path / "wide.npz", x=np.zeros((4, 3, 99, 99), np.float32), y=np.zeros(4, np.int64))
    data = opened.data
    with qtbot.waitSignal(opened.failed, timeout=WAIT) as failed:
        opened.attach(str(tmp_path / "wide.npz"))
    assert "wide.npz" in failed.args[1]
    assert opened.data is data


def test_a_recipe_is_saved_loaded_and_undone(opened, qtbot, tmp_path):
    edit(opened, qtbot, prune(0.5))
    path = str(tmp_path / "r.yaml")
    assert opened.save_recipe(path) and not opened.modified
    assert load_recipe(tmp_path / "r.yaml") == opened.recipe
    recipe = opened.recipe
    opened.undo()
    assert opened.modified and opened.recipe == Recipe()
    assert opened.load_recipe(path) and opened.recipe == recipe


def test_of_rows_that_match_no_layer_a_few_are_named(opened, qtbot, tmp_path):
    rows = "".join(f'  "\\e[31m<b>{n}{"x" * 500}": []\n' for n in range(500))
    (tmp_path / "r.yaml").write_text(f"version: 1\nlayers:\n{rows}")
    with qtbot.waitSignal(opened.told) as told:
        assert opened.load_recipe(str(tmp_path / "r.yaml"))
    assert "<b>0x" in told.args[0] and told.args[0].endswith(", …")
    assert len(told.args[0]) < 1200 and told.args[0].isprintable()


def test_a_recipe_that_is_none_is_complained_about(opened, qtbot, tmp_path):
    (tmp_path / "r.yaml").write_text("version: 99\nlayers: {}\n")
    with qtbot.waitSignal(opened.failed) as failed:
        assert not opened.load_recipe(str(tmp_path / "r.yaml"))
    assert "99" in failed.args[1] and opened.recipe == Recipe()


def test_the_export_says_what_the_preview_said(opened, qtbot, tmp_path):
    edit(opened, qtbot, prune(0.6), Action("quantize.affine", {"bits": 4}))
    shown = opened.preview
    with qtbot.waitSignal(opened.exported, timeout=WAIT) as exported:
        opened.export(str(tmp_path), "small")
    report = exported.args[0]
    size = (tmp_path / "small.onnx").stat().st_size
    assert size == report.after.bytes.value == pytest.approx(shown.size.value, rel=0.005)
    assert report.verified.value == pytest.approx(shown.value.value, abs=0.002)


def test_other_data_take_the_place_of_what_a_file_was_verified_on(opened, qtbot, tmp_path):
    edit(opened, qtbot, prune(0.6))
    with qtbot.waitSignal(opened.exported, timeout=WAIT):
        opened.export(str(tmp_path), "small")
    assert opened.snapshots.now().totals.value.how == "verified"
    with qtbot.waitSignal(opened.data_changed, timeout=WAIT):
        opened.attach(demo_paths().calibration)
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)
    assert opened.snapshots.now().totals.value.samples == 1000


def test_an_export_into_nowhere_says_so(opened, qtbot, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with qtbot.waitSignal(opened.export_failed, timeout=WAIT) as failed:
        opened.export(str(tmp_path / "file" / "below"), "small")
    assert failed.args[0] and failed.args[1]


def test_the_layer_likely_to_be_next_is_prepared_after_the_one_that_is_chosen(opened, qtbot, monkeypatch):
    prepared = []
    request = opened.link.request

    def listen(kind, *given, **more):
        if kind.__name__ == "Prepare":
            prepared.append(more["focus"])
        return request(kind, *given, **more)

    monkeypatch.setattr(opened.link, "request", listen)
    paths = [layer.path for layer in opened.model.layers]
    opened.select([paths[2]], paths[2])
    qtbot.waitUntil(lambda: len(prepared) == 2, timeout=WAIT)
    opened.select([paths[1]], paths[1])
    qtbot.waitUntil(lambda: len(prepared) == 4, timeout=WAIT)
    assert prepared == [(paths[2],), (paths[3],), (paths[1],), (paths[0],)]


def test_what_is_prepared_does_not_take_the_place_of_a_measurement(opened, qtbot, monkeypatch):
    """The engine answers the newest of both: a recipe that was just trained would never be measured."""
    asked, request = [], opened.link.request

    def listen(kind, handlers=None, **more):
        asked.append(kind.__name__)
        if kind.__name__ == "Prepare":
            done = handlers.done

            def measured_meanwhile(result):
                monkeypatch.setattr(opened.link, "request", listen_on)
                opened.measure_anew(opened.recipe)
                done(result)

            handlers.done = measured_meanwhile
        return request(kind, handlers, **more)

    def listen_on(kind, handlers=None, **more):
        asked.append(kind.__name__)
        return request(kind, handlers, **more)

    monkeypatch.setattr(opened.link, "request", listen)
    opened.select(["stem"], "stem")
    qtbot.waitUntil(lambda: "Measure" in asked, timeout=WAIT)
    assert asked[asked.index("Prepare") :] == ["Prepare", "Measure"]
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)


def test_what_prevents_predictions_is_reported_once(session, qtbot, tmp_path):
    network(tmp_path, "If")
    sentences = []
    session.told.connect(sentences.append)
    session.open(str(tmp_path / "small.onnx"), data=str(tmp_path / "test.npz"))
    qtbot.waitUntil(lambda: any("through If" in sentence for sentence in sentences), timeout=WAIT)
    assert [sentence for sentence in sentences if "through If" in sentence] == [
        "The error of each layer's output is predicted, not the loss: Gradients cannot pass through If."
    ]


def test_edits_are_predicted_and_the_next_one_is_prepared_while_the_hand_rests(opened, qtbot, monkeypatch):
    asked = requests(opened.link, monkeypatch)
    opened.select(["head", "stem"], "head")
    qtbot.waitUntil(lambda: "Prepare" in asked, timeout=WAIT)
    opened.set_actions(["head"], (prune(0.5),), "prune")
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)
    # The predictor is made when nobody waits for anything else.
    qtbot.waitUntil(lambda: not opened.link.waits_for(messages.Predict), timeout=WAIT)
    opened.refresher.forget_measured()
    opened.refresher.refresh()
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)
    assert opened.preview.predicted.kind == "loss" and opened.preview.predicted.correlation > 0.5


def test_plug_ins_that_were_left_out_are_reported(session, monkeypatch):
    told, asked = [], {}
    session.told.connect(told.append)
    monkeypatch.setattr(session.link, "request", lambda kind, handlers: asked.update({kind: handlers}))
    session._on_ready()
    asked[messages.Methods].updated("The plug-in x is left out: it is broken.")
    assert told == ["The plug-in x is left out: it is broken."]


def test_no_figure_moves_when_a_stage_is_added_that_was_not_trained_yet(opened, qtbot):
    """Nor does the figure of a layer move when another one is edited."""
    (first, second), seen = [layer.path for layer in opened.model.layers if not layer.locked][:2], []
    opened.set_actions([first], (Action("lowrank.svd", {"energy": 0.6}),), "energy")
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)
    figures, alone = opened.preview, opened.changes[first]

    def note():
        shown = opened.preview
        seen.append((shown.value, shown.change, shown.size, opened.preview_is_current))

    opened.preview_changed.connect(note)
    opened.change_recipe(replace(opened.recipe, recover=(Stage("finetune"),)), "stage")
    qtbot.waitUntil(lambda: measured(opened) and opened.preview.trained is False, timeout=WAIT)
    assert set(seen) == {(figures.value, figures.change, figures.size, True)}
    opened.preview_changed.disconnect(note)
    kept = []
    opened.changes_changed.connect(lambda paths: kept.append(opened.changes[first]))
    opened.set_actions([second], (Action("lowrank.svd", {"energy": 0.6}),), "energy elsewhere")
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)
    assert kept and set(kept) == {alone} and opened.changes[second].exact
