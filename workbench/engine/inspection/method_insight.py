"""Analysis of a layer by a method, independent of parameter values: see core.layer_data.method_insight."""

from dataclasses import replace

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer_queries import WantOutlook
from workbench.core.layer_data.method_insight import Evening, Outlook, Ranks, Refused, Removal, Replacing
from workbench.core.layer_data.views import Spectrum
from workbench.core.recipe.action import Action
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.compile import blocks, rescale
from workbench.engine.layer_figures import stats
from workbench.engine.workspace import Workspace
from workbench.graph.channels.rules import channels_of
from workbench.graph.subgraph.replace import form_of
from workbench.methods.base.method import Method, RemovalMethod, ReplacingMethod, RescalingMethod, find
from workbench.methods.base.ranks import Matrix
from workbench.methods.common.factors import by_output


def outlook(workspace: Workspace, path: str, wanted: WantOutlook, job: Job) -> Outlook:
    """Return the analysis of the original layer. Raises UserError for an unknown path or method."""
    method, params = find(Action(wanted.method, {"span": wanted.span} if wanted.span else {}))
    workspace.layer(path)
    try:
        if isinstance(method, RescalingMethod):
            return _evening(workspace, path)
        if isinstance(method, RemovalMethod):
            return _removal(workspace, path)
        if isinstance(method, ReplacingMethod):
            return _replacing(workspace, method.module(path, params), method)
        return _ranks(workspace, path, method, job)
    except UserError as error:
        return Refused(error.what)


def _ranks(workspace: Workspace, path: str, method: Method, job: Job) -> Ranks:
    context = LayerContext(workspace.model, path, workspace.calibration, 0, workspace.cache)
    if reason := method.accepts(context.layer):
        raise UserError(reason)
    samples = workspace.calibration.fingerprint if workspace.calibration and method.needs_data else ""

    def make() -> Ranks:
        found = method.matrices(context, job)
        return Ranks(tuple(_spectrum(matrix) for matrix in found), found[0].kept)

    return workspace.cache.get(("ranks", method.id, path, context.layer.fingerprint, samples), make)


def _spectrum(matrix: Matrix) -> Spectrum:
    rows, columns = matrix.shape
    found = stats.spectrum_of(matrix.values, matrix.shape, f"{rows} × {columns}", len(matrix.values))
    return replace(found, break_even=matrix.largest, noise=stats.noise(found, matrix.shape))


def _evening(workspace: Workspace, path: str) -> Evening:
    """Return the rescalable channels. Raises UserError if no channel may be rescaled."""
    model, links = workspace.model, rescale.scaling(workspace.model)
    if reason := links.refusal(path):
        raise UserError(reason)
    layer, free = model.layer(path), links.free(path)
    rows = by_output(model.weight(path), layer.out_axis)
    reach = np.abs(rows).max(axis=1)[np.isin(links.layers[path], free)]
    reach = reach[reach > 0]
    readers = tuple(
        other.path
        for other in model.layers
        if other.path in model.sites
        and (held := links.held.get(model.sites[other.path].initializer)) is not None
        and held.read is not None
        and np.isin(held.read, free).any()
    )
    return Evening(len(reach), len(rows), float(reach.max() / reach.min()) if len(reach) else 1.0, readers)


def _removal(workspace: Workspace, path: str) -> Removal:
    """Return the channels that may be removed. Raises UserError if none may."""
    channels = channels_of(workspace.model)
    if reason := channels.refusal(path):
        raise UserError(reason)
    free, every = channels.free(path), np.unique(channels.layers[path])
    return Removal(len(free), len(every) - len(free), channels.width(path))


def _replacing(workspace: Workspace, module: str, method: ReplacingMethod) -> Replacing:
    """Return the module to replace. Raises UserError if it cannot be cut out."""
    model, span = workspace.model, blocks.span(workspace.model, module)
    students: dict[int, int] = {}
    for kernel in (0, *range(1, 8, 2)):
        try:
            form = form_of(model, span, kernel or None)
        except UserError:
            continue
        students[kernel] = form.layer("student").parameters if form.shape else 0
    if not students:
        raise UserError("No student has the output shape of {module}.", module=module)
    return Replacing(module, len(span.layers), sum(model.layer(path).parameters for path in span.layers), students)
