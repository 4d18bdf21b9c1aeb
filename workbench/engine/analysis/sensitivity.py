"""Sensitivity scan: every candidate on every layer, one at a time, measured on the same samples.

A layer's candidates share one cut of the graph, so that only the part after the layer is rerun for each. Their cost is
predicted first, so that a scan may skip the worst; of a time limit that takes half at most. If measuring all of them on
all samples takes long, they race as in a search: on growing parts of the same samples (see engine.search.racing); those
of a model with blocks are then estimated in one pass over the blocks (see engine.preview.one_pass), and a few of them
measured. A candidate that removes channels is tried once for all coupled layers together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from workbench.core.analysis.sensitivity import Scan, Stack, Trial, Wanted, cheapest, spread
from workbench.core.analysis.workforce import ALONE, Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job, out_of_time
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Predictability
from workbench.engine.analysis.scan_trials import Measuring, compiled, edited
from workbench.engine.base.changes import with_bias
from workbench.engine.compile import compiler, structure
from workbench.engine.preview import one_pass
from workbench.engine.preview.curvature import Predictor
from workbench.engine.preview.divergence import rank_correlation
from workbench.engine.workspace import Workspace
from workbench.graph.rewrite.rewrite import size_of
from workbench.graph.storage.edit import Edit
from workbench.graph.subgraph.chain import Chain

Refused = dict[tuple[str, Stack], str]
Prediction = Callable[[Job], Trial | Refused]
PREDICTING = 0.1  # of the work, about
ONE_PASS = 0.6  # of it, where candidates are estimated in one pass over the blocks
LONG = 2e13  # multiply-accumulates: about ten minutes on two cores
PREDICTED = 0.5  # of a time limit, at most
CHECKS = 8  # candidates that are measured where all are estimated in one pass


def scan(workspace: Workspace, job: Job, wanted: Wanted | None = None, seed: int = 0, force: Workforce = ALONE) -> Scan:
    """Measure the candidates that a layer can have. Raises UserError without data or without editable layers, and if
    there is no such cluster, or model or data cannot be sent to it.

    `job.update` receives the Scan before its first trial, and then each Trial: once predicted, and once measured.
    """
    wanted = wanted or Wanted()
    evaluator, limited = workspace.measurable(), job.within(wanted.seconds)
    layers = _layers(workspace, wanted)
    chain = _chain(workspace, wanted, len(layers))
    rows = _rows(layers, chain if wanted.blocks else None)
    count = CHECKS if chain is not None and wanted.share is None else len(rows) * len(wanted.candidates)
    raced = _is_long(workspace, count) if wanted.race is None else wanted.race
    with Measuring(workspace, seed, raced, force) as measuring:
        predicting, known, predicts = None, Predictability("loss" if chain is not None else None), limited
        if chain is None:
            from workbench.engine.preview.predict import prepared  # torch, for which nothing else here waits

            with job.ending(job.within(PREDICTED * wanted.seconds)) as half:
                predicting, known = prepared(workspace, half.part(0.0, 0.05), check=False)
                predicts = half  # otherwise all the time is for candidates without predicted cost
        found = Scan(
            evaluator.metric.info,
            evaluator.metric.value(evaluator.scores),
            evaluator.data.samples,
            (),
            1,
            candidates=wanted.candidates,
            layers=tuple(rows),
            refused=_refusals(workspace, rows, wanted.candidates),
            kind=known.kind or "",
            obstacle=known.obstacle,
            raced=raced,
            blocks={row: paths for row, paths in rows.items() if paths != (row,)},
            estimated=chain is not None,
        )
        job.update(found)
        predicted, refused, left = _all_predicted(workspace, found, predicting, chain, seed, job, predicts)
        chosen = _to_measure(predicted, wanted.share, chain is not None)
        trials = {(trial.row, trial.candidate): trial for trial in predicted}
        with job.ending(limited) as limited:
            part = limited.part(ONE_PASS if chain is not None else PREDICTING, 1.0)
            for trial in measuring.measured(chosen, part):
                trials[trial.row, trial.candidate] = trial
                job.update(trial)
    found = replace(found, trials=_in_order(trials, found), refused={**found.refused, **refused}, complete=True)
    if unmeasured := sum(trials[each.row, each.candidate].drop is None for each in chosen):
        total = len(chosen)
        left.append(Message("Not measured: {left:,} of {total:,} candidates.", left=unmeasured, total=total))
    notes = (*([measuring.lost] if measuring.lost else []), *(out_of_time(left) if left else ()))
    runs = len(found.measured) + 1
    if found.raced:
        runs = 1 + -(-sum(trial.samples for trial in found.measured) // found.samples)
    return replace(found, evaluations=runs, correlation=_correlation(found.measured), notes=notes)


def _in_order(trials: Mapping[tuple[str, Stack], Trial], found: Scan) -> tuple[Trial, ...]:
    rows = {row: index for index, row in enumerate(found.layers)}
    columns = {stack: index for index, stack in enumerate(found.candidates)}
    return tuple(sorted(trials.values(), key=lambda trial: (rows.get(trial.row, -1), columns[trial.candidate])))


def _all_predicted(
    workspace: Workspace,
    found: Scan,
    predicting: Predictor | None,
    chain: Chain | None,
    seed: int,
    job: Job,
    limited: Job,
) -> tuple[list[Trial], Refused, list[Message]]:
    """Return the predicted trials, why others cannot be made, and what there was no time for in the `limited` view of
    the job. Each is sent to `job.update`."""
    joint = tuple(stack for stack in found.candidates if any(map(structure.structural, stack)))
    groups = _groups(workspace, [path for path in found.layers if path not in found.blocks]) if joint else []
    alone = [
        (row, stack)
        for row in found.layers
        for stack in found.candidates
        if stack not in joint and (row, stack) not in found.refused
    ]
    work: list[Prediction] = [
        *(partial(_predicted, workspace, *each, predicting, seed) for each in (alone if chain is None else ())),
        *(
            partial(_predicted_together, workspace, members, stack, predicting, seed)
            for members in groups
            for stack in joint
        ),
    ]
    trials, refused, total = list[Trial](), Refused(), len(work) + (len(alone) if chain is not None else 0)
    left = total

    def take(pieces: Iterable[Trial | Refused]) -> None:
        for piece in pieces:
            if isinstance(piece, Trial):
                trials.append(piece)
                job.update(piece)
            else:
                refused.update(piece)

    with job.ending(limited):
        if chain is not None:
            take(_estimated(workspace, found, chain, alone, seed, limited.part(0.0, ONE_PASS)))
            left -= len(alone)
        for each in limited.part(0.05, PREDICTING).each(work, Message("predicting candidates")):
            take([each(limited)])
            left -= 1
    said = [Message("Not predicted: {left:,} of {total:,} candidates.", left=left, total=total)] if left else []
    return trials, refused, said


def _to_measure(predicted: Sequence[Trial], share: float | None, estimated: bool) -> list[Trial]:
    few = share is None and estimated
    chosen = spread(predicted, CHECKS) if few else cheapest(predicted, 1.0 if share is None else share)
    return [trial for trial in predicted if (trial.row, trial.candidate) in chosen]


def _is_long(workspace: Workspace, candidates: int) -> bool:
    """Return whether measuring this number of candidates on all samples, each from its layer on, takes many minutes."""
    summary, samples = workspace.model.summary(), workspace.measurable().data.samples
    return candidates * samples * (summary.macs or summary.parameters) / 2 > LONG


def _layers(workspace: Workspace, wanted: Wanted) -> list[Layer]:
    layers = [layer for layer in workspace.model.layers if not layer.locked]
    if wanted.layers:
        layers = [layer for layer in layers if layer.path in wanted.layers]
    if not layers:
        raise UserError(
            "{path} has no editable layer.",
            "Choose other layers." if wanted.layers else "Open another model.",
            path=workspace.model.source.path,
        )
    return layers


def _chain(workspace: Workspace, wanted: Wanted, layers: int) -> Chain | None:
    """Return the blocks over which candidates are estimated in one pass: if rows are blocks, or if measuring all takes
    long and was not requested. Raises UserError if there are none and rows are to be blocks."""
    unasked = wanted.share is None and wanted.race is None and _is_long(workspace, layers * len(wanted.candidates))
    if not wanted.blocks and not unasked:
        return None
    found = one_pass.chain_in(workspace)
    if found is None and wanted.blocks:
        raise UserError(
            "{path} has no blocks in a row, each with one output that is all the next ones depend on.",
            "Scan its layers.",
            path=workspace.model.source.path,
        )
    return found


def _rows(layers: Sequence[Layer], chain: Chain | None) -> dict[str, tuple[str, ...]]:
    """Return the rows of a scan with their layers: single layers, or the blocks of a chain and the layers outside
    them."""
    block_of = {path: block for block, paths in (chain.blocks if chain is not None else {}).items() for path in paths}
    rows: dict[str, tuple[str, ...]] = {}
    for layer in layers:
        row = block_of.get(layer.path, layer.path)
        rows[row] = (*rows.get(row, ()), layer.path)
    return rows


def _refusals(workspace: Workspace, rows: Mapping[str, tuple[str, ...]], candidates: Sequence[Stack]) -> Refused:
    """Return why rows cannot have candidates: all their layers refuse one of the steps, or the removal of channels."""
    found: Refused = {}
    for row, paths in rows.items():
        for stack in candidates:
            reasons = [_refusal_of(workspace, path, stack) for path in paths]
            if all(reasons):
                found[row, stack] = reasons[0] or ""
            elif paths != (row,) and any(map(structure.structural, stack)):
                found[row, stack] = Message("Channels are removed layer by layer, not block by block.")
    return found


def _refusal_of(workspace: Workspace, path: str, stack: Stack) -> str | None:
    """Return why a layer cannot have a candidate, of which the steps that remove channels decide."""
    layer = workspace.model.layer(path)
    steps = tuple(action for action in stack if structure.structural(action)) or stack
    return compiler.stack_refusal(workspace.model, layer, steps)


def _correlation(measured: Sequence[Trial]) -> float | None:
    pairs = [(trial.predicted, trial.drop) for trial in measured if trial.predicted is not None]
    return rank_correlation(*zip(*pairs, strict=True)) if pairs else None


def _groups(workspace: Workspace, layers: Sequence[str]) -> list[tuple[str, ...]]:
    """Return coupled layers as groups; most layers are alone."""
    found = structure.couplings(workspace.model)
    of_path = {path: group for group in found.groups for path in group}
    return list(dict.fromkeys(of_path.get(path, (path,)) for path in layers if path not in found.kept))


# -- one layer ---------------------------------------------------------------------------------------------------------


def _predicted(
    workspace: Workspace, path: str, stack: Stack, predicting: Predictor | None, seed: int, job: Job
) -> Trial | Refused:
    """Return a candidate for a layer with its bytes and predicted cost; the reason if its method cannot make it."""
    model = workspace.model
    try:
        edit = edited(workspace, path, stack, seed, job)
    except UserError as error:
        return {(path, stack): error.what}
    stored, _ = size_of(model, {path: edit}).layers[path]
    rise = None if predicting is None else predicting.rise(path, edit)
    return Trial(path, stack, {path: stack}, with_bias(model.layer(path), edit, stored), rise)


def _estimated(
    workspace: Workspace, found: Scan, chain: Chain, cells: Sequence[tuple[str, Stack]], seed: int, job: Job
) -> Iterator[Trial | Refused]:
    """Yield candidates with costs that are estimated in one pass over the blocks, and those that cannot be made."""

    def fitting(row: str, stack: Stack) -> tuple[str, ...]:
        return tuple(path for path in found.blocks.get(row, (row,)) if not _refusal_of(workspace, path, stack))

    def edit(path: str, stack: Stack) -> Edit:
        return edited(workspace, path, stack, seed, job)

    asked = [(row, fitting(row, stack), stack) for row, stack in cells]
    trials, refused = one_pass.estimated(workspace, chain, asked, edit, job)
    yield from trials
    yield refused


# -- layers that lose channels together --------------------------------------------------------------------------------


def _predicted_together(
    workspace: Workspace, members: tuple[str, ...], stack: Stack, predicting: Predictor | None, seed: int, job: Job
) -> Trial | Refused:
    """Predict one stack on all layers, each with the steps that it can have. The cost is predicted if channels are all
    that changes."""
    stacks = compiler.possible_steps(workspace.model, members, stack)
    if not any(structure.structural(action) for actions in stacks.values() for action in actions):
        return {}
    try:
        result = compiled(workspace, stacks, seed, job)
    except UserError as error:  # these channels cannot be removed after all: see engine.compile.equivalence
        return {(path, stack): error.what for path in members}
    changes = {change.path: change for change in result.changes()[0]}
    following = {
        path: change.bytes_after / max(change.bytes_before, 1) for path, change in changes.items() if path not in stacks
    }
    size = sum(change.bytes_after for change in changes.values())
    rise = predicting.without(result.structure.kept) if predicting and not result.edits else None
    return Trial(next(iter(stacks)), stack, stacks, size, rise, following=following)
