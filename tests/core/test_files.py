"""Files are written whole or not at all."""

import errno
import os
import stat

import pytest

from workbench.core import files
from workbench.core.errors import UserError
from workbench.core.files import write_atomically, write_bytes, write_text


def test_writes_into_folders_that_are_not_there_yet(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "größer\n")
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == "größer\n".encode()
    assert os.listdir(tmp_path / "a" / "b") == ["c.txt"]


def test_others_may_read_what_was_written(tmp_path):
    write_bytes(tmp_path / "x", b"1")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o644


class Full(OSError):
    def __init__(self):
        super().__init__(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("error", [Full(), KeyboardInterrupt(), ValueError("a bug")])
def test_what_stood_there_stays_when_writing_fails(tmp_path, error):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"old")

    def write(file):
        file.write(b"half")
        raise error

    expected = UserError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected) as caught:
        write_atomically(path, write)
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["model.onnx"]
    if expected is UserError:
        assert "model.onnx: No space left" in str(caught.value) and caught.value.mend


def test_the_file_is_in_place_only_when_it_is_complete(tmp_path, monkeypatch):
    seen = []
    real = os.replace
    monkeypatch.setattr(files.os, "replace", lambda a, b: (seen.append((a.read_bytes(), b.exists())), real(a, b)))
    write_bytes(tmp_path / "x", b"all of it")
    assert seen == [(b"all of it", False)]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match=r"Cannot write .*x\.yaml"):
        write_text(tmp_path / "file" / "x.yaml", "")


def test_a_folder_of_that_name_stays(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(UserError, match="Cannot write"):
        write_bytes(tmp_path / "x", b"1")
    assert os.listdir(tmp_path) == ["x"]


def test_a_folder_is_tried_before_long_work_and_nothing_is_left_there(tmp_path):
    (tmp_path / "file").write_text("")
    files.check_folder(tmp_path / "new" / "newer")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    with pytest.raises(UserError, match=r"Cannot write into .*newer"):
        files.check_folder(tmp_path / "file" / "newer")
