"""Plots as files and numbers: saved, copied, and what is said of it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QFileDialog, QLabel, QMainWindow


def test_pictures_and_numbers_can_be_taken_away(histogram, spectrum, tmp_path):
    for plot in (histogram, spectrum):
        plot.keeper.save(str(tmp_path / "plot.png"))
        assert QImage(str(tmp_path / "plot.png")).width() >= 1600
        plot.keeper.save(str(tmp_path / "plot.svg"))
        assert "<svg" in (tmp_path / "plot.svg").read_text(encoding="utf-8")
        copy = plot.keeper.menu().actions()[-1]
        copy.trigger()
        rows = QGuiApplication.clipboard().text().splitlines()
        assert len(rows) == (162 if plot is histogram else 65)
        assert len(rows[0].split(",")) == len(rows[-1].split(",")) == 4


def test_the_numbers_are_copied_with_keys(histogram, qtbot):
    histogram.activateWindow()
    qtbot.waitUntil(histogram.isActiveWindow)
    histogram.canvas.setFocus()
    QGuiApplication.clipboard().clear()
    QTest.keyClick(histogram.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == histogram.to_csv()


def test_what_was_copied_or_saved_is_reported_in_the_status_bar(histogram, qtbot, tmp_path):
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = window.statusBar()
    window.setCentralWidget(histogram)
    window.show()
    histogram.keeper.copy()
    assert bar.currentMessage() == "Numbers copied: Weights"
    histogram.keeper.copy_picture()
    assert bar.currentMessage() == "Image copied: Weights"
    assert QGuiApplication.clipboard().pixmap().width() >= 1000
    histogram.keeper.save(str(tmp_path / "weights.png"))
    assert bar.currentMessage() == f"Saved as {tmp_path / 'weights.png'}"
    window.takeCentralWidget().setParent(None)


def test_the_name_of_a_picture_follows_its_kind(histogram, qtbot, tmp_path):
    histogram.keeper.ask_picture()
    dialog = histogram.findChild(QFileDialog)
    qtbot.waitUntil(dialog.isVisible)
    assert dialog.nameFilters() == ["SVG image (*.svg)", "PNG image (*.png)"]
    kinds = dialog.findChild(QComboBox, "fileTypeCombo")
    QTest.keyClick(kinds, Qt.Key.Key_Down)
    assert dialog.defaultSuffix() == "png" and Path(dialog.selectedFiles()[0]).name == "plot.png"
    QTest.keyClick(kinds, Qt.Key.Key_Up)
    assert Path(dialog.selectedFiles()[0]).name == "plot.svg"
    dialog.reject()


def test_the_menu_of_a_plot_opens_from_its_button_and_saves(histogram, qtbot, tmp_path):
    QTest.mouseClick(histogram.keeper.button, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Save image…",
        "Save numbers…",
        "Copy image",
        "Copy numbers as CSV",
    ]
    menu.actions()[1].trigger()
    menu.close()
    dialog = histogram.findChild(QFileDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.fileSelected.emit(str(tmp_path / "numbers.csv"))
    dialog.close()
    assert (tmp_path / "numbers.csv").read_text(encoding="utf-8") == histogram.to_csv()


def test_a_plot_that_cannot_be_saved_says_so(histogram, tmp_path):
    (tmp_path / "file").write_text("in the way")
    histogram.keeper.save(str(tmp_path / "file" / "plot.png"))
    complaint = next(each for each in histogram.findChildren(QDialog) if each.isVisible())
    assert "Cannot write" in " ".join(label.text() for label in complaint.findChildren(QLabel))
    complaint.close()
