"""The catalogues are complete, keep every placeholder, and are compiled from what they say."""

import ast

import pytest

from tests import translations
from tests.translations import (
    CALLS,
    FOLDER,
    UI,
    engine_sentences,
    engine_texts,
    page_texts,
    placeholders,
    read,
    window_texts,
)
from workbench.core.base.language import PLACE

CATALOGUES = sorted(FOLDER.glob("*.ts"))
MEND = "run `python -m tests.translations`, translate what it lists in the .ts file, and run it again"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {**window_texts(), **page_texts(), **engine_texts()}


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_everything_is_translated_and_nothing_is_left_over(catalogue, texts):
    known, sentences = read(catalogue), engine_sentences()
    missing = [f"{texts[text]}: {text}" for text in texts if not known.get(text)]
    assert not missing, "\n".join([MEND, *missing])
    stale = [text for text in known if text not in texts and text not in sentences]
    assert not stale, "\n".join([MEND, *stale])


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_every_placeholder_is_kept(catalogue):
    wrong = [
        f"{text} -> {translated}"
        for text, translated in read(catalogue).items()
        if translated and placeholders(text) != placeholders(translated)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_the_compiled_file_is_of_this_catalogue(catalogue, tmp_path):
    translations.release(catalogue, tmp_path / "fresh.qm")
    assert (tmp_path / "fresh.qm").read_bytes() == catalogue.with_suffix(".qm").read_bytes(), MEND
    templates = (FOLDER / "templates.txt").read_text(encoding="utf-8").splitlines()
    sentences = engine_sentences() & read(catalogue).keys()
    asked = window_texts().keys() | page_texts().keys()
    assert {text for text in sentences if PLACE.search(text)} - asked == set(templates), MEND


def test_only_plain_texts_are_asked_for():
    """A tr() of an f-string has another text each time, and no translation ever."""
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in UI.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.args[0], ast.JoinedStr)
        and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in CALLS
    ]
    assert not wrong, wrong


def test_the_collector_sees_every_way_of_asking():
    source = 'self.tr("a")\ntr("b" if x else "c")\nQCoreApplication.translate("ctx", "d")\ntr(name)\nother("e")'
    assert set(translations.literals(ast.parse(source))) == {"a", "b", "c", "d"}
    assert translations.template(ast.parse('f"{x} of {y:.2f} %"').body[0].value) == "{0} of {1} %"
    assert placeholders("<b>{n}</b> of {0:.2f}") == sorted(["{n}", "{0:.2f}", "<b>", "</b>"])
