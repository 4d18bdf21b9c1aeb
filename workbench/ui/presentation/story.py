"""Content of a presentation, in words and numbers, created from the session."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from workbench.core.analysis.plan import Point
from workbench.core.analysis.prediction_diff import Changes, Flip
from workbench.core.analysis.report import LayerChange
from workbench.core.base import quantities
from workbench.core.base.plain import plain
from workbench.core.base.quantities import amount, size
from workbench.core.recipe.action import Action
from workbench.ui.actions.form.values import effective
from workbench.ui.plans.plans import point_of
from workbench.ui.presentation.design import Design
from workbench.ui.session.session import Session
from workbench.ui.text import format
from workbench.ui.text.describe import value_words
from workbench.ui.text.i18n import counted, listed, tr

LARGEST = 10  # layers that have a bar
EXAMPLES = 10  # pictures on the slide of examples
JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Bar:
    """A layer, or all the smaller ones together; bytes."""

    name: str
    before: float
    after: float


@dataclass(frozen=True)
class StepSummary:
    """Steps that some layers share: the steps, the layers, and the bytes before and after."""

    what: str
    where: str
    before: float
    after: float


@dataclass(frozen=True)
class Number:
    """A figure before and after, and how it was obtained; `share` of the original is drawn if there is one."""

    caption: str
    before: str
    after: str
    note: str
    share: float | None = None
    sure: bool = True

    @property
    def words(self) -> str:
        """Both values, or the common one."""
        return self.before if self.before == self.after else f"{self.before} → {self.after}"


Kind = Literal["original", "uniform", "search", "current"]


@dataclass(frozen=True)
class Dot:
    """A measured recipe: bytes of its file, the metric in units of its text, and its kind."""

    bytes: float
    value: float
    kind: Kind


@dataclass(frozen=True, eq=False)
class Example:
    """A sample whose prediction changed: its image (uint8 [height, width] or [height, width, 3]), its class, and the
    predictions before and after."""

    picture: np.ndarray
    truth: str
    before: str
    after: str
    right: bool  # now


@dataclass(frozen=True)
class Story:
    """Texts and figures of a presentation. `headline` is one line; `edited` is false for a model without changes.

    verified   how the exported file was checked, in words; "" if it was not
    dots       the measured points of the trade-off between size and metric; `metric` is its heading
    examples   of changed predictions; `example_words` has their number and the total
    savings    in money and energy, from the user's figures
    """

    name: str
    headline: str
    facts: str
    bars: tuple[Bar, ...]
    steps: tuple[StepSummary, ...]
    numbers: tuple[Number, ...]
    edited: bool
    verified: str = ""
    metric: str = ""
    dots: tuple[Dot, ...] = ()
    examples: tuple[Example, ...] = ()
    example_words: str = ""
    savings: tuple[Number, ...] = ()
    design: Design = Design()  # noqa: RUF009  (it is a value)


def story_of(session: Session, design: Design | None = None, changes: Changes | None = None) -> Story:
    """Return the story of the open model and the current recipe. The session must have a model.

    changes   of the predictions under this recipe; None if they are not known
    """
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
    design = design or Design()
    return Story(
        design.title or plain(Path(model.path).name),
        headline,
        facts,
        _bars(session),
        _steps(session),
        numbers,
        edited,
        _verified(session),
        session.metric.heading,
        _dots(session),
        _examples(changes),
        _example_words(changes),
        _savings(session, design),
        design,
    )


def _after(session: Session, path: str, before: int) -> float:
    change = session.changes.get(path)
    return change.bytes_after if change is not None and session.recipe.rows else before


def _bars(session: Session) -> tuple[Bar, ...]:
    """Return the largest layers first, then the others as one."""
    assert session.model is not None
    layers = sorted(session.model.layers, key=lambda layer: -layer.bytes)
    bars = [Bar(layer.path, layer.bytes, _after(session, layer.path, layer.bytes)) for layer in layers]
    rest = bars[LARGEST:]
    if len(rest) > 1:
        name = tr("{n} smaller layers").format(n=len(rest))
        return (*bars[:LARGEST], Bar(name, sum(bar.before for bar in rest), sum(bar.after for bar in rest)))
    return tuple(bars)


def _steps(session: Session) -> tuple[StepSummary, ...]:
    """Return layers with the same steps together, those that save most first."""
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
    """Return a step by its title and its first value: 'Affine, 4 bit'."""
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
    return listed((tr(info.title), value_words(field, value)))


def _where(changes: list[LayerChange]) -> str:
    paths = [change.path for change in changes]
    if len(paths) <= 3:
        return listed(paths)
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
            listed((format.smaller(model.bytes, preview.size.value), format.source_text(preview.size))),
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
            note = listed((format.change_text(preview.change, metric), note))
        found.append(Number(metric.heading, format.value_text(baseline.value, metric), after, note, sure=current))
    for caption, before, now in (
        (tr("Parameters"), model.parameters, preview.parameters),
        (tr("MACs"), model.macs, preview.macs),
    ):
        if before and now is not None:
            share = None if quantities.slight(before, now) else now / before
            found.append(Number(caption, amount(before), amount(now), format.shrunk(before, now), share, current))
    return tuple(found)


def _verified(session: Session) -> str:
    totals = session.snapshots.now().totals if session.recipe.rows else None
    if totals is None or totals.bytes.how != "verified":
        return ""
    value = totals.value
    if value is not None and value.how == "verified" and value.samples:
        return tr("✓ verified: the exported file was reopened and run on {n} samples").format(n=f"{value.samples:,}")
    return tr("✓ verified: the exported file was reopened and run")


def _dots(session: Session) -> tuple[Dot, ...]:
    """Return measured size and metric of the last search, the snapshots and the current recipe, the original first."""
    model, data, metric, base = session.model, session.data, session.metric, session.baseline
    if model is None or data is None or base is None:
        return ()
    points: list[tuple[Point, Kind]] = []
    found = session.found
    if found is not None and (found.data, found.front.metric) == (data.fingerprint, metric):
        points += [(point, "uniform" if point.kind == "uniform" else "search") for point in found.front.points]
    points += [(point, "search") for each in session.snapshots.all if (point := point_of(each, session)) is not None]
    if session.recipe.rows and session.preview_is_current:
        now = point_of(session.snapshots.now(), session)
        points += [(now, "current")] if now is not None else []
    scale = 100 if metric.percent else 1
    dots = [
        Dot(point.bytes, scale * (base.value - metric.sign * point.best.drop), kind)
        for point, kind in points
        if point.best is not None and point.recipe.rows and (kind == "current" or not _is_now(point, points))
    ]
    return (Dot(model.bytes, scale * base.value, "original"), *dots) if dots else ()


def _is_now(point: Point, points: list[tuple[Point, Kind]]) -> bool:
    """Return whether the current recipe, whose dot hides others of this recipe, is this one."""
    kept, kind = points[-1]
    return kind == "current" and kept.recipe.in_effect == point.recipe.in_effect


def _examples(changes: Changes | None) -> tuple[Example, ...]:
    if changes is None:
        return ()
    flips = [flip for flip in changes.flips if flip.picture is not None]
    return tuple(_example(flip, changes.classes) for flip in flips[:EXAMPLES])


def _example(flip: Flip, classes: tuple[str, ...]) -> Example:
    assert flip.picture is not None
    truth, before, after = (plain(classes[index]) for index in (flip.truth, flip.before, flip.after))
    return Example(flip.picture, truth, before, after, flip.after == flip.truth)


def _example_words(changes: Changes | None) -> str:
    if changes is None or not changes.classes:
        return ""
    count = changes.lost + changes.won + changes.moved
    words = tr("{count} of {total} predictions changed: {lost} became wrong, {won} became right.")
    return words.format(
        count=f"{count:,}", total=f"{changes.samples:,}", lost=f"{changes.lost:,}", won=f"{changes.won:,}"
    )


def _savings(session: Session, design: Design) -> tuple[Number, ...]:
    """Return the savings of a year, from the user's figures: delivering the file, and running it."""
    model, preview, use = session.model, session.preview, design.savings
    if model is None or preview is None or not session.recipe.rows:
        return ()

    def money(amounts: tuple[float, float], price: float) -> tuple[str, str]:
        before, after = (f"{amount(each * price)} {use.currency}".strip() for each in amounts)
        return before, after

    found = []
    if use.copies and use.price_per_gb:
        gigabytes = use.copies * model.bytes / 1e9, use.copies * preview.size.value / 1e9
        note = tr("{copies} copies at {price} {currency} per GB").format(
            copies=amount(use.copies), price=f"{use.price_per_gb:g}", currency=use.currency
        )
        share = gigabytes[1] / gigabytes[0] if gigabytes[0] else None
        found.append(Number(tr("Delivery"), *money(gigabytes, use.price_per_gb), note, share))
    timing = session.timings.current
    if use.runs and use.joules_per_run and timing is not None and timing.before_ms:
        share = timing.after_ms / timing.before_ms
        energy = use.runs * use.joules_per_run / JOULES_PER_KWH
        note = tr("{runs} runs of {joules} J; energy is assumed to be proportional to the measured latency").format(
            runs=amount(use.runs), joules=f"{use.joules_per_run:g}"
        )
        found.append(Number(tr("Energy"), _energy(energy), _energy(energy * share), note, share))
        if use.price_per_kwh:
            note = tr("at {price} {currency} per kWh").format(price=f"{use.price_per_kwh:g}", currency=use.currency)
            found.append(Number(tr("Electricity"), *money((energy, energy * share), use.price_per_kwh), note, share))
    return tuple(found)


def _energy(kwh: float) -> str:
    """Return 1.11 MWh."""
    for unit, scale in (("GWh", 1e6), ("MWh", 1e3)):
        if kwh >= scale:
            return f"{quantities.three_digits(kwh / scale)} {unit}"
    return f"{quantities.three_digits(kwh)} kWh"
