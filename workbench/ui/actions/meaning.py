"""What a step means for the layer in front of the user, looked up in the layer's own statistics."""

from collections.abc import Mapping
from typing import Any

from workbench.core.action import MethodInfo
from workbench.core.layer import Layer
from workbench.core.views import LayerView, Spectrum
from workbench.ui.actions import instant
from workbench.ui.actions import values as v
from workbench.ui.lines import edge_of, rank_of, share_below, threshold_of
from workbench.ui.translation import tr


def limits(layers: tuple[Layer, ...], view: LayerView | None, method: MethodInfo) -> dict[str, tuple[float, float]]:
    """The ends that the layers give to fields that have none of their own: as far as the plot's line can go."""
    result: dict[str, tuple[float, float]] = {}
    for field in method.fields:
        if field.high is not None or not field.drag:
            continue
        if field.drag == "spectrum" and field.kind == "int" and layers:
            result[field.name] = (1, max(min(layer.matrix) for layer in layers))
        elif field.drag == "histogram" and view is not None and len(view.magnitudes):
            result[field.name] = (0, float(f"{view.magnitudes[-1]:.4g}"))
    return result


def sentence(method: MethodInfo, given: Mapping[str, Any], view: LayerView | None, layer: Layer | None = None) -> str:
    """What this step will do to this layer, or nothing where that takes computing."""
    if view is None:
        return ""
    known = _looked_up(method, given, view)
    values = v.effective(method.fields, given)
    return known or (instant.words(method.id, values, layer) if layer is not None else "")


def _looked_up(method: MethodInfo, given: Mapping[str, Any], view: LayerView) -> str:
    """From the layer's statistics."""
    for plot, (field, value) in v.dragged(method.fields, given).items():
        name = field.name
        if plot == "histogram" and name == "sparsity":
            edge = threshold_of(name, value, view.magnitudes)
            return tr("Weights from {low} to {high} become zero.").format(low=f"−{edge:.3g}", high=f"{edge:.3g}")
        if plot == "histogram" and name == "threshold":
            share = share_below(value, view.magnitudes)
            return tr("{share} of the weights become zero.").format(share=percent(share))
        if plot == "spectrum" and view.spectrum is not None and len(view.spectrum.values):
            rank = rank_of(name, value, view.spectrum)
            return rank_sentence(view.spectrum, rank, trained=method.family == "distill")
        if plot == "range":
            values = v.effective(method.fields, given)
            edge, levels = edge_of(value, view.magnitudes), instant.levels_of(values)
            beyond = 1 - share_below(edge, view.magnitudes)
            return tr("{levels} levels to ± {edge}; {share} of the weights lie beyond and are clipped.").format(
                levels=levels, edge=f"{edge:.3g}", share=percent(beyond))
    return _rank_found(method, v.effective(method.fields, given), view.spectrum)


def _rank_found(method: MethodInfo, values: Mapping[str, Any], spectrum: Spectrum | None) -> str:
    """The rank that a rule finds in the matrix whose singular values are drawn."""
    if spectrum is None or method.id not in ("lowrank.svd", "distill.layer") or not len(spectrum.values):
        return ""
    full, noise, trained = len(spectrum.values), spectrum.noise, method.family == "distill"
    if values.get("ratio") is not None:
        return rank_sentence(spectrum, min(max(round(values["ratio"] * full), 1), full), trained)
    if values.get("rule") == "break-even" and spectrum.break_even:
        return rank_sentence(spectrum, spectrum.break_even, trained)
    if values.get("rule") == "marchenko-pastur" and noise is not None:
        return rank_sentence(spectrum, max(noise.rank, 1), trained)
    if values.get("weakening") is not None and noise is not None:
        return tr("EVBMF finds rank {rank} of {full}; {share} of the way from there to full rank.").format(
            rank=noise.vbmf, full=full, share=percent(values["weakening"]))
    return ""


def together(layers: tuple[str, ...]) -> str:
    """Which layers a removal of channels takes along."""
    return tr("Goes together with: {layers}.").format(layers=", ".join(layers))


def replaced(layers: tuple[str, ...], params: Mapping[str, Any]) -> str:
    """Which modules go: the one that is named, or those that the layers are in."""
    span = params.get("span")
    modules = (span,) if span else tuple(dict.fromkeys(path.rpartition(".")[0] or path for path in layers))
    text = (tr("Leaves out {modules} with all its layers.") if params.get("student") == "identity"
            else tr("Takes the place of {modules} with all its layers."))
    return text.format(modules=", ".join(modules))


def rank_sentence(spectrum: Spectrum, rank: int, trained: bool) -> str:
    full = len(spectrum.values)
    first = tr("Rank {rank} of {full}").format(rank=rank, full=full)
    if not trained:
        first = tr("Rank {rank} of {full} keeps {share} of the energy").format(
            rank=rank, full=full, share=percent(float(spectrum.energy[rank - 1])))
    if not spectrum.break_even:
        return f"{first}. " + tr("No rank makes this layer smaller.")
    second = (tr("below break-even {limit}, so the layer shrinks") if rank <= spectrum.break_even
              else tr("above break-even {limit}, so the layer grows"))
    return f"{first}; {second.format(limit=spectrum.break_even)}."


def percent(share: float) -> str:
    """97.1 %, 50 %, 99.97 %: as many digits as it takes not to say 100 when it is not."""
    digits = 1 if share <= 0.9989 or share == 1 else 2
    number = f"{100 * share:.{digits}f}"
    return f"{number.rstrip('0').rstrip('.')}\N{NO-BREAK SPACE}%"
