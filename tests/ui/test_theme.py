"""The theme: readable in both schemes, one font with figures of one width, icons in the colours of the scheme."""

import re
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QIcon, QImage, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.base.resources import resource_path
from workbench.ui.panels.tile import Tile
from workbench.ui.tree.delegate import BAR, BAR_SELECTED
from workbench.ui.widgets import theme
from workbench.ui.widgets.schemes import DARK, LIGHT, contrast, mix

SCHEMES = {"light": LIGHT, "dark": DARK}


@pytest.fixture
def app(qapp):
    theme.apply(qapp, "light")
    yield qapp
    theme.apply(qapp, "light")


@pytest.mark.parametrize("name", SCHEMES)
def test_text_is_readable_on_every_surface(name):
    colors = SCHEMES[name]
    for surface in (colors.window, colors.surface, colors.raised, colors.hover):
        for text in (colors.text, colors.muted, colors.accent, colors.good, colors.warn, colors.bad, colors.forecast):
            assert contrast(text, surface) >= 4.5, (name, text.name(), surface.name())
    assert contrast(colors.on_accent, colors.accent) >= 4.5
    assert contrast(colors.text, colors.accent_soft) >= 4.5


@pytest.mark.parametrize("name", SCHEMES)
def test_figures_are_readable_on_the_bars_of_the_tree(name):
    colors = SCHEMES[name]
    for text, bar, back, opacity in (
        (colors.text, colors.accent, colors.surface, BAR),
        (colors.on_accent, colors.on_accent, colors.accent, BAR_SELECTED),
    ):
        assert contrast(text, mix(bar, back, opacity / 255)) >= 4.5


@pytest.mark.parametrize("name", SCHEMES)
def test_lines_that_mean_something_are_visible(name):
    colors = SCHEMES[name]
    for line in (colors.outline, colors.before_line, colors.after):
        assert contrast(line, colors.surface) >= 3, (name, line.name())
    assert contrast(colors.after, colors.before) >= 3


def test_contrast_is_that_of_the_standard():
    assert contrast(QColor("#000"), QColor("#fff")) == pytest.approx(21)
    assert contrast(QColor("#767676"), QColor("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_scheme_reaches_palette_style_and_listeners(app):
    heard = []
    theme.signals.changed.connect(lambda: heard.append(theme.colors().dark))
    theme.apply(app, "dark")
    theme.apply(app, "dark")  # nothing changes, nobody is told
    assert heard == [True] and theme.colors() is DARK
    assert app.palette().color(QPalette.ColorRole.Window) == DARK.window
    theme.apply(app, "light")
    assert heard == [True, False]
    assert app.palette().color(QPalette.ColorRole.Base) == LIGHT.surface


def test_switch_leaves_no_widget_in_the_colours_before(app, qtbot):
    """On show or hidden: as if the whole sheet were set again, which takes Qt several times as long."""
    tabs, pages = QTabWidget(), [QWidget(), QWidget()]
    for page in pages:
        column = QVBoxLayout(page)
        for widget in (QPushButton("Add"), QSpinBox(), QCheckBox("On"), QLineEdit("text"), QComboBox(), QSlider()):
            column.addWidget(widget)
        page.findChild(QCheckBox).setChecked(True)
        tabs.addTab(page, "page")
    qtbot.addWidget(tabs)
    tabs.show()
    for scheme in ("dark", "light", "dark"):
        theme.apply(app, scheme)
    qtbot.waitUntil(lambda: not theme._State.stale)  # hidden widgets have the new colours, too
    switched = [drawn(tabs, number) for number in range(2)]
    sheet = app.styleSheet()
    app.setStyleSheet("")
    app.setStyleSheet(sheet)
    app.processEvents()  # Qt lays out anew, and the tabs are lower until then
    assert switched == [drawn(tabs, number) for number in range(2)]
    theme.apply(app, "light")
    assert drawn(tabs, 0) != switched[0]


def test_what_a_page_on_show_may_show_next_is_switched_at_once(app, qtbot):
    """As the result of a step, which comes and goes with each edit."""
    tabs, page = QTabWidget(), QWidget()
    card = QPushButton("Add")
    QVBoxLayout(page).addWidget(card)
    tabs.addTab(page, "page")
    qtbot.addWidget(tabs)
    tabs.show()
    card.hide()
    theme.apply(app, "dark")
    card.show()
    image = card.grab().toImage()
    assert image.pixelColor(8, image.height() // 2) == DARK.raised


def test_what_is_shown_before_the_hidden_have_their_colours_comes_first(app, qtbot, monkeypatch):
    """As a tab that is chosen, or a list that opens, right after the switch."""
    monkeypatch.setattr(theme, "SLICE", 0.0)  # one hidden widget in a turn
    tabs, pages = QTabWidget(), [QWidget() for _ in range(3)]
    for page in pages:
        for row in range(12):
            QPushButton("Add", page).move(0, 40 * row)
        tabs.addTab(page, "page")
    qtbot.addWidget(tabs)
    tabs.show()
    theme.apply(app, "dark")
    tabs.setCurrentIndex(1)
    app.processEvents()
    assert theme._State.stale
    for button in pages[1].findChildren(QPushButton):
        image = button.grab().toImage()
        assert image.pixelColor(8, image.height() // 2) == DARK.raised


def drawn(tabs: QTabWidget, number: int) -> QImage:
    tabs.setCurrentIndex(number)
    return tabs.grab().toImage()


def test_arrows_come_back_where_their_folder_was_removed_and_a_switch_does_without_them(app):
    folder = Path(re.search(r'"([^"]+)/check\.svg"', app.styleSheet())[1])
    shutil.rmtree(folder)
    theme.apply(app, "dark")
    assert DARK.on_accent.name() in (folder / "check.svg").read_text()
    shutil.rmtree(folder)
    folder.touch()  # in its place, so that nothing can be written
    theme.apply(app, "light")
    assert app.palette().color(QPalette.ColorRole.Window) == LIGHT.window
    folder.unlink()
    theme.apply(app, "dark")
    assert (folder / "down.svg").is_file()


def test_palette_leaves_nothing_to_the_platform(app):
    from workbench.ui.widgets.schemes import palette

    for colors in SCHEMES.values():
        result = palette(colors)
        for role in QPalette.ColorRole:
            if role not in (QPalette.ColorRole.NColorRoles, QPalette.ColorRole.NoRole):
                assert result.isBrushSet(QPalette.ColorGroup.Active, role), role


def test_numbers_stand_at_the_right_in_every_box(app, qtbot):
    for kind in (QSpinBox, QDoubleSpinBox):
        box = kind()
        qtbot.addWidget(box)
        box.show()
        assert box.alignment() & Qt.AlignmentFlag.AlignRight


@pytest.mark.parametrize("scheme", SCHEMES)
def test_estimates_are_slanted_also_after_a_switch(app, qtbot, scheme):
    for before in SCHEMES:
        theme.apply(app, before)
        tile = Tile("Size")
        qtbot.addWidget(tile)
        tile.show_text("61.0 kB", "estimated", sure=False)
        tile.show()
        theme.apply(app, scheme)
        slanted = tile.value.grab().toImage()
        tile.show_text("61.0 kB", "estimated", sure=True)
        role = tile.value.foregroundRole()
        tile.value.setForegroundRole(QPalette.ColorRole.PlaceholderText)  # so that only the font differs
        assert role == QPalette.ColorRole.WindowText and tile.value.grab().toImage() != slanted
        assert QFontInfo(theme.font(italic=True)).italic()


def test_system_scheme_follows_the_desktop(app, monkeypatch):
    hints = app.styleHints()
    theme.apply(app, "system")
    assert theme.colors().dark == (hints.colorScheme() == Qt.ColorScheme.Dark)


def test_font_is_bundled_and_its_figures_are_of_one_width(app):
    assert QFontInfo(app.font()).family() == "Inter"
    metrics = QFontMetricsF(theme.font())
    widths = {round(metrics.horizontalAdvance(str(digit) * 8), 2) for digit in range(10)}
    assert len(widths) == 1
    assert (resource_path("fonts") / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") == 1
    assert sum(file.stat().st_size for file in resource_path("fonts").glob("Inter*")) < 1.5e6


@pytest.mark.parametrize("file", sorted(resource_path("icons").glob("*.svg")), ids=lambda file: file.stem)
def test_icons_are_drawn_in_one_colour_and_stay_inside(app, file: Path):
    image = theme.icon(file.stem, LIGHT.accent).pixmap(QSize(24, 24), 2.0).toImage()
    painted = [(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 200]
    assert len(painted) > 60
    assert all(alike(image.pixelColor(*at), LIGHT.accent) for at in painted)
    edge = [image.pixelColor(i, j).alpha() for i in range(48) for j in (0, 47)]
    edge += [image.pixelColor(j, i).alpha() for i in range(48) for j in (0, 47)]
    assert max(edge) == 0


def test_icon_of_a_button_follows_the_scheme(app, qtbot):
    button = QToolButton()
    qtbot.addWidget(button)
    theme.set_icon(button, "add")
    assert alike(ink(button.icon()), LIGHT.text)
    theme.apply(app, "dark")
    assert alike(ink(button.icon()), DARK.text)
    assert alike(ink(button.icon(), QIcon.Mode.Disabled), DARK.disabled)


def ink(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> QColor:
    return icon.pixmap(QSize(24, 24), 1.0, mode).toImage().pixelColor(12, 12)


def alike(first: QColor, second: QColor) -> bool:
    """The same but for rounding: pixels of a picture are stored multiplied by their opacity."""
    return all(abs(a - b) <= 2 for a, b in zip(first.getRgb()[:3], second.getRgb()[:3], strict=True))


def test_a_button_that_is_gone_is_not_dressed_again(app, qtbot):
    import shiboken6

    button, other = QPushButton(), QPushButton()
    qtbot.addWidget(other)
    for each in (button, other):
        theme.set_icon(each, "add")
    shiboken6.delete(button)
    theme.apply(app, "dark")
    assert alike(ink(other.icon()), DARK.text), "those that are left are dressed"


def test_an_unknown_icon_is_an_error_at_once(app):
    with pytest.raises(FileNotFoundError, match="nonsense"):
        theme.icon("nonsense")
