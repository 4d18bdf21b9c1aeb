"""The presentation in a design's colours, with long titles, and as files: nothing cut, unseen or replaced unasked."""

import dataclasses

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox

from tests.ui.test_presentation import DESIGN, measured_session
from tests.ui.test_scoreboard import RECIPE
from workbench.core.analysis.plan import Measured, Point
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.session.snapshot import Snapshot
from workbench.ui.presentation import design, story
from workbench.ui.presentation.commands import PresentationCommands
from workbench.ui.presentation.deck import DECK, pages_of
from workbench.ui.presentation.slides import Slide
from workbench.ui.presentation.story import story_of
from workbench.ui.presentation.window import Presentation
from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions
from workbench.ui.widgets import schemes, theme


@pytest.fixture
def session(qapp):
    return measured_session()


def test_a_light_design_is_the_same_in_the_dark_scheme_and_dresses_the_slider(session, tmp_path, qtbot, monkeypatch):
    QImage(60, 20, QImage.Format.Format_RGB32).save(str(tmp_path / "logo.png"))
    (tmp_path / "design.yaml").write_text(DESIGN, encoding="utf-8")
    mine = design.read(tmp_path / "design.yaml")
    monkeypatch.setattr(design, "remembered", lambda: mine)
    assert mine.dress(schemes.DARK) == mine.dress(schemes.LIGHT)
    theme.apply(QApplication.instance(), "dark")
    shown = Presentation(session, ChangedPredictions(session))
    qtbot.addWidget(shown)
    shown.resize(1280, 720)
    shown.show()
    QTest.keyClick(shown, Qt.Key.Key_End)
    back = QColor("#ffffff")
    for label in (shown.live.caption, shown.live.value, shown.place, shown.hint):
        assert schemes.contrast(label.palette().color(label.foregroundRole()), back) >= 4.5, label.text()
    picture = shown.live.slider.grab().toImage()
    row = {picture.pixelColor(x, picture.height() // 2).name() for x in range(picture.width())}
    assert "#0a7d5a" in row and schemes.DARK.accent.name() not in row
    theme.apply(QApplication.instance(), "light")
    assert schemes.contrast(shown.live.caption.palette().color(QPalette.ColorRole.WindowText), back) >= 4.5
    shown.close()


def test_a_snapshot_of_the_current_recipe_is_no_second_dot(session):
    def point(snapshot, session):
        return Point(snapshot.name, "own", snapshot.recipe, 250_000, measured=Measured(0.9, 0.01, 0.0, 0.02, 0.0, 2000))

    session.snapshots.take(
        (Snapshot("kept", session.recipe), Snapshot("other", Recipe((Row("head", RECIPE.rows[0].actions),))))
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "point_of", point)
        assert [dot.kind for dot in story_of(session).dots] == ["original", "search", "current"]


class Writer(QPainter):
    """Keeps what is written."""

    def __init__(self, image):
        super().__init__(image)
        self.words = []

    def drawText(self, *given):
        self.words.append(given[-1])
        super().drawText(*given)


@pytest.mark.parametrize("size", [(1280, 720), (2560, 1440)])
def test_a_long_title_is_written_smaller_not_cut(session, qapp, size):
    title = "Fashion model for the shop of the whole company in Europe and abroad"
    image = QImage(*size, QImage.Format.Format_RGB32)
    writer = Writer(image)
    told = story_of(session, dataclasses.replace(design.Design(), title=title))
    DECK[0].draw(Slide(writer, QRectF(image.rect()), theme.colors()), told)
    writer.end()
    assert title in writer.words


def test_slides_as_images_ask_before_they_replace_files_and_are_named(session, qtbot, tmp_path):
    window = QMainWindow()
    qtbot.addWidget(window)
    commands, told = PresentationCommands(window, session), []
    session.told.connect(told.append)
    commands.write(tmp_path / "deck.png")
    last = len(pages_of(story_of(session)))
    assert told == [f"Presentation saved as {tmp_path / 'deck-1.png'} to deck-{last}.png"]
    kept = b"another's"
    (tmp_path / "deck-2.png").write_bytes(kept)
    (tmp_path / "deck-1.png").unlink()
    commands.write(tmp_path / "deck.png")
    asked = window.findChild(QMessageBox, "replace")
    assert "deck-2.png" in asked.text() and (tmp_path / "deck-2.png").read_bytes() == kept
    assert not (tmp_path / "deck-1.png").exists()
    (replace,) = (button for button in asked.buttons() if "Replace" in button.text().replace("&", ""))
    QTest.mouseClick(replace, Qt.MouseButton.LeftButton)
    assert (tmp_path / "deck-2.png").read_bytes() != kept and (tmp_path / "deck-1.png").exists() and len(told) == 2
