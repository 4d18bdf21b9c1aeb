"""Recognition of model folders, and of weight files in them, by name. Torch-free and quick."""

import os
import zipfile
from pathlib import Path

CONFIG = "config.json"
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
ONNX = ("model.onnx", "onnx/model.onnx")
INDEX, SAFE, PACKED = ".index.json", ".safetensors", ".packed.safetensors"
PICKLED = (".pt", ".pth", ".bin", ".ckpt")


def is_model(path: str) -> bool:
    """Return whether a folder holds a model, as hubs store them, rather than data."""
    home = Path(path)
    return home.is_dir() and (
        any((home / name).is_file() for name in (*ONNX, *WEIGHTS))
        or any(file.is_file() for place in (home, home / "onnx") for file in place.glob("*.onnx"))
    )


def weights_in(path: str) -> str:
    """Return the file of weights in a folder that has neither a network's configuration nor an ONNX file, or the path
    itself if it is a plain file of weights; else ""."""
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
    """Return whether there is a config.json in a folder, or beside a file."""
    home = Path(path) if os.path.isdir(path) else Path(path).parent
    return (home / CONFIG).is_file()


def is_pickled(path: str) -> bool:
    return path.lower().endswith(PICKLED) and not _has_program(path)


def _has_program(path: str) -> bool:
    """Return whether a torch archive holds TorchScript or an exported program, which needs no separate network."""
    try:
        if not os.path.isfile(path):  # a pipe waits, a device never ends
            return False
        with zipfile.ZipFile(path) as archive:
            return any("/code/" in name or name.endswith("archive_format") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False
