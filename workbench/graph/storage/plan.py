"""Forecast of what a stack of steps will store of a layer, from shapes alone, while a slider moves.

A method turns a plan into the next one; the bytes come from the same forms that the writer chooses from
(graph/storage/storage), with expected counts for zeros at random positions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.graph.encodings import affine, codebook, dense
from workbench.graph.encodings.affine import Granularity
from workbench.graph.encodings.kind import Floats
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.storage.chain import piece_name
from workbench.graph.storage.forms import Form, plain_bytes
from workbench.graph.storage.forms import forms as forms_of
from workbench.graph.storage.kernels import Compute


@dataclass(frozen=True, eq=False)
class WeightFacts:
    """Facts about a weight before any step, for estimates of steps whose amount depends on it.

    singular    [rank] singular values of the layer's matrix, descending; None if there are none
    magnitudes  [n] quantiles 0..1 of |w|
    count       number of weights
    """

    singular: np.ndarray | None
    magnitudes: np.ndarray
    count: int

    def share_below(self, threshold: float) -> float:
        """Return the estimated share of the weights with |w| <= threshold."""
        if threshold < self.magnitudes[0]:
            return 0.0
        places = np.linspace(0, 1, len(self.magnitudes))
        return float(np.interp(threshold, self.magnitudes, places))


def estimated_threshold(weights: Sequence[WeightFacts], share: float) -> float:
    """Return the estimated |w| that this share of all weights of several layers does not exceed."""
    sizes = np.concatenate([facts.magnitudes for facts in weights])
    mass = np.concatenate([np.full(len(facts.magnitudes), facts.count / len(facts.magnitudes)) for facts in weights])
    order = np.argsort(sizes)
    return float(np.interp(share * mass.sum(), np.cumsum(mass[order]), sizes[order]))


@dataclass(frozen=True)
class Plan:
    """A layer as it will be stored: one tensor, or one for each factor; immutable.

    shape     shape of the layer's original weight; out_axis is its axis
    bias      number of values of the bias, stored unchanged
    conv      whether factors are convolutions; otherwise they are matrices [in, out]
    columns   shape of the scale of the input channels (graph.encodings.encoding.Scaled); None if they are not scaled
    compute   as in graph.storage.edit.Edit; reset by any step that changes the storage of the weight
    biased    whether the layer gets a bias that it does not have
    lookup    whether the weight is a table of rows: groups run along a row, as a lookup reads it
    facts     facts about the weight; None if unknown, or if factors replaced it
    peers     facts about all layers with the planned step, for steps that compare them; otherwise empty
    """

    tensors: tuple[StorageSpec, ...]
    shape: tuple[int, ...]
    out_axis: int = 0
    bias: int = 0
    conv: bool = False
    columns: tuple[int, ...] | None = None
    compute: Compute | None = None
    biased: bool = False
    lookup: bool = False
    facts: WeightFacts | None = field(default=None, compare=False)
    peers: tuple[WeightFacts, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, layer: Layer, facts: WeightFacts | None = None) -> "Plan":
        """Return the plan of an unchanged layer: floats, all of them stored."""
        conv = layer.op in ("Conv", "ConvTranspose")
        spec, bias = StorageSpec.dense(layer.shape), layer.parameters - layer.count
        return cls((spec,), layer.shape, layer.out_axis, bias, conv, lookup=layer.op == "Embedding", facts=facts)

    @property
    def parameters(self) -> int:
        """Weights and bias; zeros count."""
        return self.weights + self.bias

    @property
    def chain(self) -> bool:
        """Whether the layer is replaced by a chain of layers."""
        return len(self.tensors) > 1 or self.tensors[0].shape != self.shape

    @property
    def on_levels(self) -> bool:
        """Whether an earlier step has quantised the weight or one of its factors."""
        return any(tensor.kind.on_levels for tensor in self.tensors)

    @property
    def singular(self) -> np.ndarray | None:
        """Singular values of the layer's matrix, if known."""
        return self.facts.singular if self.facts is not None else None

    @property
    def weights(self) -> int:
        return sum(tensor.count for tensor in self.tensors)

    def quantized(
        self,
        bits: int,
        granularity: Granularity = "channel",
        group_size: int = 32,
        symmetric: bool = True,
        rule: str = "cubed",
    ) -> "Plan":
        """Return the plan with every tensor on an affine grid of `bits` 2..8, whose range is chosen by this rule."""
        axis = self.out_axis if not self.chain else 0 if self.conv else 1
        if self.lookup and not self.chain and granularity == "group":
            axis = 0
        return self.each(lambda tensor: affine.planned(tensor, bits, granularity, group_size, symmetric, axis, rule))

    def codebook(self, bits: int) -> "Plan":
        """Return the plan with every tensor as indices of `bits` 1..8 into a table of 2^bits floats."""
        return self.each(lambda tensor: codebook.planned(tensor, bits))

    def floats(self, kind: Floats) -> "Plan":
        """Return the plan with every tensor in a floating-point type."""
        return self.each(lambda tensor: dense.planned(tensor, kind))

    def with_zeros(self, fraction: float) -> "Plan":
        """Return the plan with this fraction of every tensor zero."""
        return self.each(lambda tensor: tensor.with_zeros(fraction))

    def scaled(self, columns: tuple[int, ...]) -> "Plan":
        """Return the plan with factors of this shape for the input channels."""
        return replace(self, columns=columns)

    def with_bias(self) -> "Plan":
        """Return the plan with a bias for each output, whether the layer had one or not."""
        return replace(self, biased=True, bias=self.shape[self.out_axis])

    def computed(self, compute: Compute) -> "Plan":
        """Return the plan with this way of computing."""
        return replace(self, compute=compute)

    def factored(self, *shapes: tuple[int, ...]) -> "Plan":
        """Return the plan as a chain of layers with weights of these shapes, in floats and without zeros."""
        tensors = tuple(map(StorageSpec.dense, shapes))
        return replace(self, tensors=tensors, compute=None, facts=None)

    def each(self, change: Callable[[StorageSpec], StorageSpec]) -> "Plan":
        """Return the plan with every tensor stored in another way: `change` maps specs, as the `planned` of an encoding
        does."""
        return replace(self, tensors=tuple(change(tensor) for tensor in self.tensors), compute=None)


def forms(plan: Plan, name: str, opset: int, storing: Storing = DEFAULT) -> list[list[Form]]:
    """Return for each tensor of the plan every way to store it under the name that the writer will use."""
    names = [piece_name(name, index) for index in range(len(plan.tensors))] if plan.chain else [name]
    return [forms_of(tensor, part, opset, storing) for tensor, part in zip(plan.tensors, names, strict=True)]


def forecast_bytes(plan: Plan, name: str, opset: int, storing: Storing = DEFAULT) -> int:
    """Return the bytes that a layer's weight, called `name`, will take in the file, comparable to
    graph.rewrite.size.Size.layers.

    Exact without zeros, expected with them. Without shared decoders and the nodes of factors, which
    graph.rewrite.size.forecast counts for all layers together.
    """
    before = plain_bytes(plan.shape, name)
    after = sum(min(form.bytes for form in options) for options in forms(plan, name, opset, storing))
    return 4 * product(plan.shape) + after - before
