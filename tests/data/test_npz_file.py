"""Archives of arrays from anywhere: only what the model needs is read, and nothing before its size is known."""

import io
import os
import zipfile

import numpy as np
import pytest

from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import InputSpec
from workbench.data import columns
from workbench.data.opening import open_dataset
from workbench.data.readers import npz_file

X = (InputSpec("x", "float32", (None, 4)),)


def header(shape, descr="<f4", version=(1, 0)):
    stream = io.BytesIO()
    npz = {"descr": descr, "fortran_order": False, "shape": shape}
    (np.lib.format.write_array_header_1_0 if version == (1, 0) else np.lib.format.write_array_header_2_0)(stream, npz)
    return stream.getvalue()


def archive(path, kind=zipfile.ZIP_DEFLATED, **entries):
    with zipfile.ZipFile(path, "w", kind) as file:
        for name, content in entries.items():
            file.writestr(f"{name}.npy", content)
    return str(path)


def test_arrays_that_the_model_does_not_take_are_not_read(tmp_path):
    good = io.BytesIO()
    np.save(good, np.ones((3, 4), np.float32))
    trap = io.BytesIO()
    np.save(trap, np.array([{}], dtype=object), allow_pickle=True)
    file = archive(tmp_path / "d.npz", x=good.getvalue(), other=trap.getvalue(), torn=b"\x93NUMPY")
    data = open_dataset(file, X)
    assert data.samples == 3
    assert data.notes == ("Arrays that are not used: other, torn. Labels are read from 'y'.",)
    _, held = npz_file.read(tmp_path / "d.npz", {"x"})
    assert held == ("x", "other", "torn")


def test_what_unpacks_to_far_more_than_it_is_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("x.npy", "w", force_zip64=True) as entry:
        entry.write(header((1 << 20, 4)) + bytes(16 << 20))
    monkeypatch.setattr(npz_file, "SUSPICIOUS", 1 << 20)
    with pytest.raises(
        UserError, match=r"bomb\.npz would decompress from .* kB to 16\.8 MB, far more than real data does\."
    ):
        open_dataset(str(path), X)


def test_what_does_not_fit_the_memory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    np.savez(tmp_path / "d.npz", x=np.zeros((100, 4), np.float32))
    monkeypatch.setattr(columns, "free_memory", lambda: 1000)
    with pytest.raises(UserError, match=r"d\.npz need 1\.73 kB of memory for this model, more than is available\."):
        open_dataset(str(tmp_path / "d.npz"), X)
    assert 0 < system.free_memory() <= system.memory()


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (header((1 << 40, 4)), "not a readable .npz archive"),  # says more than it holds
        (header((1, 4)) + bytes(17), "not a readable .npz archive"),
        (header((1 << 200,)), "not a readable .npz archive"),
        (header((-1, 4)) + bytes(16), "' contains neither numbers nor strings."),
        (header((1,), "|O") + b"(lp0\n.", "holds pickled objects, which are not loaded"),
        (header((1,), [("a", "<f4")]) + bytes(4), "' contains neither numbers nor strings."),
        (header((1,), "<M8[s]") + bytes(8), "' contains neither numbers nor strings."),
        (header((1,), "<c8") + bytes(8), "' contains neither numbers nor strings."),
        (b"\x93NUMPY\x01\x00" + b"\xff\x0f" + b"(" * 4095, "not a readable .npz archive"),
        (b"\x93NUMPY\x03\x00\x10\x00\x00\x00{}", "' has an unsupported type."),
        (b"\x93NUMPY\x09\x00", "' has an unsupported type."),
        (b"nothing", "not a readable .npz archive"),
        (b"", "not a readable .npz archive"),
    ],
    ids=range(13),
)
def test_damaged_arrays_end_in_a_sentence(tmp_path, entry, sentence):
    with pytest.raises(UserError, match=sentence) as raised:
        open_dataset(archive(tmp_path / "bad.npz", x=entry), X)
    assert "bad.npz" in raised.value.what and raised.value.hint


def test_packings_passwords_checksums_and_pipes_end_in_a_sentence(tmp_path):
    whole = header((1, 4)) + bytes(16)
    with pytest.raises(UserError, match="' uses a compression that numpy does not write"):
        open_dataset(archive(tmp_path / "packed.npz", zipfile.ZIP_LZMA, x=whole), X)
    plain = tmp_path / "plain.npz"
    archive(plain, zipfile.ZIP_STORED, x=whole)
    bytes_ = bytearray(plain.read_bytes())
    spoilt = bytearray(bytes_)
    spoilt[bytes_.index(whole) + len(whole) - 1] = 1  # against its checksum
    (tmp_path / "spoilt.npz").write_bytes(spoilt)
    locked = bytearray(bytes_)
    locked[6] |= 1  # says that it is encrypted
    locked[bytes_.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.npz").write_bytes(locked)
    for name in ("spoilt", "locked"):
        with pytest.raises(UserError, match=rf"{name}.npz is not a readable .npz archive"):
            open_dataset(str(tmp_path / f"{name}.npz"), X)
    os.mkfifo(tmp_path / "pipe.npz")
    with pytest.raises(UserError, match="is not a file"):
        open_dataset(str(tmp_path / "pipe.npz"), X)


def test_order_in_memory_and_versions_of_the_header_do_not_matter(tmp_path):
    values = np.arange(12, dtype=">f8").reshape(3, 4)
    np.savez(tmp_path / "d.npz", x=np.asfortranarray(values))
    np.testing.assert_array_equal(open_dataset(str(tmp_path / "d.npz"), X).inputs["x"], values)
    file = archive(tmp_path / "e.npz", x=header((1, 4), version=(2, 0)) + bytes(16))
    assert open_dataset(file, X).samples == 1
