"""Trainable constants that are not the weight of a layer: scales and shifts of normalisations."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import onnx_ir as ir

from workbench.graph.model.model import Model
from workbench.graph.model.operators import NORMS

MOMENTS = (3, 4)  # inputs of BatchNormalization that are measured, not learned


def norm_constants(model: Model) -> tuple[str, ...]:
    """Return the initialisers that normalisations multiply by or add: float32, no layer's bias, in the graph's
    order."""
    taken = {site.bias for site in model.sites.values()} | {site.initializer for site in model.sites.values()}
    found: dict[str, None] = {}
    for node in model.ir.graph:
        if node.op_type not in NORMS:
            continue
        for index, value in enumerate(node.inputs):
            moment = node.op_type == "BatchNormalization" and index in MOMENTS
            if index == 0 or moment or value is None or not value.is_initializer() or value.name in taken:
                continue
            if value.const_value is not None and value.const_value.dtype == ir.DataType.FLOAT:
                found[value.name or ""] = None
    return tuple(found)


def with_constants(model: Model, values: Mapping[str, np.ndarray]) -> Model:
    """Return the same graph with other values of these initialisers; everything else is shared."""
    copy = model.ir.clone()
    for name, array in values.items():
        value = copy.graph.initializers[name]
        assert value.const_value is not None
        shaped = np.ascontiguousarray(array, dtype=np.float32).reshape(tuple(value.const_value.shape.numpy()))
        value.const_value = ir.Tensor(shaped, name=name)
    return replace(model, ir=copy)
