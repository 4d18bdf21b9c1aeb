"""Samples that stay in their files give what they would give in memory, and files that change meanwhile a sentence."""

import os

import numpy as np
import pytest
from PIL import Image

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.layer_data.layer import InputSpec
from workbench.data.columns import Lazy, Stored
from workbench.data.opening import open_dataset
from workbench.data.readers import images, npy_file
from workbench.engine.workspace import Workspace

X = (InputSpec("x", "float32", (None, 3, 8, 8)),)
RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (50, 3, 8, 8), np.uint8)
LABELS = np.arange(50) % 5


@pytest.fixture
def streamed(monkeypatch):
    """Every array is large, and no decoded picture is kept."""
    monkeypatch.setattr(npy_file, "LARGE", 0)
    monkeypatch.setattr(images, "KEPT", 0)


def saved(path, values=PIXELS):
    if path.suffix == ".npy":
        np.save(path, values)
        np.save(path.with_name("y.npy"), LABELS)
    else:
        np.savez(path, x=values, y=LABELS)
    return str(path)


@pytest.mark.parametrize("name", ["d.npz", "d.npy"])
@pytest.mark.parametrize("kind", [np.uint8, np.float32, ">f8"])
def test_arrays_in_files_are_those_in_memory(tmp_path, monkeypatch, name, kind):
    file = saved(tmp_path / name, PIXELS.astype(kind))
    whole = open_dataset(file, X)
    monkeypatch.setattr(npy_file, "LARGE", 0)
    parts = open_dataset(file, X)
    assert isinstance(parts.inputs["x"], Stored) and not isinstance(whole.inputs["x"], Lazy)
    assert parts.fingerprint == whole.fingerprint and parts.inputs["x"].dtype == np.dtype(kind)
    chosen = np.array([7, 8, 9, 3, 49, 0])
    for part in (slice(0, 5), slice(40, 60), chosen):
        np.testing.assert_array_equal(parts.feeds(part)["x"], whole.feeds(part)["x"])
    np.testing.assert_array_equal(parts.labels, LABELS)
    few, same = parts.subset(chosen), whole.subset(chosen)
    assert few.fingerprint == same.fingerprint
    np.testing.assert_array_equal(few.subset(np.array([2, 1])).feeds(slice(None))["x"], PIXELS[[9, 8]])


def test_arrays_that_lie_column_by_column_are_read_as_they_are(tmp_path, streamed):
    file = saved(tmp_path / "d.npz", np.asfortranarray(PIXELS))
    np.testing.assert_array_equal(open_dataset(file, X).feeds(slice(3, 5))["x"], PIXELS[3:5])


def test_values_that_no_model_takes_are_found_where_they_are_read(tmp_path, streamed):
    values = PIXELS.astype(np.float32)
    values[40, 0, 0, 0] = np.nan
    data = open_dataset(saved(tmp_path / "d.npz", values), X)
    assert data.feeds(slice(0, 40))["x"].shape == (40, 3, 8, 8)
    with pytest.raises(UserError, match="some values of the array 'x' are NaN or infinite"):
        data.feeds(slice(40, 41))


@pytest.mark.parametrize("name", ["d.npz", "d.npy"])
def test_a_file_that_is_cut_short_meanwhile_ends_in_a_sentence(tmp_path, streamed, name):
    file = saved(tmp_path / name)
    data = open_dataset(file, X)
    os.truncate(file, 1000)
    with pytest.raises(UserError, match=rf"{name} was changed while it was read") as raised:
        data.feeds(slice(40, 50))
    assert raised.value.hint


@pytest.fixture
def folder(tmp_path):
    for number, pixels in enumerate(PIXELS):
        place = tmp_path / "pictures" / f"class {LABELS[number]}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.transpose(1, 2, 0)).save(place / f"{number:02}.png")
    (tmp_path / "pictures" / "preprocessing.yaml").write_text("mean: [0.4, 0.5, 0.6]\nstd: 0.2\n")
    return tmp_path / "pictures"


def test_pictures_that_are_read_again_are_those_that_are_kept(folder, monkeypatch):
    kept = open_dataset(str(folder), X)
    monkeypatch.setattr(images, "KEPT", 0)
    again = open_dataset(str(folder), X)
    order = np.array([49, 0, 20, 21])
    np.testing.assert_array_equal(again.feeds(order)["x"], kept.feeds(order)["x"])
    np.testing.assert_array_equal(next(iter(again.ahead([order])))["x"], kept.feeds(order)["x"])
    assert again.fingerprint == kept.fingerprint and again.samples == 50
    assert kept.inputs["x"].base.pixels(3) is kept.inputs["x"].base.pixels(3)
    assert again.inputs["x"].base.pixels(3) is not again.inputs["x"].base.pixels(3)


def test_what_is_read_ahead_comes_in_order_and_its_errors_where_it_is_wanted(folder, streamed):
    data = open_dataset(str(folder), X)
    whole = data.feeds(slice(None))["x"]
    parts = [slice(start, start + 7) for start in range(0, 50, 7)]
    np.testing.assert_array_equal(np.concatenate([feeds["x"] for feeds in data.ahead(parts)]), whole)
    data.inputs["x"].base.files[10].write_bytes(b"no picture any more")
    ahead = data.ahead(parts)
    np.testing.assert_array_equal(next(ahead)["x"], whole[:7])
    with pytest.raises(UserError, match="is not a readable image"):
        next(ahead)["x"]


def test_a_picture_is_turned_as_its_exif_data_says(tmp_path):
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[0] = 255  # the upper row
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees, clockwise: the upper row is the right column
    (tmp_path / "a").mkdir()
    Image.fromarray(pixels).save(tmp_path / "a" / "0.png", exif=exif)
    values = open_dataset(str(tmp_path), X).feeds(slice(None))["x"][0, 0]
    np.testing.assert_array_equal(values, pixels[:, ::-1, 0].T[:, ::-1] / np.float32(255))
    assert values[:, -1].min() == 1 and values[:, :-1].max() == 0


@pytest.mark.slow
def test_the_demo_measures_the_same_from_its_file(tmp_path, streamed, monkeypatch):
    with np.load(resource_path("demo/fashion_test.npz")) as demo:
        np.savez(tmp_path / "demo.npz", x=demo["x"][:400], y=demo["y"][:400])
    model = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    parts = model.attach(str(tmp_path / "demo.npz"), Job())
    monkeypatch.setattr(npy_file, "LARGE", 1 << 30)
    whole = model.attach(str(tmp_path / "demo.npz"), Job())
    assert isinstance(parts.data.inputs[parts.data.specs[0].name], Stored)
    np.testing.assert_array_equal(parts.evaluator.scores, whole.evaluator.scores)
    assert parts.data_summary().fingerprint == whole.data_summary().fingerprint
