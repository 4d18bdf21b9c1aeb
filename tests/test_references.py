"""Modules, classes and functions that docstrings, comments and documents name by their path exist."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.test_words import ROOT, sources

PROGRAM = ROOT / "workbench"
ROOMS = sorted(folder.name for folder in PROGRAM.iterdir() if (folder / "__init__.py").exists())
REFERENCE = re.compile(rf"(?<![\w./\"'-])(?:workbench\.)?({'|'.join(ROOMS)})((?:\.[A-Za-z_]\w*)+)(?![\w/(])")
PROSE = re.compile(r'"""(.*?)"""|#(.*?)$', re.MULTILINE | re.DOTALL)
FILES = {"css", "csv", "npy", "npz", "pkl"}  # endings: data.npz is a file


def prose(path: Path, text: str) -> str:
    """Docstrings and comments of a module; all of a document but its examples."""
    if path.suffix == ".py":
        return "\n".join(first or second for first, second in PROSE.findall(text))
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


@cache
def exists(room: str, path: str) -> bool:
    """Whether a dotted path leads to a package, to a module, or to a name that a module defines."""
    here = PROGRAM / room
    for name in path.split("."):
        if here.suffix == ".py":
            defined = rf"^ *(?:def|class) {name}\b|^{name}\b.*="
            return re.search(defined, sources()[here], re.MULTILINE) is not None
        here = here / name if (here / name).is_dir() else here / f"{name}.py"
        if not here.exists():
            return False
    return True


def missing(path: Path, text: str) -> list[str]:
    found = ((room, rest.lstrip(".")) for room, rest in REFERENCE.findall(prose(path, text)))
    wanted = ((room, rest) for room, rest in found if rest not in FILES and room != path.stem)  # its own, in examples
    return [f"{room}.{rest}" for room, rest in wanted if not exists(room, rest)]


@pytest.mark.slow
def test_what_is_named_by_its_path_exists():
    wrong = {
        str(path.relative_to(ROOT)): names
        for path, text in sources().items()
        if not path.is_relative_to(ROOT / "tests") and (names := missing(path, text))
    }
    assert not wrong, wrong


def test_a_name_that_has_moved_is_found():
    text = '"""See graph.model.Model, core.recipe.recipe.Recipe and data.npz."""\nx = data.samples  # of data.nowhere\n'
    assert missing(Path("a.py"), text) == ["graph.model.Model", "data.nowhere"]
