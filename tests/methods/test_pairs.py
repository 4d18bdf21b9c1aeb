"""Every ordered pair of steps of one layer: refused with a sentence before it runs, or the later step keeps what the
earlier one made."""

import re
from functools import cache

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.graph.graphs import opened
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action, in_order
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.compile import compiler, conflicts
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.methods.base.method import all_methods, find
from workbench.methods.common import factors

BOUND = 4.5  # dB that a pair may lose beside the worse of the two alone: errors of equal size that add up
HALF, MOST = {"sparsity": 0.5}, {"ratio": 0.6}
PARAMS = {
    "prune.magnitude": HALF,
    "prune.block": HALF,
    "prune.wanda": HALF,
    "prune.taylor": HALF,
    "prune.fisher": HALF,
    "prune.sparsegpt": HALF,
    "prune.snip": HALF | {"scope": "layer"},
    "prune.synflow": HALF | {"rounds": 3, "scope": "layer"},
    "lowrank.svd": MOST,
    "lowrank.whitened": MOST,
    "lowrank.subspace": MOST,
    "lowrank.response": MOST,
    "lowrank.tucker": MOST,
    "lowrank.spatial": MOST,
    "lowrank.cp": {"ratio": 0.4, "iterations": 3},
    "distill.layer": MOST | {"steps": 5},
    "distill.refine": {"steps": 10},
    "quantize.adaround": {"steps": 10},
}
VARIANTS = [
    ("quantize.affine", {"bits": 8}),
    ("quantize.affine", {"bits": 4, "symmetric": False}),
    ("quantize.affine", {"bits": 4, "granularity": "group", "group_size": 64}),
    ("quantize.affine", {"bits": 4, "granularity": "tensor"}),
    ("quantize.float", {"format": "float8e4m3"}),
]
STEPS = [Action(name, PARAMS.get(name, {})) for name, method in all_methods().items() if not method.structural]
STEPS += [Action(*variant) for variant in VARIANTS]
ONCE = Cache(1 << 28)


@cache
def layer_of(op):
    """A small layer whose inputs are of very different sizes, so that it matters which levels were chosen."""
    rng = np.random.default_rng(3)
    shape, size, attributes = ((16, 64), (64,), {"transB": 1}) if op == "Gemm" else ((8, 8, 3, 3), (8, 6, 6), {})
    weight = (rng.standard_normal(shape) / 8).astype(np.float32)
    node = helper.make_node(op, ["x", "layer.weight", "layer.bias"], ["y"], "layer", **attributes)
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *size])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(weight, "layer.weight"),
            numpy_helper.from_array(rng.standard_normal(shape[0]).astype(np.float32), "layer.bias"),
        ],
    )
    model = opened(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8))
    scale = np.where(np.arange(size[0]) % 7 == 0, 6.0, 1.0).reshape(-1, *[1] * (len(size) - 1))
    x = (rng.standard_normal((64, *size)) * scale).astype(np.float32)
    return model, Dataset("memory", {"x": x}, model.inputs, None)


@cache
def edited(op, *actions):
    model, data = layer_of(op)
    return compiler.edit(model, "layer", actions, data, 0, ONCE, Job())


@cache
def sqnr(op, *actions):
    """Of the layer's outputs on the calibration samples, decibel."""
    model, data = layer_of(op)
    (gram,) = LayerContext(model, "layer", data, 0, ONCE).gram(Job())
    original, wrong = (
        factors.by_output(weight.astype(np.float64), 0)
        for weight in (model.weight("layer"), edited(op, *actions).weight - model.weight("layer"))
    )
    signal, noise = (np.einsum("oc,cd,od->", each, gram, each) for each in (original, wrong))
    return 10 * np.log10(signal / max(noise, 1e-12 * signal))


@cache
def possible(op):
    """The steps that the layer can have, and the answers of which are not known beforehand."""
    model, _ = layer_of(op)
    return [step for step in STEPS if not compiler.refusal(model, model.layer("layer"), step)]


@pytest.mark.parametrize("op", ["Gemm", "Conv"])
@pytest.mark.parametrize("first", STEPS, ids=str)
def test_what_an_earlier_step_made_is_kept_or_the_pair_is_refused(op, first):
    model, _ = layer_of(op)
    layer = model.layer("layer")
    if first not in possible(op):
        assert compiler.refusal(model, layer, first)
        return
    for then in possible(op):
        reason = conflicts.conflict(layer, (first, then))
        if reason:
            assert reason.endswith(".") and any(find(step)[0].title in reason for step in (first, then))
            with pytest.raises(UserError, match="layer: "):
                edited(op, first, then)
            continue
        both, (earlier, _) = edited(op, first, then), in_order((first, then))
        assert sqnr(op, first, then) > min(sqnr(op, first), sqnr(op, then)) - BOUND, then
        if earlier.family == "prune" and not hasattr(both.encoding, "pieces"):
            assert not both.weight[edited(op, earlier).weight == 0].any(), then


KEPT = [
    ("quantize.gptq", {}),
    ("quantize.adaround", {"steps": 10}),
    ("quantize.affine", {"bits": 3}),
    ("quantize.affine", {"granularity": "tensor"}),
    ("quantize.affine", {"granularity": "group", "group_size": 64}),
    ("quantize.affine", {"granularity": "group", "group_size": 32}),
]


@pytest.mark.parametrize("earlier", KEPT, ids=str)
def test_the_4_bit_kernel_keeps_levels_of_4_bits(earlier):
    step = Action(*earlier)
    for kernel in (
        Action("quantize.blockwise"),
        Action("quantize.blockwise", {"block": 16}),
        Action("quantize.blockwise", {"block": 32, "accuracy": "int8"}),
    ):
        both = edited("Gemm", step, kernel)
        np.testing.assert_array_equal(both.weight, edited("Gemm", step).weight)
        model, data = layer_of("Gemm")
        written = with_edits(model, {"layer": both})
        feeds = data.feeds(slice(0, 8))
        expected = feeds["x"] @ both.weight.T + model.bias("layer")
        found = runtime.session(written).run(None, feeds)[0]
        assert np.linalg.norm(found - expected) < 0.02 * np.linalg.norm(expected)


@pytest.mark.parametrize(
    "earlier",
    [
        ("quantize.awq", {}),
        ("quantize.affine", {"symmetric": False}),
        ("quantize.affine", {"bits": 8}),
        ("quantize.codebook", {}),
    ],
    ids=str,
)
def test_levels_that_the_4_bit_kernel_does_not_have_are_refused(earlier):
    title = all_methods()[earlier[0]].title
    with pytest.raises(UserError, match=re.escape(f"would quantise again what {title} has already quantised")):
        edited("Gemm", Action(*earlier), Action("quantize.blockwise"))


def test_levels_of_8_bits_that_become_7_are_reported():
    note = edited("Gemm", Action("quantize.affine", {"bits": 8}), Action("quantize.static")).note
    assert note == "its 8-bit levels are rounded to 7 bits (reduced range)"


def test_what_would_be_lost_is_reported():
    layer = layer_of("Gemm")[0].layer("layer")
    for steps, said in {
        (
            "prune.magnitude",
            "lowrank.svd",
        ): "would lose the zeros of Magnitude: put Magnitude after it to prune the factors.",
        (
            "quantize.bias_correction",
            "quantize.affine",
        ): "changes the error that Bias correction compensates: put Bias correction after it.",
        ("quantize.dynamic", "quantize.static"): "would undo the integer computation set up by Dynamic",
        ("quantize.gptq", "quantize.affine"): "would quantise again what GPTQ has already quantised.",
    }.items():
        assert said in (conflicts.conflict(layer, tuple(map(Action, steps))) or "")
    assert conflicts.conflict(layer, (Action("lowrank.svd"), Action("prune.magnitude"))) is None


def test_clusters_stay_clusters_on_8_bit_levels():
    clusters, levels = Action("quantize.codebook", {"bits": 3}), Action("quantize.affine", {"bits": 8})
    rows = edited("Gemm", clusters, levels).weight
    assert max(len(np.unique(row)) for row in rows) <= 8
    layer = layer_of("Gemm")[0].layer("layer")
    assert conflicts.conflict(layer, (clusters, Action("quantize.affine", {"bits": 4})))


def test_a_step_that_a_layer_cannot_have_is_refused_before_any_is_forecast():
    """CP forecasts a kernel of four axes; a linear layer has none."""
    model, _ = layer_of("Gemm")
    layer, steps = model.layer("layer"), (Action("lowrank.cp"), Action("quantize.affine"))
    assert conflicts.conflict(layer, steps) is None and conflicts.conflicts(layer, steps) == {}
    with pytest.raises(UserError, match=r"layer: .*Choose another method"):
        edited("Gemm", *steps)
