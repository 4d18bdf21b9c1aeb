"""What was done in the window as a script and as a command: run as they are, they write the same file."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.core.base import system
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row, parse_recipe
from workbench.core.recipe.recovery import Stage
from workbench.core.recipe.storing import Storing
from workbench.core.session.opened import Attached, Opened
from workbench.core.session.script import Work, as_command, as_python

ROOT = Path(__file__).parents[2]
EIGHT = Action("quantize.affine", {"bits": 8})
PRUNED = Action("prune.magnitude", {"sparsity": 0.5})


def recipe_of(script: str) -> Recipe:
    """The recipe that a script makes."""
    lines = script.partition("recipe = ")[2].partition("\nreport = ")[0]
    import workbench as wb

    return eval(lines, {"wb": wb})


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe((Row("*", (EIGHT,)), Row("it's [0].\u202e\"", (PRUNED, EIGHT.switched(True))), Row("head", ()))),
        Recipe((), 3, (Stage("distill", {"epochs": 2, "teacher": "a b.onnx"}),), Storing("off")),
        Recipe((Row("a", (Action("own.method", {"lambda": 1.5, "no name": None}),)),)),
    ],
)
def test_a_script_says_what_the_recipe_says(recipe):
    script = as_python(Work(Opened("/m.onnx"), None, recipe, "/out"))
    compile(script, "script", "exec")
    assert recipe_of(script) == recipe


def test_both_name_how_the_model_was_opened():
    opened = Opened("/a b/net.py:make", frozenset({"/a b/net.py:make"}), ("batchnorm",), raise_opset=True)
    work = Work(opened, Attached("/d.npz", "/c.npz", frozenset({"/d.npz"})), Recipe(), "/out", "zh_CN")
    script, words = as_python(work), shlex.split(as_command(work).partition(" <<")[0])
    assert "'/a b/net.py:make'" in script and "trusted=['/a b/net.py:make', '/d.npz']" in script
    assert "raise_opset=True" in script and "without=['batchnorm']" in script and "language='zh_CN'" in script
    assert words[:3] == ["workbench", "compress", "/a b/net.py:make"]
    assert words[words.index("--without") + 1] == "batchnorm" and "--raise-opset" in words
    assert [words[at + 1] for at, word in enumerate(words) if word == "--trust-path"] == ["/a b/net.py:make", "/d.npz"]
    assert words[words.index("--calibration") + 1] == "/c.npz" and words[-2:] == ["--recipe", "-"]


def test_a_layer_called_as_the_end_of_the_recipe_does_not_end_it():
    command = as_command(Work(Opened("/m.onnx"), None, Recipe((Row("RECIPE", (EIGHT,)),)), "/out"))
    assert command.endswith("\nRECIPE_\n") and "<<'RECIPE_'" in command


def test_on_windows_the_command_is_one_of_powershell(monkeypatch):
    """Its texts stand in single quotes, of which typographic ones count, too; the recipe is piped as UTF-8."""
    monkeypatch.setattr(system, "on_windows", lambda: True)
    recipe = Recipe((Row("'@ it's $(head) \u5c42", (PRUNED, EIGHT)), Row("a\n'@ | b", (EIGHT,))))
    opened = Opened("/it\u2019s a `$net`.onnx", raise_opset=True)
    command = as_command(Work(opened, Attached("/d'.npz"), recipe, "/out"))
    encoding, _, rest = command.partition("\n@'\n")
    text, _, call = rest.partition("\n'@ | ")
    assert "UTF8Encoding" in encoding and parse_recipe(text) == recipe and "\u5c42" in text
    paths = "'/it\u2019\u2019s a `$net`.onnx' '--data' '/d''.npz'"
    assert call == f"workbench 'compress' {paths} '--raise-opset' '--out' '/out' '--recipe' '-'\n"


@pytest.mark.slow
def test_both_write_the_file_that_an_export_writes(tmp_path):
    import workbench as wb

    opened = Opened(str(resource_path("demo/fashion_cnn.onnx")))
    attached = Attached(str(resource_path("demo/fashion_calibration.npz")))
    recipe = Recipe((Row("*", (EIGHT,)), Row("blocks.4.conv2", (PRUNED, EIGHT))))
    wanted = wb.open(opened.path, attached.path).export(recipe, tmp_path / "exported")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for kind, written in (("python", as_python), ("command", as_command)):
        text = written(Work(opened, attached, recipe, str(tmp_path / kind)))
        command = [sys.executable, "-"] if kind == "python" else ["sh"]
        if kind == "command":
            text = text.replace("workbench compress", f"{shlex.quote(sys.executable)} -m workbench compress", 1)
        done = subprocess.run(command, input=text, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        made = tmp_path / kind / "fashion_cnn_compressed.onnx"
        assert made.read_bytes() == Path(wanted.files["model"]).read_bytes()
