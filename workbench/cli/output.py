"""Output of the command line: tables for people, one JSON object for programs, progress on standard error."""

import contextlib
import json
import math
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from workbench.cli.documents import UNKNOWN, Row
from workbench.cli.loads import weight_rows
from workbench.core.analysis.measured import Comparison, Evaluation
from workbench.core.analysis.not_taken import by_reason
from workbench.core.analysis.report import Beside, Report
from workbench.core.analysis.sweep import Curve
from workbench.core.analysis.temperatures import TemperatureCurve
from workbench.core.base.job import Job, Progress
from workbench.core.base.plain import plain, plain_lines
from workbench.core.base.quantities import MetricInfo, amount, duration, metric_text, size, smaller, three_digits
from workbench.core.base.system import QuietNatives
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.action import Action

HIDDEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
QUIET_SECONDS = 5.0  # between two lines of progress where they cannot replace each other


class ProgressLine:
    """A progress line, rewritten in place on a terminal; elsewhere printed from time to time."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.last = time.monotonic()

    def show(self, progress: Progress) -> None:
        if not self.live and time.monotonic() - self.last < QUIET_SECONDS:
            return
        self.last = time.monotonic()
        text = progress.text
        if progress.fraction is not None:
            text = f"{100 * progress.fraction:3.0f} % {text}"
        if progress.eta is not None:
            text += f", {duration(progress.eta)} left"
        if self.live:
            width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
            click.echo(f"\r\x1b[K{text[: width - 1]}", err=True, nl=False)
        else:
            click.echo(text, err=True)

    def clear(self) -> None:
        if self.live:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextlib.contextmanager
def working() -> Iterator[Job]:
    """Provide a job whose progress is shown. Meanwhile, output of libraries and of the user's code goes to standard
    error."""
    line = ProgressLine()
    with _stdout_to_stderr():
        try:
            yield Job(line.show)
        finally:
            line.clear()


@contextlib.contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Redirect Python's standard output and, if there is one, the file descriptor that native code writes to."""
    with contextlib.redirect_stdout(sys.stderr), QuietNatives():
        yield


# -- for programs --------------------------------------------------------------------------------------------------


def print_json(document: dict[str, Any]) -> None:
    """Print JSON; NaN and infinity become null, hidden characters are escaped, so names are preserved."""
    text = json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False)
    click.echo(HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text))


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {str(key): _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case _:
            return value


# -- for people ----------------------------------------------------------------------------------------------------


def say(text: str = "") -> None:
    """Print lines that contain names from untrusted files."""
    click.echo(plain_lines(text))


def say_notes(notes: Iterable[str]) -> None:
    for note in notes:
        say(f"Note: {note}")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Format columns as wide as necessary; those in `left` are left-aligned, the others right-aligned."""
    lines = [[plain(cell) for cell in line] for line in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def print_inspection(model: ModelSummary, rows: Sequence[Row]) -> None:
    say(
        f"{model.path}: {model.format}, opset {model.opset}, {size(model.bytes)}, "
        f"{amount(model.parameters)} parameters, {_macs(model.macs)} MACs per sample"
    )
    steps = [f"{step.title}: {step.detail}" for step in model.preparations]
    for line in [*steps, ""]:
        say(line)
    head = ("layer", "op", "shape", "parameters", "MACs", "bytes", "std", "zeros", "rank", "stable rank", "90 % energy")
    click.echo(table(head, [_inspected(row) for row in rows], left=(0, 1, 2)))
    say(
        "\nStatistics are exact, over all weights. Ranks are those of the weight unfolded to output channels x rest;"
        " '90 % energy' is the rank that keeps 90 % of the energy."
    )
    for row in rows:
        if row.layer.locked:
            say(f"{row.layer.path} cannot be edited: {row.layer.locked}")
        if row.failed:
            say(f"{row.layer.path}: {UNKNOWN}")
    for note in model.notes:
        if str(note).removesuffix(".") not in steps:
            say(f"Note: {note}")


def _inspected(row: Row) -> tuple[str, ...]:
    layer, moments, spectrum, ranks = row.layer, row.moments, row.spectrum, ("", "", "")
    if spectrum is not None:
        ranks = str(row.rank), three_digits(spectrum.stable_rank), str(spectrum.rank_for(0.9))
    return (
        layer.path,
        layer.op,
        "x".join(map(str, layer.shape)),
        amount(layer.parameters),
        _macs(layer.macs),
        size(layer.bytes),
        *(("", "") if moments is None else (f"{moments.std:.3g}", f"{100 * moments.sparsity:.1f} %")),
        *ranks,
    )


def _macs(macs: int | None) -> str:
    return "unknown" if macs is None else amount(macs)


def samples_text(count: int) -> str:
    return "1 sample" if count == 1 else f"{count:,} samples"


def print_evaluation(found: Evaluation, seconds: float) -> None:
    value, low, high = (metric_text(each, found.metric) for each in (found.value, found.low, found.high))
    measured = f"measured on {samples_text(found.samples)} in {duration(seconds)}"
    say(f"{found.metric}: {value}, {measured} (95 % interval: {low} to {high})")
    for line in [*map(beside_text, found.beside), *(f"Note: {note}" for note in found.notes)]:
        say(line)


def beside_text(each: Beside) -> str:
    """Format another metric with its interval."""
    figure = each.value
    value, low, high = (metric_text(end or 0.0, each.metric) for end in (figure.value, figure.low, figure.high))
    return f"{each.metric}: {value} (95 % interval: {low} to {high})"


def difference_text(value: float, metric: MetricInfo) -> str:
    """Format the difference of two values of a metric with its unit: '-0.33 points', '0.0123', '1.2 dB'."""
    if not metric.percent:
        return metric_text(value, metric)
    points = f"{100 * value:.2f}"
    return f"{points if float(points) else '0.00'} points"


def layers_text(count: int) -> str:
    return f"{count:,} layer" if count == 1 else f"{count:,} layers"


def print_report(report: Report) -> None:
    before, after = report.before, report.after
    rows = [
        (
            "file",
            size(before.bytes.value),
            size(after.bytes.value),
            f"{smaller(before.bytes.value, after.bytes.value)}; size of the written file, "
            f"forecast {size(report.forecast_bytes)}",
        )
    ]
    if before.value and after.value and report.preview_value is not None:
        how = "verified" if report.verified else "measured, not verified (see the notes)"
        rows.append(
            (
                report.metric.title,
                metric_text(before.value.value, report.metric),
                metric_text(after.value.value, report.metric),
                f"{how}: the written file was run on {samples_text(after.value.samples)}; "
                f"preview {metric_text(report.preview_value, report.metric)}",
            )
        )
    if before.value and report.recovery and report.recovery.unrecovered is not None:
        rows.append(
            (
                "without training",
                "",
                metric_text(report.recovery.unrecovered, report.metric),
                "measured, the same recipe without Recover"
                + (f"; training: {gain.words(report.metric)}" if (gain := report.recovery.gain) else ""),
            )
        )
    rows += [
        ("parameters", amount(before.parameters), amount(after.parameters), "counted in the graph"),
        ("MACs", _macs(before.macs), _macs(after.macs), "counted for one sample"),
    ]
    if before.latency_ms and after.latency_ms:
        rows.append(
            (
                "latency",
                f"{three_digits(before.latency_ms.value)} ms",
                f"{three_digits(after.latency_ms.value)} ms",
                f"measured here, {before.latency_ms.samples} paired runs of one sample",
            )
        )
    rows += weight_rows(before, after)
    click.echo(table(("", "before", "after", "how it was obtained"), rows, left=(0, 3)))
    if report.verified and report.verified.agreement is not None:
        say(
            f"Predictions identical to the preview: {100 * report.verified.agreement:.2f} % of the samples; "
            f"outputs differ by at most {report.verified.max_abs_diff:.2g}."
        )
    say()
    click.echo(
        table(
            ("layer", "before", "after", "SQNR", "steps", "stored as"),
            [
                (
                    layer.path,
                    size(layer.bytes_before),
                    size(layer.bytes_after),
                    "" if layer.sqnr_db is None or not math.isfinite(layer.sqnr_db) else f"{layer.sqnr_db:.1f} dB",
                    words(layer.actions),
                    layer.storage,
                )
                for layer in report.layers
            ],
            left=(0, 4, 5),
        )
    )
    say()
    if report.target:
        say(f"Target: {report.target}. By rule, not measured; unsupported steps: {len(report.not_taken) or 'none'}")
    for reason, findings in by_reason(report.not_taken).items():
        say(f"  {', '.join(finding.path for finding in findings)}: {reason}")
    if report.data:
        say(f"Data: {report.data}")
    notes = [*report.notes, *(f"{layer.path}: {layer.note}" for layer in report.layers if layer.note)]
    for note in notes:
        say(f"Note: {note}")
    for kind, path in report.files.items():
        say(f"Written, {kind}: {path}")


def words(actions: tuple[Action, ...]) -> str:
    return " + ".join(map(str, actions)) or "unchanged"


def print_sweep(curve: Curve, seconds: float) -> None:
    """Print the curve from the largest file to the smallest, and the recommended limit."""
    metric, parameter = curve.metric, curve.sweep.parameter
    rows = [
        (
            f"{point.setting:.4g}",
            size(point.bytes),
            f"{100 * point.zeros:.1f} %",
            metric_text(point.value, metric),
            difference_text(point.drop, metric),
            difference_text(point.std, metric),
            f"{difference_text(point.low, metric)} to {difference_text(point.high, metric)}",
        )
        for point in curve.falling()
    ]
    say(
        f"{curve.sweep.method} on {len(curve.chosen)} layers; {metric} of the original: "
        f"{metric_text(curve.baseline, metric)}\n"
    )
    head = (parameter, "file", "zeros", metric.title, "drop", "std of folds", "95 % interval of the drop")
    click.echo(table(head, rows, left=()))
    say(f"\nAll values measured on {samples_text(curve.samples)} in {curve.sweep.folds} folds, {duration(seconds)}.")
    allowed = difference_text(curve.sweep.tolerance, metric)
    for reached, rule in ((curve.proposed, "the drop"), (curve.certain, "the upper end of the 95 % interval")):
        if reached is None and curve.points:
            say(f"At no value is {rule} within {allowed}.")
        elif reached is not None:
            where = f"{parameter} {reached.setting:.4g} ({size(reached.bytes)})"
            say(f"Up to {where} {rule} stays within {allowed}.")
    if curve.proposed is not None and curve.held_out is not None:
        lost = difference_text(curve.held_out, metric)
        say(f"Cross-validated (chosen without a fold, measured on that fold): mean drop {lost}.")
    say_notes(curve.notes)


def print_temperatures(curve: TemperatureCurve) -> None:
    """Print the result of each temperature, with the best one marked."""
    rows = []
    for point in curve.points:
        low, high = (metric_text(end(point.held), curve.metric) for end in (min, max))
        rows.append(
            (
                f"{point.temperature:g}",
                metric_text(point.mean, curve.metric),
                f"{low} to {high}" if len(point.held) > 1 else "",
                " ".join(metric_text(value, curve.metric) for value in point.values),
                "best" if point == curve.best else "",
            )
        )
    click.echo(table(("T", f"{curve.metric}, held out", "spread", "on the data", ""), rows, left=(4,)))
    say()


def print_comparison(found: Comparison) -> None:
    metric = found.metric
    rows = [
        (name, side.path, size(side.bytes), text, _macs(side.macs), f"{side.latency_ms:.2f} ms")
        for name, side in (("A", found.first), ("B", found.second))
        for text in (metric_text(side.value, metric),)
    ]
    click.echo(table(("", "model", "bytes", metric.title, "MACs", "latency"), rows, left=(0, 1)))
    low, high = difference_text(found.low, metric), difference_text(found.high, metric)
    say(
        f"\nB is {smaller(found.first.bytes, found.second.bytes)}; B - A: "
        f"{difference_text(found.difference, metric)}, measured on {samples_text(found.samples)} (95 % interval for "
        f"data like these: {low} to {high}); identical predictions: {100 * found.agreement:.2f} %; "
        f"{found.lost:,} samples got worse, {found.won:,} better"
    )
    for each in found.metrics[1:]:
        a, b = metric_text(each.first, each.metric), metric_text(each.second, each.metric)
        apart, low, high = (difference_text(value, each.metric) for value in (each.difference, each.low, each.high))
        say(f"{each.metric}: A {a}, B {b}; B - A: {apart} (95 % interval: {low} to {high})")
