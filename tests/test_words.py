"""Refused words stay out of texts, documents, docstrings, comments and identifiers.

The words are those of the table in resources/docs/glossary.md.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "resources" / "docs" / "glossary.md"
TABLE = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
QUOTING = {"test_words.py", "test_wording.py"}  # tests that name refused words
REFUSED = TABLE.findall(GLOSSARY.read_text(encoding="utf-8"))


def sources() -> list[Path]:
    """Modules, tests, page templates and documents; not the table of words, nor this test."""
    found = [*ROOT.glob("*.md"), *(ROOT / "resources").glob("*.j2")]
    for folder, pattern in (
        ("workbench", "*.py"),
        ("workbench", "*.md"),
        ("tests", "*.py"),
        ("resources/docs", "*.md"),
    ):
        found += (ROOT / folder).rglob(pattern)
    return sorted(path for path in found if path != GLOSSARY and path.name not in QUOTING)


def test_the_table_has_words():
    assert len(REFUSED) > 5 and all(word == word.lower() for word in REFUSED)


@pytest.mark.parametrize("word", REFUSED)
def test_no_source_has_a_refused_word(word):
    pattern = re.compile(re.escape(word).replace(r"\ ", r"[\s_]+(?:# )?"), re.IGNORECASE)
    hits = [
        f"{path.relative_to(ROOT)}:{text[: found.start()].count(chr(10)) + 1}"
        for path in sources()
        if (text := path.read_text(encoding="utf-8"))
        for found in pattern.finditer(text)
    ]
    assert not hits, f"'{word}': {', '.join(hits)}"
