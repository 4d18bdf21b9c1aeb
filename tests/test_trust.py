"""Trust belongs to a path: what a recipe, or another argument, names is not trusted with it."""

import builtins
import io
import json
import os
from pathlib import Path

import onnx
import pytest

from tests.cli.conftest import here, sentence, workbench  # noqa: F401
from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.session.session_file import Reference
from workbench.data.metrics.own import own
from workbench.data.preprocessing import Rules
from workbench.data.readers.texts import Tokenizer
from workbench.engine.workspace import Workspace

CODE = """
import numpy as np
open('ran', 'a').close()
def make(): raise SystemExit
def rows(): yield {'x': np.zeros((4, 16), 'f')}
"""
TAUGHT = json.dumps(
    {
        "version": 1,
        "layers": {"*": [{"quantize.affine": {"bits": 8}}]},
        "recover": [{"distill": {"epochs": 1, "teacher": "other.py:make"}}],
    }
)


@pytest.fixture
def folder(here):  # noqa: F811
    (here / "other.py").write_text(CODE)
    (here / "taught.yaml").write_text(TAUGHT)
    return here


def compress(*more):
    return workbench(
        "compress", "small.onnx", "--data", "data.npz", "--recipe", "taught.yaml", "--out", "out", "--no-timing", *more
    )


def test_a_teacher_that_the_recipe_names_needs_its_own_yes(folder):
    said = sentence(compress("--trust"))
    assert "other.py:make" in said and "--trust-path PATH" in said
    assert "other.py" in sentence(compress("--trust", "--trust-path", "another.py:make"))
    assert not (folder / "ran").exists()
    assert "other.py:make failed: SystemExit" in sentence(compress("--trust-path", "other.py:make"))
    assert (folder / "ran").exists()


def test_samples_named_on_the_command_line_are_trusted_with_it(folder):
    (folder / "taught.yaml").write_text((folder / "recipe.yaml").read_text())
    assert "other.py:rows" in sentence(compress("--calibration", "other.py:rows"))
    assert not (folder / "ran").exists()
    assert compress("--calibration", "other.py:rows", "--trust").exit_code == 0
    assert (folder / "ran").exists()


@pytest.mark.parametrize("trusted", [frozenset(), frozenset({"small.onnx", "data.npz"})])
def test_calibration_is_not_trusted_with_the_model_or_the_data(folder, trusted):
    opened = Workspace.open("small.onnx", Job(), trusted)
    with pytest.raises(UserError, match="runs code when it is loaded"):
        opened.attach("data.npz", Job(), "other.py:rows", trusted)
    with pytest.raises(UserError, match="runs code when it is loaded"):
        opened.attach("other.py:rows", Job(), "", trusted)
    assert not (folder / "ran").exists()


@pytest.mark.slow
def test_the_library_trusts_what_the_call_names(folder):
    import workbench as wb

    (folder / "net.py").write_text("import torch\ndef make(): return torch.nn.Linear(4, 3), (torch.zeros(2, 4),)\n")
    with pytest.raises(UserError, match="is a Python program; opening it runs it"):
        wb.open("net.py:make")
    with pytest.raises(UserError, match="is a Python program; opening it runs it"):
        wb.open("net.py:make", trusted=["other.py:make"])
    assert wb.open("net.py:make", trusted=True).layers


# -- other computers -------------------------------------------------------------------------------------------------

AWAY = "//evil/share/t"


@pytest.fixture
def windows(monkeypatch):
    monkeypatch.setattr(system, "on_windows", lambda: True)
    monkeypatch.setattr(system, "_memory_on_windows", lambda which: 8 << 30)


@pytest.fixture
def unseen(monkeypatch, windows):
    """A path of another computer that is looked up fails the test."""
    looks = [(os, "stat"), (os, "lstat"), (os, "open"), (builtins, "open"), (io, "open"), (os, "scandir")]
    for module, name in looks:
        real = getattr(module, name)

        def guarded(path, *rest, real=real, **more):
            if not isinstance(path, int) and os.fspath(path).startswith(("//evil", "\\\\evil")):
                pytest.fail(f"{path} was looked up")
            return real(path, *rest, **more)

        monkeypatch.setattr(module, name, guarded)


def test_a_teacher_on_another_computer_is_not_looked_up(folder, unseen):
    (folder / "taught.yaml").write_text(TAUGHT.replace("other.py:make", f"{AWAY}.onnx"))
    said = sentence(compress("--trust"))
    assert "//evil/share/t.onnx is on another computer" in said and r"--trust-path \\evil\share" in said


def test_a_place_that_was_allowed_is_looked_up(folder, windows):
    (folder / "taught.yaml").write_text(TAUGHT.replace("other.py:make", f"{AWAY}.onnx"))
    assert f"There is no file {AWAY}.onnx." in sentence(compress("--trust-path", r"\\evil\share"))
    distilled = ("distill", "small.onnx", "--teacher", f"{AWAY}.onnx", "--data", "data.npz", "--out", "out")
    assert f"There is no file {AWAY}.onnx." in sentence(workbench(*distilled)), "the user has named it"


def test_what_files_name_on_another_computer_is_not_looked_up(folder, unseen):
    weights = onnx.load("small.onnx")
    for tensor in weights.graph.initializer:
        onnx.external_data_helper.set_external_data(tensor, f"{AWAY}.bin")
        tensor.ClearField("raw_data")
    onnx.save(weights, "away.onnx")
    assert "weights outside its folder" in sentence(workbench("inspect", "away.onnx"))
    with pytest.raises(UserError, match="Copy the tokenizer beside the data"):
        Tokenizer(str(folder / "texts.jsonl"), Rules(tokenizer=f"{AWAY}.json"))
    with pytest.raises(UserError, match="is on another computer"):
        own(f"{AWAY}.py:score", frozenset(), True)
    for reference in (Reference(AWAY), Reference("m", near=AWAY), Reference("m", near=AWAY.replace("/", "\\"))):
        assert reference.find(folder) == "" and reference.away(folder) == r"\\evil\share"


def test_a_session_on_a_share_finds_its_files_there(windows):
    assert Reference(AWAY).away(Path("//evil/share/work")) == ""
    assert Reference(AWAY).away(Path("//evil/other/work")) == r"\\evil\share"
