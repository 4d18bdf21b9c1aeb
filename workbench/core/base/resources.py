"""Files that ship with the program: demo, fonts, icons, templates. Inside the package where it was installed from a
wheel, beside it in a checkout."""

from pathlib import Path

import workbench

PACKAGE = Path(workbench.__path__[0]).resolve()
ROOTS = (PACKAGE / "resources", PACKAGE.parent / "resources")


def resource_path(name: str) -> Path:
    """Where `resources/NAME` is; raises FileNotFoundError when the installation lacks it."""
    for root in ROOTS:
        if (path := root / name).exists():
            return path
    raise FileNotFoundError(f"resources/{name} is missing from this installation")
