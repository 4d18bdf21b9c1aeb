"""The user's own sample, dropped on the window: predictions of the original and the compressed model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.base.plain import plain
from workbench.core.ipc import messages
from workbench.core.ipc.own_sample import TrySample
from workbench.ui.base.pixels import image_of
from workbench.ui.engine_client.client import Handlers
from workbench.ui.engine_client.coalesce import Latest
from workbench.ui.session.session import Session
from workbench.ui.text.format import percent
from workbench.ui.text.i18n import listed, said
from workbench.ui.widgets import theme
from workbench.ui.widgets.drop_hint import DropHint
from workbench.ui.widgets.labels import Plain, heading, muted

if TYPE_CHECKING:  # imports numpy, for which the window need not wait
    from workbench.core.analysis.prediction_diff import Guess, SampleAnswer

WIDTH, PICTURE, MARGIN = 640, 128, 16  # pixels
ROW, BAR = 24, 6
REST_MS = 300  # pause in editing before the sample is run again
PATIENCE_MS = 10_000


class Guesses(QWidget):
    """The most probable classes of one model, as bars."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.guesses: tuple[Guess, ...] = ()
        self._role = role
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    def show_guesses(self, guesses: Sequence[Guess]) -> None:
        self.guesses = tuple(guesses)
        self.setAccessibleName(listed(f"{guess.name} {percent(guess.sure, 1)}" for guess in guesses))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, ROW * max(len(self.guesses), 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme.colors()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font())
        metrics = QFontMetricsF(theme.font())
        wide = metrics.horizontalAdvance("100.0 %") + theme.UNIT
        for number, guess in enumerate(self.guesses):
            line = QRectF(0, number * ROW, self.width(), ROW - BAR - 2)
            painter.setPen(colors.text)
            name = metrics.elidedText(guess.name, Qt.TextElideMode.ElideRight, line.width() - wide)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(guess.sure, 1))
            painter.setPen(Qt.PenStyle.NoPen)
            bar = QRectF(0, line.bottom() + 1, self.width(), BAR)
            painter.setBrush(colors.before)
            painter.drawRoundedRect(bar, 2, 2)
            bar.setWidth(max(self.width() * guess.sure, 1.0))
            painter.setBrush(getattr(colors, self._role))
            painter.drawRoundedRect(bar, 2, 2)


class OwnSample(QDialog):
    """Follows the recipe; another file can be dropped on it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("own-sample")
        self.setWindowTitle(self.tr("Own sample"))
        self.setMinimumWidth(WIDTH)
        self.drop_hint = DropHint(self, lambda files: self.show_file(files[0]), self.tr("Drop another sample"))
        self._session, self._path = session, ""
        self.answer: SampleAnswer | None = None
        self._requests = Latest(session.link, PATIENCE_MS, self)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        self._build()
        session.recipe_changed.connect(self._on_recipe)
        session.data_changed.connect(self._on_recipe)
        session.trainings.changed.connect(self._on_recipe)
        session.model_changed.connect(self.close)

    def _build(self) -> None:
        self.heading = heading("", self)
        self.verdict = Plain(self, wordWrap=True)
        self.picture = Plain(self)
        self.picture.setFixedSize(PICTURE, PICTURE)
        self.picture.setAccessibleName(self.tr("The sample as the model gets it"))
        self.before, self.after = Guesses("before_line", self), Guesses("after", self)
        self.difference, self.notes = Plain(self, wordWrap=True), muted("", self)
        self.notes.setWordWrap(True)
        self._sides = QWidget(self)
        sides = QHBoxLayout(self._sides)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(theme.TRIPLE)
        for title, guesses in ((self.tr("Original"), self.before), (self.tr("Compressed"), self.after)):
            side = QVBoxLayout()
            side.addWidget(muted(title, self._sides))
            side.addWidget(guesses)
            side.addStretch(1)
            sides.addLayout(side, 1)
        words = QVBoxLayout()
        words.setSpacing(theme.UNIT)
        for widget in (self.heading, self.verdict, self.difference):
            words.addWidget(widget)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(MARGIN)
        top.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN)
        column.addLayout(top)
        column.addWidget(self._sides)
        column.addWidget(self.notes)
        column.addStretch(1)
        column.addWidget(buttons)

    def show_file(self, path: str) -> None:
        """Run this file through both models."""
        self._path, self.answer = path, None
        self.heading.setText(plain(Path(path).name))
        self.verdict.setText(self.tr("Running both models…"))
        for widget in (self.picture, self._sides, self.difference, self.notes):
            widget.hide()
        self._ask()
        self.show()
        self.raise_()

    # -- asking ----------------------------------------------------------------------------------------------------

    def _on_recipe(self) -> None:
        """Mark the shown answer as the previous recipe's, until the new one arrives."""
        if not self.isVisible():
            return
        if self.answer is not None and not self._rest.isActive():
            self.verdict.setText(self.verdict.text() + " " + self.tr("(updating…)"))
        self._rest.start()

    def _ask(self) -> None:
        if self._path and self._session.model is not None:
            self._requests.submit(self._request)

    def _request(self) -> int:
        path, recipe = self._path, self._session.recipe

        def done(answer: SampleAnswer) -> None:
            if path == self._path and recipe.in_effect == self._session.recipe.in_effect:
                self._show(answer)
            self._requests.answered()

        def failed(failure: messages.Failed) -> None:
            if path == self._path:
                self._show_failure(f"{said(failure.what)} {said(failure.hint)}".strip())
            self._requests.answered()

        handlers = Handlers(done=done, failed=failed, quiet=True)
        return self._session.link.request(TrySample, handlers, path=path, recipe=recipe)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _show(self, answer: SampleAnswer) -> None:
        self.answer = answer
        self.verdict.setText(self._words(answer))
        self.before.show_guesses(answer.before)
        self.after.show_guesses(answer.after)
        self._sides.setVisible(bool(answer.before))
        self.difference.setText(
            self.tr("Output difference: {relative} relative, {most} at most ({n:,} values)").format(
                relative=percent(answer.error, 1), most=f"{answer.most:.3g}", n=answer.size
            )
        )
        self.difference.show()
        self.notes.setText("\n".join(said(note) for note in answer.notes))
        self.notes.setVisible(bool(answer.notes))
        self.picture.setVisible(answer.picture is not None)
        if answer.picture is not None:
            keep, fast = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
            self.picture.setPixmap(QPixmap.fromImage(image_of(answer.picture)).scaled(PICTURE, PICTURE, keep, fast))
        self.adjustSize()

    def _words(self, answer: SampleAnswer) -> str:
        if not answer.before:
            more = ("…",) if answer.size > len(answer.first) else ()
            was, now = (
                listed((*(f"{value:.4g}" for value in values), *more)) for values in (answer.first, answer.first_after)
            )
            return self.tr("Output: {was} → {now}").format(was=was, now=now)
        first, second = answer.before[0], answer.after[0]
        if first.name == second.name:
            return self.tr("Both models: {name} ({was} → {now})").format(
                name=first.name, was=percent(first.sure, 1), now=percent(second.sure, 1)
            )
        return self.tr("Changed: {was} ({sure}) → {now} ({sure_now})").format(
            was=first.name, sure=percent(first.sure, 1), now=second.name, sure_now=percent(second.sure, 1)
        )

    def _show_failure(self, sentence: str) -> None:
        self.answer = None
        self.verdict.setText(sentence)
        for widget in (self.picture, self._sides, self.difference, self.notes):
            widget.hide()
