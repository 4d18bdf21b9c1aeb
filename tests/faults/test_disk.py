"""A disk that is full, a folder that cannot be written, a process that is killed while it writes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.test_files_that_change import HALF, model, opened
from workbench.core.base.errors import UserError
from workbench.core.base.files import WRITING, write_bytes
from workbench.core.base.job import Job
from workbench.core.session.session_file import Reference, SavedSession
from workbench.engine.api.export import export
from workbench.engine.base.store import Store
from workbench.engine.calibration.activation_cache import Disk

resource = pytest.importorskip("resource")  # limits of a process, which Windows has not
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the names of open files")
ROOT = Path(__file__).parents[2]
LIMIT = 2000  # bytes: less than the model has


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 32 kB, most of it taken."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "none", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def compress(folder: Path, at_write: str = "", limit: int = 0) -> subprocess.CompletedProcess[str]:
    """The command line in a child process; `at_write` runs there when the first file is flushed to the disk."""
    (folder / "recipe.yaml").write_text("version: 1\nlayers: {'*': [{quantize.affine: {bits: 8}}]}\n")
    code = f"""
import os, resource, signal, sys
if {limit}:
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
real = os.fsync
def fsync(descriptor):
    if "out" in os.readlink(f"/proc/self/fd/{{descriptor}}"):
        {at_write or "pass"}
    real(descriptor)
os.fsync = fsync
sys.argv = "workbench compress net.onnx --data data.npz --recipe recipe.yaml --out out --no-timing".split()
from workbench.__main__ import main
main()
"""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def earlier(tmp_path):
    """A model and its data, and what an earlier export has left in out/."""
    model(tmp_path, external=False)
    (tmp_path / "out").mkdir()
    files = {name: f"earlier {name}" for name in ("net_compressed.onnx", "net_compressed.yaml", "net_compressed.html")}
    for name, text in files.items():
        (tmp_path / "out" / name).write_text(text)
    return files


def left(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.slow
def test_a_disk_that_takes_no_more_leaves_the_earlier_export(tmp_path, earlier):
    done = compress(tmp_path, limit=LIMIT)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: Cannot write out/net_compressed.onnx: File too large. Free ")
    assert left(tmp_path / "out") == earlier


@pytest.mark.slow
def test_a_killed_export_leaves_the_earlier_one_and_the_next_cleans_up(tmp_path, earlier):
    done = compress(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == -signal.SIGKILL
    assert {path.name for path in (tmp_path / "out").iterdir()} > set(earlier)
    assert any(path.name.startswith(WRITING) for path in (tmp_path / "out").iterdir())
    export(opened(tmp_path, external=False), HALF, str(tmp_path / "out"), Job(), timing=False)
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(earlier)
    assert (tmp_path / "out" / "net_compressed.yaml").read_text() != earlier["net_compressed.yaml"]


@pytest.mark.slow
def test_an_export_that_is_told_to_end_leaves_nothing(tmp_path, earlier):
    done = compress(tmp_path, "os.kill(os.getpid(), signal.SIGTERM)")
    assert done.returncode == 143, done.stderr
    assert left(tmp_path / "out") == earlier and "Traceback" not in done.stderr


def test_a_full_disk_leaves_what_was_there(small_disk, tmp_path):
    workspace = opened(tmp_path, external=False)
    (small_disk / "net_compressed.yaml").write_text("earlier")
    _fill(small_disk)
    with pytest.raises(UserError, match=r"No space left on device\. Free some space"):
        export(workspace, HALF, str(small_disk), Job(), timing=False)
    assert {path.name for path in small_disk.iterdir()} == {"net_compressed.yaml", "filler"}
    assert (small_disk / "net_compressed.yaml").read_text() == "earlier"


def test_every_file_of_the_window_survives_a_full_disk(small_disk):
    session = SavedSession(Reference("net.onnx" + "x" * 50_000), HALF)
    (small_disk / "work.mcw").write_text("earlier")
    (small_disk / "plot.png").write_text("earlier")
    for write in (
        lambda: session.save(small_disk / "work.mcw"),
        lambda: HALF.save(small_disk / "new.yaml"),
        lambda: write_bytes(small_disk / "plot.png", b"1" * 50_000),
    ):
        _fill(small_disk)
        with pytest.raises(UserError, match="No space left on device"):
            write()
        (small_disk / "filler").unlink()
    assert left(small_disk) == {"work.mcw": "earlier", "plot.png": "earlier"}


def _fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return


def test_caches_on_a_full_disk_keep_nothing_and_complain_of_nothing(small_disk, monkeypatch):
    import numpy as np

    values = {"x": np.zeros(20_000)}
    store, disk = Store(small_disk / "store"), Disk(parent=small_disk / "crossings")
    monkeypatch.setattr("workbench.engine.calibration.activation_cache.FREE", 0)
    _fill(small_disk)
    store.save("key", values)
    disk.put("key", values)
    assert store.load("key") is None and disk.get("key") is None
    assert [path.name for path in small_disk.rglob("*") if path.is_file()] == ["filler"]


@pytest.mark.parametrize("folder", ["file/out", "/proc/out", "file"])
def test_an_unwritable_folder_is_reported_before_any_work(tmp_path, folder):
    (tmp_path / "file").write_text("in the way")
    workspace = opened(tmp_path, external=False)
    with pytest.raises(UserError, match="Cannot write into ") as caught:
        export(workspace, HALF, str(tmp_path / folder), Job(), timing=False)
    assert str(tmp_path / folder) in caught.value.what and caught.value.hint == "Choose another folder."
