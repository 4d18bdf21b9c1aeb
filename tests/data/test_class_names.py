"""Names of classes: read from every kind of data, refused in one sentence, and without a say in the fingerprint."""

import numpy as np
import pytest

from tests.data.test_dataset import IMAGE, X, save
from workbench.core.base.errors import UserError
from workbench.core.base.resources import resource_path
from workbench.core.layer_data.layer import InputSpec
from workbench.data.class_names import LONGEST, name_of, told_apart
from workbench.data.opening import open_dataset

SAMPLES = {"x": np.zeros((3, 1, 4, 4), np.float32), "y": np.array([0, 2, 1])}


def test_the_demo_names_its_classes():
    whole = (InputSpec("x", "float32", (None, 1, 28, 28)),)
    opened = [open_dataset(str(resource_path(f"demo/fashion_{part}.npz")), whole) for part in ("test", "calibration")]
    assert (
        opened[0].classes
        == opened[1].classes
        == ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
    )


def test_names_change_no_fingerprint_and_stay_with_a_part(tmp_path):
    bare = open_dataset(save(tmp_path / "bare.npz", **SAMPLES), X)
    named = open_dataset(save(tmp_path / "named.npz", **SAMPLES, class_names=np.array(["a", "b b", "c"])), X)
    assert bare.classes == () and named.classes == ("a", "b b", "c") and set(named.inputs) == {"x"}
    assert named.fingerprint == bare.fingerprint
    assert named.subset(np.array([1])).classes == named.classes


def test_an_input_of_that_name_stays_an_input(tmp_path):
    specs = (InputSpec("class_names", "float32", (None, 2)),)
    data = open_dataset(save(tmp_path / "d.npz", class_names=np.zeros((4, 2), np.float32)), specs)
    assert data.classes == () and data.samples == 4


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (np.arange(3), "has type int64 and shape"),
        (np.array([["a", "b", "c"]]), ": the array 'class_names' has type"),
        (np.array([], dtype="U1"), ": the array 'class_names' has type"),
        (np.array(["a", " ", "c"]), "name of class 1 is empty"),
        (np.array(["a", "b", "c" * (LONGEST + 1)]), "name of class 2 is empty, longer"),
        (np.array(["a", "\u202eb", "c"]), "name of class 1"),
        (np.array(["a", "b"]), "names 2 classes, but has labels up to 2"),
    ],
)
def test_names_that_are_none_are_refused(tmp_path, names, sentence):
    with pytest.raises(UserError, match=sentence) as raised:
        open_dataset(save(tmp_path / "bad.npz", **SAMPLES, class_names=names), X)
    assert (
        "bad.npz" in raised.value.what
        and "Make class_names a list of strings, one per class, in the order of the class indices; or omit it."
        in raised.value.hint
    )


def test_equal_names_are_distinguished_and_numbers_stand_in():
    assert told_apart(["crane", "crow", "crane"]) == ("crane (0)", "crow", "crane (2)")
    assert [name_of(("a", "b"), number) for number in (1, 2, -1)] == ["b", "2", "-1"]


def test_a_function_may_name_them(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\ndef batches():\n    for i in range(2):\n"
        "        yield {'x': np.zeros((2, 1, 4, 4), np.float32), 'y': np.full(2, i),\n"
        "               'class_names': ['no', 'yes']}\n"
    )
    data = open_dataset(f"{file}:batches", X, trusted=True)
    assert data.classes == ("no", "yes") and data.samples == 4


def test_folders_may_be_called_something_else(tmp_path):
    from PIL import Image

    for name in ("n01", "n02"):
        (tmp_path / name).mkdir()
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / name / "1.png")
    (tmp_path / "preprocessing.yaml").write_text("class_names: {n02: great white shark}\n")
    assert open_dataset(str(tmp_path), IMAGE).classes == ("n01", "great white shark")
    (tmp_path / "preprocessing.yaml").write_text("class_names: [1, 2]\n")
    with pytest.raises(UserError, match=r"preprocessing\.yaml: class_names is not a mapping from folders to names\."):
        open_dataset(str(tmp_path), IMAGE)
