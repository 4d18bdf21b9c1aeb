"""The documentation is read without a network: an index, a search, links between pages; every link leads somewhere."""

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QWidget

from tests.ui.test_window import LEFT
from workbench.core.base.resources import resource_path
from workbench.ui.help import documents
from workbench.ui.widgets import theme

FOLDER = resource_path("docs")
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.md"))


@pytest.fixture
def documentation(window, qtbot):
    window.menus.show_documentation()
    found = window.findChild(QWidget, "documentation")
    qtbot.waitUntil(found.isVisible)
    return found


def titles(documentation) -> list[str]:
    return [documentation.index.item(row).text() for row in range(documentation.index.count())]


@pytest.mark.parametrize("name", FILES)
def test_relative_links_resolve(name):
    page = documents.Document(name, (FOLDER / name).read_text(encoding="utf-8"))
    for link in page.links:
        target, place = documents.resolved(name, link)
        assert (FOLDER / target).is_file(), f"{name}: {link}"
        other = documents.Document(target, (FOLDER / target).read_text(encoding="utf-8"))
        assert not place or place in other.anchors, f"{name}: {link}"


def test_every_page_is_reached_from_the_index():
    assert sorted(documents.read(FOLDER)) == FILES


def test_links_are_relative_to_their_page():
    assert documents.resolved("extending/data.md", "../glossary.md#terms") == ("glossary.md", "terms")
    assert documents.resolved("extending/data.md", "methods.md") == ("extending/methods.md", "")
    assert documents.resolved("a.md", "#place") == ("a.md", "place")
    assert documents.anchor("What a figure means (really)") == "what-a-figure-means-really"


def test_links_in_code_are_none():
    page = documents.Document("a.md", "# A\n\n```python\n# no heading\nx[0](y.md)\n```\n\n[b](b.md) ![c](c.png)\n")
    assert (page.title, list(page.links), page.anchors) == ("A", ["b.md"], ("a",))


def test_the_index_is_searched_and_the_word_is_found_on_the_page(documentation, qtbot):
    assert titles(documentation)[:2] == ["Documentation", "First steps"] and len(titles(documentation)) < len(FILES)
    qtbot.keyClicks(documentation.search, "pickled checkpoints")
    assert titles(documentation) == ["Models and data"]
    qtbot.keyClick(documentation.search, Qt.Key.Key_Return)
    assert documentation.browser.page == "inputs.md"
    assert documentation.browser.textCursor().selectedText().casefold() == "pickled"
    documentation.search.setText("packed uint8")
    assert titles(documentation)[0].startswith("Weights are packed in uint8"), "pages of pages are searched as well"
    documentation.search.setText("recipes")
    assert titles(documentation)[0] == "Recipes", "a title goes first"
    documentation.search.setText("no such word anywhere")
    assert titles(documentation) == []


def test_links_lead_to_pages_and_back(documentation, qtbot):
    browser = documentation.browser
    browser.anchorClicked.emit(QUrl("extending/methods.md"))
    assert browser.page == "extending/methods.md" and "compression method" in browser.toPlainText()
    assert documentation.index.currentItem().text() == "A compression method"
    qtbot.mouseClick(documentation.back, LEFT)
    assert browser.page == "index.md" and documentation.index.currentItem().text() == "Documentation"
    qtbot.mouseClick(documentation.forward, LEFT)
    assert browser.page == "extending/methods.md"


def test_a_place_in_a_page_is_scrolled_to(documentation):
    documentation.resize(700, 300)
    documentation.browser.anchorClicked.emit(QUrl("python.md#measuring-and-searching"))
    assert documentation.browser.page == "python.md" and documentation.browser.verticalScrollBar().value() > 0


def test_nothing_is_loaded_but_pages(documentation, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("workbench.ui.help.window.QDesktopServices.openUrl", opened.append)
    (tmp_path / "secret.md").write_text("secret")
    browser = documentation.browser
    assert browser.loadResource(2, QUrl.fromLocalFile(str(tmp_path / "secret.md"))) is None
    assert browser.loadResource(2, QUrl("https://example.invalid/picture.png")) is None
    browser.anchorClicked.emit(QUrl("nowhere.md"))
    assert browser.page == "index.md" and not opened
    browser.anchorClicked.emit(QUrl("https://example.invalid/"))
    assert [url.toString() for url in opened] == ["https://example.invalid/"] and browser.page == "index.md"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_read_in_light_and_in_dark(documentation, qapp, scheme):
    theme.apply(qapp, scheme)
    palette = documentation.browser.palette()
    paper, ink, link = (getattr(palette, role)().color() for role in ("base", "text", "link"))
    assert abs(paper.lightness() - ink.lightness()) > 120 and abs(paper.lightness() - link.lightness()) > 60
    assert set(re.findall(r"color:(#[0-9a-f]{6})", documentation.browser.toHtml())) <= {link.name(), ink.name()}
