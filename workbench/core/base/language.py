"""Translation of texts and messages without Qt, for written files.

A catalogue is keyed by the English text alone, for a message by its template (resources/translations/*.ts).
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.resources import resource_path

ENGLISH = "en"
MNEMONIC = re.compile(r"\(&\w\)")
LANGUAGES = {ENGLISH: "English", "zh_CN": "简体中文"}  # each in its own words


@dataclass(frozen=True)
class Language:
    """A language. `tr` translates a text that is in the catalogue as it stands; other texts stay English. `english`
    returns the texts that have this translation, without mnemonics, in a line; "" where there are none."""

    code: str
    tr: Callable[[str], str]
    english: Callable[[str], str] = lambda text: ""

    def said(self, text: str) -> str:
        """Translate a message, or a plain text that is in the catalogue as a whole."""
        return text.rendered(self.tr) if isinstance(text, Message) else self.tr(text)


@cache
def language(code: str) -> Language:
    """Load a language from its catalogue. Raises UserError if there is no catalogue for the code."""
    if code not in LANGUAGES:
        raise UserError("There is no language '{code}'.", "The languages are: {all}.", code=code, all=[*LANGUAGES])
    if code == ENGLISH:
        return Language(code, str)
    known = {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in ET.parse(resource_path(f"translations/workbench_{code}.ts")).iter("message")
    }
    english: dict[str, list[str]] = {}
    for source, translation in known.items():
        english.setdefault(_bare(translation), []).append(_bare(source))
    return Language(code, lambda text: known.get(text) or text, lambda text: " ".join(english.get(text, ())))


def _bare(text: str) -> str:
    """Return the text of a menu without its mnemonic: of 文件(&F), or of &File."""
    return MNEMONIC.sub("", text).replace("&", "")
