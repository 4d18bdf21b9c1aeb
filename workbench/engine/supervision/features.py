"""Feature distillation, which makes layer outputs similar to the teacher's.

Romero et al. 2015, FitNets, section 2.2: the squared distance, through a learned projection of the student's channels
where the widths differ. Zagoruyko and Komodakis 2017, equation 2: only where the features are large.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.core.base.errors import UserError
from workbench.engine.supervision.losses import attention
from workbench.graph.model.model import Model


def pairs(wanted: str) -> tuple[tuple[str, str], ...]:
    """Parse 'a, b=c' to pairs (the student's layer, the teacher's layer)."""
    names = [part.partition("=") for part in wanted.split(",") if part.strip()]
    return tuple((own.strip(), (other or own).strip()) for own, _, other in names)


def output_of(model: Model, path: str, whose: str) -> str:
    """Return the name of a layer's output value. Raises UserError for an unknown layer."""
    if path not in model.sites:
        raise UserError(
            "{whose} has no layer '{path}' whose features can be compared.",
            "Its layers are {sites}{more}.",
            whose=whose,
            path=path,
            sites=[*list(model.sites)[:8]],
            more=", …" if len(model.sites) > 8 else "",
        )
    return model.output(path)


class Features(nn.Module):
    """Observer of a student's layers; `loss` compares their latest outputs with the teacher's.

    layers   the student's modules by path, in the order of `chosen`
    alike    compare attention maps, not the features themselves
    """

    def __init__(self, chosen: tuple[tuple[str, str], ...], layers: Mapping[str, nn.Module], alike: bool) -> None:
        super().__init__()
        self.chosen, self.alike = chosen, alike
        self.projections = nn.ModuleDict()
        self._seen: dict[str, Tensor] = {}
        self._axes: dict[str, int] = {}
        for own, _ in chosen:
            if own not in layers:
                raise UserError(
                    "The student has no layer '{own}' whose features can be compared.",
                    "Choose layers that gradients pass through.",
                    own=own,
                )
            self._axes[own] = -1 if isinstance(layers[own], nn.Linear) else 1
            layers[own].register_forward_hook(self._watch(own))

    def _watch(self, path: str) -> Any:
        def hook(_module: nn.Module, _given: object, output: Tensor) -> None:
            self._seen[path] = output

        return hook

    def fit(self, outputs: list[Tensor]) -> None:
        """Create the required projections from a batch of the teacher's features; the student has run on it."""
        for (own, other), features in zip(self.chosen, outputs, strict=True):
            seen, axis = self._seen[own], self._axes[own]
            if seen.dim() != features.dim() or (not self.alike and _places(seen, axis) != _places(features, axis)):
                raise UserError(
                    "Feature shapes differ: {own} has {shape}, the teacher's {other} has {theirs}.",
                    "Compare layers with the same number of spatial positions.",
                    own=own,
                    shape=list(seen.shape),
                    other=other,
                    theirs=list(features.shape),
                )
            if self.alike and seen.dim() < 3:
                raise UserError("{own} has no feature maps for attention transfer.", "Switch 'attention' off.", own=own)
            if not self.alike and seen.shape[axis] != features.shape[axis]:
                made = nn.Linear(seen.shape[axis], features.shape[axis], bias=False)
                nn.init.orthogonal_(made.weight, generator=torch.Generator().manual_seed(len(self.projections)))
                self.projections[own.replace(".", "·")] = made.to(seen.device)

    def loss(self, outputs: list[Tensor]) -> Tensor:
        """Return the mean over the layers; squared distances are relative to the size of the teacher's features."""
        total = torch.zeros(())
        for (own, _), features in zip(self.chosen, outputs, strict=True):
            seen, axis = self._seen[own], self._axes[own]
            if self.alike:
                total = total + (attention(seen) - attention(features)).square().sum(1).mean()
                continue
            name = own.replace(".", "·")
            if name in self.projections:
                seen = self.projections[name](seen.movedim(axis, -1)).movedim(-1, axis)
            total = total + functional.mse_loss(seen, features) / features.square().mean().clamp_min(1e-12)
        return total / len(self.chosen)


def _places(features: Tensor, axis: int) -> list[int]:
    shape = list(features.shape)
    del shape[axis]
    return shape
