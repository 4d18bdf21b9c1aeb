"""Data in .npz files: headers, types, members and bytes changed."""

import io
import random
import struct
from pathlib import Path

import numpy as np
import onnx

from tests.fuzz.changes import INTEGERS, TEXTS, archive_changed, bytes_changed
from tests.fuzz.kind import Commands, borrow, kind
from tests.fuzz.onnx_models import IMAGE, ROW, convolutions, data, perceptron

RECIPE = 'version: 1\nlayers: {"*": [{quantize.gptq: {bits: 4}}]}\n'
TYPES = (
    "<f4",
    "<f8",
    "<f2",
    ">f4",
    "<i8",
    "|b1",
    "|u1",
    "<c8",
    "<U3",
    "|S4",
    "|O",
    "<M8[s]",
    "<m8[ns]",
    "|V4",
    "<f3",
    "<i16",
    "float128",
    "[('a', '<f4')]",
    "",
    "x" * 5000,
)
SMALL = ((), (0,), (12,), (12, 16), (12, 0), (1, 16), (12, 16, 1), (12, 3, 8, 8))
SHAPES = (*SMALL, (-1, 16), (2**40, 16), (2**62, 2**62))


def prepare(seeds: Path) -> None:
    onnx.save(perceptron(), seeds / "perceptron.onnx")
    onnx.save(convolutions(), seeds / "convolutions.onnx")


@kind("npz", prepare)
def make(chance: random.Random, seeds: Path, folder: Path) -> Commands:
    """Data to measure with, or to calibrate with, for a valid model."""
    name, shape = chance.choice((("perceptron", ROW), ("convolutions", IMAGE)))
    model = borrow(seeds, folder, f"{name}.onnx")
    arrays: dict[str, np.ndarray] = data(shape)
    for _ in range(chance.choice((0, 1, 1, 2))):
        _values(chance, arrays)
    made = io.BytesIO()
    chance.choice((np.savez, np.savez_compressed))(made, **arrays)  # type: ignore[operator]
    content = made.getvalue()
    match chance.randrange(4):
        case 0:
            content = bytes_changed(chance, content)
        case 1:
            content = archive_changed(chance, content, lambda name, body: _header(chance, body))
        case 2:
            content = archive_changed(chance, content, lambda name, body: bytes_changed(chance, body))
    (folder / "data.npz").write_bytes(content)
    (folder / "recipe.yaml").write_text(RECIPE)
    np.savez(folder / "good.npz", **data(shape))
    if chance.random() < 0.7:
        return [["evaluate", model, "--data", "data.npz"]]
    return [
        [
            "compress",
            model,
            "--data",
            "good.npz",
            "--calibration",
            "data.npz",
            "--recipe",
            "recipe.yaml",
            "--out",
            "out",
            "--no-timing",
        ]
    ]


def _values(chance: random.Random, arrays: dict[str, np.ndarray]) -> None:
    """An array of another type, shape or content, under another name, or gone."""
    key = chance.choice(("x", "y", "y"))
    if key not in arrays or arrays[key].dtype == object:
        return
    array = arrays[key]
    with np.errstate(all="ignore"):
        match chance.randrange(11):
            case 0:
                types = ("f2", "f8", "i4", "u8", "U8", "S3", "c8", "?", "i1", "M8[s]")
                arrays[key] = array.astype(chance.choice(types))
            case 1:
                arrays[key] = np.zeros(chance.choice(SMALL), array.dtype)
            case 2:
                arrays[key] = np.asfortranarray(array)
            case 3:
                arrays[key] = np.full_like(array, chance.choice((0, 1, -1, 100)))
            case 4 if array.dtype.kind in "fiu":
                arrays[key] = array * chance.choice((np.nan, np.inf, 1e300, 1e-300, -1))
            case 5 if array.dtype.kind in "fiu":
                arrays[key] = array + chance.choice((-5, 3, 10**6))
            case 6:
                arrays[key] = array[: chance.randrange(len(array) + 1)] if array.ndim else array
            case 7:
                arrays[chance.choice((*TEXTS[:9], "x", "class_names"))[:100] or "z"] = arrays.pop(key)
            case 8:
                count = chance.choice((1, 4, 4, 5))
                arrays["class_names"] = np.array([chance.choice(TEXTS) for _ in range(count)])
            case 9:
                arrays[key] = array.reshape(*array.shape, 1)
            case 10:
                arrays[key] = np.array([{"a": 1}, None, "x"] * 4, object)


def _header(chance: random.Random, body: bytes) -> bytes:
    """The text before the numbers of an .npy file says something else, or is not the text of a mapping."""
    if len(body) < 10:
        return body
    (size,) = struct.unpack("<H", body[8:10])
    rest = body[10 + size :]
    shape: object = chance.choice((*SHAPES, (chance.choice(INTEGERS),), "x", [12, 16], (12.0, 16), None, ((12,), 16)))
    kind, fortran = chance.choice(TYPES), chance.choice((True, False, 0, None, "False"))
    text = chance.choice(
        (
            f"{{'descr': {kind!r}, 'fortran_order': {fortran!r}, 'shape': {shape!r}, }}",
            f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': (12, 16), }}",
            f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape!r}, }}",
            f"{{'descr': '<f4', 'fortran_order': {fortran!r}, 'shape': (12, 16), 'more': 1}}",
            "{'descr': '<f4'}",
            "__import__('os')",
            "(" * 3000,
            "[1, 2]",
            "",
            "{" + "'a':" * 900,
        )
    )
    version = chance.choice((b"\x01\x00", b"\x01\x00", b"\x02\x00", b"\x09\x09"))
    header = text.encode("latin1") + b"\n"
    return body[:6] + version + struct.pack("<H", len(header)) + header + rest
