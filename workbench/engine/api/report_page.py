"""The one-page report of an export."""

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.analysis.not_taken import by_reason
from workbench.core.analysis.report import Report
from workbench.core.base.errors import UserError
from workbench.core.base.files import reason
from workbench.core.base.language import ENGLISH, Language, language
from workbench.core.base.plain import finalize
from workbench.core.base.quantities import amount, metric_text, size, smaller, three
from workbench.core.base.resources import resource_path
from workbench.core.layer_data.layer import ModelSummary

if TYPE_CHECKING:
    import jinja2

TEMPLATE = "report.html.j2"
GIVEN = frozenset(("report", "model", "name", "changes", "largest", "tr", "said", "smaller", "language"))  # to `page`'s


@cache
def template() -> "jinja2.Template":
    """Read and checked. Raises UserError where it is missing, damaged, or asks for what it is not given."""
    import jinja2  # which nothing needs before the first export
    from jinja2 import meta

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=finalize
    )
    environment.filters |= {
        "size": size,
        "amount": amount,
        "three": three,
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


def page(report: Report, model: ModelSummary, spoken: Language | None = None) -> str:
    """Self-contained HTML: no script, nothing loaded from elsewhere; English unless another language is `spoken`."""
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
    )


def _share(part: float, whole: float) -> str:
    """How wide a bar is that shows a part of another, as CSS has it."""
    return f"{100 * min(part / max(whole, 1), 1):.1f}%"
