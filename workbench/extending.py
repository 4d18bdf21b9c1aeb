"""Names for extensions to import, which stay stable here wherever they are defined.

How to write one: resources/docs/extending. How to test one: workbench.testing.
"""

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.quantities import MetricInfo
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Levels
from workbench.core.recipe.effect import Effect, Ranking
from workbench.core.recipe.encodes import Encodes
from workbench.core.recipe.params import Drag, Expert, Help, OneOf, Range, Unit, When
from workbench.data.extensions import Reader
from workbench.data.metrics.metric import Metric
from workbench.formats.format import Format, Loaded
from workbench.formats.onnx_file import from_graph
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.codebook import Codebook
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Counts, Encoding, Factors, Piece, Scaled
from workbench.graph.encodings.grid import Grid
from workbench.graph.encodings.kind import Kind, Side, register_kind, unpacked
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.model.model import Source
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import (
    Context,
    Method,
    RemovalMethod,
    ReplacingMethod,
    RescalingMethod,
    each_tensor,
    method,
)

__all__ = [
    "Affine",
    "Cancelled",
    "Codebook",
    "Context",
    "Counts",
    "Dense",
    "Drag",
    "Edit",
    "Effect",
    "Encodes",
    "Encoding",
    "Expert",
    "Factors",
    "Format",
    "Grid",
    "Help",
    "Job",
    "Kind",
    "Layer",
    "Levels",
    "Loaded",
    "Method",
    "Metric",
    "MetricInfo",
    "OneOf",
    "Piece",
    "Plan",
    "Range",
    "Ranking",
    "Reader",
    "RemovalMethod",
    "ReplacingMethod",
    "RescalingMethod",
    "Scaled",
    "Side",
    "Source",
    "StorageSpec",
    "Unit",
    "UserError",
    "When",
    "each_tensor",
    "from_graph",
    "method",
    "register_kind",
    "unpacked",
]
