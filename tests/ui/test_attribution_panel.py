"""What the table of responsible layers says of layers that were taken back with their channels, or without."""

import pytest
from PySide6.QtCore import Qt

from workbench.core.analysis.prediction_diff import Attribution, Suspect
from workbench.engine.analysis.attribution import TRAINED
from workbench.ui.tabs.compare.attribution import AttributionPanel
from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions


@pytest.fixture
def panel(session, qtbot):
    panel = AttributionPanel(ChangedPredictions(session))
    qtbot.addWidget(panel)
    return panel


def cell(panel, row: int, role=Qt.ItemDataRole.DisplayRole) -> str:
    return panel.table.rows.index(row, 0).data(role)


def test_coupled_layers_are_named_and_what_did_not_come_back_is_reported(panel):
    panel._findings.attributed_for = "3 samples"
    panel._findings.attribution = Attribution(
        (1, 2, 3),
        (Suspect("conv2", (), 2, 0.5, 2, also=("stem", "conv1")), Suspect("head", (), 1, 0.1, 3, note=TRAINED)),
        2,
        2,
    )
    panel.refresh()
    assert panel.words.text().startswith("3 samples: reverting conv2 (+2 coupled) fixes 2 of 3.")
    assert panel.words.text().endswith("* Weights reverted, channels not.")
    assert [cell(panel, row) for row in (0, 1)] == ["conv2 +2", "head *"]
    tip = Qt.ItemDataRole.ToolTipRole
    assert "stem, conv1" in cell(panel, 0, tip) and "Channels reverted" in cell(panel, 0, tip)
    assert TRAINED in cell(panel, 1, tip)
