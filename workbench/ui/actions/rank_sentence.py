"""Ranks in words: which rank the parameters mean, what it keeps, and the resulting size."""

from collections.abc import Mapping
from math import prod
from typing import Any

from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.method_insight import Kept, Ranks
from workbench.core.layer_data.views import Spectrum
from workbench.core.recipe.effect import Ranking
from workbench.ui.text.format import short_percent
from workbench.ui.text.i18n import said, tr

Values = Mapping[str, Any]


def rank_in(values: Values, spectrum: Spectrum) -> int | None:
    """Return the rank that a method's parameters mean (see methods.base.ranks.chosen); None if noise could not be
    determined."""
    full, noise, rule = len(spectrum.values), spectrum.noise, values.get("rule")
    wanted: int | None = None
    if values.get("rank") is not None:
        wanted = int(values["rank"])
    elif values.get("ratio") is not None:
        wanted = round(values["ratio"] * full)
    elif values.get("energy") is not None:
        wanted = spectrum.rank_for(values["energy"])
    elif rule == "break-even":
        wanted = spectrum.break_even
    elif noise is not None and values.get("weakening") is not None:
        least = max(1, noise.vbmf)
        wanted = round(least + values["weakening"] * (full - least))
    elif noise is not None and rule is not None:
        wanted = noise.rank if rule == "marchenko-pastur" else noise.hard
    return None if wanted is None else min(max(wanted, 1), full)


def sentence(spectrum: Spectrum, rank: int, trained: bool = False, kept: Kept = "weights") -> str:
    """Return a sentence on a rank of two factors; those of a `trained` student are determined by training."""
    full = len(spectrum.values)
    first = tr("Rank {rank} of {full}").format(rank=rank, full=full)
    if not trained:
        first = _keeps(kept).format(rank=rank, full=full, share=short_percent(float(spectrum.energy[rank - 1])))
    if not spectrum.break_even:
        return joined(first, tr("no rank saves space in this layer."))
    second = (
        tr("below break-even {limit}, so the layer shrinks.")
        if rank <= spectrum.break_even
        else tr("above break-even {limit}, so the layer grows.")
    )
    return joined(first, second.format(limit=spectrum.break_even))


def _keeps(kept: Kept) -> str:
    if kept == "weights":
        return tr("Rank {rank} of {full} keeps {share} of the energy")
    return (
        tr("Rank {rank} of {full} keeps {share} of the output's energy")
        if kept == "output"
        else tr("Rank {rank} of {full} keeps {share} of the output's variance")
    )


def of_two(values: Values, spectrum: Spectrum | None, trained: bool = False, kept: Kept = "weights") -> str:
    """Return a sentence on two factors of the requested rank, in numbers if the singular values are known."""
    rank = rank_in(values, spectrum) if spectrum is not None and len(spectrum.values) else None
    if rank is None or spectrum is None:
        return tr("Two factors with {rank}.").format(rank=asked(values))
    words = sentence(spectrum, rank, trained, kept)
    if values.get("weakening") is None or spectrum.noise is None:
        return words
    return followed(
        tr(
            "EVBMF estimates rank {rank} of {full}; the step keeps a rank {share} of the way from there to full rank."
        ).format(rank=spectrum.noise.vbmf, full=len(spectrum.values), share=short_percent(values["weakening"])),
        words,
    )


def words(ranking: Ranking, values: Values, layer: Layer, drawn: Spectrum | None, found: Ranks | None) -> str:
    """Return a sentence on the rank, what it keeps, and the size.

    drawn   singular values of the weight
    found   those of the method
    """
    if ranking.sides == 2:
        return two_sided(values, layer, found) or tr("On each side {rank}.").format(rank=asked(values))
    if ranking.of == "weight":
        return of_two(values, drawn, ranking.trained) if drawn is not None and len(drawn.values) else ""
    text = of_two(values, None) if found is None else of_two(values, found.sides[0], ranking.trained, found.kept)
    return joined(said(ranking.first), text) if ranking.first else text


def two_sided(values: Values, layer: Layer, found: Ranks | None) -> str:
    """Return a sentence on Tucker-2, with ranks of output channels and input channels."""
    outputs, inputs = layer.shape[:2]
    if values.get("rank") is not None or values.get("ratio") is not None:
        ratio = values.get("ratio")
        ranks = [
            min(values["rank"], full) if ratio is None else max(1, round(ratio * full)) for full in (outputs, inputs)
        ]
    elif found is None or None in (looked := [rank_in(values, side) for side in found.sides]):
        return ""
    else:
        ranks = [rank for rank in looked if rank is not None]
    first = tr("Ranks {first} of {outputs} outputs and {second} of {inputs} inputs")
    shares = {}
    if found is not None:
        first = tr(
            "Ranks {first} of {outputs} outputs and {second} of {inputs} inputs keep {share} and {other} of "
            "their energies"
        )
        shares = {
            name: short_percent(float(side.energy[min(rank, len(side.energy)) - 1]))
            for name, rank, side in zip(("share", "other"), ranks, found.sides, strict=True)
        }
    first = first.format(first=ranks[0], second=ranks[1], outputs=outputs, inputs=inputs, **shares)
    used = ranks[1] * inputs + prod(ranks) * prod(layer.shape[2:]) + outputs * ranks[0]
    return joined(first, weights(used, layer))


def joined(first: str, second: str) -> str:
    """Return two halves of a sentence, joined."""
    return tr("{first}; {second}").format(first=first, second=second)


def followed(first: str, second: str) -> str:
    """Return two sentences, joined."""
    return tr("{first} {second}").format(first=first, second=second)


def weights(used: int, layer: Layer) -> str:
    """Return how many weights are stored instead of the layer's, in words."""
    words = (
        tr("{count} instead of {total} weights, so the layer shrinks.")
        if used < layer.count
        else tr("{count} instead of {total} weights, so the layer grows.")
    )
    return words.format(count=f"{used:,}", total=f"{layer.count:,}")


def asked(values: Values) -> str:
    """Return the rank in words before the singular values are known."""
    if values.get("rank") is not None:
        return tr("rank {rank}").format(rank=values["rank"])
    if values.get("ratio") is not None:
        return tr("{share} of full rank").format(share=short_percent(values["ratio"]))
    if values.get("energy") is not None:
        return tr("the smallest rank that keeps {share}").format(share=short_percent(values["energy"]))
    if values.get("weakening") is not None:
        return tr("the rank that EVBMF estimates, {share} of the way to full rank").format(
            share=short_percent(values["weakening"])
        )
    return {
        "break-even": tr("the largest rank with fewer weights than now"),
        "marchenko-pastur": tr("the number of singular values above the noise edge"),
    }.get(str(values.get("rule")), tr("the rank of least squared error"))
