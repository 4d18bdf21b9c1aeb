"""The command line. A command's imports happen when it runs, so that --help and usage errors answer at once.

Exit codes: 0 done, 1 a failure the user can fix, 2 usage, 130 cancelled. With --json, standard output carries exactly
one JSON object: the result, or {"error": {"message", "exit_code"}}; progress and errors go to standard error.
"""

import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from workbench import __version__
from workbench.cli import analysis, documents, listings, output, profile, search
from workbench.cli.data import data as data_command
from workbench.cli.group import WINDOW, CommandLine
from workbench.cli.options import (
    Figure,
    architecture,
    architecture_option,
    calibration_option,
    data_option,
    debug_option,
    device_option,
    input_option,
    json_option,
    language_option,
    metric_option,
    numbers,
    opened_with_data,
    out_option,
    recipe_of,
    samples_option,
    storing_options,
    target_option,
    trust_option,
    trusted,
    with_storing,
)
from workbench.cli.pictures import take_pictures
from workbench.core.analysis.measured import Measuring
from workbench.core.base import files
from workbench.core.base.errors import UserError
from workbench.core.base.files import check_folder
from workbench.core.base.message import Message
from workbench.core.base.resources import demo_paths


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version")
@debug_option
def cli() -> None:
    """Open a trained model, inspect its layers, compress it, and export it.

    Without a command: `workbench [MODEL] [--data DATA] [--recipe RECIPE]` opens the window.
    """


@cli.command(WINDOW, hidden=True)
@click.argument("model", required=False)
@click.option("--data", metavar="DATA", help="Data as for evaluate.")
@samples_option
@click.option("--recipe", metavar="RECIPE", help="Recipe file (YAML).")
@click.option("--calibration", metavar="FILE", help="Calibration samples for methods that need activations.")
@trust_option
@debug_option
def window(
    model: str | None, data: str | None, samples: int, recipe: str | None, calibration: str | None, trust: bool
) -> None:
    """Open the window (the default command)."""
    if model and not files.exists(model):
        raise UserError(
            "There is no file {model}, and no command of that name.",
            "Check the name, or see workbench --help.",
            model=model,
        )
    for path in filter(None, (data, recipe, calibration)):
        if not files.exists(path):
            raise UserError("There is no file {path}.", "Check the name.", path=path)
    show(model, data, recipe, trust, calibration, samples)


def show(
    model: str | None, data: str | None, recipe: str | None, trust: bool, calibration: str | None, samples: int = 0
) -> None:
    """Run the window until it is closed, and end the process. Raises UserError if there is no display."""
    from workbench.display import display_problem

    problem = display_problem()
    if problem:
        raise UserError(problem, "Use the commands (workbench --help), or workbench demo --headless.")
    from workbench.ui.shell.app import run

    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # Python's own handler would wait until Qt runs Python code
    sys.exit(run(model, data, recipe, trusted(trust, model, data, calibration), calibration, samples))


@cli.command(short_help="Open the embedded demo, or run it headless.")
@click.option("--headless", is_flag=True, help="Without a window: compress the demo and save screenshots to --out.")
@click.option("--out", default="out", show_default=True, metavar="DIR", help="Folder for the results of --headless.")
@debug_option
def demo(headless: bool, out: str) -> None:
    """Open the window on the embedded demo, or run it headless."""
    try:
        model, data, calibration, recipe = demo_paths()
    except FileNotFoundError as error:
        raise UserError("The demo is not here: {error}.", "Reinstall the program.", error=error) from error
    if not headless:
        show(model, data, None, False, calibration)
        return
    with output.working() as job:
        import workbench as wb

        opened = wb.open(model, data, calibration, job=job.part(0.0, 0.2))
        report = opened.export(recipe, out, job=job.part(0.2, 1.0))
    output.print_report(report)
    take_pictures(model, data, calibration, recipe, Path(out) / "screenshots")


@cli.command(short_help="List layers with statistics and ranks.")
@click.argument("model")
@target_option("Also list what this device supports, layer by layer (see workbench targets).")
@json_option
@architecture_option
@trust_option
@debug_option
def inspect(model: str, target: str, as_json: bool, trust: bool) -> None:
    """List the layers of MODEL with statistics and ranks of their weights."""
    with output.working() as job:
        import workbench as wb

        opened = wb.open(model, trusted=trusted(trust, model), architecture=architecture(), job=job.part(0.0, 0.5))
        rows = [
            documents.row_of(each) for each in job.part(0.5, 1.0).each(opened.layers, Message("reading the weights"))
        ]
        summary = opened.summary
    if as_json:
        allowed = {"target": listings.allowed(summary, target)} if target else {}
        output.print_json(documents.inspection(summary, rows) | allowed)
    else:
        output.print_inspection(summary, rows)
        listings.print_allowed(summary, target)


@cli.command(short_help="Measure a model on data.")
@click.argument("model")
@data_option
@metric_option
@samples_option
@input_option
@json_option
@architecture_option
@trust_option
@debug_option
def evaluate(
    model: str, data: str, metric: Measuring, samples: int, as_json: bool, trust: bool, given: dict[str, str]
) -> None:
    """Measure MODEL on the samples of DATA."""
    with output.working() as job:
        found = opened_with_data(model, data, given, metric, samples, trust, job).evaluate()
    if as_json:
        output.print_json(found.to_json() | {"seconds": job.spent})
    else:
        output.print_evaluation(found, job.spent)


@cli.command(short_help="Apply a recipe, write the file and verify it.")
@click.argument("model")
@click.option(
    "--data",
    default="",
    metavar="DATA",
    help="Data as for evaluate. Without it, nothing is measured and methods that need data are refused.",
)
@metric_option
@samples_option
@input_option
@click.option("--recipe", required=True, metavar="RECIPE", help="YAML file; - reads standard input.")
@out_option
@target_option("Target device: steps that it does not support are listed; default: the recipe's.")
@click.option(
    "--name", default="", metavar="NAME", help="Base name of the files; default: the model's name with _compressed."
)
@click.option(
    "--format",
    default="",
    metavar="FORMAT",
    help="Also write pt2, safetensors (both: weights as floats), packed-safetensors, or an extension's format.",
)
@storing_options
@calibration_option
@device_option
@click.option(
    "--raise-opset",
    is_flag=True,
    help="Convert a model with an older opset to 13 first; static 8-bit layers with per-channel scales need it.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="STEP",
    help="Skip a preparation step at opening, by its id in inspect --json. Repeatable.",
)
@click.option("--no-verify", is_flag=True, help="Do not run the written file on the samples; the report says so.")
@click.option("--no-timing", is_flag=True, help="Do not measure latency, load time and memory; the report says so.")
@click.option("--corruptions", is_flag=True, help="Also measure both on corrupted samples (see compare).")
@language_option
@json_option
@architecture_option
@trust_option
@debug_option
def compress(
    model: str,
    data: str,
    metric: Measuring,
    samples: int,
    recipe: str,
    out: str,
    target: str,
    name: str,
    format: str,
    storing: dict[str, Any],
    calibration: str,
    device: str,
    raise_opset: bool,
    without: tuple[str, ...],
    no_verify: bool,
    no_timing: bool,
    corruptions: bool,
    language: str,
    as_json: bool,
    trust: bool,
    given: dict[str, str],
) -> None:
    """Apply RECIPE to MODEL, write the file, and verify it on DATA, or on synthetic inputs."""
    with output.working() as job:
        import workbench as wb

        if calibration and not data:
            raise UserError("Calibration samples were given, but no data to measure on.", "Give --data too.")
        asked = recipe_of(recipe)
        asked = with_storing(replace(asked, target=target or asked.target), storing)
        check_folder(Path(out))
        opened = wb.open(
            model,
            inputs=given,
            trusted=trusted(trust, model, data, calibration),
            architecture=architecture(),
            raise_opset=raise_opset,
            without=without,
            job=job.part(0.0, 0.1),
        )
        opened.check(asked)  # before anything is measured
        if data:
            opened = opened.with_data(data, calibration or None, metric=metric, samples=samples, job=job.part(0.1, 0.2))
        report = opened.export(
            asked,
            out,
            name,
            device=device,
            language=language,
            format=format,
            verify=not no_verify,
            timing=not no_timing,
            corruptions=corruptions,
            job=job.part(0.2, 1.0),
        )
    output.print_json(report.to_json()) if as_json else output.print_report(report)


@cli.command(short_help="Train a student on the outputs of teachers, and export it.")
@click.argument("student")
@click.option(
    "--teacher",
    "teachers",
    required=True,
    multiple=True,
    metavar="MODEL",
    help="Teacher model; several are averaged. Repeatable.",
)
@data_option
@samples_option
@input_option
@out_option
@click.option("--calibration", default="", metavar="FILE", help="Training samples; default: half of --data.")
@click.option(
    "--temperature",
    default=4.0,
    show_default=True,
    type=Figure(1, 20),
    metavar="T",
    help="Softens the softmax of teachers and student.",
)
@click.option(
    "--temperatures",
    default="",
    metavar="T,T,…",
    callback=numbers,
    help="Try these, and keep the best one on held-out samples.",
)
@click.option(
    "--seeds",
    default=1,
    show_default=True,
    type=click.IntRange(1, 20),
    metavar="N",
    help="Training runs per temperature, for the spread.",
)
@click.option(
    "--alpha",
    default=0.9,
    show_default=True,
    type=Figure(0, 1),
    help="Weight of the distillation loss; the label loss gets the rest.",
)
@click.option(
    "--epochs", default=3, show_default=True, type=click.IntRange(1, 1000), help="Passes over the training samples."
)
@click.option("--rate", default=0.001, show_default=True, type=Figure(1e-6, 1), help="Learning rate.")
@click.option("--batch", default=64, show_default=True, type=click.IntRange(1, 4096), help="Samples per training step.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the sample order.")
@device_option
@language_option
@json_option
@trust_option
@debug_option
def distill(
    student: str,
    teachers: tuple[str, ...],
    data: str,
    samples: int,
    out: str,
    calibration: str,
    temperatures: tuple[float, ...],
    seeds: int,
    seed: int,
    device: str,
    language: str,
    as_json: bool,
    trust: bool,
    given: dict[str, str],
    **params: Any,
) -> None:
    """Train STUDENT on the outputs of teachers with the same inputs and outputs, and export it."""
    with output.working() as job:
        import workbench as wb

        check_folder(Path(out))
        allowed = trusted(trust, student, *teachers, data, calibration)
        opened = wb.open(
            student, data, calibration or None, inputs=given, samples=samples, trusted=allowed, job=job.part(0.0, 0.1)
        )
        report, curve = opened.distill(
            teachers,
            out,
            seed=seed,
            temperatures=wb.Temperatures(temperatures, seeds) if temperatures else None,
            device=device,
            language=language,
            job=job.part(0.1, 1.0),
            **params,
        )
    if as_json:
        output.print_json(report.to_json() | ({} if curve is None else {"temperatures": curve.to_json()}))
        return
    if curve is not None:
        output.print_temperatures(curve)
    output.print_report(report)


for command in (
    data_command,
    analysis.sensitivity,
    analysis.sweep,
    search.search,
    analysis.compare,
    listings.methods,
    listings.targets,
    profile.profile,
):
    cli.add_command(command)
