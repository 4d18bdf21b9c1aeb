"""Coupled channels: which layers lose output channels together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import ascii_uppercase


@dataclass(frozen=True)
class Couplings:
    """Coupled layers of a model, as its graph joins them (residual sums, depthwise convolutions, attention heads).

    groups   paths of the coupled layers, in the model's order; at least two in each group
    kept     path -> why the layer's output channels cannot be removed, in a sentence
    """

    groups: tuple[tuple[str, ...], ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)

    def others(self, path: str) -> tuple[str, ...]:
        """Return the layers that lose channels when this one does, excluding this one."""
        return tuple(other for group in self.groups if path in group for other in group if other != path)

    def beside(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the layers that lose channels when these do, excluding these."""
        given = set(paths)
        found = dict.fromkeys(other for path in given for other in self.others(path))
        return tuple(other for other in found if other not in given)

    def names(self) -> dict[str, str]:
        """Return a short name of its group for each coupled layer: A, B, … Z, AA, AB, …"""
        return {path: _letters(number) for number, group in enumerate(self.groups) for path in group}


def _letters(number: int) -> str:
    first, last = divmod(number, len(ascii_uppercase))
    return (_letters(first - 1) if first else "") + ascii_uppercase[last]
