"""Failures on the command line: one sentence, an exit code, and nothing written."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest

from tests.cli.conftest import COMPRESS, error_of, sentence, workbench
from tests.guard import HANG_S
from workbench.cli.commands import cli
from workbench.cli.options import Figure
from workbench.core.base.errors import Cancelled, UserError
from workbench.engine.workspace import Workspace

ROOT = Path(__file__).parents[2]


def test_no_option_takes_what_is_not_a_number():
    kinds = [option.type for command in cli.commands.values() for option in command.params]
    assert any(isinstance(kind, Figure) for kind in kinds)
    floats = [kind for kind in kinds if isinstance(kind, click.types.FloatParamType)]
    assert all(isinstance(kind, Figure) for kind in floats)


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect"],
        ["inspect", "m.onnx", "--bits", "4"],
        ["evaluate", "m"],
        ["compress", "m", "--data", "d"],
        ["m.onnx", "n.onnx"],
        ["search", "m", "--data", "d", "--out", "o"],
        ["--unheard"],
        ["search", "m", "--data", "d", "--out", "o", "--max-bytes", "1", "--max-ratio", "0.5"],
        ["search", "m", "--data", "d", "--out", "o", "--max-ratio", "2"],
        ["search", "m", "--data", "d", "--out", "o", "--curve", "--sides", "int8"],
        ["search", "m", "--data", "d", "--out", "o", "--max-drop", "nan"],
        ["search", "m", "--data", "d", "--out", "o", "--max-latency", "inf"],
        ["sweep", "m", "--data", "d", "--tolerance", "nan"],
        ["sweep", "m", "--data", "d", "--values", "0.5,nan"],
    ],
)
def test_usage_errors_end_with_2(arguments):
    result = workbench(*arguments)
    assert result.exit_code == 2 and result.stdout == "" and "Usage: workbench" in result.stderr
    result = workbench(*arguments, "--json")
    assert result.exit_code == 2 and "Usage: workbench" in result.stderr
    assert json.loads(result.stdout)["error"]["exit_code"] == 2, "a program reads JSON whatever happens"


# -- bad input -----------------------------------------------------------------------------------------------------


def truncated(here):
    (here / "small.onnx").write_bytes((here / "small.onnx").read_bytes()[:-700])


def text(here):
    (here / "small.onnx").write_text("this is not a model\n")


def pickled(here):
    (here / "small.onnx").write_bytes(b"\x80\x04cos\nsystem\n.")


def other_shape(here):
    np.savez(here / "data.npz", x=np.zeros((5, 7), np.float32), y=np.zeros(5, int))


def other_count(here):
    np.savez(here / "data.npz", x=np.zeros((5, 16), np.float32), y=np.zeros(4, int))


def no_array(here):
    (here / "data.npz").write_bytes(b"no archive")


def unknown_method(here):
    (here / "recipe.yaml").write_text("version: 1\nlayers: {first: [{prune.unheard: {}}]}")


def wrong_parameter(here):
    (here / "recipe.yaml").write_text("version: 1\nlayers: {first: [{quantize.affine: {bits: 99}}]}")


def no_recipe(here):
    (here / "recipe.yaml").write_text("a: [")


def missing(name):
    def remove(here):
        (here / name).unlink()

    remove.__name__ = f"missing {name}"
    return remove


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (missing("small.onnx"), "small.onnx"),
        (missing("data.npz"), "data.npz"),
        (missing("recipe.yaml"), "recipe.yaml"),
        (truncated, "small.onnx"),
        (text, "small.onnx"),
        (pickled, "pickle"),
        (other_shape, "data.npz"),
        (other_count, "data.npz"),
        (no_array, "data.npz"),
        (unknown_method, "prune.unheard"),
        (wrong_parameter, "bits"),
        (no_recipe, "recipe.yaml"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_bad_input_is_named_in_one_sentence_and_nothing_is_written(here, spoil, words):
    spoil(here)
    before = sorted(here.rglob("*"))
    complaint = sentence(workbench(*COMPRESS, "--json"))
    assert words in complaint and "Traceback" not in complaint and complaint.endswith(".")
    assert sorted(path for path in here.rglob("*") if "home" not in path.parts) == [
        path for path in before if "home" not in path.parts
    ]


@pytest.mark.parametrize(
    "command",
    [COMPRESS, ("search", "small.onnx", "--data", "data.npz", "--out", "out", "--max-ratio", "0.8")],
    ids=["compress", "search"],
)
def test_a_folder_that_cannot_be_written_is_named_before_the_work_begins(here, monkeypatch, command):
    (here / "out").write_text("a file")
    monkeypatch.setattr(Workspace, "open", lambda *_given: pytest.fail("it began to work"))
    assert "Cannot write into out" in sentence(workbench(*command, "--json"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (COMPRESS, "bits has the invalid value 99"),
        (("sweep", "small.onnx", "--data", "data.npz", "--layers", "zzz*"), "matches no layer"),
        (("sweep", "small.onnx", "--data", "data.npz", "--method", "prune.unheard"), "prune.unheard"),
    ],
    ids=["recipe", "layers", "method"],
)
def test_what_does_not_fit_is_reported_before_anything_is_measured(here, monkeypatch, command, words):
    (here / "recipe.yaml").write_text("version: 1\nlayers: {first: [{quantize.affine: {bits: 99}}]}\n")
    monkeypatch.setattr(Workspace, "attach", lambda *_given, **_more: pytest.fail("it began to measure"))
    assert words in sentence(workbench(*command, "--json"))


# -- how it ends ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UserError("It is broken.", "Mend it."), 1, "Error: It is broken. Mend it."),
        (Cancelled(), 130, "Cancelled."),
        (KeyboardInterrupt(), 130, "Cancelled."),
        (MemoryError(), 1, "Error: There is not enough memory"),
        (
            ZeroDivisionError("oh\nno"),
            1,
            "Error: Something went wrong inside (ZeroDivisionError: oh no). Run it again with --debug",
        ),
    ],
)
def test_every_failure_is_one_line_and_a_traceback_with_debug(monkeypatch, error, code, words):
    def fail(*_given):
        raise error

    monkeypatch.setattr(Workspace, "open", fail)
    result = workbench("inspect", "x.onnx", "--json")
    assert result.exit_code == code and result.stderr.startswith(words) and result.stderr.count("\n") == 1
    assert json.loads(result.stdout) == error_of(result.stderr.strip().removeprefix("Error: "), code)
    for arguments in (("inspect", "x.onnx", "--debug"), ("--debug", "inspect", "x.onnx")):
        result = workbench(*arguments)
        assert result.exit_code == code and "Traceback" in result.stderr and words in result.stderr


@pytest.mark.parametrize(("stop", "code"), [(KeyboardInterrupt(), 130), (SystemExit(143), 143)])
def test_a_signal_during_an_import_is_no_error(monkeypatch, stop, code):
    def fail(*_given):
        raise ImportError("initialization failed") from stop

    monkeypatch.setattr(Workspace, "open", fail)
    result = workbench("inspect", "x.onnx")
    assert result.exit_code == code and result.stderr == ("Cancelled.\n" if code == 130 else "")


def test_what_libraries_and_models_print_is_kept_out_of_the_json(here):
    code = (
        "import os, sys\n"
        "from workbench.cli import output\n"
        "with output.working():\n"
        "    print('from Python')\n"
        "    os.write(1, b'from native code\\n')\n"
        "output.print_json({'nan': float('nan'), 'list': (1.5, float('inf'))})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert json.loads(done.stdout) == {"nan": None, "list": [1.5, None]}
    assert "from Python" in done.stderr and "from native code" in done.stderr


INTERRUPTED = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)    # a shell's background jobs inherit that it is ignored
from workbench.__main__ import main
from workbench.engine.api import verification
def verify(*_, **__):
    print("the file is half way", file=sys.stderr, flush=True)
    while True:
        time.sleep(0.05)    # Python's handler runs between steps: one wait without end may begin after the signal came
verification.compared = verify
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_leaves_nothing(here, number, code):
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, *COMPRESS],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as started:
        assert any("half way" in line for line in iter(started.stderr.readline, "")), "it ended too early"
        assert list((here / "out").iterdir())
        started.send_signal(number)
        try:
            said = started.communicate(timeout=HANG_S)[1]
        finally:
            started.kill()  # else leaving the block waits for it without end
    assert started.returncode == code and "Traceback" not in said
    assert not list((here / "out").iterdir())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_what_the_system_refuses_is_one_sentence(here):
    """A full disk behind standard output, a closed standard input, a name in another encoding, and a current folder
    that was removed, on a terminal without Chinese; in one shell."""
    script = """
        FOLDER=$PWD
        cp small.onnx "$(printf 'm\\377.onnx')"
        $RUN methods > /dev/full
        $RUN compress small.onnx --recipe - --out out <&-
        $RUN inspect "$(printf 'm\\377.onnx')"
        mkdir gone; cd gone; rmdir ../gone
        PYTHONIOENCODING=latin-1 $RUN compress $FOLDER/small.onnx --recipe $FOLDER/recipe.yaml --out $FOLDER/data.npz/模
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RUN": f"{sys.executable} -m workbench"}
    done = subprocess.run(["sh", "-c", script], cwd=here, env=environment, capture_output=True, text=True)
    assert "Traceback" not in done.stderr and "went wrong inside" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(said) == 4, done.stderr
    for line, words in zip(
        said,
        ("The system refused: No space", "input is closed", "not valid Unicode", r"\u6a21: Not a dir"),
        strict=True,
    ):
        assert words in line
