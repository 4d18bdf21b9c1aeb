"""A stage's state on disk, so that a killed process loses a minute and not the training.

A checkpoint is named by the hash of everything that determines the training, so only the same recipe, model and data
find it. It holds tensors and plain values only, and is read as such.
"""

import contextlib
import hashlib
import io
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from workbench import __version__
from workbench.core.base.errors import UserError
from workbench.core.base.files import used_at, write_bytes
from workbench.engine.base.store import cache_folder
from workbench.engine.compile.compiler import Compiled

KEPT = 20  # checkpoints; the oldest go


def folder() -> Path:
    return cache_folder() / "recovery"


def key_of(compiled: Compiled, *others: object) -> str:
    """Return a hash of the compiled model, of the versions of the program and torch, and of these values."""
    digest = hashlib.sha256(repr((__version__, torch.__version__, torch.get_num_threads(), others)).encode())
    for name, value in compiled.model.ir.graph.initializers.items():
        if value.const_value is not None:
            digest.update(name.encode() + np.ascontiguousarray(value.const_value.numpy()).tobytes())
    for node in compiled.model.ir.graph:
        digest.update(repr((node.op_type, [value and value.name for value in node.inputs])).encode())
    for path, edit in compiled.edits.items():
        bias = b"" if edit.bias is None else edit.bias.tobytes()
        digest.update(repr((path, type(edit.encoding).__name__)).encode() + edit.weight.tobytes() + bias)
    return digest.hexdigest()[:32]


class Checkpoint:
    """The checkpoint file of one stage."""

    def __init__(self, key: str) -> None:
        self.path = folder() / f"{key}.pt"

    def save(self, state: dict[str, Any]) -> None:
        """Write the state atomically. If the disk is full or not writable, only the checkpoint is lost, not the
        training."""
        buffer = io.BytesIO()
        torch.save(state, buffer)
        with contextlib.suppress(UserError, OSError):
            write_bytes(self.path, buffer.getvalue())
            _forget(sorted(folder().glob("*.pt"), key=used_at)[:-KEPT])

    def load(self) -> dict[str, Any] | None:
        """Load the saved state; None if there is none, or it cannot be read."""
        try:
            return torch.load(self.path, weights_only=True, map_location="cpu")
        except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError):
            return None


def _forget(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
