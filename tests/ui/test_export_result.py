"""The result of an export: every note is a sentence and stands apart, in the language of the window."""

from tests.ui.test_comfort import language  # noqa: F401
from workbench.core.analysis.report import Figure, Report, Totals
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.ui.commands.export.export_result import ResultPage
from workbench.ui.text.i18n import ENGLISH

EQUAL = Message(
    "{name} ({size:,} bytes) was reopened; its {n} tensors are equal to the preview's",
    name="small.safetensors",
    size=1000,
    n=3,
)
MEASURED = Message("Its metric, measured on {n:,} samples: {metric} {value}.", n=300, metric="Top-1", value="91.0 %")


def test_every_note_ends_and_stands_apart(language, qtbot):  # noqa: F811
    before, after = (Totals(Figure(size, "verified"), 1, 1) for size in (4000, 1000))
    page = ResultPage()
    qtbot.addWidget(page)
    files = {"model": "small.onnx"}
    page.show_report(Report(MetricInfo(), "", before, after, 1000, None, None, (), files, notes=(EQUAL, MEASURED)))
    written, equal, measured = page.words.text().split("\n\n")
    assert "small.onnx" in written and "small.safetensors" in equal and "91.0 %" in measured
    stop, other = (".", "。") if language == ENGLISH else ("。", ".")
    assert equal.endswith(stop) and measured.endswith(stop) and not measured.endswith((stop * 2, stop + other))
