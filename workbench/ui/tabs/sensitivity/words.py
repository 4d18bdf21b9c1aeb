"""A cell of the matrix in words: its drop, how that was obtained, and its size."""

from collections.abc import Mapping
from dataclasses import replace

from workbench.core.analysis.report import Figure
from workbench.core.analysis.sensitivity import Scan, Stack, Trial
from workbench.core.base.quantities import size
from workbench.core.recipe.action import MethodInfo
from workbench.ui.text import format
from workbench.ui.text.describe import action_words, stack_words
from workbench.ui.text.i18n import listed, said, titled, tr


def heading(stack: Stack, methods: Mapping[str, MethodInfo]) -> str:
    """Return the heading of a column: title and value in two lines; a line per step if there are several."""
    words = [action_words(action, methods) for action in stack]
    return "\n".join(words[0] if len(words) == 1 else (" ".join(part) for part in words))


def short_loss(trial: Trial, scan: Scan) -> str:
    """Return the text inside a cell: points if the metric is a fraction, else its own unit; a prediction is marked."""
    if trial.drop is not None:
        return format.loss_text(trial.drop, scan.metric)
    if trial.predicted is None:
        return "…"
    if scan.scale is None:
        return f"{format.MARKS['forecast']} {format.small(trial.predicted)}"
    likely = scan.scale.at(trial.predicted)
    beyond = "> " if likely.beyond else ""
    return f"{format.MARKS['forecast']} {beyond}{format.loss_text(likely.drop, scan.metric)}"


def loss(trial: Trial, scan: Scan) -> str:
    """Return 'loses 0.40 ± 0.35 points of top-1, ● measured, 2,000', and whether it is not significant."""
    if trial.drop is None:
        return prediction_words(trial, scan)
    ends = sorted((trial.drop if end is None else end) for end in (trial.low, trial.high))
    worse = Figure(trial.drop, "measured", trial.samples or scan.samples, *ends)
    figure = replace(worse, value=-worse.value, low=-ends[1], high=-ends[0]) if scan.metric.higher_is_better else worse
    text = tr("{metric} {change}, {source}").format(
        metric=scan.metric, change=format.change_text(figure, scan.metric), source=format.source_text(figure)
    )
    return text if format.is_settled(figure) else text + tr(", not significant")


def prediction_words(trial: Trial, scan: Scan) -> str:
    if trial.predicted is None:
        return tr("not measured yet")
    if scan.scale is None:
        change = format.effect_words(trial.predicted, scan.kind)
    else:
        change = format.predicted_text(scan.scale.at(trial.predicted), scan.metric)
    words = (
        tr("{metric} {change}, estimated from the error of its block, not measured (divergence {rise})")
        if scan.estimated
        else tr("{metric} {change}, predicted from gradients, not measured (divergence {rise})")
        if scan.kind == "loss"
        else tr("{metric} {change}, predicted from the layer's inputs, not measured (relative error {rise})")
    )
    return words.format(metric=scan.metric, change=change, rise=format.small(trial.predicted, 2))


def race(trial: Trial, scan: Scan) -> str:
    """Return on how many samples it was measured, and why not on more; "" if on all."""
    if not trial.samples or trial.samples == scan.samples:
        return ""
    words = (
        tr("raced: {n} of {total} samples, then another candidate was clearly better")
        if trial.beaten
        else tr("raced: {n} of {total} samples were enough")
    )
    return words.format(n=f"{trial.samples:,}", total=f"{scan.samples:,}")


def weight(trial: Trial, bytes_of: Mapping[str, int]) -> str:
    """Return '74.0 kB → 9.30 kB, 8.0x smaller (12 % kept)', for all layers that change."""
    before = sum(bytes_of.get(path, 0) for path in trial.changed)
    return listed((f"{size(before)} → {size(trial.bytes)}", format.smaller(before, trial.bytes))) if before else ""


def whole(
    path: str,
    stack: Stack,
    trial: Trial | None,
    scan: Scan,
    methods: Mapping[str, MethodInfo],
    bytes_of: Mapping[str, int],
    refused: str = "",
) -> str:
    """Return everything about a cell, line by line."""
    lines = [titled(path, stack_words(stack, methods))]
    if trial is None:
        lines.append(said(refused) if refused else tr("not tried yet"))
        return "\n".join(lines)
    lines += [loss(trial, scan), race(trial, scan), weight(trial, bytes_of)]
    if trial.block:
        lines.append(tr("Applied to the {n} layers of this block").format(n=len(trial.stacks)))
    elif len(trial.stacks) > 1:
        lines.append(
            tr("Applied to {n} coupled layers at once: {layers}").format(
                n=len(trial.stacks), layers=listed(trial.stacks)
            )
        )
    return "\n".join(line for line in lines if line)
