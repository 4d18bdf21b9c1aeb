"""Findings about a data set before it is used: its contents, and ways of reading it with the metric of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.base.plain import make_plain
from workbench.core.base.quantities import MetricInfo

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Reading:
    """One way of reading the data.

    title    in words: "divided by 255"
    yaml     the preprocessing that does so; "" where nothing is done
    value    the metric of the original model; None where it cannot run so, which `refused` says
    low      lower end of the 95 % interval of what is gained against reading the data as it is read now, same samples
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
    """Findings about a data set, by measuring the original model on `samples` of it.

    preprocessing   the file that it is read from, or would be
    readings   as it is read now, then others
    best       which of them is proposed; 0: as it is read now
    facts      sentences: what the data holds
    doubts     sentences: what is wrong with it, or may be
    sample     of one sample as the model gets it under the proposed reading: shape, least, largest, mean value
    picture    the same [height, width] or [height, width, 3] uint8, where it is an image
    metric     None where nothing could be measured
    written    the file with the proposed preprocessing, where it was written
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
        """Whether the data can be used as it is read now, as far as was measured."""
        return self.best == 0 and not self.doubts and self.readings[0].value is not None

    @property
    def proposal(self) -> Reading:
        return self.readings[self.best]

    def to_json(self) -> dict[str, Any]:
        """The keys of `workbench data --json`."""
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
