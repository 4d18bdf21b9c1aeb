"""Views of one layer that the window can request (see messages.LayerPicture); the answers are
in core.layer_data.pictures.

Every query is a hashable value, so that answers can be cached by it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class WantChannels:
    """Request the ranges of all output channels -> Channels"""


@dataclass(frozen=True)
class WantChannel:
    """Request the weight distribution of one output channel -> Channel"""

    number: int


@dataclass(frozen=True)
class WantWhitened:
    """Request singular values weighted by their effect on the layer's output on the calibration samples -> Whitened"""


@dataclass(frozen=True)
class WantTile:
    """Request a part of the weight as a matrix, one row per output channel, in at most `height` x `width` cells -> Tile

    `rows` and `columns` are half-open ranges (first, end), None for all.
    """

    height: int
    width: int
    rows: tuple[int, int] | None = None
    columns: tuple[int, int] | None = None


@dataclass(frozen=True)
class WantKernels:
    """Request `count` kernels of a convolution from `first` on, by number or largest first -> Kernels"""

    first: int
    count: int
    by_norm: bool = False


@dataclass(frozen=True)
class WantOutlook:
    """Request the analysis of the original layer by a method, whatever the recipe -> outlook.Outlook

    `span` names another module than the layer's own, for a method that replaces one.
    """

    method: str
    span: str = ""


Wanted = WantOutlook | WantChannels | WantChannel | WantWhitened | WantTile | WantKernels
