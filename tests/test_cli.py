"""The command line as scripts see it: exit codes, one sentence, one JSON object."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from tests.guard import HANG_S
from workbench.cli.commands import cli
from workbench.cli.options import with_storing
from workbench.cli.search import stored_within
from workbench.core.analysis.plan import Goal
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.workspace import Workspace
from workbench.library import Model

ROOT = Path(__file__).parents[1]
RECIPE = """
version: 1
layers:
  "*": [{quantize.affine: {bits: 8}}]
  "second": [{prune.magnitude: {sparsity: 0.5}}, {quantize.affine: {bits: 4}}]
"""


def workbench(*arguments: object):
    """Run a command in this process; what was printed and the exit code."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="workbench")


def sentence(result) -> str:
    """The one line of complaint of a run that failed; checks that it is one, and that nothing else was printed, but
    the same as JSON for a run that was to print JSON."""
    assert result.exit_code == 1, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1 and result.stderr.splitlines()[-1] == lines[0], result.stderr
    assert not result.stdout or json.loads(result.stdout) == error_of(lines[0].removeprefix("Error: "), 1)
    return lines[0]


def error_of(message: str, code: int) -> dict:
    return {"error": {"message": message, "exit_code": code}}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a small classifier, data for it and a recipe."""
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=shape).astype(np.float32) for shape in ((16, 32), (32, 4)))
    nodes = [
        helper.make_node("MatMul", ["x", "first"], ["h"], name="first"),
        helper.make_node("Relu", ["h"], ["r"], name="relu"),
        helper.make_node("MatMul", ["r", "second"], ["y"], name="second"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 4])],
        [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "small.onnx"
    )
    x = rng.normal(size=(100, 16)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=x, y=(np.maximum(x @ first, 0) @ second).argmax(1))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


COMPRESS = ("compress", "small.onnx", "--data", "data.npz", "--recipe", "recipe.yaml", "--out", "out")


# -- usage ---------------------------------------------------------------------------------------------------------


def test_help_names_every_command():
    result = workbench("--help")
    assert result.exit_code == 0
    for name in ("demo", "inspect", "evaluate", "compress", "sensitivity", "search", "compare", "methods"):
        assert f"\n  {name} " in result.stdout
        assert workbench(name, "--help").exit_code == 0


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
    ],
)
def test_usage_errors_end_with_2(arguments):
    result = workbench(*arguments)
    assert result.exit_code == 2 and result.stdout == "" and "Usage: workbench" in result.stderr
    result = workbench(*arguments, "--json")
    assert result.exit_code == 2 and "Usage: workbench" in result.stderr
    assert json.loads(result.stdout)["error"]["exit_code"] == 2, "a program reads JSON whatever happens"


# -- results -------------------------------------------------------------------------------------------------------


def test_methods():
    known = json.loads(workbench("methods", "--json").stdout)
    methods, stages = known["methods"], known["stages"]
    assert {"prune.magnitude", "quantize.affine", "lowrank.svd", "distill.layer"} <= {m["id"] for m in methods}
    assert all(m["title"] and m["summary"] and m["citation"] and m["family"] in m["id"] for m in methods)
    bits = next(f for m in methods if m["id"] == "quantize.affine" for f in m["fields"] if f["name"] == "bits")
    assert (bits["low"], bits["high"], bits["kind"]) == (2, 8, "int")
    named = json.loads(workbench("methods", "prune.channels", "distill", "--json").stdout)
    assert "prune.channels" in {m["id"] for m in named["methods"]} and "distill" in {m["id"] for m in named["stages"]}
    assert "quantize.affine" not in {m["id"] for m in named["methods"]}
    assert "no method or training stage is called nothing" in workbench("methods", "nothing").stderr
    words = workbench("methods").stdout
    assert all(f"{m['id']}: {m['title']}" in words for m in methods + stages) and "from 2 to 8 bit" in words
    assert {"finetune", "distill"} <= {stage["id"] for stage in stages}
    assert all(f"    {field['name']}" in words for stage in stages for field in stage["fields"])


def test_inspect(here):
    result = json.loads(workbench("inspect", "small.onnx", "--json").stdout)
    model, layers = result["model"], {layer["path"]: layer for layer in result["layers"]}
    assert (model["parameters"], model["opset"], model["macs"]) == (16 * 32 + 32 * 4, 17, 16 * 32 + 32 * 4)
    assert model["bytes"] == (here / "small.onnx").stat().st_size
    assert layers["first"]["shape"] == [16, 32] and layers["first"]["rank"] == 16 and layers["second"]["rank"] == 4
    assert {"op", "dtype", "mean", "std", "min", "max", "sparsity", "stable_rank", "energy_rank_90"} <= set(
        layers["first"]
    )
    words = workbench("inspect", "small.onnx").stdout
    assert "opset 17" in words and "16x32" in words and "512" in words


@pytest.mark.slow
def test_sensitivity(here):
    result = json.loads(workbench("sensitivity", "small.onnx", "--data", "data.npz", "--json").stdout)
    assert {"baseline", "evaluations", "seconds", "layers"} <= set(result) and result["baseline"] == 1.0
    (first, *_), *_ = (layer["candidates"] for layer in result["layers"])
    assert {"action", "bytes", "value", "drop", "predicted_drop"} <= set(first)
    assert first["drop"] == pytest.approx(result["baseline"] - first["value"])
    assert "all values measured on 100 samples" in workbench("sensitivity", "small.onnx", "--data", "data.npz").stdout


@pytest.mark.slow
def test_search(here):
    small = (here / "small.onnx").stat().st_size
    result = json.loads(
        workbench(
            "search",
            "small.onnx",
            "--data",
            "data.npz",
            "--out",
            "out",
            "--max-ratio",
            "0.8",
            "--language",
            "zh_CN",
            "--json",
        ).stdout
    )
    assert result["after"]["bytes"] <= 0.8 * small and result["verified"]["samples"] == 100
    assert all((here / path).exists() for path in result["files"].values())
    assert 'lang="zh' in (here / result["files"]["report"]).read_text(), "the page is in the language asked for"


def test_compare(here):
    asked = ("compare", "small.onnx", "small.onnx", "--data", "data.npz", "--metric", "top1,f1", "--json")
    result = json.loads(workbench(*asked).stdout)
    assert result["agreement"] == 1.0 and result["difference"]["value"] == 0.0 and result["ratio"] == 1.0
    assert result["lost"] == result["won"] == 0 and list(result["metrics"]) == ["top1", "f1"]
    f1 = result["metrics"]["f1"]
    assert (
        f1["a"] == f1["b"] > 0 == f1["difference"]["value"] and result["metrics"]["top1"]["a"] == result["a"]["value"]
    )
    assert (
        "identical predictions: 100.00 %"
        in workbench("compare", "small.onnx", "small.onnx", "--data", "data.npz").stdout
    )
    other = ("compare", "small.onnx", "small.onnx", "--data", "data.npz", "--other-data", "data.npz")
    found = json.loads(workbench(*other, "--json").stdout)["other_data"]
    assert found["first"] == found["second"] == result["a"]["value"] and found["drop"] == found["lost"] == 0.0
    assert "data.npz, 100 samples: A" in workbench(*other).stdout


def test_one_sample_is_said_as_one(here):
    said = workbench("evaluate", "small.onnx", "--data", "data.npz", "--samples", "1").stdout
    assert "measured on 1 sample in" in said


def test_evaluate(here):
    result = json.loads(workbench("evaluate", "small.onnx", "--data", "data.npz", "--json").stdout)
    assert (result["metric"], result["value"], result["samples"]) == ("top-1", 1.0, 100)
    assert result["ci_low"] < 1 and result["ci_high"] == 1
    assert (
        "top-1: 100.00 %, measured on 100 samples" in workbench("evaluate", "small.onnx", "--data", "data.npz").stdout
    )


@pytest.mark.slow
def test_compress(here):
    report = json.loads(workbench(*COMPRESS, "--json").stdout)
    assert set(report) >= {"before", "after", "ratio", "forecast_bytes", "preview_value", "verified", "layers", "files"}
    for side in ("before", "after"):
        assert set(report[side]) == {*("bytes", "value", "parameters", "macs", "latency_ms", "bits_per_weight", "load")}
        load = report[side]["load"]
        assert set(load) == {"seconds", "kept_bytes", "peak_bytes", "run_ms", "batch", "how"} and load["run_ms"] > 0
    file = here / report["files"]["model"]
    assert file.stat().st_size == report["after"]["bytes"] == report["forecast_bytes"]
    assert report["ratio"] == pytest.approx(report["before"]["bytes"] / report["after"]["bytes"])
    assert report["ratio"] > 1
    assert report["verified"]["value"] == report["preview_value"] and report["verified"]["agreement"] == 1
    assert [layer["path"] for layer in report["layers"]] == ["first", "second"]
    assert all(Path(path).is_file() for path in report["files"].values())
    onnx.checker.check_model(str(file))


@pytest.mark.slow
def test_a_recipe_is_read_from_standard_input_and_the_files_are_named(here):
    arguments = ["compress", "small.onnx", "--recipe", "-", "--out", "out", "--name", "tiny", "--json", "--no-timing"]
    report = json.loads(CliRunner().invoke(cli, arguments, input=RECIPE.replace("*", "first")).stdout)
    assert {Path(path).name for path in report["files"].values()} == {"tiny.onnx", "tiny.yaml", "tiny.html"}
    assert "standard input" in sentence(CliRunner().invoke(cli, arguments, input="a: ["))
    windows = RECIPE.replace("\n", "\r\n").encode("utf-8-sig")  # as PowerShell pipes it
    assert CliRunner().invoke(cli, arguments, input=windows).exit_code == 0
    assert "it is not a text file (UTF-8)" in sentence(CliRunner().invoke(cli, arguments, input=b"\xff\xfe"))


def test_how_weights_are_stored_is_said_on_the_command_line(here):
    (here / "four.yaml").write_text('version: 1\nlayers:\n  "*": [{quantize.affine: {bits: 4}}]\n')
    arguments = ("compress", "small.onnx", "--recipe", "four.yaml", "--out", "stored", "--no-timing")
    sizes = {}
    for name, more in (
        ("plain", ("--codes", "off")),
        ("short", ("--codes", "off", "--names", "short", "--sides", "float16")),
    ):
        done = workbench(*arguments, "--name", name, *more)
        assert done.exit_code == 0, done.output
        sizes[name] = (here / "stored" / f"{name}.onnx").stat().st_size
    assert sizes["short"] < sizes["plain"]
    written = (here / "stored" / "short.yaml").read_text()
    assert "names: short" in written and "sides: float16" in written and "storage" not in written


@pytest.mark.slow
def test_compress_in_words(here):
    words = workbench(*COMPRESS).stdout
    for expected in (
        "x smaller (",
        "forecast",
        "verified: the written file was run on 100 samples",
        "measured here",
        "prune.magnitude(sparsity 0.5) + quantize.affine(bits 4)",
        "Written, model: ",
    ):
        assert expected in words


@pytest.mark.slow
def test_the_demo_recipe_keeps_what_the_project_promises(demo, tmp_path):
    """All four families: forecast equals the file, the file equals the preview and runs in stock ONNX Runtime."""
    result = workbench(
        "compress",
        demo.cnn,
        "--data",
        demo.test,
        "--calibration",
        demo.calibration,
        "--json",
        "--recipe",
        demo.cnn.with_name("recipe.yaml"),
        "--out",
        tmp_path / "out",
    )
    report = json.loads(result.stdout)
    families = {name.partition(".")[0] for layer in report["layers"] for action in layer["actions"] for name in action}
    assert families == {"prune", "lowrank", "distill", "quantize"}
    written = Path(report["files"]["model"])
    assert report["forecast_bytes"] == pytest.approx(written.stat().st_size, rel=0.005)
    assert report["verified"]["value"] == pytest.approx(report["preview_value"], abs=0.002)
    assert report["ratio"] > 7 and report["before"]["value"] - report["after"]["value"] < 0.015
    session = onnxruntime.InferenceSession(str(written), providers=["CPUExecutionProvider"])
    with np.load(demo.test) as data:
        answers = session.run(None, {session.get_inputs()[0].name: data["x"][:500].astype(np.float32)})[0].argmax(1)
        assert (answers == data["y"][:500]).mean() == pytest.approx(report["verified"]["value"], abs=0.05)


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
def test_what_does_not_fit_is_told_before_anything_is_measured(here, monkeypatch, command, words):
    (here / "recipe.yaml").write_text("version: 1\nlayers: {first: [{quantize.affine: {bits: 99}}]}\n")
    monkeypatch.setattr(Workspace, "attach", lambda *_given, **_more: pytest.fail("it began to measure"))
    assert words in sentence(workbench(*command, "--json"))


def test_labels_missing_means_fidelity_and_says_so(here):
    with np.load("data.npz") as data:
        np.savez("data.npz", x=data["x"])
    result = json.loads(workbench("evaluate", "small.onnx", "--data", "data.npz", "--json").stdout)
    assert "relative to the original" in result["metric"] and result["value"] == 0
    assert any("choose the metric agreement" in note for note in result["notes"]), "four values may be boxes, or scores"
    more = ("--metric", "agreement", "--json")
    result = json.loads(workbench("evaluate", "small.onnx", "--data", "data.npz", *more).stdout)
    assert "agreement with the original" in result["metric"] and result["value"] == 1


def test_code_runs_only_when_trusted(here):
    (here / "net.py").write_text("open('ran', 'w')\ndef make(): raise SystemExit\n")
    complaint = sentence(workbench("inspect", "net.py:make"))
    assert "net.py" in complaint and not (here / "ran").exists()


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
from workbench.engine.api import export
def verify(*_, **__):
    print("the file is half way", file=sys.stderr, flush=True)
    while True:
        time.sleep(0.05)    # Python's handler runs between steps: one wait without end may begin after the signal came
export.compared = verify
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


# -- the window ----------------------------------------------------------------------------------------------------


@pytest.fixture
def windows(monkeypatch):
    """What the window would have been started with."""
    from workbench.cli import commands as module

    asked = []
    monkeypatch.setattr(module, "show", lambda *given: asked.append(given))
    return asked


def test_without_a_command_the_window_opens(here, windows):
    workbench()
    workbench("small.onnx")
    workbench("small.onnx", "--data", "data.npz", "--recipe", "recipe.yaml", "--trust")
    workbench("--data", "data.npz", "small.onnx")
    assert windows == [
        (None, None, None, False, None, 0),
        ("small.onnx", None, None, False, None, 0),
        ("small.onnx", "data.npz", "recipe.yaml", True, None, 0),
        ("small.onnx", "data.npz", None, False, None, 0),
    ]


def test_demo_opens_the_window_on_the_demo(demo, windows):
    workbench("demo")
    assert windows == [(str(demo.cnn), str(demo.test), None, False, str(demo.calibration))]


@pytest.mark.slow
def test_demo_without_a_window_compresses_and_takes_pictures(demo, tmp_path, monkeypatch):
    from workbench.cli import commands as module

    asked = []
    monkeypatch.setattr(Model, "export", lambda model, recipe, out, **_more: asked.append((model, recipe, out)))
    monkeypatch.setattr(module.output, "print_report", asked.append)
    monkeypatch.setattr(module, "take_pictures", lambda *given: asked.append(given))
    assert workbench("demo", "--headless", "--out", tmp_path).exit_code == 0
    (model, recipe, out), report, pictures = asked
    assert (model.summary.path, out, report) == (str(demo.cnn), str(tmp_path), None)
    assert recipe == str(demo.cnn.with_name("recipe.yaml"))
    assert pictures == (str(demo.cnn), str(demo.test), str(demo.calibration), recipe, tmp_path / "screenshots")


@pytest.mark.parametrize("arguments", [["inspekt"], ["small.onnx", "--data", "nowhere.npz"], ["net.py:make"]])
def test_no_window_for_a_file_that_is_not_there(here, windows, arguments):
    assert "There is no file" in sentence(workbench(*arguments)) and not windows


def test_no_display_is_said_before_qt_aborts(here, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert "There is no display" in sentence(workbench("small.onnx"))
    monkeypatch.setenv("DISPLAY", ":987")
    assert "display :987 does not answer" in sentence(workbench("demo"))


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


def test_a_way_of_storing_that_breaks_the_limit_of_a_search_is_not_taken(here):
    opened = wb.open("small.onnx")
    found = parse_recipe('version: 1\nlayers:\n  "*": [{quantize.affine: {bits: 4}}]\nexport: {names: short}')
    shorter, longer = opened.size(found), opened.size(with_storing(found, {"names": "keep"}))
    assert shorter < longer
    kept, notes = stored_within(opened, found, {"names": "keep"}, Goal(max_bytes=longer - 1))
    assert kept == found and "more than the limit" in notes[0]
    asked, notes = stored_within(opened, found, {"names": "keep"}, Goal(max_bytes=longer))
    assert asked.storing.names == "keep" and not notes
