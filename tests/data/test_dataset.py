"""Data sets: good ones open, bad ones are refused in one sentence that names the file and the hint."""

import pickle

import numpy as np
import pytest

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import InputSpec
from workbench.data.opening import open_dataset

X = (InputSpec("x", "float32", (None, 1, 4, 4)),)
IMAGE = (InputSpec("image", "float32", (None, 3, 8, 8)),)


def save(path, **arrays):
    np.savez_compressed(path, **arrays)
    return str(path)


def test_integers_are_cast_and_not_rescaled(tmp_path):
    file = save(tmp_path / "d.npz", x=np.full((5, 1, 4, 4), 200, np.uint8), y=np.arange(5))
    data = open_dataset(file, X)
    assert data.samples == 5 and data.labels.tolist() == [0, 1, 2, 3, 4]
    (feed,) = data.feeds(slice(1, 3)).values()
    assert feed.dtype == np.float32 and feed.shape == (2, 1, 4, 4) and (feed == 200).all()


def test_the_only_input_may_be_called_x(tmp_path):
    file = save(tmp_path / "d.npz", x=np.zeros((2, 3, 8, 8), np.float32))
    assert set(open_dataset(file, IMAGE).feeds(slice(None))) == {"image"}
    assert open_dataset(file, IMAGE).labels is None


def test_batches_end_with_what_is_left(tmp_path):
    file = save(tmp_path / "d.npz", x=np.zeros((10, 1, 4, 4), np.float32))
    data = open_dataset(file, X)
    assert [len(batch["x"]) for batch in data.batches(4)] == [4, 4, 2]
    assert [len(batch["x"]) for batch in data.batches(4, limit=5)] == [4, 1]


def test_fingerprint_follows_the_content(tmp_path):
    same = [
        open_dataset(save(tmp_path / f"{i}.npz", x=np.full((2, 1, 4, 4), value, np.float32)), X).fingerprint
        for i, value in enumerate((1, 1, 2))
    ]
    assert same[0] == same[1] != same[2]


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x": np.zeros((2, 1, 5, 4), np.float32)}, "takes float32 of 1 x 4 x 4"),
        ({"x": np.zeros((2, 16), np.float32)}, "takes float32 of 1 x 4 x 4"),
        ({"z": np.zeros((2, 1, 4, 4), np.float32)}, "no array 'x'"),
        ({"x": np.zeros((2, 1, 4, 4), np.float32), "y": np.zeros(3)}, "different lengths"),
        ({"x": np.zeros((0, 1, 4, 4), np.float32)}, "has no samples"),
        ({"x": np.zeros((2, 1, 4, 4), np.float32), "y": np.int64(3)}, "different lengths"),
        ({"x": np.full((1, 1, 4, 4), np.nan, np.float32)}, ": some values of the array '"),
        ({"x": np.zeros((1, 1, 4, 4), np.float32), "y": np.array([np.nan])}, "are NaN or infinite."),
        ({"x": np.array([["a"]])}, "takes float32"),
        ({"y": np.zeros(3)}, "no array 'x'"),
    ],
)
def test_data_that_does_not_fit_is_named(tmp_path, arrays, sentence):
    file = save(tmp_path / "bad.npz", **arrays)
    with pytest.raises(UserError, match=sentence) as raised:
        open_dataset(file, X)
    assert "bad.npz" in raised.value.what and raised.value.hint


def test_an_input_that_is_one_value_for_all_samples_is_fed_as_it_is(tmp_path):
    file = save(tmp_path / "data.npz", x=np.zeros((2, 1, 4, 4), np.float32), rate=np.int64(16000))
    feeds = open_dataset(file, (*X, InputSpec("rate", "int64", ()))).feeds(slice(0, 1))
    assert feeds["x"].shape == (1, 1, 4, 4) and feeds["rate"].shape == () and feeds["rate"] == 16000


def test_pickled_objects_are_not_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    np.savez(tmp_path / "trap.npz", x=np.array([Trap()], dtype=object))
    with pytest.raises(UserError, match="pickled"):
        open_dataset(str(tmp_path / "trap.npz"), X)
    (tmp_path / "plain.npz").write_bytes(pickle.dumps([1, 2, 3]))
    with pytest.raises(UserError, match=r"plain\.npz"):
        open_dataset(str(tmp_path / "plain.npz"), X)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_broken_archives(tmp_path, content):
    (tmp_path / "broken.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"broken\.npz"):
        open_dataset(str(tmp_path / "broken.npz"), X)


def test_missing_and_unknown_files(tmp_path):
    with pytest.raises(UserError, match="no file"):
        open_dataset(str(tmp_path / "none.npz"), X)
    (tmp_path / "data.rows").write_text("1,2")
    with pytest.raises(UserError, match="not a data set"):
        open_dataset(str(tmp_path / "data.rows"), X)


def test_a_function_runs_only_when_trusted(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\ndef batches():\n    for i in range(3):\n"
        "        yield np.full((2, 1, 4, 4), i, np.float32), np.full(2, i)\n"
    )
    with pytest.raises(UserError, match="runs code"):
        open_dataset(f"{file}:batches", X)
    data = open_dataset(f"{file}:batches", X, trusted=True)
    assert data.samples == 6 and data.labels.tolist() == [0, 0, 1, 1, 2, 2]
    with pytest.raises(UserError, match="no function other"):
        open_dataset(f"{file}:other", X, trusted=True)


def test_class_folders_of_images(tmp_path):
    from PIL import Image

    for name, level in (("boots", 0), ("ankle", 255)):
        (tmp_path / name).mkdir()
        Image.fromarray(np.full((16, 16, 3), level, np.uint8)).save(tmp_path / name / "1.png")
    data = open_dataset(str(tmp_path), IMAGE)
    assert data.classes == ("ankle", "boots") and data.labels.tolist() == [0, 1]
    np.testing.assert_allclose(data.inputs["image"][0], 1.0)
    (tmp_path / "preprocessing.yaml").write_text("mean: [0.5, 0.5, 0.5]\nstd: [0.25, 0.25, 0.25]\n")
    np.testing.assert_allclose(open_dataset(str(tmp_path), IMAGE).inputs["image"][0], 2.0)
    (tmp_path / "preprocessing.yaml").write_text("sizes: 3\n")
    with pytest.raises(UserError, match="unknown"):
        open_dataset(str(tmp_path), IMAGE)


def test_rules_without_effect_on_arrays_are_named(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.zeros((2, 3, 8, 8), np.float32))
    (tmp_path / "d.npz.preprocessing.yaml").write_text("size: [8, 8]\nscale: 2\nlength: 3\n")
    notes = open_dataset(str(tmp_path / "d.npz"), IMAGE).notes
    assert [note.arguments["names"] for note in notes if "names" in note.arguments] == ["size, length"]


def test_reading_pictures_tells_how_far_it_is_and_can_be_stopped(tmp_path):
    from PIL import Image

    (tmp_path / "a").mkdir()
    for index in range(4):
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a" / f"{index}.png")
    told = []
    open_dataset(str(tmp_path), IMAGE, job=Job(told.append, interval=0.0))
    assert [progress.fraction for progress in told[:4]] == [0.0, 0.25, 0.5, 0.75]
    assert told[0].text == "reading the images"
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        open_dataset(str(tmp_path), IMAGE, job=job)


def test_pictures_of_which_no_batch_fits_the_memory_are_refused_in_one_sentence(tmp_path):
    from PIL import Image

    (tmp_path / "a").mkdir()
    for index in range(400):
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a" / f"{index}.png")
    (tmp_path / "preprocessing.yaml").write_text("size: [16384, 16384]\n")
    free = (InputSpec("image", "float32", (None, 3, None, None)),)
    with pytest.raises(
        UserError, match=r"a batch of images of 16384 x 16384 needs 206 GB of memory, more than is available\."
    ):
        open_dataset(str(tmp_path), free)


def test_an_unreadable_image_is_named(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "bad.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"bad\.png"):
        open_dataset(str(tmp_path), IMAGE)
