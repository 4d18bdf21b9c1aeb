"""An opened model: an immutable graph, and where its layers are in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import InputSpec, Layer, ModelSummary, Preparation
from workbench.graph.model import cost, demand
from workbench.graph.model.inventory import Site, find_layers
from workbench.graph.onnx import aside, saving, shapes
from workbench.graph.onnx.mapped import MappedTensor

WEIGHTS_ONLY = "weights_only"  # in the meta of a graph of weights without a network (see formats.weights.network)
Nodes = Mapping[str, ir.Node]
OPEN = Message("The model has dynamic input sizes. MACs are counted for")


@dataclass(frozen=True)
class Source:
    """Origin of a model.

    bytes      size of its plain ONNX, to which the size of an export is compared
    tokenizer  folder that holds the files of its tokenizer; "" if none was found
    """

    path: str
    format: str
    bytes: int
    tokenizer: str = ""


@dataclass(frozen=True, eq=False)
class Model:
    """A prepared graph `ir` (see passes) that never changes; edits create a new Model that shares unchanged tensors.

    settled   whether data determines the dimensions of a sample that the graph leaves free (see `at`)
    """

    ir: ir.Model
    layers: tuple[Layer, ...]
    sites: Mapping[str, Site]
    source: Source
    preparations: tuple[Preparation, ...] = ()
    notes: tuple[str, ...] = ()
    settled: bool = False

    @property
    def opset(self) -> int:
        return self.ir.opset_imports.get("", 1)

    @property
    def weights_only(self) -> bool:
        """Whether there are weights without a network that connects them, so that nothing can be measured."""
        return bool(self.ir.graph.meta.get(WEIGHTS_ONLY))

    def require_network(self) -> None:
        """Raise UserError for weights without a network."""
        if self.weights_only:
            raise UserError(
                "{path} holds weights without a network.",
                "Open it with its architecture (on the command line: --architecture).",
                path=self.source.path,
            )

    @cached_property
    def _by_path(self) -> dict[str, Layer]:
        return {layer.path: layer for layer in self.layers}

    @cached_property
    def nodes(self) -> Nodes:
        """Nodes of the main graph by name."""
        return {node.name or "": node for node in self.ir.graph}

    def output(self, path: str) -> str:
        """Return the name of the output value of a layer's node; "" for a layer without a node in the graph, because it
        is locked or integer kernels compute it."""
        node = self.nodes.get(self.sites[path].node) if path in self.sites else None
        return "" if node is None else str(node.outputs[0].name)

    def layer(self, path: str) -> Layer:
        """Return the layer with this path. Raises KeyError if there is none."""
        return self._by_path[path]

    def weight(self, path: str) -> np.ndarray:
        """Return the weight of an editable layer, float32, in the stored layout."""
        return self._tensor(self.sites[path].initializer)

    def release(self, path: str) -> None:
        """Release the memory of a weight in a mapped file; for loops over all layers."""
        tensor = self.ir.graph.initializers[self.sites[path].initializer].const_value
        if isinstance(tensor, MappedTensor) and tensor.within is not None:
            tensor.within.release()

    def bias(self, path: str) -> np.ndarray | None:
        """Return the bias of a layer [outputs], float32; None if it has none."""
        name = self.sites[path].bias
        return None if name is None else self._tensor(name).reshape(-1)

    def _tensor(self, name: str) -> np.ndarray:
        value = self.ir.graph.initializers[name].const_value
        assert value is not None
        return np.require(value.numpy(), np.float32, "A")  # in a mapped file it may be unaligned

    @cached_property
    def known(self) -> Mapping[str, shapes.Known]:
        """Types and shapes of all values, by name, as far as they can be inferred."""
        return shapes.infer(self.ir)

    @cached_property
    def known_of_one_sample(self) -> Mapping[str, shapes.Known]:
        """Types and shapes of all values with one sample in the batch, if the graph leaves the batch size free."""
        return cost.sample_shapes(self.ir)

    @cached_property
    def run_bytes(self) -> int:
        """Peak bytes of the values of a run of one sample, as far as their shapes can be inferred."""
        return demand.peak_bytes(self.ir, self.known_of_one_sample)

    @cached_property
    def values_bytes(self) -> int:
        """Bytes of all values of a run of one sample, as far as their shapes can be inferred."""
        return demand.total_bytes(self.ir, self.known_of_one_sample)

    def at(self, sizes: Mapping[str, tuple[int, ...]], alone: bool = False) -> "Model":
        """Return the same model with MACs counted for a sample of these shapes, by input, if the graph leaves more free
        than the batch; else this one. `alone`: a run is one sample, and no axis is the batch."""
        free = [spec for spec in self.inputs if None in spec.shape[0 if alone else 1 :] and spec.name in sizes]
        whole = alone and cost.fixed_batch(self.ir) > 1
        if not whole and (not free or self.ir.graph.meta.get(shapes.SIZES) == dict(sizes)):
            return self
        copy = self.ir.clone()
        shapes.settled(copy, sizes, alone)
        layers, sites = find_layers(copy)
        words = [f"{spec.name} {list(sizes[spec.name])}" for spec in free]
        kept = [note for note in self.notes if not note.startswith(OPEN)]
        of_data = [Message("{open} {words}, the size in the data.", open=OPEN, words=words)] if free else []
        return replace(self, ir=copy, layers=layers, sites=sites, settled=True, notes=(*kept, *of_data))

    def to_bytes(self) -> bytes:
        """Return the graph as one ONNX file. Raises UserError beyond protobuf's 2 GB."""
        return saving.to_bytes(self.ir, self.source.path)

    def save(self, path: Path) -> None:
        """Write the file atomically; beyond 2 GB the tensors go to PATH.data in the same folder. Raises UserError on
        failure."""
        saving.save(self.ir, path)

    @cached_property
    def inputs(self) -> tuple[InputSpec, ...]:
        """Inputs without initialisers, which old files list as inputs."""
        known = self.ir.graph.initializers
        return tuple(_spec(value) for value in self.ir.graph.inputs if value.name not in known)

    @cached_property
    def outputs(self) -> tuple[InputSpec, ...]:
        return tuple(_spec(value) for value in self.ir.graph.outputs)

    @property
    def _macs(self) -> int | None:
        """MACs of all layers and of attention; None if a part is unknown."""
        layers = cost.total(self.layers)
        between = None if layers is None else cost.macs_between_layers(self.ir, self.known_of_one_sample)
        return None if layers is None or between is None else layers + between

    @cached_property
    def _summary(self) -> ModelSummary:
        parameters = sum(
            value.const_value.size
            for graph in self.ir.graphs()
            for value in graph.initializers.values()
            if value.const_value is not None and value.const_value.dtype.is_floating_point()
        ) + sum(layer.parameters for layer in self.layers if "float" not in layer.dtype and layer.dtype != "double")
        return ModelSummary(
            self.source.path,
            self.source.format,
            parameters,
            self.source.bytes,
            None if self.weights_only else self._macs,
            self.opset,
            self.layers,
            () if self.weights_only else self.inputs,
            () if self.weights_only else self.outputs,
            self.preparations,
            self.notes,
        )

    def summary(self) -> ModelSummary:
        """Return the model as plain values, for the window and `inspect`."""
        return self._summary


def _spec(value: ir.Value) -> InputSpec:
    shape = (
        ()
        if value.shape is None
        else tuple(size if isinstance(size, int) and size > 0 else None for size in value.shape)
    )
    names = (
        ()
        if value.shape is None
        else tuple("" if isinstance(size, int) else str(size.value or "") for size in value.shape)
    )
    ranked, default = value.shape is not None, aside.default_of(value)
    return InputSpec(value.name or "", shapes.dtype_name(value), shape, names, ranked, default)
