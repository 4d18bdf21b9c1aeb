"""What ONNX Runtime says when it refuses a model or its inputs, in sentences of ours.

Its own text names codes and places in its source; it goes to the log, and into the traceback of --debug.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import InputSpec

log = logging.getLogger(__name__)
LONGEST = 80  # characters of a name in a sentence
MEMORY = re.compile(r"allocate memory|bad_alloc|bad allocation|out of memory", re.IGNORECASE)
CHECK = "Check the file with onnx.checker, or export it again."
NEWER = "Export it for an older version of ONNX, or update onnxruntime."
OTHERS = "Export it with operators that ONNX Runtime has."
# (what its text matches, what we say of the model, what to do); the first that matches is taken.
LOADING: tuple[tuple[str, str, str], ...] = (
    (r"No Op registered for (\S+)", "it does not know the operator {0}", OTHERS),
    (r"(\S+?)\(\S*\) is not a registered function/op", "it does not know the operator {0}", OTHERS),
    (r"Could not find an implementation for (\w+)", "it has no kernel for the operator {0} with these types", OTHERS),
    (r"No opset import for domain '(.*?)'", "the operators of '{0}' have no version", OTHERS),
    (
        r"Unsupported model IR version: (\d+), max supported IR version: (\d+)",
        "its IR version {0} is newer than {1}, the newest that is read",
        NEWER,
    ),
    (
        r"Opset (\d+) is under development.*till opset (\d+)",
        "its opset {0} is newer than {1}, the newest that is read",
        NEWER,
    ),
    (
        r"Type Error:.*?Optype \((\w+)\).*?in node \((.*?)\)",
        "the operator {0} ({1}) gets values of different types",
        CHECK,
    ),
    (
        r"Type Error:.*?operator \((\w+)\) in node \((.*?)\)",
        "the operator {0} ({1}) gets values of a type that it does not take",
        CHECK,
    ),
    (r"Type Error", "the types of its values do not match", CHECK),
    (r"Node input '(.*?)' is not a graph input", "no operator in it produces the value '{0}'", CHECK),
    (
        r"Node \((.*?)\) Op \((\w+)\) \[ShapeInferenceError\]",
        "the operator {1} ({0}) gets shapes that do not match",
        CHECK,
    ),
    (r"Unrecognized attribute: (\w+) for operator (\w+)", "the operator {1} has no attribute {0}", CHECK),
    (r"In Node, \(\"(.*?)\", (\w+)", "the operator {1} ({0}) is used in a way that it does not allow", CHECK),
    (r"protobuf|No graph was found", "it is not an ONNX model, or it is damaged", "Copy or export it again."),
    (
        r"external data|External data|model_path must not be empty",
        "its external weights cannot be read",
        "Put them beside the model, or export it again.",
    ),
)
NODE = re.compile(r"running (\w+) node\. Name:'(.*?)'")
RESHAPED = re.compile(r"Input shape:\{(.*?)\}, requested shape:\{(.*?)\}")
INDEX = re.compile(r"idx=(-?\d+) must be within the inclusive range \[-?\d+,(-?\d+)\]")
FIXED = (
    "A size may be fixed inside the model: give inputs of the size that it was exported with, or export it with "
    "free sizes."
)


def cannot_load(error: Exception) -> UserError:
    """Why the runtime does not load a model."""
    text = _logged(error)
    if MEMORY.search(text):
        return UserError(
            "ONNX Runtime cannot load the model: it takes more memory than is free.",
            "Close other programs, or use a smaller model.",
        )
    for pattern, words, mend in LOADING:
        if (found := re.search(pattern, text, re.DOTALL)) is not None:
            return UserError(f"ONNX Runtime cannot load the model: {words.format(*map(_short, found.groups()))}.", mend)
    return UserError("ONNX Runtime cannot load the model: its graph is not valid.", CHECK)


def cannot_run(error: Exception, inputs: Sequence[InputSpec], feeds: Mapping[str, np.ndarray]) -> UserError:
    """Why the runtime does not run a model on these inputs: the input that does not fit, or the operator that fails."""
    text = _logged(error)
    for spec in inputs:
        if (unfit := _unfit(spec, feeds)) is not None:
            return unfit
    start = "ONNX Runtime cannot run the model"
    if MEMORY.search(text):
        return UserError(f"{start}: it takes more memory than is free.", "Use smaller inputs, or fewer at a time.")
    given = ", ".join(f"'{_short(name)}' {array.dtype} of {_sizes(array.shape)}" for name, array in feeds.items())
    node = NODE.search(text)
    if node is None:
        return UserError(f"{start} on the inputs {given}.", FIXED)
    where = f"its operator {node[1]}" + (f" ({_short(node[2])})" if node[2] else "")
    if (found := INDEX.search(text)) is not None:
        return UserError(
            f"{start}: {where} is asked for entry {found[1]}, and the last one is {found[2]}.",
            "Check that the data was made for this model (its tokens, its class numbers).",
        )
    if (found := RESHAPED.search(text)) is not None:
        old, new = (_sizes(found[index].split(",")) for index in (1, 2))
        return UserError(f"{start}: {where} cannot reshape {old} to {new}; the inputs were {given}.", FIXED)
    return UserError(f"{start}: {where} fails on the inputs {given}.", FIXED)


def _logged(error: Exception) -> str:
    log.debug("ONNX Runtime: %s", error)
    return str(error)


def _unfit(spec: InputSpec, feeds: Mapping[str, np.ndarray]) -> UserError | None:
    name = _short(spec.name)
    if spec.name not in feeds:
        return UserError(f"The model's input '{name}' was not given.", "Give an array of that name.")
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
        f"The model's input '{name}' takes {spec.dtype} of {wanted}, and was given {array.dtype} of "
        f"{_sizes(array.shape)}.",
        "Reshape or convert the data.",
    )


KNOWN = frozenset(
    ("float16", "float32", "float64", "bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))
)


def _sizes(shape: Iterable[object]) -> str:
    return " x ".join(str(size).strip() for size in shape) or "one value"


def _short(name: str) -> str:
    """A name of an untrusted model, in a sentence."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in name)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
