"""A block of a compressed model as a trainable module, in which the rounding of weights is learned.

Layers with static 8-bit activations round them as the runtime does; a part of the elements, drawn anew for each step,
stays as it is (QDrop).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx_ir as ir
import torch
from torch import Tensor, nn

from workbench.engine.compile.compiler import Compiled
from workbench.engine.students.student import Student, Wanted
from workbench.graph.encodings.encoding import Encoding, Learning
from workbench.graph.encodings.learning import Trainable, straight_through
from workbench.graph.encodings.rounding import Rounding, rounding_of, roundings
from workbench.graph.model.model import Model
from workbench.graph.rewrite import qdq
from workbench.graph.storage.kernels import Levels, Static
from workbench.graph.torch.torch_view import TorchView


class Dropping:
    """Share of elements that keep their float value during a step, drawn from one generator. Wei et al. 2022."""

    def __init__(self, share: float, generator: torch.Generator) -> None:
        self.share, self.generator = share, generator
        self.active = False

    def mixed(self, rounded: Tensor, exact: Tensor) -> Tensor:
        """Return the rounded value, with this share of its elements exact while active."""
        if not self.active or not self.share:
            return rounded
        drawn = torch.rand(rounded.shape, generator=self.generator) < self.share
        return torch.where(drawn.to(rounded.device), exact, rounded)


class RoundedView(TorchView):
    """Torch view whose layers with static levels round their inputs and outputs to them, straight-through."""

    def __init__(self, model: Model, static: Mapping[str, Static], dropping: Dropping) -> None:
        super().__init__(model)
        self._static, self._dropping = static, dropping
        self._delivered = {
            str(qdq.delivered(model.nodes, model.sites[path]).name): each.delivered
            for path, each in static.items()
            if each.delivered is not None
        }

    def step(self, node: ir.Node, values: Mapping[str, Any]) -> dict[str, Any]:
        static = self._static.get(self._module_of.get(node.name or "", ""))
        if static is not None:
            name = str(qdq.received(self.model.nodes, self.model.sites[self._module_of[node.name or ""]]).name)
            if self._delivered.get(name) != static.received:  # else it is rounded already
                values = {**values, name: self._rounded(values[name], static.received)}
        made = super().step(node, values)
        return {
            name: value if (levels := self._delivered.get(name)) is None else self._rounded(value, levels)
            for name, value in made.items()
        }

    def _rounded(self, x: Tensor, levels: Levels) -> Tensor:
        low, high = levels.ends
        clipped = x.clamp(low, high)
        on_levels = straight_through(clipped, lambda y: torch.round(y / levels.scale) * levels.scale)
        return self._dropping.mixed(on_levels, x)


class BlockStudent(Student):
    """A block, called with the values that it reads; returns its output.

    compiled    compiled recipe whose model is the block, with the edits of its layers
    originals   weights of the layers before quantisation
    learning    paths of the layers that learn their rounding, and the bias they have
    """

    def __init__(
        self,
        compiled: Compiled,
        originals: Mapping[str, np.ndarray],
        learning: tuple[str, ...],
        steps: bool,
        dropping: Dropping,
    ) -> None:
        self.originals, self.dropping = originals, dropping
        static = {  # with scaled channels, levels are of the scaled input, which the view does not have
            path: edit.compute
            for path, edit in compiled.edits.items()
            if isinstance(edit.compute, Static) and edit.encoding.scaled is None
        }
        view = RoundedView(compiled.model, static, dropping)
        super().__init__(compiled, Wanted(learned=steps, only=learning), view=view)

    def trainable(self, path: str, encoding: Encoding, learning: Learning) -> Trainable[Any]:
        return rounding_of(encoding, self.originals[path], learning)

    @property
    def outputs(self) -> int:
        """Output channels of the last layer."""
        layer = self.compiled.model.layer(list(self.view.layers)[-1])
        return layer.shape[layer.out_axis]

    def roundings(self) -> list[Rounding[Any]]:
        return [part for form in self.learned.values() for part in roundings(form)]

    def harden(self, hard: bool) -> None:
        """Use the levels that are stored, with nothing dropped; or go back to soft ones."""
        self.dropping.active = not hard
        for part in self.roundings():
            part.hard = hard

    @property
    def biased(self) -> tuple[str, ...]:
        """Layers that learn a bias."""
        return tuple(path for path in self.trained if f"bias:{self.names[path]}" in self.values)

    def bias(self, path: str) -> nn.Parameter:
        return self.values[f"bias:{self.names[path]}"]

    @torch.no_grad()
    def correct(self, path: str, factor: Tensor, mean: Tensor, goal: Tensor) -> None:
        """Multiply the output channels of a layer, where each has a scale that learns, and shift their means to this
        goal; both [channels], with the bias."""
        (part,), bias = roundings(self.learned[self.names[path]]), self.bias(path)
        steps = part.stretch.requires_grad and part.affine.rescaled(  # type: ignore[attr-defined]
            factor.float().cpu().numpy(), self.compiled.model.layer(path).out_axis
        )
        if not steps:
            factor = torch.ones_like(factor)
        else:
            part.stretch.add_(torch.log(torch.from_numpy(steps.scale / part.affine.scale)).to(part.stretch))
        bias.copy_(goal - factor * (mean - bias))
