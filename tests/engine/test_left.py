"""What layers cannot have is one note for each reason, and a recipe without any effect is an error."""

import json

import numpy as np
import onnx
import pytest
from click.testing import CliRunner

from tests.graph.graphs import Build
from workbench.cli.commands import cli
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.api.export import export
from workbench.engine.compile.left_out import Left, notes_on
from workbench.engine.workspace import Workspace

STATIC = "version: 1\nlayers: {'*': [{quantize.static: {}}]}\n"


def test_equal_and_nearly_equal_reasons_are_one_note():
    left = [
        Left("a", "is unchanged", "It has 3 inputs."),
        Left("b", "stays unpruned", "It has 3 inputs."),
        Left("c", "is unchanged", "It has 1,024 inputs."),
        Left("d", "is unchanged", "It reads a."),
    ]
    assert notes_on(left, {"a", "b", "c", "d"}) == (
        "2 layers (a and c): each is unchanged; a: It has 3 inputs.",
        "b stays unpruned: It has 3 inputs.",
        "d is unchanged: It reads a.",
    )
    same = [Left(name, "is unchanged", "It is locked.") for name in "abcde"]
    assert notes_on(same, ()) == ("5 layers (a, b and 3 more): each is unchanged: It is locked.",)
    named = [Left("a", "is unchanged", "It reads b."), Left("c", "is unchanged", "It reads d.")]
    assert notes_on(named, {"a", "b", "c", "d"}) == ("2 layers (a and c): each is unchanged; a: It reads b.",)


@pytest.fixture
def old(tmp_path):
    """A model of opset 11 with six layers, as a file, and its data."""
    b = Build(opset=11)
    x = b.node("Concat", ["x", "x"], "wide", axis=1)
    for index in range(6):
        x = b.node(
            "Gemm",
            [x, b.weight(f"layer{index}.weight", 16, 16), b.weight(f"layer{index}.bias", 16)],
            f"y{index}",
            transB=1,
        )
    onnx.save(b.proto({"x": ["N", 8]}, {x: ["N", 16]}), tmp_path / "old.onnx")
    np.savez(tmp_path / "data.npz", x=b.rng.standard_normal((16, 8)).astype(np.float32))
    (tmp_path / "r.yaml").write_text(STATIC)
    return tmp_path


def compress(folder, *options):
    given = [str(folder / name) for name in ("old.onnx", "data.npz", "r.yaml", "out")]
    result = CliRunner().invoke(
        cli,
        [
            "compress",
            given[0],
            "--data",
            given[1],
            "--recipe",
            given[2],
            "--out",
            given[3],
            "--json",
            "--no-timing",
            *options,
        ],
    )
    return result.exit_code, json.loads(result.stdout)


def test_a_recipe_without_any_effect_is_an_error_that_says_why_once(old):
    code, found = compress(old)
    message = found["error"]["message"]
    assert code == 1 and message.startswith("The recipe changes nothing. 6 layers (layer0, layer1 and 4 more): ")
    assert message.count("needs opset 13, and the model has opset 11") == 1 and "--raise-opset" in message
    assert not (old / "out" / "old_compressed.onnx").exists()
    code, found = compress(old, "--raise-opset")
    assert code == 0 and len(found["layers"]) == 6 and not any("unchanged" in note for note in found["notes"])


def test_a_recipe_with_some_effect_says_once_what_is_left(old):
    (old / "r.yaml").write_text(
        "version: 1\nlayers: {'*': [{quantize.static: {}}], layer0: [{quantize.blockwise: {block: 16}}]}\n"
    )
    code, found = compress(old)
    assert code == 0 and [layer["path"] for layer in found["layers"]] == ["layer0"]
    assert sum(note.startswith("5 layers (layer1, layer2 and 3 more): ") for note in found["notes"]) == 1


def test_an_export_of_such_a_recipe_is_refused_and_one_without_steps_is_not(old):
    workspace = Workspace.open(str(old / "old.onnx"), Job())
    with pytest.raises(UserError, match="changes nothing"):
        export(workspace, parse_recipe(STATIC), str(old / "out"), Job(), timing=False)
    report = export(workspace, parse_recipe("version: 1\nlayers: {}\n"), str(old / "out"), Job(), timing=False)
    assert report.layers == () and report.files["model"]


@pytest.mark.parametrize("second", ["lowrank.cp", "lowrank.spatial", "lowrank.tucker"])
def test_a_step_that_a_named_layer_cannot_have_is_reported_whatever_else_it_has(old, second):
    """What two steps make together is only asked of layers that can have each of them."""
    (old / "r.yaml").write_text(f"version: 1\nlayers: {{layer0: [lowrank.svd, {second}]}}\n")
    code, found = compress(old)
    assert code == 1 and found["error"]["message"].startswith("layer0: Only a ")
    assert found["error"]["message"].endswith("Choose another method.")
