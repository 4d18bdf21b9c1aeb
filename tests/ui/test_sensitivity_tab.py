"""Sensitivity: candidates are chosen, cells come one by one, and what a cell says is what is applied."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from tests.figures import MSE, TOP1
from tests.ui.conftest import WAIT, measured
from workbench.core.analysis.sensitivity import CANDIDATES, Scan, Trial
from workbench.core.base.job import Progress
from workbench.core.recipe.action import Action
from workbench.ui.tabs.sensitivity import words
from workbench.ui.tabs.sensitivity.matrix import STRENGTH_ROLE, MatrixModel, strength
from workbench.ui.widgets import colormaps

INT8, INT2 = ((Action("quantize.affine", {"bits": bits}),) for bits in (8, 2))
CHANNELS = (Action("prune.channels", {"ratio": 0.25}),)
HALF = (Action("prune.magnitude", {"sparsity": 0.5}), Action("quantize.affine", {"bits": 4}))
SCAN = Scan(
    TOP1,
    0.9,
    2000,
    (),
    1,
    candidates=(INT8, INT2, CHANNELS),
    layers=("a.one", "a.two", "b"),
    refused={("b", CHANNELS): "It is not pruned."},
    kind="loss",
)
CELLS = {
    ("a.one", INT8): Trial("a.one", INT8, {"a.one": INT8}, 50, 0.001, 0.9, 0.0, -0.004, 0.004),
    ("a.one", INT2): Trial("a.one", INT2, {"a.one": INT2}, 20, 0.2, 0.7, 0.2, 0.18, 0.22),
    ("a.two", INT2): Trial("a.two", INT2, {"a.two": INT2}, 20, 0.3),
    ("b", INT2): Trial("b", INT2, {"b": INT2}, 20, 0.1, 0.85, 0.05, 0.03, 0.07),
    ("a.one", CHANNELS): Trial(
        "a.one", CHANNELS, dict.fromkeys(("a.one", "a.two"), CHANNELS), 90, None, 0.88, 0.02, 0.01, 0.03
    ),
}
CELLS["a.two", CHANNELS] = CELLS["a.one", CHANNELS]
BYTES = {"a.one": 100, "a.two": 100, "b": 100}


@pytest.fixture
def page(sensitivity_tab):
    return sensitivity_tab.scan_page


@pytest.fixture
def scanned(page, qtbot):
    page.candidates.choose((INT8, INT2, CHANNELS))
    scan(page, qtbot)
    return page


def test_what_a_time_limit_left_out_is_said(page, qtbot):
    page.candidates.choose((INT8, INT2))
    page.minutes.setValue(1e-9)  # which rounds to none
    assert page.minutes.text() == "no time limit" and page.minutes.seconds == 0
    page.scans.plan = replace(SCAN, notes=("The time limit was reached.", "Not measured: 2 of 4 candidates."))
    page.refresh()
    assert page.why_not.text() == "The time limit was reached. Not measured: 2 of 4 candidates."
    assert page.why_not.isVisible()


def test_a_scan_whose_scheduler_is_gone_says_so_and_goes_on_here_when_asked(page, monkeypatch):
    asked = []
    monkeypatch.setattr(page.scans._link, "hold", lambda job, held: asked.append((job, held)))
    page.running.show_progress(Progress("trying a.one", 0.5))
    assert page.running.here.isHidden()
    page.running.show_progress(Progress("The Dask scheduler no longer answers: waiting for it", 0.5, waiting=True))
    assert not page.running.here.isHidden()
    page.scans.job = 7
    page.running.here.click()
    page.scans.job = 0
    assert asked == [(7, False)]


def scan(page, qtbot) -> None:
    QTest.mouseClick(page.scan, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.scans.job, timeout=WAIT)


def click(page, row: int, column: int, modifier=Qt.KeyboardModifier.NoModifier, double: bool = False) -> None:
    table = page.table
    where = table.visualRect(table.model().index(row, column)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, where)
    if double:
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, where)


def model_of(cells=CELLS) -> MatrixModel:
    model = MatrixModel()
    model.show(SCAN, cells, SCAN.refused, BYTES)
    return model


def test_the_matrix_keeps_the_rules_of_qt(qapp, qtmodeltester):
    qtmodeltester.check(model_of())


def test_a_cell_says_what_it_loses_and_how_that_is_known(qapp):
    model = model_of()
    texts = [[model.index(row, column).data() for column in range(3)] for row in range(3)]
    assert texts == [["0.0", "20.0", "2.0"], ["", "○ 0.3", "2.0"], ["", "5.0", "–"]]
    says = [model.describe(model.index(*place)) for place in ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (1, 0))]
    assert "not significant" in says[0] and "● measured, 2,000" in says[0]
    assert "−20.0 ± 2.0 points" in says[1] and "not significant" not in says[1] and "5.0x smaller" in says[1]
    assert "top-1 large effect, predicted from gradients, not measured (divergence 0.3)" in says[2]
    assert "2 coupled layers at once" in says[3] and "200 B → 90 B" in says[3]
    assert "not pruned" in says[4] and "not tried yet" in says[5]
    assert [model.index(row, 1).data(STRENGTH_ROLE) for row in range(3)] == [1.0, None, pytest.approx(0.5)]
    assert strength(-0.1, 0.2) == 0.0 and strength(0.1, 0.0) == 0.0


def test_a_metric_of_which_less_is_better(qapp):
    trial = Trial("a", INT2, {"a": INT2}, 20, None, 0.5, 0.2, 0.1, 0.3)
    scan_of = Scan(MSE, 0.3, 100, (trial,), 2)
    assert words.loss(trial, scan_of).startswith("mean squared error +0.20 ± 0.1, ● measured")


def test_what_prevents_a_scan_is_reported(page):
    assert page.scan.isEnabled() and "layers: 2; samples for each measurement: 400" in page.panel.empty.text()
    page.candidates.choose(())
    assert not page.scan.isEnabled() and "at least one" in page.why_not.text()


def test_candidates_are_ticked_in_a_menu_that_stays_open_and_the_steps_of_a_layer_are_one(page, session, qtbot):
    session.set_actions(["first"], HALF[::-1], "steps")
    session.select(["first"])
    button = page.candidates
    assert button.stacks == CANDIDATES
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    menu = button.menu()
    qtbot.waitUntil(menu.isVisible)
    entries = [action for action in menu.actions() if action.isCheckable()]
    assert entries[0].text() == "Integer (affine) 8 bit" and entries[0].isChecked()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entries[0]).center())
    assert menu.isVisible() and button.stacks == CANDIDATES[1:] and button.text() == "10 candidates"
    menu.setActiveAction(entries[1])
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible() and button.stacks == CANDIDATES[2:]
    assert "Magnitude: sparsity 50 % + Integer (affine) 4 bit" in [action.text() for action in entries]
    menu.close()
    session.set_actions(["first"], INT2, "steps")
    other = (Action("prune.magnitude", {"sparsity": 0.3}),)
    session.set_actions(["first"], other, "steps")
    menu.aboutToShow.emit()
    menu.actions()[-1].trigger()
    assert button.stacks[-1] == other


def test_cells_come_and_are_shown(scanned):
    page = scanned
    assert page.table.model().rowCount() == 2 and page.model.candidates == (INT8, INT2, CHANNELS)
    assert page.scans.plan.complete and len(page.scans.cells) == 5
    trial = page.scans.cells["first", INT2]
    assert trial.drop > 0.02 and page.model.index(0, 1).data() == f"{100 * trial.drop:.1f}"
    assert page.model.index(1, 2).data() == "–" and page.panel.legend.high.text().endswith("points")
    assert page.model.to_csv().count("\n") == 6


def test_choosing_a_cell_chooses_the_layer_and_back(scanned, session):
    page = scanned
    click(page, 1, 1)
    assert session.selection == ("second",) and page.scans.candidate == INT2
    assert page.cell.text().startswith("second: Integer (affine) 2 bit")
    assert set(page.scans.drops()) == {"first", "second"}
    session.select(["first"])
    assert page.table.currentIndex().row() == 0 and page.table.currentIndex().column() == 1
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    QTest.keyClick(page.table, Qt.Key.Key_Left)
    assert session.current == "second" and page.scans.candidate == INT8
    session.select(["first", "second"], "first")
    assert session.selection == ("first", "second"), "the matrix only follows"


def test_a_cell_is_applied_by_enter_by_double_click_and_by_the_button_each_one_step(scanned, session):
    page = scanned
    click(page, 0, 1)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert session.recipe.actions_for("first") == INT2 and not session.recipe.actions_for("second")
    click(page, 1, 0, double=True)
    assert session.recipe.actions_for("second") == INT8
    click(page, 0, 2)
    QTest.mouseClick(page.apply, Qt.MouseButton.LeftButton)
    assert session.recipe.actions_for("first") == CHANNELS
    for expected in (INT2, INT2, ()):
        session.undo()
        assert session.recipe.actions_for("first") == expected
    assert not session.recipe.rows and session.undo_stack.redoText() == "apply Integer (affine) 2 bit"


def test_several_cells_are_applied_together(scanned, session):
    page = scanned
    click(page, 0, 0)
    click(page, 1, 1, Qt.KeyboardModifier.ControlModifier)
    assert set(session.selection) == {"first", "second"} and page.apply.text() == "Apply to 2 layers"
    QTest.mouseClick(page.apply, Qt.MouseButton.LeftButton)
    assert session.recipe.actions_for("first") == INT8 and session.recipe.actions_for("second") == INT2
    session.undo()
    assert not session.recipe.rows
    click(page, 1, 2)
    assert not page.apply.isEnabled(), "this layer is not pruned"


def test_rows_are_sorted_by_a_column_and_the_third_click_gives_the_order_back(qapp, qtbot):
    from workbench.ui.tabs.sensitivity.table import MatrixTable

    table = MatrixTable(model_of())
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.show()
    header = table.horizontalHeader()

    def press() -> list[str]:
        where = header.sectionViewportPosition(1) + header.sectionSize(1) // 2
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(where, header.height() // 2))
        return [table.model().headerData(row, Qt.Orientation.Vertical) for row in range(3)]

    assert press() == ["b", "a.one", "a.two"], "least loss first, what is only predicted last"
    assert press() == ["a.two", "a.one", "b"]
    assert press() == ["a.one", "a.two", "b"]


def test_the_names_are_whole_where_there_is_room_and_give_a_few_pixels_before_anything_has_to_be_scrolled(qapp, qtbot):
    from workbench.ui.tabs.sensitivity.table import MatrixTable

    plan = replace(SCAN, layers=tuple(f"a.module.with.a.long.name.{path}" for path in SCAN.layers), refused={})
    table = MatrixTable(MatrixModel())
    qtbot.addWidget(table)
    table.show()
    table.matrix.show(plan, {}, {}, dict.fromkeys(plan.layers, 100))
    columns = table.horizontalHeader()
    qtbot.waitUntil(lambda: columns.length() > 100)
    down = table.verticalHeader()
    whole = down.fontMetrics().horizontalAdvance(plan.layers[0])
    table.resize(columns.length() + 1000, 300)
    qtbot.waitUntil(lambda: whole <= down.width() < whole + 40)
    for spare, scrolls, names in ((down.width() + 9, False, down.width()), (110, False, 110), (60, True, 128)):
        table.resize(columns.length() + spare, 300)
        qtbot.waitUntil(lambda names=names: down.width() == names)
        assert (table.horizontalScrollBar().maximum() > 0) == scrolls


def test_measured_cells_have_colours_and_predicted_ones_do_not(qapp, qtbot):
    from workbench.ui.tabs.sensitivity.table import MatrixTable

    table = MatrixTable(model_of())
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.show()
    picture = table.viewport().grab().toImage()

    def corner(row: int, column: int):
        where = table.visualRect(table.model().index(row, column))
        return picture.pixelColor(where.left() + 3, where.top() + 3)

    assert corner(0, 1).name() == colormaps.sample(1.0).name()
    assert corner(2, 1).name() == colormaps.sample(0.5).name()
    assert corner(1, 1).saturation() < 40


def test_the_matrix_is_saved_whole_and_copied(qapp, qtbot, tmp_path):
    from workbench.ui.tabs.sensitivity.panel import MatrixPanel

    panel = MatrixPanel(model_of())
    qtbot.addWidget(panel)
    panel.resize(300, 230)  # narrower than its columns
    panel.show()
    panel.show_canvas()
    for name in ("matrix.png", "matrix.svg"):
        panel.save(str(tmp_path / name))
        assert (tmp_path / name).stat().st_size > 2000
    picture = QImage(str(tmp_path / "matrix.png"))
    assert any(
        picture.pixelColor(x, y).name() == colormaps.sample(1.0).name()
        for x in range(0, picture.width(), 5)
        for y in range(0, picture.height(), 5)
    )
    panel.matrix.setFocus()
    panel.keeper.copy()
    assert QGuiApplication.clipboard().text().startswith("layer,candidate,bytes,drop")


def test_stopping_keeps_the_cells_and_scanning_again_goes_on(page, qtbot):
    page.candidates.choose(CANDIDATES)
    QTest.mouseClick(page.scan, Qt.MouseButton.LeftButton)
    assert not page.scan.isEnabled() and page.running.isVisible() and page.running.stop.isVisible()
    qtbot.waitUntil(lambda: any(t.drop is not None for t in page.scans.cells.values()), timeout=WAIT)
    QTest.mouseClick(page.running.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.scans.job, timeout=WAIT)
    if page.scans.plan.complete:
        return  # it was done before the click arrived
    assert "resumes here" in page.why_not.text() and page.scans.cells
    scan(page, qtbot)
    assert page.scans.plan.complete and page.scans.cells["second", CANDIDATES[0]].drop is not None


def test_only_the_chosen_layers_are_scanned(page, session, qtbot):
    session.select(["second"])
    page.candidates.choose((INT2,))
    page.layers.setCurrentIndex(1)
    scan(page, qtbot)
    assert page.model.layers == ("second",) and set(page.scans.cells) == {("second", INT2)}


def test_other_data_forgets_what_was_measured(scanned, session, qtbot, tmp_path):
    page = scanned
    session.attach(str(tmp_path / "train.npz"))
    qtbot.waitUntil(lambda: session.data.samples == 800 and measured(session), timeout=WAIT)
    assert page.scans.plan is None and not page.scans.cells and page.panel.pages.currentWidget() is page.panel.empty


def test_the_losses_are_beside_the_layers_and_tint_the_graph(demo_window, qtbot):
    from workbench.ui.tree.data.cells import Column
    from workbench.ui.tree.data.model import BAR_ROLE

    space, session = demo_window.workspace, demo_window.session
    page, tree = space.sensitivity.scan_page, space.tree
    page.candidates.choose((INT2,))
    session.select(["blocks.5.pointwise", "head"])
    page.layers.setCurrentIndex(1)
    assert tree.tree.isColumnHidden(Column.LOSS) and space.graph.tint.findData("sensitivity") < 0
    demo_window.menus.scan.trigger()
    assert space.tabs.currentWidget() is space.sensitivity
    qtbot.waitUntil(lambda: space.scans.plan is not None and space.scans.plan.complete, timeout=WAIT)
    cell = tree.model.index_of("head").siblingAtColumn(Column.LOSS)
    drops = space.scans.drops()
    assert set(drops) == {"blocks.5.pointwise", "head"} and not tree.tree.isColumnHidden(Column.LOSS)
    assert cell.data() == f"{100 * drops['head']:.1f}".replace("-0.0", "0.0").replace("-", "−")
    most = max(drops, key=drops.get)
    assert tree.model.index_of(most).siblingAtColumn(Column.LOSS).data(BAR_ROLE) == (1.0, 1.0)
    assert tree.model.headerData(Column.LOSS, Qt.Orientation.Horizontal) == "Loss", "the names need the room"
    assert tree.model.title(Column.LOSS) == "Loss: affine 2"
    assert "Integer (affine) 2 bit" in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert space.graph.tint.findData("sensitivity") >= 0


def test_a_row_for_each_block(page, session, qtbot):
    """What is said of a block, and applied, is for all of its layers; a model without blocks says so."""
    page.layers.setCurrentIndex(2)
    assert "on all layers of a block at once" in page.panel.empty.text()
    scan(page, qtbot)
    assert "no blocks in a row" in page.why_not.text()
    paths = ("first", "second")
    stacks = dict.fromkeys(paths, INT2)
    trial = Trial("first", INT2, stacks, 20, 0.3, block="blocks.0")
    plan = replace(SCAN, layers=("blocks.0",), blocks={"blocks.0": paths}, refused={}, estimated=True)
    page.scans._updated(plan)
    page.scans._updated(trial)
    page.refresh()
    assert page.model.layers == ("blocks.0",) and page.scans.cells == {("blocks.0", INT2): trial}
    click(page, 0, 1)
    assert set(session.selection) == set(paths) and "2 layers of this block" in page.cell.text()
    assert "estimated from the error of its block" in page.cell.text()
    page.scans._updated(replace(trial, drop=0.02))
    assert page.scans.candidate == INT2 and page.scans.drops() == {}, "tree and graph show drops of single layers"
    assert page.apply.text() == "Apply to 2 layers"
    QTest.mouseClick(page.apply, Qt.MouseButton.LeftButton)
    assert all(session.recipe.actions_for(path) == INT2 for path in paths)
