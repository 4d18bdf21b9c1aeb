"""The session file (.mcw): which model and data, the recipe, the pinned states, how the window was laid out.

JSON with a version. It holds no code and no weights, and nothing in it is believed: every value is checked when it is
read, the model and the data are compared with their fingerprints, and trust to run code is asked for again.
"""

import json
import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from workbench.core.errors import UserError
from workbench.core.files import write_text
from workbench.core.recipe import Recipe, recipe_of
from workbench.core.report import Figure, How, Totals
from workbench.core.snapshot import Snapshot, unused

VERSION = 1
SUFFIX = ".mcw"
LARGEST = 64 << 20      # bytes; a session is far smaller
MEND = "Save the session again from the window."
T = TypeVar("T")


@dataclass(frozen=True)
class Reference:
    """A file outside the session. `near` is its place beside the session file, for folders that were moved."""

    path: str
    fingerprint: str = ""
    near: str = ""

    def find(self, folder: Path) -> str:
        """Where it is now: where it was, or beside the session file; "" where it is in neither place.

        A path may name a function: `file.py:function`.
        """
        candidates = [self.path, *([str(folder / self.near)] if self.near else [])]
        return next((path for path in candidates if path and exists(path)), "")


@dataclass(frozen=True)
class Panel:
    """A dock: whether it is shown, on which side, how wide in pixels."""

    shown: bool
    side: str
    width: int


@dataclass(frozen=True)
class Layout:
    """What of the window belongs to the work: the tab, the chosen layers, the docks by name."""

    tab: str = ""
    selection: tuple[str, ...] = ()
    current: str = ""
    panels: dict[str, Panel] = field(default_factory=dict)


@dataclass(frozen=True)
class SavedSession:
    """`without` are preparation steps of the model that were left out."""

    model: Reference
    recipe: Recipe
    without: tuple[str, ...] = ()
    data: Reference | None = None
    calibration: Reference | None = None
    snapshots: tuple[Snapshot, ...] = ()
    layout: Layout = Layout()

    def save(self, path: Path) -> None:
        """Raises UserError when the file cannot be written."""
        try:
            text = json.dumps(self.to_dict(path.parent), indent=1, ensure_ascii=False, allow_nan=False)
        except ValueError as error:
            raise UserError(f"Cannot write {path}: the recipe has a value that is not finite.", "Mend it.") from error
        write_text(path, text + "\n")

    def to_dict(self, folder: Path) -> dict[str, Any]:
        return {
            "version": VERSION,
            "model": _reference_out(self.model, folder) | {"without": list(self.without)},
            "data": _reference_out(self.data, folder) if self.data else None,
            "calibration": _reference_out(self.calibration, folder) if self.calibration else None,
            "recipe": self.recipe.to_dict(),
            "snapshots": [_snapshot_out(each) for each in self.snapshots],
            "layout": {"tab": self.layout.tab, "selection": list(self.layout.selection),
                       "current": self.layout.current,
                       "panels": {name: vars(panel) for name, panel in self.layout.panels.items()}},
        }


def load_session(path: Path) -> SavedSession:
    """Raises UserError, naming the file and the first thing in it that is not as it should be."""
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path} is too large for a session.", f"A session is a {SUFFIX} file of the window.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise UserError(f"Cannot read the session {path}: {reason}.", f"Give a {SUFFIX} file.") from error
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not a session: it is damaged, or of another program.", MEND) from error
    return _Reader(str(path)).session(document)


def exists(path: str) -> bool:
    """A file or folder, or the file of `file.py:function`."""
    try:
        return Path(path).exists() or (".py:" in path and Path(path.rpartition(":")[0]).exists())
    except (OSError, ValueError):
        return False


def _refuse(constant: str) -> float:
    raise ValueError(constant)


# -- out -------------------------------------------------------------------------------------------------------------

def _reference_out(reference: Reference, folder: Path) -> dict[str, Any]:
    try:
        near = os.path.relpath(reference.path, folder)
    except ValueError:          # on another drive
        near = ""
    return {"path": reference.path, "near": near, "fingerprint": reference.fingerprint}


def _snapshot_out(snapshot: Snapshot) -> dict[str, Any]:
    totals = snapshot.totals
    return {
        "name": snapshot.name,
        "recipe": snapshot.recipe.to_dict(),
        "totals": None if totals is None else {
            "bytes": _figure_out(totals.bytes), "parameters": totals.parameters, "macs": totals.macs,
            "value": _figure_out(totals.value), "latency_ms": _figure_out(totals.latency_ms)},
        "change": _figure_out(snapshot.change),
        "metric": snapshot.metric,
        "data": snapshot.data,
        "trained": snapshot.trained,
    }


def _figure_out(figure: Figure | None) -> dict[str, Any] | None:
    """What is not finite is not written: nobody can compare with it."""
    values = [] if figure is None else [figure.value, figure.low or 0.0, figure.high or 0.0]
    return vars(figure) if figure is not None and all(map(math.isfinite, values)) else None


# -- in --------------------------------------------------------------------------------------------------------------

class _Reader:
    """Takes a document apart; the first value that is not as it should be becomes a UserError."""

    def __init__(self, name: str) -> None:
        self._name = name

    def session(self, document: Any) -> SavedSession:
        document = self._mapping(document, "it")
        if document.get("version") != VERSION:
            raise UserError(f"{self._name} has the version {document.get('version')!r}.",
                            f"This program reads version {VERSION} of a session.")
        model = self._mapping(document.get("model"), "model")
        found = self._reference(model, "model")
        if found is None or not found.path:
            raise self._wrong("it names no model")
        return SavedSession(
            found, recipe_of(document.get("recipe"), self._name), self._texts(model.get("without"), "model.without"),
            self._reference(document.get("data"), "data"), self._reference(document.get("calibration"), "calibration"),
            self._snapshots(document.get("snapshots")), self._layout(document.get("layout")))

    def _snapshots(self, value: Any) -> tuple[Snapshot, ...]:
        found: list[Snapshot] = []
        for item in self._list(value, "snapshots"):
            each = self._mapping(item, "a snapshot")
            name = unused(self._text(each.get("name"), "a snapshot's name") or "?", {other.name for other in found})
            trained = self._one_of(each.get("trained"), (None, True, False), "trained")
            found.append(Snapshot(
                name, recipe_of(each.get("recipe"), self._name), self._totals(each.get("totals")),
                self._figure(each.get("change"), "change"), self._text(each.get("metric"), "metric"),
                self._text(each.get("data"), "data"), trained))
        return tuple(found)

    def _totals(self, value: Any) -> Totals | None:
        if value is None:
            return None
        totals = self._mapping(value, "totals")
        size = self._figure(totals.get("bytes"), "bytes")
        if size is None or size.value <= 0:
            raise self._wrong("a snapshot has no size")
        macs = totals.get("macs")
        return Totals(size, self._count(totals.get("parameters"), "parameters"),
                      None if macs is None else self._count(macs, "macs"), self._figure(totals.get("value"), "value"),
                      self._figure(totals.get("latency_ms"), "latency_ms"))

    def _figure(self, value: Any, what: str) -> Figure | None:
        if value is None:
            return None
        figure = self._mapping(value, what)
        low, high = (None if figure.get(end) is None else self._number(figure[end], what) for end in ("low", "high"))
        how = cast(How, self._one_of(figure.get("how"), get_args(How), f"how {what} was obtained"))
        samples = self._count(figure.get("samples", 0), what)
        return Figure(self._number(figure.get("value"), what), how, samples, low, high)

    def _layout(self, value: Any) -> Layout:
        layout = self._mapping(value or {}, "layout")
        panels = {}
        for name, item in self._mapping(layout.get("panels") or {}, "layout.panels").items():
            panel = self._mapping(item, "a panel")
            panels[name] = Panel(self._one_of(panel.get("shown"), (True, False), "shown"),
                                 self._one_of(panel.get("side"), ("left", "right", "bottom"), "side"),
                                 min(self._count(panel.get("width"), "width"), 10_000))
        return Layout(self._text(layout.get("tab"), "tab"), self._texts(layout.get("selection"), "selection"),
                      self._text(layout.get("current"), "current"), panels)

    def _reference(self, value: Any, what: str) -> Reference | None:
        if value is None:
            return None
        found = self._mapping(value, what)
        texts = (self._text(found.get(key), f"{what}.{key}") for key in ("path", "fingerprint", "near"))
        return Reference(*texts)

    def _mapping(self, value: Any, what: str) -> dict[str, Any]:
        return self._of_type(value, dict, f"{what} is not a mapping")

    def _list(self, value: Any, what: str) -> list[Any]:
        return self._of_type([] if value is None else value, list, f"'{what}' is not a list")

    def _text(self, value: Any, what: str) -> str:
        return self._of_type("" if value is None else value, str, f"'{what}' is not a text")

    def _texts(self, value: Any, what: str) -> tuple[str, ...]:
        return tuple(self._text(each, what) for each in self._list(value, what))

    def _number(self, value: Any, what: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e300 < value < 1e300:
            raise self._wrong(f"'{what}' is not a number")
        return float(value)

    def _count(self, value: Any, what: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
            raise self._wrong(f"'{what}' is not a whole number")
        return value

    def _one_of(self, value: Any, allowed: tuple[Any, ...], what: str) -> Any:
        if not any(value is each or (isinstance(each, str) and value == each) for each in allowed):
            raise self._wrong(f"'{what}' is {value!r}")
        return value

    def _of_type(self, value: Any, kind: type[T], problem: str) -> T:
        if not isinstance(value, kind):
            raise self._wrong(problem)
        return value

    def _wrong(self, problem: str) -> UserError:
        return UserError(f"{self._name} is not a valid session: {problem}.", MEND)
