"""The command that checks a data set before it is used."""

import io
from pathlib import Path

import click

from workbench.cli import output
from workbench.cli.options import debug_option, input_option, json_option, metric_option, trust_option, trusted
from workbench.core.analysis.data_check import DataCheck, Reading
from workbench.core.analysis.measured import Measuring
from workbench.core.base.errors import UserError
from workbench.core.base.files import write_bytes
from workbench.core.base.quantities import metric_text


@click.command(short_help="Check that a data set is read as the model needs it.")
@click.argument("model")
@click.argument("data")
@metric_option
@input_option
@click.option(
    "--write", is_flag=True, help="Write the proposed preprocessing next to DATA, where all commands read it."
)
@click.option("--picture", default="", metavar="FILE", help="Save a sample as MODEL gets it, as PNG.")
@json_option
@trust_option
@debug_option
def data(
    model: str,
    data: str,
    metric: Measuring,
    write: bool,
    picture: str,
    as_json: bool,
    trust: bool,
    given: dict[str, str],
) -> None:
    """Check that DATA is read as MODEL needs it: layout, scale, order of channels and of classes.

    MODEL runs on up to 512 samples for each plausible reading; the best one is proposed.
    """
    with output.working() as job:
        import workbench as wb

        opened = wb.open(model, trusted=trusted(trust, model, data), job=job.part(0.0, 0.3))
        found = opened.check_data(data, inputs=given, metric=metric, write=write, job=job.part(0.3, 1.0))
    if picture:
        _save(found, Path(picture))
    if as_json:
        output.print_json(found.to_json())
        return
    _print(found)
    if found.written:
        output.say(f"Written: {found.written}")
    elif found.best:
        output.say("Use it: repeat with --write.")


def _save(found: DataCheck, file: Path) -> None:
    if found.picture is None:
        raise UserError("The samples are not images.", "Leave --picture out.")
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(found.picture).save(stream, "PNG")
    write_bytes(file, stream.getvalue())


def _print(found: DataCheck) -> None:
    for fact in found.facts:
        output.say(fact)
    output.say(found.sample)
    if found.metric is not None:
        rows = [
            (("* " if each is found.proposal else "") + each.title, _value(each, found), _gain(each, found))
            for each in found.readings
        ]
        output.say()
        click.echo(output.table(("reading", str(found.metric), "gains at least"), rows))
        output.say(
            f"\nMeasured on {found.samples:,} samples, the same for each; 'gains at least' is the lower end of the "
            "95 % interval against the reading as it is now. *: proposed."
        )
    for doubt in found.doubts:
        output.say(f"Note: {doubt}")
    if found.fine:
        output.say("Nothing is wrong with this data as far as was measured.")


def _value(each: Reading, found: DataCheck) -> str:
    assert found.metric is not None
    return "does not fit" if each.value is None else metric_text(each.value, found.metric)


def _gain(each: Reading, found: DataCheck) -> str:
    assert found.metric is not None
    return "" if each.low is None else output.difference_text(each.low, found.metric)
