"""torch.export programs (.pt2).

torch.export.load unpickles parts of the archive, loads native libraries from it, and evaluates expressions and names in
the program. So it is used for trusted files only; all others are read here (`formats.pt2`), and open if they contain
nothing but tensors and torch operators.
"""

import zipfile
from pathlib import Path
from typing import Any

import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.trust import HOW
from workbench.formats.exporting.failure import first_line
from workbench.formats.format import Format, Loaded, register
from workbench.formats.torch_export import export, quiet

MARKS = ("archive_format", "serialized_exported_program.json")
AGAIN = Message("Save it again with torch.export.save of the installed torch.")


def load_pt2(path: str, trusted: bool, job: Job) -> Loaded:
    """Load a program. Raises UserError if it cannot be read, or if it could run code and is not trusted."""
    job.report(Message("reading the torch program"), 0.05)
    with quiet():
        program = _trusted(path) if trusted else _untrusted(path)
    program._guards_code = []  # Python source that calling the program would run
    args, kwargs = program.example_inputs or ((), {})
    return export(program, args, kwargs, path, "pt2", job)


def _trusted(path: str) -> Any:
    import torch

    try:
        return torch.export.load(path)
    except Exception as error:
        raise UserError(
            "{path} cannot be read as a torch.export program: {reason}.", AGAIN, path=path, reason=first_line(error)
        ) from error


def _untrusted(path: str) -> Any:
    from workbench.formats.pt2 import archive, program, tensors

    try:
        return archive.load(path)
    except program.Unsafe as error:
        raise UserError(
            "{path} contains {error}, which could run code when it is loaded.", HOW, path=path, error=error
        ) from error
    except zipfile.BadZipFile as error:
        raise UserError("{path} is a damaged archive.", "Copy or export it again.", path=path) from error
    except tensors.Unpacks as error:
        raise UserError("{path} would expand to many times its size.", AGAIN, path=path) from error
    except Exception as error:  # whatever does not hold together in an untrusted file
        raise UserError(
            "{path} cannot be read as a torch.export program, or it is damaged.", AGAIN, path=path
        ) from error


def _claims(path: str, head: bytes) -> bool:
    if head[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(MARKS) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def save_pt2(graph: ir.Model, path: Path, job: Job) -> None:
    """Write a program. Raises UserError if torch cannot represent the graph."""
    from workbench.formats.pt2 import saving

    saving.save(graph, path, job)


register(Format("pt2", _claims, load_pt2, order=1, suffix=".pt2", save=save_pt2, plain=True))
