"""Checks of an ONNX file's tensors and functions before any is read: no tensor may take more memory than the file has
bytes for it, or refer to other files."""

from collections.abc import Iterable, Iterator

import numpy as np
import onnx

T = onnx.TensorProto
_IN_INT32 = (
    T.INT32,
    T.INT16,
    T.INT8,
    T.UINT16,
    T.UINT8,
    T.BOOL,
    T.FLOAT16,
    T.BFLOAT16,
    T.FLOAT8E4M3FN,
    T.FLOAT8E4M3FNUZ,
    T.FLOAT8E5M2,
    T.FLOAT8E5M2FNUZ,
    T.FLOAT8E8M0,
)
# Numbers of this type that one number takes; several small ones share one.
FIELDS: dict[int, tuple[str, float]] = {
    **dict.fromkeys(_IN_INT32, ("int32_data", 1.0)),
    T.FLOAT: ("float_data", 1.0),
    T.DOUBLE: ("double_data", 1.0),
    T.INT64: ("int64_data", 1.0),
    T.UINT64: ("uint64_data", 1.0),
    T.UINT32: ("uint64_data", 1.0),
    T.COMPLEX64: ("float_data", 2.0),
    T.COMPLEX128: ("double_data", 2.0),
    T.STRING: ("string_data", 1.0),
    **dict.fromkeys((T.INT4, T.UINT4, T.FLOAT4E2M1), ("int32_data", 0.5)),
    **dict.fromkeys((T.INT2, T.UINT2), ("int32_data", 0.25)),
}
PACKED: dict[int, float] = {T.INT4: 0.5, T.UINT4: 0.5, T.FLOAT4E2M1: 0.5, T.INT2: 0.25, T.UINT2: 0.25}
# What a file makes in memory, of sparse tensors or of holes: this many bytes, or this many times its own.
DENSE, TIMES = 1 << 26, 1000


def tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Yield every dense tensor of the model, of its subgraphs and functions, including the parts of sparse ones."""
    for sparse in sparse_tensors(model):
        yield from (sparse.values, sparse.indices)
    for graph in _graphs(model):
        yield from graph.initializer
    for node in _nodes(model):
        for attribute in node.attribute:
            yield from attribute.tensors
            if attribute.HasField("t"):
                yield attribute.t


def sparse_tensors(model: onnx.ModelProto) -> Iterator[onnx.SparseTensorProto]:
    for graph in _graphs(model):
        yield from graph.sparse_initializer
    for node in _nodes(model):
        for attribute in node.attribute:
            yield from attribute.sparse_tensors
            if attribute.HasField("sparse_tensor"):
                yield attribute.sparse_tensor


def _graphs(model: onnx.ModelProto) -> Iterator[onnx.GraphProto]:
    yield model.graph
    for node in _nodes(model):
        yield from _subgraphs(node)


def _nodes(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    pending: list[Iterable[onnx.NodeProto]] = [model.graph.node, *(function.node for function in model.functions)]
    while pending:
        for node in pending.pop():
            yield node
            pending += [graph.node for graph in _subgraphs(node)]


def _subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for attribute in node.attribute:
        yield from attribute.graphs
        if attribute.HasField("g"):
            yield attribute.g


def check(model: onnx.ModelProto) -> None:
    """Raise ValueError for a tensor whose data does not match its type and dimensions."""
    for sparse in sparse_tensors(model):
        for part in (sparse.values, sparse.indices):
            if part.data_location == T.EXTERNAL:
                raise ValueError("a sparse tensor with external data")
    for tensor in tensors(model):
        if tensor.data_type not in FIELDS or any(size < 0 for size in tensor.dims):
            raise ValueError(tensor.name)
        if tensor.data_location != T.EXTERNAL and not _fits(tensor):
            raise ValueError(tensor.name)


def _fits(tensor: onnx.TensorProto) -> bool:
    if tensor.HasField("raw_data"):
        return len(tensor.raw_data) == bytes_of(tensor)
    count = size_of(tensor.dims)
    field, each = FIELDS[tensor.data_type]
    return len(getattr(tensor, field)) == -int(-count * each // 1)


def bytes_of(tensor: onnx.TensorProto) -> int | None:
    """Return the number of bytes required by type and dimensions; None if these are not those of a tensor with
    bytes."""
    if tensor.data_type not in FIELDS or tensor.data_type == T.STRING or any(size < 0 for size in tensor.dims):
        return None
    each = PACKED.get(tensor.data_type) or onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    return -int(-size_of(tensor.dims) * each // 1)


def size_of(dims: Iterable[int]) -> int:
    """Return the number of values, as a Python integer, which does not overflow."""
    count = 1
    for size in dims:
        count *= size
    return count


def much_larger(made: int, stored: int) -> bool:
    """Return whether the size in memory is many times that in the file."""
    return made > max(DENSE, TIMES * stored)


def much_larger_dense(sparse: Iterable[onnx.SparseTensorProto]) -> bool:
    """Return whether these tensors would take much more memory as dense ones than their bytes in the file."""
    parts = list(sparse)
    numbers = sum(size_of(abs(size) for size in part.dims) for part in parts)
    return much_larger(8 * numbers, sum(part.ByteSize() for part in parts))


def dense(sparse: onnx.SparseTensorProto) -> onnx.TensorProto:
    """Convert values at indices (ONNX, SparseTensor) to a dense tensor. Raises an error if they do not fit."""
    values = onnx.numpy_helper.to_array(sparse.values)
    indices = onnx.numpy_helper.to_array(sparse.indices)
    made = np.zeros(tuple(sparse.dims), values.dtype)
    if indices.ndim == 1:
        made.ravel()[indices] = values
    else:
        made[tuple(indices.T)] = values
    return onnx.numpy_helper.from_array(made, sparse.values.name)


def when_inlined(model: onnx.ModelProto) -> tuple[int, int]:
    """Return the number of nodes after inlining all functions, and the number of calls. Raises ValueError for recursive
    functions."""
    functions = {(function.domain, function.name): function for function in model.functions}
    made: dict[tuple[str, str], tuple[int, int]] = {}

    def counted(nodes: Iterable[onnx.NodeProto]) -> tuple[int, int]:
        every = list(_every(nodes))
        inner = [made[_key(node)] for node in every if _key(node) in functions]
        return len(every) + sum(size for size, _ in inner), len(inner) + sum(calls for _, calls in inner)

    for start in functions:
        pending = [start]
        while pending:  # depth first, by hand: a chain of calls may be longer than Python's stack
            key = pending[-1]
            waiting = next(
                (
                    _key(node)
                    for node in _every(functions[key].node)
                    if _key(node) in functions and _key(node) not in made
                ),
                None,
            )
            if waiting is None:
                made[pending.pop()] = counted(functions[key].node)
            elif waiting in pending:
                raise ValueError("functions call each other in a circle")
            else:
                pending.append(waiting)
    return counted(model.graph.node)


def _key(node: onnx.NodeProto) -> tuple[str, str]:
    return node.domain, node.op_type


def _every(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """Yield these nodes and those of their subgraphs."""
    pending = [nodes]
    while pending:
        for node in pending.pop():
            yield node
            pending += [graph.node for graph in _subgraphs(node)]
