"""`file.py:function`, a function that returns a module and example inputs. It runs code, so only when trusted."""

import runpy
from pathlib import Path

import onnx_ir as ir

from workbench.core.errors import Cancelled, UserError
from workbench.core.job import Job
from workbench.formats.torch_export import to_graph
from workbench.graph.model import Source


def load_function(path: str, trusted: bool, job: Job) -> tuple[ir.Model, Source]:
    """Raises UserError when it is not trusted, is missing, fails, or returns something else."""
    import torch
    file, _, name = path.rpartition(":")
    if not Path(file).is_file():
        raise UserError(f"There is no file {file}.", "Check the name.")
    if not trusted:
        raise UserError(f"{path} would run code.", "Confirm that you trust it (--trust on the command line).")
    try:
        made = runpy.run_path(file).get(name)
        if not callable(made):
            raise UserError(f"{file} has no function {name}.", "Name one that returns (module, example_inputs).")
        result = made()
    except (UserError, Cancelled):
        raise
    except Exception as error:
        raise UserError(f"{path} failed: {type(error).__name__}: {error}.", "Run it by itself to see why.") from error
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], torch.nn.Module)):
        raise UserError(f"{path} did not return (module, example_inputs).",
                        "Return a torch.nn.Module and a tuple of tensors.")
    module, inputs = result
    return to_graph(module, inputs if isinstance(inputs, tuple) else (inputs,), path, "torch", job)
