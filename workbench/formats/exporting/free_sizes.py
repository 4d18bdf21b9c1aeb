"""Choice of the dynamic dimensions of a torch module's inputs for its export: the batch, and the length of
sequences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.core.base.message import Message

BATCH, SEQUENCE = "batch", "sequence"
FIXED_BATCH = Message("The batch size is fixed: torch could not export it as dynamic.")
FIXED_LENGTH = Message("The sequence length is fixed: torch could not export it as dynamic.")


@dataclass(frozen=True)
class Attempt:
    """Options of torch's exporter. `sequences`: lengths that are dynamic; `notes`: dimensions left fixed; `last`:
    nothing is dynamic, so that a failure is due to the module."""

    options: Mapping[str, Any]
    sequences: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    last: bool = field(default=False)


def attempts(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any], shapes: Any = None) -> list[Attempt]:
    """Return options of the exporter, best first: with a dynamic batch, of two samples if there was one, since torch
    specialises on size 1. If the user gives `shapes`, only these are tried."""
    import torch
    from torch.utils import _pytree as pytree

    if not isinstance(model, torch.nn.Module):
        return [Attempt({}, last=True)]
    given = (tuple(args), dict(kwargs))
    if shapes is not None:
        return [Attempt({**_called(*given), "dynamic_shapes": shapes}, last=True)]
    batched = [leaf for leaf in pytree.tree_leaves(given) if isinstance(leaf, torch.Tensor) and leaf.dim()]
    if not batched or (args and kwargs):
        return [Attempt(_called(*given), notes=(FIXED_BATCH,), last=True)]
    samples = batched[0].shape[0]  # where an input has another first size, that is no batch: the edges of a graph

    def doubled(leaf: Any) -> Any:
        single = isinstance(leaf, torch.Tensor) and leaf.dim() > 0 and leaf.shape[0] == 1
        return torch.cat([leaf, leaf]) if single else leaf

    many = pytree.tree_map(doubled, given) if samples == 1 else given
    lengths = _lengths(model, batched)
    made = []
    for free in [lengths, frozenset[int]()] if lengths else [frozenset[int]()]:
        sizes = [pytree.tree_map(lambda leaf, free=free: _free(leaf, free, samples), part) for part in given]
        options = {**_called(*many), "dynamic_shapes": sizes[1] if kwargs else sizes[0]}
        made.append(Attempt(options, free, (FIXED_LENGTH,) if lengths and not free else ()))
    return [*made, Attempt(_called(*given), notes=(FIXED_BATCH,), last=True)]


def _called(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return copies of the inputs for one attempt, since torch marks the tensors of the previous one as dynamic."""
    import torch
    from torch.utils import _pytree as pytree

    def copied(leaf: Any) -> Any:
        return leaf.detach().clone() if isinstance(leaf, torch.Tensor) else leaf

    args, kwargs = pytree.tree_map(copied, (args, kwargs))
    return {"args": args, "kwargs": kwargs or None}


def _free(leaf: Any, lengths: frozenset[int], samples: int) -> dict[int, str] | None:
    """Return the dynamic dimensions of one input, with their names. Equal names mean equal sizes: ONNX Runtime reuses
    memory by them."""
    import torch

    if not isinstance(leaf, torch.Tensor) or not leaf.dim():
        return None
    found = {0: BATCH} if leaf.shape[0] == samples else {}
    if leaf.dim() > 1 and leaf.shape[1] in lengths and _is_sequence(leaf):
        number = sorted(lengths, reverse=True).index(leaf.shape[1])
        found[1] = f"{SEQUENCE}_{number + 1}" if number else SEQUENCE
    return found or None


def _is_sequence(leaf: Any) -> bool:
    """Return whether an input is a sequence: tokens and masks [batch, length], or features of them [batch, length,
    features]."""
    return leaf.dim() == 3 or (leaf.dim() == 2 and not leaf.is_floating_point())


def _lengths(model: Any, leaves: Sequence[Any]) -> frozenset[int]:
    """Return the lengths of sequences among the inputs: of tokens, else of vectors; but not the channels of a
    signal."""
    import torch

    tokens = {leaf.shape[1] for leaf in leaves if leaf.dim() == 2 and _is_sequence(leaf)}
    channels = {module.in_channels for module in model.modules() if isinstance(module, torch.nn.Conv1d)}
    vectors = {leaf.shape[1] for leaf in leaves if leaf.dim() == 3 and leaf.is_floating_point()} - channels
    return frozenset(size for size in tokens or vectors if size > 1)


def lengthened(
    given: tuple[tuple[Any, ...], dict[str, Any]], lengths: frozenset[int]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the same inputs with sequences of another length, by repeating a part of them."""
    import torch
    from torch.utils import _pytree as pytree

    def longer(leaf: Any) -> Any:
        if not isinstance(leaf, torch.Tensor) or 1 not in (_free(leaf, lengths, 0) or {}):
            return leaf
        return torch.cat([leaf, leaf[:, : leaf.shape[1] // 2 + 1]], 1)

    made: tuple[tuple[Any, ...], dict[str, Any]] = pytree.tree_map(longer, given)
    return made
