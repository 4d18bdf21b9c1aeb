"""Models from `file.py:function`, which returns a module and example inputs. It runs code, so only when trusted."""

import os
import runpy
import sys
from pathlib import Path
from typing import Any

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.files import file_and_function
from workbench.core.base.job import Job
from workbench.core.base.trust import HOW
from workbench.formats.format import Format, Loaded, register
from workbench.formats.torch_export import export


def load_function(path: str, trusted: bool, job: Job) -> Loaded:
    """Load the module of a function. Raises UserError if it is not trusted, is missing, fails, or returns something
    else."""
    file, _ = file_and_function(path)
    if not os.path.isfile(file):
        raise UserError("There is no file {file}.", "Check the name.", file=file)
    if not trusted:
        raise UserError("{path} is a Python program; opening it runs it.", HOW, path=path)
    module, args, kwargs, shapes = made(path)
    return export(module, args, kwargs, path, "torch", job, shapes)


def made(path: str) -> tuple[Any, tuple[Any, ...], dict[str, Any], Any]:
    """Run `file.py:function`, which returns (module, example_inputs) or (module, example_inputs, dynamic_shapes):
    return the module, positional inputs, inputs by name, and the shapes or None. Raises UserError."""
    import torch

    file, name = file_and_function(path)
    if not os.path.isfile(file):
        raise UserError("There is no file {file}.", "Check the name.", file=file)
    folder = str(Path(file).resolve().parent)
    sys.path.insert(0, folder)  # as if it were run by itself: it may import its neighbours
    try:
        function = runpy.run_path(file).get(name)
        if not callable(function):
            raise UserError(
                "{file} has no function {name}.",
                "Give one that returns (module, example_inputs).",
                file=file,
                name=name,
            )
        result = function()
    except (UserError, Cancelled):
        raise
    except (Exception, SystemExit) as error:
        raise UserError(
            "{path} failed: {kind}: {first}.",
            "Run it directly to see why.",
            path=path,
            kind=type(error).__name__,
            first=_first(error),
        ) from error
    finally:
        if folder in sys.path:
            sys.path.remove(folder)
    if not (isinstance(result, tuple | list) and len(result) in (2, 3) and isinstance(result[0], torch.nn.Module)):
        raise UserError(
            "{path} did not return (module, example_inputs).",
            "Return a torch.nn.Module and a tuple of tensors; a third value is torch.export's dynamic_shapes.",
            path=path,
        )
    inputs = result[1]
    args, kwargs = ((), inputs) if isinstance(inputs, dict) else (inputs, {})
    return result[0], tuple(args) if isinstance(args, tuple | list) else (args,), dict(kwargs), (*result, None)[2]


def _first(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else "")[:200].rstrip(".")


register(Format("function", lambda path, head: bool(file_and_function(path)[1]), load_function, order=0))
