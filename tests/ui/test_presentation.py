"""The presentation: what it tells of a session, how it is walked through, and what it is saved as."""

import dataclasses
import os
import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui import sample
from tests.ui.test_scoreboard import DATA, MEASURED, MODEL, RECIPE
from workbench.core.analysis.plan import Front, Goal, Measured, Point
from workbench.core.analysis.prediction_diff import Changes, Flip
from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.layer_data.views import Timing
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.session_plan import Found
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.presentation import design, documents
from workbench.ui.presentation.deck import DECK, pages_of
from workbench.ui.presentation.slides import Slide
from workbench.ui.presentation.story import story_of
from workbench.ui.presentation.window import Presentation
from workbench.ui.session.session import Session
from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions
from workbench.ui.text import i18n
from workbench.ui.widgets import theme


def measured_session():
    """A measured recipe, as an engine's answers would leave it."""
    session = Session(EngineLink())
    session.model, session.data, session.recipe = MODEL, DATA, RECIPE
    session.methods = {info.id: info for info in sample.METHODS.values()}
    session.show_preview(MEASURED, True)
    return session


@pytest.fixture
def session(qapp):
    return measured_session()


@pytest.fixture
def shown(session, qtbot):
    window = Presentation(session, ChangedPredictions(session))
    window.resize(1280, 720)
    window.show()
    yield window
    window.close()
    theme.apply(QApplication.instance(), "light")


def test_it_tells_what_the_figures_are_and_where_they_come_from(session):
    story = story_of(session)
    assert story.headline == "4.0x smaller (25 % kept)"
    size, accuracy, parameters, macs = story.numbers
    assert (size.before, size.after) == ("1.00 MB", "250 kB") and "forecast" in size.note
    assert (accuracy.before, accuracy.after) == ("92.4 %", "91.7 %") and "measured, 2,000" in accuracy.note
    assert story.steps[0].what.startswith("Magnitude") and "50 %" in story.steps[0].what
    assert story.steps[0].where == "stem"
    assert parameters.after == "300" and macs.share == pytest.approx(3000 / 5760)


def test_of_an_untouched_model_it_claims_nothing(session):
    session.recipe = Recipe()
    story = story_of(session)
    assert not story.edited and not story.steps and story.bars[0].before == story.bars[0].after


def test_keys_and_clicks_walk_through_it(shown):
    assert shown.hint.isVisible() and "Escape" in shown.hint.text()
    for key, expected in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Space, 2),
        (Qt.Key.Key_Left, 1),
        (Qt.Key.Key_End, len(shown.pages) - 1),
        (Qt.Key.Key_Right, len(shown.pages) - 1),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Left, 0),
    ):
        QTest.keyClick(shown, key)
        assert shown.index == expected and shown.hint.isVisible() == (expected == 0)
    QTest.mouseClick(shown, Qt.MouseButton.LeftButton, pos=QPoint(600, 300))
    assert shown.index == 1
    QTest.mouseClick(shown, Qt.MouseButton.RightButton, pos=QPoint(600, 300))
    assert shown.index == 0


def test_the_last_row_of_a_room_reads_every_word(shown):
    """None is smaller than a 32nd of the height, nor those of the slider, in another theme either."""
    found = []

    class Ruler(Slide):
        def text(self, words, x, y, width, units, *args, **more):
            found.append(units)
            super().text(words, x, y, width, units, *args, **more)

    picture = QImage(1280, 720, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    for page in pages_of(shown.story):
        page.draw(Ruler(painter, QRectF(0, 0, 1280, 720), theme.colors()), shown.story)
    painter.end()
    assert found and min(found) >= 50 / 32
    assert shown.live is not None
    for name in ("light", "dark"):
        theme.apply(QApplication.instance(), name)
        assert shown.live.caption.fontInfo().pixelSize() >= 720 / 32


def test_escape_leaves_it(session, qtbot):
    window = Presentation(session, ChangedPredictions(session))
    window.show()
    finished = []
    window.finished.connect(lambda: finished.append(True))
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert finished == [True]


def test_the_slider_drags_the_recipe(shown, session):
    """By key, each stroke a step; on the last slide only."""
    assert shown.live is not None and not shown.live.isVisible()
    shown.go_to(len(shown.pages) - 1)
    assert shown.live.isVisible()
    shown.live.slider.setFocus()
    before = session.recipe.actions_for("stem")[0].params["sparsity"]
    QTest.keyClick(shown.live.slider, Qt.Key.Key_PageUp)
    after = session.recipe.actions_for("stem")[0].params["sparsity"]
    assert after > before and f"{after:.4g}" in shown.live.value.text()
    session.undo()
    assert session.recipe.actions_for("stem")[0].params["sparsity"] == before
    assert f"{before:.4g}" in shown.live.value.text()


def test_the_slider_goes_when_its_step_is_gone(shown, session):
    shown.go_to(len(shown.pages) - 1)
    session.set_actions(["stem"], (), "clear")
    assert shown.live is None
    session.undo()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_slide_shows_something(shown, qapp, scheme):
    theme.apply(qapp, scheme)
    pictures = set()
    for index in range(len(shown.pages)):
        shown.go_to(index)
        picture = shown.grab().toImage()
        colors = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
        assert len(colors) > 5
        pictures.add(bytes(picture.constBits()))
    assert len(pictures) == len(shown.pages)


def test_the_page_stands_by_itself(session, tmp_path):
    file = tmp_path / "story.html"
    documents.save(story_of(session), file)
    page = file.read_text(encoding="utf-8")
    assert "4.0x smaller" in page and "measured, 2,000" in page and "stem" in page
    assert not re.search(r"<script|src=|href=|https?:", page)


def test_names_cannot_break_the_page(session):
    session.model = dataclasses.replace(MODEL, path="<b>&.onnx")
    assert "<b>&.onnx" not in documents.html(story_of(session))


def test_the_document_has_a_page_a_slide(session, tmp_path):
    file = tmp_path / "story.pdf"
    documents.save(story_of(session), file)
    content = file.read_bytes()
    assert content.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", content)) == len(
        pages_of(story_of(session))
    )


def test_a_folder_that_is_none_is_a_sentence(session, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="Cannot write"):
        documents.save(story_of(session), tmp_path / "file" / "story.pdf")


def test_a_stack_without_a_number_has_no_slider(session, qtbot):
    session.recipe = Recipe().with_actions(["stem"], (Action("prune.unheard"),))
    window = Presentation(session, ChangedPredictions(session))
    qtbot.addWidget(window)
    window.go_to(len(window.pages) - 1)
    assert window.live is None


@pytest.mark.parametrize("size", [(1024, 768), (1280, 720), (1920, 1080), (1600, 1200)])
def test_a_projector_of_any_shape_shows_all_of_it(shown, qapp, size):
    theme.apply(qapp, "light")
    shown.resize(*size)
    unit = min(size[1], size[0] * 9 / 16) / 50
    for index in range(len(shown.pages)):
        shown.go_to(index)
        picture, back = shown.grab().toImage(), theme.colors().surface.rgb()
        edge = round(2 * unit)
        where = [(x, y) for x in range(0, size[0], 3) for y in (1, edge // 2, size[1] - 2)]
        where += [(x, y) for y in range(0, size[1] - 4 * edge, 3) for x in (1, edge, size[0] - edge)]
        assert all(picture.pixel(x, y) == back for x, y in where), f"slide {index + 1} reaches the edge"
    live = shown.live
    assert live.isVisible() and shown.rect().contains(live.geometry())
    assert live.caption.width() >= live.caption.sizeHint().width() and live.value.font().pixelSize() >= round(unit)
    picture = shown.grab(shown.rect().adjusted(0, live.y() - 4, 0, live.y() - 2 - shown.height())).toImage()
    assert all(picture.pixel(x, 0) == theme.colors().surface.rgb() for x in range(picture.width())), "over a figure"


def test_it_speaks_the_language_of_the_window(session, qapp):
    i18n.apply(qapp, "zh_CN")
    page, story = documents.html(story_of(session)), story_of(session)
    i18n.apply(qapp, "en")
    assert '<html lang="zh-CN">' in page and "各层大小" in page and "Size by layer" not in page
    assert "幅值" in story.steps[0].what and story.numbers[0].caption == "文件大小"
    assert '<html lang="en">' in documents.html(story_of(session))


# -- the design, and the slides that need more than a preview ----------------------------------------------------------

DESIGN = """
title: Fashion model for the shop
organisation: Example Ltd.
logo: logo.png
colors: {accent: "#0a7d5a", background: "#ffffff", text: "#101418"}
savings: {currency: EUR, copies: 2e6, price_per_gb: 0.05, runs: 5e9, joules_per_run: 0.8, price_per_kwh: 0.3}
notes: {cover: "Say who we are.", costs: "Our own figures."}
"""


@pytest.fixture
def design_file(tmp_path):
    QImage(60, 20, QImage.Format.Format_RGB32).save(str(tmp_path / "logo.png"))
    file = tmp_path / "design.yaml"
    file.write_text(DESIGN, encoding="utf-8")
    return file


@pytest.fixture
def full(session, design_file):
    """A session with a finished search and measured latency, what changed, and the user's design."""
    sizes = (250_000, 500_000, 700_000)
    points = tuple(
        Point(f"{n}", kind, RECIPE.with_actions(["head"], (Action("q", {"bits": n}),)), size, measured=figures)
        for n, (size, kind) in enumerate(zip(sizes, ("uniform", "search", "search"), strict=True))
        for figures in [Measured(0.9, 0.01 * n, 0.0, 0.02 * n, 0.0, 2000)]
    )
    original = Point("original", "original", Recipe(), 1_000_000)
    session.found = Found(Front(Goal(), session.metric, True, original, points), DATA.fingerprint)
    session.timings._known.put(RECIPE.in_effect, Timing(2.0, 1.0, 10, 250_000, 0, 0, False))
    picture = np.arange(784, dtype=np.uint8).reshape(28, 28)
    flips = tuple(Flip(n, "lost", 0, 0, 1, 0.9, 0.6, picture) for n in range(12))
    changes = Changes(2000, session.metric, True, ("shirt", "coat"), flips=flips, lost=12)
    return story_of(session, design.read(design_file), changes)


def test_the_full_deck(full, qapp):
    assert [page.key for page in pages_of(full)] == [page.key for page in DECK]
    assert full.name == "Fashion model for the shop" and full.design.note("costs") == "Our own figures."
    assert full.dots[0].kind == "original" and full.dots[0].value == pytest.approx(92.4)
    assert {dot.kind for dot in full.dots} == {"original", "uniform", "search", "current"}
    assert len(full.examples) == 10 and (full.examples[0].before, full.examples[0].after) == ("shirt", "coat")
    assert "12 of 2,000" in full.example_words
    delivery, energy, electricity = full.savings
    assert (delivery.before, delivery.after) == ("100 EUR", "25 EUR")  # 2,000,000 x 1 MB at 0.05 a GB
    assert (energy.before, energy.after) == ("1.11 MWh", "556 kWh")  # 5e9 x 0.8 J / 3.6e6, at half the latency
    assert electricity.before == "333 EUR" and "proportional to the measured latency" in energy.note


def test_it_claims_no_savings_without_figures(session, full):
    assert story_of(session).savings == () and story_of(session).verified == ""


def test_a_design_dresses_the_slides(full, tmp_path, qapp):
    documents.save(full, tmp_path / "deck.png")
    files = sorted(tmp_path.glob("deck-*.png"))
    assert len(files) == len(DECK)
    pictures = [QImage(str(file)) for file in files]
    assert all(picture.pixelColor(2, 2).name() == "#ffffff" for picture in pictures)
    accent = QColor("#0a7d5a").rgb()
    assert any(pictures[0].pixel(x, y) == accent for x in range(0, 1400, 2) for y in range(300, 560, 2))
    page = documents.html(full)
    assert page.count("data:image/png;base64,") == 12 and "Say who we are." in page and "--after: #0a7d5a" in page
    assert not re.search(r'src="(?!data:)|href=|https?:', page)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [1]", "'title' is not a text"),
        ("colour: red", "unknown keys: colour"),
        ("colors: {accent: red}", "'accent' is not a colour"),
        ('colors: {text: "#eeeeee", background: "#ffffff"}', "contrast"),
        ("savings: {copies: -1}", "'copies' is not a number"),
        ("savings: {runs: .nan}", "'runs' is not a number"),
        ("notes: {cover: 3}", "'cover' is not a text"),
        ("logo: ../logo.png", "not an image next to this file"),
        ("logo: design.yaml", "neither a PNG nor a JPEG"),
        ("- 1", "not a mapping"),
    ],
)
def test_a_wrong_design_is_a_sentence(tmp_path, qapp, text, said):
    file = tmp_path / "design.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="is not a valid presentation design") as refused:
        design.read(file)
    assert said in refused.value.what


@pytest.mark.skipif(os.name != "posix", reason="names of Windows that files have here")
@pytest.mark.parametrize("name", [r"\\evil\share\logo.png", r"\??\UNC\evil\share\logo.png", r"\\.\pipe\logo"])
def test_a_logo_on_another_computer_is_refused_before_it_is_looked_up(tmp_path, qapp, monkeypatch, name):
    """It is there under the very name, so that nothing but the guard refuses it."""
    file = tmp_path / "design.yaml"
    file.write_text(f"logo: '{name}'", encoding="utf-8")
    QImage(6, 2, QImage.Format.Format_RGB32).save(str(tmp_path / name), "PNG")
    assert design.read(file).logo is not None
    monkeypatch.setattr(system, "on_windows", lambda: True)
    with pytest.raises(UserError, match="is not an image next to this file"):
        design.read(file)


def test_notes_follow_the_slides(shown, session, design_file):
    shown._design = design.read(design_file)
    shown.follow()
    QTest.keyClick(shown, Qt.Key.Key_N)
    assert shown.notes.text.text() == "Say who we are."
    QTest.keyClick(shown.notes, Qt.Key.Key_Right)
    assert shown.index == 1 and "weights" in shown.notes.text.text()
    QTest.keyClick(shown, Qt.Key.Key_N)
    assert shown.notes is None


def test_a_slide_that_comes_leaves_the_one_on_show(shown, session, full):
    """A search ends while the steps are up: the trade-off goes in before them."""
    found, session.found = session.found, None
    shown.follow()
    shown.go_to([page.key for page in shown.pages].index("steps"))
    before = shown.index
    session.found = found
    shown.follow()
    assert shown.pages[shown.index].key == "steps" and shown.index == before + 1
