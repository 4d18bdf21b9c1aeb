"""Which channels may be rescaled: with any factors the model answers as before."""

import numpy as np
import pytest

from tests.graph.networks import IMAGE, NETWORKS, Builder, multiplied
from tests.graph.test_channels import run
from workbench.graph.channels.scaling import rescaled, scaling_of


def random_factors(scaling, seed=0):
    """Up to eight times smaller or larger, of all that may change."""
    factors = np.ones(scaling.count)
    for path in scaling.layers:
        units = scaling.free(path)
        factors[units] = np.exp(np.random.default_rng(seed).uniform(-2, 2, len(units)))
    return factors


def refusals(model):
    scaling = scaling_of(model)
    return {layer.path: scaling.refusal(layer.path) for layer in model.layers}


@pytest.mark.parametrize("name", NETWORKS)
def test_any_factors_answer_as_before(name):
    model = NETWORKS[name]()
    scaling = scaling_of(model)
    factors = random_factors(scaling)
    assert (factors != 1).any() == any(reason is None for reason in refusals(model).values())
    other = rescaled(model, scaling, factors)
    expected = run(model)
    np.testing.assert_allclose(run(other), expected, atol=2e-5 * np.abs(expected).max())
    assert other.summary().parameters == model.summary().parameters
    free = [layer.path for layer in model.layers if scaling.refusal(layer.path) is None]
    assert all(other.layer(path).fingerprint != model.layer(path).fingerprint for path in free)


def test_a_depthwise_convolution_has_separate_factors():
    """When channels are removed, its inputs and outputs are one."""
    scaling = scaling_of(multiplied())
    assert not set(scaling.free("first")) & set(scaling.free("depth"))
    assert len(scaling.free("depth")) == 12


def test_what_is_added_has_one_factor_and_bias_follows():
    model = NETWORKS["residual"]()
    scaling = scaling_of(model)
    np.testing.assert_array_equal(scaling.free("stem"), scaling.free("b"))
    factors = np.ones(scaling.count)
    factors[scaling.free("a")] = 4.0
    other = rescaled(model, scaling, factors)
    np.testing.assert_allclose(other.bias("a"), 4 * model.bias("a"))
    np.testing.assert_allclose(other.weight("b"), model.weight("b") / 4)
    before, after = (each.ir.graph.initializers["stem.weight"].const_value for each in (model, other))
    assert after is before


@pytest.mark.parametrize(
    "op, extra",
    [
        ("Sigmoid", ()),
        ("HardSwish", ()),
        ("Clip", (0.0, 6.0)),
        ("Softplus", ()),
        ("Tanh", ()),
        ("Erf", ()),
        ("Elu", ()),
    ],
)
def test_what_is_not_homogeneous_is_named(op, extra):
    b = Builder()
    limits = [b.const(f"limit{index}", np.float32(value)) for index, value in enumerate(extra)]
    b.head(b.conv(b.op(op, b.conv("x", "conv", 3, 8), *limits), "last", 8, 6), 6)
    found = refusals(b.model(IMAGE))
    assert found == {
        "conv": f"{op} reads its channels and is not scale-equivariant.",
        "last": None,
        "head": "Its channels are an output of the model.",
    }


def test_a_constant_that_is_the_same_for_all_channels_cannot_be_added():
    b = Builder()
    b.head(b.op("Add", b.conv("x", "conv", 3, 8), b.const("one", np.float32(1))), 8)
    assert "adds the same value to all its channels." in refusals(b.model(IMAGE))["conv"]


def test_padding_with_other_values_than_zero():
    for value, kept in ((0.0, None), (1.0, "Pad reads its channels")):
        b = Builder()
        pads = b.const("pads", np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64))
        b.head(b.op("Pad", b.conv("x", "conv", 3, 8), pads, b.const("fill", np.float32(value))), 8)
        reason = refusals(b.model(IMAGE))["conv"]
        assert reason == kept if kept is None else reason.startswith(kept)


def test_a_weight_that_is_read_in_several_places_stays():
    b = Builder()
    x = b.op("Relu", b.conv("x", "first", 3, 8, kernel=1))
    b.weight("shared.weight", 8, 8, 1, 1)
    x = b.op("Conv", b.op("Relu", b.op("Conv", x, "shared.weight")), "shared.weight")
    b.head(b.op("Relu", b.conv(x, "last", 8, 6)), 6)
    found = refusals(b.model(IMAGE))
    assert found["first"] == found["shared"] == "'shared.weight' has several readers." and found["last"] is None
