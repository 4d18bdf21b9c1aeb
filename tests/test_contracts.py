"""Rules of the house (workbench/ARCHITECTURE.md) that no checker knows. `make lint` has the others: who imports whom,
circles, docstrings, prints (pyproject.toml)."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.translations import called, leaves, messages

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "workbench"
MODULES = sorted(HOUSE.rglob("*.py"))
QT = {"PySide6", "shiboken6", "pyqtgraph", "netron"}
HEAVY = {"torch", "onnx", "onnxruntime", "onnx_ir", "onnxscript", "scipy"}
LONGEST = 400


def room(module: Path) -> str:
    """core, graph, ...; a file beside them is a room by its own name."""
    return module.relative_to(HOUSE).with_suffix("").parts[0]


def dotted(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_packages_are_neither_crowded_nor_alone():
    counted = {
        folder: len([file for file in folder.glob("*.py") if file.name != "__init__.py"])
        for folder in {module.parent for module in MODULES} - {HOUSE}
    }
    wrong = {
        str(folder.relative_to(ROOT)): count
        for folder, count in counted.items()
        if count > 12 or (count < 2 and not any(other.parent == folder for other in counted))
    }
    assert not {name: count for name, count in wrong.items() if name != "workbench/engine"}, wrong


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rooms", "unwanted"),
    [
        ({"core", "ui"}, HEAVY),  # the window's process
        ({"core", "display", "cli", "__main__"}, HEAVY | QT),  # the command line, until it knows what is wanted
    ],
    ids=["window", "command line"],
)
def test_importing_everything_of_it_loads_nothing_heavy(rooms, unwanted):
    names = [dotted(module) for module in MODULES if room(module) in rooms]
    code = f"import sys, {', '.join(names)}; print(*sorted({unwanted!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not done.stdout.split(), f"loaded: {done.stdout}"


def test_every_module_fits_a_head():
    lengths = {module.relative_to(ROOT): module.read_text(encoding="utf-8").count("\n") for module in MODULES}
    long = [f"{name} ({lines})" for name, lines in lengths.items() if lines > LONGEST]
    assert not long, f"more than {LONGEST} lines: {', '.join(long)}"


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listing.decode().split("\0") if name and (path := ROOT / name).is_file()]


# Written in pieces so that this file does not find itself. The first also looks into models and data.
MACHINE = re.compile(rb"(?<![\w.])/(?:tmp|work|root|home/\w+|mnt|Users/\w+)" + rb"/\w")
MARKER = re.compile(
    rb"\b(?:TO" + rb"DO|FIX" + rb"ME|XX" + rb"X|HA" + rb"CK)\b|^(?:<{7}|>{7}) |breakpoint\(\)|\bpdb\b", re.MULTILINE
)


@pytest.mark.slow
def test_a_message_is_made_from_a_template():
    """Not from an f-string, nor from pieces put together: those have another text each time, and no translation."""
    made = (ast.JoinedStr, ast.BinOp)
    wrong = [
        f"{module.relative_to(ROOT)}:{call.lineno}: {ast.unparse(argument)}"
        for module in MODULES
        for call, argument in messages(ast.parse(module.read_text(encoding="utf-8")))
        for leaf in leaves(argument)
        if isinstance(leaf, made) or (isinstance(leaf, ast.Call) and called(leaf) in ("format", "join"))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_no_file_tells_of_the_machine_it_was_made_on(tracked):
    allowed = {"workbench/display.py": b".X11-unix"}  # where the X protocol puts its sockets
    found = [
        f"{name}: {line[:120]!r}"
        for path in tracked
        for name in [str(path.relative_to(ROOT))]
        for line in path.read_bytes().splitlines()
        if MACHINE.search(line) and not (name in allowed and allowed[name] in line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_nothing_is_left_for_later_in_a_corner(tracked):
    texts = {path.relative_to(ROOT): text for path in tracked if b"\0" not in (text := path.read_bytes())}
    found = [f"{name}: {match[0]!r}" for name, text in texts.items() for match in MARKER.finditer(text)]
    assert not found, "\n".join(found)
