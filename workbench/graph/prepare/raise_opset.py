"""Conversion of a graph to a newer opset by ONNX's own converter. The caller verifies the outputs, as the converter
does not support every operator."""

import onnx
import onnx_ir as ir
from onnx import version_converter

from workbench.core.base.errors import UserError
from workbench.graph.onnx import names, shapes

TARGET = 13  # the first opset in which QuantizeLinear takes a scale for each channel


def opset_of(model: ir.Model) -> int:
    return model.opset_imports.get("", 1)


def raised(model: ir.Model) -> ir.Model:
    """Return a copy at opset TARGET whose nodes keep their names. Raises UserError if the converter cannot convert
    it."""
    try:
        proto = version_converter.convert_version(_with_ranks(model), TARGET)
        onnx.checker.check_model(proto)
        made = ir.serde.deserialize_model(proto)
    except Exception as error:  # the converter's own errors, and any that an untrusted file causes in it
        first = str(error).strip().splitlines() or [type(error).__name__]
        raise UserError(
            "ONNX's version converter failed ({first}).", "Export the model again.", first=first[0][:120].rstrip(".")
        ) from error
    made.doc_string, made.graph.doc_string = model.doc_string, model.graph.doc_string
    made.metadata_props.update(model.metadata_props)
    for old, new in zip(
        (*model.graph.inputs, *model.graph.outputs), (*made.graph.inputs, *made.graph.outputs), strict=True
    ):
        new.doc_string = old.doc_string
        new.shape = old.shape
        new.meta.update(old.meta)
    described = {node.name: dict(node.metadata_props) for node in model.graph if node.name}
    for node in made.graph:
        node.metadata_props.update(
            {key: text for key, text in described.pop(node.name or "", {}).items() if key == names.SCOPES}
        )
    lost = [node for node in model.graph if node.name in described]
    if any(node.domain not in ("", "ai.onnx") or _holds_weights(node) for node in lost):  # Upsample becomes Resize
        raise UserError("ONNX's version converter renames its nodes.", "Export the model again.")
    return made


def _holds_weights(node: ir.Node) -> bool:
    """Return whether a layer may be called after this node."""
    read = [value for value in node.inputs if value is not None and value.is_initializer()]
    return any(value.const_value is not None and len(value.const_value.shape) > 1 for value in read)


def _with_ranks(model: ir.Model) -> onnx.ModelProto:
    """Return the model as a message in which outputs without a recorded shape have the inferred one: the converter
    refuses a file without."""
    proto = ir.serde.serialize_model(model)
    bare = [value for value in proto.graph.output if not value.type.tensor_type.HasField("shape")]
    known = shapes.infer(model) if bare else {}
    for value in bare:
        found = known.get(value.name)
        if value.type.HasField("tensor_type") and found is not None and found.shape is not None:
            for size in found.shape:
                dim = value.type.tensor_type.shape.dim.add()
                if size is not None:
                    dim.dim_value = size
    return proto
