"""A search keeps its goal, is never worse than a uniform recipe, and wastes nothing that it knows."""

from dataclasses import replace

import numpy as np
import onnx
import pytest

from tests.plugins import distribution, site  # noqa: F401
from workbench.core.analysis.plan import Goal
from workbench.core.base import system
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.targets.reading import find_target
from workbench.core.targets.target import Speed
from workbench.engine.api.export import export
from workbench.engine.search import goals, recipes
from workbench.engine.search.options import table
from workbench.engine.search.plan import Search, plan
from workbench.engine.search.recipes import roofline_ms
from workbench.engine.search.trials import split
from workbench.engine.workspace import Workspace

BYTES = 1900


def arrays(path) -> dict[str, np.ndarray]:
    with np.load(path) as found:
        return dict(found)


def search(workspace, goal, **more):
    return plan(workspace, goal, Job(), **more)


@pytest.mark.slow
def test_a_limit_of_the_bytes_is_kept_by_the_file_that_is_written(opened, tmp_path):
    workspace = opened()
    front = search(workspace, Goal(max_bytes=BYTES))
    chosen = front.chosen
    assert front.complete and chosen.bytes <= BYTES and chosen.how == "held out"
    report = export(workspace, chosen.recipe, str(tmp_path), Job(), timing=False)
    assert report.after.bytes.value == chosen.bytes, "the bytes are those of the file"


@pytest.mark.slow
def test_no_uniform_recipe_within_the_limit_is_better_on_the_samples_that_chose(opened):
    front = search(opened(), Goal(max_bytes=BYTES))
    rivals = [point for point in front.of("uniform") if point.bytes <= BYTES]
    assert rivals and all(front.chosen.measured.divergence <= point.measured.divergence for point in rivals)
    greedy = [point for point in front.of("greedy") if point.bytes <= BYTES]
    assert greedy and all(front.chosen.measured.divergence <= point.measured.divergence for point in greedy)


@pytest.mark.slow
def test_a_limit_of_the_drop_is_kept_by_measurement_and_by_what_is_usual(opened):
    front = search(opened(), Goal(max_drop=0.02))
    chosen = front.chosen
    assert chosen.measured.drop <= 0.02 and chosen.bytes < 0.6 * front.original.bytes
    smaller = [point for point in goals.own(front) if point.bytes < chosen.bytes]
    assert smaller, "it tried how far one can go"


@pytest.mark.slow
def test_a_limit_of_macs_takes_channels_or_factors(opened):
    whole = opened().model.summary().macs
    front = search(opened(), Goal(max_macs=int(0.7 * whole), families=("prune", "lowrank")))
    assert front.chosen.macs <= 0.7 * whole and front.chosen.measured.drop < 0.3


@pytest.mark.slow
def test_the_whole_trade_off_falls_from_small_to_large_and_nothing_is_chosen(opened):
    front = search(opened(), Goal())
    moved = [point.measured.divergence for point in front.best]
    assert front.chosen is None and len(front.best) >= 2 and moved == sorted(moved, reverse=True)
    assert all(point.held_out is not None for point in front.best)
    sizes = [size for size, _ in front.predicted]
    assert sizes and sizes == sorted(sizes) and len(front.of("search")) >= 2


@pytest.mark.slow
def test_a_front_is_predicted_before_a_layer_is_raced_and_sharpens(opened):
    told = []
    plan(opened(), Goal(), Job(updates=told.append))
    early = [front for front in told if front.phase == "predicting" and front.predicted]
    assert early and early[0].trials <= 6 < told[-1].trials, "after a few small measurements"
    assert {point.measured.samples for point in early[0].points} == {64}
    assert len(told[-1].predicted) >= 2, (
        "of the first ones eight bits alone: of four the decoder takes more than it saves"
    )
    for front in (early[0], early[-1], told[-1]):
        sizes, drops = zip(*front.predicted, strict=True)
        assert list(sizes) == sorted(sizes) and list(drops) == sorted(drops, reverse=True)
    (uniform,) = (point for point in told[-1].points if point.name == "8 bit")
    assert uniform.measured.samples == told[-1].selection, "and then measured on all samples"


@pytest.mark.slow
def test_families_and_layers_that_may_not_be_touched_are_not(opened):
    front = search(opened(), Goal(max_ratio=0.8, families=("prune",), layers=("first",)))
    for point in goals.own(front):
        for row in point.recipe.rows:
            assert row.pattern == "first" and {action.family for action in row.actions} <= {"prune"}
    with pytest.raises(UserError, match="No editable layer"):
        search(opened(), Goal(layers=("nothing like this",)))


@pytest.mark.slow
def test_a_limit_that_nothing_keeps_is_reported(opened):
    front = search(opened(), Goal(max_bytes=10))
    assert front.chosen is None and "No recipe within the limits was found." in front.notes[0]


@pytest.mark.slow
def test_samples_held_out_chose_nothing(opened):
    evaluator = opened().measurable()
    chosen, held = split(evaluator, 0, 0)
    assert not set(chosen) & set(held) and len(chosen) + len(held) == evaluator.data.samples
    labels = evaluator.data.labels
    for part in (chosen, held, held[:40]):
        shares = np.bincount(labels[part], minlength=4) / len(part)
        assert np.abs(shares - np.bincount(labels) / len(labels)).max() < 0.03
    few, few_held = split(evaluator, 90, 0)
    assert (len(few), len(few_held)) == (60, 30) and not set(few) & set(few_held)
    front = search(opened(), Goal(max_bytes=BYTES, samples=90))
    assert (front.selection, front.held_out) == (60, 30)
    assert front.chosen.measured.samples == 60 and front.chosen.held_out.samples == 30


@pytest.mark.slow
def test_the_same_search_again_runs_nothing_and_finds_the_same(opened):
    first = search(opened(), Goal(max_bytes=BYTES))
    again = search(opened(), Goal(max_bytes=BYTES))
    assert first.trials > 0 and again.trials == 0 and again.known == first.trials + first.known
    assert again.chosen.recipe == first.chosen.recipe and again.chosen.measured == first.chosen.measured


@pytest.mark.slow
def test_the_whole_trade_off_again_runs_nothing(opened):
    first, again = search(opened(), Goal()), search(opened(), Goal())
    assert first.trials > 0 and again.trials == 0
    assert {p.recipe.in_effect: p.best for p in again.best} == {p.recipe.in_effect: p.best for p in first.best}


@pytest.mark.slow
def test_another_budget_is_answered_without_a_trial_and_then_measured(opened):
    workspace = opened()
    search(workspace, Goal(max_bytes=BYTES))
    known = search(workspace, Goal(max_bytes=1500), measure=False)
    assert known.trials == 0 and known.chosen.bytes <= 1500 and known.chosen.how in ("predicted", "measured")
    measured = search(workspace, Goal(max_bytes=1500))
    assert measured.chosen.bytes <= 1500 and measured.chosen.held_out is not None
    assert measured.trials < search(opened(), Goal(max_bytes=1500, seed=1)).trials / 2, "it went on from what was known"


def test_a_seed_gives_the_same_and_another_seed_other_samples(opened):
    evaluator = opened().measurable()
    assert all(map(np.array_equal, split(evaluator, 0, 3), split(evaluator, 0, 3)))
    assert not np.array_equal(split(evaluator, 0, 3)[1], split(evaluator, 0, 4)[1])


@pytest.mark.slow
def test_recipes_of_the_user_are_measured_beside_and_never_chosen(opened):
    own = Recipe().with_actions(["first"], (Action("quantize.static", {"bits": 8}),))
    other = Recipe().with_actions(["a layer of another model"], (Action("quantize.affine"),))
    front = search(opened(), Goal(max_ratio=0.5), others=[("current", "mine", own), ("snapshot", "theirs", other)])
    assert [point.name for point in front.of("current")] == ["mine"] and not front.of("snapshot")
    assert front.chosen.kind not in ("current", "snapshot")
    assert any("8-bit activations were measured in all layers" in note for note in front.notes)


def test_a_search_that_is_finished_early_ends_with_what_it_has(opened):
    job, seen = Job(), []

    def look(front):
        seen.append(front)
        if sum(point.measured is not None for point in front.points) >= 3:
            job.cancel()

    job.updates = look
    front = plan(opened(), Goal(max_bytes=2200), job, stopping=lambda: True)
    assert front.complete and front.phase == "done" and len(front.points) >= 3
    assert front.chosen is not None and front.chosen.how == "held out", "the best of those"
    job = Job(updates=lambda _front: job.cancel())
    with pytest.raises(Cancelled):
        plan(opened(), Goal(max_bytes=1234), job)


@pytest.mark.slow
def test_a_pause_rests_between_two_trials(opened, monkeypatch):
    rested = []
    monkeypatch.setattr(Job, "rest", lambda job: rested.append(job.held))
    front = search(opened(), Goal(max_bytes=BYTES))
    assert len(rested) == front.trials


@pytest.mark.slow
def test_a_model_without_labels_and_one_that_decides_nothing_are_searched_by_their_outputs(opened, place, tmp_path):
    data = arrays(place / "test.npz")
    np.savez(tmp_path / "plain.npz", x=data["x"])
    unlabelled = opened().attach(str(tmp_path / "plain.npz"), Job())
    front = search(unlabelled, Goal(max_bytes=BYTES))
    assert front.chosen.bytes <= BYTES and "original" in str(front.metric)
    targets = np.random.default_rng(0).normal(size=(len(data["x"]), 4)).astype(np.float32)
    np.savez(tmp_path / "regression.npz", x=data["x"], y=targets)
    regression = opened().attach(str(tmp_path / "regression.npz"), Job())
    front = search(regression, Goal(max_bytes=BYTES))
    assert front.chosen.bytes <= BYTES and not front.higher_is_better


def test_one_sample_is_too_few(opened, place, tmp_path):
    data = arrays(place / "test.npz")
    np.savez(tmp_path / "one.npz", x=data["x"][:1], y=data["y"][:1])
    with pytest.raises(UserError, match="two samples"):
        search(opened().attach(str(tmp_path / "one.npz"), Job()), Goal())
    with pytest.raises(UserError, match="two samples"):
        search(opened(), Goal(samples=1))


@pytest.mark.slow
def test_the_time_limit_ends_it_and_is_reported(opened):
    goal = Goal(max_bytes=BYTES, seed=9)
    front = search(opened(), replace(goal, seconds=1e-9))
    assert front.complete and any("The time limit was reached." in note for note in front.notes)
    assert front.trials < search(opened(), goal).trials


def test_a_uniform_recipe_that_would_remove_no_channel_is_left_out_and_said(opened, monkeypatch):
    """A quarter of 32 channels, in multiples of 32, is none."""
    npu = find_target("tensorrt")
    wide = replace(npu, rules={op: replace(rule, outputs=32) for op, rule in npu.rules.items()})
    monkeypatch.setattr(recipes, "find_target", lambda _: wide)
    found = Search(opened(), Goal(target="tensorrt", families=("prune",)), Job()).recipes
    assert [name for name, _ in found.uniform(("first", "second"))] == ["50 % zeros"]
    assert [*found.uniform_notes()] == [
        "Not measured: 'half the channels'. In the multiples of channels that NVIDIA TensorRT computes, none would be "
        "removed."
    ]


@pytest.mark.slow
def test_what_a_target_does_not_take_is_not_tried_and_channels_go_in_its_multiples(opened):
    front = search(opened(), Goal(max_ratio=0.5, target="tensorrt"))
    used = [action for point in front.points for row in point.recipe.rows for action in row.actions]
    assert used and "quantize.codebook" not in {action.method for action in used}
    assert all(action.params["symmetric_activations"] for action in used if action.method == "quantize.static")
    for action in used:
        if action.method == "quantize.affine":
            assert action.params["bits"] == 8, "4 bits are taken in groups alone there"
    removals = [action for point in goals.own(front) for row in point.recipe.rows for action in row.actions]
    removals = [action for action in removals if action.method == "prune.channels"]
    assert all(action.params["round_to"] == 8 for action in removals)
    with pytest.raises(UserError, match="no target 'toaster'"):
        search(opened(), Goal(max_ratio=0.5, target="toaster"))


@pytest.mark.slow
def test_options_of_channels_are_rounded_to_the_targets_multiples(opened):
    found = table(opened(), Goal(target="tensorrt"), Job())
    removals = [action for option in found.options for steps in option.stacks.values() for action in steps]
    removals = [action for action in removals if action.method == "prune.channels"]
    assert removals and all(action.params["round_to"] == 8 for action in removals)


@pytest.mark.slow
def test_the_best_are_retrained_and_reported_on_samples_that_had_no_part(opened):
    workspace, goal = opened(), Goal(max_bytes=BYTES, families=("prune", "lowrank"), retrain=True)
    front = search(workspace, goal)
    trained = [point for point in front.points if point.retrained]
    assert 1 <= len(trained) <= goals.TRAINED and all(point.bytes <= BYTES for point in trained)
    assert all(point.held_out.samples == front.held_out for point in trained)
    assert front.chosen.retrained and front.chosen.how == "held out"
    plain = next(point for point in front.points if point.recipe == replace(front.chosen.recipe, recover=()))
    assert front.chosen.measured.drop < plain.measured.drop and plain.held_out is not None
    assert front.chosen in front.best
    again = search(opened(), goal)
    assert again.trials == 0 and again.chosen.held_out == front.chosen.held_out


def test_what_is_measured_is_not_trained_on(opened):
    with pytest.raises(UserError, match="besides those that are measured"):
        search(replace(opened(), training=None), Goal(max_bytes=BYTES, retrain=True))


@pytest.mark.slow
def test_latency_for_a_device_with_figures_is_reported_by_rule(opened):
    workspace, speed = opened(), find_target("ethos-u").speed
    front = search(workspace, Goal(max_latency=1.0, target="ethos-u", families=("quantize",)))
    assert front.chosen.latency == pytest.approx(1e3 * sum(layer_seconds(workspace, front.chosen, speed)))
    assert [note for note in front.notes if "by rule" in note and speed.source in note]
    faster = replace(front.goal, max_latency=0.9 * min(point.latency for point in front.points))
    assert search(workspace, faster).chosen is None


def layer_seconds(workspace, point, speed):
    """Weights are read at half a gigabyte a second, which takes longer than their products of 8 bits; of what stays
    float the device has no speed but that."""
    changes = workspace.compiled(point.recipe, Job()).changes(point.recipe.storing)[0]
    after = {change.path: change.bytes_after for change in changes}
    for layer in workspace.model.layers:
        size = after.get(layer.path, layer.bytes)
        assert size / speed.bytes > layer.macs / speed.macs["int8"]
        yield size / speed.bytes


def test_latency_by_rule_is_unknown_where_a_device_states_no_speed(opened):
    """It was counted as no time at all."""
    workspace = opened()
    plain, storing = workspace.compiled(Recipe(), Job()), Recipe().storing
    macs, size = (sum(getattr(layer, name) for layer in workspace.model.layers) for name in ("macs", "bytes"))
    assert roofline_ms(plain, storing, Speed({"int8": 1e9}, 0.0, "Manual 2")) is None
    assert roofline_ms(plain, storing, Speed({"float32": 1e9}, 0.0, "Manual 2")) == pytest.approx(1e-6 * macs)
    assert roofline_ms(plain, storing, Speed({"int8": 1e9}, 1e6, "Manual 2")) == pytest.approx(1e-3 * size)


NPU = (
    "version: 1\ntarget: npu\ntitle: NPU\nsource: Manual 2\nrules: {MatMul: {note: all}, Gemm: {note: all}}\n"
    "energy: {macs: {float32: 4.0, int8: 0.2}, byte: 100, source: Manual 2}\n"
)


@pytest.mark.slow
def test_energy_for_a_device_with_figures_is_reported_by_rule(opened, site):  # noqa: F811
    (site / "npu.yaml").write_text(NPU)
    points = "[workbench.targets]\na = npus:FILE\n"
    distribution(site, "npus", points, npus="from pathlib import Path\nFILE = Path(__file__).parent / 'npu.yaml'\n")
    workspace = opened()
    front = search(workspace, Goal(max_energy=1.0, target="npu", families=("quantize",)))
    energy = find_target("npu").energy
    layers = workspace.model.layers
    original = 1e3 * sum(energy.joules(layer.macs, layer.bytes, "float32") for layer in layers)
    assert front.energy == "by rule" and front.original.energy == pytest.approx(original)
    assert front.chosen.energy < original and all(point.energy is not None for point in front.points)
    assert [note for note in front.notes if "by rule" in note and "Manual 2" in note]
    least = min(point.energy for point in front.points)
    assert search(workspace, replace(front.goal, max_energy=0.9 * least)).chosen is None


def test_a_ceiling_of_energy_needs_figures_or_a_counter(opened, monkeypatch, tmp_path):
    monkeypatch.setattr(system, "POWERCAP", tmp_path)
    with pytest.raises(UserError, match="energy use of this device is not known"):
        search(opened(), Goal(max_energy=1.0))


EMBEDDING = """
<ir_version: 8, opset_import: ["" : 17]>
net (int64[n, 6] ids) => (float[n, 8] y)
{
    e = Gather (table, ids)
    y = ReduceMean <axes = [1], keepdims = 0> (e)
}
"""


def test_a_target_that_takes_nothing_is_reported_in_a_sentence(tmp_path):
    """The only layer is an embedding, of which the rules of the device say nothing."""
    rng, proto = np.random.default_rng(0), onnx.parser.parse_model(EMBEDDING)
    proto.graph.node[0].name = "table"
    table_of = rng.normal(size=(100, 8)).astype(np.float32)
    proto.graph.initializer.append(onnx.numpy_helper.from_array(table_of, "table"))
    onnx.save(proto, tmp_path / "net.onnx")
    np.savez(tmp_path / "ids.npz", ids=rng.integers(0, 100, (40, 6)))
    workspace = Workspace.open(str(tmp_path / "net.onnx"), Job()).attach(str(tmp_path / "ids.npz"), Job())
    with pytest.raises(UserError, match="Ethos-U takes none of the steps that a search tries on these layers"):
        search(workspace, Goal(max_ratio=0.5, target="ethos-u"))
