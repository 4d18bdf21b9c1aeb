"""Columns of the layer tree: what the weights are like, streamed in the order of the rows; which are shown; colours."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QStyleOptionViewItem

from tests.figures import TOP1
from tests.ui.conftest import WAIT, settle, show_window
from workbench.core.ipc import messages
from workbench.core.layer_data.views import LayerFacts
from workbench.ui.text import i18n
from workbench.ui.tree.data.cells import FACTS, Column
from workbench.ui.tree.data.model import COLOR_ROLE
from workbench.ui.tree.delegate import BarDelegate
from workbench.ui.tree.view import TreePanel
from workbench.ui.tree.widths import WIDTHS


def facts_of(panel, path: str):
    return panel.model.index_of(path).siblingAtColumn(0).data(Qt.ItemDataRole.UserRole).facts


def cell(panel, path: str, column: Column):
    return panel.model.index_of(path).siblingAtColumn(column).data()


@pytest.fixture
def panel(demo_window, qtbot):
    panel = demo_window.workspace.tree
    paths = [layer.path for layer in demo_window.session.model.layers if not layer.locked]
    qtbot.waitUntil(lambda: all(facts_of(panel, path) for path in paths), timeout=WAIT)
    return panel


def test_what_the_weights_are_like_comes_by_itself(panel, demo_window):
    view = demo_window.session.view  # of the same layer, as the inspector shows it
    found = facts_of(panel, view.path)
    assert isinstance(found, LayerFacts)
    assert found.stable_rank == pytest.approx(view.spectrum.stable_rank)
    assert cell(panel, view.path, Column.RANK) == f"{view.spectrum.rank_for(0.9)} / {len(view.spectrum.values)}"
    assert cell(panel, view.path, Column.ZEROS) == "0.0 %"
    assert cell(panel, "blocks", Column.STABLE) in ("", None)  # a module itself has no weights


def test_rows_on_show_are_asked_for_first(panel, demo_window, qtbot, monkeypatch):
    asked = []
    link = demo_window.session.link
    monkeypatch.setattr(link, "request", lambda kind, handlers, **more: asked.append((kind, more)) or 0)
    panel.tree.collapseAll()
    panel.tree.expand(panel.proxy.mapFromSource(panel.model.index_of("blocks.5.depthwise").parent().parent()))
    panel.tree.expand(panel.proxy.mapFromSource(panel.model.index_of("blocks.5.depthwise").parent()))
    panel.reader._known.clear()
    qtbot.waitUntil(lambda: messages.Facts in [kind for kind, _ in asked], timeout=WAIT)
    paths = next(more["paths"] for kind, more in asked if kind is messages.Facts)
    assert sorted(paths) == sorted(layer.path for layer in demo_window.session.model.layers)
    assert paths[:4] == ("stem", "blocks.5.depthwise", "blocks.5.pointwise", "head")


def test_columns_are_chosen_in_the_menu_and_remembered(panel, demo_window, qtbot, session):
    menu = panel.choice.shown
    menu.aboutToShow.emit()
    titles = {action.text(): action for action in menu.actions()}
    assert not titles["Stable rank"].isChecked() and titles["Bytes"].isChecked()
    titles["Stable rank"].trigger()
    assert not panel.tree.isColumnHidden(Column.STABLE) and panel.choice.reads_weights
    panel.tree.sortByColumn(Column.STABLE, Qt.SortOrder.DescendingOrder)
    store = QSettings()
    panel.choice.color_by(Column.RANK)
    panel.save(store)
    again = show_window(session, qtbot).workspace.tree
    again.restore(store)
    assert not again.tree.isColumnHidden(Column.STABLE) and again.choice.colored == Column.RANK
    assert again.scale.isVisibleTo(again)


def test_a_sort_does_not_survive_a_restart_unseen(panel, demo_window, tmp_path):
    store = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    panel.tree.sortByColumn(Column.BYTES, Qt.SortOrder.DescendingOrder)
    panel.save(store)
    again = TreePanel(demo_window.session, demo_window.layer_commands)
    again.restore(store)
    assert again.tree.header().sortIndicatorSection() == -1
    shown = [again.proxy.index(row, 0).data() for row in range(again.proxy.rowCount())]
    assert shown == [again.model.index(row, 0).data() for row in range(again.model.rowCount())]
    again.deleteLater()


def test_rows_bear_the_colour_of_a_column(panel, demo_window, qtbot):
    index = panel.model.index_of("blocks.4.conv2")
    assert index.data(COLOR_ROLE) is None and not panel.scale.isVisible()
    view = next(menu for menu in demo_window.menuBar().findChildren(QMenu) if menu.title() == "&View")
    names = [action.text() for action in view.actions()]
    assert "Layer tree" in names
    by_bytes = next(action for action in panel.choice.colors.actions() if action.data() == Column.BYTES)
    plain = panel.tree.grab().toImage()
    by_bytes.trigger()
    assert index.data(COLOR_ROLE) == 1.0 and panel.model.index_of("stem").data(COLOR_ROLE) < 0.01
    assert panel.scale.isVisible() and panel.scale.legend.high.text() == "922 kB"
    assert panel.tree.grab().toImage() != plain
    panel.choice.colors.actions()[0].trigger()  # nothing
    assert index.data(COLOR_ROLE) is None and not panel.scale.isVisible()


def test_the_header_has_both_menus(panel, qtbot):
    header = panel.tree.header()
    header.customContextMenuRequested.emit(header.rect().center())
    menu = next(menu for menu in panel.tree.findChildren(QMenu) if menu.isVisible())
    assert {"Zeros", "Rank for 90 %", "Colour layers by"} <= {action.text() for action in menu.actions()}
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert all(panel.tree.isColumnHidden(column) for column in FACTS)


def test_all_columns_stay_in_the_tree_when_the_losses_come(panel, demo_window, qtbot):
    demo_window.resize(1280, 800)
    tree, header = panel.tree, panel.tree.header()
    wide = header.sectionSize(Column.LOSS)
    path = demo_window.session.current
    panel.show_losses({path: 0.004}, TOP1, "Affine, 3 bit", "affine 3")
    demo_window.resizeDocks([demo_window.workspace.layers_dock], [420], Qt.Orientation.Horizontal)
    settle(demo_window.session)
    assert not tree.isColumnHidden(Column.LOSS) and header.length() <= tree.viewport().width()
    assert header.sectionSize(Column.LOSS) < WIDTHS[Column.LOSS][0], "it gave way"
    demo_window.resize(1700, 800)
    demo_window.resizeDocks([demo_window.workspace.layers_dock], [600], Qt.Orientation.Horizontal)
    settle(demo_window.session)
    assert header.sectionSize(Column.LOSS) == WIDTHS[Column.LOSS][0] and wide == 0
    header.resizeSection(Column.ACTIONS, 130)  # as the hand does
    demo_window.resizeDocks([demo_window.workspace.layers_dock], [580], Qt.Orientation.Horizontal)
    settle(demo_window.session)
    assert header.sectionSize(Column.ACTIONS) == 130


@pytest.fixture(params=["en", "zh_CN"])
def spoken(qapp, request):
    i18n.apply(qapp, request.param)
    yield
    i18n.apply(qapp, "en")


@pytest.mark.parametrize("room", [160, 315, 420])
def test_no_figure_is_cut_however_narrow_the_tree_is(demo_window, spoken, room):
    """Names give way, then the tree scrolls: sizes of three digits and two decimals, exact or forecast, are whole."""
    panel, summary = demo_window.workspace.tree, demo_window.session.model
    layers = tuple(replace(layer, bytes=1_330_000 + 10_000 * n) for n, layer in enumerate(summary.layers))
    panel.model.set_model(replace(summary, layers=layers))
    panel.tree.widths.measure(panel.model)
    panel.tree.resize(room, 400)
    cell = QStyleOptionViewItem()
    panel.tree.initViewItemOption(cell)
    assert i18n.tr("{n} edited").format(n=13) in panel.model.figures(Column.ACTIONS)
    assert "1.34 MB" in panel.model.figures(Column.BYTES) and "○ 1.34 MB" in panel.model.figures(Column.AFTER)
    for column in (Column.BYTES, Column.AFTER, Column.ACTIONS):
        within = BarDelegate.inner(QRect(0, 0, panel.tree.columnWidth(column), 20)).width()
        widest = max(map(cell.fontMetrics.horizontalAdvance, panel.model.figures(column)))
        assert widest <= within, (column, widest, within)
    panel.tree.widths.measure(panel.model)
    assert panel.tree.columnWidth(Column.BYTES) <= WIDTHS[Column.BYTES][0], "and no wider than wanted"


def test_on_a_small_screen_no_column_is_beside_the_view(panel, demo_window, spoken):
    panel.tree.widths.measure(panel.model)
    demo_window.resize(1272, 760)  # what a window manager leaves of 1280 x 800
    settle(demo_window.session)
    demo_window.workspace.reset_sizes()
    settle(demo_window.session)
    assert panel.tree.header().length() <= panel.tree.viewport().width()
