"""What a step will do, in words, for every family: numbers against the layer's shape and statistics."""

import numpy as np
import pytest

from tests.ui import sample
from workbench.core.layer import Layer
from workbench.methods.method import all_methods
from workbench.ui.actions import meaning

LAYER = sample.LAYER            # 64 outputs, 288 columns, 18,432 weights
WEIGHT = sample.weights()
VIEW = sample.view_of(WEIGHT)


def said(method, **given):
    return meaning.sentence(all_methods()[method].info(), given, VIEW, LAYER)


@pytest.mark.parametrize(("method", "given", "words"), [
    ("prune.wanda", {"sparsity": 0.25}, "4,608 of 18,432 weights become zero."),
    ("prune.snip", {"sparsity": 0.25}, "25 % of the weights of all layers"),
    ("prune.block", {"sparsity": 0.5, "rows": 4, "columns": 2}, "in blocks of 4 × 2."),
    ("prune.nm", {"n": 1, "m": 4}, "1 of every 4 neighbouring weights stay"),
    ("prune.channels", {"ratio": 0.25}, "About 16 of 64 output channels go."),
    ("quantize.affine", {"bits": 3}, "8 levels, a scale for each of 64 output channels."),
    ("quantize.affine", {"granularity": "group", "group_size": 100}, "every 100 weights: 192 scales."),
    ("quantize.gptq", {"bits": 2}, "4 levels, a scale for each of 64"),
    ("quantize.static", {"granularity": "tensor"}, "128 levels, one scale for all weights. The runtime computes"),
    ("quantize.codebook", {"bits": 4}, "16 values that all weights of the layer share."),
    ("quantize.float", {"format": "float8e4m3"}, "8 bits a weight instead of 32."),
    ("lowrank.cp", {"rank": 9}, "A sum of 9 terms"), ("lowrank.spatial", {"rank": 7}, "7 channels between"),
    ("lowrank.subspace", {}, "4 groups of the 64 outputs, each of rank 8."),
    ("distill.refine", {}, "200 training steps")])
def test_parameters_and_shape_tell(method, given, words):
    assert words in said(method, **given).replace("\N{NO-BREAK SPACE}", " ")


def test_rules_find_their_rank_in_the_spectrum():
    noise, spectrum = VIEW.spectrum.noise, VIEW.spectrum
    assert said("lowrank.svd", rule="marchenko-pastur").startswith(f"Rank {noise.rank} of 64 keeps")
    assert said("lowrank.svd", rule="break-even").startswith(f"Rank {spectrum.break_even} of 64 keeps")
    assert said("lowrank.svd", ratio=0.5).startswith("Rank 32 of 64 keeps")
    assert f"EVBMF finds rank {noise.vbmf} of 64" in said("lowrank.svd", weakening=0.5)


def test_a_clipping_share_says_where_and_how_many():
    text = said("quantize.affine", range="clip", clip=0.5)
    edge = 0.5 * np.abs(WEIGHT).max()
    share = (np.abs(WEIGHT) > edge).mean()
    assert f"16 levels to ± {edge:.3g}" in text and f"{100 * share:.1f}" in text


def test_every_method_has_a_formula_a_source_and_says_something_here():
    silent = {"quantize.equalize", "quantize.bias_correction", "distill.block", "lowrank.tucker", "lowrank.whitened",
              "lowrank.spatial", "lowrank.response"}       # what they keep takes computing: the result card says it
    for name, method in all_methods().items():
        info = method.info()
        assert info.formula and info.citation and info.summary, name
        assert name in silent or meaning.sentence(info, {}, VIEW, LAYER), name


def test_depthwise_layers_count_their_own_groups():
    depthwise = Layer("d", "Conv", (64, 1, 3, 3), "float32", 0, 576, None, 2304, "fd", groups=64)
    text = meaning.sentence(all_methods()["quantize.affine"].info(), {"granularity": "group", "group_size": 8}, VIEW,
                            depthwise)
    assert "128 scales" in text
