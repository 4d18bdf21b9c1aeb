"""Greedy generation with the original and the compressed model, token by token, side by side.

Each token is the one with the highest score after all previous ones. A model with inputs for keys and values of
previous tokens, and outputs to fill them, reads each token once; any other reads the whole text at every step, so that
any graph that scores tokens can be used. Once it is checked that a model's scores with caches equal those without.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import onnxruntime as ort

from workbench.core.analysis.generation import MOST_TOKENS, Generation, Said, Wanted
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import InputSpec
from workbench.core.layer_data.tokens import RANK, filled_by, is_of_tokens
from workbench.core.recipe.recipe import Recipe
from workbench.data.opening import folders_near
from workbench.data.prefill import caches, going_on, of_length
from workbench.data.preprocessing import Rules
from workbench.data.readers.texts import TOKENIZER, Tokenizer
from workbench.engine.base.evaluate import runner
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

LONGEST = 4096  # tokens of a prompt
CLOSE = 1e-2  # of the largest score: with the caches, whose sums are in another order, and perhaps of 16 bits


def generate(workspace: Workspace, recipe: Recipe, wanted: Wanted, job: Job) -> Iterator[Generation]:
    """Yield the answers so far, after each token of both. Raises UserError if the model does not score tokens, there is
    no tokenizer for it, or the prompt has no tokens."""
    specs = workspace.model.inputs
    taking = next((spec for spec in specs if is_of_tokens(spec)), None)
    if taking is None:
        raise UserError("This model reads no tokens, so it generates no text.", "Open a language model.")
    tokenizer = _tokenizer(workspace)
    prompt = tokenizer.numbers(wanted.prompt)
    if not 0 < len(prompt) <= LONGEST:
        raise UserError("The prompt has {n} tokens.", "Give one of 1 to {most} tokens.", n=len(prompt), most=LONGEST)
    result, _ = workspace.shown(recipe, job.part(0.0, 0.2))
    original = _Speaker(runtime.session(workspace.model), specs, taking, prompt)
    compressed = original
    if not result.nothing:
        other = effective(result.model, result.edits)
        compressed = _Speaker(runtime.session(other), specs, taking, prompt)
    count = min(max(wanted.tokens, 1), MOST_TOKENS)
    for done in job.part(0.2, 1.0).each(range(1, count + 1), Message("generating")):
        for speaker in {id(each): each for each in (original, compressed)}.values():
            speaker.go_on(tokenizer.ends)
        ended = done == count or (original.ended and compressed.ended)
        answers = tuple(tuple(each.tokens[len(prompt) :]) for each in (original, compressed))
        said = [Said(tokenizer.pieces(prompt, answer)) for answer in answers]
        yield Generation(wanted.prompt, said[0], said[1], (answers[0], answers[1]), ended)
        if ended:
            return


class _Speaker:
    """A model with the tokens of its text so far."""

    def __init__(
        self, session: ort.InferenceSession, specs: tuple[InputSpec, ...], taking: InputSpec, prompt: list[int]
    ) -> None:
        self.run, self.specs, self.taking = runner(session), specs, taking
        self.tokens, self.ended = list(prompt), False
        self._fills = _fills(session, specs) if taking.shape[1] is None else {}
        self._proved = False
        self._caches: dict[str, np.ndarray] = {}  # of all tokens but the last

    def go_on(self, ends: Callable[[int], bool]) -> None:
        """Generate one more token, unless the text has ended, or is as long as the model's input."""
        length = self.taking.shape[1] or len(self.tokens)
        if self.ended or len(self.tokens) > length:
            self.ended = True
            return
        chosen = int((self._next() if self._caches else self._whole(length)).argmax())
        self.tokens.append(chosen)
        self.ended = ends(chosen)

    def _whole(self, length: int) -> np.ndarray:
        """Return the scores [vocabulary] after all tokens, which are read from the start."""
        outputs = self.run(self._feeds(length))
        scores = np.asarray(outputs[0])
        if scores.ndim != RANK or scores.shape[1] < len(self.tokens) or scores.dtype.kind != "f":
            raise UserError(
                "The first output of this model has no scores for each token.",
                "Open a model that predicts the next token.",
            )
        self._keep(outputs)
        return scores[0, len(self.tokens) - 1]

    def _next(self) -> np.ndarray:
        """Return the same scores from the last token and the caches. If the caches yield other scores they are not used
        any more."""
        count = len(self.tokens)
        feeds = {self.taking.name: np.array([self.tokens[-1:]])} | going_on(self.specs, count - 1, count)
        feeds = {spec.name: feeds[spec.name].astype(spec.dtype) for spec in self.specs if spec.name in feeds}
        try:
            outputs = self.run(feeds | self._caches)
            scores = np.asarray(outputs[0])[0, -1]
        except (UserError, KeyError, IndexError):  # an input that a next token needs, and nobody knows
            outputs, scores = [], np.empty(0)
        grown = bool(outputs) and all(_one_more(self._caches[name], outputs[at]) for name, at in self._fills.items())
        if self._proved and grown:
            self._keep(outputs)
            return scores
        whole = self._whole(count)
        self._proved = grown and scores.shape == whole.shape and _close(scores, whole)
        if not self._proved:
            self._fills, self._caches = {}, {}
        return whole

    def _keep(self, outputs: list[np.ndarray]) -> None:
        self._caches = {name: np.asarray(outputs[place]) for name, place in self._fills.items()}

    def _feeds(self, length: int) -> Mapping[str, np.ndarray]:
        """Return feeds for the text so far, padded at the end if the length is fixed: a causal model does not see the
        padding."""
        batch = self.taking.shape[0] or 1
        row = np.zeros((batch, length), np.int64)
        row[:, : len(self.tokens)] = self.tokens
        real = np.zeros((batch, length), bool)
        real[:, : len(self.tokens)] = True
        feeds = {self.taking.name: row} | of_length(self.specs, real)
        for name, (values, axis) in caches(self.specs, set(feeds)).items():
            feeds[name] = values if axis is None else np.repeat(values, batch, axis)
        if missing := [spec.name for spec in self.specs if spec.name not in feeds]:
            raise UserError(
                "The model has inputs that a text does not provide: {names}.",
                "Export it without them.",
                names=[*missing],
            )
        return {spec.name: feeds[spec.name].astype(spec.dtype) for spec in self.specs}


def _one_more(before: np.ndarray, after: np.ndarray) -> bool:
    """Return whether a cache is longer by one token along one of its axes."""
    return sorted(b - a for a, b in zip(before.shape, after.shape, strict=False)) == [0] * (before.ndim - 1) + [1]


def _close(scores: np.ndarray, whole: np.ndarray) -> bool:
    return bool(np.abs(scores - whole).max() <= CLOSE * np.abs(whole).max())


def _fills(session: ort.InferenceSession, specs: tuple[InputSpec, ...]) -> dict[str, int]:
    """Return the output that fills each cache, by the name of the input; empty if one has no output, or the batch is
    fixed to more than one."""
    empty = caches(specs, set())
    names = [value.name for value in session.get_outputs()]
    found = {name: filled_by(name, names) for name, (values, _) in empty.items() if values.dtype.kind == "f"}
    if any(made is None for made in found.values()) or any(values.shape[:1] > (1,) for values, _ in empty.values()):
        return {}
    return {name: names.index(made) for name, made in found.items() if made is not None}


def _tokenizer(workspace: Workspace) -> Tokenizer:
    """Return the tokenizer in the model's folder, or beside its file or its data. Raises UserError if there is none."""
    near = folders_near(workspace.model.source.path)
    if workspace.data is not None:
        near += (Path(workspace.data.path).absolute().parent,)
    file = next((each / TOKENIZER for each in near if (each / TOKENIZER).is_file()), None)
    if file is None:
        raise UserError(
            "There is no tokenizer for {path}.",
            "Put the model's tokenizer.json beside it.",
            path=workspace.model.source.path,
        )
    return Tokenizer(str(file), Rules(tokenizer=str(file)))
