"""What is saved as safetensors is what was shown: plain under the names it was opened with, or packed."""

import base64

import numpy as np
import onnx
import onnx_ir as ir
import pytest
import torch

from tests.formats.test_weights import raw, small, values, write_safe
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.api import other_formats
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace
from workbench.formats import torch_export
from workbench.formats.finish import finish
from workbench.formats.opening import open_model
from workbench.formats.pt2.saving import save as save_program
from workbench.formats.weights.saving import GRAPH
from workbench.graph.onnx import runtime

RECIPE = parse_recipe(
    """
version: 1
layers:
  layers.10: [{quantize.affine: {bits: 4, granularity: channel}}]
  conv: [{prune.magnitude: {sparsity: 0.5}}]
  turned: [{lowrank.svd: {rank: 2}}]
  layers.2: [{quantize.float: {format: bfloat16}}]
""",
    "here",
)


class Net(torch.nn.Module):
    """A product without a bias, which is transposed at opening, among others."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.stem = torch.nn.Conv2d(1, 6, 3)
        self.mix = torch.nn.Linear(6, 12, bias=False)
        self.head = torch.nn.Linear(12, 5)

    def forward(self, x):
        return self.head(torch.relu(self.mix(torch.relu(self.stem(x)).mean((2, 3)))))


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Of weights alone."""
    path = tmp_path_factory.mktemp("weights") / "w.safetensors"
    return Workspace.open(str(write_safe(path, small())), Job())


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    file = tmp_path_factory.mktemp("net") / "net.pt2"
    torch.export.save(torch.export.export(Net().eval(), (torch.randn(2, 1, 8, 8),)), file)
    return Workspace.open(str(file), Job())


def edited(workspace: Workspace, path: str, recipe=RECIPE) -> np.ndarray:
    return workspace.edited(path, recipe, Job())[1].weight


def test_weights_alone_are_written_packed_and_read_again_to_the_same_figures(opened, tmp_path):
    report = export(opened, RECIPE, str(tmp_path), Job(), timing=False)
    file = tmp_path / "w_compressed.packed.safetensors"
    assert report.files["model"] == str(file) and not list(tmp_path.glob("*.onnx"))
    assert report.after.bytes.value == file.stat().st_size == report.forecast_bytes
    assert opened.compiled(RECIPE, Job()).changes(RECIPE.storing)[1] == report.forecast_bytes
    shown = {key for note in report.notes for key in getattr(note, "arguments", {})}
    assert "difference" in shown, "the weights compared"
    assert not {"largest", "why", "forecast"} & shown, "nothing is run, and nothing is loaded that is no model"
    assert report.before.load is None and report.after.load is None
    again = open_model(str(file), job=Job())
    assert again.weights_only and again.source.format == "packed-safetensors"
    untouched = ("embed", "wave", "wide")
    assert all(np.array_equal(again.weight(path), opened.model.weight(path)) for path in untouched)
    assert again.layer("wave").bytes == opened.model.layer("wave").bytes == 40, "16 bits stay 16 bits"
    name = again.ir.graph.outputs[0].name
    feeds = runtime.random_inputs(again)
    assert np.isfinite(runtime.session(again).run([name], feeds)[0]).all()


def test_weights_alone_are_written_as_floats_under_their_names(opened, tmp_path):
    report = export(opened, RECIPE, str(tmp_path), Job(), format="safetensors", timing=False)
    found = values(tmp_path / "w_compressed.safetensors")
    held = small()
    assert {name: array.shape for name, array in found.items()} == {n: tuple(t.shape) for n, t in held.items()}
    for path in ("layers.10", "conv", "turned", "layers.2"):
        assert np.array_equal(found[f"{path}.weight"].astype(np.float32), edited(opened, path)), path
    assert found["layers.2.weight"].dtype.name == "bfloat16" and found["wave.weight"].dtype == np.float16
    assert np.array_equal(found["embed.weight"], held["embed.weight"].numpy())
    assert "tensors are equal to the preview's" in " ".join(report.notes)


def test_weights_alone_are_packed_for_a_kernel_only_where_that_is_asked_for(tmp_path):
    path = write_safe(tmp_path / "big.safetensors", {"big.weight": torch.randn(512, 512)})
    alone = Workspace.open(str(path), Job())
    for asked, packed in (("auto", False), ("fastest", True)):
        text = f"version: 1\nlayers: {{big: [{{quantize.affine: {{bits: 4}}}}]}}\nexport: {{storage: {asked}}}"
        compiled = alone.compiled(parse_recipe(text, "here"), Job())
        assert (compiled.edits["big"].compute is not None) == packed, asked


def test_a_name_with_its_suffix_names_the_same_file():
    assert other_formats.chosen("net.onnx", "") == other_formats.chosen("net", "") == ("net", None)
    name, format = other_formats.chosen("net.safetensors", "")
    assert name == "net" and format is not None and format.name == "safetensors"


def test_the_opened_file_is_not_written_over(opened, tmp_path):
    path = write_safe(tmp_path / "w.safetensors", small())
    with pytest.raises(UserError, match="cannot be overwritten"):
        export(Workspace.open(str(path), Job()), RECIPE, str(tmp_path), Job(), name="w.safetensors", timing=False)


def test_a_network_is_written_as_the_state_dict_of_its_module(network, tmp_path):
    recipe = parse_recipe("version: 1\nlayers: {mix: [{quantize.affine: {bits: 4}}]}", "here")
    report = export(network, recipe, str(tmp_path), Job(), name="small.safetensors", timing=False)
    assert set(report.files) == {"model", "recipe", "report", "safetensors"}
    found = values(tmp_path / "small.safetensors")
    net = Net()
    assert {name: array.shape for name, array in found.items()} == {
        name: tuple(tensor.shape) for name, tensor in net.state_dict().items()
    }
    net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in found.items()})
    x = torch.randn(2, 1, 8, 8)
    written = runtime.session(str(tmp_path / "small.onnx"))
    expected = written.run(None, {written.get_inputs()[0].name: x.numpy()})[0]
    with torch.no_grad():
        assert np.abs(net.eval()(x).numpy() - expected).max() < 1e-5


class Recurrent(torch.nn.Module):
    """Weights that are stored in another layout: the gates of recurrent layers in another order, Einsum as MatMul."""

    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(6, 20, 2, batch_first=True, bidirectional=True)
        self.gru = torch.nn.GRU(40, 24, batch_first=True)
        self.heads = torch.nn.Parameter(torch.randn(24, 3, 5))
        self.turned = torch.nn.Parameter(torch.randn(7, 5, 3))

    def forward(self, x):
        x = torch.einsum("bti,ihd->bthd", self.gru(self.lstm(x)[0])[0], self.heads)
        return torch.einsum("bthd,odh->bto", x, self.turned)


@pytest.mark.slow
def test_weights_that_were_reordered_are_written_as_their_module_has_them(tmp_path):
    torch.manual_seed(0)
    net, x = Recurrent().eval(), torch.randn(3, 7, 6)
    loaded = torch_export.export(net, (x,), {}, "net", "torch", Job())
    opened = Workspace(finish(loaded, frozenset(), Job()))
    recipe = parse_recipe("version: 1\nlayers: {'*': [{quantize.affine: {bits: 6}}]}", "here")
    export(opened, recipe, str(tmp_path), Job(), name="out.safetensors", timing=False)
    found = {name: torch.from_numpy(np.array(array)) for name, array in values(tmp_path / "out.safetensors").items()}
    assert {name: found[name].shape for name in net.state_dict()} == {
        name: tensor.shape for name, tensor in net.state_dict().items()
    }
    net.load_state_dict({name: found[name] for name in net.state_dict()})
    written = runtime.session(str(tmp_path / "out.onnx"))
    expected = written.run(None, {written.get_inputs()[0].name: x.numpy()})[0]
    with torch.no_grad():
        assert np.abs(net(x).numpy() - expected).max() < 1e-5


def test_a_network_is_written_packed_and_answers_the_same(network, tmp_path):
    recipe = parse_recipe("version: 1\nlayers: {'*': [{quantize.affine: {bits: 4}}]}", "here")
    export(network, recipe, str(tmp_path), Job(), name="small", format="packed-safetensors", timing=False)
    again = open_model(str(tmp_path / "small.packed.safetensors"), job=Job())
    feeds = runtime.random_inputs(again)
    expected = runtime.session(str(tmp_path / "small.onnx")).run(None, feeds)[0]
    assert np.array_equal(runtime.session(again).run(None, feeds)[0], expected)


def graph_with(location: str, name: str = "w") -> str:
    """A graph whose weight is elsewhere, as text."""
    tensor = onnx.TensorProto(name=name, data_type=1, dims=[4], data_location=onnx.TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    y = onnx.helper.make_tensor_value_info("y", 1, [4])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", [name], ["y"])], "g", [], [y], [tensor])
    return base64.b64encode(onnx.helper.make_model(graph).SerializeToString()).decode()


@pytest.mark.parametrize(
    "graph", ["", "not base64!", base64.b64encode(b"\xff" * 40).decode(), graph_with("/etc/passwd", "elsewhere")]
)
def test_a_hostile_graph_in_the_metadata_ends_in_one_sentence(tmp_path, graph):
    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    path = tmp_path / "w.packed.safetensors"
    path.write_bytes(raw({"__metadata__": {GRAPH: graph}, "w": entry}, b"\0" * 16))
    with pytest.raises(UserError, match="graph in its metadata") as caught:
        open_model(str(path), job=Job())
    assert str(path) in caught.value.what


def test_a_graph_in_the_metadata_reads_its_own_file_alone(tmp_path):
    content = np.arange(4, dtype=np.float32).tobytes()
    path = tmp_path / "w.packed.safetensors"
    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    path.write_bytes(raw({"__metadata__": {GRAPH: graph_with("/etc/passwd")}, "w": entry}, content))
    model = open_model(str(path), job=Job())
    assert runtime.session(model).run(None, {})[0].tolist() == [0, 1, 2, 3]


@pytest.mark.slow
def test_a_network_is_written_as_a_torch_program_with_its_names_and_a_free_batch(network, tmp_path):
    recipe = parse_recipe("version: 1\nlayers: {'*': [{quantize.affine: {bits: 4}}]}", "here")
    report = export(network, recipe, str(tmp_path), Job(), name="small", format="pt2", timing=False)
    assert any("small.pt2" in note and "as floats" in note for note in report.notes)
    assert report.files["pt2"].endswith(".pt2")
    file = str(tmp_path / "small.pt2")
    again = open_model(file, job=Job())
    assert [layer.path for layer in again.layers] == [layer.path for layer in network.model.layers]
    assert [spec.shape for spec in again.inputs] == [spec.shape for spec in network.model.inputs]
    written = runtime.session(str(tmp_path / "small.onnx"))
    feeds = runtime.random_inputs(again)
    expected = written.run(None, {written.get_inputs()[0].name: next(iter(feeds.values()))})[0]
    assert np.abs(runtime.session(again).run(None, feeds)[0] - expected).max() < 1e-5
    assert {"stem.weight", "stem.bias", "head.weight"} <= set(torch.export.load(file).state_dict)


SIZES = """
<ir_version: 8, opset_import: ["" : 17]>
net (float[batch, length, 6] x) => (float[batch, heads, length, 3] y, float[any] z)
<int64[1] zero = {0}, int64[1] one = {1}, int64[2] end = {2, 3}, int64 start = {0}, int64 step = {1},
 int64[1] two = {2}, int64[1] last = {9223372036854775807}>
{
    all = Shape (x)
    lead = Slice (all, zero, two)
    wanted = Concat <axis = 0> (lead, end)
    split = Reshape (x, wanted)
    turned = Transpose <perm = [0, 2, 1, 3]> (split)
    length = Gather (all, one)
    long = Squeeze (length, zero)
    places = Range (start, long, step)
    floats = Cast <to = 1> (places)
    column = Unsqueeze (floats, one)
    whole = Shape (turned)
    spread = Expand (column, whole)
    y = Add (turned, spread)
    later = Slice (x, one, last, one)
    flat = Shape (later)
    numbers = Cast <to = 1> (flat)
    z = Mul (numbers, numbers)
}
"""


@pytest.mark.slow
def test_sizes_that_a_graph_computes_stay_free_in_a_torch_program(tmp_path):
    graph = ir.from_proto(onnx.parser.parse_model(SIZES))
    for index, node in enumerate(graph.graph):
        node.name = f"node{index}"
    save_program(graph, tmp_path / "net.pt2", Job())
    again = open_model(str(tmp_path / "net.pt2"), job=Job())
    assert again.inputs[0].shape == (None, None, 6)
    for shape in ((3, 5, 6), (2, 9, 6)):
        x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
        expected = runtime.session(graph).run(None, {"x": x})
        for found, wanted in zip(runtime.session(again).run(None, {again.inputs[0].name: x}), expected, strict=True):
            assert np.array_equal(found, wanted)
