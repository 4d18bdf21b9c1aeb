"""onnx_ir without sympy until it is asked for: a third of what the engine loads, for arithmetic on symbolic sizes."""

import importlib
import sys
from types import ModuleType
from typing import Any


class Sympy(ModuleType):
    """Stands in for sympy in the modules that are imported meanwhile; the first use loads it."""

    loading = True  # what is taken meanwhile, as onnx_ir does for a table of functions, is a call for later

    def __getattr__(self, name: str) -> Any:
        if self.loading:
            return lambda *args: getattr(importlib.import_module("sympy"), name)(*args)
        return getattr(importlib.import_module("sympy"), name)


def import_onnx_ir() -> None:
    """Import onnx_ir, with its sympy deferred unless it is loaded; as usual where another version does not allow it."""
    if "sympy" in sys.modules or "onnx_ir" in sys.modules:
        return
    sympy = sys.modules["sympy"] = Sympy("sympy")
    try:
        importlib.import_module("onnx_ir")
    except Exception:  # it has a class of sympy's as a base, or the like: imported anew where it is wanted
        for name in [name for name in sys.modules if name.partition(".")[0] == "onnx_ir"]:
            del sys.modules[name]
    finally:
        del sys.modules["sympy"]
        sympy.loading = False
