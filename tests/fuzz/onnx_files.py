"""ONNX files: valid models with a few fields of the protobuf, or a few bytes of the file, changed."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import Message
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from tests.fuzz.changes import FLOATS, INTEGERS, TEXTS, bytes_changed
from tests.fuzz.kind import Commands, kind
from tests.fuzz.onnx_models import MODELS, data

Change = Callable[[random.Random, onnx.ModelProto], None]
CHANGES: list[Change] = []
OPERATORS = (
    "Conv",
    "MatMul",
    "Gemm",
    "Relu",
    "Add",
    "Mul",
    "Reshape",
    "Transpose",
    "Concat",
    "Softmax",
    "Identity",
    "If",
    "Loop",
    "LSTM",
    "GRU",
    "Resize",
    "Pad",
    "Slice",
    "Gather",
    "Expand",
    "Tile",
    "ConstantOfShape",
    "Range",
    "TopK",
    "NonZero",
    "Einsum",
    "QLinearConv",
    "MatMulInteger",
    "DequantizeLinear",
    "Dropout",
    "RandomNormal",
    "LayerNormalization",
    "ConvTranspose",
    "Where",
    "Split",
    "Unsqueeze",
    "BatchNormalization",
    "Nonsense",
    "",
)
# What is done to a layer; each recipe is small, so that most of a case is what the file asks for.
RECIPES = (
    "quantize.affine: {bits: 4}",
    "prune.magnitude: {sparsity: 0.5}",
    "lowrank.svd: {rank: 2}",
    "quantize.codebook: {bits: 3}",
    "prune.channels: {ratio: 0.3}",
    "quantize.gptq: {bits: 4}",
    "quantize.static: {}",
    "prune.wanda: {sparsity: 0.5}",
)


@kind("onnx")
def make(chance: random.Random, seeds: Path, folder: Path) -> Commands:
    """A model, data that fit the model it was made from, a recipe: inspected, evaluated, compressed."""
    build, shape = MODELS[chance.choice(list(MODELS))]
    model = build()
    (folder / "recipe.yaml").write_text(f'version: 1\nlayers: {{"*": [{{{chance.choice(RECIPES)}}}]}}\n')
    np.savez(folder / "data.npz", **data(shape))
    if chance.random() < 0.1:
        _outside(chance, model, folder)
    if chance.random() < 0.85:
        for change in chance.choices(CHANGES, k=chance.choice((1, 1, 1, 2, 3))):
            if nodes(model) and tensors(model) and values(model):  # else an earlier change left nothing
                change(chance, model)
        content = model.SerializeToString()
    else:
        content = bytes_changed(chance, model.SerializeToString())
    (folder / "model.onnx").write_bytes(content)
    timing = ["--no-timing"] if chance.random() < 0.75 else []  # fresh processes take longest
    return [
        ["inspect", "model.onnx"],
        ["evaluate", "model.onnx", "--data", "data.npz"],
        ["compress", "model.onnx", "--data", "data.npz", "--recipe", "recipe.yaml", "--out", "out", *timing],
    ]


def change(function: Change) -> Change:
    """Register a change. One that finds nothing to change leaves the model alone."""
    CHANGES.append(function)
    return function


def graphs(model: onnx.ModelProto) -> list[onnx.GraphProto]:
    found = [model.graph]
    for graph in found:
        found += [
            attribute.g for node in graph.node for attribute in node.attribute if attribute.type == AttributeProto.GRAPH
        ]
    return found


def nodes(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    return [node for graph in graphs(model) for node in graph.node] + [n for f in model.functions for n in f.node]


def tensors(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    """Initialisers, tensors of attributes, parts of sparse ones."""
    own = [tensor for graph in graphs(model) for tensor in graph.initializer]
    sparse = [part for graph in graphs(model) for s in graph.sparse_initializer for part in (s.values, s.indices)]
    held = [each.t for node in nodes(model) for each in node.attribute if each.HasField("t")]
    return own + sparse + held


def values(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    return [value for graph in graphs(model) for value in (*graph.input, *graph.output, *graph.value_info)]


@change
def any_field(chance: random.Random, model: onnx.ModelProto) -> None:
    """Whatever the format has: a random field of a random message is cleared, doubled, or set to an odd value."""
    messages: list[Message] = [model]
    for message in messages:
        for field, value in message.ListFields():
            if field.message_type is not None:
                messages += list(value) if field.is_repeated else [value]
    message = chance.choice(messages)
    field = chance.choice(message.DESCRIPTOR.fields)
    odd = {
        field.TYPE_STRING: TEXTS,
        field.TYPE_BYTES: [text.encode() for text in TEXTS],
        field.TYPE_FLOAT: FLOATS,
        field.TYPE_DOUBLE: FLOATS,
        field.TYPE_ENUM: range(25),
    }.get(field.type, INTEGERS)
    if chance.random() < 0.3:
        message.ClearField(field.name)
    elif field.is_repeated:
        held = getattr(message, field.name)
        if len(held) and (field.message_type is not None or chance.random() < 0.3):
            held.extend([held[chance.randrange(len(held))]] * chance.choice((1, 1, 50)))
        elif field.message_type is None:
            _tried(lambda value: held.append(value), chance.choice(odd))
    elif field.message_type is None:
        _tried(lambda value: setattr(message, field.name, value), chance.choice(odd))
    else:
        getattr(message, field.name).SetInParent()


def _tried(put: Callable[[object], None], value: object) -> None:
    """Protobuf refuses what does not fit the type of a field."""
    try:
        put(value)
    except (ValueError, TypeError):
        return


@change
def dims(chance: random.Random, model: onnx.ModelProto) -> None:
    tensor = chance.choice(tensors(model))
    sizes = list(tensor.dims)
    match chance.randrange(5):
        case 0 if sizes:
            sizes[chance.randrange(len(sizes))] = chance.choice(INTEGERS)
        case 1:
            sizes = sizes[::-1]
        case 2:
            sizes.append(chance.choice((0, 1, 2, 10**9)))
        case 3:
            sizes = []
        case 4:
            sizes = [1] * 12 + sizes
    del tensor.dims[:]
    tensor.dims.extend(sizes)


@change
def weights(chance: random.Random, model: onnx.ModelProto) -> None:
    """Other values of the same shape, or the same values in another type, or fewer bytes than the shape says."""
    tensor = chance.choice(tensors(model))
    if tensor.data_location == TensorProto.EXTERNAL:
        return
    try:
        array = numpy_helper.to_array(tensor).copy()
    except (ValueError, TypeError, KeyError):
        return
    with np.errstate(all="ignore"):
        match chance.randrange(6):
            case 0 if array.size:
                odd = FLOATS if array.dtype.kind == "f" else (0, 1, 2)
                array.flat[chance.randrange(array.size)] = chance.choice(odd)
            case 1:
                array = np.full_like(array, chance.choice(FLOATS) if array.dtype.kind == "f" else 0)
            case 2:
                types = (np.float16, np.float64, np.int32, np.uint8, np.bool_, np.complex64)
                array = array.astype(chance.choice(types))
            case 3:
                array = array.reshape(-1)[: max(array.size // 2, 1)]
            case 4:
                tensor.raw_data = tensor.raw_data[: chance.randrange(len(tensor.raw_data) + 1)]
                return
            case 5:
                tensor.data_type = chance.randrange(25)
                return
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


@change
def attribute(chance: random.Random, model: onnx.ModelProto) -> None:
    found = [(node, each) for node in nodes(model) for each in node.attribute]
    if not found:
        return
    node, each = chance.choice(found)
    match chance.randrange(6):
        case 0:
            node.attribute.remove(each)
        case 1:
            each.type = chance.randrange(15)
        case 2:
            each.name = chance.choice(("axis", "perm", "pads", "group", "to", "hidden_size", *TEXTS[:5]))
        case 3 if each.ints:
            each.ints[chance.randrange(len(each.ints))] = chance.choice(INTEGERS)
        case 4 if each.ints:
            del each.ints[0]
        case _:
            each.i, each.f = chance.choice(INTEGERS), chance.choice(FLOATS)


@change
def added_attribute(chance: random.Random, model: onnx.ModelProto) -> None:
    name = chance.choice(
        (
            "axis",
            "group",
            "transA",
            "transB",
            "alpha",
            "strides",
            "dilations",
            "auto_pad",
            "kernel_shape",
            "allowzero",
            "axes",
            "keepdims",
            "epsilon",
            "perm",
            "value",
            "body",
        )
    )
    value = chance.choice((-1, 0, 1, 2**31, 0.5, float("nan"), "SAME_UPPER", [1, 2], [0, 0], [-1] * 4, [10**9] * 2))
    chance.choice(nodes(model)).attribute.append(helper.make_attribute(name, value))


@change
def operator(chance: random.Random, model: onnx.ModelProto) -> None:
    node = chance.choice(nodes(model))
    node.op_type = chance.choice(OPERATORS)
    if chance.random() < 0.2:
        node.domain = chance.choice(("com.microsoft", "own", "ai.onnx", "ai.onnx.ml", *TEXTS[:3]))


@change
def edges(chance: random.Random, model: onnx.ModelProto) -> None:
    """Inputs and outputs swapped, lost, doubled, joined to others: cycles, clashes and gaps among them."""
    every = nodes(model)
    node, other = chance.choice(every), chance.choice(every)
    names = [name for each in every for name in (*each.input, *each.output)] + ["x", "y", "", "nowhere"]
    held = chance.choice((node.input, node.input, node.output))
    match chance.randrange(6):
        case 0 if held:
            held[chance.randrange(len(held))] = chance.choice(names)
        case 1 if held:
            del held[chance.randrange(len(held))]
        case 2:
            held.extend([chance.choice(names)] * chance.choice((1, 1, 40)))
        case 3 if node.input and other.output:
            node.input[0] = other.output[0]
        case 4:
            held[:] = list(held)[::-1]
        case _:
            node.ParseFromString(other.SerializeToString())  # one may be a part of the other


@change
def order(chance: random.Random, model: onnx.ModelProto) -> None:
    """Nodes lost, doubled, shuffled."""
    graph = chance.choice(graphs(model))
    held = list(graph.node)
    match chance.randrange(4):
        case 0 if held:
            held.pop(chance.randrange(len(held)))
        case 1:
            held += held[:2]
        case 2:
            chance.shuffle(held)
        case 3:
            held = held[: chance.randrange(len(held) + 1)]
    made = [onnx.NodeProto.FromString(node.SerializeToString()) for node in held]
    del graph.node[:]
    graph.node.extend(made)


@change
def names(chance: random.Random, model: onnx.ModelProto) -> None:
    """A tensor's name becomes odd everywhere; or a node's name is empty, odd, or another's."""
    text = chance.choice(TEXTS)
    if chance.random() < 0.3:
        chance.choice(nodes(model)).name = chance.choice((text, model.graph.node[0].name if model.graph.node else ""))
        return
    held = [tensor.name for tensor in tensors(model)] + [name for node in nodes(model) for name in node.output]
    old = chance.choice(held)
    for each in (*tensors(model), *values(model)):
        if each.name == old:
            each.name = text
    for node in nodes(model):
        node.input[:] = [text if name == old else name for name in node.input]
        node.output[:] = [text if name == old else name for name in node.output]


@change
def interface(chance: random.Random, model: onnx.ModelProto) -> None:
    """Types and shapes of inputs, outputs and values; inputs and outputs lost or doubled."""
    value = chance.choice(values(model))
    tensor = value.type.tensor_type
    match chance.randrange(7):
        case 0:
            tensor.elem_type = chance.randrange(25)
        case 1 if tensor.shape.dim:
            chance.choice(tensor.shape.dim).dim_value = chance.choice(INTEGERS)
        case 2 if tensor.shape.dim:
            chance.choice(tensor.shape.dim).dim_param = chance.choice(TEXTS)
        case 3:
            tensor.ClearField("shape")
        case 4:
            tensor.shape.dim.add().dim_value = chance.choice((1, 2, 10**9))
        case 5:
            value.type.sequence_type.elem_type.tensor_type.elem_type = TensorProto.FLOAT
        case _:
            held = chance.choice((model.graph.input, model.graph.output))
            if held and chance.random() < 0.5:
                del held[0]
            else:
                held.append(value)


@change
def versions(chance: random.Random, model: onnx.ModelProto) -> None:
    match chance.randrange(4):
        case 0:
            model.ir_version = chance.choice((*INTEGERS, 3, 4, 13))
        case 1 if model.opset_import:
            model.opset_import[0].version = chance.choice((*INTEGERS, *range(6, 27)))
        case 2:
            del model.opset_import[:]
        case _:
            domain = chance.choice(("", "com.microsoft", "own", "ai.onnx"))
            model.opset_import.add(domain=domain, version=chance.randrange(30))


def _outside(chance: random.Random, model: onnx.ModelProto, folder: Path) -> None:
    """Weights in a file beside the model, as they should be or cut short; other changes come on top."""
    body = b""
    for tensor in model.graph.initializer:
        if tensor.raw_data:
            place = {"location": "weights.bin", "offset": str(len(body)), "length": str(len(tensor.raw_data))}
            body += tensor.raw_data
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in place.items():
                tensor.external_data.add(key=key, value=value)
    (folder / "weights.bin").write_bytes(body if chance.random() < 0.5 else bytes_changed(chance, body))


@change
def metadata(chance: random.Random, model: onnx.ModelProto) -> None:
    held = chance.choice((model, model.graph, *nodes(model)))
    if chance.random() < 0.5:
        held.doc_string = chance.choice(TEXTS)
    else:
        key = chance.choice(("pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy", "stride", *TEXTS[:4]))
        held.metadata_props.add(key=key, value=chance.choice(("['a', 'b.c']", "[", "['']", "[1]", "{}", *TEXTS)))
