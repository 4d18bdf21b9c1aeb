"""Distributions as pip leaves them in a folder, without pip: modules, and metadata with entry points."""

import sys
from pathlib import Path

import pytest

from workbench.core.plugins import discovery
from workbench.core.targets.reading import all_targets
from workbench.data import extensions
from workbench.formats.format import all_formats


def distribution(folder: Path, name: str, points: str, **modules: str) -> None:
    """Put a distribution into `folder`: `points` is its entry_points.txt, `modules` its files by module name."""
    folder.mkdir(parents=True, exist_ok=True)
    for module, source in modules.items():
        (folder / f"{module}.py").write_text(source, encoding="utf-8")
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(points, encoding="utf-8")


def forget() -> None:
    """Let plug-ins be looked for again."""
    for found in (discovery.installed, extensions.all_metrics, extensions.all_readers, all_formats, all_targets):
        found.cache_clear()


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder that Python finds modules and distributions in, as long as the test runs."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(discovery, "_left_out", [])
    monkeypatch.syspath_prepend(str(folder))
    forget()
    yield folder
    forget()
    for name, module in list(sys.modules.items()):  # the next test may have others of these names
        if (getattr(module, "__file__", None) or "").startswith(str(folder)):
            del sys.modules[name]
