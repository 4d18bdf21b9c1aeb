"""The packages in resources/docs/extending: each is installed from its document and passes its own test."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.plugins import distribution

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "resources/docs/extending").glob("*.md"))
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST = 60  # lines of a whole example


def installed(document: Path, folder: Path) -> dict[str, str]:
    """Put the package of a document into a folder as pip would; its files by name."""
    files = dict(BLOCK.findall(document.read_text(encoding="utf-8")))
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    project = tomllib.loads(files["pyproject.toml"])["project"]
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    )
    distribution(folder, project["name"], points)
    return files


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), str(ROOT)])
    environment = os.environ | {"PYTHONPATH": path, "WORKBENCH_CACHE": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_package_of_a_document_passes_its_own_test(document, tmp_path):
    files = installed(document, tmp_path)
    (test,) = (name for name in files if name.startswith("test_"))
    done = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), test)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(text.count("\n") for name, text in files.items() if name != test) <= LONGEST


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_its_wheel_holds_the_package(document, tmp_path):
    from hatchling.builders.wheel import WheelBuilder

    files = installed(document, tmp_path)
    (wheel,) = WheelBuilder(str(tmp_path)).build(directory=str(tmp_path / "dist"), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if "/" not in name}
        points = next(archive.read(name).decode() for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert held == {name for name in files if name != "pyproject.toml" and not name.startswith("test_")}
    assert points.startswith("[workbench.")


def test_every_kind_of_extension_has_a_document():
    assert [document.stem for document in DOCUMENTS] == ["data", "formats", "methods", "metrics", "targets"]


@pytest.mark.slow
def test_all_of_them_are_found_side_by_side(tmp_path):
    for document in DOCUMENTS:
        installed(document, tmp_path)
    code = (
        "import json\n"
        "from workbench.core.plugins.discovery import load_failures\n"
        "from workbench.core.targets.reading import all_targets\n"
        "from workbench.data.extensions import all_metrics, all_readers\n"
        "from workbench.formats.format import all_formats\n"
        "from workbench.methods.base.method import all_methods\n"
        "names = [*all_methods(), *all_metrics(), *all_targets()]\n"
        "names += [each.name for each in (*all_readers(), *all_formats())]\n"
        "print(json.dumps([names, load_failures()]))\n"
    )
    done = run(tmp_path, "-c", code)
    names, failures = json.loads(done.stdout)
    assert {"prune.random", "psnr", "csv", "packed", "example-npu"} <= set(names) and not failures, done.stderr
