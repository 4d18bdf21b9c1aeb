"""The command that searches for a recipe within limits."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    language_option,
    metric_option,
    out_option,
    samples_option,
    storing_options,
    target_option,
    time_option,
    trust_option,
    trusted,
    with_storing,
    workforce_options,
)
from workbench.core.analysis.measured import Measuring
from workbench.core.analysis.plan import FAMILIES, Front, Goal, Point
from workbench.core.base import quantities
from workbench.core.base.errors import UserError
from workbench.core.base.files import check_folder, write_text
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe

if TYPE_CHECKING:
    from workbench.library import Model

SHOWN = {"macs": "MACs", "memory": "memory", "latency": "latency", "energy": "energy"}


def names(_context: click.Context, _option: click.Parameter, given: str) -> tuple[str, ...]:
    """Parse comma-separated names."""
    return tuple(part.strip() for part in given.split(",") if part.strip())


def families(context: click.Context, option: click.Parameter, given: str) -> tuple[str, ...]:
    found = names(context, option, given)
    if not found or set(found) - set(FAMILIES):
        raise click.BadParameter(f"they are {', '.join(FAMILIES)}")
    return found


@click.command(short_help="Find a recipe within limits, and compress with it.")
@click.argument("model")
@data_option
@calibration_option
@metric_option
@input_option
@click.option("--max-bytes", type=click.IntRange(1), metavar="N", help="Largest file.")
@click.option(
    "--max-ratio",
    type=Figure(0, 1, min_open=True),
    metavar="FRACTION",
    help="Largest file, as a fraction of the original: 0.25 for a quarter.",
)
@click.option(
    "--max-drop",
    type=Figure(0, 100),
    metavar="POINTS",
    help="Largest drop of the metric, in points (hundredths for metrics without a percentage).",
)
@click.option(
    "--max-macs", type=click.IntRange(1), metavar="N", help="Largest number of multiply-accumulates per sample."
)
@click.option("--max-memory", type=click.IntRange(1), metavar="N", help="Largest memory in bytes: weights and one run.")
@click.option(
    "--max-latency",
    type=Figure(0, min_open=True),
    metavar="MS",
    help="Largest latency of one sample: measured on this machine, or by rule for a --target that has figures.",
)
@click.option(
    "--max-energy",
    type=Figure(0, min_open=True),
    metavar="MJ",
    help="Largest energy of one sample in millijoules: by rule for a --target that has figures, or measured where the "
    "processor has a counter (RAPL).",
)
@click.option("--curve", is_flag=True, help="Find the whole trade-off between size and quality, without limits.")
@click.option(
    "--families",
    default=",".join(FAMILIES),
    show_default=True,
    metavar="NAME,NAME,…",
    callback=families,
    help="Methods to use.",
)
@click.option("--layers", default="", metavar="GLOB,GLOB,…", callback=names, help="Layers to change; default: all.")
@target_option("Use only what this device supports (see workbench targets), and remove channels in its multiples.")
@samples_option
@click.option("--retrain", is_flag=True, help="Train the best few recipes on --calibration, and measure them again.")
@time_option("search, without the export")
@workforce_options
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the sample split.")
@out_option
@storing_options
@language_option
@json_option
@architecture_option
@trust_option
@debug_option
def search(
    model: str,
    data: str,
    calibration: str,
    metric: Measuring,
    samples: int,
    out: str,
    curve: bool,
    max_drop: float | None,
    minutes: float,
    workers: int,
    storing: dict[str, Any],
    cluster: str,
    language: str,
    as_json: bool,
    trust: bool,
    given: dict[str, str],
    **wanted: Any,
) -> None:
    """Find a recipe for MODEL within limits, measured on DATA, and compress with it.

    Part of the samples is held out for the final figure. Measurements are kept: a search that was stopped, or that
    is repeated with another limit, resumes from them.
    """
    goal = Goal(**wanted, max_drop=None if max_drop is None else max_drop / 100, seconds=60 * minutes)
    if goal.whole != curve:
        raise click.UsageError("Give limits, such as --max-bytes, --max-drop or --max-macs; or --curve.")
    if goal.max_bytes is not None and goal.max_ratio is not None:
        raise click.UsageError("Give one of --max-bytes and --max-ratio.")
    if curve and storing:
        named = ", ".join(f"--{name}" for name in storing)
        raise click.UsageError(f"{named}: give it to compress, with one of the recipes that --curve writes.")
    with output.working() as job:
        import workbench as wb

        check_folder(Path(out))
        allowed = trusted(trust, model, data, calibration)
        opened = wb.open(
            model,
            data,
            calibration or None,
            inputs=given,
            metric=metric,
            samples=samples,
            trusted=allowed,
            architecture=architecture(),
            job=job.part(0.0, 0.1),
        )
        front = opened.plan(goal, workers=workers, cluster=cluster, job=job.part(0.1, 0.9))
        report = None
        if front.chosen is not None:
            found, notes = stored_within(opened, replace(front.chosen.recipe, target=goal.target), storing, goal)
            report = opened.export(found, out, language=language, notes=(*front.notes, *notes), job=job.part(0.9, 1.0))
        elif not curve:
            failure = "No recipe within the limits was found."
            raise UserError(
                failure,
                "Allow more, or more time, methods and layers. Least that was measured: {least}. {notes}",
                least=[*_least(front)],
                notes=" ".join(note for note in front.notes if note != failure),
            )
        else:
            _write(front, Path(out))
    if as_json:
        output.print_json((report.to_json() if report else {}) | {"search": front.to_json()})
        return
    _print(front)
    if report is not None:
        output.print_report(report)  # which has the notes of the search, too
        return
    output.say_notes(front.notes)


def stored_within(
    opened: "Model", found: Recipe, given: Mapping[str, Any], goal: Goal
) -> tuple[Recipe, tuple[Message, ...]]:
    """Apply the given storage options to the recipe; if that exceeds the limit of bytes, keep those of the search and
    add a note."""
    asked, most = with_storing(found, given), goal.bytes_of(opened.size())
    if asked == found or most is None or (size := opened.size(asked)) <= most:
        return asked, ()
    note = Message(
        "Stored as asked ({given}) the file would take {size:,} bytes, more than the limit of {most:,}: it is stored "
        "as the search found it.",
        given=[f"{key}: {value}" for key, value in given.items()],
        size=size,
        most=most,
    )
    return found, (note,)


def _write(front: Front, folder: Path) -> None:
    """Write the recipes of the trade-off, and a table of them. Raises UserError."""
    lines = ["file,name,bytes,macs,drop,low,high,samples,how"]
    for point in front.best:
        figure, name = point.best, f"{point.bytes}{'-retrained' if point.retrained else ''}.yaml"
        assert figure is not None
        write_text(folder / name, replace(point.recipe, target=front.goal.target).to_yaml())
        row = (
            name,
            _name(point),
            point.bytes,
            point.macs,
            figure.drop,
            figure.low,
            figure.high,
            figure.samples,
            point.how,
        )
        lines.append(",".join(str(cell).replace(",", ";") for cell in row))
    write_text(folder / "tradeoff.csv", "\n".join(lines) + "\n")


def _limited(goal: Goal) -> dict[str, Callable[[Any], str]]:
    """Return formatters for the limited figures of a point other than bytes."""
    limits: dict[str, tuple[Any, Callable[[Any], str]]] = {
        "macs": (goal.max_macs, quantities.amount),
        "memory": (goal.max_memory, quantities.size),
        "latency": (goal.max_latency, lambda ms: f"{quantities.three_digits(ms)} ms"),
        "energy": (goal.max_energy, lambda mj: f"{quantities.three_digits(mj)} mJ"),
    }
    return {name: write for name, (limit, write) in limits.items() if limit is not None}


def _figure(point: Point, name: str, write: Callable[[Any], str]) -> str:
    value = getattr(point, name)
    return "-" if value is None else write(value)


def _least(front: Front) -> Iterator[str]:
    """Yield the smallest value of each limited figure, to show how far off the limits are."""
    goal, measured = front.goal, [point for point in front.points if point.measured is not None]
    if not measured:
        yield "nothing"
        return
    if goal.bytes_of(front.original.bytes) is not None:
        yield f"file {quantities.size(min(point.bytes for point in measured))}"
    if goal.max_drop is not None:
        drops = [point.measured.drop for point in measured if point.measured is not None]
        yield f"drop {output.difference_text(min(drops), front.metric)}"
    for name, write in _limited(goal).items():
        found = [value for point in measured if (value := getattr(point, name)) is not None]
        if found:
            yield f"{SHOWN[name]} {write(min(found))}"


def _drop(drop: float | None, metric: quantities.MetricInfo) -> str:
    return "-" if drop is None else output.difference_text(drop, metric)


def _name(point: Point) -> str:
    return f"{point.name}, retrained" if point.retrained else point.name


def _print(front: Front) -> None:
    """Print the measured recipes of the trade-off, the uniform ones, and the chosen one with the reason."""
    metric, chosen, limited = front.metric, front.chosen, _limited(front.goal)
    others = (point for point in front.points if point.kind == "uniform" or point.retrained)
    shown = [*front.best, *(point for point in others if point not in front.best)]
    rows = []
    for point in sorted(shown, key=lambda point: point.bytes):
        figure = point.best
        assert figure is not None
        rows.append(
            (
                ("* " if chosen is not None and point.key == chosen.key else "") + _name(point),
                quantities.size(point.bytes),
                *(_figure(point, name, write) for name, write in limited.items()),
                ("> " if point.beyond else "") + _drop(point.predicted, metric),
                _drop(None if point.measured is None else point.measured.drop, metric),
                _drop(None if point.held_out is None else point.held_out.drop, metric),
                f"{_drop(figure.low, metric)} to {_drop(figure.high, metric)}",
            )
        )
    names = (SHOWN[name] for name in limited)
    head = ("recipe", "file", *names, "predicted drop", "measured", "held out", "95 % interval")
    click.echo(output.table(head, rows))
    output.say(
        f"\n{metric}: chosen by {front.selection:,} samples, and checked on {front.held_out:,} others; "
        f"{front.trials:,} trials were run, {front.known:,} were known."
    )
    output.say()
