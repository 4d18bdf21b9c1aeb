"""Analysis of a layer by a method, independent of its parameters, so that sentences can follow the slider.

See layer_queries.WantOutlook; the window evaluates its parameters on these figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.core.layer_data.views import Spectrum

Kept = Literal["weights", "output", "variance"]  # what the squared singular values are the energy of


@dataclass(frozen=True)
class Ranks:
    """The singular values among which a method finds its ranks: one spectrum, or one for each side of the layer.

    They are those of the original layer, before other steps. `kept` names the quantity whose retained share a rank
    determines: the weights, the layer's output on the calibration samples, or that output's variance.
    """

    sides: tuple[Spectrum, ...]
    kept: Kept


@dataclass(frozen=True)
class Evening:
    """Channels whose ranges are equalised, with the layers that read them.

    channels   number of output channels that may be rescaled, of `outputs`
    spread     ratio of the widest range to the narrowest nonzero one
    readers    paths of the layers that read them
    """

    channels: int
    outputs: int
    spread: float
    readers: tuple[str, ...]


@dataclass(frozen=True)
class Removal:
    """Channels of a layer that may be removed: units of `width` channels, of which `free` may go and `stay` may not."""

    free: int
    stay: int
    width: int


@dataclass(frozen=True)
class Replacing:
    """A module that a student replaces.

    layers, parameters   of the module, including biases
    students             size of the student's kernel -> its parameters; 0: the module is removed. Only sizes that the
                         module's input and output allow
    """

    module: str
    layers: int
    parameters: int
    students: Mapping[int, int]


@dataclass(frozen=True)
class Refused:
    """Reason why this layer cannot have the method, in a sentence."""

    reason: str


Outlook = Ranks | Evening | Removal | Replacing | Refused
