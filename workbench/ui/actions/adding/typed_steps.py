"""Steps that a typed name and number ask for: 'prune 50', 'sparsity 0.7', '6 bit'."""

import re
from collections.abc import Mapping

from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.params import Field
from workbench.ui.actions import families
from workbench.ui.actions.adding.aliases import ALIASES
from workbench.ui.text.describe import name_words
from workbench.ui.text.fuzzy_match import INSIDE, likeness
from workbench.ui.text.i18n import tr

NUMBER = re.compile(r"(?<!\S)(\d+(?:\.\d+)?)\s*(%|(?=\s|$|-?bit))")
AMOUNTS = ("bits", "sparsity", "rank", "energy", "ratio")  # parameters that a number alone can mean
USUAL = ("prune.magnitude", "prune.channels", "lowrank.svd", "quantize.affine")  # first among those that match


def numbered(typed: str, methods: Mapping[str, MethodInfo]) -> list[Action]:
    """Return the steps whose names are typed with one number, which becomes their amount; the best match first. If it
    can be the amount of none, they have their defaults."""
    numbers = list(NUMBER.finditer(typed))
    words = NUMBER.sub(" ", typed).strip()
    if len(numbers) != 1 or not words:
        return []
    number, percent = numbers[0].group(1), bool(numbers[0].group(2))
    found: dict[Action, tuple[int, float]] = {}
    named: dict[Action, tuple[int, float]] = {}  # without the number
    for method in methods.values():
        place = USUAL.index(method.id) if method.id in USUAL else len(USUAL)
        fits = {field: _fit(words, method, field) for field in method.fields if field.name in AMOUNTS}
        fits = {field: fit for field, fit in fits.items() if fit > INSIDE / 2}
        for field, fit in fits.items():
            named[Action(method.id)] = place, -fit
            value = _value(field, number, percent)
            if value is not None:
                found[Action(method.id, {field.name: value})] = place, -fit
                break
    chosen = found or named
    return sorted(chosen, key=chosen.__getitem__)


def _fit(words: str, method: MethodInfo, field: Field) -> float:
    """Return how well the words match the names of a method and of one of its parameters; 0 if they do not."""
    text = f"{families.name(method)} {families.title(method.family)}"
    names = f"{method.id} {ALIASES.get(method.id, '')} {field.name} {tr(name_words(field.name))} {tr(field.unit)}"
    return likeness(words, text, names) or 0.0


def _value(field: Field, number: str, percent: bool) -> int | float | None:
    """Return the number as a value of the field, or None if it cannot be one. A share may be given in percent, with or
    without the sign."""
    value = float(number)
    if field.kind == "int":
        fits = not percent and value.is_integer()
    else:
        value = value / 100 if percent or value > 1 or "." not in number else value
        fits = True
    low, high = field.low, field.high
    if not fits or (low is not None and value < low) or (high is not None and value > high):
        return None
    return int(value) if field.kind == "int" else value
