"""Remove output channels: the layer and all layers coupled with it become smaller and faster.

Coupled channels: Fang, Ma, Song, Mi, Wang: DepGraph: Towards any structural pruning. CVPR 2023 (see units).
Criteria for the channels to remove:
group       all weights that make or read a channel, Fang et al. 2023, section 3.3
l1, l2      Li, Kadav, Durdanovic, Samet, Graf: Pruning filters for efficient ConvNets. ICLR 2017
fpgm        He, Liu, Wang, Hu, Yang: Filter pruning via geometric median. CVPR 2019
taylor      Molchanov, Mallya, Tyree, Frosio, Kautz: Importance estimation for neural network pruning. CVPR 2019
bn          Liu, Li, Shen, Huang, Yan, Zhang: Learning efficient networks through network slimming. ICCV 2017
activation  Molchanov, Tyree, Karras, Aila, Kautz: Pruning convolutional neural networks. ICLR 2017 (section 2.2)
lamp        Lee, Park, Mo, Ahn, Shin: Layer-adaptive sparsity for the magnitude-based pruning. ICLR 2021
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.params import Expert, Help, Range
from workbench.core.recipe.removal import units_removed, units_wanted
from workbench.methods.base.method import ChannelGroup, Context, RemovalMethod, method
from workbench.methods.common.factors import by_output, refuse_gradients, rows_refusal

Criterion = Literal["group", "l1", "l2", "fpgm", "taylor", "bn", "activation", "lamp"]
OPS = ("Conv", "ConvTranspose", "Gemm", "MatMul", "Embedding")
ROWS = 2048  # calibration rows that an activation is averaged over
SILENT = 1e-6  # of the mean of a layer's channels: weights and bias of one that is zero but for rounding


@method("prune.channels")
class ChannelPruning(RemovalMethod):
    title = "Remove channels"
    summary = (
        "Removes output channels from the layer and from all layers coupled with it: smaller "
        "tensors, fewer MACs. The criteria taylor and activation need calibration samples."
    )
    formula = "keep the n(1 − ratio) channels c of largest score, e.g. Σ|w_c| over all layers that hold c"
    citation = "Li et al. 2017, Pruning filters for efficient ConvNets, ICLR; Fang et al. 2023, DepGraph, CVPR"
    effects = (
        Effect(
            "{share} of the output channels are removed, counted over all layers with this step.",
            "criterion == 'lamp'",
            {"share": "share(ratio)"},
        ),
        Effect(
            "{count} of {total} output channels are removed.",
            "criterion != 'lamp' and free != None",
            {"count": "removed(ratio, free, stay, width, round_to)", "total": "(free + stay) * width"},
        ),
        Effect(  # as long as the coupled channels are not known
            "About {count} of {total} output channels are removed.",
            "criterion != 'lamp' and free == None",
            {"count": "removed(ratio, outputs, 0, 1, round_to)", "total": "outputs"},
        ),
    )

    @dataclass(frozen=True)
    class Params:
        ratio: Annotated[
            float, Range(0, 1, 0.01), Help("Fraction of the output channels to remove; at least one is kept.")
        ] = 0.3
        criterion: Annotated[
            Criterion,
            Expert(),
            Help(
                "Importance of a channel: l1 norm of all weights that make or read it (group), norm of those that make "
                "it (l1, l2), distance to the other filters (fpgm), gradients (taylor), BatchNorm scale (bn), mean "
                "output (activation); lamp distributes the removal over all layers with this step."
            ),
        ] = "group"
        round_to: Annotated[
            int,
            Range(0, 64),
            Expert(),
            Help(
                "Keep a multiple of this many channels, if the layer has that many. 0: a multiple of 8, which the "
                "runtime's kernels compute together, where the layer has 64 or more; of 4 where it has 32. Processors "
                "with AVX-512 compute 16 together: for them 16 is faster."
            ),
        ] = 0
        statistics: Annotated[
            Literal["kept", "re-estimated"],
            Expert(),
            Help(
                "re-estimated: where a BatchNorm follows, the remaining channels get the output mean "
                "and standard deviation of the original again, from calibration samples without "
                "labels; most of the accuracy comes back."
            ),
        ] = "kept"

    def accepts(self, layer: Layer) -> str | None:
        removed = Message("Removing output channels of {op} layers is not supported.", op=layer.op)
        return layer.locked or (None if layer.op in OPS else removed)

    def unable(self, group: ChannelGroup, params: Params) -> str | None:
        return _unable(group, params.criterion)

    def uses_data(self, params: Params) -> bool:
        return params.criterion in ("taylor", "activation") or self.restores(params)

    def restores(self, params: Params) -> bool:
        return params.statistics == "re-estimated"

    def removes(self, group: ChannelGroup, params: Params) -> int:
        return _rounded(group, units_wanted(params.ratio, group.count, group.stay), params.round_to)

    def choose(self, groups: tuple[ChannelGroup, ...], params: Params, job: Job) -> tuple[np.ndarray, ...]:
        scores = [_scores(group, params.criterion, job) for group in job.each(groups, Message("comparing channels"))]
        numbers = [self.removes(group, params) for group in groups]
        if params.criterion == "lamp":
            order = np.argsort(np.concatenate(scores), kind="stable")
            total = round(params.ratio * len(order))
            of_group = np.repeat(np.arange(len(groups)), [group.count for group in groups])
            shares = np.bincount(of_group[order[:total]], minlength=len(groups)).tolist()
            numbers = [_rounded(group, share, params.round_to) for group, share in zip(groups, shares, strict=True)]
        return tuple(
            np.sort(np.argsort(score, kind="stable")[:number]) for score, number in zip(scores, numbers, strict=True)
        )


def _rounded(group: ChannelGroup, wanted: int, round_to: int) -> int:
    return units_removed(wanted, group.count, group.stay, group.width, round_to)


def _scores(group: ChannelGroup, criterion: Criterion, job: Job) -> np.ndarray:
    """Return the scores [count], float64; larger ones are kept."""
    job.check()
    reason = _unable(group, criterion)
    if reason:
        raise UserError(
            "{path}: {reason}", "Choose another criterion.", path=group.members[0][0].layer.path, reason=reason
        )
    if criterion == "bn":
        assert group.scale is not None
        return group.scale
    if criterion == "group":
        return np.where(_silent(group), 0.0, _made(group) + _read(group))
    total = np.zeros(group.count)
    for context, units in group.members:
        if _refuse(context.layer, criterion) is None:
            score = _CRITERIA[criterion](context, job)
            inside = units >= 0
            # Gradients are on one scale, that of the loss; norms and outputs of different layers are not.
            scale = 1.0 if criterion == "taylor" else float(score[inside].mean()) or 1.0
            total += np.bincount(units[inside], score[inside] / scale, group.count)
    return _lamp(total) if criterion == "lamp" else total


def _made(group: ChannelGroup) -> np.ndarray:
    """Return the mean over the layers of Σ|w| of the weights that produce each unit, relative to the layer's mean."""
    rows = [(np.abs(_rows(context)).sum(axis=1), units) for context, units in group.members]
    return _mean_share(rows, group.count)


def _silent(group: ChannelGroup) -> np.ndarray:
    """Return which units are zero wherever they are made, as in a model whose channels were set to zero: large weights
    that read them make them no more important."""
    silent = np.ones(group.count, bool)
    for context, units in group.members:
        strength = np.abs(_rows(context)).sum(axis=1)
        if context.bias is not None:
            strength = strength + np.abs(context.bias.astype(np.float64))
        loud = strength > SILENT * strength.mean()
        silent[units[loud & (units >= 0)]] = False
    return silent


def _read(group: ChannelGroup) -> np.ndarray:
    """Return the same for the weights that read each unit; zero if none does."""
    rows = []
    for context, axis, units in group.readers:
        others = tuple(other for other in range(context.weight.ndim) if other != axis)
        rows.append((np.abs(context.weight).sum(axis=others, dtype=np.float64), units))
    return _mean_share(rows, group.count)


def _mean_share(rows: list[tuple[np.ndarray, np.ndarray]], count: int) -> np.ndarray:
    total, seen = np.zeros(count), np.zeros(count)
    for norms, units in rows:
        inside = units >= 0
        total += np.bincount(units[inside], norms[inside] / (float(norms[inside].mean()) or 1.0), count)
        seen += np.bincount(units[inside], minlength=count)
    return total / np.maximum(seen, 1)


def _unable(group: ChannelGroup, criterion: Criterion) -> str | None:
    """Return why the criterion cannot rank these channels, or None: one layer that it can rank is enough."""
    if criterion == "group":
        return None
    if criterion == "bn":
        return (
            None
            if group.scale is not None
            else Message("No BatchNorm follows the layer, so this criterion has no channel importance.")
        )
    reasons = [_refuse(context.layer, criterion) for context, _ in group.members]
    return reasons[0] if all(reasons) else None


def _refuse(layer: Layer, criterion: Criterion) -> str | None:
    if criterion == "activation":
        return rows_refusal(layer)
    return refuse_gradients(layer) if criterion == "taylor" else None


def _rows(context: Context) -> np.ndarray:
    """Return the weight with a row for each output channel, float64."""
    layer, weight = context.layer, context.weight
    if layer.op == "ConvTranspose" and layer.groups > 1:  # [in, out / groups, kernel]
        weight = weight.reshape(layer.groups, -1, *weight.shape[1:])
        return np.moveaxis(weight, 2, 1).reshape(layer.groups * weight.shape[2], -1).astype(np.float64)
    return by_output(weight, layer.out_axis).astype(np.float64)


def _l1(context: Context, job: Job) -> np.ndarray:
    return np.abs(_rows(context)).sum(axis=1)


def _l2(context: Context, job: Job) -> np.ndarray:
    return np.sqrt(np.square(_rows(context)).sum(axis=1))


def _energy(context: Context, job: Job) -> np.ndarray:
    return np.square(_rows(context)).sum(axis=1)


def _fpgm(context: Context, job: Job) -> np.ndarray:
    """Return the distance to all other filters: the one closest to the geometric median is the most redundant."""
    from scipy.spatial.distance import cdist

    rows = _rows(context)
    return np.concatenate([cdist(rows[start : start + 256], rows).sum(axis=1) for start in range(0, len(rows), 256)])


def _taylor(context: Context, job: Job) -> np.ndarray:
    """Return (Σ w g)² over all weights that produce a channel: the squared gradient of a gate on it, averaged (section
    3)."""
    return context.gates(job).astype(np.float64)


def _activation(context: Context, job: Job) -> np.ndarray:
    """Return the mean |output| before the activation function."""
    rows = context.rows(ROWS, job)  # [groups, rows, columns]
    weight = _rows(context).reshape(len(rows), -1, rows.shape[2])  # [groups, outputs, columns]
    outputs = np.einsum("gnc,goc->gno", rows, weight, optimize=True)
    bias = context.bias
    if bias is not None:
        outputs = outputs + bias.reshape(len(rows), 1, -1)
    return np.abs(outputs).mean(axis=1).reshape(-1)


def _lamp(energy: np.ndarray) -> np.ndarray:
    """Return the energy of a channel divided by that of all channels with at least as much."""
    order = np.argsort(energy, kind="stable")
    rest = np.cumsum(energy[order][::-1])[::-1]
    score = np.empty_like(energy)
    score[order] = energy[order] / np.maximum(rest, np.finfo(float).tiny)
    return score


_CRITERIA = {"l1": _l1, "l2": _l2, "fpgm": _fpgm, "taylor": _taylor, "activation": _activation, "lamp": _energy}
