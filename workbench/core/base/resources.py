"""Files that ship with the program: demo, fonts, icons, templates. Inside the package if installed from a wheel, next
to it in a checkout."""

from pathlib import Path
from typing import NamedTuple

import workbench

PACKAGE = Path(workbench.__path__[0]).resolve()
ROOTS = (PACKAGE / "resources", PACKAGE.parent / "resources")


def resource_path(name: str) -> Path:
    """Path of `resources/NAME`. Raises FileNotFoundError if the installation lacks it."""
    for root in ROOTS:
        if (path := root / name).exists():
            return path
    raise FileNotFoundError(f"resources/{name} is missing from this installation")


DEMOS = ("fashion_cnn", "fashion_vit")


class Demo(NamedTuple):
    """Paths of a model, its test data, its calibration data, and a recipe for the first of them."""

    model: str
    data: str
    calibration: str
    recipe: str


def demo_paths(name: str = DEMOS[0]) -> Demo:
    """The embedded demo. Raises FileNotFoundError when the installation lacks it."""
    files = (f"{name}.onnx", "fashion_test.npz", "fashion_calibration.npz", "recipe.yaml")
    return Demo(*(str(resource_path(f"demo/{file}")) for file in files))
