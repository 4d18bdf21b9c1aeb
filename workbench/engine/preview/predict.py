"""Creation of a model's predictor (see engine.preview.curvature), and measurement of its reliability.

A few candidates are run, and their predicted costs are compared by rank with the measured divergence of the outputs.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from workbench.core.analysis.sensitivity import DropScale
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.system import give_memory_back
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.tokens import MASK
from workbench.core.layer_data.views import Predictability
from workbench.core.recipe.action import Action
from workbench.data.dataset import Dataset
from workbench.engine.base.differentiable import view_of
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.calibration import im2col
from workbench.engine.calibration.activation_cache import Crossings
from workbench.engine.compile import compiler
from workbench.engine.preview.curvature import Curvature, Predictor, Term, checked_key
from workbench.engine.preview.divergence import PIECE, divergence, rank_correlation
from workbench.engine.preview.previewer import SuffixRunner
from workbench.engine.supervision.losses import are_probabilities, logits
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut
from workbench.methods.base.method import untouched

SAMPLES = 32  # calibration samples that are looked at: with 256 the ranks are no better (within 0.005)
TOGETHER = 8  # of them at a time
ROWS = 64  # rows kept of each layer's inputs, and of their means
LARGE, SKETCH = 1024, 128  # outputs of a layer beyond which second moments are sketched, and rows of the sketch
HELD = 256 << 20  # bytes of outputs that are kept at a time
PROBED = 8  # layers on which the prediction is checked, with each of TRIED
PROBE = 128  # evaluation samples of such a check
TRIED = tuple(
    (action,)
    for action in (
        Action("quantize.affine", {"bits": 4}),
        Action("quantize.affine", {"bits": 2}),
        Action("prune.magnitude", {"sparsity": 0.5}),
        Action("prune.magnitude", {"sparsity": 0.8}),
    )
)


def predictor(workspace: Workspace, job: Job, check: bool = True) -> Predictor:
    """Return the predictor of a workspace with data, which is created once. `check`: with its rank correlation. Raises
    UserError without samples."""
    data = workspace.calibration
    if data is None or data.samples == 0:
        raise UserError("There are no calibration samples.", "Give a data set.")

    def make() -> Predictor:
        found = _made(workspace.model, data, job.part(0.0, 0.5))
        give_memory_back()
        return found

    made = workspace.cache.get(("predictor", data.fingerprint), make)
    key = checked_key(workspace)
    if not check or key is None:
        return made
    return workspace.cache.get(key, lambda: _checked(workspace, made, job.part(0.5, 1.0)))


def prepared(workspace: Workspace, job: Job, check: bool = True) -> tuple[Predictor | None, Predictability]:
    """Return the predictor for a command that can do without it, or a sentence that says why there is none."""
    if workspace.calibration is None:
        return None, Predictability(None, Message("No predictions: there is no calibration data."))
    try:
        made = predictor(workspace, job, check)
    except UserError as error:
        return None, Predictability(None, Message("No predictions: {subject}", subject=error.what))
    why = (
        Message("The error of each layer's output is predicted, not the loss: {obstacle}", obstacle=made.obstacle)
        if made.obstacle
        else ""
    )
    return made, Predictability(made.kind, why)


def _made(model: Model, data: Dataset, job: Job) -> Predictor:
    layers = [layer for layer in model.layers if not layer.locked and layer.op in ("Conv", "Gemm", "MatMul")]
    inputs = _inputs(model, layers, data, job.part(0.0, 0.4))
    try:
        moments = _moments(model, data, job.part(0.4, 1.0))
    except UserError as error:  # an operator that gradients cannot pass
        plain = {path: Curvature(Term(varying, None), Term(common, None)) for path, (varying, common) in inputs.items()}
        return Predictor(model, plain, "output error", obstacle=error.what)
    fitting = {
        path: Curvature(*map(Term, found, moments[path]))
        for path, found in inputs.items()
        if path in moments and moments[path][0].shape[1] == model.layer(path).matrix[0]
    }
    return Predictor(model, fitting, "loss")


def _inputs(model: Model, layers: list[Layer], data: Dataset, job: Job) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return for every layer seeded sample rows of its input matrix, minus the mean of each sample, and these means.
    All layers are observed in one run."""
    names = {layer.path: cut.value_name(model, layer.path, False) for layer in layers}
    given = {spec.name for spec in model.inputs}
    inner = list(dict.fromkeys(name for name in names.values() if name not in given))
    session = runtime.session(cut.ending_in(model, tuple(inner))) if inner else None
    wanted = {value.name for value in session.get_inputs()} if session else set()
    rng, batch = np.random.default_rng(0), data.at_once(_fitting(model))
    parts: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {path: [] for path in names}
    quota = -(-ROWS * batch // min(data.samples, SAMPLES))
    for feeds in job.each(data.batches(batch, SAMPLES), Message("reading activations")):
        values = dict(feeds)
        if session is not None:
            ran = runtime.run(session, {name: x for name, x in feeds.items() if name in wanted}, inner)
            values |= dict(zip(inner, ran, strict=True))
        count = data.count(feeds)
        for layer in layers:
            received = values[names[layer.path]]
            if im2col.count(layer, received) % count == 0:  # else its rows are not those of single samples
                parts[layer.path].append(_rows(layer, received, count, quota, rng))
    return {
        path: tuple(
            np.concatenate(part, axis=1)[:, :ROWS]  # type: ignore[misc]
            for part in zip(*found, strict=True)
        )
        for path, found in parts.items()
        if found
    }


def _rows(
    layer: Layer, x: np.ndarray, count: int, quota: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return about `quota` rows minus their samples' means, and the means of the `count` samples: [groups, n, columns]
    each."""
    available = im2col.count(layer, x)
    chosen = np.sort(rng.choice(available, min(available, quota), replace=False))
    found = im2col.unfold(layer, x, chosen)
    if layer.op == "Conv":  # a window's mean over all positions, edges aside, is that of its channel
        means = np.repeat(x.mean(axis=tuple(range(2, x.ndim))), layer.matrix[1] * layer.groups // x.shape[1], axis=1)
        means = means.reshape(count, -1, layer.groups, layer.matrix[1]).mean(axis=1).transpose(1, 0, 2)
    else:
        means = im2col.unfold(layer, x).reshape(1, count, -1, layer.matrix[1]).mean(axis=2)
    with np.errstate(invalid="ignore"):  # of infinite inputs nothing is predicted
        return found - means[:, chosen * count // available], means.astype(np.float32)


def _moments(model: Model, data: Dataset, job: Job) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return ½ t Γ and ½ Γₛ of every layer that is a module of the torch view: one backward pass."""
    view = view_of(model, data).requires_grad_(False)  # of the activations only, which is half the work
    generator = torch.Generator().manual_seed(0)
    sums: dict[str, list[torch.Tensor]] = {}
    for path, module in view.layers.items():
        module.register_forward_hook(_observing(path, sums, -1 if isinstance(module, torch.nn.Linear) else 1))
    seen, size = 0, _together(model, view, data)
    for start in job.each(range(0, data.first(SAMPLES), size), Message("computing gradients")):
        chosen = slice(start, min(start + size, data.samples))
        feeds = {name: torch.from_numpy(x) for name, x in data.feeds(chosen).items()}
        count = chosen.stop - chosen.start
        try:
            outputs = data.answer.take(view(**feeds)[0])
            if data.answer.tokens:
                outputs.backward(_of_tokens(outputs.detach(), _mask(feeds, outputs), generator))
            else:
                _loss(outputs, generator).backward()
        except (RuntimeError, IndexError) as error:  # outputs of a form that no answers are drawn from
            raise UserError("Gradients of these outputs cannot be computed.", "Measure instead.") from error
        seen += count
    return {path: (_per_sample(each, seen), _per_sample(summed, seen)) for path, (each, summed) in sums.items()}


def _per_sample(found: torch.Tensor, seen: int) -> np.ndarray:
    """Return half the mean over the samples of second moments; or the same of a sketch, which is their square root."""
    whole = found.shape[0] == found.shape[1]
    return np.asarray((found / (2 * seen if whole else (2 * seen) ** 0.5)).float().numpy())


def _fitting(model: Model) -> int:
    """Return how many samples to process at once: fewer if their values and gradients do not fit into memory."""
    return int(np.clip(HELD // max(2 * model.values_bytes, 1), 1, TOGETHER))


def _together(model: Model, view: torch.nn.Module, data: Dataset) -> int:
    """Return how many samples to process at once, also fewer if their outputs are scores of many tokens."""
    size = data.at_once(_fitting(model))
    if not data.answer.tokens or data.fixed_batch is not None:
        return size
    with torch.no_grad():
        one = view(**{name: torch.from_numpy(x) for name, x in data.least().items()})[0]
    return max(1, min(size, HELD // max(one.nbytes, 1)))


def _loss(outputs: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return the loss summed over the samples. Its squared gradients are, in expectation, the curvature of
    `divergence`: answers are drawn from the model's own distribution (the Fisher matrix, not the empirical one:
    Kunstner et al. 2019)."""
    if outputs.dim() == 2 and outputs.shape[1] > 1:
        scores = logits(outputs)
        drawn = torch.multinomial(torch.softmax(scores.detach(), dim=1), 1, generator=generator)[:, 0]
        return functional.cross_entropy(scores, drawn, reduction="sum")
    noise = torch.randn(outputs.shape, generator=generator)
    return (outputs * noise).sum() * (2 / outputs[0].numel()) ** 0.5


def _of_tokens(outputs: torch.Tensor, mask: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return the gradient of the cross-entropy to tokens drawn at every position, softmax minus one-hot, divided by the
    square root of the number of a sample's positions: [samples, tokens, vocabulary], computed in pieces. `mask`
    [samples, tokens]: positions that count."""
    flat = outputs.reshape(-1, outputs.shape[-1])
    weight = (mask / mask.sum(dim=1, keepdim=True).clamp_min(1).sqrt()).reshape(-1, 1)
    gradient = torch.empty_like(flat)
    shares = are_probabilities(outputs[:1, :16])
    step = max(1, PIECE // flat.shape[1])
    for start in range(0, len(flat), step):
        given = flat[start : start + step]
        found = given.clone() if shares else torch.softmax(given, dim=1)
        drawn = torch.multinomial(found, 1, generator=generator)
        found.scatter_add_(1, drawn, torch.full(drawn.shape, -1.0, dtype=found.dtype))
        found = found / given.clamp_min(1e-12) if shares else found
        gradient[start : start + step] = found * weight[start : start + step]
    return gradient.reshape(outputs.shape)


def _mask(feeds: Mapping[str, torch.Tensor], outputs: torch.Tensor) -> torch.Tensor:
    """Return the mask [samples, tokens]: 1 where the model reads a token, by its input that is named a mask; else 1
    everywhere."""
    masks = (x for name, x in feeds.items() if MASK in name.lower() and x.shape == outputs.shape[:2])
    return next(masks, torch.ones(outputs.shape[:2])).float()


def _observing(path: str, sums: dict[str, list[torch.Tensor]], axis: int) -> Callable[..., None]:
    """Return a forward hook that accumulates from the gradients g of a module's output g gᵀ over all positions, and s
    sᵀ over all samples, with s the sum over a sample's positions; for many outputs, products with random signs."""
    signs = torch.Generator().manual_seed(0)

    def of(rows: torch.Tensor) -> torch.Tensor:
        if rows.shape[1] <= LARGE:
            return (rows.T @ rows).double()
        chosen = torch.randint(0, 2, (SKETCH, len(rows)), generator=signs).float() * 2 - 1
        return (chosen @ rows) / SKETCH**0.5

    def add(gradient: torch.Tensor) -> None:
        places = gradient.movedim(axis, -1)
        outputs = places.shape[-1]
        each, summed = places.reshape(-1, outputs), places.reshape(len(gradient), -1, outputs).sum(dim=1)
        found = sums.setdefault(path, [torch.zeros(())] * 2)
        sums[path] = [found[0] + of(each), found[1] + of(summed)]

    def hook(_module: torch.nn.Module, _given: object, output: torch.Tensor) -> None:
        output.requires_grad_().register_hook(add)

    return hook


def _checked(workspace: Workspace, made: Predictor, job: Job) -> Predictor:
    """Return the predictor with its rank correlation, from candidates that are run on a few evaluation samples."""
    found = list(_probe(workspace, made, job))
    correlation = rank_correlation(*zip(*((each.rise, each.moved) for each in found), strict=True)) if found else None
    scale = DropScale.of((each.rise, each.drop, each.samples) for each in found)
    return Predictor(made.model, made.curvatures, made.kind, correlation, len(found), made.obstacle, scale)


class Probed(NamedTuple):
    """A candidate's predicted cost, with the measured divergence of the outputs and drop of the metric."""

    rise: float
    moved: float
    drop: float
    samples: int


def _probe(workspace: Workspace, made: Predictor, job: Job) -> Iterator[Probed]:
    """Yield each candidate with its predicted and measured cost."""
    model, evaluator = workspace.model, workspace.measurable()
    tokens = evaluator.data.answer.tokens
    paths = list(made.curvatures)
    few = evaluator.part(evaluator.order[: _probed(model, evaluator)])
    for path in job.each(paths[:: -(-len(paths) // PROBED)] if paths else [], Message("checking the prediction")):
        behind = SuffixRunner(model, path, Crossings(HELD))
        layer = model.layer(path)
        original = list(_outputs(behind.run(untouched(model.weight(path))), few))
        for stack in TRIED:
            if any(compiler.refusal(model, layer, action) for action in stack):
                continue
            edited = compiler.edit(model, path, stack, workspace.calibration, 0, workspace.cache, job.silent())
            moved, rows = [], []
            for chosen, after, before in zip(few.batches(), _outputs(behind.run(edited), few), original, strict=True):
                moved.append(divergence(after, before, tokens))
                rows.append(few.score(after, chosen))
            drop = few.drop(few.order, np.concatenate(rows))[0]
            yield Probed(made.rise(path, edited) or 0.0, float(np.concatenate(moved).mean()), drop, len(few.order))


def _outputs(run: Run, evaluator: Evaluator) -> Iterator[np.ndarray]:
    for chosen in evaluator.batches():
        yield evaluator.answer(run(evaluator.data.feeds(chosen)))


def _probed(model: Model, evaluator: Evaluator) -> int:
    """Return how many samples to use for a check: fewer if their outputs are large, as those of the original are
    kept."""
    first = evaluator.answer(runner(runtime.session(model))(evaluator.data.least()))
    return min(PROBE, max(1, HELD * len(first) // max(first.nbytes, 1)))
