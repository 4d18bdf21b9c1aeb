"""Files of other programs, recognised by name and first bytes: what each is, and how to open its model here.

Torch-free and quick, so that the window checks before its engine reads anything.
"""

import os
import re
import stat
from pathlib import Path

from workbench.core.base.errors import UserError
from workbench.core.base.files import file_and_function
from workbench.core.base.message import Message
from workbench.core.recognition.folders import ONNX, WEIGHTS
from workbench.core.recognition.kinds import FOLDERS, KINDS, Kind

HEAD = 4096
AGAIN = Message("Copy or export it again.")
ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]{1,10}://", re.IGNORECASE)
HUB = re.compile(r"[\w.\-]{2,96}(/[\w.\-]{2,96})?", re.ASCII)


def kind_of(path: str, head: bytes) -> Kind | None:
    """Return the kind of a file that begins with `head`; None if it may be opened."""
    return next((kind for kind in KINDS if head and kind.test(path, head)), None)


def refusal(path: str) -> UserError | None:
    """Return why a path cannot be a model, by its name and first bytes; None if it may be one. Never raises."""
    if not path or file_and_function(path)[1]:
        return None
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            return folder(path)
        if not stat.S_ISREG(found.st_mode):
            return None
        with open(path, "rb") as file:
            head = file.read(HEAD)
    except FileNotFoundError:
        return missing(path)
    except (OSError, ValueError):
        return None
    kind = kind_of(path, head)
    return _damaged(path, head) if kind is None else _error(path, kind.what, kind.hint)


def _damaged(path: str, head: bytes) -> UserError | None:
    """Return why the first bytes contradict the file's suffix: a field of a protobuf message, or the length of a header
    and its brace."""
    name = path.lower()
    if name.endswith(".onnx") and head and (head[0] & 7 not in (0, 1, 2, 5) or head[0] < 8):
        return UserError("{path} is not an ONNX model, or it is damaged.", AGAIN, path=path)
    if name.endswith(".safetensors") and len(head) > 8 and head[8:9] != b"{":
        return UserError("{path} is not a safetensors file, or it is damaged.", AGAIN, path=path)
    return None


def folder(path: str) -> UserError | None:
    """Return why a folder cannot be a model; None if it may be one."""
    for suffixes, files, what, hint in FOLDERS:
        named = bool(suffixes) and Path(path).name.lower().endswith(suffixes)
        if named or any(os.path.isfile(os.path.join(path, file)) for file in files):
            return None if _opens(path) else _error(path, what, hint)
    return None


def _opens(path: str) -> bool:
    """Return whether a folder holds a model that can be opened beside that of another program."""
    return any(os.path.isfile(os.path.join(path, name)) for name in (*ONNX, *WEIGHTS))


def missing(path: str) -> UserError:
    """Return the error for a path that does not exist: an address, the name of a model on a hub, or a misspelling."""
    if ADDRESS.match(path):
        return UserError(
            "{path} is an address; nothing is fetched from the network.",
            "Download the file, and give its path.",
            path=path,
        )
    if HUB.fullmatch(path) and not Path(path).suffix and ("-" in path or "/" in path):
        return UserError(
            "There is no file {path}. Model names of hubs are not looked up.",
            "Download the model (hf download {path}), and give its folder.",
            path=path,
        )
    return UserError("There is no file {path}.", "Check the name.", path=path)


def _error(path: str, what: str, hint: str) -> UserError:
    return UserError("{path} is {subject}.", hint, path=path, subject=what)
