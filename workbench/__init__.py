"""Model Compression Workbench: open a trained model, compress it layer by layer, export what was shown.

In scripts and notebooks, `import workbench as wb` (see workbench.library); importing this package loads none of that.
"""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.library import (
        Goal,
        Job,
        LayerHandle,
        Layers,
        Measuring,
        Model,
        Recipe,
        Sweep,
        Temperatures,
        UserError,
        list_methods,
        list_stages,
        list_targets,
        open,
        stage,
        step,
    )

__version__ = "0.1.0"

# ONNX Runtime looks up a host and keeps an identifier of the device as soon as it is imported, so this comes before any
# import of it, in every process: those that run the engine import this package first. An inherited 0 does not count.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

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
    """The library's names, loaded at their first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from workbench import library

    return getattr(library, name)


def __dir__() -> list[str]:
    """For completion in notebooks, which loads nothing."""
    return sorted({*globals(), *__all__})
