"""Translates ONNX Runtime's error messages into sentences for the user.

The original text names codes and source locations; it goes to the log, and into the traceback of --debug.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import InputSpec

log = logging.getLogger(__name__)
LONGEST = 80  # characters of a name in a sentence
MEMORY = re.compile(r"allocate memory|bad_alloc|bad allocation|out of memory", re.IGNORECASE)
CHECK = Message("Check the file with onnx.checker, or export it again.")
NEWER = Message("Export it for an older ONNX version, or update onnxruntime.")
OTHERS = Message("Export it with operators that ONNX Runtime supports.")
# (pattern of the runtime's text, sentence about the model, what to do); the first match is taken.
LOADING: tuple[tuple[str, str, str], ...] = (
    (r"No Op registered for (?P<op>\S+)", Message("the operator {op} is unknown"), OTHERS),
    (r"(?P<op>\S+?)\(\S*\) is not a registered function/op", Message("the operator {op} is unknown"), OTHERS),
    (
        r"Could not find an implementation for (?P<op>\w+)",
        Message("there is no kernel for the operator {op} with these types"),
        OTHERS,
    ),
    (
        r"No opset import for domain '(?P<domain>.*?)'",
        Message("the opset version of the domain '{domain}' is missing"),
        OTHERS,
    ),
    (
        r"Unsupported model IR version: (?P<found>\d+), max supported IR version: (?P<known>\d+)",
        Message("its IR version {found} is newer than {known}, the newest supported"),
        NEWER,
    ),
    (
        r"Opset (?P<found>\d+) is under development.*till opset (?P<known>\d+)",
        Message("its opset {found} is newer than {known}, the newest supported"),
        NEWER,
    ),
    (
        r"Type Error:.*?Optype \((?P<op>\w+)\).*?in node \((?P<name>.*?)\)",
        Message("the inputs of the operator {op} ({name}) have different types"),
        CHECK,
    ),
    (
        r"Type Error:.*?operator \((?P<op>\w+)\) in node \((?P<name>.*?)\)",
        Message("the operator {op} ({name}) does not support the type of its inputs"),
        CHECK,
    ),
    (r"Type Error", Message("the types of its values are inconsistent"), CHECK),
    (r"Node input '(?P<name>.*?)' is not a graph input", Message("no operator produces the value '{name}'"), CHECK),
    (
        r"Node \((?P<name>.*?)\) Op \((?P<op>\w+)\) \[ShapeInferenceError\]",
        Message("the input shapes of the operator {op} ({name}) do not match"),
        CHECK,
    ),
    (
        r"Unrecognized attribute: (?P<name>\w+) for operator (?P<op>\w+)",
        Message("the operator {op} has no attribute {name}"),
        CHECK,
    ),
    (r"In Node, \(\"(?P<name>.*?)\", (?P<op>\w+)", Message("the operator {op} ({name}) is used incorrectly"), CHECK),
    (
        r"recurrent operations \(layout == 1\) are not supported",
        Message("it has recurrent operators that take the batch first (layout 1), for which there is no kernel"),
        Message("Export it with layout 0, which takes the steps first."),
    ),
    (
        r"protobuf|No graph was found",
        Message("it is not an ONNX model, or it is damaged"),
        Message("Copy or export it again."),
    ),
    (
        r"external data|External data|model_path must not be empty",
        Message("its external weights cannot be read"),
        Message("Put them next to the model, or export it again."),
    ),
)
NODE = re.compile(r"running (\w+) node\. Name:'(.*?)'")
RESHAPED = re.compile(r"Input shape:\{(.*?)\}, requested shape:\{(.*?)\}")
INDEX = re.compile(r"idx=(-?\d+) must be within the inclusive range \[-?\d+,(-?\d+)\]")
FIXED = Message(
    "A size may be fixed inside the model: use inputs of the size it was exported with, "
    "or export it with dynamic sizes."
)


def cannot_load(error: Exception) -> UserError:
    """Return the error that says why the runtime does not load a model."""
    text = _logged(error)
    if MEMORY.search(text):
        return UserError(
            "ONNX Runtime cannot load the model: it needs more memory than is available.",
            "Close other programs, or use a smaller model.",
        )
    for pattern, words, hint in LOADING:
        if (found := re.search(pattern, text, re.DOTALL)) is not None:
            named = {name: _short(text) for name, text in found.groupdict().items()}
            return UserError("ONNX Runtime cannot load the model: {why}.", hint, why=Message(words, **named))
    return UserError("ONNX Runtime cannot load the model: its graph is not valid.", CHECK)


def cannot_run(error: Exception, inputs: Sequence[InputSpec], feeds: Mapping[str, np.ndarray]) -> UserError:
    """Return the error that says why the runtime does not run a model on these inputs: which input does not fit, or
    which operator fails."""
    text = _logged(error)
    for spec in inputs:
        if (unfit := _unfit(spec, feeds)) is not None:
            return unfit
    start = Message("ONNX Runtime cannot run the model")
    if MEMORY.search(text):
        return UserError(
            "{start}: it needs more memory than is available.", "Use smaller inputs, or a smaller batch.", start=start
        )
    given = [
        Message("'{name}' {dtype} of {sizes}", name=_short(name), dtype=array.dtype, sizes=_sizes(array.shape))
        for name, array in feeds.items()
    ]
    node = NODE.search(text)
    if node is None:
        return UserError("{start} on the inputs {given}.", FIXED, start=start, given=given)
    where = Message("its operator {op} ({name})" if node[2] else "its operator {op}", op=node[1], name=_short(node[2]))
    if (found := INDEX.search(text)) is not None:
        return UserError(
            "{start}: index {found} is out of range in {where}; the largest is {last}.",
            "Check that the data fits this model (token IDs, class indices).",
            start=start,
            where=where,
            found=found[1],
            last=found[2],
        )
    if (found := RESHAPED.search(text)) is not None:
        old, new = (_sizes(found[index].split(",")) for index in (1, 2))
        return UserError(
            "{start}: {where} cannot reshape {old} to {new} (inputs: {given}).",
            FIXED,
            start=start,
            where=where,
            old=old,
            new=new,
            given=given,
        )
    return UserError("{start}: {where} failed on the inputs {given}.", FIXED, start=start, where=where, given=given)


def _logged(error: Exception) -> str:
    log.debug("ONNX Runtime: %s", error)
    return str(error)


def _unfit(spec: InputSpec, feeds: Mapping[str, np.ndarray]) -> UserError | None:
    name = _short(spec.name)
    if spec.name not in feeds:
        return UserError("The model's input '{name}' is missing.", "Give an array with this name.", name=name)
    array = np.asarray(feeds[spec.name])
    fits = array.ndim == len(spec.shape) and all(
        size in (None, have) for size, have in zip(spec.shape, array.shape, strict=True)
    )
    if fits and array.dtype.name == spec.dtype:
        return None
    if array.dtype.name not in KNOWN or spec.dtype not in KNOWN:
        return None
    wanted = _sizes("any" if size is None else size for size in spec.shape)
    return UserError(
        "The model's input '{name}' takes {dtype} of {wanted}, but got {given} of {shape}.",
        "Reshape or convert the data.",
        name=name,
        dtype=spec.dtype,
        wanted=wanted,
        given=array.dtype,
        shape=_sizes(array.shape),
    )


KNOWN = frozenset(
    ("float16", "float32", "float64", "bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))
)


def _sizes(shape: Iterable[object]) -> str:
    return " x ".join(str(size).strip() for size in shape) or Message("one value")


def _short(name: str) -> str:
    """Return a name from an untrusted model, shortened for a sentence."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in name)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
