"""Checks of a data set before it is used: its contents, and candidate preprocessings, each with its metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.base.plain import make_plain
from workbench.core.base.quantities import MetricInfo

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Reading:
    """A candidate preprocessing of the data.

    title    in words: "divided by 255"
    yaml     the preprocessing as YAML; "" for none
    value    the metric of the original model; None where it cannot run, with the reason in `refused`
    low      lower end of the paired 95 % interval of the gain over the current reading, on the same samples
    """

    title: str
    yaml: str = ""
    value: float | None = None
    low: float | None = None
    refused: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "preprocessing": self.yaml,
            "value": self.value,
            "gain_low": self.low,
            "refused": self.refused,
        }


@dataclass(frozen=True)
class DataCheck:
    """Result of checking a data set by measuring the original model on `samples` of its samples.

    preprocessing   the preprocessing file that is in use, or would be
    readings   the current reading first, then the alternatives
    best       index of the proposed reading; 0: the current one
    facts      sentences: what the data holds
    doubts     sentences: what is, or may be, wrong with it
    sample     one sample as the model receives it under the proposed reading: shape, minimum, maximum, mean
    picture    the same sample as [height, width] or [height, width, 3] uint8, if it is an image
    metric     None if nothing could be measured
    written    the file that the proposed preprocessing was written to, if it was
    """

    path: str
    preprocessing: str
    samples: int
    readings: tuple[Reading, ...]
    best: int = 0
    facts: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    sample: str = ""
    picture: np.ndarray | None = None
    metric: MetricInfo | None = None
    written: str = ""

    def __post_init__(self) -> None:
        make_plain(self, "facts", "doubts", "sample")

    @property
    def fine(self) -> bool:
        """Whether the measurement found nothing wrong with the current reading of the data."""
        return self.best == 0 and not self.doubts and self.readings[0].value is not None

    @property
    def proposal(self) -> Reading:
        return self.readings[self.best]

    def to_json(self) -> dict[str, Any]:
        """Return the keys of `workbench data --json`."""
        return {
            "data": self.path,
            "samples": self.samples,
            **({} if self.metric is None else self.metric.to_json()),
            "readings": [each.to_json() for each in self.readings],
            "best": self.best,
            "fine": self.fine,
            "facts": list(self.facts),
            "doubts": list(self.doubts),
            "sample": self.sample,
            "written": self.written,
        }
