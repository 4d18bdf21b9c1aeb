"""Robustness of a compressed model, measured beside the original on the same corrupted samples."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.data.preprocessing import Rules
from workbench.engine.analysis.compare import compare
from workbench.engine.analysis.elsewhere import _renumbered
from workbench.engine.analysis.robustness import known, of_recipe, robustness
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace


def test_the_clean_row_is_that_of_a_comparison_and_a_model_loses_nothing_against_itself(place, tmp_path):
    first = Workspace.open(str(place / "small.onnx"), Job()).attach(str(place / "test.npz"), Job())
    same = robustness(first, first, Job())
    assert [(row.kind, row.strength) for row in same.rows] == [
        ("clean", 0),
        *((kind, strength) for kind in ("dropped", "noised") for strength in range(1, 6)),
    ]
    assert all(row.drop == row.lost == 0 for row in same.rows)
    assert same.rows[0].first > same.rows[5].first  # half of the features are missing
    export(
        first,
        Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 2}),)),
        str(tmp_path),
        Job(),
        timing=False,
    )
    second = Workspace.open(str(next(tmp_path.glob("*.onnx"))), Job())
    found, plain = robustness(first, second, Job()), compare(first, second, Job())
    assert found.rows[0].drop == pytest.approx(-plain.difference) and found.rows[0].lost == 0
    assert found.rows[5].lost == pytest.approx(found.rows[5].drop - found.rows[0].drop)
    assert found.to_json()["robustness_lost"] == found.lost


@pytest.mark.slow
def test_a_recipe_is_measured_as_it_is_previewed_once_and_told_in_its_report(place, tmp_path):
    workspace = Workspace.open(str(place / "small.onnx"), Job()).attach(str(place / "test.npz"), Job())
    recipe = Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 2}),))
    assert known(workspace, recipe) is None
    told = []
    found = of_recipe(workspace, recipe, Job(updates=told.append))
    assert [len(each.rows) for each in told] == list(range(1, 12)) and told[-1] == found
    assert known(workspace, recipe) is of_recipe(workspace, recipe, Job()) is found
    report = export(workspace, recipe, str(tmp_path), Job(), timing=False)
    assert report.robustness is found and found.rows[0].second == pytest.approx(report.after.value.value)
    page = (tmp_path / "small_compressed.html").read_text(encoding="utf-8")
    assert "Corrupted samples" in page and f"Measured on {found.samples:,} samples" in page
    assert found.at(0) == (found.rows[0].first, found.rows[0].second)
    assert found.at(5)[0] == pytest.approx((found.at(5, "dropped")[0] + found.at(5, "noised")[0]) / 2)


def test_a_part_of_the_samples_is_reported(place):
    workspace = Workspace.open(str(place / "small.onnx"), Job()).attach(str(place / "test.npz"), Job())
    first = len(workspace.measurable().batches()[0])
    for wanted in (first - 4, first + 6):  # not as many as whole batches have
        assert of_recipe(workspace, Recipe(), Job(), samples=wanted).samples == wanted


def test_other_data_are_measured_beside_the_attached_ones(place, tmp_path):
    """On the same samples nothing more is lost; on half of them, and on noise, what is lost there."""
    workspace = Workspace.open(str(place / "small.onnx"), Job()).attach(str(place / "test.npz"), Job())
    recipe = Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 2}),))
    same = of_recipe(workspace, recipe, Job(), other=str(place / "test.npz"))
    other, (clean,) = same.elsewhere, same.rows
    assert (other.first, other.second, other.drop) == pytest.approx((clean.first, clean.second, clean.drop))
    assert other.lost == pytest.approx(0) and other.lost_low < 0 < other.lost_high
    whole = of_recipe(workspace, recipe, Job()).rows[0]
    assert (clean.first, clean.second) == pytest.approx((whole.first, whole.second))
    with np.load(place / "test.npz") as found:
        x, y = found["x"], found["y"]
    noisy = x + 2 * np.random.default_rng(0).normal(size=x.shape).astype(np.float32)
    np.savez(tmp_path / "noisy.npz", x=noisy[:50], y=y[:50])
    there = of_recipe(workspace, recipe, Job(), other=str(tmp_path / "noisy.npz")).elsewhere
    assert there.samples == 50 and there.first < clean.first and there.low <= there.drop <= there.high
    assert there.lost == pytest.approx(there.drop - clean.drop)
    np.savez(tmp_path / "plain.npz", x=x)
    with pytest.raises(UserError, match=r"plain\.npz is measured in .*, the attached data in top-1"):
        of_recipe(workspace, recipe, Job(), other=str(tmp_path / "plain.npz"))
    with pytest.raises(UserError):
        of_recipe(workspace, recipe, Job(), other=str(tmp_path / "nothing.npz"))


@pytest.mark.slow
def test_a_folder_of_pictures_is_read_as_the_attached_one(demo, tmp_path):
    """Four of the ten classes, and the rules of the attached folder, where the alphabet is not the model's order."""
    with np.load(demo.test) as found:
        x, y, names = found["x"][:200, 0], found["y"][:200], [str(name) for name in found["class_names"]]
    names = [name.replace("/", " ") for name in names]
    order = [names.index(name) for name in sorted(names)]
    few = [number for number in range(200) if y[number] in order[3:7]]
    for folder, chosen in (("all", range(200)), ("few", few)):
        for number in chosen:
            file = tmp_path / folder / names[y[number]] / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(x[number] // 2).save(file)
    (tmp_path / "all" / "preprocessing.yaml").write_text(f"scale: 0.5\nclass_order: {order}\n")
    workspace = Workspace.open(str(demo.cnn), Job()).attach(str(tmp_path / "all"), Job())
    own = workspace.measurable()
    assert own.data.classes == tuple(names) and own.baseline().value > 0.8
    recipe = Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 4}),))
    there = of_recipe(workspace, recipe, Job(), other=str(tmp_path / "few")).elsewhere
    expected = own.scores[np.isin(own.data.labels, order[3:7])]
    assert there.samples == len(few) and there.first == pytest.approx(expected.mean())
    assert str(tmp_path / "all" / "preprocessing.yaml") in there.notes[0]
    (tmp_path / "few" / "preprocessing.yaml").write_text(f"class_order: {order[3:7]}\n")
    unlike = of_recipe(workspace, recipe, Job(), other=str(tmp_path / "few")).elsewhere
    assert unlike.first < there.first and str(tmp_path / "few") in unlike.notes[0], "its own file comes first"
    np.savez(tmp_path / "array.npz", x=x[few][:, None] // 2, y=y[few])
    (tmp_path / "array.npz.preprocessing.yaml").write_text("scale: 0.5\n")
    array = of_recipe(workspace, recipe, Job(), other=str(tmp_path / "array.npz")).elsewhere
    assert array.first == pytest.approx(there.first) and array.drop == pytest.approx(there.drop)
    (tmp_path / "few" / "preprocessing.yaml").unlink()
    (tmp_path / "few" / names[order[3]]).rename(tmp_path / "few" / "Hat")
    with pytest.raises(UserError, match="class folders that the attached data do not have: Hat"):
        of_recipe(workspace, recipe, Job(), other=str(tmp_path / "few"))
    nameless = Workspace.open(str(demo.cnn), Job()).attach(str(tmp_path / "array.npz"), Job())
    notes = of_recipe(nameless, recipe, Job(), other=str(tmp_path / "few")).elsewhere.notes
    assert "alphabetical order" in notes[-1]


def test_folders_called_by_numbers_are_classes_with_these_numbers_unless_the_classes_are_called_so(place):
    data = Workspace.open(str(place / "small.onnx"), Job()).attach(str(place / "test.npz"), Job()).data

    def order(own, found):
        return _renumbered(Rules(), replace(data, classes=own), replace(data, classes=found)).class_order

    assert order(("cat", "dog", "owl"), ("1", "owl")) == (1, 2)
    assert order(("cat", "1", "owl"), ("0", "1")) == (0, 1), "a class without a name is called by its number"
    assert order(("10", "11", "12"), ("11", "12")) == (1, 2)
    with pytest.raises(UserError, match="do not have: 0"):
        order(("10", "11", "12"), ("0", "11"))
