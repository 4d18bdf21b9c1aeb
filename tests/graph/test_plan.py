"""Forecasts against what the writer makes."""

import sys

import numpy as np
import pytest

from tests.graph import examples
from workbench.core.recipe.storing import Storing
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding, Factors, Piece
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.model.model import Model
from workbench.graph.rewrite import rewrite
from workbench.graph.rewrite.rewrite import size_of, with_edits
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan, forecast_bytes
from workbench.methods.common import grids

ON = Storing(codes="on")
UNCODED = Storing(codes="off")
CALLS = 5000  # of functions, about a millisecond
SHAPES = {"Gemm": (96, 130), "MatMul": (130, 96), "Conv": (48, 30, 3, 3)}


def planned(plan: Plan, kind: str) -> Plan:
    """The plan for one of examples.encodings."""
    number = int(kind.split()[0][-1])
    match kind.rstrip("0123456789"):
        case "float" if kind == "float32":
            return plan
        case "codebook":
            return plan.codebook(number)
    floats = {"float16": "Float16", "bfloat16": "BFloat16", "float8e4m3": "Float8E4M3", "float8e5m2": "Float8E5M2"}
    if kind in floats:
        return plan.floats(floats[kind])
    granularity = [*kind.split(), "channel"][1]
    return plan.quantized(number, granularity, 8, not kind.startswith("uint"))


def one_layer(op: str, opset: int) -> Model:
    return examples.model(op, {"layer": examples.weight(SHAPES[op])}, opset)


@pytest.mark.parametrize("op", examples.OPS)
@pytest.mark.parametrize("opset", [9, 13, 21])
def test_without_zeros_the_forecast_is_exact(op: str, opset: int) -> None:
    model = one_layer(op, opset)
    plan = Plan.of(model.layer("layer"))
    for kind, encoding in examples.encodings(SHAPES[op], 0.0, examples.OUT_AXIS[op]).items():
        forecast = rewrite.forecast(model, {"layer": planned(plan, kind)}, UNCODED)
        content = with_edits(model, {"layer": Edit(encoding)}, UNCODED).to_bytes()
        assert forecast.file == len(content), kind
        assert forecast_bytes(planned(plan, kind), "layer.weight", opset) == forecast.layers["layer"][0], kind


@pytest.mark.parametrize("op", examples.OPS)
@pytest.mark.parametrize("zeros", [0.3, 0.5, 0.9, 0.97, 0.995])
def test_with_zeros_at_random_it_is_within_half_a_percent(op: str, zeros: float) -> None:
    model = one_layer(op, 18)
    plan = Plan.of(model.layer("layer")).with_zeros(zeros)
    for kind, encoding in examples.encodings(SHAPES[op], zeros, examples.OUT_AXIS[op]).items():
        real = size_of(model, {"layer": Edit(encoding)}, UNCODED).file
        forecast = rewrite.forecast(model, {"layer": planned(plan, kind)}, UNCODED).file
        assert abs(forecast - real) <= max(0.005 * real, 32), (kind, forecast, real)


@pytest.mark.parametrize("zeros", [0.0, 0.6, 0.9])
@pytest.mark.parametrize("bits", [3, 4, 5, 8])
def test_with_codes_it_follows_from_how_the_weights_are_distributed(bits: int, zeros: float) -> None:
    values = np.random.default_rng(0).laplace(size=(300, 400)).astype(np.float32)
    model = examples.model("Gemm", {"layer": values})
    plan = Plan.of(model.layer("layer")).with_zeros(zeros).quantized(bits)
    kept = np.where(np.abs(values) > np.quantile(np.abs(values), zeros) * (zeros > 0), values, np.float32(0))
    grid = grids.view(kept, 0, "channel", 0)
    scale, zero = grids.scales(grid, bits, True, "cubed", 100.0)
    real = size_of(model, {"layer": Edit(grids.quantize(grid, scale, zero, bits, True))}, ON)
    forecast = rewrite.forecast(model, {"layer": plan}, ON)
    assert " codes" in real.layers["layer"][1]
    assert abs(forecast.file - real.file) < 0.06 * real.file


def test_an_untouched_layer_has_the_bytes_it_was_opened_with() -> None:
    layer = one_layer("Conv", 18).layer("layer")
    assert forecast_bytes(Plan.of(layer), "layer.weight", 18) == 4 * layer.count
    assert Plan.of(layer).parameters == layer.parameters


@pytest.mark.parametrize("op", ["Gemm", "MatMul"])
def test_factors_of_matrices_are_exact(op: str) -> None:
    model = one_layer(op, 18)
    layer = model.layer("layer")
    rows, columns = layer.matrix
    plan = Plan.of(layer).factored((columns, 12), (12, rows))
    assert plan.weights == 12 * (rows + columns)
    pieces = (Piece(Dense(examples.weight((columns, 12)))), Piece(Dense(examples.weight((12, rows)))))
    assert_exact(model, plan, Factors(pieces, False, layer.shape, layer.out_axis))
    quantised = tuple(Piece(examples.affine(piece.encoding.shape, 4, out_axis=1)) for piece in pieces)
    assert_exact(model, plan.quantized(4), Factors(quantised, False, layer.shape, layer.out_axis))


def test_factors_of_convolutions_are_exact() -> None:
    model = one_layer("Conv", 18)
    plan = Plan.of(model.layer("layer"))
    first, last = examples.weight((12, 30, 3, 3)), examples.weight((48, 12, 1, 1))
    pair = (Piece(Dense(first), inherit=True), Piece(Dense(last)))
    assert_exact(model, plan.factored(first.shape, last.shape), Factors(pair, True, SHAPES["Conv"], 0))
    tucker = (
        Piece(Dense(examples.weight((9, 30, 1, 1)))),
        Piece(Dense(examples.weight((12, 9, 3, 3))), inherit=True),
        Piece(Dense(last)),
    )
    assert_exact(
        model, plan.factored((9, 30, 1, 1), (12, 9, 3, 3), last.shape), Factors(tucker, True, SHAPES["Conv"], 0)
    )
    spatial = (
        Piece(Dense(examples.weight((12, 30, 3, 1))), attributes={"strides": (2, 1), "pads": (1, 0, 1, 0)}),
        Piece(Dense(examples.weight((48, 12, 1, 3))), attributes={"strides": (1, 2), "pads": (0, 1, 0, 1)}),
    )
    assert_exact(model, plan.factored((12, 30, 3, 1), (48, 12, 1, 3)), Factors(spatial, True, SHAPES["Conv"], 0))


def assert_exact(model: Model, plan: Plan, encoding: Encoding) -> None:
    content = with_edits(model, {"layer": Edit(encoding)}).to_bytes()
    assert rewrite.forecast(model, {"layer": plan}).file == len(content)


def test_factoring_forgets_zeros_and_grids() -> None:
    plan = Plan.of(one_layer("Gemm", 18).layer("layer")).with_zeros(0.5).quantized(4).factored((5, 2), (2, 5))
    assert plan.tensors == (StorageSpec.dense((5, 2)), StorageSpec.dense((2, 5)))


def test_plans_do_not_change() -> None:
    plan = Plan.of(one_layer("Gemm", 18).layer("layer"))
    before = repr(plan)
    plan.with_zeros(0.5).quantized(4).codebook(4).floats("Float16")
    assert repr(plan) == before


def test_a_forecast_counts_and_makes_nothing() -> None:
    """It is asked for at each move of a slider: the bytes come from formulas, whatever the size of the tensor."""
    plan = Plan.of(one_layer("Gemm", 18).layer("layer")).with_zeros(0.9).quantized(4)
    forecast_bytes(plan, "layer.weight", 18)
    for fraction in np.linspace(0.5, 0.99, 20):
        calls = []
        sys.setprofile(lambda frame, event, _, calls=calls: calls.append(frame.f_code.co_name))
        forecast_bytes(plan.with_zeros(float(fraction)), "layer.weight", 18)
        sys.setprofile(None)
        assert 10 < len(calls) < CALLS
