"""Files of weights: safetensors, single or in parts with an index, and torch state dicts. Opened alone they are weights
without a network; for opening with a network see `architecture`."""

from pathlib import Path

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.formats.format import Format, Loaded, register
from workbench.formats.onnx import tensors as onnx_tensors
from workbench.formats.onnx_file import from_graph
from workbench.formats.weights import network, parts, saving
from workbench.formats.weights.stored import Checkpoint, Unreadable
from workbench.graph.model.model import WEIGHTS_ONLY, Source

PACKED, SAFE, PICKLED = "packed-safetensors", "safetensors", "checkpoint"
AGAIN = Message("Copy it again, or save it again with the program that wrote it.")


def read(path: str) -> Checkpoint:
    """Read the tensors of a file of weights, from all its parts. Raises UserError naming the fault."""
    try:
        return parts.read(path)
    except Unreadable as error:
        raise UserError("{path} cannot be read: {reason}.", AGAIN, path=path, reason=error.args[0]) from error
    except OSError as error:
        raise UserError(
            "Cannot read {path}: {reason}.", "Check the file's permissions.", path=path, reason=error.strerror
        ) from error


def load_weights(path: str, trusted: bool, job: Job) -> Loaded:
    """Load weights alone as a graph. Raises UserError if the file is inconsistent."""
    job.report(Message("reading the weights"), 0.1)
    found = read(path)
    if trusted and found.module:
        from workbench.formats.pickled_file import load_module

        return load_module(path, job).noting(*found.notes)
    try:
        return network.graph_of(found, path, PICKLED if parts.is_pickle(path) else SAFE)
    except (Unreadable, ValueError) as error:
        reason = error.args[0] if isinstance(error, Unreadable) else Message("its tensors are inconsistent")
        raise UserError("{path} cannot be read: {reason}.", AGAIN, path=path, reason=reason) from error


def _is_safe(path: str, head: bytes) -> bool:
    return parts.is_safetensors(head) or (bool(head) and parts.is_index(path) and not parts.is_pickle(path))


def _is_pickled(path: str, head: bytes) -> bool:
    return parts.is_state_dict(path, head) or (bool(head) and parts.is_index(path) and parts.is_pickle(path))


def load_packed(path: str, trusted: bool, job: Job) -> Loaded:
    """Load a packed file: the graph of its metadata, with the tensors of the file. Raises UserError."""
    try:
        proto, tensors, alone = saving.read_packed(path)
        saving.place(proto, tensors, list(onnx_tensors.tensors(proto)))
    except Unreadable as error:
        raise UserError("{path} cannot be read: {reason}.", AGAIN, path=path, reason=error.args[0]) from error
    graph, notes = from_graph(proto, Path(path).parent, path)
    if alone:
        graph.graph.meta[WEIGHTS_ONLY] = True
        saving.widen(graph, tensors)
    return Loaded(graph, Source(path, PACKED, Path(path).stat().st_size), notes)


def _is_packed(path: str, head: bytes) -> bool:
    return parts.is_safetensors(head) and saving.MARK in head[:256]


register(Format(PACKED, _is_packed, load_packed, order=1, suffix=".packed.safetensors", save=saving.save_packed))
register(Format(SAFE, _is_safe, load_weights, order=2, suffix=".safetensors", save=saving.save_plain, plain=True))
register(Format(PICKLED, _is_pickled, load_weights, order=2))
