"""The bundled fonts have every character of the Chinese translation, and texts are really drawn with them."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QImage, QPainter, QRawFont, QTextLayout
from PySide6.QtWidgets import QApplication

from tests.translations import FOLDER, read
from workbench.core.base.resources import resource_path
from workbench.methods.base.method import all_methods
from workbench.ui.text import format, i18n
from workbench.ui.widgets import theme

MEND = "run packaging/subset_font.py"


@pytest.fixture
def chinese(qapp):
    """The application in Chinese; in English again afterwards."""
    i18n.apply(qapp, "zh_CN")
    theme.apply(qapp, "light")
    yield qapp
    i18n.apply(qapp, "en")


def texts() -> set[str]:
    return set(read(FOLDER / "workbench_zh_CN.ts").values())


def bundled() -> list[QRawFont]:
    """Those of an ordinary text, and of a bold one."""
    return [
        QRawFont(str(resource_path(f"fonts/{name}.otf")), 13)
        for name in ("Inter-Regular", "WorkbenchSansSC-Regular", "WorkbenchSansSC-Bold")
    ]


def test_every_character_of_the_translation_is_bundled(qapp):
    latin, *chinese = bundled()
    letters = {letter for text in texts() for letter in text if letter.isprintable()}
    assert len(letters) > 500
    for font in chinese:
        missing = sorted(
            letter
            for letter in letters
            if not latin.supportsCharacter(ord(letter)) and not font.supportsCharacter(ord(letter))
        )
        assert not missing, f"{MEND}: {''.join(missing)}"


def families(text: str, font: QFont) -> dict[str, str]:
    """Family -> the characters that are drawn with it; those without a glyph under ""."""
    found: dict[str, str] = {}
    for letter in text:
        layout = QTextLayout(letter, font)
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        for run in layout.glyphRuns():
            family = run.rawFont().familyName() if all(run.glyphIndexes()) else ""
            found[family] = found.get(family, "") + letter
    return found


@pytest.mark.parametrize("weight", [QFont.Weight.Normal, QFont.Weight.Medium, QFont.Weight.DemiBold])
def test_a_chinese_label_is_drawn_with_them(chinese, weight):
    letters = "".join(sorted({letter for text in texts() for letter in text if not letter.isspace()}))
    found = families(letters, theme.font(weight=weight))
    assert set(found) == {theme.FAMILY, theme.SIGNS, theme.CHINESE} and found[theme.SIGNS] == "◐"
    assert len(found[theme.CHINESE]) > 500 and "层" in found[theme.CHINESE] and "A" in found[theme.FAMILY]
    assert picture("层", weight) != picture("权", weight), "and not two boxes"


@pytest.mark.parametrize("italic", [False, True])
def test_the_marks_of_figures_come_with_the_program_and_are_equally_wide(qapp, italic):
    theme.apply(qapp, "light")
    font = theme.font(italic=italic)
    assert families("".join(format.MARKS.values()), font) == {theme.FAMILY: "○●✓", theme.SIGNS: "◐"}
    metrics = QFontMetricsF(font)
    assert metrics.horizontalAdvance("◐") == pytest.approx(metrics.horizontalAdvance("○"), abs=0.6)
    file = resource_path("fonts/WorkbenchSigns-Regular.otf")
    assert "Inter" not in QRawFont(str(file), 13).familyName() and file.stat().st_size < 4000


def picture(text: str, weight: QFont.Weight) -> QImage:
    image = QImage(QSize(24, 24), QImage.Format.Format_Grayscale8)
    image.fill(255)
    painter = QPainter(image)
    painter.setFont(theme.font(weight=weight))
    painter.drawText(image.rect(), 0, text)
    painter.end()
    return image


def test_a_line_is_as_high_with_chinese_as_without(chinese):
    def height(text: str) -> float:
        layout = QTextLayout(text, theme.font())
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        return line.height()

    assert height("Ag 层权") == pytest.approx(height("Ag"), abs=1)


def test_it_is_small_licensed_and_named_apart(qapp):
    files = sorted(resource_path("fonts").glob("WorkbenchSansSC-*.otf"))
    assert len(files) == 2 and sum(file.stat().st_size for file in files) < 1_000_000
    licence = (resource_path("fonts") / "OFL-NotoSansCJK.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence and "Adobe" in licence
    assert all("Noto" not in font.familyName() and "Source" not in font.familyName() for font in bundled())


def test_english_does_not_load_it():
    """In a separate process: fonts stay loaded."""
    code = (
        "from PySide6.QtWidgets import QApplication; from PySide6.QtGui import QFontDatabase\n"
        "from workbench.ui.widgets import theme; app = QApplication([]); theme.apply(app, 'light')\n"
        "assert theme.CHINESE not in QFontDatabase.families() and theme.FAMILY in QFontDatabase.families()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert isinstance(QApplication.instance(), QApplication) and theme.FAMILY in QFontDatabase.families()


def test_formulas_need_no_other_font(qapp):
    latin = bundled()[0]
    letters = {letter for method in all_methods().values() for letter in method.formula}
    assert "Σ" in letters and all(latin.supportsCharacter(ord(letter)) for letter in letters)
