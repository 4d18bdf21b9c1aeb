"""Language of the window: English as written in the code, or a catalogue of resources/translations.

A catalogue is keyed by the English text alone, so a sentence of the engine (a method's title, the help of a field) is
translated by the same call as one of the window, and text that moves to another class keeps its translation. `python -m
tests.translations` collects the texts and updates the .ts file.
"""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from workbench.core.base.language import ENGLISH, LANGUAGES
from workbench.core.base.language import language as read
from workbench.core.base.message import Message

CONTEXT = ""


__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Catalogue",
    "apply",
    "aside",
    "code",
    "counted",
    "english",
    "language",
    "listed",
    "said",
    "system_language",
    "titled",
    "tr",
]


def tr(text: str) -> str:
    """Return the text in the language of the window; for texts from variables, such as those of the engine."""
    return QCoreApplication.translate(CONTEXT, text)


def said(text: str) -> str:
    """Return a message of the engine in the language of the window; a plain text if the catalogue has it as a whole."""
    return text.rendered(tr) if isinstance(text, Message) else tr(text)


def counted(template: str, n: int, one: str, **others: Any) -> str:
    """Return a text with a number in it, `one` if that is 1: counted("{n} layers", 3, "{n} layer")."""
    return said(Message(template, one, n=n, **others))


def listed(parts: Iterable[str]) -> str:
    """Return the parts that are not empty, with the comma of the language between them."""
    return tr(", ").join(filter(None, parts))


def titled(name: str, text: str) -> str:
    """Return 'name: text', with the colon of the language."""
    return tr("{name}: {figures}").format(name=name, figures=text)


def sentence(text: str) -> str:
    """Return a message in the language of the window, with a full stop if it has no end."""
    words = said(text)
    return words if words.endswith((".", "!", "?", "。", "！", "？")) else tr("{text}.").format(text=words)


def aside(text: str, note: str) -> str:
    """Return 'text (note)', with the brackets of the language."""
    return tr("{text} ({note})").format(text=text, note=note)


KEYS = "QShortcut"  # Qt's context of the names of keys


class _State:
    """Current language; one per application."""

    language = ENGLISH


class Catalogue(QTranslator):
    """Catalogue loaded by the core, for Qt: looked up by the text alone, in any context except that of keys.

    In that context a key may have the same name as a text of this program: Shift.
    """

    def __init__(self, code: str, parent: QObject) -> None:
        super().__init__(parent)
        self._known = read(code).tr

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, text: str, note: str | None = None, n: int = -1) -> str:
        found = text if context == KEYS else self._known(text)
        return found if found != text else None  # type: ignore[return-value]  # None: Qt asks its own catalogues


class WordsOfQt(QTranslator):
    """Qt's own catalogue, from PySide6. For texts that have gained a mnemonic since ("&Look in:"), it uses the
    translation without one."""

    def translate(self, context: str, text: str, note: str | None = None, n: int = -1) -> str:
        found = super().translate(context, text, note, n)
        return found or super().translate(context, text.replace("&", ""), note, n) or None  # type: ignore[return-value]


def language() -> str:
    """Return the current language, as HTML and Qt name it: en, zh-CN."""
    return _State.language


def code() -> str:
    """Return the current language as a key of LANGUAGES."""
    return language().replace("-", "_")


def english(text: str) -> str:
    """Return the English texts that the window shows as this; "" in the English window."""
    return read(code()).english(text)


def system_language(preferred: Iterable[str] | None = None) -> str:
    """Return the first of the desktop's languages that has a catalogue, else English."""
    for name in QLocale.system().uiLanguages() if preferred is None else preferred:
        parts = name.replace("_", "-").split("-")
        if parts[0] == ENGLISH:
            return ENGLISH
        if parts[0] == "zh" and not {"Hant", "TW", "HK", "MO"} & set(parts):
            return "zh_CN"
    return ENGLISH


def apply(app: QApplication, language: str) -> None:
    """Use this language from now on; existing widgets keep theirs. "system": that of the desktop."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.setParent(None)
    code = language if language in LANGUAGES else system_language()
    _State.language = ENGLISH
    if code == ENGLISH:
        return
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    of_qt = WordsOfQt(app)
    if of_qt.load(f"{folder}/qtbase_{code}.qm"):
        app.installTranslator(of_qt)
    app.installTranslator(Catalogue(code, app))
    _State.language = code.replace("_", "-")
