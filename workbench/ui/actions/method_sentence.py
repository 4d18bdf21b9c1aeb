"""Predicted effect of a step in the method's own words (core.recipe.effect): from the parameters, the layer's shape,
and figures that the engine sent earlier."""

from collections.abc import Mapping
from typing import Any

from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.method_insight import Evening, Outlook, Ranks, Removal
from workbench.core.layer_data.views import Spectrum
from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.effect import Effect, Share, evaluated
from workbench.ui.actions import rank_sentence
from workbench.ui.text.format import short_percent
from workbench.ui.text.i18n import listed, said

Values = Mapping[str, Any]
REDUCED = 7  # bits of a reduced range


def words(
    method: MethodInfo, values: Values, layer: Layer, drawn: Spectrum | None = None, outlook: Outlook | None = None
) -> str:
    """Return the sentence; "" if the method has none.

    values    every field (see values.effective)
    drawn     singular values of the weight
    outlook   figures of the engine for the method
    """
    names = {**_found(outlook), "asked": rank_sentence.asked(values), **layer.facts, **values}
    sentences = [_sentence(effect, names, layer) for effect in method.effects]
    ranking = method.ranking
    if ranking is not None and (not ranking.when or evaluated(ranking.when, names)):
        found = outlook if isinstance(outlook, Ranks) else None
        sentences.append(rank_sentence.words(ranking, values, layer, drawn, found))
    text = ""
    for sentence in filter(None, sentences):
        text = rank_sentence.followed(text, sentence) if text else sentence
    return text


def _found(outlook: Outlook | None) -> dict[str, Any]:
    """Return the engine's figures by the names that expressions use."""
    if isinstance(outlook, Removal):
        return {"free": outlook.free, "stay": outlook.stay, "width": outlook.width}
    if not isinstance(outlook, Evening):
        return {}
    return {"channels": outlook.channels, "readers": listed(outlook.readers), "spread": outlook.spread}


def _sentence(effect: Effect, names: Values, layer: Layer) -> str:
    figures = effect.values(names)
    if figures is None:
        return ""
    text = said(effect.text).format(**{name: _text(value) for name, value in figures.items()})
    return rank_sentence.joined(text, rank_sentence.weights(figures["stored"], layer)) if effect.stored else text


def _text(value: Any) -> str:
    if isinstance(value, Share):
        return short_percent(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def levels_of(values: Values) -> int:
    """Return the number of quantisation levels of a weight."""
    bits = int(values.get("bits") or 8)
    return 2 ** (min(bits, REDUCED) if values.get("reduced_range") else bits)
