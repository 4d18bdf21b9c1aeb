"""Models that others quantised: whether ONNX Runtime's optimisation changes their outputs."""

from dataclasses import replace

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.engine.base.evaluate import Evaluator, Run
from workbench.engine.integers.settle import LIMITS, MEASURED, Outputs, Same, apart, deciding, undecided
from workbench.formats.finish import Feeds, answers
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime

QUANTISING = ("QuantizeLinear", "DynamicQuantizeLinear")


def noted(model: Model) -> Model:
    """Return the model with a note if its outputs for random inputs depend on the optimisation."""
    if not _computes_in_integers(model.ir):
        return model
    try:
        feeds, found, _ = answers(runtime.session(model, bounded=True))
        said = _note(model, feeds, found, 0, undecided) if feeds else None
    except UserError:  # what cannot be run is told elsewhere
        return model
    return model if said is None else replace(model, notes=(*model.notes, said))


def noted_with_data(evaluator: Evaluator, model: Model, run: Run) -> Evaluator:
    """Return the evaluator with such a note among those of its data, if it is so for its samples. `run` runs the
    model."""
    if not _computes_in_integers(model.ir):
        return evaluator
    data = evaluator.data
    feeds = next(iter(data.batches(MEASURED, MEASURED)))
    said = _note(model, feeds, run(feeds), data.count(feeds), deciding(evaluator))
    return evaluator if said is None else replace(evaluator, data=replace(data, notes=(*data.notes, said)))


def _computes_in_integers(graph: ir.Model) -> bool:
    nodes = ir.traversal.RecursiveGraphIterator(graph.graph)
    return any(node.op_type in QUANTISING or node.op_type.startswith("QLinear") for node in nodes)


def _note(model: Model, feeds: Feeds, found: Outputs, samples: int, same: Same) -> Message | None:
    try:
        session = runtime.session(model, optimize=False)
        moved = apart(found, runtime.run(session, runtime.read_by(session, feeds)), same)
    except UserError:
        return None
    if (moved <= LIMITS).all():
        return None
    moved = np.where(np.isfinite(moved), moved, 1.0)
    return Message(
        "The model as given depends on ONNX Runtime's graph optimisation: without it, its outputs differ by "
        "{moved:.0%}, and {decisions:.0%} of the predictions, {where}. All figures are with optimisation, the default.",
        moved=float(moved[0]),
        decisions=float(moved[1]),
        where=Message("on {count} samples", count=samples) if samples else Message("on random inputs"),
    )
