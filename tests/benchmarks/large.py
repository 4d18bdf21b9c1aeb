"""A model of 4 GB in 300 layers with external data, which takes hardly any disk: its weights are holes in the file."""

import os
from pathlib import Path

import onnx
from onnx import TensorProto, helper

LAYERS = 300
WIDTH = 1888  # 300 x 1888 x 1888 x 4 bytes = 4.3 GB


def large_model(folder: Path, layers: int = LAYERS, width: int = WIDTH) -> Path:
    """A chain of residual MLP layers, in blocks of three; every weight is zero."""
    folder.mkdir(parents=True, exist_ok=True)
    path, data = folder / "large.onnx", folder / "large.data"
    size = 4 * width * width
    if path.exists() and data.exists() and data.stat().st_size == layers * size:
        return path
    nodes, weights, x = [], [], "x"
    for index in range(layers):
        name = f"blocks.{index // 3}.fc{index % 3 + 1}"
        weights.append(external(f"{name}.weight", (width, width), data.name, index * size, size))
        nodes.append(helper.make_node("MatMul", [x, f"{name}.weight"], [f"y{index}"], name=f"/{name}/MatMul"))
        nodes.append(helper.make_node("Add", [x, f"y{index}"], [f"x{index}"], name=f"/{name}/Add"))
        x = f"x{index}"
    shape = ["batch", width]
    graph = helper.make_graph(
        nodes,
        "large",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, shape)],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with data.open("wb") as file:
        os.truncate(file.fileno(), layers * size)
    path.write_bytes(model.SerializeToString())
    return path


def external(name: str, shape: tuple[int, ...], location: str, offset: int, length: int) -> onnx.TensorProto:
    tensor = onnx.TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return tensor
