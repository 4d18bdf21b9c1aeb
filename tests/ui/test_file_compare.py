"""The dialog and the page of a comparison with another file."""

import re

import pytest
from PySide6.QtCore import Qt

from tests.figures import TOP1
from tests.ui.conftest import WAIT
from workbench.core.analysis.measured import Comparison, FileComparison, LayerPair, ModelDiff, Side
from workbench.core.base.message import Message
from workbench.ui.base import dialogs
from workbench.ui.file_compare import words
from workbench.ui.file_compare.dialog import FileComparisonDialog
from workbench.ui.text import i18n

LAYERS = (
    LayerPair("stem", "stem", "Conv", "same", (8, 1, 3, 3), (8, 1, 3, 3), 320, 320),
    LayerPair("a", "b", "Gemm", "weights", (8, 8), (8, 8), 256, 64, 21.53),
    LayerPair("old", "", "Gemm", "removed", (8, 2), (), 64, 0),
)
SIDES = Side("folder/of/mine/a.onnx", 1000, 10, 500, 0.92, 0.5), Side("folder/b.onnx", 250, 10, 400, 0.9, 0.4)
FIGURES = Comparison(TOP1, 2000, *SIDES, -0.02, -0.03, -0.01, 0.97, 50, 10, 1.5)
FOUND = FileComparison(
    SIDES[0].path, SIDES[1].path, (1000, 250), (500, 400), ModelDiff(LAYERS, (("Conv", 1, 1), ("Gemm", 2, 1))), FIGURES
)


def test_it_says_what_differs(qapp):
    assert words.summary(FOUND) == "3 layers: 1 the same, 1 with other weights, 1 removed."
    size, metric, same, latency, macs = words.lines(FOUND)
    assert (size.before, size.after) == ("1.00 kB", "250 B") and "4.0x smaller" in size.change
    assert (metric.before, metric.after) == ("92.00 %", "90.00 %") and "2,000 samples" in metric.change
    assert same.after == "97.00 %" and "50 samples got worse, 10 better" in same.change
    assert latency.change.startswith("0.80x") and macs.after == "400"
    assert words.layer_line(LAYERS[1]).cells == ("a → b", "other weights", "Gemm 8 × 8", "256 B", "64 B", "21.5 dB")


def test_the_page_stands_by_itself_and_names_no_folder(qapp, tmp_path, qtbot):
    dialog = FileComparisonDialog(FOUND)
    qtbot.addWidget(dialog)
    dialog.write(str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "a → b" in page and "92.00 %" in page and "folder/of" not in page
    assert not re.search(r"<script|src=|href=|https?:", page)
    dialog.write(str(tmp_path / "page.html" / "inside.html"))
    assert dialog.findChild(dialogs.QMessageBox, "complaint") is not None


def test_without_figures_it_says_why(qapp, qtbot):
    said = Message("The outputs differ in shape: {shape} and {shape_b}.", shape=(1, 2), shape_b=(1, 3))
    dialog = FileComparisonDialog(FileComparison("a.onnx", "a.onnx", (9, 9), (None, 3), ModelDiff((), ()), None, said))
    qtbot.addWidget(dialog)
    assert len(words.lines(dialog.found)) == 1 and dialog.table.topLevelItemCount() == 0
    assert str(said) in words.html(dialog.found)


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_nothing_is_cut(qapp, qtbot, code):
    i18n.apply(qapp, code)
    dialog = FileComparisonDialog(FOUND)
    i18n.apply(qapp, "en")
    qtbot.addWidget(dialog)
    dialog.show()
    header = dialog.table.header()
    for place in range(dialog.table.columnCount()):
        assert header.sectionSize(place) >= dialog.table.sizeHintForColumn(place)
    assert dialog.table.topLevelItem(0).flags() & Qt.ItemFlag.ItemIsEnabled == Qt.ItemFlag.NoItemFlags


def test_the_command_asks_the_engine(demo_window, demo, qtbot):
    demo_window.menus.compare_file.compare(str(demo.cnn))
    qtbot.waitUntil(lambda: demo_window.findChild(FileComparisonDialog) is not None, timeout=WAIT)
    dialog = demo_window.findChild(FileComparisonDialog)
    assert dialog.isVisible() and dialog.table.topLevelItem(0).text(1) == "the same"
    dialog.close()
