"""Storage of quantised weights: decoded to floats when the file is loaded, or packed for a kernel of the runtime.

"smallest" decodes: the smallest file, with the speed and memory of floats. "fastest" uses the kernel wherever there is
one. "auto" uses it for layers of some size if products of this many rows are no slower than with floats and the file
hardly grows. The numbers are those of tests/benchmarks/bench_kernels.py.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

import onnx_ir as ir

from workbench.core.base.arguments import weak_cache
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.storing import Storing
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration.layer_context import LayerContext
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.model.model import Model
from workbench.graph.rewrite import kernel_choice
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.forms import forms, plain_bytes
from workbench.graph.storage.kernels import Compute, Packed
from workbench.graph.storage.plan import Plan
from workbench.methods.common import activation_levels

LEAST = 1 << 18  # weights of a layer: 1 MB of floats, below which a kernel saves nothing worth another arithmetic
ROWS = {2: 256, 4: 256, 8: 16}  # of a product, by bits: up to here the kernel is about as fast as floats, or faster
GROWTH = 1.1  # times the bytes of the smallest form
log = logging.getLogger(__name__)


def stored(model: Model, edits: Mapping[str, Edit], storing: Storing) -> dict[str, Edit]:
    """Return the edits with a kernel for each layer that gets one."""
    nodes = _nodes(model, storing)
    return {path: _computed(edit, _of_edit(model, path, edit, storing, nodes)) for path, edit in edits.items()}


def planned(model: Model, plans: Mapping[str, Plan], storing: Storing) -> dict[str, Plan]:
    """Return the plans with a kernel for each layer that gets one. `model`: after the structural steps; weights may be
    missing."""
    nodes = _nodes(model, storing)
    return {path: _of_plan(model, path, plan, storing, nodes) for path, plan in plans.items()}


def notes(edits: Mapping[str, Edit], storing: Storing) -> tuple[str, ...]:
    """Return a sentence on the layers that got a kernel, with the reason."""
    found = [path for path, edit in edits.items() if isinstance(edit.compute, Packed)]
    if not found:
        return ()
    why = (
        Message("as the recipe asks")
        if storing.storage == "fastest"
        else Message("lighter and, at batch {batch}, not slower than floats, by rule", batch=storing.batch)
    )
    return (
        Message(
            "{n} layers keep their weights packed in memory ({why}): ONNX Runtime multiplies them with activations "
            "rounded to 8 bits, which the figures include.",
            one="{n} layer keeps its weights packed in memory ({why}): ONNX Runtime multiplies them with activations "
            "rounded to 8 bits, which the figures include.",
            n=len(found),
            why=why,
        ),
    )


def outliers(model: Model, edits: Mapping[str, Edit], data: Dataset | None, cache: Cache, job: Job) -> tuple[str, ...]:
    """Return a sentence for each layer with a kernel whose input has outliers that leave little of the rest on 8-bit
    levels; none without data, or where an input cannot be observed."""
    said = []
    for path, edit in edits.items():
        if data is None or not isinstance(edit.compute, Packed) or model.layer(path).op not in ("MatMul", "Gemm"):
            continue
        context = LayerContext(model, path, data, 0, cache)
        try:
            kept = activation_levels.left_in_kernel(context, edit.weight, job, edit.compute.block)
        except UserError as error:
            log.info("outliers of the input of %s: %s", path, error)
            continue
        if kept is not None:
            said.append(
                Message(
                    "{path}, packed in memory: outliers take the range of its input's 8-bit levels, of which only "
                    "{kept:.0f} dB are left. Store it to be decoded at loading ('storage: smallest').",
                    path=path,
                    kept=kept,
                )
            )
    return tuple(said)


def _nodes(model: Model, storing: Storing) -> dict[str, ir.Node]:
    """Return nodes by name; empty if nothing is to be packed: operators of weights without a network are only
    guessed."""
    smallest = storing.storage == "smallest" or (storing.storage == "auto" and model.weights_only)
    return {} if smallest else {node.name or "": node for node in model.ir.graph}


def _computed(edit: Edit, compute: Compute | None) -> Edit:
    return edit if compute == edit.compute else _with_compute(edit, compute)


@weak_cache  # sessions are cached by edits
def _with_compute(edit: Edit, compute: Compute | None) -> Edit:
    return replace(edit, compute=compute)


def _of_edit(model: Model, path: str, edit: Edit, storing: Storing, nodes: Mapping[str, ir.Node]) -> Compute | None:
    if edit.compute is not None or edit.encoding.factors is not None or not nodes:
        return edit.compute
    scaled = edit.encoding.scaled is not None
    return _kernel(model, path, spec_of(edit.encoding.tensor, storing), scaled, storing, nodes)


def _of_plan(model: Model, path: str, plan: Plan, storing: Storing, nodes: Mapping[str, ir.Node]) -> Plan:
    if plan.compute is not None or plan.chain or not nodes:
        return plan
    found = _kernel(model, path, plan.tensors[0], plan.columns is not None, storing, nodes)
    return plan if found is None else plan.computed(found)


def _kernel(
    model: Model, path: str, spec: StorageSpec, scaled: bool, storing: Storing, nodes: Mapping[str, ir.Node]
) -> Packed | None:
    """Return the kernel that a weight is stored for, or None."""
    site, layer = model.sites[path], model.layer(path)
    node = nodes.get(site.node)
    if node is None or (storing.storage == "auto" and not _pays(model, layer, spec, storing.batch)):
        return None
    if scaled and (layer.op not in ("MatMul", "Gemm") or layer.uses > 1):
        return None  # what divides by the scales goes before a product
    found = kernel_choice.kernel_for(node, site, spec, model.opset)
    if found is None:
        return None
    size = kernel_choice.payload(found, spec, node, site)
    if storing.storage == "fastest":
        return found if size < plain_bytes(spec.shape, "") else None
    # Codes are smaller than packed levels, but for a layer of this size a kernel saves memory and time.
    packed = storing if storing.codes == "on" else replace(storing, codes="off")
    smallest = min(form.bytes for form in forms(spec, site.initializer, model.opset, packed))
    return found if size <= GROWTH * smallest else None


def _pays(model: Model, layer: Layer, spec: StorageSpec, batch: int) -> bool:
    """Return whether a layer is large enough, and its products have few enough rows: those of a tied head are counted
    with the head."""
    if spec.count < LEAST:
        return False
    counts = [layer.macs, *(other.macs for other in model.layers if other.shares == layer.path)]
    rows = batch * max((count // layer.count if count else 1) for count in counts)
    looked_up = layer.op == "Embedding" and not any(counts)
    return looked_up or rows <= ROWS.get(spec.bits, 0)
