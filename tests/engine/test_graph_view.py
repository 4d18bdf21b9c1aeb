"""The graph that is drawn: no weights in it, every layer's nodes named."""

import onnx
import pytest

from tests.graph.graphs import Build, conditional, opened
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.layer_figures import graph_view, modules
from workbench.engine.layer_figures.graph_view import KEPT
from workbench.engine.workspace import Workspace

INT4 = Action("quantize.affine", {"bits": 4})


@pytest.fixture(scope="module")
def cnn(demo):
    return Workspace.open(str(demo.cnn), Job())


@pytest.fixture(scope="module")
def vit(demo):
    return Workspace.open(str(demo.vit), Job())


def drawn(workspace, *actions, path="*"):
    """The view after these actions on a layer, or as opened without any; and its nodes by name."""
    recipe = Recipe().with_actions([path], actions) if actions else None
    view = workspace.graph_view(recipe, Job())
    nodes = onnx.load_from_string(view.onnx).graph.node
    assert len({node.name for node in nodes} - {""}) == len(nodes), "names are unique"
    return view, {node.name: node for node in nodes}


def test_structure_without_weights(cnn):
    view, nodes = drawn(cnn)
    graph = onnx.load_from_string(view.onnx).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for layer in cnn.model.layers:
        assert shapes[cnn.model.sites[layer.path].initializer] == layer.shape
    assert len(view.onnx) < 0.1 * cnn.model.source.bytes
    assert all(len(tensor.raw_data) <= KEPT for tensor in graph.initializer)
    assert any(tensor.raw_data for tensor in graph.initializer), "small constants keep their values"
    assert len(nodes) == len(list(cnn.model.ir.graph))


def test_inner_values_have_shapes(cnn):
    graph = onnx.load_from_string(drawn(cnn)[0].onnx).graph
    outputs = {
        value.name: [dim.dim_value or dim.dim_param for dim in value.type.tensor_type.shape.dim]
        for value in graph.value_info
    }
    batch = graph.input[0].type.tensor_type.shape.dim[0].dim_param
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert batch and outputs[convolutions[0].output[0]] == [batch, 32, 14, 14]
    assert all(len(outputs[node.output[0]]) == 4 for node in convolutions)


@pytest.mark.parametrize("name", ["cnn", "vit"])
def test_every_layer_has_its_nodes(name, request):
    workspace = request.getfixturevalue(name)
    view, nodes = drawn(workspace)
    assert set(view.nodes) == {layer.path for layer in workspace.model.layers}
    owned = [node for names in view.nodes.values() for node in names]
    assert len(owned) == len(set(owned)) and set(owned) <= set(nodes)
    for layer in workspace.model.layers:
        if not layer.locked:
            assert layer.op in {nodes[name].op_type for name in view.nodes[layer.path]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("actions", "operators"),
    [
        ((INT4,), {"Conv", "FlatSymmetric4"}),
        ((Action("lowrank.spatial", {"rank": 2}), INT4), {"Conv", "FlatSymmetric4"}),
        ((Action("prune.channels", {"ratio": 0.5}),), {"Conv"}),
    ],
    ids=["decoder", "It is factorised; activation quantisation is for whole layers.", "fewer channels"],
)
def test_nodes_that_an_edit_added_belong_to_its_layer(cnn, actions, operators):
    view, nodes = drawn(cnn, *actions)
    assert {nodes[name].op_type for name in view.nodes["blocks.1.conv2"]} == operators
    old = set(drawn(cnn)[1])
    owned = {node for names in view.nodes.values() for node in names}
    assert set(nodes) - old <= owned, "nothing that was added belongs to nobody"


def test_compressed_tensors_have_their_new_shape(cnn):
    layer = cnn.model.layer("blocks.1.conv1")
    graph = onnx.load_from_string(drawn(cnn, Action("prune.channels", {"ratio": 0.5}))[0].onnx).graph
    shape = next(tuple(t.dims) for t in graph.initializer if t.name == cnn.model.sites[layer.path].initializer)
    assert shape[0] == layer.shape[0] // 2


def test_a_layer_inside_a_branch_is_the_node_that_holds_the_branch():
    model = opened(conditional())
    locked = [layer.path for layer in model.layers if layer.locked]
    view = graph_view.of_model(model)
    holders = {node.name for node in onnx.load_from_string(view.onnx).graph.node if node.op_type == "If"}
    assert locked and {name for path in locked for name in view.nodes[path]} == holders


def test_a_recipe_that_does_not_fit_is_a_sentence(cnn):
    with pytest.raises(UserError, match="matches no layer"):
        drawn(cnn, INT4, path="nowhere")


def test_modules_are_boxes_that_stand_for_all_of_their_nodes(cnn):
    whole, nodes = drawn(cnn)
    view = modules.collapsed(whole, ["blocks.0", "blocks.1", "nowhere"])
    graph = onnx.load_from_string(view.onnx).graph
    assert view.boxes == {"module blocks.0": "blocks.0", "module blocks.1": "blocks.1"}
    boxes = [node for node in graph.node if node.name in view.boxes]
    assert [node.op_type for node in boxes] == ["blocks.0", "blocks.1"]
    assert len(graph.node) - 2 + sum(node.attribute[0].i for node in boxes) == len(nodes)
    assert list(boxes[1].input) == list(boxes[0].output)  # a sum and its activation belong to the block
    assert view.nodes["blocks.1.conv2"] == ("module blocks.1",) and view.nodes["stem"] == whole.nodes["stem"]
    assert onnx.load_from_string(view.onnx).graph.output == onnx.load_from_string(whole.onnx).graph.output
    made = {value.name for value in (*graph.input, *graph.initializer)}
    for node in graph.node:  # still in an order of execution
        assert set(filter(None, node.input)) <= made
        made.update(node.output)
    assert modules.collapsed(whole, []) is whole


def test_decoders_of_a_module_are_in_its_box(cnn):
    view = modules.collapsed(drawn(cnn, INT4, path="blocks.1.conv2")[0], ["blocks.1"])
    graph = onnx.load_from_string(view.onnx).graph
    names = {node.name for node in graph.node}
    assert view.nodes["blocks.1.conv2"] == ("module blocks.1",) <= tuple(names & {"module blocks.1"})
    assert not [node for node in graph.node if "blocks.1." in node.name]


def test_what_others_lie_inside_of_is_no_box():
    """a -> b -> a2: the module a would feed itself."""
    graph = Build()
    graph.node("MatMul", ["x", graph.weight("a.first.weight", 4, 4)], "h")
    graph.node("MatMul", ["h", graph.weight("b.fc.weight", 4, 4)], "i")
    graph.node("MatMul", ["i", graph.weight("a.second.weight", 4, 4)], "y")
    model = graph.model({"x": ["n", 4]}, {"y": ["n", 4]})
    whole = graph_view.of_model(model)
    assert modules.collapsed(whole, ["a"]) is whole
