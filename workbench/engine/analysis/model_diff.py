"""Matching of the layers of two models, and comparison of the open model with another file."""

from collections import Counter, defaultdict

from workbench.core.analysis.measured import FileComparison, LayerPair, ModelDiff, PairKind
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message, sentences
from workbench.core.base.trust import Trust
from workbench.core.layer_data.layer import Layer
from workbench.engine.analysis.compare import compare
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.storage.edit import sqnr_db


def diff(first: Model, second: Model, job: Job) -> ModelDiff:
    """Compare two models layer by layer. Layers with the same path are paired; of the others those with equal weights,
    then those with the same operator and shape in order of occurrence: exporters rename layers."""
    pairs = _pairs(first.layers, second.layers)
    taken = {other.path for other in pairs.values()}
    layers = [
        _pair(first, second, layer, pairs.get(layer.path))
        for layer in job.each(first.layers, Message("comparing the layers"))
    ]
    layers += [
        LayerPair("", layer.path, layer.op, "added", (), layer.shape, 0, layer.bytes)
        for layer in second.layers
        if layer.path not in taken
    ]
    counts = [Counter(node.op_type for node in model.ir.graph) for model in (first, second)]
    names = sorted(set(counts[0]) | set(counts[1]))
    return ModelDiff(tuple(layers), tuple((name, counts[0][name], counts[1][name]) for name in names))


def compare_file(workspace: Workspace, path: str, trusted: Trust, job: Job) -> FileComparison:
    """Compare the open model with the file at `path`, with figures on the attached samples if both can be run on them.

    Raises UserError if the file cannot be opened.
    """
    other = Workspace.open(path, job.part(0.0, 0.1), workspace.trusted | trusted)
    found = diff(workspace.model, other.model, job.part(0.1, 0.3))
    figures, without = None, ""
    try:
        figures = compare(workspace, other, job.part(0.3, 1.0))
    except UserError as error:
        without = sentences(error.message, error.hint)
    summaries = [each.model.summary() for each in (workspace, other)]
    return FileComparison(
        summaries[0].path,
        summaries[1].path,
        (summaries[0].bytes, summaries[1].bytes),
        (summaries[0].macs, summaries[1].macs),
        found,
        figures,
        without,
    )


def _pairs(first: tuple[Layer, ...], second: tuple[Layer, ...]) -> dict[str, Layer]:
    """Pair paths of the first model with layers of the second."""
    by_path = {layer.path: layer for layer in second}
    pairs = {layer.path: by_path[layer.path] for layer in first if layer.path in by_path}
    for key in (lambda layer: layer.fingerprint, lambda layer: (layer.op, layer.shape)):
        taken = {other.path for other in pairs.values()}
        left = defaultdict(list)
        for layer in second:
            if layer.path not in taken:
                left[key(layer)].append(layer)
        for layer in first:
            if layer.path not in pairs and left[key(layer)]:
                pairs[layer.path] = left[key(layer)].pop(0)
    return pairs


def _pair(first: Model, second: Model, layer: Layer, other: Layer | None) -> LayerPair:
    if other is None:
        return LayerPair(layer.path, "", layer.op, "removed", layer.shape, (), layer.bytes)
    kind: PairKind = "same" if layer.fingerprint == other.fingerprint else "weights"
    ratio = None
    if layer.shape != other.shape:
        kind = "shape"
    elif kind == "weights" and layer.path in first.sites and other.path in second.sites:  # others are not read
        ratio = sqnr_db(first.weight(layer.path), second.weight(other.path))
    return LayerPair(layer.path, other.path, layer.op, kind, layer.shape, other.shape, layer.bytes, other.bytes, ratio)
