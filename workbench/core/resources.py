"""Files that ship with the program: demo, fonts, icons, templates."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "resources"


def resource_path(name: str) -> Path:
    """Where `resources/NAME` is; raises FileNotFoundError when the installation lacks it."""
    path = ROOT / name
    if not path.exists():
        raise FileNotFoundError(f"resources/{name} is missing from this installation")
    return path
