"""The command line. What a command needs is imported when it runs, so that --help and usage errors answer at once.

Exit codes: 0 done, 1 a failure the user can mend, 2 usage, 130 cancelled. With --json, standard output carries exactly
one JSON object: the result, or {"error": {"message", "exit_code"}}; progress and errors go to standard error.
"""

import importlib
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import click

from workbench import __version__
from workbench.cli import output
from workbench.cli.options import (
    calibration_option,
    data_option,
    debug_option,
    device_option,
    input_option,
    json_option,
    language_option,
    numbers,
    out_option,
    trust_option,
    trusted,
)
from workbench.core.base.errors import Cancelled, UserError, behind
from workbench.core.base.plain import plain
from workbench.core.base.trust import NOBODY

WINDOW = "window"       # the command that runs when none is named
DEMO = "fashion_cnn"


class CommandLine(click.Group):
    """Names the window when no command is named, and turns every failure into a sentence and an exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["json"] = "--json" in args
        given = [arg for arg in args if arg != "--debug"]
        if not given or given[0] not in {*self.commands, "-h", "--help", "-V", "--version"}:
            args = [WINDOW, *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            print_error(ctx, error.format_message(), error.exit_code)
            raise
        except (click.exceptions.Exit, BrokenPipeError):
            raise
        except (KeyboardInterrupt, Cancelled):
            leave(ctx, "Cancelled.", 130)
        except UserError as error:
            leave(ctx, f"Error: {error}", 1)
        except MemoryError:
            leave(ctx, "Error: There is not enough memory for this. Close other programs, or use less data.", 1)
        except Exception as error:
            if (stop := stop_behind(error)) is not None:
                if isinstance(stop, SystemExit):
                    raise stop from None
                leave(ctx, "Cancelled.", 130)
            if (meant := behind(error)) is not None:
                leave(ctx, f"Error: {meant}", 1)
            what = f"Error: Something went wrong inside ({type(error).__name__}: {plain(str(error))})."
            leave(ctx, f"{what} Run it again with --debug for the details, and report them.", 1)


def stop_behind(error: BaseException | None) -> BaseException | None:
    """A signal that came while a native module was imported: the import fails because of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
        error = error.__cause__ or error.__context__
    return error


def leave(ctx: click.Context, sentence: str, code: int) -> NoReturn:
    """Say why, and end with this exit code."""
    if ctx.meta.get("debug"):
        traceback.print_exc()
    click.echo(sentence, err=True)
    print_error(ctx, sentence.removeprefix("Error: "), code)
    ctx.exit(code)


def print_error(ctx: click.Context, message: str, code: int) -> None:
    """For a program that waits for JSON."""
    if ctx.meta["json"]:
        output.print_json({"error": {"message": message, "exit_code": code}})


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version")
@debug_option
def cli() -> None:
    """Open a trained model, look inside every layer, compress it, export what you saw.

    Without a command: `workbench [MODEL] [--data DATA] [--recipe RECIPE]` opens the window.
    """


@cli.command(WINDOW, hidden=True)
@click.argument("model", required=False)
@click.option("--data", metavar="DATA", help="An .npz file, a folder of images, or file.py:function.")
@click.option("--recipe", metavar="RECIPE", help="What is done to which layer, as YAML.")
@click.option("--calibration", metavar="FILE", help="Samples for methods that look at activations.")
@trust_option
@debug_option
def window(model: str | None, data: str | None, recipe: str | None, calibration: str | None, trust: bool) -> None:
    """Open the window (what runs when no command is named)."""
    if model and not exists(model):
        raise UserError(f"There is no file {model}, and no command of that name.",
                        "Check the name, or see workbench --help.")
    for path in filter(None, (data, recipe, calibration)):
        if not exists(path):
            raise UserError(f"There is no file {path}.", "Check the name.")
    show(model, data, recipe, trust, calibration)


def exists(path: str) -> bool:
    """Of file.py:function, the file."""
    from workbench.core.base import files
    return files.exists(path)


def show(model: str | None, data: str | None, recipe: str | None, trust: bool, calibration: str | None) -> None:
    """Run the window until it is closed, and end the process. Raises UserError where there is no display."""
    from workbench.display import display_problem
    problem = display_problem()
    if problem:
        raise UserError(problem, "Use the commands (workbench --help), or workbench demo --headless.")
    from workbench.ui.shell.app import run
    signal.signal(signal.SIGTERM, signal.SIG_DFL)   # Python's own handler would wait until Qt runs Python code
    sys.exit(run(model, data, recipe, trusted(trust, model, data, calibration), calibration))


@cli.command()
@click.option("--headless", is_flag=True, help="No window: compress the demo and picture every screen, into --out.")
@click.option("--out", default="out", show_default=True, metavar="DIR", help="Folder for the results of --headless.")
@debug_option
def demo(headless: bool, out: str) -> None:
    """Open the window on the embedded demo, or run it headless."""
    from workbench.core.base.resources import resource_path
    try:
        model, data, calibration, recipe = (str(resource_path(f"demo/{name}")) for name in (
            f"{DEMO}.onnx", "fashion_test.npz", "fashion_calibration.npz", "recipe.yaml"))
    except FileNotFoundError as error:
        raise UserError(f"The demo is not here: {error}.", "Install the program again.") from error
    if not headless:
        show(model, data, None, False, calibration)
        return
    with output.working() as job:
        from workbench.engine.api import commands
        report = commands.compress(model, data, recipe, out, NOBODY, calibration, job)
    output.print_report(report)
    take_screenshots(Path(out) / "screenshots")


def take_screenshots(folder: Path) -> None:
    """Pictures of every screen; says so where they cannot be taken."""
    try:
        screens = importlib.import_module("workbench.ui.screens")
    except ModuleNotFoundError:
        click.echo("Pictures of the screens: make screenshots takes them, in a checkout.", err=True)
        return
    click.echo("Taking pictures of every screen…", err=True)
    screens.save(folder)
    click.echo(f"Screenshots: {folder}")


@cli.command()
@click.argument("model")
@json_option
@trust_option
@debug_option
def inspect(model: str, as_json: bool, trust: bool) -> None:
    """List the layers of MODEL with statistics and ranks of their weights."""
    with output.working() as job:
        from workbench.engine.api import commands
        result = commands.inspect(model, trusted(trust, model), job)
    output.print_json(result) if as_json else output.print_inspection(result)


@cli.command()
@click.argument("model")
@data_option
@input_option
@json_option
@trust_option
@debug_option
def evaluate(model: str, data: str, as_json: bool, trust: bool, given: dict[str, str]) -> None:
    """Measure MODEL on all samples of DATA."""
    with output.working() as job:
        from workbench.engine.api import commands
        result = commands.evaluate(model, data, trusted(trust, model, data), job, given)
    output.print_json(result) if as_json else output.print_evaluation(result)


@cli.command()
@click.argument("model")
@click.option("--data", default="", metavar="DATA",
              help="As for evaluate; without it nothing is measured, and methods that need data are refused.")
@input_option
@click.option("--recipe", required=True, metavar="RECIPE", help="What is done to which layer, as YAML.")
@out_option
@calibration_option
@device_option
@click.option("--raise-opset", is_flag=True,
              help="Convert a model of an older opset to 13 first: static 8-bit layers with a scale a channel need it.")
@language_option
@json_option
@trust_option
@debug_option
def compress(model: str, data: str, recipe: str, out: str, calibration: str, device: str, raise_opset: bool,
             language: str, as_json: bool, trust: bool, given: dict[str, str]) -> None:
    """Apply RECIPE to MODEL, write the file, open it again and verify it on DATA, or on made-up inputs."""
    with output.working() as job:
        from workbench.engine.api import commands
        report = commands.compress(model, data, recipe, out, trusted(trust, model, data, calibration), calibration, job,
                                device, raise_opset, language, given)
    output.print_json(report.to_json()) if as_json else output.print_report(report)


@cli.command()
@click.argument("student")
@click.option("--teacher", "teachers", required=True, multiple=True, metavar="MODEL",
              help="Whose answers the student learns; several are averaged.")
@data_option
@input_option
@out_option
@click.option("--calibration", default="", metavar="FILE", help="Samples to train on; else half of --data is.")
@click.option("--temperature", default=4.0, show_default=True, type=click.FloatRange(1, 20), metavar="T",
              help="Softens the answers of teachers and student.")
@click.option("--temperatures", default="", metavar="T,T,…", callback=numbers,
              help="Try these, and keep the one that is best on samples held back from training.")
@click.option("--seeds", default=1, show_default=True, type=click.IntRange(1, 20), metavar="N",
              help="Trainings at each of --temperatures, for the spread.")
@click.option("--alpha", default=0.9, show_default=True, type=click.FloatRange(0, 1),
              help="Share of the teachers' answers; the rest is labels, where there are any.")
@click.option("--epochs", default=3, show_default=True, type=click.IntRange(1, 1000), help="Passes over the samples.")
@click.option("--rate", default=0.001, show_default=True, type=click.FloatRange(1e-6, 1), help="Learning rate.")
@click.option("--batch", default=64, show_default=True, type=click.IntRange(1, 4096), help="Samples in a step.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of the order of samples.")
@device_option
@language_option
@json_option
@trust_option
@debug_option
def distill(student: str, teachers: tuple[str, ...], data: str, out: str, calibration: str, temperature: float,
            temperatures: tuple[float, ...], seeds: int, seed: int, device: str, language: str, as_json: bool,
            trust: bool, given: dict[str, str], **params: Any) -> None:
    """Train STUDENT, a model of your own, on the answers of teachers with the same inputs and outputs; export it."""
    with output.working() as job:
        from workbench.core.analysis.temperatures import Temperatures
        from workbench.engine.api import commands
        tried = Temperatures(temperatures, seeds) if temperatures else None
        report, curve = commands.distill(student, teachers, data, out, {**params, "temperature": temperature},
                                      trusted(trust, student, *teachers, data, calibration), calibration, job,
                                      seed, tried, device, language, given)
    if as_json:
        output.print_json(report.to_json() | ({} if curve is None else {"temperatures": curve.to_json()}))
        return
    if curve is not None:
        output.print_temperatures(curve)
    output.print_report(report)


@cli.command()
@json_option
@debug_option
def methods(as_json: bool) -> None:
    """Every compression method and its parameters."""
    with output.working():
        from workbench.engine.api import commands
        result = commands.methods()
    output.print_json({"methods": result}) if as_json else output.print_methods(result)


@cli.command()
@click.argument("model")
@data_option
@input_option
@json_option
@trust_option
@debug_option
@click.option("--share", default=1.0, show_default=True, type=click.FloatRange(0.0, 1.0), metavar="FRACTION",
              help="Measure this share of the candidates, those predicted to cost least.")
def sensitivity(model: str, data: str, as_json: bool, trust: bool, given: dict[str, str], share: float) -> None:
    """Measure how much MODEL loses on DATA when one layer is compressed, for every layer and candidate."""
    with output.working() as job:
        from workbench.engine.api import commands
        result = commands.sensitivity(model, data, trusted(trust, model, data), job, share, given)
    output.print_json(result) if as_json else output.print_sensitivity(result)


@cli.command()
@click.argument("model")
@data_option
@input_option
@click.option("--method", default="prune.magnitude", show_default=True, metavar="METHOD", help="See workbench methods.")
@click.option("--parameter", default="", metavar="NAME", help="The number to raise; else the method's first one.")
@click.option("--values", default="", metavar="V,V,…", callback=numbers, help="What to try; else an even grid.")
@click.option("--layers", default="*", show_default=True, metavar="GLOB", help="A layer's path, or a glob.")
@click.option("--tolerance", default=0.01, show_default=True, help="What the metric may lose; 0.01 is one point.")
@click.option("--folds", default=5, show_default=True, metavar="K", help="Parts of the data that give the spread.")
@calibration_option
@json_option
@trust_option
@debug_option
def sweep(model: str, data: str, calibration: str, layers: str, as_json: bool, trust: bool, given: dict[str, str],
          **wanted: Any) -> None:
    """Raise one parameter of a method step by step, measure MODEL on folds of DATA, and propose how far it can go."""
    with output.working() as job:
        from workbench.core.analysis.sweep import Sweep
        from workbench.engine.api import commands
        result = commands.sweep(model, data, Sweep(**wanted, layers=(layers,)),
                             trusted(trust, model, data, calibration), calibration, job, given)
    output.print_json(result) if as_json else output.print_sweep(result)


@cli.command()
@click.argument("model")
@data_option
@input_option
@click.option("--max-drop", type=click.FloatRange(0, 100), metavar="PERCENT",
              help="Largest loss of the metric, in points.")
@click.option("--max-bytes", type=click.IntRange(1), metavar="N", help="Largest file.")
@click.option("--max-ratio", type=click.FloatRange(0, 1, min_open=True), metavar="R",
              help="Largest file, as a fraction of the original.")
@out_option
@language_option
@json_option
@trust_option
@debug_option
def search(model: str, data: str, out: str, max_drop: float | None, max_bytes: int | None, max_ratio: float | None,
           language: str, as_json: bool, trust: bool, given: dict[str, str]) -> None:
    """Find a recipe for MODEL within a budget, measured on DATA, and compress with it."""
    if sum(limit is not None for limit in (max_drop, max_bytes, max_ratio)) != 1:
        raise click.UsageError("Give exactly one of --max-drop, --max-bytes and --max-ratio.")
    with output.working() as job:
        from workbench.engine.analysis.search import Goal
        from workbench.engine.api import commands
        goal = Goal(None if max_drop is None else max_drop / 100, max_bytes, max_ratio)
        report = commands.search(model, data, out, goal, trusted(trust, model, data), job, language, given)
    output.print_json(report.to_json()) if as_json else output.print_report(report)


@cli.command()
@click.argument("a")
@click.argument("b")
@data_option
@input_option
@json_option
@trust_option
@debug_option
def compare(a: str, b: str, data: str, as_json: bool, trust: bool, given: dict[str, str]) -> None:
    """Compare models A and B on the same samples of DATA; without labels, B is measured against A."""
    with output.working() as job:
        from workbench.engine.api import commands
        result = commands.compare(a, b, data, trusted(trust, a, b, data), job, given)
    output.print_json(result) if as_json else output.print_comparison(result)
