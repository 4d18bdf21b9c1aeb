"""The size of the file that edits make, without writing it or packing a weight."""

from collections.abc import Mapping
from dataclasses import dataclass

import onnx_ir as ir

from workbench.core.recipe import Sparse
from workbench.graph import storage
from workbench.graph.edit import Edit
from workbench.graph.editor import functions_of, rewrite, shape_of
from workbench.graph.encoding import Encoding, Factors, Piece
from workbench.graph.filesize import file_bytes
from workbench.graph.inventory import Site
from workbench.graph.plan import Plan
from workbench.graph.storage import Planned

__all__ = ["Size", "file_bytes", "forecast", "size_of"]


@dataclass(frozen=True)
class Size:
    """Bytes of a file with edits in it.

    file       of the whole file
    layers     of each edited layer: those of its weight and bias as opened (core.layer.Layer.bytes) and what the file
               grows by its edit, decoders not counted; with how it is stored, in words
    functions  of the decoders that the layers share
    """

    file: int
    layers: Mapping[str, tuple[int, str]]
    functions: int


def size_of(model: ir.Model, sites: Mapping[str, Site], edits: Mapping[str, Edit], sparse: Sparse = "auto") -> Size:
    """Exactly the bytes of what graph.rewrite.apply_edits makes."""
    edited, changes = rewrite(model, sites, edits, sparse)
    layers = {path: (_opened(model, sites[path]) + change.growth, change.words) for path, change in changes.items()}
    functions = storage.functions_bytes(functions_of(changes.values()), edited.opset_imports[""])
    return Size(file_bytes(edited), layers, functions)


def forecast(model: ir.Model, sites: Mapping[str, Site], plans: Mapping[str, Plan], sparse: Sparse = "auto") -> Size:
    """What the plans will take: exact without zeros, and with zeros what is to be expected of random positions."""
    edits = {path: Edit(_planned(plan, sites[path], model)) for path, plan in plans.items()}
    return size_of(model, sites, edits, sparse)


def _opened(model: ir.Model, site: Site) -> int:
    """Bytes of a layer's weight and bias before any edit."""
    names = [site.initializer, *([site.bias] if site.bias is not None else [])]
    tensors = [model.graph.initializers[name].const_value for name in names]
    return sum(tensor.nbytes for tensor in tensors if tensor is not None)


def _planned(plan: Plan, site: Site, model: ir.Model) -> Encoding:
    """A plan as an encoding without values; the piece with the original's kernel is taken to inherit its strides."""
    contents = [Planned(tensor.content) for tensor in plan.tensors]
    if len(contents) == 1:
        return contents[0]
    shape = shape_of(model.graph.initializers[site.initializer])
    whole = next((index for index, content in enumerate(contents) if content.shape[2:] == shape[2:]), 0)
    pieces = tuple(Piece(content, inherit=plan.conv and index == whole) for index, content in enumerate(contents))
    return Factors(pieces, plan.conv, shape, plan.out_axis)
