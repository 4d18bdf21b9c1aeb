"""Refused words stay out of texts, documents, docstrings, comments and identifiers.

The words are those of the table in resources/docs/glossary.md.
"""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "resources" / "docs" / "glossary.md"
TABLE = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
QUOTING = {"test_words.py", "test_wording.py"}  # tests that name refused words
REFUSED = TABLE.findall(GLOSSARY.read_text(encoding="utf-8"))


@cache
def sources() -> dict[Path, str]:
    """Text of modules, tests, page templates and documents; not of the table of words, nor of this test."""
    found = [*ROOT.glob("*.md"), *(ROOT / "resources").glob("*.j2")]
    for folder, pattern in (
        ("workbench", "*.py"),
        ("workbench", "*.md"),
        ("tests", "*.py"),
        ("resources/docs", "*.md"),
    ):
        found += (ROOT / folder).rglob(pattern)
    chosen = sorted(path for path in found if path != GLOSSARY and path.name not in QUOTING)
    return {path: path.read_text(encoding="utf-8") for path in chosen}


def test_the_table_has_words():
    assert len(REFUSED) > 5 and all(word == word.lower() for word in REFUSED)


@pytest.mark.parametrize("word", REFUSED)
def test_no_source_has_a_refused_word(word):
    pattern = re.compile(re.escape(word).replace(r"\ ", r"[\s_]+(?:# )?"), re.IGNORECASE)
    hits = [
        f"{path.relative_to(ROOT)}:{text[: found.start()].count(chr(10)) + 1}"
        for path, text in sources().items()
        for found in pattern.finditer(text)
    ]
    hits += [str(path.relative_to(ROOT)) for path in sources() if pattern.search(path.stem)]
    assert not hits, f"'{word}': {', '.join(hits)}"


def openings(words: str) -> list[str]:
    """First lines of docstrings of the program that begin with one of these words, separated by |."""
    opening = re.compile(rf'^ *r?"""(?:{words})\b.*', re.MULTILINE)
    return [
        f"{path.relative_to(ROOT)}: {found[0].strip()}"
        for path, text in sources().items()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "workbench")
        for found in opening.finditer(text)
    ]


def test_a_docstring_begins_with_a_verb_or_a_noun():
    wrong = openings("What|Of|That|Those")
    assert not wrong, "\n".join(wrong)


def test_a_docstring_names_its_subject():
    wrong = openings("As|By|With|Without|No|None|Raises|Also|Inside|Says|Why|Which|Where|The same|Everything")
    assert not wrong, "\n".join(wrong)
