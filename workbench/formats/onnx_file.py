"""ONNX files, with or without external data."""

from pathlib import Path

import onnx
import onnx_ir as ir
from google.protobuf.message import DecodeError

from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.formats.opening import finish
from workbench.graph.model import Model, Source

OLDEST_OPSET = 7


def load_onnx(file: Path, job: Job) -> tuple[ir.Model, Source]:
    """Read the graph; external weights stay on disk until they are needed. Raises UserError for anything else."""
    try:
        proto = onnx.load(str(file), load_external_data=False)
    except (DecodeError, UnicodeDecodeError, ValueError) as error:
        raise UserError(f"{file} is not an ONNX model, or it is damaged.", "Copy or export it again.") from error
    except OSError as error:
        raise UserError(f"Cannot read {file}: {error.strerror}.", "Check the file's permissions.") from error
    if not proto.graph.node or not proto.graph.output:
        raise UserError(f"{file} is not an ONNX model, or it has no operators.", "Copy or export it again.")
    size = file.stat().st_size + sum(part.stat().st_size for part in _external(proto, file))
    return from_graph(proto, file.parent, str(file)), Source(str(file), "onnx", size)


def _external(proto: onnx.ModelProto, file: Path) -> list[Path]:
    """The files that hold external weights. Raises UserError when one is missing or outside the model's folder."""
    tensors = onnx.external_data_helper._get_all_tensors(proto)
    locations = {entry.value for tensor in tensors if tensor.data_location == onnx.TensorProto.EXTERNAL
                 for entry in tensor.external_data if entry.key == "location"}
    folder = file.parent.resolve()
    for location in sorted(locations):
        part = (folder / location).resolve()
        if not part.is_relative_to(folder):
            raise UserError(f"{file} points to weights outside its folder ({location}).",
                            "Put them beside the model and export it again.")
        if not part.is_file():
            raise UserError(f"{file} needs the file {location} beside it, which is missing.", "Copy it there.")
    return [folder / location for location in sorted(locations)]


def from_graph(proto: onnx.ModelProto, folder: Path | None, name: str) -> ir.Model:
    """A protobuf as a graph. Raises UserError when it does not hold together, or is too old."""
    opset = next((entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx")), 1)
    if opset < OLDEST_OPSET:
        raise UserError(f"{name} uses opset {opset}, which ONNX Runtime no longer runs.",
                        "Convert it with onnx.version_converter to opset 9 or later.")
    try:
        model = ir.serde.deserialize_model(proto)
        if folder is not None:
            ir.external_data.set_base_dir(model.graph, folder)
    except Exception as error:      # whatever is inconsistent in an untrusted file
        raise UserError(f"{name} is not a consistent ONNX model ({type(error).__name__}).",
                        "Check it with onnx.checker, or export it again.") from error
    if "" not in model.opset_imports:
        model.opset_imports[""] = model.opset_imports.pop("ai.onnx", opset)
    return model


def from_proto(proto: onnx.ModelProto, name: str, job: Job, without: frozenset[str] = frozenset()) -> Model:
    """Open a model that is in memory."""
    return finish(from_graph(proto, None, name), Source(name, "onnx", proto.ByteSize()), without, job)
