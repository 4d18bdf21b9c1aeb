"""Effect of a step on the current layer in words, from the layer's statistics."""

from collections.abc import Mapping
from typing import Any

from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.method_insight import Outlook, Refused, Replacing
from workbench.core.layer_data.views import LayerView
from workbench.core.recipe.action import MethodInfo
from workbench.ui.actions import method_sentence
from workbench.ui.actions.form import values as v
from workbench.ui.text.format import short_percent
from workbench.ui.text.i18n import listed, said, tr
from workbench.ui.text.plot_params import edge_of, share_below, threshold_of


def limits(layers: tuple[Layer, ...], view: LayerView | None, method: MethodInfo) -> dict[str, tuple[float, float]]:
    """Return bounds from the layers for fields that have none: the range of the plot's line."""
    result: dict[str, tuple[float, float]] = {}
    for field in method.fields:
        if field.high is not None or not field.drag:
            continue
        if field.drag == "spectrum" and field.kind == "int" and layers:
            result[field.name] = (1, max(min(layer.matrix) for layer in layers))
        elif field.drag == "histogram" and view is not None and len(view.magnitudes):
            result[field.name] = (0, float(f"{view.magnitudes[-1]:.4g}"))
    return result


def sentence(
    method: MethodInfo,
    given: Mapping[str, Any],
    view: LayerView | None,
    layer: Layer | None = None,
    outlook: Outlook | None = None,
) -> str:
    """Return the effect of this step on the original layer. `outlook`: figures of the engine for the method
    (WantOutlook); without it, only parameters and shape are used."""
    if view is None:
        return ""
    if isinstance(outlook, Refused):
        return said(outlook.reason)
    values = v.effective(method.fields, given)
    if method.replaces and layer is not None:
        return replaced((layer.path,), values, outlook)
    known = _looked_up(method, given, view)
    return known or (method_sentence.words(method, values, layer, view.spectrum, outlook) if layer is not None else "")


def _looked_up(method: MethodInfo, given: Mapping[str, Any], view: LayerView) -> str:
    """Return a sentence from the magnitudes of the weights."""
    values = v.effective(method.fields, given)
    for plot, (field, value) in v.dragged(method.fields, given).items():
        name = field.name
        if plot == "histogram" and name == "sparsity" and values.get("scope") != "global":
            edge = threshold_of(name, value, view.magnitudes)
            return tr("Weights from {low} to {high} become zero.").format(low=f"−{edge:.3g}", high=f"{edge:.3g}")
        if plot == "histogram" and name == "threshold":
            share = share_below(value, view.magnitudes)
            return tr("{share} of the weights become zero.").format(share=short_percent(share))
        if plot == "range":
            edge, levels = edge_of(value, view.magnitudes), method_sentence.levels_of(values)
            beyond = 1 - share_below(edge, view.magnitudes)
            return tr("{levels} levels in ± {edge}; {share} of the weights are out of range and clipped.").format(
                levels=levels, edge=f"{edge:.3g}", share=short_percent(beyond)
            )
    return ""


def together(layers: tuple[str, ...]) -> str:
    """Return a sentence with the layers that are pruned together with these."""
    return tr("Pruned together with {layers}.").format(layers=listed(layers))


def replaced(layers: tuple[str, ...], values: Mapping[str, Any], outlook: Outlook | None = None) -> str:
    """Return a sentence with the replaced modules, named or those of the layers, and the parameters saved."""
    span, leaves = values.get("span"), values.get("student") == "identity"
    modules = (span,) if span else tuple(dict.fromkeys(path.rpartition(".")[0] or path for path in layers))
    named = listed(modules)
    after = outlook.students.get(0 if leaves else values.get("kernel", 0)) if isinstance(outlook, Replacing) else None
    if not isinstance(outlook, Replacing) or after is None:
        return (
            tr("Removes {modules} with all its layers.") if leaves else tr("Replaces {modules} with all its layers.")
        ).format(modules=named)
    text = (
        tr("Removes {modules} with all its layers: {before} parameters.")
        if leaves
        else tr("Replaces {modules} with all its layers: {before} → {after} parameters.")
    )
    return text.format(modules=named, before=f"{outlook.parameters:,}", after=f"{after:,}")
