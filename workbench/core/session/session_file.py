"""The session file (.mcw): model and data, recipe, snapshots, undo list, layout of the window.

Versioned JSON without code or weights, which is not trusted: every value is checked when it is read, the model and the
data are compared with their fingerprints, and consent to run code is asked for again.
"""

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from workbench.core.analysis.measured import AUTOMATIC, Measuring
from workbench.core.base.errors import UserError
from workbench.core.base.files import exists, reason, write_bytes
from workbench.core.base.message import Message
from workbench.core.base.quantities import size
from workbench.core.base.system import network_place
from workbench.core.base.trust import NOBODY, Trust, unasked_place, with_places
from workbench.core.recipe.recipe import Recipe, recipe_of
from workbench.core.session.checked import MOST, Checked
from workbench.core.session.session_plan import Found, found_from, found_to_dict
from workbench.core.session.session_states import (
    SNAPSHOTS,
    snapshot_to_dict,
    snapshots_from,
    undo_list_from,
    undo_list_to_dict,
)
from workbench.core.session.snapshot import Snapshot
from workbench.core.session.undo_list import UndoList

VERSION = 1
SUFFIX = ".mcw"
LARGEST = 64 << 20  # bytes; a session is far smaller
MOST_VALUES = 2_000_000  # in it: each takes 100 bytes once it is read
RAISED = "opset"  # among the steps that were left out, in older files: it was raised
MEND = Message("Save the session again from the window.")


@dataclass(frozen=True)
class Reference:
    """Reference to a file outside the session. `near` is its path relative to the session file, for folders that were
    moved."""

    path: str
    fingerprint: str = ""
    near: str = ""

    def find(self, folder: Path, allowed: Trust = NOBODY) -> str:
        """Return the current path of the file: the recorded one, or relative to the session file; "" if it is in
        neither place, or on a computer that must not be contacted (see `away`).

        A path may name a function: `file.py:function`.
        """
        known = with_places(allowed, str(folder))
        return next((path for path in self._places(folder) if not unasked_place(path, known) and exists(path)), "")

    def away(self, folder: Path, allowed: Trust = NOBODY) -> str:
        """Return the other computer that would be contacted for this file, if it is neither this one nor that of the
        session file."""
        known = with_places(allowed, str(folder))
        return next(filter(None, (unasked_place(path, known) for path in self._places(folder))), "")

    def _places(self, folder: Path) -> list[str]:
        away = network_place(self.near)
        return [path for path in (self.path, self.near if away or not self.near else str(folder / self.near)) if path]


@dataclass(frozen=True)
class Panel:
    """A dock: whether it is shown, on which side, its width in pixels."""

    shown: bool
    side: str
    width: int


@dataclass(frozen=True)
class Layout:
    """State of the window that belongs to the work: the tab, the selected layers, the docks by name."""

    tab: str = ""
    selection: tuple[str, ...] = ()
    current: str = ""
    panels: dict[str, Panel] = field(default_factory=dict)


@dataclass(frozen=True)
class SavedSession:
    """Content of a session file.

    without     preparation steps that were left out
    history     the undo list, which leads to the recipe; None in files of older versions
    samples     number of samples of the data in use; 0: all
    measuring   choice of metrics and output
    found       results of a search
    """

    model: Reference
    recipe: Recipe
    without: tuple[str, ...] = ()
    data: Reference | None = None
    calibration: Reference | None = None
    snapshots: tuple[Snapshot, ...] = ()
    layout: Layout = Layout()
    history: UndoList | None = None
    raise_opset: bool = False
    samples: int = 0
    measuring: Measuring = AUTOMATIC
    found: Found | None = None
    architecture: str = ""

    def save(self, path: Path) -> None:
        """Write the file. Raises UserError when it cannot be written, or could not be read back."""
        if len(self.snapshots) > SNAPSHOTS:
            raise UserError(
                "A session keeps at most {most:,} snapshots, and there are {n:,}.",
                "Delete some, and save again.",
                most=SNAPSHOTS,
                n=len(self.snapshots),
            )
        try:
            text = json.dumps(self.to_dict(path.parent), indent=1, ensure_ascii=False, allow_nan=False)
            data = text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UserError(
                "Cannot write {path}: its name is not valid Unicode.", "Rename that file.", path=path
            ) from error
        except ValueError as error:
            raise UserError(
                "Cannot write {path}: a value in the recipe is NaN or infinite.", "Correct it in the recipe.", path=path
            ) from error
        if len(data) >= LARGEST or _values(text) > MOST_VALUES:
            raise UserError(
                "The session is too large for a file: {size}.",
                "Delete snapshots, and save again.",
                size=size(len(data)),
            )
        write_bytes(path, data + b"\n")

    def to_dict(self, folder: Path) -> dict[str, Any]:
        return {
            "version": VERSION,
            "model": _reference_out(self.model, folder)
            | {"without": list(self.without), "raise_opset": self.raise_opset}
            | ({"architecture": self.architecture} if self.architecture else {}),
            "data": _reference_out(self.data, folder) | {"samples": self.samples} if self.data else None,
            "measuring": {
                "metrics": list(self.measuring.metrics),
                "output": self.measuring.output,
                "axis": self.measuring.axis,
            },
            "calibration": _reference_out(self.calibration, folder) if self.calibration else None,
            "recipe": self.recipe.to_dict(),
            "snapshots": [snapshot_to_dict(each) for each in self.snapshots],
            "history": undo_list_to_dict(self.history) if self.history else None,
            "plan": found_to_dict(self.found) if self.found else None,
            "layout": {
                "tab": self.layout.tab,
                "selection": list(self.layout.selection[:MOST]),
                "current": self.layout.current,
                "panels": {name: vars(panel) for name, panel in self.layout.panels.items()},
            },
        }


def load_session(path: Path) -> SavedSession:
    """Load a session. Raises UserError naming the file and the first fault in it."""
    try:
        found = path.stat()
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):  # a pipe waits, a device never ends
            raise UserError("{path} is not a regular file.", "Give a {suffix} file.", path=path, suffix=SUFFIX)
        if found.st_size > LARGEST:
            raise UserError(
                "{path} is too large for a session.",
                "A session is a {suffix} file of the window.",
                path=path,
                suffix=SUFFIX,
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else Message("it is not a text file (UTF-8)")
        raise UserError(
            "Cannot read the session {path}: {why}.", "Give a {suffix} file.", path=path, why=why, suffix=SUFFIX
        ) from error
    try:
        if _values(text) > MOST_VALUES:
            raise ValueError
        document = json.loads(text, parse_constant=_refuse)
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")  # what could not be written again
    except (ValueError, RecursionError) as error:
        raise UserError(
            "{path} is not a session: it is damaged, or was written by another program.", MEND, path=path
        ) from error
    return _Reader(str(path), MEND).session(document)


def _values(text: str) -> int:
    """Return an upper bound on the number of values in a JSON text."""
    return sum(map(text.count, ",[{"))


def _refuse(constant: str) -> float:
    raise ValueError(constant)


# -- out -------------------------------------------------------------------------------------------------------------


def _reference_out(reference: Reference, folder: Path) -> dict[str, Any]:
    try:
        near = os.path.relpath(reference.path, folder)
    except ValueError:  # on another drive
        near = ""
    return {"path": reference.path, "near": near, "fingerprint": reference.fingerprint}


# -- in --------------------------------------------------------------------------------------------------------------


class _Reader(Checked):
    """Reader of the document that `SavedSession.to_dict` made."""

    def session(self, document: Any) -> SavedSession:
        document = self.mapping(document, "it")
        if document.get("version") != VERSION:
            raise UserError(
                "{name} has version {version}.",
                "This program reads session version {known}.",
                name=self.name,
                version=brief(document.get("version")),
                known=VERSION,
            )
        model = self.mapping(document.get("model"), "model")
        found = self._reference(model, "model")
        if found is None or not found.path:
            raise self.wrong(Message("it names no model"))
        recipe = recipe_of(document.get("recipe"), self.name)
        without = self.texts(model.get("without"), "model.without")
        raised = self.one_of(model.get("raise_opset", False), (True, False), "model.raise_opset")
        return SavedSession(
            found,
            recipe,
            tuple(step for step in without if step != RAISED),
            self._reference(document.get("data"), "data"),
            self._reference(document.get("calibration"), "calibration"),
            snapshots_from(document.get("snapshots"), self),
            self._layout(document.get("layout")),
            undo_list_from(document.get("history"), recipe, self),
            raised or RAISED in without,
            self.count(self.mapping(document.get("data") or {}, "data").get("samples", 0), "data.samples"),
            self._measuring(document.get("measuring")),
            found_from(document.get("plan"), self),
            self.text(model.get("architecture", ""), "model.architecture"),
        )

    def _measuring(self, value: Any) -> Measuring:
        found = self.mapping(value or {}, "measuring")
        axis = found.get("axis")
        return Measuring(
            self.texts(found.get("metrics"), "measuring.metrics"),
            self.text(found.get("output"), "measuring.output"),
            None if axis is None else self.count(axis, "measuring.axis", 64),
        )

    def _layout(self, value: Any) -> Layout:
        layout = self.mapping(value or {}, "layout")
        panels = {}
        for name, item in self.mapping(layout.get("panels") or {}, "layout.panels").items():
            panel = self.mapping(item, Message("a panel"))
            panels[name] = Panel(
                self.one_of(panel.get("shown"), (True, False), "shown"),
                self.one_of(panel.get("side"), ("left", "right", "bottom"), "side"),
                min(self.count(panel.get("width"), "width"), 10_000),
            )
        return Layout(
            self.text(layout.get("tab"), "tab"),
            self.texts(layout.get("selection"), "selection"),
            self.text(layout.get("current"), "current"),
            panels,
        )

    def _reference(self, value: Any, what: str) -> Reference | None:
        if value is None:
            return None
        found = self.mapping(value, what)
        texts = (self.text(found.get(key), f"{what}.{key}") for key in ("path", "fingerprint", "near"))
        return Reference(*texts)
