"""Kinds of files that can be opened or dropped, distinguished by name before anything is read."""

import ast
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from workbench.core.recognition import folders

MODELS = (".onnx", ".pt2", ".safetensors", ".pt", ".pth", ".bin", ".ckpt", ".ts", ".jit", ".torchscript", ".index.json")
DATA = (".npz", ".npy", ".csv", ".jsonl", ".parquet")
RECIPES = (".yaml", ".yml")
SESSIONS = (".mcw",)
SAMPLES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".wav")  # each is one sample
FUNCTION = re.compile(r"\.py:\w+$")
LARGEST_PROGRAM = 4 << 20  # bytes
PYTHON, TEXT = ".py", ".txt"
SCRIPTS = (".pt", ".pth", ".ts", ".jit", ".torchscript")


@dataclass
class Chosen:
    """At most one file of each kind; the others are named in `others`. A session takes the place of its model."""

    model: str = ""
    data: str = ""
    recipe: str = ""
    others: tuple[str, ...] = ()


def sort_out(paths: list[str]) -> Chosen:
    """Sort dropped paths into model, data and recipe."""
    chosen = Chosen()
    for path in paths:
        suffix = Path(path).suffix.lower()
        named = path.lower().endswith((*MODELS, *SESSIONS, PYTHON)) or FUNCTION.search(path)
        if not chosen.model and (named or folders.is_model(path)):
            chosen.model = path
        elif not chosen.data and (suffix in DATA or os.path.isdir(path)):
            chosen.data = path
        elif not chosen.recipe and suffix in RECIPES:
            chosen.recipe = path
        else:
            chosen.others += (path,)
    texts = [path for path in chosen.others if path.lower().endswith(TEXT)]
    if texts and not chosen.data and os.path.isdir(chosen.model):  # for a language model, which is a folder
        chosen.data = texts[0]
        chosen.others = tuple(path for path in chosen.others if path != chosen.data)
    return chosen


def is_sample(path: str, rank: int) -> bool:
    """Return whether a file is one sample of a model whose input has this many axes: an image, a sound, or an array
    with as many axes without the batch axis, or with a batch of one."""
    if path.lower().endswith(SAMPLES):
        return True
    if not path.lower().endswith(".npy"):
        return False
    from numpy.lib import format as npy

    try:
        with open(path, "rb") as file:
            read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(file)]
            shape = read(file, max_header_size=10_000)[0]
    except (OSError, ValueError, KeyError):
        return False
    return len(shape) == rank - 1 or (len(shape) == rank and shape[0] == 1)


def runs_code(path: str) -> bool:
    """Return whether opening this runs code of the file with the user's rights: Python, or TorchScript."""
    return bool(FUNCTION.search(path)) or _is_script(path)


def _is_script(path: str) -> bool:
    """Return whether torch.jit.save wrote a file: its archive contains code."""
    try:
        if not path.lower().endswith(SCRIPTS) or not os.path.isfile(path) or not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            return any("/code/" in name for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def functions_in(path: str) -> list[str]:
    """Return the functions that a Python file defines, found without running it; empty if it cannot be read."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > LARGEST_PROGRAM:  # a pipe would block
            return []
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):  # raised for too deep nesting, too
        return []
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
