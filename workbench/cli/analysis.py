"""The commands that measure and search: sensitivity, sweep, search, compare."""

from pathlib import Path
from typing import Any

import click

from workbench.cli import output
from workbench.cli.options import (
    Figure,
    architecture,
    architecture_option,
    calibration_option,
    data_option,
    debug_option,
    input_option,
    json_option,
    metric_option,
    numbers,
    opened_with_data,
    samples_option,
    time_option,
    trust_option,
    trusted,
    workforce_options,
)
from workbench.core.analysis.measured import Measuring
from workbench.core.analysis.report import Elsewhere, Robustness
from workbench.core.analysis.sensitivity import Scan
from workbench.core.base.quantities import MetricInfo, duration, metric_text, size


@click.command(short_help="Measure what each layer loses under each candidate step.")
@click.argument("model")
@data_option
@calibration_option
@metric_option
@samples_option
@input_option
@click.option(
    "--share",
    default=None,
    type=Figure(0.0, 1.0),
    metavar="FRACTION",
    help="Measure only this share of the candidates, those with the smallest predicted loss; default: all, or a few "
    "where losses are estimated in one pass over the model's blocks.",
)
@click.option(
    "--race/--all-samples",
    default=None,
    help="Measure each candidate on as many samples as its loss needs, or on all; default: race where all take long.",
)
@click.option(
    "--blocks",
    is_flag=True,
    help="A row for each block of the model, such as of a language model, instead of each layer; losses are estimated "
    "in one pass over the blocks.",
)
@time_option("scan")
@workforce_options
@json_option
@architecture_option
@trust_option
@debug_option
def sensitivity(
    model: str,
    data: str,
    calibration: str,
    metric: Measuring,
    samples: int,
    as_json: bool,
    trust: bool,
    given: dict[str, str],
    share: float | None,
    race: bool | None,
    blocks: bool,
    minutes: float,
    workers: int,
    cluster: str,
) -> None:
    """Measure how much MODEL loses on DATA when one layer is compressed, for every layer and candidate."""
    with output.working() as job:
        opened = opened_with_data(model, data, given, metric, samples, trust, job.part(0.0, 0.1), calibration)
        found = opened.sensitivity(
            share,
            race=race,
            blocks=blocks,
            seconds=60 * minutes,
            workers=workers,
            cluster=cluster,
            job=job.part(0.1, 1.0),
        )
    if as_json:
        output.print_json(found.to_json() | {"seconds": job.spent})
    else:
        _print_sensitivity(found, job.spent)


@click.command(short_help="Sweep one parameter of a method, and propose a value.")
@click.argument("model")
@data_option
@metric_option
@samples_option
@input_option
@click.option("--method", default="prune.magnitude", show_default=True, metavar="METHOD", help="See workbench methods.")
@click.option(
    "--parameter", default="", metavar="NAME", help="Parameter to sweep; default: the method's first numeric one."
)
@click.option("--values", default="", metavar="V,V,…", callback=numbers, help="Values to try; default: an even grid.")
@click.option("--layers", default="*", show_default=True, metavar="GLOB", help="Layer path or glob.")
@click.option(
    "--tolerance",
    default=0.01,
    show_default=True,
    type=Figure(0),
    help="Allowed drop of the metric; 0.01 is one point.",
)
@click.option("--folds", default=5, show_default=True, metavar="K", help="Folds of the data, for the spread.")
@calibration_option
@time_option("sweep")
@workforce_options
@json_option
@architecture_option
@trust_option
@debug_option
def sweep(
    model: str,
    data: str,
    metric: Measuring,
    samples: int,
    calibration: str,
    layers: str,
    as_json: bool,
    trust: bool,
    given: dict[str, str],
    minutes: float,
    workers: int,
    cluster: str,
    **wanted: Any,
) -> None:
    """Sweep one parameter of a method, measure MODEL on folds of DATA, and propose a value."""
    with output.working() as job:
        import workbench as wb

        asked = wb.Sweep(**wanted, layers=(layers,), seconds=60 * minutes)
        allowed = trusted(trust, model, data, calibration)
        opened = wb.open(model, trusted=allowed, architecture=architecture(), job=job.part(0.0, 0.05))
        opened.check(asked)  # before anything is measured
        opened = opened.with_data(
            data, calibration or None, inputs=given, metric=metric, samples=samples, job=job.part(0.05, 0.1)
        )
        curve = opened.sweep(asked, workers=workers, cluster=cluster, job=job.part(0.1, 1.0))
    if as_json:
        output.print_json(curve.to_json() | {"seconds": job.spent})
    else:
        output.print_sweep(curve, job.spent)


@click.command(short_help="Compare two models on the same samples.")
@click.argument("a")
@click.argument("b")
@data_option
@metric_option
@samples_option
@input_option
@click.option(
    "--corruptions",
    is_flag=True,
    help="Also on corrupted samples, in five strengths: images by noise, blur, contrast and JPEG; numbers dropped and "
    "noised; tokens replaced.",
)
@click.option(
    "--other-data",
    default="",
    metavar="DATA",
    help="Also on another data set, a file or a folder of images: whether B loses as much there. It is preprocessed as "
    "the file beside it says; without one like DATA, if of the same kind.",
)
@json_option
@trust_option
@debug_option
def compare(
    a: str,
    b: str,
    data: str,
    metric: Measuring,
    samples: int,
    corruptions: bool,
    other_data: str,
    as_json: bool,
    trust: bool,
    given: dict[str, str],
) -> None:
    """Compare models A and B on the same samples of DATA; without labels, B is measured against A."""
    with output.working() as job:
        import workbench as wb

        allowed = trusted(trust, a, b, data, *([other_data] if other_data else []))
        first = wb.open(a, trusted=allowed, job=job.part(0.0, 0.1))
        second = wb.open(b, trusted=allowed, job=job.part(0.1, 0.2))
        first = first.with_data(data, inputs=given, metric=metric, samples=samples, job=job.part(0.2, 0.4))
        found = first.compare(second, job=job.part(0.4, 0.5 if corruptions or other_data else 1.0))
        other = first.elsewhere(second, other_data, job=job.part(0.5, 0.7)).elsewhere if other_data else None
        robust = first.robustness(second, job=job.part(0.7, 1.0)) if corruptions else None
    if as_json:
        more = {"corruptions": robust, "other_data": other}
        output.print_json(found.to_json() | {name: each.to_json() for name, each in more.items() if each is not None})
        return
    output.print_comparison(found)
    if other is not None:
        _print_elsewhere(other, found.metric)
    if robust is not None:
        _print_robustness(robust)


def _print_elsewhere(found: Elsewhere, metric: MetricInfo) -> None:
    drop, low, high, lost, least, most = (
        output.difference_text(value, metric)
        for value in (found.drop, found.low, found.high, found.lost, found.lost_low, found.lost_high)
    )
    first, second = (metric_text(value, metric) for value in (found.first, found.second))
    output.say(
        f"\n{Path(found.data).name}, {found.samples:,} samples: A {first}, B {second}, drop {drop} (95 % interval "
        f"{low} to {high}). Less the drop on DATA: {lost} (95 % interval {least} to {most})."
    )
    output.say_notes(found.notes)


def _print_robustness(found: Robustness) -> None:
    metric = found.metric

    def text(value: float) -> str:
        return metric_text(value, metric)

    def points(value: float) -> str:
        return output.difference_text(value, metric)

    rows = [
        (
            f"{row.kind} {row.strength or ''}",
            text(row.first),
            text(row.second),
            points(row.drop),
            points(row.lost) if row.strength else "",
            f"{points(row.low)} to {points(row.high)}" if row.strength else "",
        )
        for row in found.rows
    ]
    click.echo(
        "\n" + output.table(("samples", f"A {metric.title}", "B", "drop", "robustness lost", "95 % interval"), rows)
    )
    output.say(
        f"\nMeasured on {output.samples_text(found.samples)}, corrupted alike for both. Robustness lost is the drop "
        f"less that on clean samples; on average {points(found.lost)}."
    )


def _print_sensitivity(scan: Scan, seconds: float) -> None:
    """Print a row for every candidate, layers in the model's order."""
    metric, rows = scan.metric, []
    for trial in (trial for path in dict.fromkeys(each.row for each in scan.trials) for trial in scan.of(path)):
        more = f" + {len(trial.changed) - 1}" if len(trial.changed) > 1 else ""
        rows.append(
            (
                f"{trial.block}: {output.layers_text(len(trial.stacks))}" if trial.block else trial.path + more,
                ", ".join(map(str, trial.actions)),
                size(trial.bytes),
                "-" if trial.value is None else metric_text(trial.value, metric),
                "-" if trial.drop is None else output.difference_text(trial.drop, metric),
                "-" if trial.predicted is None else _predicted(trial.predicted, scan),
            )
        )
    source = "estimated" if scan.estimated else "predicted"
    heading = f"{source} drop" if scan.scale is not None else source
    click.echo(output.table(("layer", "steps", "bytes", metric.title, "drop", heading), rows, left=(0, 1)))
    if any(row[-1].startswith("more than") for row in rows):
        output.say("\n'more than': the predicted loss is beyond that of every candidate that was measured.")
    if scan.obstacle:
        output.say(f"\n{scan.obstacle}")
    left = len(scan.trials) - len(scan.measured)
    if left and scan.estimated:
        output.say(
            f"\nCandidates that were only estimated, in one pass over the blocks: {left}. An estimate follows from the "
            "error of a block's output, and from what such an error does to the model's output."
        )
    elif left:
        which = "" if scan.notes else ": those with the largest predicted loss"
        output.say(f"\n{left} candidates were only predicted, not measured{which}.")
    if scan.correlation is not None:
        output.say(f"\nPrediction reliability (Spearman, {source} and measured loss): {scan.correlation:.2f}")
    samples = f"all values measured on {output.samples_text(scan.samples)}"
    if scan.raced:
        counts = [trial.samples for trial in scan.measured]
        least, most = min(counts, default=0), max(counts, default=0)
        samples = f"candidates raced: each measured on {least:,} to {most:,} of {output.samples_text(scan.samples)}"
    output.say(
        f"\n{metric} of the original: {metric_text(scan.baseline, metric)}; {samples}, "
        f"{scan.evaluations} evaluations in {duration(seconds)}"
    )
    output.say_notes(scan.notes)


def _predicted(rise: float, scan: Scan) -> str:
    """Format the likely drop of the metric, '0.4 +- 0.6 points', or the predicted loss if too few candidates were
    measured."""
    if scan.scale is None:
        return f"{'error' if scan.kind == 'output error' else 'loss'} +{rise:.2g}"
    likely = scan.scale.at(rise)
    if likely.beyond and not likely.drop:
        return f"loss +{rise:.2g}, beyond what was measured"
    if likely.beyond:
        return f"more than {output.difference_text(likely.drop, scan.metric)}"
    number, _, unit = output.difference_text(likely.drop, scan.metric).partition(" ")
    return f"{number} +- {output.difference_text(likely.error, scan.metric).partition(' ')[0]} {unit}".strip()
