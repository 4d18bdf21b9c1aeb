"""Smaller storage of everything but weights: scales, biases and parameters of normalisations in 16 or 8 bits, short
names.

Values never change in the writer. They are rounded to 16 or 8 bits before (`short_edit`, `short_model`), so that the
preview computes with the same values; values that are then exact are stored in these types
(graph.storage.small_tensors).
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import onnx_ir as ir

from workbench.core.base.arguments import weak_cache
from workbench.core.recipe.storing import Sides, Storing
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.model.model import Model
from workbench.graph.onnx.short_names import shorten
from workbench.graph.storage import decoders
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.small_tensors import ROUNDED, floats, halves, store_short


def short_edit(edit: Edit, sides: Sides) -> Edit:
    """Return an edit with rounded scales, tables and bias; the same object for the same edit.

    Layers that the runtime computes in integers are unchanged, as their kernels read the scales.
    """
    return edit if edit.compute is not None else _with_short_sides(edit, sides)


@weak_cache
def _with_short_sides(edit: Edit, sides: Sides) -> Edit:
    bias = None if edit.bias is None else ROUNDED[sides](edit.bias.astype(np.float32))
    return replace(edit, encoding=edit.encoding.with_sides(halves), bias=bias)


def short_model(model: Model, sides: Sides) -> Model:
    """Return a model with rounded biases, parameters of normalisations and other float tensors besides layers' weights;
    the same graph for the same model."""
    weights = frozenset(site.initializer for site in model.sites.values())
    return replace(model, ir=_with_short_tensors(model.ir, sides, weights))


@weak_cache
def _with_short_tensors(model: ir.Model, sides: Sides, weights: frozenset[str]) -> ir.Model:
    copy = model.clone()
    for name, value in copy.graph.initializers.items():
        if name not in weights and (values := floats(value)) is not None:
            value.const_value = ir.Tensor(ROUNDED[sides](values), name=name)
    return copy


def with_small(model: ir.Model, storing: Storing, shared: Mapping[str, Encoding]) -> dict[str, Encoding]:
    """Return weights that share codes, by the names of their values, with the small tensors that join them; nothing if
    no weights do. Small tensors are stored in 16 bits or fewer, in place; an initialiser stands for those to be coded.
    """
    coded: dict[ir.Value, Encoding] = {}
    if shared and storing.sides != "float32":
        store_short(model.graph, storing.sides, model.opset_imports[""], coded, shared)
    return {**shared, **{str(value.name): encoding for value, encoding in coded.items()}}


def slim(model: ir.Model, storing: Storing) -> None:
    """Store exact values in 16 bits or fewer and shorten names, as the recipe says; in place."""
    if storing.sides != "float32":
        store_short(model.graph, storing.sides, model.opset_imports[""])
    if storing.names == "short":
        shorten(model, decoders.DOMAIN)
