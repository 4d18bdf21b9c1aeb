"""A plug-in that is broken is named and left out; everything else works."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.ipc.messages import Methods
from workbench.core.plugins import discovery
from workbench.core.plugins.contain import with_user_errors
from workbench.core.plugins.discovery import Loader
from workbench.engine.api.service import Service
from workbench.methods.base.method import all_methods

METHOD = """
from dataclasses import dataclass
from typing import Annotated

from workbench.core.recipe.params import Help
from workbench.methods.base.method import Method, method


@method("quantize.{name}")
class Chosen(Method):
    title, summary, formula, citation = "{name}", "s", "f", "c"

    @dataclass(frozen=True)
    class Params:
        bits: {kind}

    def accepts(self, layer):
        return {accepts}

    def forecast(self, layer, plan, params):
        {forecast}

    def apply(self, context, edit, params, job):
        return {edit}
"""
FINE = {"kind": 'Annotated[int, Help("h")] = 4', "accepts": "None", "forecast": "return plan", "edit": "edit"}
SOURCES = {
    "fine": METHOD.format(name="fine", **FINE),
    "lost": "import a_library_that_is_not_here\n",
    "syntax": "def broken(:\n",
    "ends": "import sys\nsys.exit(3)\n",
    "schema": METHOD.format(name="schema", **FINE | {"kind": "list[int] = None"}),
    "half": METHOD.format(name="half", **FINE) + "\nraise RuntimeError('two\\nlines \\x1b[31m')\n",
    "taken": METHOD.format(name="affine", **FINE),
    "rude": METHOD.format(name="rude", **FINE | {"accepts": "1 / 0"}),
    "bare": METHOD.format(name="bare", **FINE | {"edit": "edit.weight"}),
    "late": METHOD.format(name="late", **FINE | {"forecast": "raise KeyError('late')"}),
}
BROKEN = ("lost", "syntax", "ends", "schema", "half", "taken", "damaged")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder as pip leaves it: modules, and the metadata of a distribution for each."""
    folder = tmp_path_factory.mktemp("site")
    for name, source in SOURCES.items():
        (folder / f"plug_{name}.py").write_text(source)
        _metadata(folder, name, f"[workbench.methods]\n{name} = plug_{name}\n")
    _metadata(folder, "damaged", "[workbench.methods]\nno equals sign\n")
    return folder


def _metadata(folder: Path, name: str, points: str) -> None:
    info = folder / f"plug_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: plug-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)


def run(installed, *arguments):
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        env=os.environ | {"PYTHONPATH": path},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_the_program_goes_on_without_them(installed, demo):
    done = run(installed, "methods", "--json")
    assert done.returncode == 0, done.stderr
    known = {method["id"] for method in json.loads(done.stdout)["methods"]}
    assert known - set(all_methods()) == {"quantize.fine", "quantize.bare", "quantize.rude", "quantize.late"}
    assert set(all_methods()) < known
    lines = done.stderr.splitlines()
    assert len(lines) == len(BROKEN)
    for name in BROKEN:
        assert sum(f"The plug-in plug-{name} " in line and "was not loaded:" in line for line in lines) == 1, name
    assert "No module named 'a_library_that_is_not_here'" in done.stderr and "\x1b" not in done.stderr


@pytest.mark.slow
def test_a_layer_is_looked_at_all_the_same_and_a_recipe_gets_a_sentence(installed, tmp_path):
    code = """
import sys
from workbench.core.recipe.action import Action
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.engine.compile import conflicts as stacking
from workbench.engine.workspace import Workspace
workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
view = workspace.view("head")
assert view.unavailable["quantize.rude"] == "quantize.rude failed: ZeroDivisionError: division by zero."
assert "quantize.fine" not in view.unavailable and "quantize.affine" not in view.unavailable
reasons = stacking.conflicts(workspace.layer("head"), ())
assert "KeyError" in reasons["quantize.late"] and "quantize.affine" not in reasons
try:
    stacking.conflict(workspace.layer("head"), (Action("quantize.late"),))
except UserError as error:
    assert "plug-late" in error.hint
from workbench.engine.base.cache import Cache
from workbench.engine.compile.compiler import edit
try:
    edit(workspace.model, "head", (Action("quantize.bare"),), None, 0, Cache(1 << 20), Job())
except UserError as error:
    assert error.what == "quantize.bare failed: TypeError: apply gives an Edit, not a ndarray."
    print("told")
"""
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert done.returncode == 0 and done.stdout == "told\n", done.stderr


def test_the_window_is_reported(monkeypatch):
    monkeypatch.setattr(discovery, "_left_out", ["The plug-in a was not loaded: b.", "And c."])
    told = []
    methods = Service.methods(None, Methods(1), Job(updates=told.append))
    assert told == ["The plug-in a was not loaded: b. And c."] and len(methods) == len(all_methods())


@pytest.mark.allow_logs
def test_a_file_of_our_own_that_is_broken_is_left_out_too(monkeypatch):
    monkeypatch.setattr(discovery, "_left_out", [])
    known = {"a": object()}

    def half(loaded, loader):
        known["b"] = loaded
        raise ZeroDivisionError("division by zero")

    discovery.load_all(known, [Loader("The method file x.py", object, foreign=False)], half)
    assert set(known) == {"a"} and discovery.load_failures() == (
        "The method file x.py was not loaded: ZeroDivisionError: division by zero.",
    )


def test_errors_that_are_meant_pass():
    def refuse():
        raise UserError("Meant.", "So.")

    with pytest.raises(UserError, match="Meant"):
        with_user_errors(refuse, "a.b", "The plug-in", answers=True)()
