"""The workbench as a library, `import workbench as wb`, for scripts and notebooks.

The command line is built on it. Each name loads its module on first use: a list of methods needs no engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.core.analysis.measured import Measuring
    from workbench.core.analysis.plan import Goal
    from workbench.core.analysis.sweep import Sweep
    from workbench.core.analysis.temperatures import Temperatures
    from workbench.core.base.errors import UserError
    from workbench.core.base.job import Job
    from workbench.library.layers import LayerHandle, Layers
    from workbench.library.model import Model
    from workbench.library.opening import open
    from workbench.library.recipes import Recipe, list_methods, list_stages, list_targets, stage, step

PLACES = {
    "Goal": "core.analysis.plan",
    "Job": "core.base.job",
    "LayerHandle": "library.layers",
    "Layers": "library.layers",
    "Measuring": "core.analysis.measured",
    "Model": "library.model",
    "Recipe": "library.recipes",
    "Sweep": "core.analysis.sweep",
    "Temperatures": "core.analysis.temperatures",
    "UserError": "core.base.errors",
    "list_methods": "library.recipes",
    "list_stages": "library.recipes",
    "list_targets": "library.recipes",
    "open": "library.opening",
    "stage": "library.recipes",
    "step": "library.recipes",
}
__all__ = [
    "Goal",
    "Job",
    "LayerHandle",
    "Layers",
    "Measuring",
    "Model",
    "Recipe",
    "Sweep",
    "Temperatures",
    "UserError",
    "list_methods",
    "list_stages",
    "list_targets",
    "open",
    "stage",
    "step",
]


def __getattr__(name: str) -> Any:
    """Return a name of the library from its module, which is imported on first use."""
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"workbench.{PLACES[name]}"), name)
    return found
