"""Preferences hold at once, are there at the next start, and survive a settings file that was written by hand."""

import ast
import os

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from tests.guard import HANG_S
from tests.translations import CALLS, UI
from tests.ui.conftest import WAIT
from tests.ui.test_window import CTRL, LEFT, dialog
from workbench.core.analysis.workforce import Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.ipc import process
from workbench.graph.encodings.affine import SYMMETRIC
from workbench.graph.encodings.spec import StorageSpec
from workbench.ui.base import settings
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.shell.preferences import Preferences
from workbench.ui.text import i18n
from workbench.ui.widgets import colormaps, theme


@pytest.fixture
def preferences(window, qtbot):
    """Opened by its shortcut; the application is as before afterwards."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    yield dialog(window, qtbot, "preferences")
    for key in ("theme", "data_colors", "motion", "threads", "language", "workers", "cluster", "interface_scale"):
        settings.choose(key, "")
    settings.choose("theme", "light")
    settings.apply_now()


def choose(qtbot, box, value: str) -> None:
    """With the keys, as a list that is closed allows."""
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.findData(value)):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == value


def test_a_theme_holds_at_once_and_the_menu_follows(preferences, window, qtbot):
    choose(qtbot, preferences.theme, "dark")
    assert theme.colors().dark and settings.scheme() == "dark"
    ticked = [action.data() for action in window.menus.themes.actions() if action.isChecked()]
    assert ticked == ["dark"]


def test_the_interface_scale_holds_at_the_next_start(preferences, qtbot, monkeypatch):
    monkeypatch.delenv("QT_SCALE_FACTOR", raising=False)
    settings.scale_interface()
    assert "QT_SCALE_FACTOR" not in os.environ
    choose(qtbot, preferences.interface_scale, "150")
    assert preferences.later.isVisible() and settings.interface_scale() == 150
    settings.scale_interface()
    assert os.environ["QT_SCALE_FACTOR"] == "1.5"
    settings.store().setValue("interface_scale", "a lot")
    assert settings.interface_scale() == 100


def test_plots_follow_the_colormap(preferences, qtbot):
    heard = []
    theme.signals.changed.connect(lambda: heard.append(theme.data_colors()))
    before = colormaps.sample(0.5).name()
    choose(qtbot, preferences.data_colors, "magma")
    assert heard[-1] == "magma" and colormaps.sample(0.5).name() != before
    assert colormaps.sample(0.5) == colormaps.sample(0.5, "magma") and colormaps.chosen().name == "magma"


def test_motion_follows_the_system_until_told_otherwise(preferences, qtbot):
    effect = Qt.UIEffect.UI_General
    before = QApplication.isEffectEnabled(effect)
    QApplication.setEffectEnabled(effect, False)
    assert not theme.moves()
    choose(qtbot, preferences.motion, "full")
    assert theme.moves()
    choose(qtbot, preferences.motion, "reduced")
    QApplication.setEffectEnabled(effect, True)
    assert not theme.moves()
    QApplication.setEffectEnabled(effect, before)


def test_the_language_waits_for_the_next_start_and_says_so(preferences, qtbot):
    assert not preferences.later.isVisible()
    choose(qtbot, preferences.language, "zh_CN")
    assert settings.language() == "zh_CN" and preferences.later.isVisible()
    assert preferences.tr("Preferences") == "Preferences"
    qtbot.mouseClick(preferences.findChild(QDialogButtonBox).buttons()[0], LEFT)


def test_folders_are_where_dialogs_begin(preferences, window, qtbot, tmp_path):
    preferences.folders["models"].clear()
    qtbot.keyClicks(preferences.folders["models"], str(tmp_path))
    preferences.close()
    window.commands.ask_model()
    files = dialog(window, qtbot, "files")
    assert files.directory().absolutePath() == str(tmp_path)
    files.close()
    assert settings.folder("models") == str(tmp_path) and settings.folder("export") == ""


def test_values_of_an_edited_settings_file_are_checked():
    for key in ("theme", "motion", "data_colors", "language", "threads"):
        settings.store().setValue(key, "nonsense")
    assert (settings.scheme(), settings.motion(), settings.data_colors(), settings.language(), settings.threads()) == (
        "system",
        "system",
        "cividis",
        "system",
        0,
    )


@pytest.mark.allow_logs
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core is all there is")
def test_fewer_threads_are_those_of_the_next_engine(window, qtbot):
    link = EngineLink(module="tests.ui.scripted_engine")
    link.start()
    qtbot.waitUntil(lambda: link.is_ready, timeout=WAIT)
    first = link.pid
    page = Preferences(link, window)
    page.open()
    choose(qtbot, page.threads, "1")
    assert os.environ[process.THREADS] == "1" and process.threads() == 1
    qtbot.waitUntil(lambda: link.is_ready and link.pid not in (first, None), timeout=WAIT)
    page.close()
    settings.choose("threads", "")
    settings.apply_now()
    assert process.threads() == 0 and process.THREADS not in os.environ
    link.shutdown(HANG_S)


# -- languages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desktop", "language"),
    [
        (["zh-Hans-CN", "en-US"], "zh_CN"),
        (["zh-CN", "zh"], "zh_CN"),
        (["zh"], "zh_CN"),
        (["zh-Hant-TW", "zh-TW"], "en"),
        (["de-DE", "zh-CN", "en"], "zh_CN"),
        (["en-GB", "zh-CN"], "en"),
        (["C"], "en"),
        ([], "en"),
    ],
)
def test_the_language_of_the_desktop(desktop, language):
    assert i18n.system_language(desktop) == language


def test_the_window_speaks_chinese_and_english_again(qapp):
    i18n.apply(qapp, "zh_CN")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert i18n.tr("Weights") == "权重"
    assert box.buttons()[0].text() == "取消", "Qt's own words too"
    assert i18n.tr("no such text") == "no such text"
    keys = QKeySequence("Ctrl+Shift+N").toString(QKeySequence.SequenceFormat.NativeText)
    assert i18n.tr("Shift") == "平移" and keys == "Ctrl+Shift+N", "the key is not the shift of an image"
    i18n.apply(qapp, "en")
    assert i18n.tr("Weights") == "Weights" and not qapp.findChildren(QTranslator)


@pytest.mark.parametrize(
    ("message", "chinese"),
    [
        (
            UserError("There is no file {path}.", "Check the name.", path="a b.onnx").message,
            "没有文件 a b.onnx。请检查名称。",
        ),
        (StorageSpec((8, 8), SYMMETRIC, 4, 64, side=(8, 1)).words, "int4，每通道"),
        (Message("rank {rank} of {full}", rank=9, full=12), "秩 9 / 12"),
        (
            Message("{path} {subject}: {reason}", path="stem", subject=Message("stays unchanged"), reason="?"),
            "stem 保持不变：?",
        ),
        ("a sentence, that nobody knows", "a sentence, that nobody knows"),
        ("", ""),
    ],
)
def test_messages_are_reported_in_the_language_of_the_window(qapp, message, chinese):
    i18n.apply(qapp, "zh_CN")
    found = i18n.said(message)
    i18n.apply(qapp, "en")
    assert found == chinese and i18n.said(message) == message


def test_nothing_is_translated_before_the_language_is_known():
    """A tr() that runs when its module is imported stays English."""
    early = [
        f"{module.name}:{line}"
        for module in UI.rglob("*.py")
        for line in calls_at_import(ast.parse(module.read_text(encoding="utf-8")))
    ]
    assert not early, early


def calls_at_import(tree: ast.AST):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in CALLS:
            yield node.lineno
        yield from calls_at_import(node)


def test_the_processes_of_a_search_are_chosen(preferences, qtbot):
    assert settings.workforce() == Workforce(settings.automatic_workers(), waits=True)
    choose(qtbot, preferences.workers, "2")
    assert settings.workforce() == Workforce(2, waits=True)
    settings.store().setValue("workers", "1000000")
    assert settings.workforce().workers == settings.automatic_workers()


def test_the_address_of_a_cluster_is_kept_once_it_is_one(preferences, qtbot):
    address = "tcp://127.0.0.1:8786"
    qtbot.keyClicks(preferences.cluster, address[:-5])
    assert settings.cluster() == "" and preferences._address_note.text().startswith("Not an address")
    qtbot.keyClicks(preferences.cluster, address[-5:])
    assert settings.cluster() == address and settings.workforce().cluster == address
    preferences.cluster.clear()
    assert settings.cluster() == ""
    settings.store().setValue("cluster", "file:///etc/passwd")
    assert settings.cluster() == ""
