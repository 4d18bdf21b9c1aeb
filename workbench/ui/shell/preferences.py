"""Preferences: each choice takes effect at once, and is stored."""

import os

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.analysis.workforce import SCHEDULER, is_address
from workbench.ui.actions.form import expert_switch
from workbench.ui.base import dialogs, settings
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.text import i18n
from workbench.ui.text.i18n import titled, tr
from workbench.ui.widgets import colormaps, theme
from workbench.ui.widgets.buttons import clearable
from workbench.ui.widgets.labels import Plain

SWATCH = QSize(64, 12)
WIDTH = 600


def titles() -> dict[str, str]:
    """Return the captions of the settings by the names of their widgets, for the palette."""
    return {
        "language": tr("Language"),
        "theme": tr("Theme"),
        "interface_scale": tr("Interface scale"),
        "data_colors": tr("Colormap"),
        "motion": tr("Animations"),
        "settings": tr("Parameters in forms"),
        "models": tr("Model folder"),
        "export": tr("Export to"),
        "threads": tr("Compute threads"),
        "workers": tr("Worker processes"),
        "cluster": tr("Dask cluster"),
    }


def choices() -> dict[str, dict[str, str]]:
    """Return the values of each setting that is a choice, with their titles, by the names of their widgets."""
    as_system = tr("System")
    automatic = tr("Automatic ({n})").format(n=settings.automatic_workers())
    return {
        "language": {"system": as_system, **i18n.LANGUAGES},
        "theme": {"system": as_system, "light": tr("Light"), "dark": tr("Dark")},
        "interface_scale": {value: f"{value} %" for value in settings.SCALES},
        "data_colors": {name: name.capitalize() for name in theme.MAPS},
        "motion": {"system": as_system, "full": tr("On"), "reduced": tr("Off")},
        "settings": {"basic": tr("Basic ones first"), "all": tr("All")},
        "threads": {"0": tr("One per core")} | {str(n): str(n) for n in range(1, 1 + (os.cpu_count() or 1))},
        "workers": {"0": automatic} | {str(n): str(n) for n in range(1, 1 + settings.most_workers())},
    }


def names(key: str) -> str:
    """Return what else a setting is found by: its choices, in the language of the window and in English."""
    values = choices().get(key, {})
    english = [QLocale.languageToString(QLocale(code).language()) for code in values if code in i18n.LANGUAGES]
    words = [value for value in values if not value.isdigit()]
    return " ".join((key.replace("_", " "), *words, *values.values(), *english))


class Preferences(QDialog):
    """One page. Only the language takes effect at the next start, and says so."""

    def __init__(self, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Preferences"))
        self.setMinimumWidth(WIDTH)
        self._link = link
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(theme.DOUBLE)
        self._form.setVerticalSpacing(theme.UNIT)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.language = self._choice("language", settings.language())
        self.later = self._note(self.tr("Language and interface scale change after a restart."))
        self.theme = self._choice("theme", settings.scheme())
        self.interface_scale = self._choice("interface_scale", str(settings.interface_scale()))
        self.data_colors = self._choice("data_colors", settings.data_colors())
        self.data_colors.setIconSize(SWATCH)
        for index, name in enumerate(theme.MAPS):
            self.data_colors.setItemIcon(index, _swatch(name, self.devicePixelRatioF()))
        self._note(self.tr("All are perceptually uniform and suit colour-blind readers."))
        self.motion = self._choice("motion", settings.motion())
        self.settings = self._choice("settings", settings.SETTINGS[settings.all_settings()])
        self.folders = {"models": self._folder("models"), "export": self._folder("export")}
        self.threads = self._choice("threads", str(settings.threads()))
        self._note(self.tr("Changing this restarts the engine; your work is kept."))
        self.workers = self._choice("workers", str(settings.workers()))
        self._note(
            self.tr("Each process needs its own memory for model and data. The results do not depend on the number.")
        )
        self.cluster = self._address()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.TRIPLE, theme.TRIPLE, theme.TRIPLE, theme.DOUBLE)
        layout.setSpacing(theme.TRIPLE)
        layout.addLayout(self._form)
        layout.addStretch()
        layout.addWidget(buttons)
        self.resize(WIDTH, layout.totalHeightForWidth(WIDTH))  # Qt's own choice ends at two thirds of the screen
        self.later.setVisible(False)

    def _choice(self, key: str, chosen: str) -> QComboBox:
        caption = titles()[key]
        box = QComboBox(self)
        box.setAccessibleName(caption)
        box.setObjectName(key)
        for value, title in choices()[key].items():
            box.addItem(title, value)
        box.setCurrentIndex(box.findData(chosen))
        box.activated.connect(lambda _: self._choose(key, str(box.currentData())))
        self._form.addRow(caption, box)
        return box

    def _note(self, words: str) -> QLabel:
        label = Plain(words, self, wordWrap=True)
        label.setFont(theme.font(-1))
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._form.addRow("", label)
        return label

    def _folder(self, kind: str) -> QLineEdit:
        caption = titles()[kind]
        line = QLineEdit(settings.folder(kind), self)
        line.setObjectName(kind)
        line.setAccessibleName(caption)
        line.setPlaceholderText(
            self.tr("last used folder") if kind == "models" else self.tr("workbench in your home folder")
        )
        line.textChanged.connect(lambda text: settings.choose(f"{kind}_folder", text.strip()))
        browse = QPushButton(self.tr("Choose…"), self)
        browse.setAutoDefault(False)
        browse.setAccessibleName(titled(caption, browse.text()))
        browse.clicked.connect(lambda: dialogs.choose_folder(self, caption, line.setText, line.text()))
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(line, 1)
        row.addWidget(browse)
        self._form.addRow(caption, row)
        return line

    def _address(self) -> QLineEdit:
        """Return the field for the address of a Dask scheduler; stored as soon as it is valid."""
        caption = titles()["cluster"]
        line = QLineEdit(settings.cluster(), self)
        line.setObjectName("cluster")
        line.setAccessibleName(caption)
        line.setPlaceholderText(self.tr("none; for example {address}").format(address=SCHEDULER))
        clearable(line)
        line.textChanged.connect(self._on_address)
        self._form.addRow(caption, line)
        self._address_note = self._note("")
        self._on_address(line.text())
        return line

    def _on_address(self, text: str) -> None:
        address = text.strip()
        fits = is_address(address)
        settings.choose("cluster", address if fits else "")
        self._address_note.setText(
            self.tr("Not an address; write tcp://HOST:PORT. Work stays on this machine.")
            if address and not fits
            else self.tr("Model and data are sent to this scheduler and its answers are trusted; name only your own.")
        )

    def _choose(self, key: str, value: str) -> None:
        before = settings.threads()
        settings.choose(key, value)
        settings.apply_now()
        if key == "settings":
            expert_switch.switch.changed.emit()
        if key in ("language", "interface_scale"):
            self.later.setVisible(True)
        if settings.threads() != before and self._link.is_ready:
            self._link.restart()


def _swatch(name: str, density: float) -> QPixmap:
    """Return the colour map from its lowest value to its highest."""
    picture = QPixmap(SWATCH * density)
    picture.setDevicePixelRatio(density)
    gradient = QLinearGradient(0, 0, SWATCH.width(), 0)
    for step in range(9):
        gradient.setColorAt(step / 8, colormaps.sample(step / 8, name))
    painter = QPainter(picture)
    painter.fillRect(picture.rect(), gradient)
    painter.end()
    return picture
