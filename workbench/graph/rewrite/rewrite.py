"""Edits put into a graph, and the size of the file that this makes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import onnx_ir as ir

from workbench.core.recipe.recipe import Sparse
from workbench.graph.model.inventory import Site
from workbench.graph.rewrite import size
from workbench.graph.rewrite.editor import rewrite
from workbench.graph.rewrite.size import Size
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan

if TYPE_CHECKING:
    from workbench.graph.model.model import Model


def apply_edits(model: ir.Model, sites: Mapping[str, Site], edits: Mapping[str, Edit],
                sparse: Sparse = "auto") -> ir.Model:
    """A copy of the graph with the edits in it; every untouched tensor is shared with the original.

    Raises UserError for a layer that cannot be written as the chain of layers which its edit asks for.
    """
    return rewrite(model, sites, edits, sparse)


def size_of(model: "Model", edits: Mapping[str, Edit], sparse: Sparse = "auto") -> Size:
    """Exactly the bytes that `model.with_edits(edits, sparse)` takes as a file."""
    return size.size_of(model.ir, model.sites, edits, sparse)


def forecast(model: "Model", plans: Mapping[str, Plan], sparse: Sparse = "auto") -> Size:
    """The same from plans: exact without zeros, and with zeros what is to be expected of random positions."""
    return size.forecast(model.ir, model.sites, plans, sparse)
