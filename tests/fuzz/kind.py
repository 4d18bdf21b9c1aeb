"""Kinds of files that are fuzzed. Each says how a case is made; `cases` knows them by name."""

import importlib
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Commands = list[list[str]]  # what the command line is asked, one after the other; files are named as in the folder
Make = Callable[[random.Random, Path, Path], Commands]
MODULES = ("onnx_files", "onnx_hostile", "npz_files", "pt2_files", "recipes", "sessions", "image_folders")


@dataclass(frozen=True)
class Kind:
    """`make` writes the files of a case into a folder; `prepare` writes what all cases start from, once."""

    name: str
    make: Make
    prepare: Callable[[Path], None]


KINDS: dict[str, Kind] = {}


def kind(name: str, prepare: Callable[[Path], None] = lambda seeds: None) -> Callable[[Make], Make]:
    """Register a function as the maker of a kind of cases."""

    def register(make: Make) -> Make:
        KINDS[name] = Kind(name, make, prepare)
        return make

    return register


def all_kinds() -> dict[str, Kind]:
    """By name."""
    for module in MODULES:
        importlib.import_module(f"tests.fuzz.{module}")
    return KINDS


def make(name: str, seed: str, seeds: Path, folder: Path) -> Commands:
    """Write the case of this kind and seed into a folder; the same files and commands every time."""
    return all_kinds()[name].make(random.Random(f"{name} {seed}"), seeds, folder)


def borrow(seeds: Path, folder: Path, name: str) -> str:
    """Copy a file that `prepare` wrote into the case's folder, so that the case is whole; its name there."""
    shutil.copyfile(seeds / name, folder / name)
    return name
