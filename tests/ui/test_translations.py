"""The catalogues are complete, and keep every placeholder."""

import ast
import re

import pytest

from tests import translations
from tests.translations import CALLS, FOLDER, UI, collected, placeholders, read

CATALOGUES = sorted(FOLDER.glob("*.ts"))
MEND = "run `python -m tests.translations`, translate what it lists in the .ts file, and run it again"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return collected()


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_everything_is_translated_and_nothing_is_left_over(catalogue, texts):
    known = read(catalogue)
    missing = [f"{texts[text]}: {text}" for text in texts if not known.get(text)]
    assert not missing, "\n".join([MEND, *missing])
    stale = [text for text in known if text not in texts]
    assert not stale, "\n".join([MEND, *stale])


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_every_placeholder_is_kept(catalogue):
    wrong = [
        f"{text} -> {translated}"
        for text, translated in read(catalogue).items()
        if translated and placeholders(text) != placeholders(translated)
    ]
    assert not wrong, "\n".join(wrong)


def test_chinese_sentences_have_chinese_punctuation():
    wrong = [
        text for text in read(FOLDER / "workbench_zh_CN.ts").values() if re.search(r"[一-鿿][,:;!?()][一-鿿]", text)
    ]
    assert not wrong, "\n".join(wrong)


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
    assert {each.value for each in translations.asked(ast.parse(source))} == {"a", "b", "c", "d"}
    messages = 'UserError("a" if x else Message("b", n=n), "c" or d)\nMessage(f"{e}")\nm.Failed(1, "f")'
    assert {each.value for each in translations.templates(ast.parse(messages))} == {"a", "b", "c"}
    assert placeholders("<b>{n}</b> of {0:.2f}") == sorted(["{n}", "{0:.2f}", "<b>", "</b>"])
