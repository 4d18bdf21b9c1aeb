"""The catalogues are complete, and keep every placeholder."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests import translations
from tests.translations import CALLS, FOLDER, UI, collected, placeholders, read
from workbench.ui.text import i18n

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
    texts = [
        re.sub(r"\[.*?\]|“.*?”", "", text) for text in read(FOLDER / "workbench_zh_CN.ts").values()
    ]  # shapes, code
    wrong = [text for text in texts if re.search(r"[一-鿿][,:;!?](?!;)|(?<!;)[,:;!?)][一-鿿]|[一-鿿]\((?![*&])", text)]
    assert not wrong, "\n".join(wrong)


JOINT = r"(, |; |: | \()"
FOR_PROGRAMS = {  # reports of errors, code, what is searched, markup
    "base/crash.py",
    "recipe_text/completion.py",
    "shell/about.py",
    "help/documents.py",
    "tabs/graph/pages.py",
}


def joints(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts that are put together with English punctuation: `f"{a}, {b}"`, `", ".join(names)`."""
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
            if re.search(rf"\0{JOINT}|{JOINT}\0", text) and not re.search(r"[<\[]|px", text):  # markup, intervals
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = [str(side.value) for side in (node.left, node.right) if isinstance(side, ast.Constant)]
            if any(re.search(rf"^{JOINT}|{JOINT}$", side) for side in sides):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Call) and re.match(r"'[,;] '\.join\(", ast.unparse(node)):
            yield node.lineno, ast.unparse(node)


def test_punctuation_between_parts_is_that_of_the_language():
    """See listed, titled and aside in ui.text.i18n."""
    wrong = [
        f"{module.relative_to(UI)}:{line}: {text}"
        for module in sorted(UI.rglob("*.py"))
        if module.relative_to(UI).as_posix() not in FOR_PROGRAMS
        for line, text in joints(ast.parse(module.read_text(encoding="utf-8")))
    ]
    assert not wrong, "\n".join(wrong)


def test_lists_in_messages_are_joined_as_the_language_does():
    wrong = [
        f"{module}:{keyword.value.lineno}"
        for module in sorted(UI.parent.rglob("*.py"))
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and (name := translations.called(node)) and name.endswith(("Message", "Error"))
        for keyword in node.keywords
        if ast.unparse(keyword.value).startswith("', '.join(")
    ]
    assert not wrong, wrong


def test_parts_are_joined_with_full_width_signs_in_chinese(qapp):
    parts = i18n.listed(("a", "", "b")), i18n.titled("a", "b"), i18n.aside("a", "b")
    assert parts == ("a, b", "a: b", "a (b)")
    i18n.apply(qapp, "zh_CN")
    parts = i18n.listed(("a", "", "b")), i18n.titled("a", "b"), i18n.aside("a", "b")
    i18n.apply(qapp, "en")
    assert parts == ("a，b", "a：b", "a（b）")


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
