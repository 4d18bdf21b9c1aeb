"""Choice of the modules that the graph draws as one box: none, or the outermost suitable ones that are not opened."""

from collections.abc import Iterable

MOST = 0.6  # share of all layers; a module with more is no box, the modules in it are


class Modules:
    """Grouping of the graph by modules. `on`: modules are drawn as boxes. Opened modules stay open until they are
    closed, also while this is off."""

    def __init__(self) -> None:
        self.on = False
        self._paths: tuple[str, ...] = ()
        self._opened: list[str] = []

    def set_layers(self, paths: Iterable[str]) -> None:
        """Show the modules of another model, all closed."""
        self._paths, self._opened = tuple(paths), []

    @property
    def collapsed(self) -> tuple[str, ...]:
        """Return the boxes, none inside another, in the model's order."""
        return tuple(dict.fromkeys(filter(None, map(self.box_of, self._paths)))) if self.on else ()

    def box_of(self, path: str) -> str:
        """Return the box that a layer is in; "" if it is drawn itself."""
        return next((each for each in _around(path) if self._may_be_box(each) and each not in self._opened), "")

    def opened_around(self, path: str) -> str:
        """Return the innermost opened module that a layer is in, or ""."""
        return next((each for each in reversed(_around(path)) if each in self._opened), "")

    def open(self, module: str) -> None:
        if module not in self._opened:
            self._opened.append(module)

    def close(self, module: str) -> None:
        """Close a module, and those opened inside."""
        self._opened = [each for each in self._opened if each != module and not each.startswith(f"{module}.")]

    def inside(self, module: str) -> tuple[str, ...]:
        """Return the layers of a module."""
        return tuple(path for path in self._paths if path.startswith(f"{module}."))

    def _may_be_box(self, module: str) -> bool:
        return len(self.inside(module)) <= MOST * len(self._paths)


def _around(path: str) -> list[str]:
    """Return the modules around a layer, the outermost first."""
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]
