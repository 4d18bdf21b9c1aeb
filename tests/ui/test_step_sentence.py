"""What a step will do, in words, for every family: numbers against the layer's shape and statistics."""

from dataclasses import replace

import numpy as np
import pytest

from tests.ui import sample
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.params import Field
from workbench.methods.base.method import all_methods
from workbench.ui.actions import step_sentence

LAYER = sample.LAYER  # 64 outputs, 288 columns, 18,432 weights
WEIGHT = sample.weights()
VIEW = sample.view_of(WEIGHT)


def said(method, **given):
    return step_sentence.sentence(all_methods()[method].info(), given, VIEW, LAYER)


@pytest.mark.parametrize(
    ("method", "given", "words"),
    [
        ("prune.wanda", {"sparsity": 0.25}, "4,608 of 18,432 weights become zero."),
        ("prune.snip", {"sparsity": 0.25}, "25 % of the weights become zero, counted over all layers with this step."),
        (
            "prune.block",
            {"sparsity": 0.5, "rows": 4, "columns": 2},
            "1,152 of 2,304 blocks of 4 × 2 weights become zero.",
        ),
        ("prune.nm", {"n": 1, "m": 4}, "1 of every 4 consecutive weights are kept; the others become zero."),
        ("prune.channels", {"ratio": 0.25}, "About 16 of 64 output channels are removed."),
        ("quantize.affine", {"bits": 3}, "8 levels, one scale for each of 64 output channels."),
        (
            "quantize.affine",
            {"granularity": "group", "group_size": 100},
            "levels, one scale per 100 weights: 192 scales.",
        ),
        ("quantize.gptq", {"bits": 2}, "4 levels, one scale for each of 64 output channels."),
        (
            "quantize.static",
            {"granularity": "tensor"},
            "128 levels, one scale for the whole tensor. The runtime computes",
        ),
        ("quantize.codebook", {"bits": 4}, "All weights of the layer share 16 values."),
        ("quantize.float", {"format": "float8e4m3"}, "8 bits a weight instead of 32."),
        ("lowrank.cp", {"rank": 9}, "A sum of 9 rank-one terms"),
        ("lowrank.spatial", {"rank": 7}, "Two factors with rank 7"),
        ("lowrank.subspace", {}, "64 outputs in 4 groups, rank 8 each."),
        ("distill.refine", {}, "200 training steps"),
    ],
)
def test_parameters_and_shape_tell(method, given, words):
    assert words in said(method, **given).replace("\N{NO-BREAK SPACE}", " ")


def test_a_method_without_sentences_has_no_sentence():
    """Its parameters may mean what they mean elsewhere, or not."""
    for name in ("prune.random", "quantize.random", "lowrank.random", "distill.random"):
        fields = tuple(Field(field, "float", 0.5) for field in ("sparsity", "rank", "energy", "ratio", "bits"))
        info = MethodInfo(name, name.partition(".")[0], "Random", "S.", "f", "c 1999", fields)
        assert step_sentence.sentence(info, {}, VIEW, LAYER) == ""
        halved = {"share": "share(sparsity)", "halved": "weights // 2"}
        half = Effect("{share} of {weights} weights, {halved}.", "sparsity < 1", halved)
        own = replace(info, effects=(half, Effect("Never.", "sparsity > 1"), Effect("{x}.", "", {"x": "1 // 0"})))
        assert step_sentence.sentence(own, {}, VIEW, LAYER) == "50\N{NO-BREAK SPACE}% of 18,432 weights, 9,216."


@pytest.mark.parametrize(
    "expression",
    ["import os", "open('a')", "weights.real", "(lambda: 1)()", "[w for w in ()]", "round.__self__", "x :="],
)
def test_an_expression_is_arithmetic_and_nothing_else(expression):
    with pytest.raises(ValueError, match=r"expression|arithmetic"):
        Effect("A.", expression)


def test_an_expression_that_is_refused_says_what_there_is():
    with pytest.raises(ValueError, match=r"Pow.*<<.*round, min.*1 << n"):
        Effect("{levels} values.", figures={"levels": "2 ** bits"})
    assert Effect("{levels} values.", figures={"levels": "1 << bits"}).values({"bits": 3}) == {"levels": 8}


def test_rules_find_their_rank_in_the_spectrum():
    noise, spectrum = VIEW.spectrum.noise, VIEW.spectrum
    assert said("lowrank.svd", rule="marchenko-pastur").startswith(f"Rank {noise.rank} of 64 keeps")
    assert said("lowrank.svd", rule="break-even").startswith(f"Rank {spectrum.break_even} of 64 keeps")
    assert said("lowrank.svd", ratio=0.5).startswith("Rank 32 of 64 keeps")
    assert f"EVBMF estimates rank {noise.vbmf} of 64" in said("lowrank.svd", weakening=0.5)


def test_a_clipping_share_says_where_and_how_many():
    text = said("quantize.affine", range="clip", clip=0.5)
    edge = 0.5 * np.abs(WEIGHT).max()
    share = (np.abs(WEIGHT) > edge).mean()
    assert f"16 levels in ± {edge:.3g}" in text and f"{100 * share:.1f}" in text


LAYERS = (
    LAYER,
    sample.HEAD,
    Layer("d", "Conv", (64, 1, 3, 3), "float32", 0, 640, None, 2560, "fd", groups=64),
    Layer("e", "Embedding", (50, 24), "float32", 1, 1200, None, 4800, "fe"),
    Layer("m", "MatMul", (100, 41), "float32", 1, 4100, None, 16400, "fm"),
    Layer("t", "ConvTranspose", (16, 24, 3, 3), "float32", 1, 3456, None, 13824, "ft"),
)


@pytest.mark.parametrize("name", all_methods())
def test_every_method_has_a_formula_a_source_and_a_sentence_for_every_layer_that_can_have_it(name):
    """By each of its amounts, before the engine found any figure; what it finds is in tests/engine/test_outlook.py."""
    method, info = all_methods()[name], all_methods()[name].info()
    assert info.formula and info.citation and info.summary
    accepted = [layer for layer in LAYERS if method.accepts(layer) is None]
    assert accepted
    for layer in accepted:
        view = sample.view_of(sample.weights(layer), layer)
        for given in amounts(info):
            said = step_sentence.sentence(info, given, view, layer)
            assert said.endswith("."), (layer.path, given)
            assert "{" not in said and "None" not in said, said


def amounts(info) -> list[dict]:
    """The defaults; and each member of a group by itself, each value of a choice."""
    found: list[dict] = [{}]
    for field in info.fields:
        if field.kind == "choice":
            found += [{field.name: value} for value in field.choices]
        elif field.group:
            middle = {"rank": 5, "threshold": 0.05}.get(field.name, 0.4)
            found.append({field.name: middle})
    return found


def test_what_the_steps_before_took_goes_into_a_bias_that_there_may_not_be():
    bare = Layer("m", "MatMul", (100, 41), "float32", 1, 4100, None, 16400, "fm")
    assert "The layer had no bias: 41 values are added." in step_sentence.sentence(
        all_methods()["quantize.bias_correction"].info(), {}, sample.view_of(sample.weights(bare), bare), bare
    )
    assert "The biases of 64 output channels are corrected for the shift of their mean output." in said(
        "quantize.bias_correction"
    )
    assert "no bias" not in said("quantize.bias_correction")


def test_students_of_another_form_are_counted():
    assert "3 kernels for each of 32 inputs" in said("distill.layer", student="separable", multiplier=3)
    assert f"{32 * 3 * (9 + 64):,} instead of 18,432 weights" in said(
        "distill.layer", student="separable", multiplier=3
    )
    assert "4,608 instead of 18,432 weights" in said("distill.layer", student="grouped", groups=4)


def test_depthwise_layers_count_their_own_groups():
    depthwise = Layer("d", "Conv", (64, 1, 3, 3), "float32", 0, 576, None, 2304, "fd", groups=64)
    text = step_sentence.sentence(
        all_methods()["quantize.affine"].info(), {"granularity": "group", "group_size": 8}, VIEW, depthwise
    )
    assert "128 scales" in text
