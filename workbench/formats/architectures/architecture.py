"""A file of weights with the architecture that the user names: `file.py:function`, `timm:NAME`, or `transformers`."""

import re
from typing import Any

from workbench.core.base.errors import UserError
from workbench.core.base.files import file_and_function
from workbench.core.base.job import Job
from workbench.core.base.trust import HOW
from workbench.formats import torch_function, weights_file
from workbench.formats.architectures import folder, matching
from workbench.formats.exporting.failure import first_line
from workbench.formats.format import Loaded
from workbench.formats.torch_export import export, quiet
from workbench.formats.weights.stored import Checkpoint

TIMM = "timm:"
TRANSFORMERS = "transformers"
NAME = re.compile(r"[\w.\-]+", re.ASCII)  # no hub's name, which would be looked up


def load(path: str, architecture: str, trusted: bool, job: Job) -> Loaded:
    """Build the network with its weights from the file. `trusted`: whether the code of `architecture` may run. Raises
    UserError if they do not match, or there is no such architecture."""
    if architecture == TRANSFORMERS:
        return folder.load_transformers(path, job)
    if not architecture.startswith(TIMM) and not file_and_function(architecture)[1]:
        raise UserError(
            "There is no architecture {architecture}.",
            "Give file.py:function, timm:NAME, or transformers.",
            architecture=architecture,
        )
    found = weights_file.read(path)
    if architecture.startswith(TIMM):
        module, args, kwargs, shapes = *_timm(architecture.removeprefix(TIMM), found), None
    else:
        if not trusted:
            raise UserError("{path} is a Python program; opening it runs it.", HOW, path=architecture)
        module, args, kwargs, shapes = torch_function.made(architecture)
    notes = matching.fill(module, found, path, architecture)
    return export(module, args, kwargs, path, "architecture", job, shapes).noting(*found.notes, *notes)


def _timm(name: str, found: Checkpoint) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Build a timm network with as many classes as the file has, and an example image of its input size."""
    try:
        with quiet():
            import timm
            import torch
    except Exception as error:  # a torchvision that was built for another torch raises what it likes
        raise UserError(
            "Networks of timm need the package {package}, which is not installed or cannot be loaded: {reason}.",
            "Install it with the torchvision that belongs to your torch (pip install 'compression-workbench[timm]'; "
            "for CPUs from the index https://download.pytorch.org/whl/cpu), or give a function: file.py:function.",
            package="timm",
            reason=first_line(error),
        ) from error
    if not NAME.fullmatch(name) or not timm.is_model(name):
        raise UserError(
            "timm has no network {name}.", "See timm.list_models() for the names it has.", name=name or "''"
        )
    try:
        with quiet():
            module = timm.create_model(name, pretrained=False)
            head = str(module.default_cfg.get("classifier") or "")
            held = found.tensors.get(f"{head}.weight") if head else None
            if held is not None and held.shape and held.shape[0] != getattr(module, "num_classes", held.shape[0]):
                module = timm.create_model(name, pretrained=False, num_classes=held.shape[0])
            size = tuple(module.default_cfg["input_size"])
    except Exception as error:
        raise UserError(
            "timm cannot make the network {name}: {reason}.",
            "Give a function: file.py:function.",
            name=name,
            reason=first_line(error),
        ) from error
    return module, (torch.zeros(1, *size),), {}
