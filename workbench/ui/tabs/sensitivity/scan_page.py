"""Scan page: candidates, progress, the matrix of drops, and details of the selected cell."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.core.analysis.sensitivity import Stack, Wanted
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.session.scans import Scans
from workbench.ui.session.session import Session
from workbench.ui.tabs.sensitivity.candidates import CandidateButton
from workbench.ui.tabs.sensitivity.matrix import Index, MatrixModel
from workbench.ui.tabs.sensitivity.panel import MatrixPanel
from workbench.ui.tabs.sensitivity.running import Running
from workbench.ui.tabs.time_limit import TimeLimit
from workbench.ui.text.describe import stack_words, unless_none
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import label, muted

WIDEST = 260  # pixels of a combo box


class ScanPage(QWidget):
    """Follows the session and its scans; applies cells through the session's undo stack."""

    def __init__(self, session: Session, scans: Scans, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.scans = session, scans
        self.model = MatrixModel(self)
        self.panel = MatrixPanel(self.model, self)
        self.table = self.panel.matrix
        self._build_bar()
        self._build_foot()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        column.addLayout(self._bar)
        column.addWidget(self.running)
        column.addWidget(self.why_not)
        column.addWidget(self.panel, 1)
        column.addWidget(self.foot)
        self._connect()
        self.refresh()

    # -- building --------------------------------------------------------------------------------------------------

    def _build_bar(self) -> None:
        self.candidates = CandidateButton(self)
        self.layers = QComboBox(self)
        self.layers.setAccessibleName(self.tr("Layers to scan"))
        self.layers.addItem(self.tr("All layers"), "all")
        self.layers.addItem(self.tr("Selected layers"), "selected")
        self.layers.addItem(self.tr("Blocks"), "blocks")
        self.layers.setItemData(
            2,
            self.tr(
                "A row for each block of the model, whose layers all get the candidate. Losses are estimated in one "
                "pass over the blocks."
            ),
            Qt.ItemDataRole.ToolTipRole,
        )
        self.share = QComboBox(self)
        self.share.setAccessibleName(self.tr("Candidates to measure"))
        self.share.setToolTip(
            self.tr(
                "The loss of every candidate is predicted first, which is fast. Measuring takes "
                "longer, so the worst candidates can be left out. Automatically: all, or a few where losses are "
                "estimated in one pass over the model's blocks."
            )
        )
        for title, share in (
            (self.tr("Measure automatically"), None),
            (self.tr("Measure all"), 1.0),
            (self.tr("Measure better half"), 0.5),
            (self.tr("Measure best quarter"), 0.25),
        ):
            self.share.addItem(title, share)
        for box in (self.layers, self.share):  # they shrink if it is narrow
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(7)
        self.minutes = TimeLimit(0.0, self.tr("Minutes after which the scan ends with what it has"), self)
        self.minutes.setAccessibleName(self.tr("Minutes"))
        self.minutes.setPrefix(self.tr("minutes: "))
        self.scan = QPushButton(self.tr("Scan"), self)
        self.scan.setObjectName("primary")
        theme.set_icon(self.scan, "play", "on_accent")
        self.running = Running(self.tr("Stop scanning"), self._session.trainings, self)
        self.why_not = muted("", self)
        self._bar = QGridLayout()
        self._bar.setSpacing(theme.UNIT)
        for column, (widget, share) in enumerate(
            ((self.candidates, 0), (self.layers, 2), (self.share, 3), (self.scan, 0))
        ):
            self._bar.addWidget(widget, 0, column)
            self._bar.setColumnStretch(column, share)
        self._bar.addWidget(self.minutes, 1, 2)  # in another row: the tree beside the tabs needs the width
        self._bar.setColumnStretch(self._bar.columnCount(), 1)
        self.layers.setMaximumWidth(WIDEST)
        self.share.setMaximumWidth(WIDEST)
        self.minutes.setMaximumWidth(WIDEST)

    def _build_foot(self) -> None:
        self.foot = QWidget(self)
        self.cell = label("", self.foot, -1)
        self.cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.cell.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.apply = QPushButton(self.tr("Apply to this layer"), self.foot)
        row = QHBoxLayout(self.foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.DOUBLE)
        row.addWidget(self.cell, 1)
        row.addWidget(self.apply, 0, Qt.AlignmentFlag.AlignTop)

    def _connect(self) -> None:
        session, scans = self._session, self.scans
        scans.changed.connect(self.refresh)
        progress = session.turns.piece(
            self.running, lambda: self.running.show_progress(scans.progress), Place.ELSEWHERE
        )
        scans.progressed.connect(progress.soon)
        session.methods_changed.connect(self._show_methods)
        session.selection_changed.connect(self._follow)
        for signal in (session.data_changed, session.selection_changed, session.recipe_changed):
            signal.connect(self._show_controls)
        self.candidates.changed.connect(self._show_controls)
        self.layers.currentIndexChanged.connect(lambda _: self._show_controls())
        self.scan.clicked.connect(self.start)
        self.running.stop.clicked.connect(scans.stop)
        self.running.here.clicked.connect(scans.go_on_here)
        self.table.cell_chosen.connect(self._on_cell)
        self.table.applied.connect(self.apply_chosen)
        self.apply.clicked.connect(self.apply_chosen)
        self._show_methods()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        scans, session = self.scans, self._session
        layers = session.model.layers if session.model is not None else ()
        self.model.show(scans.plan, scans.cells, scans.refused, {layer.path: layer.bytes for layer in layers})
        there = scans.plan is not None
        if there:
            self.panel.show_canvas()
            self.panel.redraw()
        self.foot.setVisible(there)
        if there and not scans.job:
            self.table.sort_again()
        if there and not self.table.currentIndex().isValid():
            self.table.go_to(scans.row(session.current))
        self._show_controls()
        self._show_cell()

    def _show_methods(self) -> None:
        self.candidates.set_methods(self._session.methods)
        self.model.set_methods(self._session.methods)

    def _show_controls(self) -> None:
        session, scans = self._session, self.scans
        self.candidates.set_extra(session.recipe.actions_for(session.current) if session.current else ())
        reason = ""
        if session.data is None:
            reason = self.tr("Losses are measured on samples. Open a data set first.")
        elif not self.candidates.stacks:
            reason = self.tr("Tick at least one candidate.")
        elif not self._wanted_layers():
            reason = unless_none(session.model, self.tr("Select layers that can be edited."))
        self.scan.setEnabled(not reason and not scans.job)
        self.running.setVisible(bool(scans.job))
        for widget in (self.candidates, self.layers, self.share, self.minutes):
            widget.setEnabled(not scans.job)
        notes = () if scans.plan is None else scans.plan.notes
        self.why_not.setText(scans.failure or reason or " ".join(map(said, notes)))
        self.why_not.setVisible(bool(self.why_not.text()) and not scans.job)
        if scans.plan is None:
            self.panel.show_sentence(self._explanation())

    def _explanation(self) -> str:
        layers, data = len(self._wanted_layers()), self._session.data
        text = self.tr(
            "Tries each candidate on each layer alone and measures the loss of the model. Layers "
            "with a small loss can be compressed most."
        )
        if self.layers.currentData() == "blocks":
            text = self.tr(
                "Tries each candidate on all layers of a block at once. Losses are estimated in one pass over the "
                "blocks, and a few are measured. Blocks with a small loss can be compressed most."
            )
        if data is not None and layers:
            text += "\n\n" + self.tr(
                "Candidates: {candidates}; layers: {layers}; samples for each measurement: {n}. Runs in the "
                "background; your edits take priority."
            ).format(candidates=len(self.candidates.stacks), layers=layers, n=f"{data.samples:,}")
        return text

    def _show_cell(self) -> None:
        chosen = self.table.chosen()
        index = self.table.currentIndex()
        self.cell.setText(
            self.model.describe(self.table.proxy.mapToSource(index))
            if index.isValid()
            else self.tr("Select a cell for details; Enter or a double-click applies it.")
        )
        count = len({path for each in chosen for path in self.scans.paths(self.model.cell(each)[0])})
        self.apply.setText(
            self.tr("Apply to this layer") if count < 2 else self.tr("Apply to {n} layers").format(n=count)
        )
        self.apply.setEnabled(any(not self.model.refusal(each) for each in chosen))

    def _follow(self) -> None:
        """Go to the row of the layer that was selected elsewhere."""
        self.table.go_to(self.scans.row(self._session.current))
        self._show_cell()

    def _on_cell(self) -> None:
        """Select the layers of the cells, and show the candidate under the cursor in other views."""
        paths = [path for index in self.table.chosen() for path in self.scans.paths(self.model.cell(index)[0])]
        if paths:
            self.scans.show(self.model.cell(self.table.proxy.mapToSource(self.table.currentIndex()))[1])
            self._session.select(paths, paths[-1])
        self._show_cell()

    # -- hand ------------------------------------------------------------------------------------------------------

    def _wanted_layers(self) -> tuple[str, ...]:
        model = self._session.model
        paths = tuple(layer.path for layer in model.layers if not layer.locked) if model is not None else ()
        return tuple(path for path in paths if path in self._session.selection) if self._selected() else paths

    def _selected(self) -> bool:
        return bool(self.layers.currentData() == "selected")

    def start(self) -> None:
        """Start the scan that the controls describe."""
        if self.scan.isEnabled():
            layers = self._wanted_layers() if self._selected() else ()
            blocks = self.layers.currentData() == "blocks"
            share, seconds = self.share.currentData(), self.minutes.seconds
            self.scans.start(Wanted(self.candidates.stacks, layers, share, blocks=blocks, seconds=seconds))

    def apply_chosen(self) -> None:
        """Give the layers of the selected cells their candidates, as one undoable step."""
        recipe, last = self._session.recipe, ""
        cells = [index for index in self.table.chosen() if not self.model.refusal(index)]
        free = self._session.free(path for index in cells for path in self.scans.paths(self.model.cell(index)[0]))
        for index in cells:
            for path, actions in self._steps(index, free).items():
                recipe = recipe.with_actions([path], actions)
                last = stack_words(self.model.cell(index)[1], self._session.methods)
        if last:
            self._session.change_recipe(recipe, self.tr("apply {candidate}").format(candidate=last))

    def _steps(self, index: Index, free: Collection[str]) -> Mapping[str, Stack]:
        """Steps that a cell gives to layers: to all coupled ones if its own may have them, and to those of a block that
        may."""
        (row, stack), trial = self.model.cell(index), self.model.trial(index)
        stacks = dict.fromkeys(self.scans.paths(row), stack) if trial is None else trial.stacks
        if self.scans.paths(row) == (row,):
            return stacks if row in free else {}
        return {path: actions for path, actions in stacks.items() if path in free}
