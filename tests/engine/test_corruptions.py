"""Corrupted samples: in their range, repeatable, and farther from the clean ones with each strength."""

import numpy as np
import pytest

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import InputSpec
from workbench.data.dataset import Dataset
from workbench.engine.analysis.corruptions import STRENGTHS, corruptions

rng = np.random.default_rng(0)
SMOOTH = np.add.outer(np.linspace(0, 1, 16), np.linspace(0, 2, 16)).astype(np.float32)


def data(name: str, x: np.ndarray) -> Dataset:
    kind = "float32" if x.dtype.kind == "f" else "int64"
    return Dataset("x.npz", {name: x}, (InputSpec(name, kind, (None, *x.shape[1:])),), None)


@pytest.mark.parametrize("shape", [(12, 3, 16, 16), (12, 16, 16, 3), (12, 1, 16, 16)])
def test_images(shape):
    plane = SMOOTH[None, :, :, None] if shape[-1] == 3 else SMOOTH[None, None]
    samples = data("image", (plane + 0.1 * rng.random(shape) - 1).astype(np.float32))
    feeds = samples.feeds(slice(0, 12))
    found = corruptions(samples)
    assert [each.kind for each in found] == ["noise", "blur", "contrast", "jpeg"]
    for each in found:
        moved = []
        for strength in range(1, STRENGTHS + 1):
            image = each(feeds, strength, 7)["image"]
            np.testing.assert_array_equal(image, each(feeds, strength, 7)["image"])
            assert image.dtype == np.float32 and image.shape == shape
            assert image.min() >= feeds["image"].min() - 1e-4 and image.max() <= feeds["image"].max() + 1e-4
            moved.append(float(np.square(image - feeds["image"]).mean()))
        assert moved[0] > 0 and moved[-1] > 1.2 * moved[0], each.kind


def test_numbers_are_dropped_and_noised():
    samples = data("x", rng.normal(3, 2, (400, 6)).astype(np.float32))
    feeds = samples.feeds(slice(0, 400))
    dropped, noised = corruptions(samples)
    x = dropped(feeds, 5, 0)["x"]
    assert 0.4 < (x != feeds["x"]).mean() < 0.6 and np.unique(x[x != feeds["x"]]).size == 6  # the means
    assert 1.3 < (noised(feeds, 5, 0)["x"] - feeds["x"]).std() < 1.9


@pytest.mark.parametrize("x", [np.ones((1, 6), np.float32), np.ones((1, 8), np.int64)], ids=["numbers", "tokens"])
def test_one_sample_has_no_other_to_be_corrupted_with(x):
    """It would stay unchanged, and any model would seem robust."""
    with pytest.raises(UserError, match="at least two samples"):
        corruptions(data("x", x))
    assert len(corruptions(data("image", np.broadcast_to(SMOOTH, (1, 3, 16, 16)).copy()))) == 4


def test_tokens_are_replaced_and_masks_stay():
    ids, mask = rng.integers(0, 50, (30, 8)), np.ones((30, 8), np.int64)
    both = Dataset(
        "x.npz",
        {"input_ids": ids, "attention_mask": mask},
        (InputSpec("input_ids", "int64", (None, 8)), InputSpec("attention_mask", "int64", (None, 8))),
        None,
    )
    (replaced,) = corruptions(both)
    feeds = replaced(both.feeds(slice(0, 30)), 4, 1)
    assert 0.15 < (feeds["input_ids"] != ids).mean() < 0.4 and (feeds["attention_mask"] == 1).all()
    with pytest.raises(UserError, match="No corruption"):
        corruptions(data("attention_mask", mask))
