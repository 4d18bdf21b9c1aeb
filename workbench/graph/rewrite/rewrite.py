"""Entry points: a model with edits applied, and the size of the file."""

from collections.abc import Mapping
from dataclasses import replace

from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.graph.model.model import Model
from workbench.graph.rewrite import size
from workbench.graph.rewrite.editor import rewrite
from workbench.graph.rewrite.size import Size
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan


def with_edits(model: Model, edits: Mapping[str, Edit], storing: Storing = DEFAULT) -> Model:
    """Return the model as an export writes it; every unchanged tensor is shared with the original.

    Raises UserError for a layer that cannot be written as the chain of layers that its edit asks for.
    """
    return replace(model, ir=rewrite(model.ir, model.sites, edits, storing))


def size_of(model: Model, edits: Mapping[str, Edit], storing: Storing = DEFAULT) -> Size:
    """Return the exact bytes of the file that `with_edits(model, edits, storing)` gives."""
    return size.size_of(model.ir, model.sites, edits, storing)


def forecast(
    model: Model, plans: Mapping[str, Plan], storing: Storing = DEFAULT, known: Mapping[str, Edit] | None = None
) -> Size:
    """Return the same from plans, beside known edits: exact without zeros and codes, else the expected size."""
    return size.forecast(model.ir, model.sites, plans, storing, known or {})
