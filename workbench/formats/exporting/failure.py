"""Explanation of a failed torch.export in one sentence: what failed, on which line of the user's code, and the usual
remedy."""

import linecache
import os
import re
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message

LONGEST = 300
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_OPERATOR = re.compile(r"OpOverload\(op='([\w.]+)'|(?:torch\.ops\.)?(aten\.\w+|\w+::\w+)(?:\.\w+)?")
_PLACE = re.compile(r'File "([^"\n]+)", line (\d+)')
_LIBRARIES = tuple({os.path.join(sysconfig.get_paths()[name], "") for name in ("stdlib", "purelib", "platlib")})
# (what the texts of the error match, the reason in our words or "", what usually helps); the first that matches.
KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        r"GuardOnDataDependent|data-dependent",
        Message("the flow of control depends on values of a tensor"),
        Message("Choose by torch.where or torch.cond, or decide it before the export."),
    ),
    (
        r"_pack_padded_sequence|PackedSequence|forward: (h_zeros|hx) = torch\.zeros\(",
        Message("it packs sequences of different lengths, which torch.export cannot follow"),
        Message("Give the recurrent layer the padded sequences (no pack_padded_sequence), and mask what it returns."),
    ),
    (
        r"structure of `inputs` and `dynamic_shapes`|`dynamic_shapes` is specified as|_check_dynamic_shapes: ",
        Message("its dynamic_shapes do not fit its inputs"),
        Message("Give one entry for each input, in their order or by the names of forward's parameters."),
    ),
    (
        r"fused_moving_avg_obs|_fake_quantize",
        Message("it has fake quantisation with observers, as training for torch's quantisation leaves it"),
        Message("Give the float module from before prepare_qat; the workbench quantises that."),
    ),
    (
        r"DynamicCache|past_key_values|EncoderDecoderCache",
        Message("it takes or returns a cache of keys and values"),
        Message("Set config.use_cache = False, or call it with use_cache=False."),
    ),
    (
        r"not a known type|register a pytree|in output, which|Unsupported output type"
        r"|'(int|float|bool|str)' object has no attribute 'name'",
        Message("it returns something other than tensors"),
        Message("Return tensors, or tuples, lists and dictionaries of tensors."),
    ),
    (
        r"No ONNX function found",
        Message("ONNX has no operator for {operator}"),
        Message("Write it with other operators, or compute it before or after the model."),
    ),
    (
        r"is invalid for input of size|shapes cannot be multiplied|size mismatch|to have \d+ channels"
        r"|must match the size|Expected \dD|index (k )?out of range|not in range for dimension"
        r"|takes \d+ positional|missing \d+ required",
        "",
        Message("The module itself fails on the example inputs: check their shapes and types."),
    ),
    (
        r"Unsupported: |Dynamo|torch\._dynamo",
        "",
        Message("Write this part with torch's own functions, without branches on values and without numpy."),
    ),
)
OTHERWISE = Message("Simplify the module, or give an ONNX file.")


def explained(error: BaseException | None, name: str, nodes: Callable[[], list[tuple[str, str]]] = list) -> UserError:
    """Return the UserError for an error of torch; `name` is that of the model. `nodes` returns the operators of the
    program with their origins, for use if torch could export it and only ONNX lacks an operator."""
    chain = list(_chain(error))
    text = "\n".join(f"{type(each).__name__}: {each}" for each in chain)
    frames = [frame for each in chain for frame in traceback.extract_tb(each.__traceback__)]
    lines = [f"{frame.name}: {frame.line}" for frame in frames]
    known = next((row for row in KNOWN if re.search(row[0], "\n".join([text, *lines]))), ("", "", OTHERWISE))
    found = _OPERATOR.search(text)
    operator = next(filter(None, found.groups()), "") if found is not None else ""
    reason = Message(known[1], operator=operator or "?") if known[1] else first_line(chain[-1] if chain else error)
    place = _users_line(chain, text)
    if place is None and operator and "No ONNX function" in text:
        place = _of_operator(operator, nodes)
    if not place:
        return UserError("torch could not export {name} to ONNX: {reason}.", known[2], name=name, reason=reason)
    return UserError(
        "torch could not export {name} to ONNX: {reason} ({file}, line {line}: {code}).",
        known[2],
        name=name,
        reason=reason,
        file=Path(place[0]).name,
        line=place[1],
        code=linecache.getline(*place).strip()[:LONGEST] or "?",
    )


def does_not_run(error: BaseException, name: str) -> UserError:
    """Return the UserError for a module that fails on its example inputs, without any export."""
    chain = list(_chain(error))
    place = _users_line(chain, "")
    hint = Message("Check the shapes and types of the inputs, and the module.")
    if place is None:
        what = "{name} does not run on the example inputs: {reason}."
        return UserError(what, hint, name=name, reason=first_line(error))
    return UserError(
        "{name} does not run on the example inputs: {reason} ({file}, line {line}: {code}).",
        hint,
        name=name,
        reason=first_line(error),
        file=Path(place[0]).name,
        line=place[1],
        code=linecache.getline(*place).strip()[:LONGEST] or "?",
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes, the first cause last."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _users_line(chain: list[BaseException], text: str) -> tuple[str, int] | None:
    """Return the innermost line that is neither torch's nor a library's: from the frames, else from a location in the
    error text (where the exporter names the origin of an operator)."""
    frames = [
        (frame.filename, frame.lineno or 0)
        for each in chain
        for frame in traceback.extract_tb(each.__traceback__)
        if _is_users(frame.filename)
    ]
    places = [(file, int(line)) for file, line in _PLACE.findall(text) if _is_users(file)]
    found = frames or places
    return found[-1] if found else None


def _of_operator(operator: str, nodes: Callable[[], list[tuple[str, str]]]) -> tuple[str, int] | None:
    """Return the line that an operator comes from; None if unknown."""
    try:
        origins = [origin for target, origin in nodes() if target.startswith(f"{operator}.") or target == operator]
    except Exception:  # the export that failed is tried again here
        return None
    return _users_line([], "\n".join(origins[:1]))


def _is_users(file: str) -> bool:
    own = str(Path(__file__).parent.parent)
    return os.path.isabs(file) and os.path.isfile(file) and not file.startswith((*_LIBRARIES, own))


def first_line(error: BaseException | None) -> str:
    """Return the first line of an error's text, without full stop and terminal colours."""
    text = _COLOURS.sub("", str(error)).strip().splitlines() if error is not None else []
    return (text[0] if text else type(error).__name__)[:LONGEST].rstrip(". ")
