"""Files are written whole or not at all."""

import errno
import os
import stat
import subprocess
import sys

import pytest

from workbench.core.base import files, system
from workbench.core.base.errors import UserError
from workbench.core.base.files import write_atomically, write_bytes, write_text


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
        assert "model.onnx: No space left" in str(caught.value) and caught.value.hint


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


def test_rights_are_those_of_the_umask_and_of_what_stood_there(tmp_path):
    before = os.umask(0o027)
    try:
        write_bytes(tmp_path / "new", b"1")
        with files.staged(tmp_path / "folder") as place:
            write_bytes(place.folder / "model", b"1")
            place.publish(last="model")
        (tmp_path / "private").touch(0o600)
        write_bytes(tmp_path / "private", b"1")
    finally:
        os.umask(before)
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert rights == {"new": 0o640, "private": 0o600, "folder": 0o750, "model": 0o640}


def test_a_link_stays_one(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there" / "file")
    write_bytes(tmp_path / "link", b"1")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "there" / "file").read_bytes() == b"1"


@pytest.fixture
def remains(tmp_path, monkeypatch):
    """A file and a folder that a killed process was writing, with what only looks like that beside them."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    host, own = system.owner().split("-")
    (tmp_path / f"{files.WRITING}{host}-{process.pid}-0a0b0c0d").mkdir()
    (tmp_path / f"{files.WRITING}{host}-{process.pid}-0a0b0c0d" / "model.onnx").write_bytes(b"half")
    (tmp_path / f"{files.WRITING}{host}-{process.pid}-00000000").write_bytes(b"half")
    kept = {f"{files.WRITING}{host}-{own}-1", f"{files.WRITING}ffffffff-{process.pid}-1", f"{files.WRITING}projects"}
    for name in kept:
        (tmp_path / name).mkdir()
    return kept


def test_what_a_killed_process_was_writing_is_removed_by_the_next_write(tmp_path, remains):
    write_bytes(tmp_path / "x", b"1")
    assert set(os.listdir(tmp_path)) == remains | {"x"}


def test_and_by_the_next_export(tmp_path, remains):
    with files.staged(tmp_path) as place:
        assert set(os.listdir(tmp_path)) == remains | {place.folder.name}
    assert set(os.listdir(tmp_path)) == remains


def test_files_that_belong_together_come_all_or_none(tmp_path):
    for name in ("a", "c"):
        (tmp_path / name).write_text("old")
    (tmp_path / "d").mkdir()  # the move of the last one fails
    with pytest.raises(UserError, match=rf"Cannot write {tmp_path / 'd'}"), files.staged(tmp_path) as place:
        for name in "abcd":
            write_text(place.folder / name, "new")
        place.publish(last="d")
    assert sorted(os.listdir(tmp_path)) == ["a", "c", "d"]
    assert [(tmp_path / name).read_text() for name in "ac"] == ["old", "old"]
    (tmp_path / "d").rmdir()
    with files.staged(tmp_path) as place:
        for name in "abcd":
            write_text(place.folder / name, "new")
        place.publish(last="a")
    assert sorted(os.listdir(tmp_path)) == list("abcd")
    assert {(tmp_path / name).read_text() for name in "abcd"} == {"new"}


def test_a_complaint_names_the_place_that_the_user_knows(tmp_path):
    with pytest.raises(UserError, match=r"Cannot write .*model: ") as caught, files.staged(tmp_path) as place:
        (place.folder / "model").mkdir()
        write_text(place.folder / "model", "")
    assert files.WRITING not in str(caught.value) and os.listdir(tmp_path) == []


def test_a_name_that_is_no_text_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match=": its name is not valid Unicode"):
        write_text(tmp_path / "x", "a\udcff")
    assert os.listdir(tmp_path) == []
