"""The command that times the layers."""

from dataclasses import replace

import click

from workbench.cli import output
from workbench.cli.options import (
    architecture,
    architecture_option,
    calibration_option,
    debug_option,
    input_option,
    json_option,
    recipe_of,
    samples_option,
    target_option,
    trust_option,
    trusted,
)
from workbench.core.analysis.profile import Profile, Spread
from workbench.core.base.quantities import size, three_digits


@click.command(short_help="Time the layers, original and compressed.")
@click.argument("model")
@click.option(
    "--recipe", default="", metavar="RECIPE", help="Recipe to compare with the original; - reads standard input."
)
@click.option("--data", default="", metavar="DATA", help="Samples to run; default: synthetic inputs.")
@samples_option
@calibration_option
@input_option
@click.option(
    "--batch", default=1, show_default=True, type=click.IntRange(1, 4096), metavar="N", help="Samples per run."
)
@target_option("Device whose energy figures are used where this machine has no counter.")
@json_option
@architecture_option
@trust_option
@debug_option
def profile(
    model: str,
    recipe: str,
    data: str,
    samples: int,
    calibration: str,
    batch: int,
    target: str,
    as_json: bool,
    trust: bool,
    given: dict[str, str],
) -> None:
    """Time the layers of MODEL in ONNX Runtime, original and after RECIPE, and the loading of both."""
    with output.working() as job:
        import workbench as wb

        asked = recipe_of(recipe) if recipe else wb.Recipe({})
        allowed = trusted(trust, model, data, calibration)
        opened = wb.open(
            model,
            data or None,
            calibration or None,
            inputs=given,
            samples=samples,
            trusted=allowed,
            architecture=architecture(),
            job=job.part(0.0, 0.2),
        )
        found = opened.profile(replace(asked, target=target or asked.target), batch=batch, job=job.part(0.2, 1.0))
    output.print_json(found.to_json()) if as_json else _print(found, compared=bool(recipe))


def _print(found: Profile, compared: bool) -> None:
    """Print the figures of the original, and those after the recipe, if one was given (`compared`)."""
    shown = slice(None) if compared else slice(2)  # the name and the original
    rows = [(layer.path or "(others)", _ms(layer.before), _ms(layer.after)) for layer in found.layers]
    rows.append(("whole run", _ms(found.before), _ms(found.after)))
    click.echo(output.table(("layer", "original ms", "compressed ms")[shown], [row[shown] for row in rows]))
    inputs = "made-up inputs" if found.made_up else "inputs of the data"
    runs = f"{found.runs} warm runs of each in turns" if compared else f"{found.runs} warm runs"
    output.say(
        f"\nMeasured here in ONNX Runtime, {runs}, batch {found.batch}, {inputs}:"
        " median (middle half). '-': the layer was fused into another operator, or removed."
    )
    loads = (("original", found.load_before), ("compressed", found.load_after))
    for name, load in loads if compared else loads[:1]:
        memory = "not known" if load.memory is None else size(load.memory.median)
        peak = "not known" if load.peak is None else size(load.peak.median)
        output.say(
            f"Loading, {name}: {_ms(load.seconds, 1000)} ms, keeps {memory}, peak {peak} (fresh process, median)"
        )
    if found.energy is not None:
        joules = (found.energy.before, found.energy.after) if compared else (found.energy.before,)
        figures = " -> ".join(f"{1000 * each:.3g} mJ" for each in joules)
        output.say(f"Energy per run: {figures} ({found.energy.how}: {found.energy.source})")
    else:
        output.say(found.energy_note)


def _ms(spread: Spread | None, scale: float = 1.0) -> str:
    if spread is None:
        return "-"
    median, low, high = (three_digits(scale * value) for value in (spread.median, spread.low, spread.high))
    return f"{median} ({low} to {high})"
