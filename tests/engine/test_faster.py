"""8-bit activations where they make a model slower: timed in place, left out, and said."""

import itertools

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build
from workbench.core.analysis.measured import Measuring
from workbench.core.analysis.plan import Goal
from workbench.core.analysis.sweep import Sweep, with_step
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.engine.analysis.sweep import sweep
from workbench.engine.api.export import export
from workbench.engine.integers import faster
from workbench.engine.preview.previewer import Previewer
from workbench.engine.search.options import recipe_of
from workbench.engine.search.recipes import MeasuredRecipes
from workbench.engine.search.trials import Trials
from workbench.engine.workspace import Workspace

STATIC = "{quantize.static: {}}"


def recipe(step: str = STATIC, rest: str = ""):
    return parse_recipe(f'version: 1\nlayers:\n  "*": [{step}]\n{rest}')


def opened(folder, channels: int, size: int) -> Workspace:
    """Large images through convolutions that hardly multiply: putting them on levels takes far more than it saves."""
    b = Build(opset=17)
    x = "x"
    for name in ("a", "b"):
        x = b.node("Conv", [x, b.weight(f"{name}.weight", channels, 1, 1, 1)], name, group=channels)
        x = b.node("Tanh", [x], f"{name}_bent")
    b.node("GlobalAveragePool", [x], "pool")
    b.node("Flatten", ["pool"], "y")
    onnx.save(b.proto({"x": ["N", channels, size, size]}, {"y": ["N", channels]}), folder / "net.onnx")
    x = np.random.default_rng(0).standard_normal((8, channels, size, size)).astype(np.float32)
    np.savez(folder / "data.npz", x=x, y=np.arange(8) % channels)
    return Workspace.open(str(folder / "net.onnx"), Job()).attach(str(folder / "data.npz"), Job())


@pytest.fixture(autouse=True)
def integers_where_asked():
    """Here they are timed."""


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("slow"), 2, 384)


@pytest.mark.slow
def test_layers_that_integers_make_slower_stay_in_floats_and_reported(slow, tmp_path):
    report = export(slow, recipe(), str(tmp_path), Job(), "net", timing=False)
    assert not any("Quantize" in node.op_type for node in onnx.load(tmp_path / "net.onnx").graph.node)
    assert any("2 layers (a and b) keep floating-point activations" in note and "Tanh" in note for note in report.notes)
    assert [layer.note for layer in report.layers] == ["floating-point activations: faster"] * 2
    assert report.verified.agreement == 1 and report.verified.max_abs_diff < 1e-6
    *_, preview = Previewer(slow).measure(recipe(), (), Job())
    assert preview.value.value == report.after.value.value


def test_the_same_choice_gives_the_same_edits(slow):
    """By which sessions are kept; and other weights take no new timing."""
    first, second = (slow.compiled(recipe(), Job()).edits for _ in range(2))
    assert all(first[path] is second[path] for path in first)
    other = slow.compiled(recipe("{quantize.static: {bits: 5}}"), Job()).edits
    assert all(edit.compute is None for edit in (*first.values(), *other.values()))


def test_all_layers_stay_in_integers_where_that_is_wanted_or_the_device_is_another(slow):
    for rest in ("export: {integers: all}", "target: tensorrt"):
        made = slow.compiled(recipe(rest=rest), Job())
        assert all(edit.compute is not None for edit in made.edits.values())
        assert not any("keep" in note for note in made.notes)
    assert recipe(rest="target: ort-cpu").storing_here.integers == "faster"
    assert recipe(rest="target: tensorrt").in_effect != recipe().in_effect


def test_runs_that_are_next_to_nothing_decide_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(faster, "SHORT", 10.0)  # seconds: what is nothing to one machine is not to another
    made = opened(tmp_path, 2, 8).compiled(recipe(), Job())
    assert all(edit.compute is not None for edit in made.edits.values()) and made.notes == ()


def test_a_path_of_most_gain_changes_seldom():
    """Against all paths of six steps."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        gains, change = rng.standard_normal(6), rng.uniform(0, 1)

        def worth(taken, gains=gains, change=change):
            ends = (False, *taken, False)
            return sum(np.array(taken) * gains) - change * sum(a != b for a, b in itertools.pairwise(ends))

        best = max(itertools.product((False, True), repeat=6), key=worth)
        assert worth(faster._path(list(gains), change)) == pytest.approx(worth(best))
    assert faster._path([], 1.0) == []


@pytest.mark.slow
def test_what_a_search_finds_is_previewed_and_exported_as_it_was_measured(slow):
    """In integers everywhere, also where the choice would be floats; a sweep measures what the recipe exports."""
    exact = slow.attach(slow.data.path, Job(), measuring=Measuring(("sqnr",)))
    found = recipe_of({path: (Action("quantize.static"),) for path in ("a", "b")}, 0)
    trials = Trials(exact, exact.evaluator.order, 0)
    point = MeasuredRecipes(exact, Goal(), trials, trials).point("found", "search", found, None, Job())
    *_, preview = Previewer(exact).measure(point.recipe, (), Job())
    assert preview.value.value == pytest.approx(point.measured.value, rel=1e-6)
    curve = sweep(exact, Sweep("quantize.static", ("*",), "bits", (8.0,), folds=1), Job())
    *_, floats = Previewer(exact).measure(with_step(Recipe(), ("a", "b"), curve.action(8.0)), (), Job())
    assert curve.points[0].value == pytest.approx(floats.value.value, rel=1e-6)
    assert abs(curve.points[0].value - point.measured.value) > 1  # dB: one in floats, one in integers


def test_what_is_clearly_faster_is_not_timed_on():
    """Most runs of one against every run of the others; a single slow run decides nothing."""
    assert faster._clear([[2.0, 2.1, 2.0, 2.2, 2.1, 9.0], [3.0, 3.1, 3.3, 3.0, 3.2, 3.1]])
    assert not faster._clear([[2.0, 2.1, 2.0, 3.2, 3.1, 3.0], [3.0, 3.1, 3.3, 3.0, 3.2, 3.1]])
    assert not faster._clear([[3.0, 3.1, 3.0], [3.02, 3.1, 3.05]])
