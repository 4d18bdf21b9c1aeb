"""What lies behind a layer, run by itself with the layer's weight as an input, gives what the whole model gives."""

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from onnx import helper

from tests.graph.examples import with_weights
from tests.graph.graphs import Build, conditional, opened, residual
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.formats.opening import open_model
from workbench.graph.model import unused
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.subgraph.cut import Cut, cut, ending_in, value_name


def feeds_of(model: Model, samples: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        spec.name: rng.standard_normal([samples if size is None else size for size in spec.shape]).astype(np.float32)
        for spec in model.inputs
    }


def run_parts(
    parts: Cut, feeds: dict[str, np.ndarray], weight: np.ndarray, bias: np.ndarray | None
) -> list[np.ndarray]:
    every = dict(feeds)
    if parts.prefix is not None:
        prefix = runtime.session(parts.prefix, threads=1)
        wanted = {value.name for value in prefix.get_inputs()}
        got = prefix.run(list(parts.crossing), {name: feed for name, feed in feeds.items() if name in wanted})
        every |= dict(zip(parts.crossing, got, strict=True))
    every[parts.weight_input] = weight
    if parts.bias_input is not None:
        every[parts.bias_input] = bias.reshape(parts.bias_shape)
    suffix = runtime.session(parts.suffix, threads=1)
    return suffix.run(None, {value.name: every[value.name] for value in suffix.get_inputs()})


def assert_the_same(model: Model, path: str, scale: float = 1.0) -> None:
    """For the layer's own weight, or another, the suffix gives what the whole model with that weight gives."""
    weight, bias, feeds = model.weight(path) * np.float32(scale), model.bias(path), feeds_of(model)
    whole = model if scale == 1.0 else with_weights(model, {path: weight}, {})
    expected = runtime.session(whole, threads=1).run(None, feeds)
    got = run_parts(cut(model, path), feeds, weight, bias)
    assert len(got) == len(expected)
    for a, b in zip(expected, got, strict=True):
        assert a.shape == b.shape
        assert np.abs(a - b).max() <= 1e-5 * max(1.0, np.abs(a).max())


@pytest.mark.parametrize("path", ["stem", "block.depthwise", "shared", "head", "aux"])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_every_layer_of_a_residual_network(path, scale):
    assert_the_same(opened(residual()), path, scale)


def test_what_crosses_is_what_the_suffix_reads():
    model = opened(residual())
    assert cut(model, "stem").prefix is None
    assert cut(model, "stem").crossing == ()
    assert set(cut(model, "shared").crossing) == {"joined", "stem_relu"}
    # An output that does not depend on the layer crosses too: the suffix yields all outputs of the model.
    assert set(cut(model, "head").crossing) == {"flat", "aux"}


def test_the_suffix_holds_the_other_layers_as_constants_and_nothing_before_it():
    parts = cut(opened(residual()), "shared")
    assert parts.weight_input == "shared.weight"
    assert {value.name for value in parts.suffix.graph.inputs} == {"joined", "stem_relu", "shared.weight"}
    assert {"head.weight", "aux.weight"} <= set(parts.suffix.graph.initializers)
    assert "stem.weight" not in parts.suffix.graph.initializers
    assert "head.weight" not in parts.prefix.graph.initializers


def test_a_cut_leaves_the_model_as_it_was():
    model = opened(residual())
    before = model.to_bytes()
    cut(model, "shared")
    ending_in(model, (value_name(model, "head"),))
    assert model.to_bytes() == before


def test_values_behind_the_cut_can_be_yielded_too():
    model = opened(residual())
    feeds = feeds_of(model)
    parts = cut(model, "head", ("flat", "second_use"))
    *outputs, flat, second = run_parts(parts, feeds, model.weight("head"), model.bias("head"))
    assert len(outputs) == 2
    assert flat.shape == (3, 8)
    assert second.shape == (3, 8, 8, 8)


@pytest.mark.parametrize("path", ["first", "last"])
def test_an_if_elsewhere(path):
    assert_the_same(opened(conditional()), path)


def test_a_layer_in_a_subgraph_is_refused_with_the_reason():
    with pytest.raises(UserError, match="inner: It is inside an If"):
        cut(opened(conditional()), "inner")


def test_an_operator_that_onnx_does_not_define_may_stand_before_the_cut():
    b = Build()
    x = b.node(
        "Gelu", [b.node("MatMul", ["x", b.weight("first.weight", 4, 6)], "product")], "custom", domain="com.microsoft"
    )
    b.node("MatMul", [x, b.weight("last.weight", 6, 2)], "y")
    model = b.model({"x": ["N", 4]}, {"y": ["N", 2]}, opsets={"com.microsoft": 1})
    assert model.known["custom"].dtype is None
    assert_the_same(model, "last")


def test_a_graph_that_ends_before_a_layer_gives_what_a_layer_receives():
    model = opened(residual())
    feeds = feeds_of(model)
    name = value_name(model, "head")
    received = runtime.session(ending_in(model, (name,))).run([name], feeds)[0]
    logits = runtime.session(model).run(["logits"], feeds)[0]
    np.testing.assert_allclose(received @ model.weight("head").T + model.bias("head"), logits, atol=1e-5)
    assert value_name(model, "stem") == "x"


@pytest.mark.slow
@pytest.mark.parametrize("which", ["cnn", "vit"])
def test_every_layer_of_the_demo(which, demo):
    model = open_model(str(getattr(demo, which)), job=Job())
    feeds = feeds_of(model, 2)
    (expected,) = runtime.session(model).run(None, feeds)
    assert len(model.sites) >= 15
    for path in model.sites:
        (got,) = run_parts(cut(model, path), feeds, model.weight(path), model.bias(path))
        assert np.abs(expected - got).max() <= 1e-5 * np.abs(expected).max(), path


def test_what_only_a_removed_branch_reads_is_removed():
    b = Build()
    b.node("Mul", ["x", b.constant("two", 2)], "doubled")
    branch = helper.make_graph(
        [helper.make_node("Neg", ["doubled"], ["out"])],
        "branch",
        [],
        [helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, None)],
    )
    b.constant("condition", True, bool)
    b.node("If", ["condition"], "chosen", then_branch=branch, else_branch=branch)
    b.node("Relu", ["x"], "y")
    model = ir.serde.deserialize_model(b.proto({"x": [2]}, {"y": None}))
    assert unused.remove(model)
    assert [node.op_type for node in model.graph] == ["Relu"]
    assert not model.graph.initializers
    assert not unused.remove(model)
