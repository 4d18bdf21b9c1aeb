"""Trust belongs to a path: what a recipe, or another argument, names is not trusted with it."""

import json

import pytest

from tests.test_cli import here, sentence, workbench  # noqa: F401
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
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
    return workbench("compress", "small.onnx", "--data", "data.npz", "--recipe", "taught.yaml", "--out", "out", *more)


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
