"""The language of the window: English as it stands in the code, or a catalogue of resources/translations.

A catalogue is keyed by the English text alone. So a sentence of the engine (a method's title, the help of a field) is
translated by the same call as one of the window, and text that moves to another class keeps its translation.
`python -m tests.translations` collects the texts, keeps the .ts file in step with them, and compiles the .qm file.
"""

from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from workbench.core.base.language import ENGLISH, LANGUAGES, Language
from workbench.core.base.resources import resource_path

CONTEXT = ""


__all__ = ["ENGLISH", "LANGUAGES", "Catalogue", "apply", "code", "language", "said", "system_language", "tr"]


def tr(text: str) -> str:
    """The text in the language of the window; for texts that are not known before, as those of the engine."""
    return QCoreApplication.translate(CONTEXT, text)


def said(text: str) -> str:
    """A sentence of the engine, with names and numbers in it, or several, in the language of the window.

    What is not known stays English; a name is never taken for a word.
    """
    return _said(language(), text)


@lru_cache(maxsize=2048)
def _said(code: str, text: str) -> str:
    return Language(code, tr).said(text)


class _State:
    """What is applied; a module-wide singleton, as the application is one."""

    language = ENGLISH


class Catalogue(QTranslator):
    """Looks in the one context that the catalogue has, whichever is asked for."""

    def translate(self, context: str, text: str, note: str | None = None, n: int = -1) -> str:
        # None, and not "": Qt then asks its own catalogues.
        return super().translate(CONTEXT, text, "", n) or None  # type: ignore[return-value]


def language() -> str:
    """The one in use, as HTML and Qt name it: en, zh-CN."""
    return _State.language


def code() -> str:
    """The one in use as a key of LANGUAGES."""
    return language().replace("-", "_")


def system_language(preferred: Iterable[str] | None = None) -> str:
    """The first language of the desktop's list that there is a catalogue for, else English."""
    for name in QLocale.system().uiLanguages() if preferred is None else preferred:
        parts = name.replace("_", "-").split("-")
        if parts[0] == ENGLISH:
            return ENGLISH
        if parts[0] == "zh" and not {"Hant", "TW", "HK", "MO"} & set(parts):
            return "zh_CN"
    return ENGLISH


def apply(app: QApplication, language: str) -> None:
    """Speak this language from now on; widgets that are there keep their words. "system": as the desktop."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.setParent(None)
    code = language if language in LANGUAGES else system_language()
    _State.language = ENGLISH
    if code == ENGLISH:
        return
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for translator, file in (
        (QTranslator(app), f"{folder}/qtbase_{code}.qm"),
        (Catalogue(app), str(resource_path(f"translations/workbench_{code}.qm"))),
    ):
        if translator.load(file):
            app.installTranslator(translator)
            if isinstance(translator, Catalogue):
                _State.language = code.replace("_", "-")
