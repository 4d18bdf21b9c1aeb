"""Files that ship with the program: demo, fonts, icons, templates. They are inside the package if installed from a
wheel, and next to it in a checkout."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import workbench
from workbench.core.base.plain import finalize

if TYPE_CHECKING:
    import jinja2

PACKAGE = Path(workbench.__path__[0]).resolve()
ROOTS = (PACKAGE / "resources", PACKAGE.parent / "resources")


def resource_path(name: str) -> Path:
    """Return the path of `resources/NAME`. Raises FileNotFoundError if the installation lacks it."""
    for root in ROOTS:
        if (path := root / name).exists():
            return path
    raise FileNotFoundError(f"resources/{name} is missing from this installation")


def page_environment() -> "jinja2.Environment":
    """Return the environment for page templates: values are made plain and escaped, and an undefined name is an
    error."""
    import jinja2  # which nothing needs before the first page

    return jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=finalize
    )


@cache
def page_template(name: str) -> "jinja2.Template":
    """Load the template `resources/NAME`. Raises FileNotFoundError if the installation lacks it."""
    return page_environment().from_string(resource_path(name).read_text(encoding="utf-8"))


DEMOS = ("fashion_cnn", "fashion_vit")


class Demo(NamedTuple):
    """Paths of a model, its test data, its calibration data, and a recipe for the first of them."""

    model: str
    data: str
    calibration: str
    recipe: str


def demo_paths(name: str = DEMOS[0]) -> Demo:
    """Return the paths of the embedded demo. Raises FileNotFoundError when the installation lacks it."""
    files = (f"{name}.onnx", "fashion_test.npz", "fashion_calibration.npz", "recipe.yaml")
    return Demo(*(str(resource_path(f"demo/{file}")) for file in files))
