"""Matching of arrays to the inputs of a model: per sample, or constant for all samples.

An array with exactly the shape of an input (a sampling rate, three scales, a recurrent state) is constant for all
samples; if one of its dimensions of size one is the batch, it is repeated for every sample. Rows that each have the
shape of an input without a batch are run one by one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import InputSpec
from workbench.data import prefill
from workbench.data.columns import Column, Lazy, in_memory

# An ONNX element type of an input -> the numpy type its samples are cast to (integers are not rescaled).
DTYPES: dict[str, Any] = {
    "float32": np.float32,
    "float16": np.float16,
    "float64": np.float64,
    "int64": np.int64,
    "int32": np.int32,
    "int16": np.int16,
    "uint64": np.uint64,
    "uint32": np.uint32,
    "uint16": np.uint16,
    "uint8": np.uint8,
    "int8": np.int8,
    "bool": np.bool_,
    "string": np.str_,
}
BATCH = ("batch", "batch_size", "batchsize", "batch_dim", "bs", "n", "b")  # what exporters call the axis of the samples
ALONE = -1  # as the axis of the samples: the input has none
FEW = 16  # samples that are looked at of what is read batch by batch
LONGEST_VALUE = 100_000  # characters of --input
Given = Mapping[str, str | np.ndarray]  # values of inputs that are the same for all samples, as texts or arrays


@dataclass(frozen=True)
class Matched:
    """Arrays of a data set by the inputs of a model.

    `inputs` name -> [samples, ...]; `constants` name -> the array for all samples.

    axes    name of an input -> its axis of samples, if not the first, or ALONE; name of a constant -> the axis along
            which it is repeated for every sample
    notes   sentences: which inputs were generated because the data lacks them
    """

    inputs: Mapping[str, Column]
    constants: Mapping[str, np.ndarray] = field(default_factory=dict)
    axes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def match(
    path: str,
    arrays: Mapping[str, Column],
    specs: tuple[InputSpec, ...],
    given: Given,
    labels: np.ndarray | None = None,
    held: Iterable[str] = (),
) -> Matched:
    """Match arrays to inputs by name; a single input without an array takes `x`.

    `given` are values of inputs; `held` are the names of all arrays in the data. Raises UserError naming the
    first input that has no array, or one that does not fit.
    """
    _refuse_unknown(given, specs)
    optional = prefill.defaults(specs, {*arrays, *given})
    given = {**given, **optional}
    left = [spec for spec in specs if spec.name not in given and spec.name not in arrays]
    if left and "x" in arrays and all(spec.name != "x" for spec in specs):
        taking = left if len(left) == 1 else [spec for spec in left if _by_sample(spec, arrays["x"])]
        arrays = {**arrays, **{spec.name: arrays["x"] for spec in taking if len(taking) == 1}}
    made = prefill.missing(tuple(spec for spec in specs if spec.name not in given), arrays)
    arrays = {**arrays, **made}
    empty = prefill.caches(specs, {*arrays, *given})
    specs = tuple(spec for spec in specs if spec.name not in empty)
    for spec in specs:
        if spec.dtype not in DTYPES:
            raise UserError(
                "The model's input '{spec}' has type {dtype}, which data sets do not support.",
                "Export the model with numeric inputs.",
                spec=spec.name,
                dtype=spec.dtype,
            )
        if not spec.ranked:
            raise UserError(
                "The model does not say how many dimensions its input '{spec}' has.",
                "Export it with a shape for each input; sizes in it may be free.",
                spec=spec.name,
            )
        if spec.name not in given and spec.name not in arrays:
            names = ", ".join(held or arrays)
            raise UserError(
                "{path} has no array '{spec}' (it holds {names}).",
                "Name the arrays after the model's inputs; a single one may be named x. An input "
                "that is the same for all samples can be set with --input {spec}=VALUE.",
                path=path,
                spec=spec.name,
                names=names[:200] or "nothing",
            )
    free = {spec.name: arrays[spec.name] for spec in specs if spec.name not in given}
    edges = _edges(specs, free)
    count = _samples(tuple(spec for spec in specs if spec.name not in edges), free, labels)
    found = Matched({}, {}, {}, prefill.notes(made, empty, optional))
    for name, (values, along) in empty.items():
        found.constants[name] = values  # type: ignore[index]
        found.axes.update({} if along is None else {name: along})  # type: ignore[attr-defined]
    for spec in specs:
        array = _value(spec, given[spec.name]) if spec.name in given else free[spec.name]
        if array.dtype.kind not in kinds_of(spec.dtype):
            raise _unfit(path, spec, array)
        refuse_odd_values(path, spec.name, spec.dtype, array[:FEW] if isinstance(array, Lazy) else np.asarray(array))
        if spec.name in given:
            _add_constant(found, path, spec, array, specs)
        elif spec.name in edges:
            found.constants[spec.name] = np.asarray(in_memory(path, array), DTYPES[spec.dtype])  # type: ignore[index]
        else:
            _add(found, path, spec, array, specs, count)
    if not found.inputs:
        raise UserError(
            "{path} has no array with one entry per sample.", "Give one for at least one input of the model.", path=path
        )
    return found


def constants(specs: tuple[InputSpec, ...], given: Given) -> dict[str, np.ndarray]:
    """Convert given values of inputs, without data. Raises UserError as `match` does."""
    _refuse_unknown(given, specs)
    return {
        spec.name: np.asarray(_value(spec, given[spec.name]), DTYPES[spec.dtype])
        for spec in specs
        if spec.name in given and spec.dtype in DTYPES
    }


def _samples(specs: tuple[InputSpec, ...], arrays: Mapping[str, Column], labels: np.ndarray | None) -> int:
    """Return the number of samples: that of an array that can only hold samples; else that of the labels, that along a
    batch axis with a name, or of the first array."""
    sure = [
        len(arrays[spec.name])
        for spec in specs
        if spec.name in arrays
        and _batch_name(spec) is None
        and _by_sample(spec, arrays[spec.name])
        and len(arrays[spec.name]) != spec.shape[0]
    ]
    rather = [count for count in sure if count != 1]
    if rather or sure:
        return (rather or sure)[0]
    if labels is not None and labels.ndim:
        return len(labels)
    for spec in specs:
        if (axis := _batch_name(spec)) is not None and (array := arrays.get(spec.name)) is not None:
            if _before_steps(spec, array, axis):
                return len(array)
            if _by_sample(spec, array, axis):
                return array.shape[axis]
    held = [(spec, arrays[spec.name]) for spec in specs if spec.name in arrays]
    return next((len(array) for spec, array in held if _by_sample(spec, array) or _alone(spec, array)), 1)


def _edges(specs: tuple[InputSpec, ...], arrays: Mapping[str, Column]) -> set[str]:
    """Return the inputs that list the edges of a graph, if another one lists its nodes: pairs of nodes [2, edges], and
    what belongs to each edge."""
    known = [spec for spec in specs if spec.name in arrays and _by_sample(spec, arrays[spec.name])]
    pairs = {
        spec.name: arrays[spec.name].shape[1]
        for spec in known
        if spec.shape == (2, None) and arrays[spec.name].dtype.kind in "iu" and len(arrays[spec.name]) == 2
    }
    rows = {spec.name: len(arrays[spec.name]) for spec in known if spec.shape[0] is None}
    of_edges = {name for name, count in rows.items() if count in pairs.values()}
    if of_edges == {*rows}:  # as many edges as nodes
        of_edges = set()
    return {*pairs, *of_edges} if rows else set()


def _by_sample(spec: InputSpec, array: Column, axis: int = 0) -> bool:
    """Return whether the array has this input's shape apart from the axis of the samples."""
    return array.ndim == len(spec.shape) > axis and all(
        index == axis or size in (None, have)
        for index, (size, have) in enumerate(zip(spec.shape, array.shape, strict=True))
    )


def _batch_name(spec: InputSpec) -> int | None:
    """Return the axis that the model calls the batch, if it is not the first one: that of [steps, batch, values]."""
    named = [axis for axis, name in enumerate(spec.axes) if axis and name.lower() in BATCH and spec.shape[axis] is None]
    return named[0] if len(named) == 1 and spec.axes[0].lower() not in BATCH and spec.shape[0] != 1 else None


def _before_steps(spec: InputSpec, array: Column, batch: int) -> bool:
    """Return whether the array of an input like [steps, batch, values] may be [samples, steps, values]."""
    rest = [size for axis, size in enumerate(spec.shape) if axis != batch]
    return array.ndim == len(spec.shape) and all(
        size in (None, have) for size, have in zip(rest, array.shape[1:], strict=True)
    )


def _alone(spec: InputSpec, array: Column) -> bool:
    """Return whether each row of the array has the whole shape of this input, which has no axis for the batch."""
    batch = spec.shape[:1] == (None,) and (not spec.axes or spec.axes[0].lower() in ("", *BATCH))
    return (
        array.ndim == len(spec.shape) + 1
        and not batch
        and all(size in (None, have) for size, have in zip(spec.shape, array.shape[1:], strict=True))
    )


def _add(found: Matched, path: str, spec: InputSpec, array: Column, specs: tuple[InputSpec, ...], count: int) -> None:
    axis = _batch_name(spec)
    if axis is not None and len(array) == count and _before_steps(spec, array, axis):
        found.inputs[spec.name] = array  # type: ignore[index]
        found.axes[spec.name] = axis  # type: ignore[index]
        return
    whole = array.ndim == len(spec.shape) and all(
        size in (None, have) for size, have in zip(spec.shape, array.shape, strict=True)
    )
    fixed = whole and bool(spec.shape) and spec.shape[0] is not None
    others_free = any(other.shape and other.shape[0] is None for other in specs if other is not spec)
    if axis is None and _by_sample(spec, array) and len(array) == count and not (fixed and others_free):
        found.inputs[spec.name] = array  # type: ignore[index]
        return
    if not spec.shape and (values := in_memory(path, array)).size and (values == values.flat[0]).all():
        _add_constant(found, path, spec, values.reshape(-1)[0].reshape(()), specs)
        return
    along = next(
        (
            axis
            for axis, size in enumerate(spec.shape)
            if axis and size is None and count > 1 and _by_sample(spec, array, axis) and array.shape[axis] == count
        ),
        None,
    )
    if along is not None:
        found.inputs[spec.name] = np.moveaxis(in_memory(path, array), along, 0)  # type: ignore[index]
        found.axes[spec.name] = along  # type: ignore[index]
    elif _alone(spec, array) and len(array) == count:
        found.inputs[spec.name] = array  # type: ignore[index]
        found.axes[spec.name] = ALONE  # type: ignore[index]
    elif whole and (spec.shape[:1] != (None,) or len(array) == 1):
        _add_constant(found, path, spec, array, specs)
    elif _by_sample(spec, array) or (spec.shape and _alone(spec, array)):
        raise UserError(
            "{path} has arrays of different lengths: '{spec}' has {n:,} entries, others {count:,}.",
            "Every array needs one entry per sample.",
            path=path,
            spec=spec.name,
            n=len(array),
            count=count,
        )
    else:
        raise _unfit(path, spec, array)


def _add_constant(found: Matched, path: str, spec: InputSpec, array: Column, specs: tuple[InputSpec, ...]) -> None:
    if any(name in _batches(spec, specs) and size != 1 for name, size in zip(spec.axes, array.shape, strict=False)):
        raise _unfit(path, spec, array)  # neither one state for all samples, nor one for each
    array = np.asarray(in_memory(path, array), DTYPES[spec.dtype])
    found.constants[spec.name] = array  # type: ignore[index]
    axis = _batch_axis(spec, array, specs)
    if axis is not None:
        found.axes[spec.name] = axis  # type: ignore[index]


def _batches(spec: InputSpec, specs: tuple[InputSpec, ...]) -> set[str]:
    """Return possible names of the batch dimension: the first axes of other inputs."""
    return {other.axes[0] for other in specs if other is not spec and other.axes and other.axes[0]}


def _batch_axis(spec: InputSpec, array: np.ndarray, specs: tuple[InputSpec, ...]) -> int | None:
    """Return the axis of size one that is the batch: the one with the name of the first axis of other inputs; else the
    only free one."""
    batches = _batches(spec, specs)
    free = [axis for axis, size in enumerate(spec.shape) if size is None and array.shape[axis] == 1]
    named = [axis for axis in free if spec.axes and spec.axes[axis] in batches]
    unnamed = [axis for axis in free if not spec.axes or not spec.axes[axis] or not batches]
    return named[0] if named else unnamed[0] if len(unnamed) == 1 or (unnamed and unnamed[0] == 0) else None


def _value(spec: InputSpec, text: str | np.ndarray) -> np.ndarray:
    """Parse `name=value`: one number fills the input's shape (free dimensions count one); a JSON list gives all
    values."""
    if isinstance(text, np.ndarray):
        return text
    hint = Message("Write --input {spec}=0, or a list of numbers in brackets.", spec=spec.name)
    try:
        plain = spec.dtype == "string" and text[:1] not in ('"', "[")  # as it is
        array = np.array(text if plain else json.loads(text[:LONGEST_VALUE], parse_constant=_no_number))
        if array.dtype.kind not in kinds_of(spec.dtype):
            raise ValueError
    except (ValueError, TypeError, RecursionError) as error:
        raise UserError(
            "'{text}' is not a number or a list of numbers for the input '{spec}'.",
            hint,
            text=text[:50],
            spec=spec.name,
        ) from error
    shape = tuple(size or 1 for size in spec.shape)
    if array.ndim == 0:
        array = np.broadcast_to(array, shape)
    if array.ndim != len(shape) or any(
        size not in (None, have) for size, have in zip(spec.shape, array.shape, strict=True)
    ):
        raise UserError(
            "The input '{spec}' takes {words_of}, but got {shape}.",
            hint,
            spec=spec.name,
            words_of=words_of(spec),
            shape=array.shape,
        )
    return array


def _no_number(text: str) -> None:
    raise ValueError(text)


def _refuse_unknown(given: Given, specs: tuple[InputSpec, ...]) -> None:
    for name in given:
        if all(spec.name != name for spec in specs):
            raise UserError(
                "The model has no input '{name}'.",
                "Its inputs are {specs}.",
                name=name[:100],
                specs=[spec.name for spec in specs],
            )


def kinds_of(dtype: str) -> str:
    """Return the kinds of numpy arrays that an input of this type takes."""
    return "U" if dtype == "string" else "fiub"


def refuse_odd_values(path: str, name: str, dtype: str, array: np.ndarray) -> None:
    """Raise UserError for values that an input of this type cannot take."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise UserError(
            "{path}: some values of the array '{spec}' are NaN or infinite.", "Remove them.", path=path, spec=name
        )
    wanted = np.dtype(DTYPES[dtype])
    if wanted.kind in "bU" or not array.size or np.can_cast(array.dtype, wanted):
        return
    limits = np.iinfo(wanted) if wanted.kind in "iu" else np.finfo(wanted)
    if array.min() < limits.min or array.max() > limits.max:
        raise UserError(
            "{path}: the array '{spec}' has values outside {low} to {high}, the range of {dtype}.",
            "Convert it.",
            path=path,
            spec=name,
            low=limits.min,
            high=limits.max,
            dtype=dtype,
        )
    if wanted.kind in "iu" and array.dtype.kind == "f" and (array != np.rint(array)).any():
        raise UserError(
            "{path}: the array '{spec}' has fractional values, but the model takes integers ({dtype}).",
            "Give them as the model takes them, such as pixels from 0 to 255.",
            path=path,
            spec=name,
            dtype=dtype,
        )


def words_of(spec: InputSpec) -> str:
    """Describe the shape of an input: 'float32 of any x 3'."""
    shape = " x ".join("any" if size is None else str(size) for size in spec.shape)
    return Message("{dtype} of {shape}", dtype=spec.dtype, shape=shape or Message("one value"))


def _unfit(path: str, spec: InputSpec, array: Column) -> UserError:
    shown = " x ".join("any" if size is None else str(size) for size in spec.shape[1:])
    sample = (
        words_of(spec)
        if spec.shape and spec.shape[0] not in (None, 1)
        else Message("{dtype} of {shown} per sample", dtype=spec.dtype, shown=shown or Message("scalars"))
        if spec.shape
        else Message("one value of {dtype}", dtype=spec.dtype)
    )
    return UserError(
        "{path}: the array '{spec}' has type {dtype} and shape {shape}, but the model takes {sample}.",
        "Reshape or convert it.",
        path=path,
        spec=spec.name,
        dtype=array.dtype,
        shape=array.shape,
        sample=sample,
    )
