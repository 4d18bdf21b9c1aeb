"""The command line as scripts see it: exit codes, one sentence, one JSON object."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner

import workbench as wb
from tests.cli.conftest import COMPRESS, RECIPE, sentence, workbench
from workbench.cli.commands import cli
from workbench.cli.options import with_storing
from workbench.cli.search import stored_within
from workbench.core.analysis.plan import Goal
from workbench.core.recipe.recipe import parse_recipe

# -- usage ---------------------------------------------------------------------------------------------------------


def test_help_names_every_command():
    result = workbench("--help")
    assert result.exit_code == 0
    for name in ("demo", "inspect", "evaluate", "compress", "sensitivity", "search", "compare", "methods"):
        assert f"\n  {name} " in result.stdout
        assert workbench(name, "--help").exit_code == 0


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


def test_sensitivity_of_blocks_says_what_was_estimated(capsys):
    from tests.figures import TOP1
    from workbench.cli.analysis import _print_sensitivity
    from workbench.core.analysis.sensitivity import Scan, Trial
    from workbench.core.recipe.action import Action

    stack = (Action("quantize.affine", {"bits": 4}),)
    stacks = dict.fromkeys(("blocks.0.up", "blocks.0.down"), stack)
    trial = Trial("blocks.0.up", stack, stacks, 90, 0.2, block="blocks.0")
    _print_sensitivity(Scan(TOP1, 0.9, 100, (trial,), 1, kind="loss", estimated=True), 1.0)
    words = capsys.readouterr().out
    assert "blocks.0: 2 layers" in words and "loss +0.2" in words
    assert "only estimated, in one pass over the blocks: 1." in " ".join(words.split())


@pytest.mark.slow
def test_sensitivity(here):
    result = json.loads(workbench("sensitivity", "small.onnx", "--data", "data.npz", "--json").stdout)
    assert {"baseline", "evaluations", "seconds", "layers"} <= set(result) and result["baseline"] == 1.0
    (first, *_), *_ = (layer["candidates"] for layer in result["layers"])
    assert {"action", "bytes", "value", "drop", "predicted_drop"} <= set(first)
    assert first["drop"] == pytest.approx(result["baseline"] - first["value"])
    assert "all values measured on 100 samples" in workbench("sensitivity", "small.onnx", "--data", "data.npz").stdout
    other = sentence(workbench("sensitivity", "small.onnx", "--data", "data.npz", "--calibration", "none.npz"))
    assert "none.npz" in other


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


@pytest.mark.slow
def test_a_search_without_time_says_what_it_left(here):
    result = workbench(
        "search", "small.onnx", "--data", "data.npz", "--out", "out", "--max-ratio", "0.01", "--time", "0.00001"
    )
    assert result.exit_code == 1 and "Least that was measured: nothing." in result.stderr
    assert "The time limit was reached. Not predicted: " in result.stderr


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


def test_one_sample_is_reported_as_one(here):
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


def test_how_weights_are_stored_is_reported_on_the_command_line(here):
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


# -- the window ----------------------------------------------------------------------------------------------------


def test_a_way_of_storing_that_breaks_the_limit_of_a_search_is_not_taken(here):
    opened = wb.open("small.onnx")
    found = parse_recipe('version: 1\nlayers:\n  "*": [{quantize.affine: {bits: 4}}]\nexport: {names: short}')
    shorter, longer = opened.size(found), opened.size(with_storing(found, {"names": "keep"}))
    assert shorter < longer
    kept, notes = stored_within(opened, found, {"names": "keep"}, Goal(max_bytes=longer - 1))
    assert kept == found and "more than the limit" in notes[0]
    asked, notes = stored_within(opened, found, {"names": "keep"}, Goal(max_bytes=longer))
    assert asked.storing.names == "keep" and not notes
