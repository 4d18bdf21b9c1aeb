"""A window on a model whose names look like markup, have several lines or fill the screen."""

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from tests.faults import odd_names
from tests.test_contracts import HOUSE
from tests.ui.conftest import WAIT
from workbench.core.base.errors import UserError
from workbench.ui.base import dialogs
from workbench.ui.widgets.labels import Elided, Plain, tooltip

RICH = ("<b>", "<i", "<img", "<script")


def rich(text):
    return any(tag in text for tag in RICH)


def as_markup(widget: QWidget) -> list[str]:
    """What of a widget and all in it would be taken for markup, or would turn the text behind it around."""
    found = []
    for each in (widget, *widget.findChildren(QWidget)):
        if isinstance(each, QLabel) and rich(each.text()) and each.textFormat() != Qt.TextFormat.PlainText:
            found.append(f"label {each.text()[:100]!r}")
        if rich(each.toolTip()) or "\u202e" in each.toolTip() or len(each.toolTip()) > 4000:
            found.append(f"tooltip {each.toolTip()[:100]!r}")
        if isinstance(each, QAbstractItemView) and each.model() is not None:
            model = each.model()
            for row in range(min(model.rowCount(), 20)):
                tip = model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
                if tip and rich(tip):
                    found.append(f"tooltip of a row {tip[:100]!r}")
    return found


def test_nothing_of_a_model_is_taken_for_markup(window, qtbot, tmp_path):
    model, data = odd_names.write(tmp_path)
    session = window.session
    session.open(str(model), data=str(data))
    qtbot.waitUntil(lambda: session.model is not None and session.baseline is not None, timeout=WAIT)
    for layer in session.model.layers:
        session.select((layer.path,), layer.path)
        qtbot.waitUntil(lambda path=layer.path: session.view is not None and session.view.path == path, timeout=WAIT)
        assert as_markup(window) == []
    assert "\n" not in window.windowTitle() and "\u202e" not in window.windowTitle()
    assert max(widget.minimumSizeHint().width() for widget in (window, window.centralWidget())) < 1400


def test_complaints_show_names_as_they_are(window):
    error = UserError(f"There is no layer {odd_names.NAMES[0]}.", "Use <b>another</b>\n\x1b[31m.")
    box = dialogs.complain(window, "Cannot do that", error.what, error.hint)
    assert rich(box.text()) and rich(box.informativeText()) and as_markup(box) == []
    assert box.informativeText() == "Use <b>another</b> ."
    box.close()


def test_labels_and_tooltips(qtbot):
    label, line = Plain("<b>x</b>"), Elided(Qt.TextElideMode.ElideRight)
    qtbot.addWidget(label)
    qtbot.addWidget(line)
    line.resize(20, 20)
    line.show_text("<b>bold</b>\nand \u202emore")
    assert as_markup(label) == as_markup(line) == [] and line.full == r"<b>bold</b> and \u202emore"
    assert tooltip("a & b") == "a & b" and tooltip("<b>\nc") == "<qt>&lt;b&gt;<br>c</qt>"


def test_labels_that_may_be_rich_are_made_in_one_place():
    made = {path.name for path in (HOUSE / "ui").rglob("*.py") if re.search(r"(?<!class )\bQLabel\(", path.read_text())}
    assert made == {"about.py"}
