"""Targets on the command line: listed with their sources, what a recipe has that one does not take; times of layers."""

import json

import pytest

import workbench as wb
from tests.cli.conftest import COMPRESS, sentence, workbench
from workbench.core.recipe.recipe import load_recipe
from workbench.core.targets.reading import all_targets, target_here


def test_targets_are_listed_with_their_sources():
    result = workbench("targets")
    assert result.exit_code == 0
    for target in wb.list_targets():
        assert target.id in result.output and target.source in result.output
    assert not target_here() or f"* {target_here()}" in result.output


def test_one_is_shown_with_its_rules():
    result = workbench("targets", "ethos-u")
    assert "Conv, ConvTranspose, MatMul, Gemm\n  weights" in result.output
    assert "8-bit integers, symmetric, per tensor or channel" in result.output
    assert "What no rule allows is moved to the CPU." in result.output and "1.28e+11 MACs/s" in result.output
    assert "multiples of 8 in, 8 out" in workbench("targets", "tensorrt").output
    assert "There is no target 'toaster'" in sentence(workbench("targets", "toaster"))


def test_as_json_they_are_values():
    document = json.loads(workbench("targets", "--json").stdout)
    assert [each["id"] for each in document["targets"]] == list(all_targets())
    assert document["here"] == target_here()
    conv = next(each for each in document["targets"] if each["id"] == "tensorrt")["rules"]["Conv"]
    assert conv["outputs"] == 8 and conv["weights"][0]["symmetric"] is True


def test_inspect_tells_what_a_target_takes_of_each_layer(here):
    document = json.loads(workbench("inspect", "small.onnx", "--target", "webgpu", "--json").stdout)
    assert [row["layer"] for row in document["target"]] == ["first", "second"]
    assert document["target"][0]["weights"].startswith("4-bit integers, per group, groups of 16")
    assert "MatMul, 2 layers" in workbench("inspect", "small.onnx", "--target", "webgpu").output
    assert "target" not in json.loads(workbench("inspect", "small.onnx", "--json").stdout)


@pytest.mark.slow
def test_a_compression_says_what_its_target_does_not_take_and_the_recipe_keeps_it(here):
    result = workbench(*COMPRESS, "--target", "xnnpack", "--json")
    target = json.loads(result.stdout)["target"]
    assert (target["title"], target["how"]) == ("XNNPACK, by ExecuTorch", "by rule")
    found = {each["layer"]: each for each in target["not_taken"]}
    assert "weights are not quantised without activations" in found["first"]["reason"]
    assert "4 bits" not in found["second"]["reason"] or "8 bits" in found["second"]["reason"]
    assert found["second"]["step"] == {"quantize.affine": {"bits": 4}} and found["second"]["source"]
    written = here / "out" / "small_compressed.yaml"
    assert load_recipe(written).target == "xnnpack"
    again = json.loads(workbench(*COMPRESS[:-3], written, "--out", "again", "--json").stdout)
    assert again["target"] == target  # the recipe's own
    plain = json.loads(workbench(*COMPRESS[:-1], "plain", "--json").stdout)
    assert plain["target"] is None
    assert "Target: XNNPACK" in workbench(*COMPRESS, "--target", "xnnpack").output


@pytest.mark.slow
def test_a_recipe_for_a_target_that_is_not_installed_is_still_good(here):
    recipe = here / "recipe.yaml"
    recipe.write_text(recipe.read_text() + "target: toaster\n")
    document = json.loads(workbench(*COMPRESS, "--json").stdout)
    assert any("toaster is not installed" in note for note in document["notes"])
    assert "no target" in sentence(workbench(*COMPRESS, "--target", "oven"))


def test_the_library_checks_without_running_anything(here):
    model = wb.open("small.onnx")
    recipe = wb.Recipe({"*": [wb.step("quantize.codebook", bits=4)]}, target="tensorrt")
    assert [finding.path for finding in model.not_taken(recipe)] == ["first", "second"]
    assert model.not_taken(recipe, "ort-cpu") == ()
    with pytest.raises(wb.UserError, match="no target 'oven'"):
        model.not_taken(recipe, "oven")


@pytest.mark.slow
def test_layers_are_timed_beside_what_a_recipe_makes_of_them(here):
    document = json.loads(workbench("profile", "small.onnx", "--recipe", "recipe.yaml", "--batch", 2, "--json").stdout)
    assert [row["path"] for row in document["layers"]] == ["first", "second", ""]
    assert document["layers"][0]["before"]["median"] > 0 and document["layers"][0]["after"]["median"] > 0
    assert document["batch"] == 2 and document["made_up"] is True and document["load_after"]["seconds"]["median"] > 0
    result = workbench("profile", "small.onnx", "--data", "data.npz")
    assert "whole run" in result.output and "Loading, original" in result.output
    assert "compressed" not in result.output, "there is no recipe to compare with"
    assert "inputs of the data" in result.output and "nergy" in result.output
