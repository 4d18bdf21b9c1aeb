"""What the window may ask to see of one layer (see messages.Look); the answers are in core.layer_data.pictures.

Every question is a value of its own, so that answers can be remembered by it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class WantChannels:
    """-> Channels: the ranges of all output channels side by side"""


@dataclass(frozen=True)
class WantChannel:
    """-> Channel: how the weights of one output channel are distributed"""

    number: int


@dataclass(frozen=True)
class WantWhitened:
    """-> Whitened: the singular values as they count for the layer's output on the calibration samples"""


@dataclass(frozen=True)
class WantTile:
    """-> Tile: part of the weight as a matrix, a row an output channel, in no more cells than `height` x `width`.

    `rows` and `columns` are (first, behind the last), None for all.
    """

    height: int
    width: int
    rows: tuple[int, int] | None = None
    columns: tuple[int, int] | None = None


@dataclass(frozen=True)
class WantKernels:
    """-> Kernels: `count` kernels of a convolution, from the `first` on, by number or the largest first"""

    first: int
    count: int
    by_norm: bool = False


@dataclass(frozen=True)
class WantOutlook:
    """-> outlook.Outlook: what a method finds in the layer as it was opened, whatever the recipe is.

    `span` names another module than the layer's own, for a method that replaces one.
    """

    method: str
    span: str = ""


Wanted = WantOutlook | WantChannels | WantChannel | WantWhitened | WantTile | WantKernels
