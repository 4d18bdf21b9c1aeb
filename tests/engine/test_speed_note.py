"""The sentence on what a smaller file brings in time."""

import pytest

from workbench.core.analysis.report import Figure, Totals
from workbench.engine.api import report_notes


def totals(size, macs, latency):
    return Totals(Figure(size, "verified"), 10, macs, None, latency and Figure(latency, "measured", 30))


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ((50, 100, 1.0), "2x smaller: as fast as before (one sample, measured)."),
        ((23, 53, 0.66), "4.3x smaller, 1.9x fewer MACs: 1.5x faster (one sample, measured)."),
        ((200, 101, 1.5), "2x larger: 1.5x slower (one sample, measured)."),
        ((100, None, 0.5), ""),
        ((50, 50, None), ""),
    ],
)
def test_size_and_macs_are_reported_with_the_time_that_was_measured(after, said):
    assert "".join(report_notes.speed(totals(100, 100, 1.0), totals(*after))) == said
