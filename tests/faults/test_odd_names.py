"""Names from an untrusted model neither steer the terminal nor break tables, JSON, the report or its recipe."""

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.faults import odd_names
from workbench.cli.commands import cli
from workbench.core.recipe.recipe import load_recipe


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return odd_names.write(tmp_path_factory.mktemp("odd"))


def run(*arguments):
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def hidden(text):
    return [sign for sign in text if sign not in "\n\u200d" and unicodedata.category(sign) in ("Cc", "Cf", "Cs")]


def test_tables_and_errors_steer_no_terminal_and_stay_short(files, tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(json.dumps({"version": 1, "layers": {odd_names.NAMES[4] + "\x1b[2J": [{"prune.\x1b[31m": {}}]}}))
    for arguments in (
        ("inspect", files[0]),
        ("evaluate", files[0], "--data", files[1]),
        ("compress", files[0], "--data", files[1], "--recipe", recipe, "--out", tmp_path / "out", "--no-timing"),
        ("inspect", tmp_path / ("9" * 4000)),
        ("inspect", tmp_path / "\x1b[31m\u202e"),
    ):
        code, out, err = run(*arguments)
        assert code == (0 if arguments[0] in ("inspect", "evaluate") and arguments[1] == files[0] else 1), err
        assert not hidden(out + err)
        assert "Internal error" not in err and len(err) < 2000
        assert max(map(len, out.splitlines()), default=0) < 600
    assert not (tmp_path / "out").exists()


def test_json_holds_the_very_names(files):
    code, out, _ = run("inspect", files[0], "--json")
    assert code == 0 and not hidden(out)
    assert json.loads(out)["model"]["path"] == str(files[0])
    assert len({layer["path"] for layer in json.loads(out)["layers"]}) == len(odd_names.NAMES)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)


def test_the_report_shows_them_and_runs_nothing(files, tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("version: 1\nlayers:\n  '*': [{quantize.affine: {bits: 4}}]\n")
    target = tmp_path / "out"
    code, out, err = run(
        "compress", files[0], "--data", files[1], "--recipe", recipe, "--out", target, "--json", "--no-timing"
    )
    assert code == 0, err
    written = json.loads(out)["files"]
    page = Path(written["report"]).read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert not tags.found & {"b", "img", "script"} and "&lt;img src=x" in page and not hidden(page)
    assert load_recipe(Path(written["recipe"])).rows
    assert re.fullmatch(r"[^\x00-\x1f\u202e]+_compressed\.onnx", Path(written["model"]).name)
