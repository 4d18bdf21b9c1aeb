"""Folders of pictures from anywhere: what is no picture, or asks for too much, is refused by name before it is read."""

import os
import shutil
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import InputSpec
from workbench.data.opening import open_dataset

IMAGE = (InputSpec("image", "float32", (None, 3, 8, 8)),)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "pictures"
    for name in ("cat", "dog"):
        (place / name).mkdir(parents=True)
        Image.fromarray(np.full((10, 12, 3), 51, np.uint8)).save(place / name / "0.png")
    return place


def png(width: int, height: int) -> bytes:
    """A picture that says it has this size, and has no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n(hello) show showpage\n%%EOF\n", "is not a readable image"),
        (b"GIF89a", "is not a readable image"),
        (b"", "is not a readable image"),
        (png(8, 8), "is not a readable image"),
        (png(8193, 8192), "more than 67,108,864 pixels"),
        (png(60_000, 60_000), "more than 67,108,864 pixels"),
    ],
    ids=["PostScript", "GIF", "empty", "cut short", "large", "huge"],
)
def test_what_is_no_picture_or_too_large_is_named(folder, content, sentence):
    (folder / "cat" / "1.png").write_bytes(content)
    with pytest.raises(UserError, match=sentence) as raised:
        open_dataset(str(folder), IMAGE)
    assert str(folder / "cat" / "1.png") in raised.value.what


def test_pipes_devices_and_links_to_elsewhere_are_named(folder, tmp_path):
    outside = tmp_path / "secret.png"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(outside)
    odd = folder / "cat" / "1.png"
    for make, sentence in (
        (lambda: os.mkfifo(odd), "is not a file"),
        (lambda: odd.symlink_to("/dev/zero"), "outside the folder"),
        (lambda: odd.symlink_to(outside), "outside the folder"),
        (lambda: odd.symlink_to(odd), "cannot be read"),
        (lambda: odd.symlink_to(folder / "none.png"), "cannot be read"),
    ):
        make()
        with pytest.raises(UserError, match=sentence) as raised:
            open_dataset(str(folder), IMAGE)
        assert str(odd) in raised.value.what
        odd.unlink()
    odd.symlink_to(folder / "dog" / "0.png")
    assert open_dataset(str(folder), IMAGE).samples == 3


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ("crop: .inf", "crop is inf"),
        ("crop: .nan", "crop is nan"),
        ("crop: -1", "crop is -1"),
        ("crop: 2", "crop is 2"),
        ("crop: 2001-99-99", "crop is '2001-99-99'"),
        ("crop: [1, 2]", r"crop is \[1, 2\]"),
        ("crop: true", "crop is True"),
        ("std: [1, 2]", "std has 2 numbers, but the model takes 3 channels"),
        ("std: [0, 0]", r"std is \[0, 0\]"),
        ("std: 1e-45", r"std is 1e-45; it must be a positive number"),
        ("scale: 1e-320", r"scale is 1e-320; it must be a positive number"),
        ("std: []", r"std is \[\]"),
        ("mean: .nan", "mean is nan"),
        ("mean: a", "mean is 'a'"),
        ("mean: {}", "mean is {}"),
        ("scale: nhwc", "scale is 'nhwc'"),
        ("scale: 0", "scale is 0"),
        ("size: 'x'", "size is 'x'"),
        ("size: [0, 8]", r"size is \[0, 8\]"),
        ("size: [8]", r"size is \[8\]"),
        ("size: [99999, 8]", "up to 16,384"),
        ("layout: [nchw]", r"layout is \['nchw'\]"),
        ("layout: nhwc", "takes 8 channels"),
        ("[1]", "it is not a mapping"),
        ("sizes: 1", "has unknown keys: sizes."),
        ("scale: " + "9" * 5000, "a number has 5,000 characters"),
        ("a: " + "[" * 60 + "]" * 60, "lists and mappings"),
        ("class_names: {cat: [x]}", ": class_names is not a mapping from folders to names."),
        ("layout: &a [*a]", "contains itself"),
    ],
)
def test_preprocessing_that_cannot_be_used_is_named(folder, rules, sentence):
    (folder / "preprocessing.yaml").write_text(rules)
    with pytest.raises(UserError, match=sentence) as raised:
        open_dataset(str(folder), IMAGE)
    assert "pictures" in raised.value.what and raised.value.hint and len(str(raised.value)) < 500


def test_an_alias_bomb_in_the_preprocessing_is_refused(folder):
    lines = ["layout:", "- &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"- &a{level} [{','.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 9)]
    (folder / "preprocessing.yaml").write_text("\n".join(lines))
    with pytest.raises(UserError, match="values"):
        open_dataset(str(folder), IMAGE)


def test_preprocessing_is_applied(folder):
    (folder / "preprocessing.yaml").write_text(
        "scale: 51\nmean: 0.5\nstd: [0.5, 1, 2]\ncrop: 0.5\nclass_names: {cat: Kitten}"
    )
    data = open_dataset(str(folder), IMAGE)
    np.testing.assert_allclose(data.inputs["image"][0, :, 0, 0], [1, 0.5, 0.25])
    assert data.classes == ("Kitten", "dog")


@pytest.mark.parametrize("names", [("train", "test"), ("images",)])
def test_folders_that_hold_the_class_folders_are_no_classes(folder, names):
    for name in names:
        shutil.copytree(folder, folder.parent / "all" / name)
    with pytest.raises(UserError, match="are no classes: the class folders are in") as error:
        open_dataset(str(folder.parent / "all"), IMAGE)
    assert error.value.hint == f"Choose {folder.parent / 'all' / sorted(names)[0]}."
    assert open_dataset(str(folder.parent / "all" / names[0]), IMAGE).classes == ("cat", "dog")


def test_what_systems_and_editors_leave_behind_is_no_class_and_no_picture(folder):
    """A class more would shift the numbers of those behind it."""
    for name in (".git", ".ipynb_checkpoints", "__MACOSX"):
        (folder / name).mkdir()
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / name / "0.png")
    (folder / "cat" / "._0.png").write_bytes(b"resource fork")
    data = open_dataset(str(folder), IMAGE)
    assert data.classes == ("cat", "dog") and data.labels.tolist() == [0, 1]


def test_a_class_folder_that_is_a_link_to_elsewhere_is_not_walked(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder / "bird").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="bird is a link to a place outside the folder"):
        open_dataset(str(folder), IMAGE)
    (folder / "bird").unlink()
    (folder / "kitten").symlink_to("cat")
    assert open_dataset(str(folder), IMAGE).classes == ("cat", "dog", "kitten")


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_of_16_bits_keep_their_greys(folder, channels):
    grey = np.full((8, 8), 0x8000, np.uint16)
    grey[0] = 0xFFFF
    for name in ("cat", "dog"):
        Image.fromarray(grey).save(folder / name / "0.png")
    values = open_dataset(str(folder), (InputSpec("image", "float32", (None, channels, 8, 8)),)).inputs["image"]
    np.testing.assert_allclose(values[:, :, 1:], 128 / 255)
    np.testing.assert_allclose(values[:, :, 0], 1)


def test_a_model_of_whole_numbers_gets_the_pixels_as_they_are(folder):
    spec = (InputSpec("image", "uint8", (None, 3, 8, 8)),)
    assert set(open_dataset(str(folder), spec).feeds(slice(None))["image"].ravel()) == {51}
    (folder / "preprocessing.yaml").write_text("scale: 255\n")
    with pytest.raises(UserError, match=r"has fractional values, but the model takes integers \(uint8\)"):
        open_dataset(str(folder), spec)


def test_pictures_that_are_not_read_are_counted(folder):
    """Half of a data set in another format would otherwise be missing without a word."""
    assert not open_dataset(str(folder), IMAGE).notes
    (folder / "cat" / "a.tif").write_bytes(b"II*\0")
    (folder / "cat" / "._b.heic").write_bytes(b"left behind")
    Image.new("RGB", (8, 8)).save(folder / "loose.png")
    (note,) = open_dataset(str(folder), IMAGE).notes
    assert note.startswith(f"2 images were skipped, such as cat{os.sep}a.tif")
