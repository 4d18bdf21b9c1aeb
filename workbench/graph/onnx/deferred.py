"""Import of onnx_ir that defers sympy until it is used: a third of the engine's imports, for symbolic sizes only."""

import importlib
import sys
from types import ModuleType
from typing import Any


class Sympy(ModuleType):
    """Stand-in for sympy in the modules imported meanwhile; the first use loads it."""

    loading = True  # an attribute read meanwhile, as for onnx_ir's table of functions, becomes a deferred call

    def __getattr__(self, name: str) -> Any:
        if self.loading:
            return lambda *args: getattr(importlib.import_module("sympy"), name)(*args)
        return getattr(importlib.import_module("sympy"), name)


def import_onnx_ir() -> None:
    """Import onnx_ir with its sympy deferred, unless that is loaded; as usual if another version does not allow it."""
    if "sympy" in sys.modules or "onnx_ir" in sys.modules:
        return
    sympy = sys.modules["sympy"] = Sympy("sympy")
    try:
        importlib.import_module("onnx_ir")
    except Exception:  # it needs sympy at import, such as for a base class: imported again when needed
        for name in [name for name in sys.modules if name.partition(".")[0] == "onnx_ir"]:
            del sys.modules[name]
    finally:
        del sys.modules["sympy"]
        sympy.loading = False
