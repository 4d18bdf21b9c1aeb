"""One training stage as a card: its parameters and an explanation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from workbench.core.recipe.recovery import Stage, StageInfo
from workbench.ui.actions.card.reorder import DOWN, UP, Grip, native, with_keys
from workbench.ui.actions.form import values as v
from workbench.ui.actions.form.form import ParamForm
from workbench.ui.base.dialogs import choose_files
from workbench.ui.base.files import MODELS
from workbench.ui.text.i18n import listed, said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import heading, muted

BETWEEN = ", "  # the files of the teachers, in the recipe


class StageCard(QFrame):
    """Signals: `changed(stage, field, finished)`; `removed()`; `moved(by)`: up is -1."""

    changed = Signal(object, str, bool)
    removed = Signal()
    moved = Signal(int)

    def __init__(self, stage: Stage, info: StageInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.stage, self.info = stage, info
        self.choose: QPushButton | None = None
        title = said(info.title)
        self.setAccessibleName(title)
        self.form = ParamForm(info.fields, stage.params, self)
        self.form.changed.connect(self._on_changed)
        self.head = QWidget(self)
        self.head.setToolTip(
            self.tr("Drag the stage to another place ({up}, {down})").format(up=native(UP), down=native(DOWN))
        )
        head = QHBoxLayout(self.head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(theme.HALF)
        head.addWidget(heading(title, self.head), 1)
        self.up = self._button("up", self.tr("Move up"), lambda: self.moved.emit(-1))
        self.down = self._button("down", self.tr("Move down"), lambda: self.moved.emit(1))
        for button, keys in ((self.up, UP), (self.down, DOWN)):
            button.setToolTip(with_keys(button.toolTip(), keys))
        self.remove = self._button("remove", self.tr("Remove {title}").format(title=title), self.removed.emit)
        for button in (self.up, self.down, self.remove):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.UNIT + theme.HALF, theme.UNIT, theme.UNIT, theme.UNIT)
        column.setSpacing(theme.UNIT)
        column.addWidget(self.head)
        self.grip = Grip(self, self.head)
        column.addWidget(muted(said(info.summary), self))
        column.addWidget(self.form)
        if any(field.name == "teacher" for field in info.fields):
            self._build_teachers(column)
        column.addWidget(muted(f"{info.formula}\n{info.citation}", self))

    def set_stage(self, stage: Stage) -> None:
        """Show a stage of the same kind with other parameters."""
        self.stage = stage
        self.form.set_values(stage.params)
        self._name_teachers()

    def _build_teachers(self, column: QVBoxLayout) -> None:
        self.teachers = muted("", self)
        self.choose = QPushButton(self.tr("Select teachers…"), self)
        self.choose.setToolTip(
            self.tr(
                "Model files with the same inputs and outputs; several are averaged. Without any, "
                "the original model is the teacher."
            )
        )
        self.choose.clicked.connect(self._ask_teachers)
        column.addWidget(self.teachers)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignLeft)
        self._name_teachers()

    def _name_teachers(self) -> None:
        if self.choose is None:
            return
        files = [part.strip() for part in str(self.stage.params.get("teacher", "")).split(",") if part.strip()]
        names = listed(Path(file).name for file in files) or self.tr("the original model")
        self.teachers.setText(self.tr("Teacher: {names}").format(names=names))

    def _ask_teachers(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in MODELS)
        choose_files(
            self,
            self.tr("Select teachers"),
            self.tr("Models ({kinds});;All files (*)").format(kinds=kinds),
            self.set_teachers,
        )

    def set_teachers(self, files: Sequence[str]) -> None:
        """Use these files as teachers; none: the original model."""
        self._on_changed("teacher", BETWEEN.join(files), True)

    def focus_form(self) -> None:
        """Move the keyboard focus to the first parameter."""
        self.form.first().setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def held(self) -> bool:
        return self.form.held

    def _button(self, icon: str, words: str, verb: Any) -> QToolButton:
        button = QToolButton(self.head)
        theme.set_icon(button, icon, "muted")
        button.setIconSize(QSize(theme.ICON, theme.ICON))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.clicked.connect(lambda: verb())
        return button

    def _on_changed(self, name: str, value: Any, finished: bool) -> None:
        rivals = v.rivals(self.info.fields, name)
        params = {key: known for key, known in self.stage.params.items() if key not in rivals} | {name: value}
        self.stage = Stage(self.stage.kind, params)
        self._name_teachers()
        self.changed.emit(self.stage, name, finished)
