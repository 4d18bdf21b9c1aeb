"""How weights on levels are stored: chosen by the recipe, shown by the preview, written by the export."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.engine.api.export import export
from workbench.engine.bench import loading
from workbench.engine.bench.timing import timed
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace
from workbench.graph.rewrite.rewrite import size_of, with_edits
from workbench.graph.storage.kernels import Packed

WIDE = 512  # of a layer that is large enough for a kernel
RECIPE = parse_recipe('version: 1\nlayers:\n  "*": [{quantize.affine: {bits: 4, granularity: group, group_size: 128}}]')


def written(folder, opset: int = 17):
    """A classifier with a wide product, a Gemm as wide, and a narrow product."""
    rng = np.random.default_rng(0)
    weights = {
        "wide": rng.normal(size=(WIDE, WIDE)) * WIDE**-0.5,
        "tall": rng.normal(size=(WIDE, WIDE)) * WIDE**-0.5,
        "head": rng.normal(size=(WIDE, 8)) * WIDE**-0.5,
        "shift": rng.normal(size=WIDE) * 0.1,
    }
    nodes = [
        helper.make_node("MatMul", ["x", "wide"], ["a"], name="wide"),
        helper.make_node("Relu", ["a"], ["b"], name="act"),
        helper.make_node("Gemm", ["b", "tall", "shift"], ["c"], name="tall", transB=1),
        helper.make_node("MatMul", ["c", "head"], ["y"], name="head"),
    ]
    graph = helper.make_graph(
        nodes,
        "wide",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", WIDE])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 8])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
    )
    path = folder / "wide.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)
    x = rng.normal(size=(60, WIDE)).astype(np.float32)
    hidden = np.maximum(x @ weights["wide"], 0) @ weights["tall"].T + weights["shift"]
    np.savez(folder / "data.npz", x=x, y=(hidden @ weights["head"]).argmax(1))
    return path


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Workspace:
    path = written(tmp_path_factory.mktemp("wide"))
    return Workspace.open(str(path), Job()).attach(str(path.parent / "data.npz"), Job())


def stored(recipe: Recipe, **given) -> Recipe:
    return replace(recipe, storing=replace(recipe.storing, **given))


def operators(path) -> list[str]:
    return [node.op_type for node in onnx.load(path).graph.node]


@pytest.mark.parametrize(("storage", "kernels"), [("smallest", 0), ("auto", 2), ("fastest", 3)])
def test_preview_forecast_and_file_agree_however_weights_are_stored(opened, storage, kernels, tmp_path):
    recipe = stored(RECIPE, storage=storage, codes="off")
    first, *_, shown = Previewer(opened).measure(recipe, ("wide",), Job())
    report = export(opened, recipe, str(tmp_path), Job(), "made", timing=False)
    size = (tmp_path / "made.onnx").stat().st_size
    assert first.size.value == shown.size.value == report.forecast_bytes == size
    assert report.verified.value == pytest.approx(shown.value.value) and report.verified.agreement == 1.0
    assert report.verified.max_abs_diff < 1e-4
    assert operators(tmp_path / "made.onnx").count("MatMulNBits") == kernels
    assert sum("packed in memory" in layer.storage for layer in report.layers) == kernels
    assert any("packed in memory" in note for note in report.notes) == (kernels > 0)


def tied(folder):
    """Four tokens are looked up, and what follows is told by the same table: a bag of words with a tied head."""
    rng = np.random.default_rng(0)
    table = (rng.normal(size=(600, WIDE)) * WIDE**-0.5).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "x"], ["e"], name="embed"),
        helper.make_node("ReduceMean", ["e"], ["h"], name="mean", axes=[1], keepdims=0),
        helper.make_node("Transpose", ["table"], ["t"], name="turn", perm=[1, 0]),
        helper.make_node("MatMul", ["h", "t"], ["y"], name="head"),
    ]
    graph = helper.make_graph(
        nodes,
        "tied",
        [helper.make_tensor_value_info("x", TensorProto.INT64, ["n", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 600])],
        [numpy_helper.from_array(table, "table")],
    )
    path = folder / "tied.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    x = rng.integers(0, 600, (60, 4))
    np.savez(folder / "data.npz", x=x, y=x[:, 0])
    return path


@pytest.mark.parametrize("storage", [pytest.param("smallest", marks=pytest.mark.slow), "auto"])
def test_a_tied_table_is_stored_once_and_the_preview_is_the_file(storage, tmp_path):
    path = tied(tmp_path)
    workspace = Workspace.open(str(path), Job()).attach(str(tmp_path / "data.npz"), Job())
    recipe = stored(RECIPE, storage=storage, codes="off")
    first, *_, shown = Previewer(workspace).measure(recipe, ("table",), Job())
    report = export(workspace, recipe, str(tmp_path), Job(), "made")
    size = (tmp_path / "made.onnx").stat().st_size
    assert first.size.value == shown.size.value == report.forecast_bytes == size
    assert report.verified.value == pytest.approx(shown.value.value) and report.verified.agreement == 1.0
    assert report.verified.max_abs_diff < 1e-4 and 4.25 < 8 * size / (600 * WIDE) < 4.4
    kernels = {"GatherBlockQuantized", "MatMulNBits"} & set(operators(tmp_path / "made.onnx"))
    assert len(kernels) == (2 if storage == "auto" else 0)


@pytest.mark.parametrize("method", ["gptq", "awq"])
@pytest.mark.parametrize("storage", [pytest.param("smallest", marks=pytest.mark.slow), "auto"])
def test_a_tied_table_takes_the_levels_that_suit_the_inputs_of_its_head(method, storage, tmp_path):
    path = tied(tmp_path)
    workspace = Workspace.open(str(path), Job()).attach(str(tmp_path / "data.npz"), Job())
    text = f'version: 1\nlayers:\n  "*": [{{quantize.{method}: {{bits: 4, granularity: group, group_size: 128}}}}]'
    recipe = stored(parse_recipe(text), storage=storage, codes="off")
    first, *_, shown = Previewer(workspace).measure(recipe, ("table",), Job())
    report = export(workspace, recipe, str(tmp_path), Job(), "made", timing=False)
    size = (tmp_path / "made.onnx").stat().st_size
    assert first.size.value == shown.size.value == report.forecast_bytes == size
    assert report.verified.value == pytest.approx(shown.value.value) and report.verified.agreement == 1.0
    assert report.verified.max_abs_diff < 1e-4
    assert 4.25 < 8 * size / (600 * WIDE) < 4.5, "once"
    graph = onnx.load(tmp_path / "made.onnx").graph
    assert max(len(tensor.raw_data) for tensor in graph.initializer) == 600 * WIDE // 2
    assert sum(len(tensor.raw_data) > 600 * WIDE // 4 for tensor in graph.initializer) == 1, "still tied"


def test_levels_of_a_tied_table_per_channel_are_refused(tmp_path):
    workspace = Workspace.open(str(tied(tmp_path)), Job()).attach(str(tmp_path / "data.npz"), Job())
    recipe = parse_recipe('version: 1\nlayers:\n  "table": [{quantize.gptq: {bits: 4}}]')
    with pytest.raises(UserError, match="granularity: group"):
        workspace.compiled(recipe, Job())


def test_auto_counts_the_rows_of_a_tied_head(tmp_path):
    workspace = Workspace.open(str(tied(tmp_path)), Job())
    for batch, packed in ((256, True), (257, False)):
        (edit,) = workspace.compiled(stored(RECIPE, batch=batch), Job()).edits.values()
        assert isinstance(edit.compute, Packed) == packed


@pytest.mark.slow
def test_loading_and_running_are_measured_in_fresh_processes(opened, tmp_path):
    report = export(opened, stored(RECIPE, batch=3), str(tmp_path), Job(), "made")
    assert not any("not measured" in note for note in report.notes)
    for side in (report.before, report.after):
        load = side.load
        assert load.seconds.median > 0 and load.run.median > 0 and load.batch == 3
        assert load.peak is None or load.peak.median >= load.memory.median > 0
    told = report.to_json()["after"]
    assert told["load"]["how"] == "measured in a fresh process" and told["load"]["batch"] == 3
    assert told["bits_per_weight"] == pytest.approx(8 * report.after.bytes.value / report.after.parameters)
    assert 4.25 < told["bits_per_weight"] < 4.5
    assert "fresh process" in (tmp_path / "made.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_timing_without_an_export_measures_loading_too(opened):
    found = timed(opened, RECIPE, Job())
    assert found.load.seconds.median > 0 and found.load_before.seconds.median > 0
    assert found.load.batch == 1 and found.load.run.median > 0


@pytest.mark.slow
def test_loading_is_measured_where_the_inputs_do_not_fit(opened, tmp_path):
    opened.model.save(tmp_path / "made.onnx")
    feeds = {each.name: np.zeros((1, 1, 1, 1, 1), np.float32) for each in opened.model.inputs}
    (found,) = loading.of_files([tmp_path / "made.onnx"], feeds, 1, Job(), times=1)
    assert found.seconds.median > 0 and found.run is None


def test_what_cannot_be_loaded_is_a_sentence(tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(UserError, match="cannot be loaded in a fresh process"):
        loading.of_files([tmp_path / "broken.onnx"], {}, 1, Job(), times=1)


@pytest.mark.slow
def test_auto_asks_the_batch_and_the_bits(opened):
    def packed(recipe: Recipe) -> set[str]:
        edits = opened.compiled(recipe, Job()).edits
        return {path for path, edit in edits.items() if isinstance(edit.compute, Packed)}

    assert packed(RECIPE) == {"wide", "tall"}
    assert packed(stored(RECIPE, batch=256)) == {"wide", "tall"}
    assert packed(stored(RECIPE, batch=257)) == set()
    eight = parse_recipe('version: 1\nlayers:\n  "*": [{quantize.affine: {bits: 8}}]\nexport: {batch: 16}')
    assert packed(eight) == {"wide", "tall"}
    assert packed(stored(eight, batch=17)) == set()
    sparse = parse_recipe(
        'version: 1\nlayers:\n  "*": [{prune.magnitude: {sparsity: 0.9}}, {quantize.affine: {bits: 4}}]'
    )
    assert packed(sparse) == set()  # zeros left out are far smaller
    assert packed(stored(sparse, storage="fastest")) == {"wide", "tall", "head"}
    chain = parse_recipe('version: 1\nlayers:\n  "*": [{lowrank.svd: {rank: 4}}, {quantize.affine: {bits: 4}}]')
    assert packed(stored(chain, storage="fastest")) == set()


def test_an_edit_stays_the_same_object(opened):
    """Sessions are kept by edits."""
    first, second = (opened.compiled(RECIPE, Job()).edits for _ in range(2))
    assert all(first[path] is second[path] for path in first)


def test_from_opset_21_kernels_are_written_in_standard_operators(tmp_path):
    path = written(tmp_path, 21)
    workspace = Workspace.open(str(path), Job()).attach(str(path.parent / "data.npz"), Job())
    report = export(workspace, RECIPE, str(tmp_path), Job(), "made", timing=False)
    found = operators(tmp_path / "made.onnx")
    assert found.count("DequantizeLinear") == 2 and "MatMulNBits" not in found
    assert report.forecast_bytes == (tmp_path / "made.onnx").stat().st_size
    assert report.verified.max_abs_diff < 1e-4


def test_a_file_with_kernels_opens_again(opened, tmp_path):
    export(opened, RECIPE, str(tmp_path), Job(), "made", timing=False)
    again = Workspace.open(str(tmp_path / "made.onnx"), Job())
    assert "head" in {layer.path for layer in again.model.layers}


def test_a_recipe_says_how_weights_are_stored():
    given = stored(RECIPE, storage="fastest", batch=8)
    assert parse_recipe(given.to_yaml()) == given
    assert "storage" not in RECIPE.to_yaml() and "batch" not in RECIPE.to_yaml()
    assert given.as_trained == RECIPE.as_trained and given.key != RECIPE.key
    for wrong in ("storage: tiny", "batch: 0", "batch: true", "batch: many", "storage: [auto]"):
        with pytest.raises(UserError, match="export"):
            parse_recipe(f"version: 1\nexport: {{{wrong}}}")


@pytest.mark.slow
def test_codes_take_at_loading_what_is_predicted(opened, tmp_path):
    """Memory at the peak, of processes that only load: with codes against without."""
    recipe = parse_recipe('version: 1\nlayers:\n  "*": [{quantize.affine: {bits: 4}}]')
    files, predicted = [], []
    for codes in ("off", "auto"):
        chosen = stored(recipe, storage="smallest", codes=codes)
        result = opened.compiled(chosen, Job()).stored(chosen.storing)
        predicted.append(size_of(result.model, result.edits, chosen.storing))
        files.append(tmp_path / f"{codes}.onnx")
        with_edits(result.model, result.edits, chosen.storing).save(files[-1])
    without, coded = loading.of_files(files, {}, 1, Job(), 1)
    assert predicted[1].loading.coded == 3 and predicted[1].file < predicted[0].file
    more = coded.peak.median - without.peak.median
    assert 0.5 * more < predicted[1].loading.load.bytes < 1.5 * more
    assert predicted[0].loading.load.bytes == 0 < predicted[0].loading.held
