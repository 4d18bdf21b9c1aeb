"""What the preview shows is what a full run of the edited model gives, whichever layer is in focus."""

import numpy as np
import pytest

from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import Previewer, SuffixRunner, effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.methods.base.method import all_methods

FOUR_BITS = (Action("quantize.affine", {"bits": 4}),)


@pytest.fixture(scope="module", params=["fashion_cnn.onnx", "fashion_vit.onnx"])
def workspace(request, quarter):
    workspace = Workspace.open(str(resource_path(f"demo/{request.param}")), Job())
    return workspace.attach(quarter, Job(), calibration=quarter)


def editable(workspace):
    return [layer.path for layer in workspace.model.layers if not layer.locked]


@pytest.mark.slow
def test_behind_every_layer_it_gives_the_same_outputs_as_a_full_run(workspace):
    previewer = Previewer(workspace)
    feeds = workspace.data.feeds(slice(0, 8))
    for path in editable(workspace):
        recipe = Recipe().with_actions([path], FOUR_BITS)
        result = workspace.compiled(recipe, Job())
        quick = previewer.run(result, focus=(path,))(feeds)[0]
        full = runner(runtime.session(effective(workspace.model, result.edits)))(feeds)[0]
        np.testing.assert_allclose(quick, full, atol=1e-4, rtol=1e-4, err_msg=path)


@pytest.mark.slow
def test_what_crosses_a_cut_follows_from_what_crosses_one_further_up(workspace):
    feeds = workspace.data.feeds(slice(0, 8))
    layers = editable(workspace)
    for first, then in zip(layers[1:], layers[2:] + layers[-1:], strict=True):
        walked, afresh = SuffixRunner(workspace.model, then), SuffixRunner(workspace.model, then)
        walked.follow(SuffixRunner(workspace.model, first), [feeds])
        expected = afresh.cross(feeds)
        assert walked.crossings.used == sum(array.nbytes for array in expected.values())
        for name, array in walked.cross(feeds).items():
            np.testing.assert_allclose(array, expected[name], atol=1e-4, rtol=1e-4, err_msg=f"{first}, {then}")


@pytest.mark.slow
def test_other_edits_are_part_of_it(workspace):
    first, *_, last = editable(workspace)
    recipe = Recipe().with_actions(editable(workspace), FOUR_BITS)
    focused = [list(Previewer(workspace).measure(recipe, focus, Job()))[-1] for focus in ((first,), (last,), ())]
    values = [preview.value.value for preview in focused]
    assert all(preview.complete for preview in focused)
    assert max(values) - min(values) <= 0.002
    assert focused[0].change.value == pytest.approx(values[0] - workspace.evaluator.baseline().value)


def test_nothing_edited_is_the_original_without_running_anything(workspace):
    *_, last = Previewer(workspace).measure(Recipe(), (), Job())
    assert last.complete and last.change.value == 0.0 and last.value == last.baseline == workspace.evaluator.baseline()


def test_a_glob_skips_what_it_cannot_edit_but_a_named_layer_is_refused(workspace):
    from workbench.core.base.errors import UserError
    from workbench.core.recipe.recipe import Row

    chosen, notes = compiler.stacks(workspace.model, Recipe((Row("*", FOUR_BITS),)))
    told = sum(int(note.split()[0]) if note.split()[1] == "layers" else 1 for note in notes)
    assert set(chosen) == set(editable(workspace)) and told == len(workspace.model.layers) - len(chosen)
    assert len(notes) <= 2
    with pytest.raises(UserError, match="matches no layer"):
        compiler.stacks(workspace.model, Recipe((Row("nowhere.*", FOUR_BITS),)))
    unfit = next((p for p in editable(workspace) if workspace.model.layer(p).groups > 1), None)
    if unfit:
        with pytest.raises(UserError, match=unfit):
            compiler.stacks(workspace.model, Recipe().with_actions([unfit], (Action("lowrank.svd", {"rank": 2}),)))


@pytest.mark.slow
def test_a_layer_that_leaves_a_shared_step_changes_what_the_others_lose(workspace):
    """The others keep their action, but their edits are not the same: what lies around the focus must follow."""
    focus, second, third = editable(workspace)[:3]
    shared = (Action("prune.magnitude", {"sparsity": 0.6, "scope": "global"}),)
    together = Recipe().with_actions([focus, second, third], shared)
    apart = together.with_actions([focus], FOUR_BITS)
    previewer, feeds = Previewer(workspace), workspace.data.feeds(slice(0, 8))
    previewer.run(workspace.compiled(together, Job()), (focus,))
    result = workspace.compiled(apart, Job())
    quick = previewer.run(result, (focus,))(feeds)[0]
    full = runner(runtime.session(effective(result.model, result.edits)))(feeds)[0]
    np.testing.assert_allclose(quick, full, atol=1e-4, rtol=1e-4)


def test_the_layer_that_is_drawn_is_the_layer_that_is_measured(workspace):
    """A step that compares the weights of several layers takes as many of each as the recipe says, not half of all."""
    paths = editable(workspace)[:3]
    recipe = Recipe().with_actions(paths, (Action("prune.magnitude", {"sparsity": 0.5, "scope": "global"}),))
    edits = workspace.compiled(recipe, Job()).edits
    for path in paths:
        assert workspace.edit_view(path, recipe, Job()).moments.sparsity == np.mean(edits[path].weight == 0)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["quantize.static", "quantize.dynamic", "quantize.smooth"])
def test_integer_layers_are_run_as_they_are_exported(workspace, method):
    """With every layer in integers, what lies behind the one in focus gives the answers of the exported graph.

    But for a value that a float's last bit puts on the next level: the runtime fuses a part otherwise than the whole.
    """
    everywhere = Recipe().with_actions(editable(workspace), (Action("quantize.affine", {"bits": 8}),))
    able = [
        layer.path for layer in workspace.model.layers if not layer.locked and not all_methods()[method].accepts(layer)
    ]
    recipe = everywhere.with_actions(able, (Action(method),))
    result = workspace.compiled(recipe, Job())
    feeds = workspace.data.feeds(slice(0, 16))
    exported = runner(runtime.session(with_edits(result.model, result.edits)))(feeds)[0]
    previewer = Previewer(workspace)
    for focus in [*able[::4], able[-1], editable(workspace)[-1]]:
        quick = previewer.run(result, (focus,))(feeds)[0]
        assert np.isclose(quick, exported, atol=1e-5 * np.abs(exported).max()).mean() > 0.97, focus
        np.testing.assert_array_equal(quick.argmax(axis=1), exported.argmax(axis=1), focus)


def counted(runner_of):
    """The runner, with its prefix counting the batches that it computes."""
    prefix, calls = runner_of.prefix, []

    class Counting:
        def run(self, names, feeds, *options):
            calls.append(1)
            return prefix.run(names, feeds, *options)

        def __getattr__(self, name):
            return getattr(prefix, name)

    runner_of.prefix = Counting()
    return calls


@pytest.mark.slow
def test_back_at_a_layer_nothing_upstream_is_computed_again(workspace):
    first, *_, last = editable(workspace)
    middle = editable(workspace)[3]
    previewer = Previewer(workspace)
    recipe = Recipe().with_actions([middle], FOUR_BITS)
    list(previewer.measure(recipe, (middle,), Job()))
    list(previewer.measure(recipe.with_actions([last], FOUR_BITS), (last,), Job()))
    downstream = recipe.with_actions([last], FOUR_BITS)
    previewer.run(workspace.compiled(downstream, Job()), (middle,))
    calls = counted(next(reversed(previewer.suffixes.values())))
    *_, shown = previewer.measure(downstream, (middle,), Job())
    assert not calls, "an edit behind the layer does not change what reaches it"
    *_, whole = previewer.measure(downstream, (), Job())
    assert shown.value.value == pytest.approx(whole.value.value, abs=0.002)
    upstream = recipe.with_actions([first], FOUR_BITS)
    previewer.run(workspace.compiled(upstream, Job()), (middle,))
    calls = counted(next(reversed(previewer.suffixes.values())))
    list(previewer.measure(upstream, (middle,), Job()))
    assert calls, "an edit before it does"


@pytest.mark.slow
def test_several_layers_are_cut_before_the_first_of_them(workspace):
    chosen = editable(workspace)[-3:]
    recipe = Recipe().with_actions(editable(workspace), FOUR_BITS)
    previewer, feeds = Previewer(workspace), workspace.data.feeds(slice(0, 8))
    result = workspace.compiled(recipe, Job())
    quick = previewer.run(result, tuple(reversed(chosen)))(feeds)[0]
    full = runner(runtime.session(effective(workspace.model, result.edits)))(feeds)[0]
    np.testing.assert_allclose(quick, full, atol=1e-4, rtol=1e-4)
    (behind,) = previewer.suffixes.values()
    assert behind.path in chosen
    calls = counted(behind)
    again = workspace.compiled(recipe.with_actions(chosen, (Action("quantize.affine", {"bits": 3}),)), Job())
    previewer.run(again, tuple(chosen))(feeds)
    assert not calls, "what lies before all of them is known"


def test_many_layers_are_prepared_in_one_run_of_the_model(workspace):
    """Also beside layers that have steps; their own cuts are another's business."""
    first, *_, edited, last = editable(workspace)
    middle = editable(workspace)[4]
    recipe, previewer = Recipe().with_actions([edited], FOUR_BITS), Previewer(workspace)
    previewer.prepare_all(recipe, (first, middle, edited, last), Job())
    behind = {each.path: each for each in previewer.suffixes.values()}
    assert set(behind) == {first, middle, last} and behind[first].nbytes > behind[last].nbytes
    for path in (middle, last):
        calls = counted(behind[path])
        *_, shown = previewer.measure(recipe.with_actions([path], FOUR_BITS), (path,), Job())
        assert shown.complete and not calls
        *_, whole = Previewer(workspace).measure(recipe.with_actions([path], FOUR_BITS), (), Job())
        assert shown.value.value == pytest.approx(whole.value.value, abs=0.002)


def test_preparing_many_layers_leaves_half_of_the_room(workspace):
    *_, last = editable(workspace)
    previewer = Previewer(workspace)
    previewer._crossings.budget = 1 << 16
    previewer.prepare_all(Recipe(), (last,), Job())
    assert previewer._crossings.used <= 1 << 16


def test_what_was_prepared_is_not_computed_by_the_first_edit(workspace):
    *_, last = editable(workspace)
    previewer = Previewer(workspace)
    previewer.prepare(Recipe(), (last,), Job())
    (behind,) = previewer.suffixes.values()
    calls = counted(behind)
    *_, shown = previewer.measure(Recipe().with_actions([last], FOUR_BITS), (last,), Job())
    assert shown.complete and not calls
