"""Matching of weights to a torch module, by name and shape; whatever does not match is listed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.formats.weights.stored import Checkpoint, Reader, Stored

NAMED = 4  # names in a sentence; the others are counted
MOST = 8  # prefixes that are tried
PARTS = ("model", "backbone", "encoder", "net", "module")  # under which training scripts keep the network


@dataclass(frozen=True)
class Match:
    """Result of matching the tensors of a file to the state dict of a module.

    names    name in the module -> name in the file
    missing  names missing in the file; other: differing shapes, in words; left: tensors of the file that the module
             lacks
    """

    names: Mapping[str, str]
    missing: tuple[str, ...]
    other: tuple[str, ...]
    left: tuple[str, ...]


def match(shapes: Mapping[str, tuple[int, ...]], found: Mapping[str, Stored]) -> Match:
    """Compare names and shapes, `shapes` being the module's; a common prefix is added or removed if that matches
    better."""
    added = ["", *(f"{part}." for part in PARTS), *_prefixes(found, shapes)]
    removed = [*(f"{part}." for part in PARTS), *_prefixes(shapes, found)]
    ways = [
        *({name: prefix + name for name in shapes} for prefix in added),
        *({name: name.removeprefix(prefix) for name in shapes} for prefix in removed),
    ]
    names = max(ways, key=lambda way: sum(other in found for other in way.values()))
    there = {name: other for name, other in names.items() if other in found}
    differ = {
        name: Message(
            "{name} is {found}, not {expected}", name=name, found=list(found[other].shape), expected=list(shapes[name])
        )
        for name, other in there.items()
        if found[other].shape != shapes[name]
    }
    missing = tuple(name for name in names if name not in there and not name.endswith("num_batches_tracked"))
    read = set(there.values())
    return Match(
        {name: other for name, other in there.items() if name not in differ},
        missing,
        tuple(differ.values()),
        tuple(name for name in found if name not in read),
    )


def _prefixes(longer: Iterable[str], shorter: Iterable[str]) -> list[str]:
    """Return what precedes the first of the shorter names in the longer ones, if anything: at most MOST."""
    first = next(iter(shorter), "")
    found = (name.removesuffix(first) for name in longer if first and name.endswith(f".{first}"))
    return list(islice(found, MOST))


def refuse(matched: Match, path: str, architecture: str) -> None:
    """Raise UserError that lists the tensors that are missing in the file, and those of another shape."""
    wrong = [
        *([Message("missing: {names}", names=listed(matched.missing))] if matched.missing else []),
        *([Message("other shapes: {names}", names=listed(matched.other))] if matched.other else []),
    ]
    if wrong:
        raise UserError(
            "The weights in {path} do not fit the architecture {architecture}: {wrong}.",
            "Give the architecture that they were trained with, with the same sizes.",
            path=path,
            architecture=architecture,
            wrong=Joined(wrong, CLAUSE),
        )


def note_on_left(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return a note on the tensors of the file that are not used."""
    if not names:
        return ()
    return (
        Message(
            "{n} tensors of the file are not part of the architecture and were left out: {names}.",
            one="{n} tensor of the file is not part of the architecture and was left out: {names}.",
            n=len(names),
            names=listed(names),
        ),
    )


def listed(names: Iterable[str]) -> Joined:
    """Return the first names of a list, and the number of the others."""
    every = list(names)
    more = len(every) - NAMED
    return Joined([*every[:NAMED], *([Message("{n} more", n=more)] if more > 0 else [])])


def fill(module: Any, found: Checkpoint, path: str, architecture: str) -> tuple[str, ...]:
    """Copy the tensors of a file into a module, and return notes. Raises UserError if they do not fit."""
    import torch

    state = module.state_dict()
    matched = match({name: tuple(tensor.shape) for name, tensor in state.items()}, found.tensors)
    tied = {_place(state[name]) for name in matched.names}  # stored once, under one of its names
    missing = tuple(name for name in matched.missing if _place(state[name]) not in tied)
    refuse(replace(matched, missing=missing), path, architecture)
    reader = Reader()
    with torch.no_grad():
        for name, other in matched.names.items():
            array = reader.array(found.tensors[other])
            if array.dtype.kind not in "fiub":  # bfloat16 and 8-bit floats, which torch does not take from numpy
                array = array.astype(np.float32)
            state[name].copy_(torch.from_numpy(np.array(array)))
    return note_on_left(matched.left)


def _place(tensor: Any) -> tuple[int, tuple[int, ...], tuple[int, ...]] | int:
    """Return what tensors have in common that share their values; an empty tensor shares none."""
    return (tensor.data_ptr(), tuple(tensor.shape), tuple(tensor.stride())) if tensor.numel() else id(tensor)
