"""Content of a presentation, in words and numbers, made from the session."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from workbench.core.analysis.report import LayerChange
from workbench.core.base import quantities
from workbench.core.base.plain import plain
from workbench.core.base.quantities import amount, size
from workbench.core.recipe.action import Action
from workbench.ui.actions.form.values import effective
from workbench.ui.session.session import Session
from workbench.ui.text import format
from workbench.ui.text.describe import value_words
from workbench.ui.text.i18n import counted, tr

LARGEST = 10  # layers that have a bar


@dataclass(frozen=True)
class Bar:
    """A layer, or all the smaller ones together; bytes."""

    name: str
    before: float
    after: float


@dataclass(frozen=True)
class StepSummary:
    """The same steps on some layers: what, where, and the bytes before and after."""

    what: str
    where: str
    before: float
    after: float


@dataclass(frozen=True)
class Number:
    """A figure before and after, and how it was obtained; `share` of the original is drawn where it has one."""

    caption: str
    before: str
    after: str
    note: str
    share: float | None = None
    sure: bool = True

    @property
    def words(self) -> str:
        """Both, or the one that they are."""
        return self.before if self.before == self.after else f"{self.before} → {self.after}"


@dataclass(frozen=True)
class Story:
    """`headline` is one line; `edited` is false for a model as it was opened."""

    name: str
    headline: str
    facts: str
    bars: tuple[Bar, ...]
    steps: tuple[StepSummary, ...]
    numbers: tuple[Number, ...]
    edited: bool


def story_of(session: Session) -> Story:
    """Story of the open model and the current recipe. The session has a model."""
    assert session.model is not None
    model, preview = session.model, session.preview
    edited = bool(session.recipe.rows) and preview is not None
    numbers = _numbers(session)
    facts = counted(
        "{parameters} parameters in {n} layers, {size}",
        len(model.layers),
        "{parameters} parameters in {n} layer, {size}",
        parameters=amount(model.parameters),
        size=size(model.bytes),
    )
    headline = format.smaller(model.bytes, preview.size.value) if edited and preview is not None else facts
    return Story(plain(Path(model.path).name), headline, facts, _bars(session), _steps(session), numbers, edited)


def _after(session: Session, path: str, before: int) -> float:
    change = session.changes.get(path)
    return change.bytes_after if change is not None and session.recipe.rows else before


def _bars(session: Session) -> tuple[Bar, ...]:
    """The largest layers first, then the others as one."""
    assert session.model is not None
    layers = sorted(session.model.layers, key=lambda layer: -layer.bytes)
    bars = [Bar(layer.path, layer.bytes, _after(session, layer.path, layer.bytes)) for layer in layers]
    rest = bars[LARGEST:]
    if len(rest) > 1:
        name = tr("{n} smaller layers").format(n=len(rest))
        return (*bars[:LARGEST], Bar(name, sum(bar.before for bar in rest), sum(bar.after for bar in rest)))
    return tuple(bars)


def _steps(session: Session) -> tuple[StepSummary, ...]:
    """Layers with the same steps together, those that save most first."""
    together: dict[tuple[Action, ...], list[LayerChange]] = defaultdict(list)
    if session.preview is not None and session.recipe.rows:
        for change in session.preview.changes:
            if change.actions:
                together[change.actions].append(change)
    steps = [
        StepSummary(
            " · ".join(_words(session, action) for action in actions),
            _where(changes),
            sum(change.bytes_before for change in changes),
            sum(change.bytes_after for change in changes),
        )
        for actions, changes in together.items()
    ]
    return tuple(sorted(steps, key=lambda step: step.after - step.before))


def _words(session: Session, action: Action) -> str:
    """A step by its title and its first value: 'Affine, 4 bit'."""
    info = session.methods.get(action.method)
    if info is None:
        return str(action)
    values = effective(info.fields, action.params)
    shown = next(
        (
            (field, values[field.name])
            for field in info.fields
            if values[field.name] is not None and (field.name in action.params or field.kind != "bool")
        ),
        None,
    )
    if shown is None:
        return tr(info.title)
    field, value = shown
    return f"{tr(info.title)}, {value_words(field, value)}"


def _where(changes: list[LayerChange]) -> str:
    paths = [change.path for change in changes]
    if len(paths) <= 3:
        return ", ".join(paths)
    return tr("{n} layers").format(n=len(paths))


def _numbers(session: Session) -> tuple[Number, ...]:
    model, preview = session.model, session.preview
    assert model is not None
    if preview is None:
        return ()
    current = session.preview_is_current
    exact = current and all(change.exact for change in preview.changes)
    found = [
        Number(
            tr("File size"),
            size(model.bytes),
            size(preview.size.value),
            f"{format.smaller(model.bytes, preview.size.value)}, {format.source_text(preview.size)}",
            preview.size.value / model.bytes,
            exact,
        )
    ]
    data, value, metric = session.data, preview.value, session.metric
    baseline = preview.baseline or session.baseline
    if data is not None and value is not None and baseline is not None:
        after = f"{format.value_text(value.value, metric)}{format.margin_text(value, metric)}"
        note = format.source_text(value, data.samples)
        if preview.change is not None:
            note = f"{format.change_text(preview.change, metric)}, {note}"
        found.append(Number(metric.heading, format.value_text(baseline.value, metric), after, note, sure=current))
    for caption, before, now in (
        (tr("Parameters"), model.parameters, preview.parameters),
        (tr("MACs"), model.macs, preview.macs),
    ):
        if before and now is not None:
            share = None if quantities.slight(before, now) else now / before
            found.append(Number(caption, amount(before), amount(now), format.shrunk(before, now), share, current))
    return tuple(found)
