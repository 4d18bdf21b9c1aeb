"""Training device: the CPU, or a GPU that torch can use."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.base.errors import UserError

if TYPE_CHECKING:
    import torch


def devices() -> tuple[str, ...]:
    """Return the available devices. A torch without CUDA is recognised by its files: the window asks before anything
    needs torch, which takes seconds to load."""
    if "torch" not in sys.modules:
        found = importlib.util.find_spec("torch")
        libraries = Path(found.origin).parent / "lib" if found is not None and found.origin else None
        if libraries is not None and not any(libraries.glob("*torch_cuda*")):
            return ("cpu",)
    import torch

    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def device(name: str) -> torch.device:
    """Return the device. Raises UserError if it is not available."""
    if name not in devices():
        raise UserError(
            "torch has no device '{name}' to train on.", "The devices are: {devices}.", name=name, devices=[*devices()]
        )
    import torch

    return torch.device(name)
