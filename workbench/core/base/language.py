"""Texts and the engine's sentences in another language than English; without Qt, for what is written to files.

A catalogue is keyed by the English text alone (resources/translations/*.ts); what it does not know stays English.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from workbench.core.base.errors import UserError
from workbench.core.base.resources import resource_path

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh_CN": "简体中文"}  # each in its own words
PLACE = re.compile(r"\{(\w+)\}")
SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")
WORDS = ("tensor", "channel", "inputs")
PARTS = re.compile(r"(; |, | · )")
CLAUSES = "; "


@dataclass(frozen=True)
class Language:
    """`tr` translates a text that is in the catalogue as it stands, `said` a sentence with names and numbers in it."""

    code: str
    tr: Callable[[str], str]

    def said(self, text: str) -> str:
        """A sentence of the engine, or several. What is not known stays English; a name is never taken for a word."""
        if self.code == ENGLISH or not text.strip():
            return text
        if (whole := self.tr(text)) != text:
            return whole
        sentences = SENTENCES.split(text)
        if len(sentences) > 1:
            if whole := self._templated(text, ". "):
                return whole
            return "".join(
                said if said.endswith("。") else f"{said} " for part in sentences if (said := self.said(part))
            ).strip()
        found = (
            self._templated(text, CLAUSES if CLAUSES in text else "")
            or self._in_clauses(text)
            or self._templated(text, "")
        )
        if found:
            return found
        parts = PARTS.split(text)  # every second one is a separator
        words = [self.said(part) for part in parts[::2]] if len(parts) > 1 else parts
        if words == parts[::2]:
            return self._named(text)
        return "".join(word + self.tr(gap) for word, gap in zip(words, [*parts[1::2], ""], strict=True))

    def _templated(self, text: str, holding: str) -> str:
        """By the template that it was made from, one that holds such a gap; else ""."""
        for pattern, template in _templates():
            if holding in template and (match := pattern.fullmatch(text)):
                # A single word is a name, a layer's perhaps; but for these.
                parts = [self.said(part) if " " in part or part in WORDS else part for part in match.groups()]
                return self._filled(template, parts)
        return ""

    def _in_clauses(self, text: str) -> str:
        """Where each is known by itself; else ""."""
        clauses = text.split(CLAUSES)
        words = [self.said(clause) for clause in clauses] if len(clauses) > 1 else clauses
        return (
            ""
            if any(word == clause for word, clause in zip(words, clauses, strict=True))
            else self.tr(CLAUSES).join(words)
        )

    def _named(self, text: str) -> str:
        """A sentence behind the name of what it is about, "model.onnx: It is damaged."; else the text."""
        name, _gap, rest = text.partition(": ")
        known = self.said(rest) if rest[:1].isupper() else rest
        return f"{name}：{known}" if known != rest else text

    def _filled(self, template: str, parts: list[str]) -> str:
        found = dict(zip(PLACE.findall(template), parts, strict=True))
        return PLACE.sub(lambda place: found[place[1]], self.tr(template))


@cache
def language(code: str) -> Language:
    """Read off its catalogue. Raises UserError for a language that there is none for."""
    if code not in LANGUAGES:
        raise UserError(f"There is no language '{code}'.", f"The languages are: {', '.join(LANGUAGES)}.")
    if code == ENGLISH:
        return Language(code, str)
    known = {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in ET.parse(resource_path(f"translations/workbench_{code}.ts")).iter("message")
    }
    return Language(code, lambda text: known.get(text) or text)


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The engine's sentences with places in them, those with the most words of their own first."""
    lines = resource_path("translations/templates.txt").read_text(encoding="utf-8").splitlines()
    lines.sort(key=lambda line: -len(PLACE.sub("", line)))
    return tuple((re.compile("(.+?)".join(map(re.escape, PLACE.split(line)[::2])), re.DOTALL), line) for line in lines)
