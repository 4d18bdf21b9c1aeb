"""Channels with weak, dead or zero weights keep their bias when the runtime puts it in 32-bit integers."""

import numpy as np
import pytest

from tests.graph.graphs import Build
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.graph.encodings.affine import Affine
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite import bias_scale
from workbench.graph.rewrite.rewrite import with_edits

OPERATORS = ("Conv", "Depthwise", "Gemm", "MatMul")
WEAK = (0.0, pytest.param(1e-12, marks=pytest.mark.slow), 1e-7)
STEPS = (
    ("quantize.static", {}),
    ("quantize.static", {"granularity": "tensor"}),
    ("quantize.static", {"bits": 4}),
    ("quantize.smooth", {}),
)


def weakened(op: str, gamma: float, every: bool) -> Model:
    """Two layers of eight channels whose weights, as a folded BatchNorm leaves them, are `gamma` times as large in some
    channels or in all; biases are as before."""
    b = Build()
    x = "x"
    factor = np.where(np.arange(8) < (8 if every else 3), gamma, 1.0)
    for name in ("first", "second"):
        if op in ("Conv", "Depthwise"):
            shape = (8, 1, 3, 3) if op == "Depthwise" else (8, 8, 3, 3)
            weight = b.rng.standard_normal(shape) / 3 * factor.reshape(-1, 1, 1, 1)
        else:
            weight = b.rng.standard_normal((8, 8)) / 3 * factor
        reads = [x, b.constant(f"{name}.weight", weight)]
        bias = b.constant(f"{name}.bias", 1 + b.rng.random(8))
        if op == "MatMul":
            x = b.node("Add", [b.node("MatMul", reads, f"{name}.product"), bias], f"{name}.sum")
        elif op == "Gemm":
            x = b.node("Gemm", [*reads, bias], f"{name}.sum")
        else:
            x = b.node("Conv", [*reads, bias], f"{name}.sum", pads=[1, 1, 1, 1], group=8 if op == "Depthwise" else 1)
        x = b.node("Relu", [x], f"{name}.relu") if name == "first" else x
    size = [8, 5, 5] if op in ("Conv", "Depthwise") else [8]
    b.node("Softplus", [x], "y")
    return b.model({"x": ["N", *size]}, {"y": ["N", *size]})


def error(model: Model, *actions: Action) -> tuple[float, float]:
    """Relative error of the outputs of the written graph, and by how much optimising it moves them."""
    size = model.inputs[0].shape[1:]
    x = np.random.default_rng(1).standard_normal((16, *size)).astype(np.float32)
    data = Dataset("memory", {"x": x}, model.inputs, None)
    chosen, notes = compiler.stacks(model, Recipe().with_actions(["*"], actions))
    result = compiler.compiled(model, chosen, notes, data, 0, Cache(1 << 28), Job())
    content = with_edits(result.model, result.edits).to_bytes()
    assert len(content) == result.changes()[1]
    original, plain, optimized = (
        runtime.run(session, {"x": x})[0].astype(np.float64)
        for session in (runtime.session(model), runtime.session(content, optimize=False), runtime.session(content))
    )
    return (
        np.linalg.norm(optimized - original) / np.linalg.norm(original),
        np.linalg.norm(optimized - plain) / np.linalg.norm(original),
    )


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("gamma", WEAK)
@pytest.mark.parametrize("every", [False, True], ids=["some", "all"])
def test_weak_channels_keep_their_bias(op, gamma, every):
    for name, params in STEPS[: 1 if every else 4]:
        if (name, op) == ("quantize.smooth", "Depthwise"):
            continue
        wrong, moved = error(weakened(op, gamma, every), Action(name, params))
        assert wrong < (0.15 if params.get("bits") else 0.03) and moved < 0.005, (name, params)


def test_pruned_channels_keep_their_bias():
    """Half of the weights, and with them whole channels, are zero before the levels are found."""
    model = weakened("Conv", 1e-2, every=False)
    prune = Action("prune.magnitude", {"sparsity": 0.5})
    both, alone = error(model, prune, Action("quantize.static")), error(model, prune)
    assert both[0] < alone[0] + 0.02 and both[1] < 0.005


@pytest.mark.parametrize("earlier", [("quantize.affine", {"bits": 8}), ("quantize.gptq", {"bits": 8})], ids=str)
def test_levels_of_an_earlier_step_leave_room_too(earlier):
    wrong, moved = error(weakened("Gemm", 1e-9, every=False), Action(*earlier), Action("quantize.static"))
    assert wrong < 0.03 and moved < 0.005


def test_only_scales_that_are_too_small_change():
    q = np.array([[64, -64], [64, 32]], np.int8)
    encoding = Affine(q, 7, np.array([[1e-12], [0.5]], np.float32), None, (2, 2))
    made = bias_scale.with_least_scale(encoding, np.array([1e-10, 1e-10]))
    assert made.q.tolist() == [[1, -1], [64, 32]] and made.scale[0] >= np.float32(1e-10) and made.scale[1] == 0.5
    assert bias_scale.with_least_scale(encoding, np.array([1e-13, 1e-13])) is encoding


@pytest.mark.parametrize("size", [1e-30, 1e-20, 1e20])
def test_numbers_far_from_one_keep_their_levels(size):
    """Weights of the first layer are tiny or huge, those of the second make up for them."""
    b = Build()
    x = b.node("MatMul", ["x", b.constant("first", size * b.rng.standard_normal((8, 8)))], "hidden")
    b.node("MatMul", [b.node("Relu", [x], "relu"), b.constant("second", b.rng.standard_normal((8, 8)) / size)], "y")
    model = b.model({"x": ["N", 8]}, {"y": ["N", 8]})
    for name, params in STEPS[:2]:
        wrong, moved = error(model, Action(name, params))
        assert wrong < 0.05 and moved < 0.005, (name, params)


def test_weights_near_the_smallest_float_are_not_edited():
    b = Build()
    b.node("MatMul", ["x", b.constant("w", 1e-37 * b.rng.standard_normal((8, 8)))], "y")
    (layer,) = b.model({"x": ["N", 8]}, {"y": ["N", 8]}).layers
    assert "below 1e-35" in layer.locked


def edits(model: Model, action: Action) -> dict:
    x = np.random.default_rng(1).standard_normal((16, 8)).astype(np.float32)
    data = Dataset("memory", {"x": x}, model.inputs, None)
    chosen, notes = compiler.stacks(model, Recipe().with_actions(["*"], [action]))
    return dict(compiler.compiled(model, chosen, notes, data, 0, Cache(1 << 28), Job()).edits)


@pytest.mark.parametrize("method", ["quantize.static", "quantize.smooth"])
def test_channels_that_common_levels_lose_are_counted(method):
    """The outputs of a layer whose channels are made alike again behind it."""
    b = Build()
    sizes = np.where(np.arange(8) < 5, 1e-6, 1.0)
    x = b.node("MatMul", ["x", b.constant("first", b.rng.standard_normal((8, 8)) * sizes)], "hidden")
    b.node("Mul", [x, b.constant("inverse", 1 / sizes)], "y")
    (edit,) = edits(b.model({"x": ["N", 8]}, {"y": ["N", 8]}), Action(method)).values()
    assert "5 of 8 output channels" in str(edit.note)


@pytest.mark.parametrize("method", ["quantize.static", "quantize.smooth"])
def test_products_of_scales_below_the_smallest_float_are_reported(method):
    b = Build()
    x = b.node("MatMul", ["x", b.constant("first", 1e-20 * b.rng.standard_normal((8, 8)))], "hidden")
    b.node("MatMul", [x, b.constant("second", 1e-18 * b.rng.standard_normal((8, 8)))], "y")
    first, second = edits(b.model({"x": ["N", 8]}, {"y": ["N", 8]}), Action(method)).values()
    assert "too small" not in str(first.note) and "8 of 8 scales are too small" in str(second.note)
