"""Settings with which the model and its data were opened, for a restarted engine."""

from dataclasses import dataclass

from workbench.core.analysis.measured import AUTOMATIC, Measuring
from workbench.core.base.trust import NOBODY, Trust


@dataclass(frozen=True)
class Opened:
    path: str
    trusted: Trust = NOBODY
    without: tuple[str, ...] = ()  # preparation steps that were left out
    raise_opset: bool = False
    architecture: str = ""  # of a file of weights: file.py:function, timm:NAME, transformers


@dataclass(frozen=True)
class Attached:
    path: str
    calibration: str = ""
    trusted: Trust = NOBODY
    samples: int = 0
    measuring: Measuring = AUTOMATIC  # which metrics of which output were asked for
