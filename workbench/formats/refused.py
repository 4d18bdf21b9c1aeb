"""Model files that cannot be opened, each with advice what to do instead."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recognition import foreign
from workbench.formats.format import Format, Loaded, register

PICKLES = {".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib"}
EXPORT = Message(
    "Export the model with torch.onnx.export or torch.export.save (.pt2), or give a function: file.py:function."
)


def _is_pickle(path: str, head: bytes) -> bool:
    return head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def _is_torch_archive(path: str, head: bytes) -> bool:
    return head[:4] == b"PK\x03\x04"


def _reject_archive(path: str, trusted: bool, job: Job) -> Loaded:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UserError("{path} is a damaged archive.", "Copy or export it again.", path=path) from error
    if any(name.endswith("data.pkl") for name in members):
        raise UserError(
            "{path} is a pickled PyTorch file. Loading it could run any code, so it is not opened.", EXPORT, path=path
        )
    if any(name.endswith("metadata.json") or name == "config.json" for name in members):
        raise UserError("{path} is a Keras file, which is not supported.", "Convert it with tf2onnx.", path=path)
    raise UserError("{path} is an archive, not a single model.", "Unpack it and open the model in it.", path=path)


def _reject(what: str, hint: str) -> Callable[[str, bool, Job], Loaded]:
    def load(path: str, trusted: bool, job: Job) -> Loaded:
        raise UserError("{path} is {subject}.", hint, path=path, subject=what)

    return load


def _suffix(*suffixes: str) -> Callable[[str, bytes], bool]:
    return lambda path, head: bool(head) and Path(path).suffix.lower() in suffixes


register(Format("archive", _is_torch_archive, _reject_archive, order=5))
register(
    Format(
        "pickle",
        lambda path, head: _is_pickle(path, head) or _suffix(*PICKLES)(path, head),
        _reject(Message("a pickle; loading it could run any code, so it is not opened"), EXPORT),
        order=6,
    )
)
register(
    Format(
        "python",
        _suffix(".py"),
        _reject(
            Message("a Python file"),
            Message("Give the function in it that returns (module, example_inputs): {path}:function."),
        ),
        order=6,
    )
)


def _foreign(path: str, trusted: bool, job: Job) -> Loaded:
    raise foreign.refusal(path) or foreign.missing(path)


register(Format("foreign", lambda path, head: foreign.kind_of(path, head) is not None, _foreign, order=4))
