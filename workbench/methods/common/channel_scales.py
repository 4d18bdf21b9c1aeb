"""Factors for the input channels of a weight, as used by activation-aware methods."""

import numpy as np

from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.methods.common.factors import is_tied, product_axis

LIMIT = 1e4  # factors stay within this of 1, so that no channel is lost to rounding


def refusal(layer: Layer) -> str | None:
    """Return why a layer's input channels cannot have factors, or None."""
    if is_tied(layer):
        return Message(
            "Its table is read in several places, as a tied head does: rows that are looked up cannot have factors of "
            "the head's inputs. Use quantize.affine."
        )
    if layer.op not in ("Conv", "Gemm", "MatMul") or (layer.op != "Conv" and len(layer.shape) != 2):
        return Message(
            "Scaling input channels is supported for convolutions and MatMul/Gemm, not for {op}.", op=layer.op
        )
    if layer.groups > 1:
        return Message("Scaling input channels is not supported for grouped convolutions.")
    if layer.input_axis != -1:
        return Message("Its weight is the left operand; its input channels are not the last axis.")
    return None


def axis(layer: Layer) -> int:
    """Return the axis of the stored weight that counts input channels: of a tied table those of the head."""
    return 1 - product_axis(layer)


def shape(layer: Layer) -> tuple[int, ...]:
    """Return the shape of the factors, broadcastable to the stored weight."""
    return tuple(size if index == axis(layer) else 1 for index, size in enumerate(layer.shape))


def largest(weight: np.ndarray, layer: Layer) -> np.ndarray:
    """Return the largest magnitude of each column, [input channels]."""
    return np.abs(weight).max(axis=tuple(index for index in range(weight.ndim) if index != axis(layer)))


def bounded(factor: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Normalise factors to around 1, float32; those of channels without values are 1."""
    if not valid.any():
        return np.ones(factor.shape, np.float32)
    used = factor[valid]
    centred = factor / np.sqrt(used.max() * used.min())
    return np.where(valid, np.clip(centred, 1 / LIMIT, LIMIT), 1.0).astype(np.float32)
