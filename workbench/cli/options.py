"""Options that several commands take, each defined once."""

import math
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.core.analysis.measured import Measuring
from workbench.core.analysis.workforce import MOST_WORKERS, SCHEDULER, Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.language import ENGLISH, LANGUAGES
from workbench.core.base.message import Message
from workbench.core.base.trust import Trust, with_places
from workbench.core.recipe.recipe import Recipe, load_recipe, parse_recipe
from workbench.core.recipe.storing import CHOICES, LARGEST_BATCH

if TYPE_CHECKING:
    from workbench.library import Model


def remember_debug(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    """Store --debug in meta, which a command shares with its group."""
    ctx.meta["debug"] = value or ctx.meta.get("debug", False)
    if not ctx.meta["debug"]:
        warnings.simplefilter("ignore")  # of libraries, to developers


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
debug_option: Decorator = click.option(
    "--debug", is_flag=True, expose_value=False, callback=remember_debug, help="Show tracebacks and warnings."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
language_option = click.option(
    "--language",
    default=ENGLISH,
    show_default=True,
    type=click.Choice(list(LANGUAGES)),
    help="Language of the report; terminal output is English.",
)


def trusted(given: bool, *named: str | None) -> Trust:
    """Return the paths whose code may run: with --trust those named on this command line, and every --trust-path. Paths
    named in a recipe or session are not covered by --trust."""
    meta = click.get_current_context().meta
    named = (*named, architecture(), *meta.get("metrics", ()))
    allowed = frozenset(path for path in named if path and given) | frozenset(meta.get("trusted", ()))
    return with_places(allowed, *filter(None, named))


def architecture() -> str:
    """Return the network of a file of weights, if --architecture names one."""
    return str(click.get_current_context().meta.get("architecture", ""))


def opened_with_data(
    model: str,
    data: str,
    given: dict[str, str],
    metric: Measuring,
    samples: int,
    trust: bool,
    job: Job,
    calibration: str = "",
) -> "Model":
    """Open the model with its data, by the options of a command that measures."""
    import workbench as wb

    return wb.open(
        model,
        data,
        calibration or None,
        inputs=given,
        metric=metric,
        samples=samples,
        trusted=trusted(trust, model, data, calibration),
        architecture=architecture(),
        job=job,
    )


def remember_architecture(ctx: click.Context, _option: click.Parameter, given: str) -> None:
    ctx.meta["architecture"] = given


architecture_option: Decorator = click.option(
    "--architecture",
    default="",
    metavar="NETWORK",
    expose_value=False,
    callback=remember_architecture,
    help="Network of a MODEL that is a file of weights: file.py:function (needs --trust), timm:NAME, or transformers.",
)


def remember_trust(ctx: click.Context, _option: click.Parameter, paths: tuple[str, ...]) -> None:
    ctx.meta["trusted"] = paths


def trust_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --trust and --trust-path."""
    one = click.option(
        "--trust-path",
        multiple=True,
        metavar="PATH",
        expose_value=False,
        callback=remember_trust,
        help="Allow one file.py:function, or .pt2, that a recipe names to run its code.",
    )
    named = click.option(
        "--trust",
        is_flag=True,
        help="Allow the files named on this command line to be file.py:function, or a .pt2 with code, "
        "which then runs with your rights.",
    )
    return named(one(command))


data_option = click.option(
    "--data",
    required=True,
    metavar="DATA",
    help="An .npz, .npy, .csv, .jsonl, .txt or .parquet file, a folder of images in class folders, or "
    "file.py:function.",
)
out_option = click.option("--out", required=True, metavar="DIR", help="Folder for the results.")
calibration_option = click.option(
    "--calibration",
    default="",
    metavar="FILE",
    help="Calibration samples for methods that need activations; default: those of --data.",
)


def constants(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Convert NAME=VALUE pairs to a mapping."""
    pairs = [each.rpartition("=") for each in given]
    if any(not name or not value for name, _, value in pairs):
        raise click.BadParameter("write name=value")
    return {name: value for name, _, value in pairs}


def metric_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --metric, --output and --batch-axis, as one Measuring."""

    @wraps(command)
    def measuring(*arguments: Any, metric: tuple[str, ...], output: str, batch_axis: int | None, **named: Any) -> Any:
        return command(*arguments, metric=Measuring.of(metric, output, batch_axis), **named)

    options = (
        click.option(
            "--metric",
            multiple=True,
            metavar="NAME",
            callback=remember_metrics,
            help="Metric to measure, a name or file.py:function; default: by outputs and labels. Several times, "
            "or with commas: the first decides, the others are shown beside it. NAME@OUTPUT measures another output.",
        ),
        click.option(
            "--output",
            default="",
            metavar="NAME",
            help="Output to measure; several, separated by commas, are combined. Default: the one that suits best.",
        ),
        click.option(
            "--batch-axis",
            type=int,
            default=None,
            help="Axis of the samples in --output; default: found by running the model.",
        ),
    )
    for option in reversed(options):
        measuring = option(measuring)
    return measuring


def remember_metrics(ctx: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    ctx.meta["metrics"] = Measuring.of(given).metrics
    return given


samples_option = click.option(
    "--samples",
    default=0,
    type=click.IntRange(0),
    metavar="N",
    help="Use at most this many samples of --data, classes in proportion; default: all.",
)
input_option = click.option(
    "--input",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    callback=constants,
    help="Value of an input that is the same for all samples: a number, which fills the "
    "input's shape, or a list in brackets. Once for each such input.",
)


class Figure(click.FloatRange):
    """Type of an option that is a finite number in a range; click lets not-a-number into every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail(f"{found:g} is not a finite number.", param, ctx)
        return found


def numbers(_context: click.Context, _option: click.Parameter, given: str) -> tuple[float, ...]:
    """Parse comma-separated numbers, such as 0.1,0.2."""
    try:
        found = tuple(float(part) for part in given.split(",") if part)
    except ValueError as error:
        raise click.BadParameter("give numbers with commas between them") from error
    if not all(map(math.isfinite, found)):
        raise click.BadParameter("give finite numbers")
    return found


def workforce_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --workers and --cluster."""
    workers = click.option(
        "--workers",
        default=1,
        show_default=True,
        type=click.IntRange(1, MOST_WORKERS),
        metavar="N",
        help="Worker processes on this machine; each needs its own memory.",
    )
    cluster = click.option(
        "--cluster",
        default="",
        metavar="ADDRESS",
        callback=known_address,
        help=f"A Dask scheduler whose processes compute instead, such as {SCHEDULER}. Model and data are sent there; "
        "give only one that you trust.",
    )
    return workers(cluster(command))


def time_option(work: str) -> Decorator:
    """Add the option --time MINUTES, as `minutes`, to a command whose work takes long."""
    return click.option(
        "--time",
        "minutes",
        default=0.0,
        type=Figure(0),
        metavar="MINUTES",
        help=f"Time limit of the {work}, without pauses: ends with what it has and says what was left; the same "
        "command again goes on from there.",
    )


def known_address(_context: click.Context, _option: click.Parameter, given: str) -> str:
    return Workforce(cluster=given).checked().cluster


device_option = click.option(
    "--device",
    default="cpu",
    show_default=True,
    type=click.Choice(["cpu", "cuda"]),
    help="Training device: cpu, or cuda if torch can use a GPU.",
)


def target_option(help: str) -> Decorator:
    """Add the option --target ID; an unknown id is refused before anything runs."""
    return click.option("--target", default="", metavar="ID", callback=known_target, help=help)


def storing_options(command: Any) -> Any:
    """Add the options for storing weights, as `storing`: given keys of a recipe's `export`; the recipe decides the
    others."""
    choices = (
        ("storage", "Storage of quantised weights: smallest file, lightest and fastest to run, or chosen per layer."),
        ("codes", "Entropy coding: where it is worth the load time, wherever it saves bytes, or nowhere."),
        (
            "sides",
            "Scales, biases, parameters of norms and other small tensors in 32 or 16 bits, or 8, 6 or 4 with a scale.",
        ),
        ("names", "Names and metadata in the file: all, or only those of inputs and outputs."),
    )
    batch = click.IntRange(1, LARGEST_BATCH)
    about = "Batch size for which --storage auto chooses."
    command = click.option("--batch", type=batch, metavar="N", help=about, callback=_told, expose_value=False)(command)
    for name, help in reversed(choices):
        kind = click.Choice(CHOICES[name])
        command = click.option(f"--{name}", type=kind, help=help, callback=_told, expose_value=False)(command)
    return command


def _told(context: click.Context, option: click.Parameter, given: Any) -> None:
    """Record which of these options were given."""
    told = context.params.setdefault("storing", {})
    if given is not None:
        told[option.name] = given


def with_storing(recipe: Recipe, given: Mapping[str, Any]) -> Recipe:
    """Return the recipe with the given options of `storing_options`."""
    return replace(recipe, storing=replace(recipe.storing, **given))


def known_target(_context: click.Context, _option: click.Parameter, given: str) -> str:
    if given:
        from workbench.core.targets.reading import find_target

        find_target(given)
    return given


def recipe_of(given: str) -> Recipe:
    """Read a recipe from a file, or from standard input."""
    if given != "-":
        return load_recipe(Path(given))
    if sys.stdin is None:
        raise UserError("Standard input is closed.", "Give the recipe as a file.")
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")  # whatever the console's code page is
    except UnicodeDecodeError as error:
        raise UserError(
            "Cannot read {subject} {path}: {reason}.",
            "Give a YAML file.",
            subject=Message("the recipe"),
            path="standard input",
            reason=Message("it is not a text file (UTF-8)"),
        ) from error
    return parse_recipe(text, "standard input")
