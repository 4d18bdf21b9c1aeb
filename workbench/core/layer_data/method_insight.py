"""Analysis of a layer by a method before any parameter is chosen, so that sentences can follow the slider.

See wanted.WantOutlook; the window looks its parameters up in these figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.core.layer_data.views import Spectrum

Kept = Literal["weights", "output", "variance"]  # what the squared singular values are the energy of


@dataclass(frozen=True)
class Ranks:
    """The singular values among which a method finds its ranks: one spectrum, or one for each side of the layer.

    The layer is looked at as it was opened, before other steps. `kept` is what a rank keeps a share of: of the weights,
    of the layer's output on the calibration samples, or of that output's variance.
    """

    sides: tuple[Spectrum, ...]
    kept: Kept


@dataclass(frozen=True)
class Evening:
    """Channels whose ranges are made equal, together with the layers that read them.

    channels   how many of `outputs` output channels may be rescaled
    spread     how many times as far the widest of them reaches as the narrowest that is not zero
    readers    paths of the layers that read them
    """

    channels: int
    outputs: int
    spread: float
    readers: tuple[str, ...]


@dataclass(frozen=True)
class Replacing:
    """A module that a student takes the place of.

    layers, parameters   of the module, biases among them
    students             size of the student's kernel -> its parameters; 0: where nothing takes the place. Those that
                         the module's input and output allow
    """

    module: str
    layers: int
    parameters: int
    students: Mapping[int, int]


@dataclass(frozen=True)
class Refused:
    """Why this layer cannot have the method, in a sentence."""

    reason: str


Outlook = Ranks | Evening | Replacing | Refused
