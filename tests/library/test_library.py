"""`import workbench as wb`, as a notebook uses it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

import workbench as wb
from workbench.core.base.errors import UserError
from workbench.core.base.quantities import size

FOUR = wb.Recipe({"*": [wb.step("quantize.affine", bits=4)]})


@pytest.fixture(scope="module")
def opened(demo, lasting_cache):
    with np.load(demo.test) as arrays:
        data = {name: arrays[name][:200] for name in ("x", "y") if name in arrays} or dict(arrays)
    return wb.open(demo.cnn, data=data)


def test_layers_are_found_by_path_and_number(opened):
    assert opened.layers["head"] is opened.layers[-1]
    assert [layer.path for layer in opened.layers] == [layer.path for layer in opened.summary.layers]
    assert opened.layers["head"].weight.shape == opened.layers["head"].shape
    assert opened.layers["head"].spectrum.rank_for(0.9) <= min(opened.layers["head"].layer.matrix)


@pytest.mark.slow
def test_a_recipe_is_sized_measured_and_exported(opened, tmp_path):
    report = opened.export(FOUR, tmp_path)
    written = Path(report.files["model"]).stat().st_size
    assert opened.size(FOUR) == written == report.forecast_bytes
    assert opened.size() == report.before.bytes.value
    assert opened.evaluate(FOUR).value == report.verified.value
    assert opened.evaluate().value == report.before.value.value
    after = report.after.bytes.value
    assert str(report).splitlines()[0].startswith(f"file: {size(written * report.ratio)} -> {size(after)}, ")
    assert report.files["model"] in str(report) and report._repr_html_().count("<tr>") == 3
    assert wb.Recipe({"*": ["quantize.affine"]}).actions_for("head") == (wb.step("quantize.affine"),)


@pytest.mark.slow
def test_a_recipe_file_does_as_well(opened, tmp_path):
    FOUR.save(tmp_path / "four.yaml")
    assert opened.size(tmp_path / "four.yaml") == opened.size(FOUR)


@pytest.mark.slow
def test_onnx_in_memory_and_torch_modules_are_opened(demo):
    in_memory = wb.open(onnx.load(demo.cnn))
    assert len(in_memory.layers) > 3
    module = torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    named = wb.open(module, example=(torch.zeros(3, 6),))
    assert [layer.path for layer in named.layers] == ["0", "2"]
    weights = module[2].weight.detach().numpy().copy()
    with torch.no_grad():
        module[2].weight.zero_()  # as a training that goes on does: what was opened stays as it was
    np.testing.assert_array_equal(named.layers["2"].weight, weights)


@pytest.mark.slow
def test_what_cannot_be_done_is_reported_in_one_sentence(demo):
    with pytest.raises(UserError, match="no evaluation data"):
        wb.open(demo.cnn).evaluate(FOUR)
    with pytest.raises(UserError, match="running it once"):
        wb.open(torch.nn.Linear(2, 2))
    with pytest.raises(UserError, match="not a model"):
        wb.open(3)
    with pytest.raises(UserError, match=r"There is no layer 'haed'. The layers are stem, .*, …"):
        wb.open(demo.cnn).layers["haed"]
    with pytest.raises(UserError, match=r"A dict is not a recipe\. Make one with wb.Recipe"):
        wb.open(demo.cnn).size({"*": ["quantize.affine"]})


@pytest.mark.slow
def test_notebooks_show_a_table_and_a_histogram_and_names_are_escaped(opened):
    assert opened._repr_html_().count("<tr>") == len(opened.layers) + 1
    assert "<svg" in opened.layers["head"]._repr_html_()
    module = torch.nn.Module()
    module.add_module("<b>", torch.nn.Linear(2, 2))
    module.forward = lambda x: module.get_submodule("<b>")(x)
    assert "<b>" not in wb.open(module, example=(torch.zeros(1, 2),))._repr_html_()


@pytest.mark.slow
def test_importing_it_and_asking_its_type_loads_nothing():
    code = "import sys, workbench as wb; print('numpy' in sys.modules, 'onnx' in sys.modules); wb.step; print(wb.Model)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "False False"
