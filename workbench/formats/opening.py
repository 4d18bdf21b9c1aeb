"""Opening of any model as an ONNX graph."""

import importlib.util
import os
import stat
from pathlib import Path

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recognition import foreign
from workbench.core.recognition.folders import CONFIG
from workbench.formats.architectures import folder
from workbench.formats.architectures.folder import tokenizer_in
from workbench.formats.finish import finish
from workbench.formats.format import Loaded, all_formats
from workbench.formats.weights_file import load_weights
from workbench.graph.model.model import Model

HEAD = 4096


def open_model(
    path: str,
    *,
    trusted: bool = False,
    without: frozenset[str] = frozenset(),
    raise_opset: bool = False,
    network: tuple[str, bool] = ("", False),
    job: Job,
) -> Model:
    """Open a model of any format, a folder of one, or weights with their architecture (`file.py:function`, timm:NAME,
    transformers).

    `trusted` allows running code that comes with the model. `network`: the architecture, and whether its code may run.
    `without` names preparation steps to leave out; `raise_opset`: convert to a newer opset if that provably changes
    nothing. Raises UserError naming the file and what to do about it.
    """
    job.report(Message("opening {path}", path=path), 0.0)
    if network[0]:
        from workbench.formats.architectures.architecture import load

        return finish(load(path, *network, job), without, job, raise_opset)
    home = Path(path) if path and os.path.isdir(path) else None
    if home is not None:
        path, loaded = _in_folder(path, job)
        if loaded is not None:
            return finish(loaded, without, job, raise_opset)
    head = _head(path)
    chosen = next((format for format in all_formats() if format.claims(path, head)), None)
    if chosen is None:
        raise foreign.missing(path)
    loaded = chosen.load(path, trusted, job)
    return finish(loaded if home is None else loaded.with_tokenizer(tokenizer_in(home)), without, job, raise_opset)


def _in_folder(path: str, job: Job) -> tuple[str, Loaded | None]:
    """Return the file by which a folder is opened, or the network of its config.json. Raises UserError if it has
    neither."""
    home = Path(path)
    if file := folder.onnx_in(home):
        return file, None
    weights = folder.weights_in(home)
    if weights and (home / CONFIG).is_file():
        if importlib.util.find_spec("transformers") is not None:
            return path, folder.load_transformers(path, job)
        return weights, load_weights(weights, False, job).noting(folder.ALONE)
    if weights:
        return weights, None
    raise foreign.folder(path) or UserError("{path} is a folder.", "Give the model file in it.", path=path)


def _head(path: str) -> bytes:
    """Return the first bytes of the file; b"" if there is no such file. Raises UserError if it cannot be read."""
    if not path:
        raise UserError("No model was given.", "Give a model file.")
    file = Path(path)
    try:
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
