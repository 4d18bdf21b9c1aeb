"""Correction of the mean and variance of layers' outputs to the original's, in one pass and without labels.

Removed channels, zeros and coarse levels move the statistics that a folded BatchNorm once fixed. Each layer's output
gets the original's mean and standard deviation again, layer after layer: its input comes from the layers corrected
before it. The factors are folded into weight and bias, so the structure of the model does not change.

Ioffe and Szegedy 2015, Batch normalization, ICML, algorithm 2, with the statistics of the changed network; for pruned
ones Li et al. 2020, EagleEye, ECCV, section 3.3 (adaptive batch normalization); for quantised ones Finkelstein et al.
2019, Fighting quantization bias with bias, and Nagel et al. 2019, ICCV, section 4.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import onnx_ir as ir

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.dataset import Dataset
from workbench.engine.calibration.taps import runs
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model
from workbench.graph.model.operators import NORMS
from workbench.graph.onnx import runtime
from workbench.graph.prepare.fold_batchnorm import folded_scale
from workbench.graph.rewrite.builder import NodeBuilder
from workbench.graph.storage.edit import Edit

SAMPLES, BATCH = 512, 64
FEWEST = 8  # samples in a batch whose statistics say something
FLOOR = 1e-3  # of the original's variance: the most that a channel without any is made larger is its root
# A convolution was normalised, or could be, where one of these reads it.
FOLLOWING = {
    *("Relu", "Clip", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "HardSwish", "HardSigmoid", "Sigmoid", "Mish"),
    *("Gelu", "Softplus", "Tanh", "Mul", "Add", "MaxPool", "AveragePool", "Concat"),
}


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and standard deviation of a layer's output channels, float64 [outputs]."""

    mean: np.ndarray
    std: np.ndarray

    def among(self, places: np.ndarray) -> "Moments":
        return Moments(self.mean[places], self.std[places])


def normalised(model: Model) -> tuple[str, ...]:
    """Return the layers whose BatchNorm was folded at opening. If there were none, and the model has no other norm, its
    convolutions before an activation: most exporters fold BatchNorm before the model is opened here."""
    graph, nodes = model.ir.graph, model.nodes
    folded, could = [], []
    for layer in model.layers:
        site = model.sites.get(layer.path)
        if site is None or len(site.uses) != 1 or site.bias_node is not None or layer.op not in ("Conv", "Gemm"):
            continue
        output = nodes[site.node].outputs[0]
        if output.is_graph_output():
            continue
        if folded_scale(graph.initializers[site.initializer].const_value) is not None:
            folded.append(layer.path)
        elif layer.op == "Conv" and site.bias is not None:
            readers = [use.node.op_type for use in output.uses()]
            could += [layer.path] if readers and FOLLOWING.issuperset(readers) else []
    return tuple(folded or (() if any(node.op_type in NORMS for node in graph) else could))


def goal_of(source: Model, data: Dataset, job: Job) -> dict[str, Moments]:
    """Return the output moments to restore: those of the layers of this model that have a BatchNorm or could have had
    one."""
    return moments(source, normalised(source), data, job)


def of_kept(goal: Mapping[str, Moments], kept: Mapping[str, tuple[np.ndarray, ...]]) -> dict[str, Moments]:
    """Return the same without removed channels; `kept`: the remaining indices along each axis of a weight."""
    return {path: each.among(kept[path][0]) if path in kept else each for path, each in goal.items()}


def moments(model: Model, paths: Iterable[str], data: Dataset, job: Job) -> dict[str, Moments]:
    """Return statistics of these layers' outputs over samples of the data; none for a layer that integer kernels
    compute, as its operator is not in the graph."""
    names = {path: name for path in paths if (name := model.output(path))}
    sums: dict[str, list[np.ndarray]] = {}
    count: dict[str, int] = {}
    for arrays in runs(model, list(names.values()), data, SAMPLES, BATCH, job) if names else ():
        for name, x in arrays.items():
            rows = np.moveaxis(x, 1, 0).reshape(x.shape[1], -1).astype(np.float64)
            found = [rows.sum(axis=1), np.square(rows).sum(axis=1)]
            sums[name] = [a + b for a, b in zip(sums.get(name, [0.0, 0.0]), found, strict=True)]
            count[name] = count.get(name, 0) + rows.shape[1]
    return {path: _moments(*(part / count[name] for part in sums[name])) for path, name in names.items()}


def _moments(mean: np.ndarray, square: np.ndarray) -> Moments:
    return Moments(mean, np.sqrt(np.maximum(square - np.square(mean), 0.0)))


def corrected(
    model: Model, shown: Model, edits: Mapping[str, Edit], goal: Mapping[str, Moments], data: Dataset, job: Job
) -> dict[str, Edit]:
    """Return the edits for which layers' outputs have these moments. Channels that share levels get one common factor.

    model   model of the edits; `shown` is the model with the edits applied
    goal    moments of the layers to correct; one that a kernel computes in integers is unchanged
    """
    start = {path: edits.get(path) or Edit(Dense(model.weight(path))) for path in goal}
    ones = {path: np.ones(len(each.mean), np.float32) for path, each in goal.items()}
    able = {path: _scaled(start[path], ones[path], model, path) for path in goal}
    goal = {path: each for path, each in goal.items() if able[path] is not None}
    shared = {path: _by_row(start[path], ones[path], model, path) is None for path in goal}
    made = dict(edits)
    for path, now in _in_one_pass(shown, goal, shared, data, job).items():
        edit, wanted = start[path], goal[path]
        rows = _rows(wanted, now, shared[path])
        bias = model.bias(path) if edit.bias is None else edit.bias
        shift = ((0.0 if bias is None else bias) - now.mean) * rows + wanted.mean
        encoding = _scaled(edit, rows.astype(np.float32), model, path)
        if encoding is not None and np.isfinite(rows).all() and np.isfinite(shift).all():
            made[path] = replace(edit, encoding=encoding, bias=shift.astype(np.float32))
    return {path: made[path] for path in model.sites if path in made}


def _scaled(edit: Edit, rows: np.ndarray, model: Model, path: str) -> Encoding | None:
    """Return the encoding with its output channels multiplied; with one factor if they share levels; None for integer
    computation, and for factors that share levels."""
    if edit.compute is not None:
        return None
    by_row = _by_row(edit, rows, model, path)
    if by_row is not None or edit.encoding.factors is not None:
        return by_row
    return edit.encoding.with_sides(lambda sides: (sides * rows.mean()).astype(np.float32))


def _by_row(edit: Edit, rows: np.ndarray, model: Model, path: str) -> Encoding | None:
    return edit.encoding.rescaled(rows, model.layer(path).out_axis)


def with_corrected(model: Model, goal: Mapping[str, Moments], data: Dataset, job: Job) -> Model:
    """Return the model in which the outputs of layers with a bias have these moments: other constants, the same
    graph."""
    goal = {path: each for path, each in goal.items() if model.sites[path].bias is not None}
    edits = corrected(model, model, {}, goal, data, job)
    copy = model.ir.clone()
    for path, edit in edits.items():
        site = model.sites[path]
        assert site.bias is not None and edit.bias is not None
        for name, array in ((site.initializer, edit.weight), (site.bias, edit.bias)):
            value = copy.graph.initializers[name]
            assert value.const_value is not None
            value.const_value = ir.Tensor(
                np.ascontiguousarray(array.reshape(value.const_value.shape.numpy())), name=name
            )
    layers, sites = find_layers(copy)
    return replace(model, ir=copy, layers=layers, sites=sites)


def _rows(wanted: Moments, now: Moments, shared: bool) -> np.ndarray:
    """Return the factor of each channel, or one for all; 1 where the original is constant."""
    goal, found = np.square(wanted.std), np.square(now.std)
    if shared:
        goal, found = np.full_like(goal, goal.mean()), np.full_like(found, found.mean())
    least = FLOOR * goal
    ratio = (goal + least) / np.maximum(found + least, np.finfo(float).tiny)
    return np.where(least > 0, np.sqrt(ratio), 1.0)


def _in_one_pass(
    shown: Model, goal: Mapping[str, Moments], shared: Mapping[str, bool], data: Dataset, job: Job
) -> dict[str, Moments]:
    """Return the moments of each layer after the layers before it are corrected: the graph normalises its values by the
    batch, as BatchNorm does in training."""
    if not goal or min(data.at_once(BATCH), data.samples) < FEWEST:
        return {}
    probe, names = _probe(shown, goal, shared)
    session = runtime.session(probe)
    wanted = {value.name for value in session.get_inputs()}
    total: dict[str, np.ndarray] = {}
    batches = 0
    for feeds in job.each(data.batches(data.at_once(BATCH), SAMPLES), Message("collecting activations")):
        first = next(iter(feeds.values()))
        if batches and len(first) < FEWEST:
            break
        values = runtime.run(session, {key: value for key, value in feeds.items() if key in wanted}, list(names))
        for name, value in zip(names, values, strict=True):
            total[name] = total.get(name, 0.0) + np.asarray(value, np.float64).ravel()
        batches += 1
    found: dict[str, list[np.ndarray]] = {}
    for name, path in names.items():
        found.setdefault(path, []).append(total[name] / batches)
    return {path: Moments(mean, np.sqrt(np.maximum(variance, 0.0))) for path, (mean, variance) in found.items()}


def _probe(shown: Model, goal: Mapping[str, Moments], shared: Mapping[str, bool]) -> tuple[ir.Model, dict[str, str]]:
    """Return the graph with a normalisation after each layer, with its outputs: a mean and a variance for each path."""
    copy = shown.ir.clone()
    values = {output.name: output for node in copy.graph for output in node.outputs}
    outputs: dict[str, str] = {}
    ends = []
    for number, (path, wanted) in enumerate(goal.items()):
        value = values[shown.output(path)]
        builder = NodeBuilder(copy.graph, lambda name, number=number: f"moments{number}.{name}")  # type: ignore[misc]
        made = _normalise(builder, value, len(shown.layer(path).shape), wanted, shared[path], shown.opset)
        for output in made:
            outputs[output.name or ""] = path
            ends.append(output)
    del copy.graph.outputs[:]
    copy.graph.outputs.extend(ends)
    return copy, outputs


def _normalise(
    builder: NodeBuilder, value: ir.Value, rank: int, wanted: Moments, shared: bool, opset: int
) -> tuple[ir.Value, ir.Value]:
    """Insert (x - mean) factor + wanted mean after a value; returns its mean and variance in the batch."""
    producer = value.producer()
    assert producer is not None
    shape = [1, -1, *(1 for _ in range(2, rank))]
    axes = [0, *range(2, rank)]
    readers = [(use.node, use.idx) for use in value.uses()]
    last = [producer]

    def node(name: str, *inputs: ir.Value, output: str, attributes: Sequence[ir.Attr] = ()) -> ir.Value:
        made = builder.node(name, inputs, output, after=last[0], attributes=attributes)
        last[0] = made.producer() or last[0]
        made.type = value.type
        return made

    def mean(of: ir.Value, output: str, over: list[int]) -> ir.Value:
        if opset >= 18:
            return node("ReduceMean", of, builder.constant(f"{output}.axes", np.array(over, np.int64)), output=output)
        return node("ReduceMean", of, output=output, attributes=[ir.AttrInt64s("axes", over)])

    def constant(name: str, array: np.ndarray) -> ir.Value:
        return builder.constant(name, array.astype(np.float32).reshape(shape))

    average = mean(value, "mean", axes)
    apart = node("Sub", value, average, output="apart")
    variance = mean(node("Mul", apart, apart, output="square"), "variance", axes)
    square = np.square(wanted.std)
    if shared:
        square = np.full_like(square, square.mean())
    of_all = mean(variance, "shared", [1]) if shared else variance
    least = constant("least", np.maximum(FLOOR * square, np.finfo(np.float32).tiny))
    goal = constant("goal", np.where(square > 0, (1 + FLOOR) * square, np.finfo(np.float32).tiny))
    over = node("Div", goal, node("Add", of_all, least, output="above"), output="over")
    apart = node("Mul", apart, node("Sqrt", over, output="factor"), output="scaled")
    moved = node("Add", apart, constant("centre", wanted.mean), output="moved")
    for reader, index in readers:
        reader.replace_input_with(index, moved)
    return average, variance
