"""Which layer takes how long: every operator that the runtime keeps is counted for its layer, fused or factored."""

import pytest

from tests.engine.small import network
from tests.plugins import distribution, site  # noqa: F401
from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.base import operator_times
from workbench.engine.bench.profile import profile
from workbench.engine.workspace import Workspace

RECIPE = """
version: 1
layers:
  "*": [{quantize.affine: {bits: 4}}]
  "head": [{lowrank.svd: {rank: 4}}, {quantize.affine: {bits: 8}}]
  "blocks.4.conv1": [{quantize.static: {}}]
"""


@pytest.fixture(scope="module")
def found():
    demo = demo_paths()
    workspace = Workspace.open(demo.model, Job())
    workspace = workspace.attach(demo.calibration, Job(), calibration=demo.calibration)
    return workspace, profile(workspace, parse_recipe(RECIPE), Job(), batch=2)


@pytest.mark.slow
def test_every_layer_has_its_time_before_and_after(found):
    workspace, told = found
    assert [each.path for each in told.layers] == [layer.path for layer in workspace.model.layers] + [""]
    for each in told.layers:  # convolutions in blocks of channels, one in integers, one in two factors
        for side in (each.before, each.after):
            assert side is not None and 0 < side.low <= side.median <= side.high, each.path
    assert (told.batch, told.made_up) == (2, False)
    assert told.before.median > 0 and told.after.median > 0


@pytest.mark.slow
def test_loading_is_measured_of_both_files(found):
    _, told = found
    for load in (told.load_before, told.load_after):
        assert load.seconds.median > 0 and (load.memory is None or load.memory.median > 0)
        assert load.run is not None and load.run.median > 0 and load.batch == 2
        assert load.peak is None or load.memory is None or load.peak.median >= load.memory.median


@pytest.fixture
def small(tmp_path):
    return Workspace.open(str(network(tmp_path)), Job())


def test_values_and_constants_are_attributed_to_their_layers(small):
    weights = operator_times.weights_of(small.model)
    paths = [layer.path for layer in small.model.layers]
    name = small.model.sites[paths[0]].initializer
    assert [operator_times.layer_of(each, weights) for each in (name, f"{name}.q", "nobody")] == [0, 0, None]
    assert operator_times.layer_of("head.1.weight", {"head.weight": 7}) == 7
    assert operator_times.layer_of("head.1.weight.scale", {"head.weight": 7}) == 7
    graph, made = operator_times.marked(small.model, small.model)
    assert set(made.values()) == set(range(len(paths))) and b"<layer 0>" in graph
    assert operator_times.number_of("<layer 1> 4_token_3_kernel_time", made) == 1
    value = next(name for name, number in made.items() if number == 1)
    assert operator_times.number_of(f"{value}_nchwc_kernel_time", made) == 1
    assert operator_times.number_of("Reorder_kernel_time", made) is None


@pytest.mark.slow
def test_without_data_inputs_are_made_up_for_the_batch(small):
    told = profile(small, parse_recipe("version: 1"), Job(), batch=3)
    assert told.made_up and told.batch == 3
    assert told.to_json()["layers"][0]["path"] == small.model.layers[0].path


@pytest.mark.slow
@pytest.mark.skipif(system.energy_counters() is not None, reason="this machine has a counter")
def test_unknown_energy_is_left_out_and_reported(small):
    told = profile(small, parse_recipe("version: 1"), Job())
    assert told.energy is None and "no readable counter" in told.energy_note


@pytest.mark.slow
@pytest.mark.skipif(system.energy_counters() is not None, reason="this machine has a counter")
def test_energy_by_the_figures_of_a_target_is_called_by_rule(small, site):  # noqa: F811
    (site / "npu.yaml").write_text(
        "version: 1\ntarget: npu\ntitle: NPU\nsource: Manual 2\nrules: {MatMul: {note: all}}\n"
        "energy: {macs: {float32: 4.6, int8: 0.2}, byte: 100, source: Manual 2}\n"
    )
    distribution(
        site,
        "npus",
        "[workbench.targets]\na = npus:FILE\n",
        npus=("from pathlib import Path\nFILE = Path(__file__).parent / 'npu.yaml'\n"),
    )
    told = profile(small, parse_recipe("version: 1\ntarget: npu\nlayers: {'*': [{quantize.affine: {bits: 8}}]}"), Job())
    assert told.energy.how == "by rule" and told.energy.source == "Manual 2"
    figures = sum(layer.macs * 4.6 + layer.bytes * 100 for layer in small.model.layers)
    assert told.energy.before == pytest.approx(figures * 1e-12)
    assert told.energy.after < told.energy.before


@pytest.mark.slow
def test_the_counter_of_the_processor_is_read_where_it_can_be(tmp_path, monkeypatch, small):
    folder = tmp_path / "intel-rapl:0"
    folder.mkdir()
    (folder / "energy_uj").write_text("1500\n")
    (folder / "max_energy_range_uj").write_text("65532610987\n")
    monkeypatch.setattr(system, "POWERCAP", tmp_path)
    assert system.energy_counters() == {"intel-rapl:0": (1500, 65532610987)}
    told = profile(small, parse_recipe("version: 1"), Job())
    assert (told.energy.how, told.energy.before) == ("measured", 0.0)  # this counter stands still
    (folder / "energy_uj").unlink()
    assert system.energy_counters() is None


@pytest.mark.slow
def test_a_batch_that_the_model_does_not_take_is_refused(tmp_path):
    fixed = Workspace.open(str(network(tmp_path, batch=16)), Job())
    with pytest.raises(UserError, match="takes 16 samples at a time, not 1"):
        profile(fixed, parse_recipe("version: 1"), Job())
    assert profile(fixed, parse_recipe("version: 1"), Job(), batch=16).batch == 16
