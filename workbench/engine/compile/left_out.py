"""Notes on steps that layers cannot have: one note for all layers with a similar reason."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message, sentences, short_list
from workbench.core.recipe.recipe import Recipe
from workbench.data.answer import Answer
from workbench.graph.model.model import Model
from workbench.graph.subgraph import cut

UNTOUCHED = Message("is unchanged")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


@dataclass(frozen=True)
class Left:
    """A layer that a glob matches but that cannot have a step: the consequence ("is left as it is"), and the reason."""

    path: str
    what: str
    reason: str


def notes_on(left: Iterable[Left], paths: Collection[str]) -> tuple[str, ...]:
    """Return a sentence for each reason, in the order of the first layers. Reasons that differ only in numbers and in
    names of layers (`paths`, of all layers) are merged; that of the first layer is shown."""
    alike: dict[tuple[str, str], list[Left]] = {}
    for each in left:
        alike.setdefault((each.what, _outline(each.reason, paths)), []).append(each)
    return tuple(_sentence(group) for group in alike.values())


def unmeasured(before: Model, edited: Iterable[str], answer: Answer) -> tuple[Message, ...]:
    """Return a sentence on edited layers of which no measured output depends, so that the metric cannot tell."""
    layers = cut.layers_of_outputs(before)
    measured = {name for each in (answer, *answer.more) for name in layers.get(each.name, frozenset())}
    left = [path for path in edited if path in before.sites and path not in measured]
    others = [name for name, own in layers.items() if own & {*left}]
    if not left or not others:
        return ()
    return (
        Message(
            "The measured output '{name}' does not depend on {layers}: the metric does not tell what their edits do. "
            "These outputs depend on them: {others}.",
            name=answer.title,
            layers=short_list(left),
            others=short_list(others),
        ),
    )


def _sentence(group: list[Left]) -> str:
    first = group[0]
    if len(group) == 1:
        return Message("{path} {subject}: {reason}", path=first.path, subject=first.what, reason=first.reason)
    names = short_list([each.path for each in group])
    if all(each.reason == first.reason for each in group):
        return Message(
            "{n} layers ({names}): each {subject}: {reason}",
            n=len(group),
            names=names,
            subject=first.what,
            reason=first.reason,
        )
    return Message(
        "{n} layers ({names}): each {subject}; {path}: {reason}",
        n=len(group),
        names=names,
        subject=first.what,
        path=first.path,
        reason=first.reason,
    )


def _outline(reason: str, paths: Collection[str]) -> str:
    """Return a reason without its numbers and names of layers."""
    words = ("@" if word.strip(".,:;()'") in paths else word for word in reason.split())
    return _NUMBER.sub("#", " ".join(words))


def refuse_without_effect(asked: bool, chosen: Collection[str], notes: tuple[str, ...]) -> None:
    """Raise UserError if a recipe has steps and no layer can have any of them."""
    if asked and not chosen:
        raise UserError(sentences(Message("The recipe changes nothing."), *notes), "Choose other layers or methods.")


def not_taken(model: Model, recipe: Recipe, chosen: Collection[str]) -> tuple[str, ...]:
    """Return the layers that stay unchanged although a glob of the recipe has steps for them; `chosen` are those that
    have some."""
    layers = (layer.path for layer in model.layers if not layer.locked)
    return tuple(path for path in layers if path not in chosen and recipe.actions_for(path))
