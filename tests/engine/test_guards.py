"""An analysis that fails is named in the log and shown as not known; it takes neither opening nor `inspect` down."""

import onnx
import pytest
from click.testing import CliRunner

from tests.graph.graphs import opened, residual
from workbench.cli.commands import cli
from workbench.engine.layer_figures import stats
from workbench.graph.model import cost
from workbench.graph.prepare import fold_batchnorm

pytestmark = pytest.mark.allow_logs


def fails(*_args, **_kwargs):
    raise ValueError("operands could not be broadcast together")


@pytest.mark.parametrize(
    ("module", "name", "shown"),
    [
        (fold_batchnorm, "fold", "BatchNorm folded: skipped: it failed on this model"),
        (cost, "macs", "unknown"),
        (stats, "of", "stem: Not known: computing its statistics failed."),
    ],
)
def test_inspect_goes_on_and_says_what_is_not_known(module, name, shown, monkeypatch, caplog, tmp_path):
    onnx.save(residual(), tmp_path / "net.onnx")
    monkeypatch.setattr(module, name, fails)
    result = CliRunner().invoke(cli, ["inspect", str(tmp_path / "net.onnx")])
    assert result.exit_code == 0 and shown in result.output
    assert "ValueError: operands could not be broadcast together" in caplog.text


def test_other_steps_are_done_where_one_fails(monkeypatch, caplog):
    monkeypatch.setattr(fold_batchnorm, "fold", fails)
    proto = residual(9)
    proto.ir_version = 4
    model = opened(proto)
    applied = {step.id: step.applied for step in model.preparations}
    assert applied["format"] and not applied["batchnorm"] and "'BatchNorm folded' failed" in caplog.text
