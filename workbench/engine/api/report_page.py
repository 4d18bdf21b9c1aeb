"""The one-page report of an export."""

import os
import platform
from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import onnxruntime

from workbench import __version__
from workbench.core.analysis.not_taken import by_reason
from workbench.core.analysis.report import Figure, Made, Report
from workbench.core.base.errors import UserError
from workbench.core.base.files import reason
from workbench.core.base.language import ENGLISH, Language, language
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo, amount, metric_text, size, smaller, three_digits
from workbench.core.base.resources import page_environment, resource_path
from workbench.core.layer_data.layer import ModelSummary

if TYPE_CHECKING:
    import jinja2

TEMPLATE = "report.html.j2"
GIVEN = frozenset(
    ("report", "model", "name", "names", "changes", "largest", "tr", "said", "smaller", "language", "recipe", "losses")
)  # to the template
SLOWER = 1.05  # ratio to the original's latency, from which the page's heading mentions it
HEAVIER = 1.5  # ratios to the original's load time and peak memory
WAITED = 0.25  # seconds of load time below which no regression is reported
FELT = 32e6  # bytes of memory below which no regression is reported


@cache
def template() -> "jinja2.Template":
    """Return the template, read and checked. Raises UserError if it is missing, invalid, or uses unknown variables."""
    import jinja2  # not needed before the first export
    from jinja2 import meta

    environment = page_environment()
    environment.filters |= {
        "size": size,
        "amount": amount,
        "three": three_digits,
        "minutes": lambda date: date.replace("T", " "),
        "percent": lambda value: f"{100 * value:.2f} %",
    }
    environment.globals |= {"metric_text": metric_text, "share": _share, "by_reason": by_reason}
    try:
        text = resource_path(TEMPLATE).read_text(encoding="utf-8")
        wanted = meta.find_undeclared_variables(environment.parse(text)) - GIVEN - set(environment.globals)
        found = environment.from_string(text)
    except (OSError, ValueError, jinja2.TemplateError) as error:
        raise UserError(
            "The report template {file} cannot be used: {why}.",
            "Reinstall the program.",
            file=TEMPLATE,
            why=reason(error),
        ) from error
    if wanted:
        raise UserError(
            "The report template {file} cannot be used: it refers to {names}, which is not defined.",
            "Reinstall the program.",
            file=TEMPLATE,
            names=sorted(wanted),
        )
    return found


def made() -> Made:
    """Return where and when the report is made: processor, cores and system, without names of host or user."""
    kind = platform.processor() or platform.machine()
    machine = f"{kind}, {os.cpu_count()} CPU, {platform.system()}"
    now = datetime.now().astimezone().isoformat(timespec="minutes")
    return Made(now, __version__, onnxruntime.__version__, machine)


def page(report: Report, model: ModelSummary, spoken: Language | None = None, recipe: str = "") -> str:
    """Return self-contained HTML, without scripts or external resources; English unless another language is given.

    File names appear without their folders, as the page may be passed on. `recipe`: its text.
    """
    spoken = spoken or language(ENGLISH)
    largest = max((layer.bytes for layer in model.layers), default=1)
    changes = {change.path: change for change in report.layers}
    return template().render(
        report=report,
        model=model,
        name=Path(model.path).name,
        changes=changes,
        largest=largest,
        tr=spoken.tr,
        said=spoken.said,
        smaller=partial(smaller, tr=spoken.tr),
        language=spoken.code.replace("_", "-"),
        names={kind: Path(path).name for kind, path in report.files.items()},
        recipe=recipe,
        losses=tuple(map(spoken.said, _losses(report))),
    )


def _losses(report: Report) -> Iterator[str]:
    """Yield regressions in words: a lower metric, more time or memory."""
    change = report.verified.change if report.verified is not None else None
    if change is not None and report.metric.sign * change.value < 0:
        yield _change(change, report.metric)
    before, after = report.before.latency_ms, report.after.latency_ms
    if before is not None and after is not None and after.value > SLOWER * before.value:
        yield Message("{percent} slower", percent=f"{100 * (after.value / before.value - 1):.0f} %")
    loads = report.before.load, report.after.load
    if loads[0] is None or loads[1] is None:
        return
    seconds = loads[0].seconds.median, loads[1].seconds.median
    if seconds[1] > max(HEAVIER * seconds[0], WAITED):
        yield Message(
            "loads in {after} s instead of {before} s", after=three_digits(seconds[1]), before=three_digits(seconds[0])
        )
    kept = [load.memory.median for load in loads if load is not None and load.memory is not None]
    if len(kept) == 2 and kept[1] > max(HEAVIER * kept[0], FELT):
        yield Message("takes {after} of memory instead of {before}", after=size(kept[1]), before=size(kept[0]))


def _change(change: Figure, metric: MetricInfo) -> str:
    """Return a change of the metric with its 95 % interval: 'top-1 −0.45 points (−0.90 to 0.00)'."""
    scale, digits = (100, 2) if metric.percent else (1, 4)
    parts = (change.value, change.low, change.high)
    value, *ends = (f"{scale * part:+.{digits}f}".replace("-", "−") for part in parts if part is not None)
    if len(ends) == 2 and ends[0] != ends[1] and metric.percent:  # exact if all samples were measured
        return Message(
            "{metric} {value} points ({low} to {high})", metric=metric, value=value, low=ends[0], high=ends[1]
        )
    if metric.percent:
        return Message("{metric} {value} points", metric=metric, value=value)
    return f"{metric} {value} {metric.unit}".strip()


def _share(part: float, whole: float) -> str:
    """Return the width of a bar that shows a part of another, as CSS."""
    return f"{100 * min(part / max(whole, 1), 1):.1f}%"
