"""Description of a step of the undo list: its layers, old and new value, and the figures after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from workbench.core.base.quantities import size
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.recipe import Recipe
from workbench.ui.actions import families
from workbench.ui.actions.form.values import effective
from workbench.ui.text.describe import ARROW, name_words, value_words
from workbench.ui.text.format import source_text, value_text
from workbench.ui.text.i18n import counted, said, titled, tr

if TYPE_CHECKING:  # imports numpy, for which the first paint need not wait
    from workbench.core.layer_data.views import Preview

POINT = " · "
Stack = tuple[Action, ...]


def step_words(
    before: Recipe, after: Recipe, text: str, layers: Iterable[str], methods: Mapping[str, MethodInfo]
) -> str:
    """Return 'blocks.4.conv1 · SVD energy 90 % → 74 %'; the step's own text if it did not change a single value."""
    stacks = {path: (before.stack_for(path), after.stack_for(path)) for path in layers}
    changed = {
        path: pair
        for path, pair in stacks.items()
        if pair[0] != pair[1] or before.leaves_alone(path) != after.leaves_alone(path)
    }
    if not changed:
        return text
    one = next(iter(changed))
    where = counted("{n} layers", len(changed), "{n} layer") if len(changed) > 1 else one
    words = {_value_change(old, new, methods) for old, new in changed.values()}
    return where + POINT + ((words.pop() if len(words) == 1 else "") or text)


def _value_change(old: Stack, new: Stack, methods: Mapping[str, MethodInfo]) -> str:
    """Return 'SVD energy 90 % → 74 %'; "" if stacks differ by more than one value of one step."""
    pairs = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
    if len(old) != len(new) or len(pairs) != 1 or pairs[0][0].method != pairs[0][1].method:
        return ""
    info = methods.get(pairs[0][0].method)
    if info is None or pairs[0][0].off != pairs[0][1].off:
        return ""
    was, now = (effective(info.fields, action.params) for action in pairs[0])
    fields = [field for field in info.fields if was[field.name] != now[field.name] and now[field.name] is not None]
    if len(fields) != 1:
        return ""
    field = fields[0]
    name = tr(name_words(field.name))
    values = [
        value_words(field, value).removeprefix(name).strip()
        for value in (was[field.name], now[field.name])
        if value is not None
    ]
    return f"{families.name(info)} {name.lower()} {ARROW.join(values)}"


def figures(preview: Preview | None) -> str:
    """Return '1.05 MB · 90.6 %', as far as they are known."""
    if preview is None:
        return ""
    parts = [size(round(preview.size.value))]
    if preview.value is not None:
        parts.append(value_text(preview.value.value, preview.metric))
    return POINT.join(parts)


def sources(preview: Preview | None) -> str:
    """Return how these were obtained, for a tooltip."""
    if preview is None:
        return tr("Figures appear once this recipe has been measured in this session")
    words = [tr("Size: {source}").format(source=source_text(preview.size))]
    if preview.value is not None:
        words.append(titled(said(preview.metric.heading) or tr("Metric"), source_text(preview.value)))
    return "\n".join(words)
