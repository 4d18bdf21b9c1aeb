"""A model whose layers, operators, files and classes are called what nobody should call them."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAMES = (
    "<img src=x onerror=alert(1)><b>bold</b>",
    "two\nlines\rand\x1b[31mred\x1b[0m",
    "abc\u202egpj",
    "👩\u200d🔬",
    "long" * 2500,
    "&amp;<script>1</script>",
    "9" * 4000,
)
FILE = "<b>bold<i> & \u202emodel\n\x1b[31m.onnx"
CLASSES = np.array(["<b>cat</b>", "dog & <i>", "👩", "x", "y"])


def write(folder: Path) -> tuple[Path, Path]:
    """(model, data): a linear layer for each name, one after the other; the data has names of classes."""
    rng, nodes, weights = np.random.default_rng(0), [], []
    last = "x"
    for index, name in enumerate(NAMES):
        weights.append(numpy_helper.from_array(rng.normal(size=(5, 5)).astype(np.float32), f"{name}.weight"))
        nodes.append(helper.make_node("Gemm", [last, f"{name}.weight"], [f"h{index}"], name=name, transB=1))
        last = f"h{index}"
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 5]) for name in ("x", last)]
    graph = helper.make_graph(nodes, "<b>graph</b>\x1b[31m", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / FILE)
    np.savez(
        folder / "<b>data.npz",
        x=rng.normal(size=(40, 5)).astype(np.float32),
        y=rng.integers(0, 5, 40),
        class_names=CLASSES,
    )
    return folder / FILE, folder / "<b>data.npz"
