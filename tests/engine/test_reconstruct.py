"""Blocks reconstructed after quantisation: nearer to the original than rounding, and exported as previewed."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.graph.graphs import Build
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.api.export import export
from workbench.engine.base.evaluate import runner
from workbench.engine.preview.previewer import effective
from workbench.engine.students.block_student import BlockStudent, Dropping
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

THREE = Action("quantize.affine", {"bits": 3})
ZERO = Action("quantize.affine", {"bits": 3, "symmetric": False})
ZEROS = Action("prune.magnitude", {"sparsity": 0.5})
SHARED = Action("quantize.codebook", {"bits": 2})
STATIC = Action("quantize.static", {})
FAST = {"steps": 40, "batch": 16}


def network() -> Build:
    """A stem, a residual block of an expanding, a depthwise and a projecting convolution, and a head."""
    build, rng = Build(), np.random.default_rng(1)

    def convolution(x, path, outputs, inputs, size, **given):
        bias = build.constant(f"{path}.bias", rng.normal(size=outputs) / 4)
        weight = build.weight(f"{path}.weight", outputs, inputs, size, size)
        return build.node("Conv", [x, weight, bias], path, pads=[size // 2] * 4, **given)

    x = skip = build.node("Relu", [convolution("x", "stem", 6, 2, 3)], "stem.relu")
    x = build.node("Relu", [convolution(x, "block.expand", 12, 6, 1)], "block.wide")
    x = build.node("Relu", [convolution(x, "block.depthwise", 12, 1, 3, group=12)], "block.moved")
    x = build.node("Add", [convolution(x, "block.project", 6, 12, 1), skip], "block.sum")
    x = build.node("Flatten", [build.node("GlobalAveragePool", [x], "mean")], "flat")
    build.node(
        "Gemm", [x, build.weight("head.weight", 4, 6), build.constant("head.bias", rng.normal(size=4))], "y", transB=1
    )
    return build


def pictures(count: int) -> np.ndarray:
    """Patches of few colours: inputs of a layer vary together, as in pictures, so that roundings can make up for each
    other."""
    rng = np.random.default_rng(0)
    coarse = rng.normal(0.5, 1, size=(count, 1, 2, 2)).repeat(3, axis=2).repeat(3, axis=3)
    return (coarse * [[[1.0]], [[0.7]]] + rng.normal(0, 0.1, size=(count, 2, 6, 6))).astype(np.float32)


@pytest.fixture(scope="module")
def attached(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reconstruct")
    x = pictures(144)
    np.savez(folder / "test.npz", x=x[:64])
    np.savez(folder / "train.npz", x=x[64:])
    model = network().model({"x": ["n", 2, 6, 6]}, {"y": ["n", 4]})
    return Workspace(model).attach(str(folder / "test.npz"), Job(), calibration=str(folder / "train.npz"))


@pytest.fixture
def workspace(attached):
    return replace(attached, recoveries={})


def recipe(*actions: Action, seed: int = 0, rows: tuple[Row, ...] = (), **params) -> Recipe:
    return Recipe((Row("*", actions), *rows), recover=(Stage("reconstruct", FAST | params),), seed=seed)


def outputs(model, feeds):
    return runner(runtime.session(model))(feeds)[0]


def missed(workspace, compiled) -> float:
    feeds = workspace.data.feeds(slice(0, 64))
    right = outputs(workspace.model, feeds)
    return float(np.square(outputs(effective(compiled.model, compiled.edits), feeds) - right).mean())


@pytest.mark.slow
@pytest.mark.parametrize("action", [THREE, ZERO], ids=["symmetric", "zero point"])
def test_it_is_nearer_to_the_original_than_rounding_to_nearest(workspace, action):
    asked = recipe(action)
    nearest = workspace.compiled(asked, Job())
    result = recovered(workspace, asked, Job())
    assert missed(workspace, result.compiled) < 0.7 * missed(workspace, nearest)
    for path, edit in result.compiled.edits.items():
        before = nearest.edits[path].encoding
        assert edit.encoding.bits == before.bits and edit.encoding.scale.shape == before.scale.shape
        assert (np.abs(edit.encoding.q.astype(int) - before.q) <= 1).all()
    (stage,) = result.recovery.stages
    assert stage.trained == 48 and stage.held == 20 and not stage.stopped
    assert "3 blocks reconstructed" in stage.notes[0] and len(stage.notes) == 1


@pytest.mark.slow
def test_pruned_weights_stay_zero(workspace):
    asked = recipe(ZEROS, THREE)
    before = workspace.compiled(asked, Job())
    made = recovered(workspace, asked, Job()).compiled
    for path, edit in before.edits.items():
        assert (edit.weight == 0).mean() > 0.4
        assert not made.edits[path].weight[edit.weight == 0].any()
        assert not np.array_equal(made.edits[path].weight, edit.weight)


@pytest.mark.slow
@pytest.mark.parametrize("actions", [(THREE,), (STATIC,)], ids=["weights", "static activations"])
def test_the_exported_file_is_what_is_previewed(workspace, tmp_path, actions):
    asked = recipe(*actions)
    made = recovered(workspace, asked, Job()).compiled
    export(workspace, asked, str(tmp_path), Job(), "made", timing=False)
    feeds = workspace.data.feeds(slice(0, 64))
    np.testing.assert_allclose(
        outputs(str(tmp_path / "made.onnx"), feeds), outputs(effective(made.model, made.edits), feeds), atol=1e-4
    )


@pytest.mark.slow
def test_what_cannot_take_part_is_named_and_stays(workspace):
    rows = (Row("block.depthwise", (SHARED,)),)
    asked = recipe(THREE, rows=rows)
    before = workspace.compiled(asked, Job())
    result = recovered(workspace, asked, Job())
    (stage,) = result.recovery.stages
    assert stage.notes[1] == "block.depthwise keeps its rounding: Its weights are not on evenly spaced levels."
    same = [np.array_equal(result.compiled.edits[path].weight, edit.weight) for path, edit in before.edits.items()]
    assert same.count(True) == 1 and same[list(before.edits).index("block.depthwise")]


def test_without_levels_there_is_nothing_to_do(workspace):
    with pytest.raises(UserError, match="No layer can be reconstructed"):
        recovered(workspace, recipe(ZEROS), Job())


# -- repeating, cancelling, going on -------------------------------------------------------------------------------


def weights(result) -> bytes:
    return b"".join(edit.weight.tobytes() + edit.bias.tobytes() for edit in result.compiled.edits.values())


@pytest.mark.slow
def test_the_seed_decides(workspace, tmp_path, monkeypatch):
    found = []
    for place, seed in (("a", 0), ("b", 0), ("c", 1)):
        monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / place))
        found.append(weights(recovered(replace(workspace, recoveries={}), recipe(THREE, seed=seed), Job())))
    assert found[0] == found[1] != found[2]


class Ending(Job):
    """A job that is cancelled in the second block."""

    def report(self, text, fraction=None, curve=None):
        if "block 2 of 3" in text:
            self.cancel()
        super().report(text, fraction, curve)

    def part(self, low, high):
        return Ending(_cancelled=self._cancelled)


@pytest.mark.slow
def test_a_run_that_was_ended_goes_on_where_it_was(workspace, tmp_path, monkeypatch):
    asked = recipe(THREE)
    whole = weights(recovered(workspace, asked, Job()))
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    with pytest.raises(Cancelled):
        recovered(replace(workspace, recoveries={}), asked, Ending())
    with pytest.raises(UserError, match="no longer available"):
        recovered(replace(workspace, recoveries={}), asked, Job(), kept=True)
    texts = []
    resumed = recovered(
        replace(workspace, recoveries={}), asked, Job(lambda progress: texts.append(progress.text), interval=0.0)
    )
    assert weights(resumed) == whole
    assert not any("block 1 of 3" in text for text in texts) and any("block 2 of 3" in text for text in texts)
    assert weights(recovered(replace(workspace, recoveries={}), asked, Job(), kept=True)) == whole


def test_a_run_that_is_stopped_keeps_the_blocks_it_has(workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    asked = recipe(THREE)
    before = workspace.compiled(asked, Job())
    result = recovered(workspace, asked, Ending(), keep=lambda: True)
    changed = [
        path
        for path, edit in before.edits.items()
        if not np.array_equal(result.compiled.edits[path].weight, edit.weight)
    ]
    assert result.stopped and changed == ["stem"]


# -- parts ---------------------------------------------------------------------------------------------------------


def test_a_block_with_static_activations_gives_what_the_runtime_gives(workspace):
    compiled = workspace.compiled(Recipe((Row("*", (STATIC,)),)), Job())
    assert len(compiled.edits) == 5
    paths = tuple(compiled.edits)
    originals = {path: workspace.model.weight(path) for path in paths}
    student = BlockStudent(compiled, originals, paths, False, Dropping(0.5, torch.Generator().manual_seed(0)))
    feeds = workspace.data.feeds(slice(0, 64))
    given = {name: torch.from_numpy(x) for name, x in feeds.items()}
    right = outputs(effective(compiled.model, compiled.edits), feeds)
    with torch.no_grad():
        student.harden(True)
        hard = student(given).numpy()
        student.harden(False)
        dropped = student(given).numpy()
    step = np.abs(right).max() / 255
    assert np.abs(hard - right).max() < 2 * step  # of 8 bits, at ties
    assert np.abs(dropped - hard).max() > 0


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_this_share_of_elements_is_dropped_while_it_learns(share):
    dropping = Dropping(share, torch.Generator().manual_seed(0))
    rounded, exact = torch.zeros(100, 100), torch.ones(100, 100)
    assert dropping.mixed(rounded, exact).mean() == 0
    dropping.active = True
    assert float(dropping.mixed(rounded, exact).mean()) == pytest.approx(share, abs=0.02)


def test_after_training_before_quantisation_that_is_what_blocks_are_compared_with(workspace, monkeypatch):
    from workbench.engine.training import recover

    seen = []
    monkeypatch.setattr(recover, "Reference", lambda model, weights: seen.append((model, weights)) or stop())

    def stop():
        raise Cancelled

    stages = (Stage("distill", {"before": "quantize", "epochs": 1, "batch": 16}), Stage("reconstruct", FAST))
    with pytest.raises(Cancelled):
        recovered(workspace, Recipe((Row("*", (ZEROS, THREE)),), recover=stages), Job())
    trained, weight = seen[-1]
    assert (weight("stem") == 0).sum() == 54  # pruned, and not quantised
    np.testing.assert_array_equal(trained.ir.graph.initializers["stem.weight"].const_value.numpy(), weight("stem"))
