"""Menu of the preparation steps of the graph, each reversible: unticking one reopens the model without it. Steps that
run only on request are unticked at first."""

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.layer_data.layer import Preparation
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import said
from workbench.ui.widgets.labels import tooltip


class PreparationMenu(QMenu):
    """Model > Preparation."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setTitle(self.tr("Preparation"))
        self.setToolTipsVisible(True)
        session.model_changed.connect(self.fill)
        session.failed.connect(self.fill)  # the ticks show the state, not what was requested
        self.fill()

    def fill(self, *_: object) -> None:
        self.clear()
        model, opened = self._session.model, self._session.opened
        left_out = opened.without if opened is not None else ()
        for step in model.preparations if model else ():
            action = self.addAction(said(step.title))
            action.setCheckable(True)
            action.setChecked(step.applied)
            action.setToolTip(tooltip(said(step.detail)))
            # If a step found nothing to do, opening again would not change that.
            action.setEnabled(step.applied or step.optional or step.id in left_out)
            action.toggled.connect(partial(self._toggle, step))
        self.menuAction().setEnabled(not self.isEmpty())

    def _toggle(self, step: Preparation, wanted: bool) -> None:
        opened = self._session.opened
        if opened is None:
            return
        if step.optional:
            self._session.reopen(replace(opened, raise_opset=wanted))
        else:
            left_out = set(opened.without) - {step.id} if wanted else {*opened.without, step.id}
            self._session.reopen(replace(opened, without=tuple(sorted(left_out))))
