"""Where training computes: on the processor, or on a graphics card that torch can use."""

import torch

from workbench.core.base.errors import UserError


def devices() -> tuple[str, ...]:
    """What can be chosen."""
    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def device(name: str) -> torch.device:
    """Raises UserError for one that is not there."""
    if name not in devices():
        raise UserError(
            "There is no device '{name}' that torch can train on.",
            "There is: {devices}.",
            name=name,
            devices=", ".join(devices()),
        )
    return torch.device(name)
