"""Open any model as the one graph."""

import stat
from pathlib import Path

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.formats.finish import finish
from workbench.formats.format import all_formats
from workbench.graph.model.model import Model

HEAD = 4096


def open_model(
    path: str, *, trusted: bool = False, without: frozenset[str] = frozenset(), raise_opset: bool = False, job: Job
) -> Model:
    """Open an ONNX file, a torch.export program (.pt2), or `file.py:function`.

    `trusted` allows running code that comes with the model. `without` names preparation steps to leave out;
    `raise_opset`: at a newer opset, where that is proved to change nothing. Raises UserError: one sentence that names
    the file, and what to do about it.
    """
    job.report(Message("opening {path}", path=path), 0.0)
    head = _head(path)
    chosen = next((format for format in all_formats() if format.claims(path, head)), None)
    if chosen is None:
        raise UserError("There is no file {path}.", "Check the name.", path=path)
    return finish(chosen.load(path, trusted, job), without, job, raise_opset)


def _head(path: str) -> bytes:
    """The first bytes of the file; b"" when there is no such file. Raises UserError when it cannot be read."""
    if not path:
        raise UserError("No model was given.", "Give a model file.")
    file = Path(path)
    try:
        if file.is_dir():
            raise UserError("{path} is a folder.", "Give the model file in it.", path=path)
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe is read once, a device never ends
            raise UserError("{path} is not a regular file.", "Copy the model to a regular file.", path=path)
        with file.open("rb") as handle:
            head = handle.read(HEAD)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(
            "Cannot read {path}: {reason}.", "Check the name and the file's permissions.", path=path, reason=reason
        ) from error
    if not head:
        raise UserError("{path} is empty.", "Copy or export it again.", path=path)
    return head
