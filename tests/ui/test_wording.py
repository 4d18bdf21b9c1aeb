"""Texts of the window: plain words, short labels, one word for one thing (resources/docs/glossary.md)."""

import ast
import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton

from tests.translations import UI, asked, window_texts
from tests.translations import called as name_of
from workbench.ui.text.i18n import tr

REFUSED = (
    r"\bforet(?:ell|old)",
    r"\bmends?\b",
    r"\bhand(?:s|ed)? on\b",
    r"\bso many\b",
    r"\bof its own\b",
    r"\bfarther\b",
    r"\bgone with\b",
    r"\bcame of\b",
    r"\bin whose place\b",
    r"\bas (?:it was|opened)\b",
    r"\bon show\b",
    r"\bpin(?:ned)?\b",
    r"\bstates\b",
    r"\bactions?\b",
    r"\bis like this\b",
    r"\blevels to\b",
    r"\bcould be chance\b",
    r"\bgo(?:es)? on\b",
    r"\bdecided?\b",
    r"\brank correlation\b(?! of)",
    r"\bhang together\b",
    r"\bthe surest\b",
)
MOST_WORDS = 5  # of an action: a label has four, and some name an object besides
NAMES = {"new_action", "toggle", "small"}  # calls whose texts are labels of buttons and menus
CLASSES = {"QPushButton", "QToolButton", "QAction", "QMenu", "QCheckBox", "QRadioButton", "QDockWidget"}


def labels() -> Iterator[str]:
    """The texts that are given to buttons, actions, menus and docks where they are made."""
    for module in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name_of(node) in NAMES | CLASSES:
                said = next((each for each in node.args if isinstance(each, ast.Call) and list(asked(each))), None)
                if said is not None:
                    yield from (str(literal.value) for literal in asked(said))


@pytest.mark.parametrize("refused", REFUSED)
def test_no_text_of_the_window_has_a_refused_word(refused):
    found = [text for text in window_texts() if re.search(refused, text, re.IGNORECASE)]
    assert not found, found


def test_labels_are_short_and_no_sentences():
    found = set(labels())
    assert len(found) > 40
    long = [text for text in found if len(text.split(":")[0].split()) > MOST_WORDS or text.endswith(".")]
    assert not long, long


def test_buttons_and_menus_of_the_open_window_are_short(demo_window):
    of = [*demo_window.findChildren(QAction), *demo_window.findChildren(QAbstractButton)]
    known = {tr(text) for text in window_texts()}
    long = [each.text() for each in of if each.text() in known and len(each.text().split()) > MOST_WORDS]
    assert len(of) > 100 and not long, long


def test_a_thing_has_one_name():
    texts = set(window_texts())
    assert {"Steps", "Snapshots", "Result", "Restore", "Discard", "Later"} <= texts
    assert not {"Actions", "Snapshot state", "States", "Discard it", "Not now", "Go on"} & texts
