"""The rules of the house (workbench/ARCHITECTURE.md), read off the files themselves."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "workbench"
MODULES = sorted(HOUSE.rglob("*.py"))

# Who may import whom: cli -> engine -> methods | formats | data -> graph -> core, and ui -> core alone.
# The command line starts the window, and asks for a display before it does.
BELOW: dict[str, set[str]] = {
    "core": set(),
    "display": set(),
    "graph": {"core"},
    "data": {"graph", "core"},
    "formats": {"graph", "core"},
    "methods": {"graph", "core"},
    "engine": {"methods", "formats", "data", "graph", "core"},
    "ui": {"core"},
    "library": {"engine", "formats", "core"},
    "cli": {"engine", "core", "ui", "display"},
    "__main__": {"cli"},
    "__init__": {"library"},
}
QT = {"PySide6", "shiboken6", "pyqtgraph", "netron"}
HEAVY = {"torch", "onnx", "onnxruntime", "onnx_ir", "onnxscript", "scipy"}
LONGEST = 400


def room(module: Path) -> str:
    return room_of(dotted(module) if module != HOUSE / "__init__.py" else "workbench.__init__")


def room_of(name: str) -> str:
    """core, graph, …; the files beside them are rooms of their own, all parts of the command line are one."""
    first = name.split(".")[1]
    return "cli" if first.startswith("cli") else first


def dotted(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(module: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything a file imports, anywhere in it."""
    package = [*module.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            yield from (
                (node.lineno, f"{base}{node.module or ''}.{alias.name}".replace("..", ".")) for alias in node.names
            )


def test_every_room_has_its_rule():
    assert {room(module) for module in MODULES} <= set(BELOW)


def test_imports_point_down():
    wrong = [
        f"{module.relative_to(ROOT)}:{line} imports {name}"
        for module in MODULES
        for line, name in imports(module)
        if name.startswith("workbench.")
        and name != "workbench.__version__"
        and room_of(name) not in BELOW[room(module)] | {room(module)}
    ]
    assert not wrong, "\n".join(wrong)


def package(name: str) -> str:
    """The package that a module or a name in it is in."""
    while not (ROOT / name.replace(".", "/") / "__init__.py").exists():
        name = name.rpartition(".")[0]
    return name


def test_packages_form_no_circles():
    wanted: dict[str, set[str]] = {}
    for module in MODULES:
        own = package(dotted(module))
        if own == "workbench":  # the entry point, and the library's names, which are looked up when they are used
            continue
        named = {package(name) for _, name in imports(module) if name.startswith("workbench.")}
        wanted.setdefault(own, set()).update(named - {own, "workbench"})
    while free := [name for name, others in wanted.items() if not others & wanted.keys()]:
        for name in free:
            del wanted[name]
    assert not wanted, "\n".join(f"{name} imports {sorted(others & wanted.keys())}" for name, others in wanted.items())


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


def test_only_the_window_knows_qt():
    assert not libraries(set(BELOW) - {"ui"}, QT)


def test_values_and_window_know_neither_torch_nor_onnx():
    assert not libraries({"core", "ui", "display", "__main__", "cli"}, HEAVY)


def libraries(rooms: set[str], unwanted: set[str]) -> list[str]:
    """Where these rooms import what they must not."""
    return [
        f"{module.relative_to(ROOT)}:{line} imports {name}"
        for module in MODULES
        if room(module) in rooms
        for line, name in imports(module)
        if name.split(".")[0] in unwanted
    ]


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


@pytest.mark.parametrize("command", [["ruff", "check", "."], ["mypy"]], ids=["ruff", "mypy"])
def test_checkers_find_nothing(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_says_what_it_is_for_and_fits_a_head():
    texts = {str(module.relative_to(ROOT)): module.read_text(encoding="utf-8") for module in MODULES}
    silent = [name for name, text in texts.items() if not ast.get_docstring(ast.parse(text))]
    assert not silent, f"without a docstring: {', '.join(silent)}"
    long = [f"{name} ({lines})" for name, text in texts.items() if (lines := text.count("\n")) > LONGEST]
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


def test_nothing_is_left_for_later_in_a_corner(tracked):
    texts = {path.relative_to(ROOT): text for path in tracked if b"\0" not in (text := path.read_bytes())}
    found = [f"{name}: {match[0]!r}" for name, text in texts.items() for match in MARKER.finditer(text)]
    assert not found, "\n".join(found)


def test_the_window_and_the_engine_do_not_print():
    found = [
        f"{module.relative_to(ROOT)}:{node.lineno}"
        for module in MODULES
        if room(module) not in ("cli", "display", "__main__")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not found, "\n".join(found)
