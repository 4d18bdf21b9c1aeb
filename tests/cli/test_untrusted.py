"""The command line on untrusted models and data: inputs that are the same for all samples, outputs without a plain
batch, no data at all, and files that are not what they say."""

import importlib.util
import json
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.cli.conftest import sentence, workbench
from tests.graph.graphs import Build

RECIPE = "version: 1\nlayers: {'*': [{quantize.affine: {bits: 8}}]}\n"
SAMPLES = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A model that takes, beside its samples, a gain, and a state with the batch in the middle; and a recipe."""
    b = Build()
    h = b.node("MatMul", ["x", b.weight("first", 8, 4)], "h")
    kept = b.node("ReduceSum", ["state", b.constant("axes", [0], np.int64)], "kept", keepdims=0)
    b.node("Mul", [b.node("Add", [h, kept], "sum"), "gain"], "y")
    onnx.save(
        b.proto({"x": ["batch", 8], "state": [2, "batch", 4], "gain": []}, {"y": ["batch", 4]}), tmp_path / "model.onnx"
    )
    np.savez(tmp_path / "x.npz", x=SAMPLES)
    np.savez(tmp_path / "all.npz", x=SAMPLES, state=np.zeros((2, 1, 4), np.float32), gain=np.float32(2))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


GIVEN = ("--data", "x.npz", "--input", "state=0", "--input", "gain=2")


def result(*arguments):
    done = workbench(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("data", [GIVEN, ("--data", "all.npz")], ids=["by hand", "in the file"])
def test_every_command_takes_inputs_that_are_the_same_for_all_samples(here, data):
    assert result("evaluate", "model.onnx", *data)["samples"] == 40
    report = result("compress", "model.onnx", *data, "--recipe", "recipe.yaml", "--out", "out", "--no-timing")
    assert report["verified"]["samples"] == 40 and report["verified"]["agreement"] == 1
    assert result("sensitivity", "model.onnx", *data)["layers"]
    assert result("compare", "model.onnx", "out/model_compressed.onnx", *data)["agreement"] > 0.9
    assert result("sweep", "model.onnx", *data, "--values", "0.5")["points"]
    assert result("search", "model.onnx", *data, "--max-drop", "50", "--out", "found")["verified"]["samples"] == 40


def test_inputs_that_are_missing_or_do_not_fit_are_named(here):
    assert "no array 'state'" in sentence(workbench("evaluate", "model.onnx", "--data", "x.npz"))
    assert "--input state=VALUE" in sentence(workbench("evaluate", "model.onnx", "--data", "x.npz"))
    assert "no input 'nope'" in sentence(workbench("evaluate", "model.onnx", *GIVEN, "--input", "nope=1"))
    assert "'two' is not a number" in sentence(workbench("evaluate", "model.onnx", *GIVEN, "--input", "gain=two"))
    assert workbench("evaluate", "model.onnx", *GIVEN, "--input", "gain").exit_code == 2


@pytest.mark.slow
def test_compress_without_data(here):
    report = result("compress", "model.onnx", "--recipe", "recipe.yaml", "--out", "out", "--input", "gain=2")
    assert report["data"] == "no data: not measured" and report["ratio"] > 0
    assert report["verified"] == {"value": None, "agreement": None, "max_abs_diff": 0.0, "samples": 0, "change": None}
    words = workbench("compress", "model.onnx", "--recipe", "recipe.yaml", "--out", "out", "--no-timing").stdout
    assert "synthetic inputs" in words and "decides as" not in words
    (here / "recipe.yaml").write_text("version: 1\nlayers: {'*': [quantize.gptq]}\n")
    refused = workbench("compress", "model.onnx", "--recipe", "recipe.yaml", "--out", "none")
    assert "quantize.gptq on first needs data" in sentence(refused) and not list((here / "none").glob("*.onnx"))


def test_what_is_measured_is_reported(here):
    b = Build()
    h = b.node("MatMul", ["x", b.weight("first", 8, 4)], "h")
    b.node("Transpose", [h], "turned", perm=[1, 0])
    b.node("ReduceMean", [h], "mean", keepdims=0)
    onnx.save(b.proto({"x": ["N", 8]}, {"mean": [], "turned": [4, "N"]}), here / "turned.onnx")
    said = result("evaluate", "turned.onnx", "--data", "x.npz")
    assert said["output"] == "turned" and {
        "The measured output is 'turned' (samples along axis 1).",
        "Not measured: 'mean' (has no batch axis).",
    } <= set(said["notes"])
    assert "Note: Not measured: 'mean'" in workbench("evaluate", "turned.onnx", "--data", "x.npz").stdout


def test_files_that_are_not_what_they_say_end_in_one_sentence(here):
    lines = ["version:", "- &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"- &a{level} [{','.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 9)]
    (here / "bomb.yaml").write_text("\n".join(lines))
    refused = workbench("compress", "model.onnx", *GIVEN, "--recipe", "bomb.yaml", "--out", "out")
    assert "bomb.yaml is not valid YAML" in sentence(refused)
    for name, entry in (("torn", b"\x93NUMPY\x01\x00\xff"), ("empty", b"")):
        with zipfile.ZipFile(here / f"{name}.npz", "w") as archive:
            archive.writestr("x.npy", entry)
        assert f"{name}.npz is not a readable .npz archive" in sentence(
            workbench("evaluate", "model.onnx", "--data", f"{name}.npz")
        )


@pytest.mark.slow
@pytest.mark.needs("silero-vad==6.2.3")
def test_a_speech_detector_with_a_state_and_a_sampling_rate(here):
    place = importlib.util.find_spec("silero_vad")
    models = Path(place.submodule_search_locations[0]) / "data"
    sound = np.random.default_rng(0).standard_normal((32, 512)) * np.geomspace(1e-3, 1, 32)[:, None]
    np.savez(here / "sound.npz", x=sound.astype(np.float32))
    given = ("--data", "sound.npz", "--input", "state=0", "--input", "sr=16000")
    said = result("evaluate", models / "silero_vad.onnx", *given)
    assert said["output"] == "output" and said["samples"] == 32 and "'stateN'" in said["notes"][1]
    report = result(
        "compress",
        models / "silero_vad_16k_op15.onnx",
        *given,
        "--recipe",
        "recipe.yaml",
        "--out",
        "out",
        "--no-timing",
    )
    assert report["ratio"] > 1.5 and report["verified"]["samples"] == 32
