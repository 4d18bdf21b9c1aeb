"""What a trained recipe keeps, read off the exported file; and training that a kill has interrupted."""

import os
import signal

import numpy as np
import onnx
import pytest

from tests.engine.test_service import Engine
from tests.guard import HANG_S
from workbench.core.base.job import Job
from workbench.core.ipc import messages as m
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage, TrainingPoint
from workbench.engine.api.export import export
from workbench.engine.students import ramp, schedule
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

PRUNE = Action("prune.magnitude", {"sparsity": 0.75})
SHARED = Action("quantize.codebook", {"bits": 3})
LEVELS = Action("quantize.affine", {"bits": 8, "granularity": "tensor"})
TUNE = {"epochs": 4, "batch": 32, "rate": 0.01}


def opened(place):
    return Workspace.open(str(place / "small.onnx"), Job()).attach(
        str(place / "test.npz"), Job(), calibration=str(place / "train.npz")
    )


def stored(path):
    """The weights of an exported file as the runtime decodes them, by layer: what each product multiplies with."""
    model = onnx.load(str(path))
    names = {node.name: node.input[1] for node in model.graph.node if node.op_type == "MatMul"}
    known = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    decoded = [name for name in names.values() if name not in known]
    for name in decoded:
        model.graph.output.add(name=name).type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    run = (
        runtime.session(model.SerializeToString()).run(decoded, {"x": np.zeros((1, 16), np.float32)}) if decoded else []
    )
    found = known | dict(zip(decoded, run, strict=True))
    return {layer: found[name] for layer, name in names.items()}


def on_levels(values):
    """Whether these are whole multiples, up to 128, of some step."""
    nearest = np.diff(values).min()
    return any(
        np.abs(values / step - np.round(values / step)).max() < 0.02 and np.abs(values).max() <= 128.5 * step
        for step in nearest / np.arange(1, 257)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("actions", "sparse", "values"),
    [((PRUNE, LEVELS), True, 256), ((SHARED, LEVELS), False, 8), ((PRUNE, SHARED, LEVELS), True, 8)],
    ids=["PQAT", "CQAT", "PCQAT"],
)
def test_training_on_levels_preserves_zeros_and_clusters(place, tmp_path, actions, sparse, values):
    workspace = opened(place)
    rows = (Row("*", actions),)
    before = export(workspace, Recipe(rows), str(tmp_path), Job(), "before", timing=False)
    after = export(
        workspace, Recipe(rows, recover=(Stage("finetune", TUNE),)), str(tmp_path), Job(), "after", timing=False
    )
    assert after.verified.value >= before.verified.value
    first, second = stored(tmp_path / "before.onnx"), stored(tmp_path / "after.onnx")
    for layer, weight in second.items():
        assert not np.array_equal(weight, first[layer]), "it was trained"
        assert len(np.unique(weight)) <= values
        assert on_levels(np.unique(weight)), "8-bit levels of one scale"
        if sparse:
            assert (weight[first[layer] == 0] == 0).all() and np.mean(weight == 0) >= 0.75
        if values == 8:  # what was one value is one value
            assert all(len(np.unique(weight[first[layer] == value])) == 1 for value in np.unique(first[layer]))


@pytest.mark.parametrize(
    "kind", [*(pytest.param(kind, marks=pytest.mark.slow) for kind in ("linear", "exponential")), "cubic"]
)
def test_sparsity_grows_as_the_schedule_says_and_ends_in_the_file(place, tmp_path, kind):
    stage = Stage("finetune", {**TUNE, "epochs": 3, "sparsify": kind})
    report = export(
        opened(place), Recipe((Row("*", (PRUNE,)),), recover=(stage,)), str(tmp_path), Job(), kind, timing=False
    )
    (result,) = report.recovery.stages
    behind = 1 / ramp.PRUNINGS * schedule.RAMP + 1.1 / result.points[-1].step  # it grows now and then

    def planned(time):
        return schedule.sparsity(kind, 0.75, time / schedule.RAMP)

    times = [point.step / result.points[-1].step for point in result.points]
    for time, point in zip(times, result.points, strict=True):
        assert planned(time - behind) - 0.003 <= point.sparsity <= planned(time) + 0.003
    assert result.points[0].sparsity < 0.05 < result.points[len(times) // 4].sparsity < 0.75
    weights = stored(tmp_path / f"{kind}.onnx")
    assert sum((weight == 0).sum() for weight in weights.values()) == pytest.approx(
        0.75 * sum(weight.size for weight in weights.values()), abs=4
    )


@pytest.mark.slow
def test_a_training_goes_on_after_the_engine_was_killed(place, tmp_path, monkeypatch):
    """kill -9 while it trains; a new engine, the same recipe: on from the checkpoint, to the same file."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    recipe = Recipe((Row("*", (PRUNE,)),), 1, (Stage("finetune", {**TUNE, "epochs": 120}),))

    def engine():
        started = Engine()
        started.ask(m.Open, path=str(place / "small.onnx"))
        started.ask(m.Attach, path=str(place / "test.npz"), calibration=str(place / "train.npz"))
        return started

    killed = engine()
    killed.send(m.Train, recipe=recipe)
    seen: list[TrainingPoint] = []
    checkpoints = tmp_path / "cache" / "recovery"
    while not list(checkpoints.glob("*.pt")):
        reply = killed.receive()
        if isinstance(reply, m.Updated):
            seen.append(reply.result)
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.join(HANG_S)
    killed.pipe.close()
    assert seen and seen[-1].epoch < 120

    again = engine()
    job = again.send(m.Train, recipe=recipe)
    points = [reply.result for reply in again.finish(job) if isinstance(reply, m.Updated)]
    again.ask(m.Export, recipe=recipe, folder=str(tmp_path), name="resumed")
    again.close()
    common = min(len(seen), len(points))
    assert points[:common] == seen[:common] and points[-1].epoch == 120

    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "other"))
    whole = engine()
    whole.ask(m.Export, recipe=recipe, folder=str(tmp_path), name="whole")
    whole.close()
    assert (tmp_path / "resumed.onnx").read_bytes() == (tmp_path / "whole.onnx").read_bytes()
