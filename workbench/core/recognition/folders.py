"""Folders of models, and files of weights in them, by their names: what they are opened by. Torch-free and quick."""

import os
import zipfile
from pathlib import Path

CONFIG = "config.json"
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
ONNX = ("model.onnx", "onnx/model.onnx")
INDEX, SAFE, PACKED = ".index.json", ".safetensors", ".packed.safetensors"
PICKLED = (".pt", ".pth", ".bin", ".ckpt")


def is_model(path: str) -> bool:
    """Whether a folder is one of a model, as hubs keep them: not a folder of data."""
    home = Path(path)
    return home.is_dir() and (
        any((home / name).is_file() for name in (*ONNX, *WEIGHTS))
        or any(file.is_file() for place in (home, home / "onnx") for file in place.glob("*.onnx"))
    )


def weights_in(path: str) -> str:
    """The file of weights in a folder that has neither a network's configuration nor an ONNX file, or the path itself
    where it is a file of weights alone; else ""."""
    if os.path.isdir(path):
        home = Path(path)
        if has_config(path) or any((home / name).is_file() for name in ONNX):
            return ""
        return next((str(home / name) for name in WEIGHTS if (home / name).is_file()), "")
    name = path.lower()
    if name.endswith(PACKED) or not name.endswith((SAFE, INDEX, *PICKLED)) or not os.path.isfile(path):
        return ""
    return "" if _has_program(path) else path


def has_config(path: str) -> bool:
    """Whether a config.json is in a folder, or beside a file."""
    home = Path(path) if os.path.isdir(path) else Path(path).parent
    return (home / CONFIG).is_file()


def is_pickled(path: str) -> bool:
    return path.lower().endswith(PICKLED) and not _has_program(path)


def _has_program(path: str) -> bool:
    """Whether an archive of torch holds TorchScript or an exported program, which needs no other network."""
    try:
        if not os.path.isfile(path):  # a pipe waits, a device never ends
            return False
        with zipfile.ZipFile(path) as archive:
            return any("/code/" in name or name.endswith("archive_format") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False
