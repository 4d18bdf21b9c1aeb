"""Files of weights: safetensors, one or in parts with an index, and state dicts of torch. Opened alone they are weights
without a network; see architecture for the rest."""

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.formats.format import Format, Loaded, register
from workbench.formats.weights import network, parts
from workbench.formats.weights.stored import Checkpoint, Unreadable

SAFE, PICKLED = "safetensors", "checkpoint"
AGAIN = Message("Copy it again, or save it again with the program that wrote it.")


def read(path: str) -> Checkpoint:
    """The tensors of a file of weights, of all its parts. Raises UserError saying what does not hold together."""
    try:
        return parts.read(path)
    except Unreadable as error:
        raise UserError("{path} cannot be read: {reason}.", AGAIN, path=path, reason=error.args[0]) from error
    except OSError as error:
        raise UserError(
            "Cannot read {path}: {reason}.", "Check the file's permissions.", path=path, reason=error.strerror
        ) from error


def load_weights(path: str, trusted: bool, job: Job) -> Loaded:
    """Weights alone as a graph. Raises UserError where the file does not hold together."""
    job.report(Message("reading the weights"), 0.1)
    found = read(path)
    try:
        return network.graph_of(found, path, PICKLED if parts.is_pickle(path) else SAFE)
    except (Unreadable, ValueError) as error:
        reason = error.args[0] if isinstance(error, Unreadable) else Message("its tensors do not hold together")
        raise UserError("{path} cannot be read: {reason}.", AGAIN, path=path, reason=reason) from error


def _is_safe(path: str, head: bytes) -> bool:
    return parts.is_safetensors(head) or (bool(head) and parts.is_index(path) and not parts.is_pickle(path))


def _is_pickled(path: str, head: bytes) -> bool:
    return parts.is_state_dict(path, head) or (bool(head) and parts.is_index(path) and parts.is_pickle(path))


register(Format(SAFE, _is_safe, load_weights, order=2))
register(Format(PICKLED, _is_pickled, load_weights, order=2))
