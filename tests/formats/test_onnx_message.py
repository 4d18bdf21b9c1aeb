"""Large ONNX files are read without their weights: as if they had been read whole."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.formats.onnx import message as onnx_message
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime
from workbench.graph.onnx.mapped import MappedTensor

ROWS, COLUMNS = 160, 150


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A product with a large weight, which begins at an odd byte, and a bias that is small."""
    monkeypatch.setattr(onnx_message, "LEAST", 0)
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32), np.ones(COLUMNS, np.float32)
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["y"], "product")]
    shapes = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", s]) for n, s in (("x", ROWS), ("y", COLUMNS))]
    tensors = [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")]
    graph = helper.make_graph(nodes, "g", shapes[:1], shapes[1:], tensors)
    for name in ("aligned", "odd", "odder", "oddest"):
        graph.name = name
        path = tmp_path / f"{name}.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
        if path.read_bytes().index(weight.tobytes()) % 4:
            return path
    raise AssertionError("every weight is aligned")


def test_the_message_is_the_same_but_for_large_weights(file):
    small, whole = onnx_message.read(file), onnx.load(file)
    assert small.ByteSize() < 2000 < whole.ByteSize()
    assert not small.graph.initializer[0].raw_data
    onnx.load_external_data_for_model(small, str(file.parent))
    for tensor in small.graph.initializer:
        del tensor.external_data[:]
        tensor.ClearField("data_location")
    assert small == whole


def test_a_model_that_stays_in_its_file_is_as_one_in_memory(file, monkeypatch):
    there = open_model(str(file), job=Job())
    assert isinstance(there.ir.graph.initializers["w"].const_value, MappedTensor)
    monkeypatch.setattr(onnx_message, "LEAST", 1 << 40)
    here = open_model(str(file), job=Job())
    assert not isinstance(here.ir.graph.initializers["w"].const_value, MappedTensor)
    assert there.to_bytes() == here.to_bytes() and there.source == here.source
    np.testing.assert_array_equal(there.weight("product"), here.weight("product"))
    assert there.weight("product").flags.aligned
    there.release("product")
    feeds = {"x": np.random.default_rng(1).normal(size=(3, ROWS)).astype(np.float32)}
    for first, second in zip(*(runtime.run(runtime.session(m), feeds) for m in (there, here)), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_file_that_was_cut_or_lies_of_its_weights_is_refused(file):
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match="damaged"):
        open_model(str(file), job=Job())
    model = onnx.load_from_string(content)
    model.graph.initializer[0].dims[0] -= 1
    onnx.save(model, file)
    with pytest.raises(UserError, match="consistent"):
        open_model(str(file), job=Job())
