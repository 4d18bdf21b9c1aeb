"""Calibration goes on where it ended: the same values, from the nodes on the way alone."""

import numpy as np
import onnx
import pytest

from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.base.cache import Cache
from workbench.engine.calibration import walk
from workbench.engine.calibration.activation_cache import Disk
from workbench.engine.calibration.walk import Walk, from_start
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

LAYERS = 6
RNG = np.random.default_rng(0)
BATCHES = [{"x": RNG.normal(size=(4, 8)).astype(np.float32)} for _ in range(3)]


def proto():
    """Products with residual sums: h0 = x, h(i+1) = h(i) + relu(h(i) w(i))."""
    lines = [f"a{i} = MatMul (h{i}, w{i})\n r{i} = Relu (a{i})\n h{i + 1} = Add (h{i}, r{i})" for i in range(LAYERS)]
    body = "\n".join(lines).replace("(h0,", "(x,").replace(f"h{LAYERS} =", "y =")
    text = f"""<ir_version: 8, opset_import: ["" : 17]>\nnet (float[n, 8] x) => (float[n, 8] y) {{\n{body}\n}}"""
    made = onnx.parser.parse_model(text)
    for i in range(LAYERS):
        weight = RNG.normal(size=(8, 8)).astype(np.float32)
        made.graph.initializer.append(onnx.numpy_helper.from_array(weight, f"w{i}"))
        made.graph.node[3 * i].name = f"layer{i}"
    return made


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("walk")
    onnx.save(proto(), folder / "net.onnx")
    np.savez(folder / "data.npz", x=np.concatenate([batch["x"] for batch in BATCHES]))
    return Workspace.open(str(folder / "net.onnx"), Job()).attach(str(folder / "data.npz"), Job())


@pytest.fixture
def loaded(monkeypatch):
    """Numbers of nodes of every session that is made."""
    sizes = []
    real = runtime.session
    monkeypatch.setattr(
        runtime, "session", lambda model, **given: sizes.append(len(model.graph)) or real(model, **given)
    )
    return sizes


def same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one.keys() == other.keys()
        for name, value in one.items():
            np.testing.assert_allclose(value, other[name], rtol=1e-5, atol=1e-6)


WAYS = (["x"], ["h1", "r1"], ["h3"], ["h3"], ["a4", "h5"], ["h2"], ["y"])


@pytest.mark.parametrize("room", [walk.MEMORY, 0])
def test_values_are_those_of_a_run_from_the_start_forwards_and_back(workspace, room, monkeypatch):
    monkeypatch.setattr(walk, "MEMORY", room)
    going = Walk(workspace.model, Disk(0))
    for names in WAYS:
        same(going.values(names, BATCHES), from_start(workspace.model, names, BATCHES))


def test_only_the_nodes_on_the_way_are_loaded(workspace, loaded):
    going = Walk(workspace.model, Disk(0))
    for i in range(1, LAYERS):
        list(going.values([f"h{i}"], BATCHES))
    assert loaded == [3] * (LAYERS - 1), "a block each"
    going.forget()
    list(going.values([f"h{LAYERS - 1}"], BATCHES))
    assert loaded[-1] == 3 * (LAYERS - 1), "from the start"


def test_what_is_cut_short_is_made_again(workspace):
    going = Walk(workspace.model, Disk(0))
    list(going.values(["h2"], BATCHES))
    stopped = going.values(["h4"], BATCHES)
    next(stopped)
    other = list(going.values(["h3"], BATCHES))  # while the other is under way
    stopped.close()
    same(other, from_start(workspace.model, ["h3"], BATCHES))
    same(going.values(["h3"], BATCHES), other)


def test_runs_do_not_wait_for_each_other(workspace, loaded):
    """A job in the background holds a run while it lets others go first; what they are to forget, it forgets later."""
    going = Walk(workspace.model, Disk(0))
    slow = going.values(["h2"], BATCHES)
    next(slow)
    going.forget()
    rest = list(slow)
    assert len(rest) == len(BATCHES) - 1
    loaded.clear()
    same(going.values(["h3"], BATCHES), from_start(workspace.model, ["h3"], BATCHES))
    assert loaded[0] == loaded[1], "from the start, as nothing was kept"


def test_calibrating_every_layer_loads_every_node_once(workspace, loaded, monkeypatch):
    monkeypatch.setattr("workbench.engine.calibration.input_moments.LARGEST", 8 * 8 * 8)  # one layer a run
    step = compiler.Action("quantize.gptq", {"bits": 4})
    chosen = {f"layer{i}": (step,) for i in range(LAYERS)}
    compiler.edit_all(workspace.model, chosen, workspace.calibration, 0, workspace.cache, Job())
    assert loaded == [3] * (LAYERS - 1)


def sequential(method: str, **params):
    return {f"layer{i}": (compiler.Action(method, {"bits": 3, "sequential": True, **params}),) for i in range(LAYERS)}


@pytest.mark.parametrize("method", ["quantize.gptq", "quantize.awq"])
def test_in_sequence_a_layer_is_calibrated_on_what_those_before_it_give(workspace, method):
    """As if the layers before had been edited in the file, and this one in that."""
    found = compiler.edit_all(workspace.model, sequential(method), workspace.calibration, 0, Cache(1 << 28), Job())
    edited = {}
    for path, (action,) in sequential(method).items():
        alone = action.__class__(method, {"bits": 3})
        model = effective(workspace.model, edited)
        expected = compiler.edit(model, path, (alone,), workspace.calibration, 0, Cache(1 << 28), Job())
        np.testing.assert_allclose(found[path].weight, expected.weight, atol=1e-5, err_msg=path)
        edited[path] = found[path]
    parallel = {path: (action.__class__(method, {"bits": 3}),) for path, (action,) in sequential(method).items()}
    other = compiler.edit_all(workspace.model, parallel, workspace.calibration, 0, Cache(1 << 28), Job())
    np.testing.assert_array_equal(found["layer0"].weight, other["layer0"].weight)
    assert any((found[path].weight != other[path].weight).any() for path in found)


def test_in_sequence_every_node_is_loaded_once(workspace, loaded):
    compiler.edit_all(workspace.model, sequential("quantize.gptq"), workspace.calibration, 0, Cache(1 << 28), Job())
    assert loaded == [3] * (LAYERS - 1)


def test_in_sequence_an_edit_depends_on_the_steps_before_it(workspace):
    """The preview of one layer is the one of the whole recipe, and follows a change of an earlier layer."""
    rows = "\n".join(f"  layer{i}: [{{quantize.gptq: {{bits: 3, sequential: true}}}}]" for i in range(LAYERS))
    recipe = parse_recipe(f"version: 1\nlayers:\n{rows}")
    other = parse_recipe(f"version: 1\nlayers:\n{rows}".replace("bits: 3", "bits: 2", 1))
    first, second = (workspace.compiled(each, Job()).edits["layer5"].weight for each in (recipe, other))
    assert (first != second).any()
    for each, whole in ((recipe, first), (other, second)):
        np.testing.assert_array_equal(workspace.edited("layer5", each, Job())[1].weight, whole)
