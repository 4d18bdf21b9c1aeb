"""The measured output of a model, and the position of the samples in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Answer:
    """The measured output of a model: `name`, and `index` among the model's outputs.

    axis    axis of the samples; None if the whole output belongs to the only sample of a batch
    each    number of consecutive entries along `axis` that belong to one sample
    notes   sentences: what is measured if that is not obvious, and what is left out
    flat    whether its values are one list a sample, though it has further axes of size one: class scores [N, C, 1, 1]
    tokens  whether it holds scores of the next token, [samples, tokens, vocabulary]
    following  whether the labels are the next tokens of the input
    more    other outputs that are measured together with this one (see `joined`); training uses this one alone
    """

    name: str = ""
    index: int = 0
    axis: int | None = 0
    each: int = 1
    notes: tuple[str, ...] = ()
    tokens: bool = False
    following: bool = False
    flat: bool = False
    more: tuple["Answer", ...] = ()

    def of(self, outputs: Sequence[Any]) -> Any:
        """Return the measured output [samples, ...], given all outputs of a run."""
        first = self.take(outputs[self.index])
        return joined([first, *(each.of(outputs) for each in self.more)]) if self.more else first

    def take(self, value: Any) -> Any:
        """Return the measured output with samples first; a numpy array or a torch tensor. A value in that form is not
        copied."""
        if self.axis is None:
            return value.reshape((1, *value.shape))
        if self.axis:
            order = [self.axis, *(axis for axis in range(value.ndim) if axis != self.axis)]
            value = getattr(value, "permute", value.transpose)(order)
        value = value if self.each == 1 else value.reshape((-1, self.each, *value.shape[1:]))
        return value.reshape((len(value), -1)) if self.flat else value

    def among(self, names: Sequence[str]) -> "Answer":
        """Return the corresponding output of another model: by name, or else by index."""
        more = tuple(each.among(names) for each in self.more)
        return replace(self, index=names.index(self.name) if self.name in names else self.index, more=more)

    @property
    def title(self) -> str:
        return ",".join((self.name, *(each.name for each in self.more)))


def joined(outputs: Sequence[np.ndarray]) -> np.ndarray:
    """Join outputs [samples, places, ...] of the same places, such as boxes, confidences and classes, along the last
    axis; else concatenate all values of a sample."""
    most = max(each.ndim for each in outputs)
    if most == 3 and len({each.shape[:2] for each in outputs}) == 1:
        return np.concatenate([each if each.ndim == 3 else each[..., None] for each in outputs], axis=2)
    return np.concatenate([each.reshape(len(each), -1) for each in outputs], axis=1)
