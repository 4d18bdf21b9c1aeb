"""What the command line prints: tables for people, one JSON object for programs, progress on standard error."""

import contextlib
import json
import math
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import click

from workbench.core.analysis.report import Report
from workbench.core.analysis.temperatures import TemperatureCurve
from workbench.core.base.job import Job, Progress
from workbench.core.base.plain import plain, plain_lines
from workbench.core.base.quantities import MetricInfo, amount, duration, metric_text, size, smaller, three
from workbench.core.recipe.action import Action

HIDDEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
QUIET_SECONDS = 5.0  # between two lines of progress where they cannot replace each other


# -- progress ------------------------------------------------------------------------------------------------------


class ProgressLine:
    """One line that is rewritten on a terminal; elsewhere a line now and then."""

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
    """A job whose progress is shown. What libraries and the user's code print meanwhile goes to standard error."""
    line = ProgressLine()
    with _stdout_to_stderr():
        try:
            yield Job(line.show)
        finally:
            line.clear()


@contextlib.contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Python's stream and, where there is one, the file descriptor that native code writes to."""
    with contextlib.redirect_stdout(sys.stderr), contextlib.ExitStack() as undo:
        with contextlib.suppress(OSError):
            kept = os.dup(1)
            undo.callback(os.close, kept)
            undo.callback(os.dup2, kept, 1)
            os.dup2(2, 1)
        yield


# -- for programs --------------------------------------------------------------------------------------------------


def print_json(document: dict[str, Any]) -> None:
    """Numbers that JSON has no word for become null; hidden characters are escaped, so names stay what they are."""
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
    """Lines with names in them that may come from anywhere."""
    click.echo(plain_lines(text))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Columns as wide as they must be; those in `left` are flush left, the others right."""
    lines = [[plain(cell) for cell in line] for line in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def print_inspection(result: dict[str, Any]) -> None:
    model = result["model"]
    say(
        f"{model['path']}: {model['format']}, opset {model['opset']}, {size(model['bytes'])}, "
        f"{amount(model['parameters'])} parameters, {_macs(model['macs'])} MACs a sample"
    )
    for step in result["preparations"]:
        say(f"{step['title']}: {step['detail']}")
    say()
    head = ("layer", "op", "shape", "parameters", "MACs", "bytes", "std", "zeros", "rank", "stable rank", "90 % energy")
    click.echo(table(head, [_inspected(layer) for layer in result["layers"]], left=(0, 1, 2)))
    say(
        "\nStatistics are exact, of all weights. Ranks are of the weight unfolded to output channels x the rest;"
        " '90 % energy' is the rank that keeps it."
    )
    for layer in result["layers"]:
        if layer["locked"]:
            say(f"{layer['path']} cannot be edited: {layer['locked']}")
        if "not_known" in layer:
            say(f"{layer['path']}: {layer['not_known']}")
    for note in result["notes"]:
        say(f"Note: {note}")


def _inspected(layer: dict[str, Any]) -> tuple[str, ...]:
    full = "std" in layer
    ranks = (
        (str(layer["rank"]), three(layer["stable_rank"]), str(layer["energy_rank_90"]))
        if "rank" in layer
        else ("", "", "")
    )
    return (
        layer["path"],
        layer["op"],
        "x".join(map(str, layer["shape"])),
        amount(layer["parameters"]),
        _macs(layer["macs"]),
        size(layer["bytes"]),
        f"{layer['std']:.3g}" if full else "",
        f"{100 * layer['sparsity']:.1f} %" if full else "",
        *ranks,
    )


def _macs(macs: int | None) -> str:
    return "unknown" if macs is None else amount(macs)


def print_evaluation(result: dict[str, Any]) -> None:
    metric = MetricInfo.from_json(result)
    low, high = metric_text(result["ci_low"], metric), metric_text(result["ci_high"], metric)
    say(
        f"{metric}: {metric_text(result['value'], metric)}, measured on {result['samples']:,} samples in "
        f"{duration(result['seconds'])} (95 % interval for data like these: {low} to {high})"
    )
    for note in result["notes"]:
        say(f"Note: {note}")


def print_report(report: Report) -> None:
    before, after = report.before, report.after
    rows = [
        (
            "file",
            size(before.bytes.value),
            size(after.bytes.value),
            f"{smaller(before.bytes.value, after.bytes.value)}; read off the written file, "
            f"forecast {size(report.forecast_bytes)}",
        )
    ]
    if before.value and after.value and report.verified and report.preview_value is not None:
        rows.append(
            (
                report.metric.title,
                metric_text(before.value.value, report.metric),
                metric_text(after.value.value, report.metric),
                f"verified: the written file was run on {report.verified.samples:,} samples; "
                f"preview {metric_text(report.preview_value, report.metric)}",
            )
        )
    if before.value and report.recovery and report.recovery.unrecovered is not None:
        rows.append(
            (
                "without training",
                "",
                metric_text(report.recovery.unrecovered, report.metric),
                "measured, the same recipe without its recovery stages",
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
                f"{three(before.latency_ms.value)} ms",
                f"{three(after.latency_ms.value)} ms",
                f"measured here, {before.latency_ms.samples} paired runs of one sample",
            )
        )
    click.echo(table(("", "before", "after", "how it was obtained"), rows, left=(0, 3)))
    if report.verified and report.verified.agreement is not None:
        say(
            f"The file decides as the preview did on {100 * report.verified.agreement:.2f} % of the samples; "
            f"outputs differ by at most {report.verified.max_abs_diff:.2g}."
        )
    say()
    click.echo(
        table(
            ("layer", "before", "after", "SQNR", "actions", "stored as"),
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
    if report.data:
        say(f"Data: {report.data}")
    notes = [*report.notes, *(f"{layer.path}: {layer.note}" for layer in report.layers if layer.note)]
    for note in notes:
        say(f"Note: {note}")
    for kind, path in report.files.items():
        say(f"Written, {kind}: {path}")


def words(actions: tuple[Action, ...]) -> str:
    return " + ".join(map(str, actions)) or "unchanged"


def print_sensitivity(result: dict[str, Any]) -> None:
    """A row for every candidate, the layers in the model's order."""
    metric = MetricInfo.from_json(result)
    rows = []
    for layer in result["layers"]:
        for trial in layer["candidates"]:
            actions = ", ".join(str(Action(*given)) for step in trial["action"] for given in step.items())
            others = len(trial.get("layers", ())) - 1
            predicted = trial["predicted_drop"]
            rows.append(
                (
                    layer["path"] + (f" + {others}" if others > 0 else ""),
                    actions,
                    size(trial["bytes"]),
                    *("-" if trial[key] is None else metric_text(trial[key], metric) for key in ("value", "drop")),
                    "-" if predicted is None else f"{predicted:.2g}",
                )
            )
    heading = "predicted output error" if result["predicted"] == "output error" else "predicted rise of the loss"
    click.echo(table(("layer", "action", "bytes", metric.title, "lost", heading), rows, left=(0, 1)))
    if result["obstacle"]:
        say(f"\n{result['obstacle']}")
    if result["foretold_only"]:
        say(f"\n{result['foretold_only']} candidates were only predicted: those that look worst.")
    if result["rank_correlation"] is not None:
        say(f"\nRank correlation of predicted and measured loss: {result['rank_correlation']:.2f}")
    say(
        f"\n{metric} of the original: {metric_text(result['baseline'], metric)}; every value measured on "
        f"{result['samples']:,} samples, {result['evaluations']} evaluations in {duration(result['seconds'])}"
    )


def print_sweep(result: dict[str, Any]) -> None:
    """The curve from the largest file to the smallest, and how far one can go."""
    metric, parameter = MetricInfo.from_json(result), result["parameter"]
    points = sorted(result["points"], key=lambda point: -point["bytes"])
    rows = [
        (
            f"{point['setting']:.4g}",
            size(point["bytes"]),
            f"{100 * point['zeros']:.1f} %",
            metric_text(point["value"], metric),
            metric_text(point["drop"], metric),
            metric_text(point["std"], metric),
            f"{metric_text(point['ci_low'], metric)} to {metric_text(point['ci_high'], metric)}",
        )
        for point in points
    ]
    say(
        f"{result['method']} on {len(result['layers'])} layers; {metric} of the original: "
        f"{metric_text(result['baseline'], metric)}\n"
    )
    head = (parameter, "file", "zeros", metric.title, "lost", "std of folds", "95 % interval of the loss")
    click.echo(table(head, rows, left=()))
    say(
        f"\nEvery value measured on {result['samples']:,} samples in {result['folds']} folds, "
        f"{duration(result['seconds'])}."
    )
    allowed = metric_text(result["tolerance"], metric)
    for point, rule in (
        (result["proposed"], "the mean loss of the folds"),
        (result["certain"], "the upper end of the 95 % interval"),
    ):
        if point is None:
            say(f"None of the values keeps {rule} within {allowed}.")
        else:
            reached = f"{parameter} {point['setting']:.4g} ({size(point['bytes'])})"
            say(f"Up to {reached} {rule} stays within {allowed}.")
    if result["proposed"] and result["proposed"]["held_out_drop"] is not None:
        lost = metric_text(result["proposed"]["held_out_drop"], metric)
        say(f"Chosen in the same way without a fold, and measured on that fold: {lost} lost on average.")


def print_temperatures(curve: TemperatureCurve) -> None:
    """What each temperature reached; the one that was kept is marked."""
    rows = []
    for point in curve.points:
        spread = f"{metric_text(min(point.held), curve.metric)} to {metric_text(max(point.held), curve.metric)}"
        rows.append(
            (
                f"{point.temperature:g}",
                metric_text(point.mean, curve.metric),
                spread if len(point.held) > 1 else "",
                " ".join(metric_text(value, curve.metric) for value in point.values),
                "best" if point == curve.best else "",
            )
        )
    click.echo(table(("T", f"{curve.metric}, held back", "spread", "on the data", ""), rows, left=(4,)))
    say()


def print_comparison(result: dict[str, Any]) -> None:
    metric = MetricInfo.from_json(result)
    rows = [
        (
            name,
            model["path"],
            size(model["bytes"]),
            metric_text(model["value"], metric),
            _macs(model["macs"]),
            f"{model['latency_ms']:.2f} ms",
        )
        for name, model in (("A", result["a"]), ("B", result["b"]))
    ]
    click.echo(table(("", "model", "bytes", metric.title, "MACs", "latency"), rows, left=(0, 1)))
    change = result["difference"]
    low, high = metric_text(change["ci_low"], metric), metric_text(change["ci_high"], metric)
    say(
        f"\nB is {smaller(result['a']['bytes'], result['b']['bytes'])}; B - A: "
        f"{metric_text(change['value'], metric)}, measured on {result['samples']:,} samples (95 % interval for "
        f"data like these: {low} to {high}); same decision on {100 * result['agreement']:.2f} %; "
        f"{result['lost']:,} samples are answered worse, {result['won']:,} better"
    )


def print_methods(methods: list[dict[str, Any]]) -> None:
    for method in methods:
        say(f"{method['id']}: {method['title']}" + (", needs data" if method["needs_data"] else ""))
        for text in (method["summary"], f"{method['formula']} ({method['citation']})"):
            say(click.wrap_text(text, width=110, initial_indent="  ", subsequent_indent="  "))
        for field in method["fields"]:
            default = "" if field["default"] is None else f" [{field['default']}]"
            say(f"    {field['name']}{default}  {_allowed(field)}. {field['help']}".rstrip())
        say()


def _allowed(field: dict[str, Any]) -> str:
    from workbench.core.recipe.params import Field, describe

    return describe(Field(**field))
