"""The workbench as a library: what `import workbench as wb` gives, for scripts and notebooks."""

from workbench.library.model import LayerHandle, Layers, Model, open
from workbench.library.recipes import Recipe, step

__all__ = ["LayerHandle", "Layers", "Model", "Recipe", "open", "step"]
