"""What of a recipe a target does not take, and the steps that fit it: told from parameters alone."""

import pytest

from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.encodes import STORED, Encodes, Numbers
from workbench.core.recipe.params import Field
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.targets.check import check, fitted, refusal
from workbench.core.targets.reading import shipped_targets, target_of
from workbench.core.targets.target import Scheme
from workbench.core.targets.words import in_words

BITS = Field("bits", "int", 4, low=2, high=8)
SYMMETRIC = Field("symmetric", "bool", True)
SHARING = Field("granularity", "choice", "channel", choices=("tensor", "channel", "group"))
SIZE = Field("group_size", "int", 32, low=8, high=1024)
GRID = Encodes(STORED, granularity="granularity", symmetric="symmetric", block="group_size")


def method(name: str, encodes: Encodes | None = None, *fields: Field, coupled: bool = False) -> MethodInfo:
    return MethodInfo(name, name.partition(".")[0], name, "", "", "", fields, coupled=coupled, encodes=encodes)


METHODS = {
    each.id: each
    for each in (
        method("quantize.grid", GRID, BITS, SYMMETRIC, SHARING, SIZE),
        method("quantize.palette", Encodes("bits", "codebook", "'tensor'", levels="0"), BITS),
        method(
            "quantize.whole", Encodes("8", levels="levels", activations=8), Field("levels", "int", 8, low=7, high=8)
        ),
        method("prune.some"),
        method("prune.channels", None, Field("round_to", "int", 1, low=1, high=64), coupled=True),
    )
}
CONV = Layer("stem", "Conv", (16, 8, 3, 3), "float32", 0, 1168, 1000, 4672, "a")
LINEAR = Layer("head", "Gemm", (64, 64), "float32", 0, 4160, 4096, 16640, "b")
LOOKUP = Layer("words", "Embedding", (64, 64), "float32", 0, 4096, 0, 16384, "c")
TARGETS = shipped_targets()


def refused(target: str, layer: Layer, name: str, **params: object) -> str | None:
    return refusal(layer, Action(name, params), METHODS[name], TARGETS[target])


def test_a_rule_is_reported_with_what_it_allows_its_source_and_what_happens():
    reason = refused("ethos-u", CONV, "quantize.grid", bits=8, symmetric=False)
    assert reason == (
        "Arm Ethos-U, Conv: weights: symmetric, not with a zero point (by rule: ExecuTorch, Arm Ethos-U backend, "
        "Quantization, read 2026-11). It runs on the CPU there."
    )
    assert refused("ethos-u", CONV, "quantize.grid", bits=8) is None
    assert "measured" not in reason


@pytest.mark.parametrize(
    ("target", "layer", "name", "params", "wrong"),
    [
        ("tensorrt", CONV, "quantize.palette", {}, "weights: integers, floats, not codebooks"),
        ("tensorrt", CONV, "quantize.grid", {"bits": 4}, "weights: 8 bits, not 4 bits"),
        ("tensorrt", CONV, "quantize.whole", {}, "activations: symmetric, not with a zero point"),
        ("tensorrt", LINEAR, "quantize.grid", {"bits": 4}, "weights: per group, not per channel"),
        ("tensorrt", LINEAR, "quantize.grid", {"bits": 4, "granularity": "group"}, ""),
        ("coreml-ane", CONV, "quantize.palette", {"bits": 5}, "weights: 1/2/3/4/6/8 bits, not 5 bits"),
        ("coreml-ane", CONV, "quantize.palette", {"bits": 6}, ""),
        ("webgpu", LINEAR, "quantize.grid", {"granularity": "group", "group_size": 24}, "groups of 16/32/64/128/256"),
        ("ort-cpu", CONV, "quantize.whole", {}, "weights with 8-bit activations use at most 7 bits, not 8"),
        ("ort-cpu", CONV, "quantize.whole", {"levels": 7}, ""),
        ("ort-cpu-vnni", CONV, "quantize.whole", {}, ""),
        ("openvino-cpu", LOOKUP, "quantize.grid", {"bits": 4}, "weights: 8/16 bits, not 4 bits"),  # Gather of ONNX
        ("ethos-u", LOOKUP, "quantize.grid", {"bits": 8}, "Arm Ethos-U does not support Embedding"),
        ("coreml-ane", LOOKUP, "quantize.grid", {"bits": 4}, ""),  # no rule, and what becomes of it is not known
        ("ethos-u", CONV, "prune.some", {}, ""),
    ],
)
def test_each_kind_of_mismatch(target, layer, name, params, wrong):
    reason = refused(target, layer, name, **params)
    assert (wrong in reason) if wrong else reason is None


def test_a_recipe_is_checked_layer_by_layer():
    grid, palette = Action("quantize.grid", {"bits": 8}), Action("quantize.palette")
    recipe = Recipe((Row("*", (grid,)), Row("head", (Action("prune.some"), palette)), Row("off", ())))
    found = check((CONV, LINEAR), recipe, METHODS, TARGETS["litert"])
    assert [(each.path, each.place, each.action, each.runs) for each in found] == [("head", 1, palette, True)]
    assert found[0].source == TARGETS["litert"].source
    switched = recipe.with_actions(["head"], (palette.switched(True),))
    assert check((CONV, LINEAR), switched, METHODS, TARGETS["litert"]) == ()
    unknown = recipe.with_actions(["head"], (Action("quantize.gone"),))
    assert check((CONV, LINEAR), unknown, METHODS, TARGETS["litert"]) == ()


def test_weights_alone_are_found_where_activations_have_to_follow():
    grid, whole = Action("quantize.grid", {"bits": 8}), Action("quantize.whole")
    alone, together = Recipe((Row("stem", (grid,)),)), Recipe((Row("stem", (grid, whole)),))
    (found,) = check((CONV,), alone, METHODS, TARGETS["xnnpack"])
    assert "weights are not quantised without activations" in found.reason and not found.runs
    assert check((CONV,), together, METHODS, TARGETS["xnnpack"]) == ()


def test_a_step_is_fitted_with_as_few_other_parameters_as_can_be():
    def fit(target: str, layer: Layer, name: str, **params: object) -> Action | None:
        return fitted(layer, Action(name, params), METHODS[name], TARGETS[target])

    assert fit("openvino-cpu", CONV, "quantize.grid") == Action("quantize.grid", {"bits": 8})
    assert fit("openvino-cpu", LINEAR, "quantize.grid") == Action("quantize.grid")
    assert fit("tensorrt", CONV, "quantize.grid", symmetric=False).params == {"symmetric": True, "bits": 8}
    assert fit("webgpu", LINEAR, "quantize.grid", group_size=24).params == {
        "group_size": 24,
        "granularity": "group",
    } | {"group_size": 16}
    assert fit("ort-cpu", CONV, "quantize.whole") == Action("quantize.whole", {"levels": 7})
    assert fit("tensorrt", CONV, "quantize.whole") is None
    assert fit("tensorrt", CONV, "prune.channels") == Action("prune.channels", {"round_to": 8})
    assert fit("tensorrt", CONV, "prune.channels", round_to=2) == Action("prune.channels", {"round_to": 2})
    assert fit("litert", CONV, "prune.channels") == Action("prune.channels")


def test_an_empty_list_is_floating_point_alone():
    target = target_of(
        {
            "version": 1,
            "target": "plain",
            "title": "Plain",
            "source": "Data sheet 1",
            "fallback": "refused",
            "rules": {"Conv": {"weights": []}},
        },
        "plain",
    )
    reason = refusal(CONV, Action("quantize.grid"), METHODS["quantize.grid"], target)
    assert "weights: floating point alone, not integers" in reason and reason.endswith("The model is refused there.")


def test_a_scheme_in_words():
    schemes = (Scheme((4, 8), granularity=("channel",), symmetric=True), Scheme((8,), "float", formats=("float8e4m3",)))
    assert in_words(schemes) == "4/8-bit integers, symmetric, per channel; 8-bit floats, float8e4m3"
    assert schemes[0].allows(Numbers(8, granularity="channel", levels=8))
    assert not schemes[1].allows(Numbers(8, "float", format="float8e5m2"))
