"""Replacement of a span of a graph by one layer or by nothing: its form, from shapes alone, and the new graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import Layer
from workbench.graph.model import unused
from workbench.graph.model.inventory import Site, find_layers
from workbench.graph.model.model import Model
from workbench.graph.onnx.names import free, free_node
from workbench.graph.storage.chain import DEFAULTS
from workbench.graph.subgraph.span import OTHER, Span

Op = Literal["Identity", "Conv", "Gemm", "MatMul"]


@dataclass(frozen=True)
class Form:
    """Replacement of a span, with a bias for each output. `shape` of its weight: [out, in, kernel…] for a Conv, [in,
    out] for a linear layer, () for an identity."""

    op: Op
    shape: tuple[int, ...] = ()
    attributes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def outputs(self) -> int:
        return self.shape[0 if self.op == "Conv" else 1] if self.shape else 0

    def layer(self, path: str) -> Layer:
        """Return the replacement as a Layer, to unfold its inputs with."""
        count = int(np.prod(self.shape))
        return Layer(
            path,
            self.op,
            self.shape,
            "float32",
            0 if self.op == "Conv" else 1,
            count + self.outputs,
            None,
            4 * (count + self.outputs),
            "",
            attributes=self.attributes,
        )


def form_of(model: Model, span: Span, kernel: int | None) -> Form:
    """Return the identity if `kernel` is None, else one layer; a convolution's kernel has this size along each axis.

    Raises UserError if the shapes do not allow it.
    """
    before, after = span.before, span.after
    if kernel is None:
        if before != after:
            raise UserError(
                "{module} maps {before} to {after}: it cannot be removed.",
                "Choose a one-layer student.",
                module=span.module,
                before=list(before),
                after=list(after),
            )
        return Form("Identity")
    convolves = any(model.layer(path).op in ("Conv", "ConvTranspose") for path in span.layers)
    if len(before) != len(after) or len(before) < (3 if convolves else 2):
        raise UserError(
            "{module} maps {before} to {after}: no single layer can replace it.",
            OTHER,
            module=span.module,
            before=list(before),
            after=list(after),
        )
    if convolves:
        return _convolution(span, kernel)
    if before[:-1] != after[:-1]:
        raise UserError(
            "{module} maps {before} to {after}: no linear layer can replace it.",
            OTHER,
            module=span.module,
            before=list(before),
            after=list(after),
        )
    return Form("Gemm" if len(before) == 2 else "MatMul", (before[-1], after[-1]))


def _convolution(span: Span, kernel: int) -> Form:
    """Return a convolution with the stride that gives the same output size, and centred padding."""
    sizes = list(zip(span.before[2:], span.after[2:], strict=True))
    strides = tuple(
        next((step for step in range(1, before + 1) if -(-before // step) == after), 0) for before, after in sizes
    )
    if not all(strides):
        raise UserError(
            "{module} maps {before} to {after}: no stride gives these sizes.",
            OTHER,
            module=span.module,
            before=list(span.before),
            after=list(span.after),
        )
    low, high = (kernel - 1) // 2, kernel // 2
    attributes = {"strides": strides, "pads": (low,) * len(sizes) + (high,) * len(sizes)}
    return Form("Conv", (span.after[1], span.before[1], *(kernel for _ in sizes)), attributes)


def replaced(model: Model, span: Span, form: Form, weight: np.ndarray, bias: np.ndarray) -> Model:
    """Return the model with this layer in place of the span, under the path of the span's first layer."""
    copy = model.ir.clone()
    graph = copy.graph
    values = {value.name: value for value in graph.inputs}
    values |= {value.name: value for node in graph for value in node.outputs}
    received, given = values[span.received], values[span.given]
    maker = given.producer()
    assert maker is not None
    site = model.sites[span.layers[0]]
    first = next(node for node in graph if node.name == site.node)
    if form.op != "Identity":
        nodes = _layer(form, received, _initializers(graph, span, site, weight, bias))
    else:  # an output of the model keeps its name
        nodes = [ir.Node("", "Identity", [received])] if given.is_graph_output() else []
    graph.insert_before(maker, nodes)
    new = nodes[-1].outputs[0] if nodes else received
    given.replace_all_uses_with(new, replace_graph_outputs=True)
    if nodes:
        given.name = free(f"{span.given}__before", graph)
        new.name, new.type, new.shape = span.given, given.type, given.shape
    for node in nodes:
        node.metadata_props.update(first.metadata_props)
        node.name = site.node if node is nodes[0] else free_node(f"{site.node}.bias", graph)
        node.outputs[0].name = node.outputs[0].name or free(f"{span.given}.product", graph)
    first.name = free_node(f"{site.node}__before", graph)
    unused.remove(copy)
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]
    return _with_paths(model, copy)


def _initializers(graph: ir.Graph, span: Span, site: Site, weight: np.ndarray, bias: np.ndarray) -> list[ir.Value]:
    """Return weight and bias of the new layer, under the names of those of the span's first layer if these are
    removed."""
    module, dot, _ = site.initializer.rpartition(".")
    made = []
    for name, values in ((site.initializer, weight), (site.bias or (f"{module}.bias" if dot else "bias"), bias)):
        old = graph.initializers.get(name)
        if old is not None and not old.is_graph_output() and all(use.node.name in span.nodes for use in old.uses()):
            del graph.initializers[name]
        else:
            name = free(name, graph)
        tensor = ir.Tensor(np.ascontiguousarray(values, np.float32), name=name)
        made.append(ir.Value(name=name, const_value=tensor))
        graph.initializers.add(made[-1])
    return made


def _layer(form: Form, received: ir.Value, stored: list[ir.Value]) -> list[ir.Node]:
    if form.op == "MatMul":
        product = ir.Node("", "MatMul", [received, stored[0]])
        return [product, ir.Node("", "Add", [product.outputs[0], stored[1]])]
    kept = [
        ir.AttrInt64s(name, sizes)
        for name, sizes in form.attributes.items()
        if any(size != DEFAULTS[name] for size in sizes)
    ]
    return [ir.Node("", form.op, [received, *stored], kept)]


def _with_paths(model: Model, copy: ir.Model) -> Model:
    """Restore the paths of layers, also where a number distinguished two of which one was removed."""
    layers, sites = find_layers(copy)
    known = {site.initializer: path for path, site in model.sites.items()}
    paths = {path: known.get(site.initializer, path) for path, site in sites.items()}
    return replace(
        model,
        ir=copy,
        layers=tuple(replace(layer, path=paths.get(layer.path, layer.path)) for layer in layers),
        sites={paths[path]: site for path, site in sites.items()},
    )
