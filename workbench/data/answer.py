"""The measured output of a model, and the position of the samples in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Answer:
    """The measured output: `name`, and `index` among the model's outputs.

    axis    along which the samples lie; None where the whole output belongs to the only sample of a batch
    each    consecutive entries along `axis` that belong to one sample
    notes   sentences: what is measured where that is not plain, and what is left out
    """

    name: str = ""
    index: int = 0
    axis: int | None = 0
    each: int = 1
    notes: tuple[str, ...] = ()

    def of(self, outputs: Sequence[Any]) -> Any:
        """The measured output [samples, ...] of all outputs of a run."""
        return self.take(outputs[self.index])

    def take(self, value: Any) -> Any:
        """The measured output, samples first; a numpy array or a torch tensor. What is so already is not copied."""
        if self.axis is None:
            return value.reshape((1, *value.shape))
        if self.axis:
            order = [self.axis, *(axis for axis in range(value.ndim) if axis != self.axis)]
            value = getattr(value, "permute", value.transpose)(order)
        return value if self.each == 1 else value.reshape((-1, self.each, *value.shape[1:]))

    def among(self, names: Sequence[str]) -> "Answer":
        """The same of another model with these outputs: by its name, or where there is none, by its place."""
        return replace(self, index=names.index(self.name)) if self.name in names else self
