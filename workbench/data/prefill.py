"""Inputs of language models that data sets omit: masks, positions and types of tokens, and caches of keys and values,
which are empty when whole texts are read (prefill)."""

from collections.abc import Mapping

import numpy as np

from workbench.core.base.message import Message
from workbench.core.layer_data.layer import InputSpec
from workbench.core.layer_data.tokens import MASK, PLACES, TYPES, empty_cache, is_of_tokens
from workbench.data.columns import Column

Sentences = tuple[str, ...]
BRANCH = "use_cache"  # an input that tells whether the caches are read


def of_length(specs: tuple[InputSpec, ...], real: np.ndarray) -> dict[str, np.ndarray]:
    """Return masks, types and positions, input -> [samples, tokens], for the inputs with such names.

    real   [samples, tokens] whether a position holds a token; else it is padding
    """
    made = {MASK: real.astype(np.int64), TYPES: np.zeros_like(real, np.int64)}
    made[PLACES] = np.where(real, np.arange(real.shape[1]), 0)
    return {
        spec.name: values
        for spec in specs
        for part, values in made.items()
        if part in spec.name.lower() and len(spec.shape) == 2
    }


def going_on(specs: tuple[InputSpec, ...], known: int, count: int) -> dict[str, np.ndarray]:
    """Return the same inputs for one sample whose caches hold `known` of `count` tokens: masks of all tokens [1,
    count], types and positions of the new ones, and the flag that the caches are read."""
    made = of_length(specs, np.ones((1, count), bool))
    masks = {name: values for name, values in made.items() if MASK in name.lower()}
    branches = {spec.name: np.ones([size or 1 for size in spec.shape], bool) for spec in specs if is_branch(spec)}
    return {name: values[:, known:] for name, values in made.items()} | masks | branches


def is_branch(spec: InputSpec) -> bool:
    """Return whether an input is the flag that the caches are read."""
    return spec.dtype == "bool" and spec.name.lower().startswith(BRANCH)


def missing(specs: tuple[InputSpec, ...], arrays: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """Return masks, types and positions that data with tokens omits: every position counts as a token."""
    tokens = next((arrays[spec.name] for spec in specs if is_of_tokens(spec) and spec.name in arrays), None)
    left = tuple(spec for spec in specs if spec.name not in arrays)
    if tokens is None or tokens.ndim != 2 or not left:
        return {}
    return of_length(left, np.ones(tokens.shape[:2], bool))


def caches(specs: tuple[InputSpec, ...], known: set[str]) -> dict[str, tuple[np.ndarray, int | None]]:
    """Return empty caches, input -> their values for one sample and the axis of the samples, for inputs without
    values."""
    found: dict[str, tuple[np.ndarray, int | None]] = {}
    for spec in specs:
        shape = None if spec.name in known else empty_cache(spec.name, spec.shape, spec.axes)
        if shape is not None and "float" in spec.dtype:
            free = [axis for axis, size in enumerate(spec.shape) if size is None and shape[axis] == 1]
            found[spec.name] = np.zeros(shape, spec.dtype), free[0] if free else None
        elif spec.name not in known and is_branch(spec):
            found[spec.name] = np.zeros([size or 1 for size in spec.shape], bool), None
    return found


def defaults(specs: tuple[InputSpec, ...], known: set[str]) -> dict[str, np.ndarray]:
    """Return the default values of inputs without values, by name."""
    return {spec.name: spec.default for spec in specs if spec.default is not None and spec.name not in known}


def notes(made: Mapping[str, np.ndarray], empty: Mapping[str, object], optional: Mapping[str, object]) -> Sentences:
    """Return sentences: which inputs were generated, that caches are empty, and which inputs have their default."""
    found: list[str] = []
    if made:
        found.append(
            Message(
                "The data has no {names}: made for samples without padding (masks 1, positions 0, 1, 2, ...).",
                names=[*made],
            )
        )
    if empty:
        found.append(
            Message(
                "Each sample is read at once, with an empty key-value cache (prefill): {n} inputs, {first} and others.",
                one="Each sample is read at once, with an empty key-value cache (prefill): {first}.",
                n=len(empty),
                first=next(iter(empty)),
            )
        )
    if optional:
        found.append(Message("Inputs with the default value that the model has for them: {names}.", names=[*optional]))
    return tuple(found)
