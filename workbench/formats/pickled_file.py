"""TorchScript programs and pickled modules: both run code on loading, so they need trust, path by path.

A pickled module that is not trusted opens as its weights (see weights_file). Neither declares its inputs, so inputs
that fit its first weight are tried.
"""

from collections.abc import Iterator
from typing import Any

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.trust import HOW
from workbench.formats.exporting.as_given import unwrapped
from workbench.formats.exporting.failure import first_line
from workbench.formats.format import Format, Loaded, register
from workbench.formats.torch_export import export, quiet
from workbench.formats.weights.network import TABLES
from workbench.formats.weights.parts import members
from workbench.formats.weights.state_dict import USUAL

SIDES, SAMPLES, TOKENS = (224, 32, 28, 64, 96, 128, 299, 512), (16_000, 1024, 512), 16
INTERNAL, DAMAGED = "INTERNAL ASSERT", Message("it is damaged")  # what torch says of a program that is no program
FUNCTION = Message("Give a function that loads it and returns (module, example_inputs): file.py:function.")


def load_module(path: str, job: Job) -> Loaded:
    """Load a module that was saved whole with torch.save, from a trusted file. Raises UserError."""
    import torch

    try:
        with quiet():
            module = torch.load(path, map_location="cpu", weights_only=False)
    except (Exception, SystemExit) as error:
        raise UserError(
            "{path} cannot be unpickled: {reason}.",
            "The classes that it was saved with must be importable. Or open its weights alone, without trust.",
            path=path,
            reason=first_line(error),
        ) from error
    if isinstance(module, dict):  # a checkpoint with the module beside the rest
        module = next((module[key] for key in USUAL if isinstance(module.get(key), torch.nn.Module)), None)
    if not isinstance(module, torch.nn.Module):
        raise UserError("{path} holds no module.", "Open its weights alone, without trust.", path=path)
    module = unwrapped(module)
    return export(module.float().eval(), example_of(module, path), {}, path, "module", job)


def load_script(path: str, trusted: bool, job: Job) -> Loaded:
    """Load a TorchScript program. Raises UserError if it is not trusted, no valid inputs are found, or torch cannot
    export it."""
    if not trusted:
        raise UserError("{path} is a TorchScript program; opening it runs it.", HOW, path=path)
    import torch

    job.report(Message("reading the torch program"), 0.05)
    try:
        with quiet():
            module = torch.jit.load(path, map_location="cpu").float().eval()
    except Exception as error:
        raise UserError(
            "{path} cannot be read as a TorchScript program: {reason}.",
            "Save it again with torch.jit.save of the installed torch.",
            path=path,
            reason=DAMAGED if INTERNAL in str(error) else first_line(error),
        ) from error
    inputs = example_of(module, path)
    return export(module, inputs, {}, path, "torchscript", job)


def example_of(module: Any, path: str) -> tuple[Any, ...]:
    """Return the first inputs that a module accepts. Raises UserError if it accepts none of those tried."""
    import torch

    for example in _guesses(module):
        try:
            with quiet(), torch.no_grad():
                module(example)
            return (example,)
        except Exception:  # not these: the next
            continue
    raise UserError("{path} does not say what inputs it takes.", FUNCTION, path=path)


def _guesses(module: Any) -> Iterator[Any]:
    """Yield inputs that fit the first weights: images, signals, tokens, vectors."""
    import torch

    weights = [(name, tensor) for name, tensor in module.state_dict().items() if tensor.dim() > 1]
    for name, weight in weights[:4]:
        channels = weight.shape[1]
        if weight.dim() == 4:
            yield from (torch.zeros(1, channels, side, side) for side in SIDES)
        elif weight.dim() == 3:
            yield from (torch.zeros(1, channels, length) for length in SAMPLES)
        elif TABLES.search(name):
            yield torch.ones(1, TOKENS, dtype=torch.int64)
        else:
            yield torch.zeros(1, channels)
            yield torch.zeros(1, TOKENS, channels)
            yield torch.ones(1, TOKENS, dtype=torch.int64)  # a table by another name


def _is_script(path: str, head: bytes) -> bool:
    names = members(path, head)
    return any("/code/" in name for name in names) and any(name.endswith("/constants.pkl") for name in names)


register(Format("torchscript", _is_script, load_script, order=2))
