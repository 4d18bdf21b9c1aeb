"""Summaries of the effect of edits on layers: bytes, parameters and MACs before and after, and why one did not
shrink."""

import numpy as np

from workbench.core.analysis.report import LayerChange
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action
from workbench.core.recipe.storing import Storing
from workbench.graph.encodings.kind import FLOAT32
from workbench.graph.model import cost
from workbench.graph.model.model import Model
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.edit import Edit, sqnr_db

FLOATS = FLOAT32.words(32, "")
WHOLE = Storing(sparse="off", codes="off")  # for which nothing is counted


def change_of(
    model: Model,
    path: str,
    actions: tuple[Action, ...],
    edited: Edit,
    size: int,
    words: str,
    before: Layer | None = None,
    note: str = "",
) -> LayerChange:
    """Return the summary of an edit whose stored size is exact; `before`: the layer before it lost channels."""
    layer = model.layer(path)
    size = with_bias(layer, edited, size)
    notes = Joined((note, edited.note), CLAUSE)
    was, zeros = (before or layer).bytes, float(np.mean(edited.weight == 0))
    noise = sqnr_db(model.weight(path), edited.weight)
    model.release(path)
    return LayerChange(
        path,
        actions,
        was,
        size,
        noise,
        *counted(layer, edited),
        zeros,
        words,
        True,
        notes,
        larger(was, size, zeros, words, edited),
    )


def larger(before: int, after: int, zeros: float, words: str, edited: Edit) -> str:
    """Return a sentence that says why a layer did not shrink; empty if it did."""
    if after < before:
        return ""
    if edited.encoding.factors is not None:
        return Message(
            "The factors hold {parameters:,} weights, and the layer had {size:,}.",
            parameters=edited.encoding.parameters,
            size=edited.weight.size,
        )
    if words == FLOATS and spec_of(edited.encoding, WHOLE).kind is not FLOAT32:
        return Message("Stays float32 in the file: a compressed form with its decoder would not be smaller.")
    if zeros and "zeros" not in words:
        return Message("With only {zeros:.1%} zeros, dense storage is smaller than sparse storage.", zeros=zeros)
    if after > before:
        return Message("The overhead (scales, decoders, index lists) is larger than the saving.")
    return Message("The step changes the values, but not how they are stored.")


def kept_bias(layer: Layer) -> int:
    """Return the bytes of an unchanged bias: those of an edit exclude it, those of a layer include it."""
    return 4 * (layer.parameters - layer.count)


def with_bias(layer: Layer, edited: Edit, size: int) -> int:
    """Return the bytes of a layer after an edit that stores `size` bytes."""
    return size + (kept_bias(layer) if edited.bias is None else 0)


def counted(layer: Layer, edited: Edit) -> tuple[int, int | None]:
    """Return the parameters and MACs of a layer after its edit."""
    factors = edited.encoding.factors
    weights = edited.encoding.parameters
    parts = [layer.shape] if factors is None else [piece.encoding.shape for piece in factors.pieces]
    bias = layer.parameters - layer.count
    if edited.bias is not None:
        bias = edited.bias.size
    return weights + bias, cost.chain_macs(layer, parts)


def removal_of(layer: Layer, actions: tuple[Action, ...], note: str = "") -> LayerChange:
    """Return the summary of a layer that was removed from the model."""
    return LayerChange(layer.path, actions, layer.bytes, 0, None, 0, None if layer.macs is None else 0, note=note)
