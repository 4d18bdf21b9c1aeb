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
from workbench.engine.students.block_fit import fit
from workbench.engine.students.block_samples import Draws, Part, per_step
from workbench.engine.students.block_student import BlockStudent, Dropping
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.torch.torch_view import TorchView

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


def attach(folder, batch: int | str) -> Workspace:
    x = pictures(144)
    np.savez(folder / "test.npz", x=x[:64])
    np.savez(folder / "train.npz", x=x[64:])
    model = network().model({"x": [batch, 2, 6, 6]}, {"y": [batch, 4]})
    return Workspace(model).attach(str(folder / "test.npz"), Job(), calibration=str(folder / "train.npz"))


@pytest.fixture(scope="module")
def attached(tmp_path_factory):
    return attach(tmp_path_factory.mktemp("reconstruct"), "n")


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
    asked = recipe(*actions).in_integers  # whatever the machine finds faster
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


@pytest.mark.slow
def test_a_model_with_a_fixed_batch_learns_from_whole_batches(tmp_path):
    workspace = attach(tmp_path, 4)
    asked = recipe(THREE)
    result = recovered(workspace, asked, Job())
    assert result.recovery.stages[0].trained == 60 and "3 blocks" in result.recovery.stages[0].notes[0]
    feeds = workspace.data.feeds(slice(0, 4))
    right = outputs(workspace.model, feeds)
    missing = [
        float(np.square(outputs(effective(made.model, made.edits), feeds) - right).mean())
        for made in (workspace.compiled(asked, Job()), result.compiled)
    ]
    assert missing[1] < missing[0]


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


def part(seed: int, size: int) -> Part:
    rng = torch.Generator().manual_seed(seed)
    x = torch.rand(size, 2, 6, 6, generator=rng)
    return Part({"x": x}, {"x": x}, torch.rand(size, 4, generator=rng))


@pytest.mark.parametrize("splits", [True, False])
def test_every_sample_is_drawn_as_often_as_the_others(splits):
    parts = [part(seed, 4) for seed in range(3)]
    draws = Draws(parts, 4, splits, 2, np.random.default_rng(0))
    taken = [drawn for _ in range(6 if splits else 3) for drawn in draws.take()]
    assert {len(drawn.target) for drawn in taken} == {2 if splits else 4}
    seen = torch.cat([drawn.target for drawn in taken])
    every = torch.cat([each.target for each in parts])
    assert sorted(seen[:, 0].tolist()) == sorted(every[:, 0].tolist())
    if not splits:
        assert Draws(parts, 4, False, 9, np.random.default_rng(0)).count == 3


@pytest.mark.parametrize(
    ("shape", "outputs", "samples"), [((16, 10), 10, 32), ((16, 8, 112, 112), 8, 4), ((16, 80, 28, 28), 80, 11)]
)
def test_a_step_has_fewer_samples_where_each_has_many_positions(shape, outputs, samples):
    assert per_step(32, 16, torch.empty(shape), outputs) == samples


def test_scales_and_biases_are_fitted_in_closed_form(workspace):
    """A layer whose levels have another scale and bias than the original is that of the original again."""
    compiled = workspace.compiled(Recipe((Row("*", (Action("quantize.affine", {"bits": 8}),)),)), Job())
    encoding = compiled.edits["stem"].encoding
    wrong = replace(encoding, scale=encoding.scale * np.linspace(0.8, 1.2, 6, dtype=np.float32).reshape(6, 1, 1, 1))
    bias = workspace.model.bias("stem") + 0.3
    compiled = replace(compiled, edits={"stem": replace(compiled.edits["stem"], encoding=wrong, bias=bias)})
    weight = {"stem": workspace.model.weight("stem")}
    student = BlockStudent(compiled, weight, ("stem",), True, Dropping(0.5, torch.Generator()))
    student.harden(True)
    x = torch.from_numpy(pictures(64))
    with torch.no_grad():
        target = TorchView(workspace.model)(x)[0]
    fit(student, TorchView(workspace.model), [Part({"x": x}, {"x": x}, target)])
    made = student.result().edits["stem"]
    np.testing.assert_allclose(made.encoding.scale, encoding.scale, rtol=0.01)
    np.testing.assert_allclose(made.bias, workspace.model.bias("stem"), atol=0.01)


def test_a_bias_that_another_node_adds_is_fitted(place):
    workspace = Workspace.open(str(place / "small.onnx"), Job())
    compiled = workspace.compiled(Recipe((Row("first", (Action("quantize.affine", {"bits": 8}),)),)), Job())
    right = workspace.model.bias("first")
    compiled = replace(compiled, edits={"first": replace(compiled.edits["first"], bias=right - 1)})
    weight = {"first": workspace.model.weight("first")}
    student = BlockStudent(compiled, weight, ("first",), True, Dropping(0.5, torch.Generator()))
    student.harden(True)
    x = torch.randn(400, 16, generator=torch.Generator().manual_seed(0))
    fit(student, TorchView(workspace.model), [Part({"x": x}, {"x": x}, x)])
    np.testing.assert_allclose(student.result().edits["first"].bias, right, atol=0.02)
