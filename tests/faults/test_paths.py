"""Paths that lead to no file that can be read or written: each is one sentence, for people and for programs."""

import json
import os

import pytest
from click.testing import CliRunner

from tests.faults.test_files_that_change import model
from workbench.cli.commands import cli

LONG = "x" * 5000


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paths")
    model(folder, external=False)
    (folder / "recipe.yaml").write_text("version: 1\nlayers: {'*': [quantize.affine]}\n")
    (folder / "blocked").write_text("")
    os.mkfifo(folder / "pipe.onnx")
    return folder


COMPRESS = ("compress", "net.onnx", "--data", "data.npz", "--recipe", "recipe.yaml", "--out", "out")


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
