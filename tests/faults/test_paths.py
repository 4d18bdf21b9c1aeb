"""Paths that lead to no file that can be read or written: each is one sentence, for people and for programs."""

import json
import os

import pytest
from click.testing import CliRunner

from tests.faults.test_files_that_change import model
from workbench.cli.commands import cli
from workbench.core.base.errors import UserError
from workbench.core.recognition import folders
from workbench.core.session.session_file import load_session
from workbench.ui.base import files

LONG = "x" * 5000


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paths")
    model(folder, external=False)
    (folder / "recipe.yaml").write_text("version: 1\nlayers: {'*': [quantize.affine]}\n")
    (folder / "blocked").write_text("")
    os.mkfifo(folder / "pipe.onnx")
    return folder


COMPRESS = ("compress", "net.onnx", "--data", "data.npz", "--recipe", "recipe.yaml", "--out", "out", "--no-timing")


def compress(option: str, value: str) -> tuple[str, ...]:
    at = COMPRESS.index(option)
    return (*COMPRESS[: at + 1], value, *COMPRESS[at + 2 :])


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices in the file system")
@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect", LONG),
        ("inspect", f"{LONG}.py:make"),
        ("inspect", "/dev/zero"),
        ("inspect", "pipe.onnx"),
        ("inspect", "blocked/net.onnx"),
        ("inspect", ""),
        ("evaluate", "net.onnx", "--data", LONG),
        ("evaluate", "net.onnx", "--data", "blocked/data.npz"),
        ("evaluate", "net.onnx", "--data", ""),
        compress("--recipe", LONG),
        compress("--recipe", "."),
        compress("--out", LONG),
        compress("--out", "blocked"),
        compress("--out", "net.onnx"),
        (*COMPRESS, "--calibration", LONG),
        ("compare", "net.onnx", LONG, "--data", "data.npz"),
        ("distill", "net.onnx", "--teacher", LONG, "--data", "data.npz", "--out", "blocked"),
    ],
    ids=lambda arguments: " ".join(word[:12] for word in arguments),
)
def test_every_path_is_one_sentence(here, monkeypatch, arguments):
    monkeypatch.chdir(here)
    before = sorted(os.listdir(here))
    done = CliRunner().invoke(cli, [*arguments, "--json"])
    assert done.exit_code == 1 and sorted(os.listdir(here)) == before
    document = json.loads(done.stdout)
    assert document.keys() == {"error"} and document["error"]["exit_code"] == 1
    sentence = document["error"]["message"]
    assert "Internal error" not in sentence and "Errno" not in sentence and len(sentence) < 500
    assert sentence.endswith(".") and "\n" not in sentence


@pytest.mark.skipif(os.name != "posix", reason="pipes in the file system")
def test_the_window_does_not_wait_for_a_pipe(tmp_path):
    for name in ("p.pt", "p.py", "p.mcw"):
        os.mkfifo(tmp_path / name)
    assert not files.runs_code(str(tmp_path / "p.pt")) and not folders.is_pickled(str(tmp_path / "p.md"))
    assert folders.is_pickled(str(tmp_path / "p.pt")), "by its name; it is refused when it is opened"
    assert files.functions_in(str(tmp_path / "p.py")) == []
    with pytest.raises(UserError, match="is not a regular file"):
        load_session(tmp_path / "p.mcw")


@pytest.mark.parametrize("code", ["-" * 200_000 + "1", "(" * 300 + ")" * 300, "\0", "def f(:"])
def test_a_program_that_cannot_be_parsed_has_no_functions(tmp_path, code):
    (tmp_path / "deep.py").write_text(code)
    assert files.functions_in(str(tmp_path / "deep.py")) == []
