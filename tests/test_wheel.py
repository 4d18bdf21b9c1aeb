"""The wheel and the sdist: built, and the wheel used from a folder that is not the checkout.

The dependencies are those of the running interpreter; only the package itself comes from the wheel.
"""

import configparser
import importlib.util
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow
SPEC = importlib.util.spec_from_file_location("icons", ROOT / "packaging" / "icons.py")
icons = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(icons)
SIZES = icons.SIZES
HANG = 300  # seconds after which a child is given up; no assertion


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory) -> Path:
    """A folder that holds what the wheel holds, apart from the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def away(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(installed), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=HANG
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_wheel_holds_the_resources_the_licences_and_the_entry_points(installed):
    names = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    resources = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "resources").rglob("*")
        if path.is_file()
        if "screenshots" not in path.parts and "__pycache__" not in path.parts
    }
    assert {f"workbench/{name}" for name in resources} <= names
    assert "workbench/py.typed" in names
    dist = next(installed.glob("*.dist-info"))
    assert {"LICENSE", "NOTICE"} <= {path.name for path in dist.rglob("*") if path.is_file()}
    points = (dist / "entry_points.txt").read_text()
    assert "[console_scripts]" in points and "[gui_scripts]" in points
    assert not any(name.startswith("tests") for name in names)


def test_desktops_find_the_program_its_icon_and_its_files(installed):
    share = next(installed.glob("*.data")) / "data" / "share"
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str
    entry.read(share / "applications" / "compression-workbench.desktop", encoding="utf-8")
    entry = entry["Desktop Entry"]
    scripts = (next(installed.glob("*.dist-info")) / "entry_points.txt").read_text()
    assert entry["Exec"] == "workbench-window %f" and "\nworkbench-window = " in scripts
    found = {path.parents[1].name: path for path in (share / "icons" / "hicolor").glob(f"*/apps/{entry['Icon']}.*")}
    assert set(found) == {"scalable", *(f"{size}x{size}" for size in SIZES)}
    assert all(QImage(str(found[f"{size}x{size}"])).width() == size for size in SIZES)
    types = ElementTree.parse(share / "mime" / "packages" / "compression-workbench.xml").getroot()
    space = {"": types.tag.partition("}")[0][1:]}
    globs = {each.get("type"): each.find("glob", space).get("pattern") for each in types.findall("mime-type", space)}
    assert globs == {entry["MimeType"].rstrip(";"): "*.mcw"}


def test_the_icons_are_pictures_of_the_drawing():
    for size in (16, 256):
        drawn = icons.rendered(size)
        kept = QImage(str(ROOT / "packaging" / "desktop" / "icons" / f"{size}.png")).convertToFormat(drawn.format())
        apart = [abs(a - b) for a, b in zip(bytes(drawn.constBits()), bytes(kept.constBits()), strict=True)]
        assert sum(apart) / len(apart) < 2, "run packaging/icons.py"


def test_the_sdist_holds_all_that_git_tracks(built):
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("this is not a git checkout")
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert set(listing.stdout.splitlines()) - held == set()


def test_the_demo_runs_headless_from_the_wheel(installed, tmp_path):
    where = away(installed, tmp_path, "-c", "import workbench; print(workbench.__file__)").stdout.strip()
    assert where.startswith(str(installed))
    away(installed, tmp_path, "-m", "workbench", "demo", "--headless", "--out", "out")
    written = {path.suffix: path for path in Path(tmp_path, "out").iterdir()}
    original = installed / "workbench" / "resources" / "demo" / "fashion_cnn.onnx"
    assert 0 < written[".onnx"].stat().st_size < original.stat().st_size / 4
    assert "<html" in written[".html"].read_text(encoding="utf-8")
    pictures = {path.name: path.read_bytes() for path in Path(tmp_path, "out", "screenshots").iterdir()}
    assert set(pictures) == {"inspect.png", "compare.png"}
    assert all(picture.startswith(b"\x89PNG") and len(picture) > 20_000 for picture in pictures.values())


def test_the_demo_model_is_inspected_from_the_wheel(installed, tmp_path):
    model = installed / "workbench" / "resources" / "demo" / "fashion_cnn.onnx"
    done = away(installed, tmp_path, "-m", "workbench", "inspect", str(model), "--json")
    assert json.loads(done.stdout)["layers"]


def test_the_window_opens_from_the_wheel(installed, tmp_path):
    code = (
        "from PySide6.QtWidgets import QApplication\n"
        "from workbench.ui.widgets import theme\n"
        "from workbench.ui.shell.app import ICON\n"
        "from workbench.core.base.resources import resource_path\n"
        "app = QApplication([])\n"
        "theme.apply(app)\n"
        "from workbench.ui.shell.welcome import WelcomePage\n"
        "print(resource_path(ICON), app.font().family())\n"
    )
    done = away(installed, tmp_path, "-c", code)
    assert str(installed) in done.stdout
    assert "Inter" in done.stdout
