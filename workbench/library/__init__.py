"""The workbench as a library: what `import workbench as wb` gives, for scripts and notebooks.

The command line is written on it.
"""

from workbench.core.analysis.plan import Goal
from workbench.core.analysis.sweep import Sweep
from workbench.core.analysis.temperatures import Temperatures
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.library.layers import LayerHandle, Layers
from workbench.library.model import Model
from workbench.library.opening import open
from workbench.library.recipes import Recipe, list_methods, list_targets, stage, step

__all__ = [
    "Goal",
    "Job",
    "LayerHandle",
    "Layers",
    "Model",
    "Recipe",
    "Sweep",
    "Temperatures",
    "UserError",
    "list_methods",
    "list_targets",
    "open",
    "stage",
    "step",
]
