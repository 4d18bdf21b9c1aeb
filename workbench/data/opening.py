"""Opening of data sets: read by their kind, preprocessed, matched to the inputs of the model; all samples or a part."""

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.files import exists
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import InputSpec
from workbench.data.class_names import read_names
from workbench.data.columns import Column, in_memory
from workbench.data.dataset import Dataset
from workbench.data.matching import Given, match
from workbench.data.preprocessing import Rules, applied, beside, names_in_order, of_images, ordered, read_rules
from workbench.data.readers.kinds import LABELS, NAMES, OF_IMAGES, OF_TEXT, Asked, Found, read
from workbench.data.sampling import stratified

SHOWN = 5  # names in a note


def open_dataset(
    path: str,
    specs: tuple[InputSpec, ...],
    trusted: bool = False,
    job: Job | None = None,
    given: Given | None = None,
    samples: int = 0,
    rules: Rules | None = None,
    near: str = "",
) -> Dataset:
    """Open `path` for a model with these inputs. Raises UserError naming the file and what to do.

    trusted  whether code that comes with the data (`file.py:function`) may run
    job      receives the progress of reading images
    given    constant values of inputs
    samples  number of samples to use, classes in proportion; 0: all
    rules    preprocessing; None: as the file beside the data says
    near     the model's file, beside which a tokenizer may be
    """
    given = given or {}
    file = beside(path) if exists(path) else Path(path)
    noted = rules is None and os.path.exists(file) and not os.path.isdir(path)
    rules = read_rules(file) if rules is None else rules
    folders = folders_near(near)
    found = read(Asked(path, specs, rules, trusted, job or Job(), tuple(given), folders))
    data = matched(path, found, specs, given, rules)
    if noted:
        data = replace(data, notes=(*data.notes, Message("Preprocessed as {file} says.", file=file)))
    return part_of(data, samples)


def folders_near(near: str) -> tuple[Path, ...]:
    """Return the folders that may hold a model's tokenizer: its own, and for files in a folder `onnx` the parent."""
    if not near:
        return ()
    model = Path(near).absolute()
    home = model if model.is_dir() else model.parent
    return (home, home.parent) if home.name == "onnx" else (home,)


def part_of(data: Dataset, samples: int) -> Dataset:
    """Return at most this many samples, whole batches if the model fixes their size, classes in proportion; 0: all."""
    if not samples or samples >= data.samples:
        return data
    count = data.first(samples)
    chosen = np.sort(stratified(data.labels, data.samples, 0)[:count])
    note = Message(
        "{n:,} of {whole:,} samples are used, classes in proportion (seed 0).",
        one="{n} of {whole:,} samples is used (seed 0).",
        n=count,
        whole=data.samples,
    )
    return replace(data.subset(chosen), whole=data.samples, notes=(*data.notes, note))


def matched(path: str, found: Found, specs: tuple[InputSpec, ...], given: Given, rules: Rules) -> Dataset:
    """Build the data set from arrays; labels are called y and names of classes class_names, unless an input has that
    name. Raises UserError if the arrays do not fit the model or the rules."""
    arrays: dict[str, Any] = dict(found.arrays)
    own = {spec.name for spec in specs}
    labels, names = (
        in_memory(path, arrays.pop(name)) if name in arrays and name not in own else None for name in (LABELS, NAMES)
    )
    if labels is not None and labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise UserError("Some labels in {path} are NaN or infinite.", "Remove these samples.", path=path)
    labels = ordered(rules, labels, path)
    classes = names_in_order(rules, found.classes if names is None else read_names(path, names, labels))
    if found.images:
        rules = of_images(rules, next(spec for spec in specs if spec.name in arrays))
    if rules.on_arrays:
        arrays = _preprocessed(path, arrays, specs, rules)
    matched = match(path, arrays, specs, given, labels, found.held)
    counts = {len(np.atleast_1d(labels)) if labels is not None else -1, *map(len, matched.inputs.values())} - {-1}
    if counts == {0}:
        raise UserError("{path} has no samples.", "Give at least one.", path=path)
    if len(counts) != 1:
        raise UserError(
            "{path} has no arrays, or arrays of different lengths: {counts}.",
            "Every array needs one entry per sample.",
            path=path,
            counts=sorted(counts),
        )
    return _in_whole_batches(
        Dataset(
            path,
            matched.inputs,
            specs,
            labels,
            classes,
            matched.constants,
            matched.axes,
            notes=(
                *found.notes,
                *matched.notes,
                *_unused(found, own | set(given)),
                *_without_effect(path, found, rules),
            ),
        )
    )


def _unused(found: Found, own: Collection[str]) -> tuple[str, ...]:
    """Return a note on unused arrays: labels under another name would otherwise be missed silently."""
    left = [name for name in found.held if name not in found.arrays and name not in own]
    if not left:
        return ()
    names = left[:SHOWN] + ["…"] * (len(left) > SHOWN)
    return (Message("Arrays that are not used: {names}. Labels are read from '{y}'.", names=names, y=LABELS),)


def _without_effect(path: str, found: Found, rules: Rules) -> tuple[str, ...]:
    """Return a note on rules that the data's reader cannot apply, such as the size of images for arrays."""
    plain = Rules()
    left = [
        name
        for name in (*OF_IMAGES, *OF_TEXT)
        if name not in found.applied and getattr(rules, name) != getattr(plain, name)
    ]
    if not left:
        return ()
    return (
        Message(
            "Rules in {file} without effect on data of this kind: {names}. size, crop and class_names are for images "
            "in files, tokenizer and length for texts.",
            names=left,
            file=beside(path),
        ),
    )


def _preprocessed(
    path: str, arrays: dict[str, Column], specs: tuple[InputSpec, ...], rules: Rules
) -> dict[str, Column]:
    """Preprocess the only image among the inputs, or the only input, by the rules. Raises UserError if there is
    none."""
    taken = {spec.name if spec.name in arrays else "x": spec for spec in specs}
    named = [name for name in taken if name in arrays]
    images = [name for name in named if arrays[name].ndim == 4] or named
    if len(images) != 1:
        raise UserError(
            "{path}: it is not clear which input the preprocessing is of.",
            "Remove {file}, and save the values as the model takes them.",
            path=path,
            file=beside(path),
        )
    return {**arrays, images[0]: applied(rules, arrays[images[0]], taken[images[0]], beside(path))}


def _in_whole_batches(data: Dataset) -> Dataset:
    """Drop the last samples if the model takes a fixed number at a time and these are fewer."""
    whole = data.samples // data.at_once(1) * data.at_once(1)
    if not whole:
        raise UserError(
            "{path} has {samples} samples, but the model's batch size is fixed at {at_once}.",
            "Give more samples, or export the model with a dynamic batch size.",
            path=data.path,
            samples=data.samples,
            at_once=data.at_once(1),
        )
    return data if whole == data.samples else data.subset(np.arange(whole))
