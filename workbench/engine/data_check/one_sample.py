"""A single sample from the user: a picture, a sound or an array, converted for the model."""

import wave
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import InputSpec, fixed_batch
from workbench.data.dataset import Dataset
from workbench.data.matching import Given
from workbench.data.opening import matched
from workbench.data.preprocessing import Rules, model_layout
from workbench.data.readers import npy_file, npz_file
from workbench.data.readers.images import SUFFIXES, one_image
from workbench.data.readers.kinds import LABELS, NAMES, OF_IMAGES, Found

SOUNDS, ARRAYS = (".wav",), (".npy", ".npz")
LONGEST_SOUND = 1 << 24  # values
FULL = {1: 128.0, 2: float(1 << 15), 4: float(1 << 31)}  # of a sound with that many bytes a value


def open_sample(
    path: str, specs: tuple[InputSpec, ...], rules: Rules, given: Given | None = None, arrays: bool = False
) -> Dataset:
    """Read the first sample of a file, repeated if the model fixes the batch. Raises UserError if the file is of
    another kind, damaged, or does not fit the model.

    rules   preprocessing, as of the attached data
    arrays  whether these rules are for arrays: their `layout` and missing `scale` do not apply to pictures
    """
    given = given or {}
    taken = tuple(spec for spec in specs if spec.name not in given and spec.default is None)
    suffix = Path(path).suffix.lower()
    if suffix in SUFFIXES:
        rules = replace(rules, layout=model_layout(taken[0]) if taken else "") if arrays else rules
        found = Found(
            {_only(path, taken).name: one_image(Path(path), taken, rules)[None]}, images=True, applied=OF_IMAGES
        )
    elif suffix in SOUNDS:
        found = _sound(path, _only(path, taken))
    elif suffix in ARRAYS:
        found = Found(_arrays(path, taken))
    else:
        raise UserError(
            "{path} is neither an image, an audio file nor an array.",
            "Give a .png, .jpg, .bmp, .webp, .wav, .npy or .npz file.",
            path=path,
        )
    count = fixed_batch(taken) or 1
    whole = {name: np.repeat(np.asarray(array[:1]), count, axis=0) for name, array in found.arrays.items()}
    return matched(path, replace(found, arrays=whole), specs, given, rules)


def _only(path: str, taken: tuple[InputSpec, ...]) -> InputSpec:
    if len(taken) != 1:
        raise UserError(
            "{path} is one input, but the model takes {count}.",
            "Give an .npz with an array for each input.",
            path=path,
            count=len(taken),
        )
    return taken[0]


def _arrays(path: str, taken: tuple[InputSpec, ...]) -> Mapping[str, np.ndarray]:
    """Return arrays by name, samples first: one without that axis is a single sample."""
    if path.lower().endswith(".npy"):
        arrays = dict(npy_file.read(Path(path)))
    else:
        arrays = dict(npz_file.read(Path(path), {spec.name for spec in taken} | {"x"})[0])
    arrays = {name: array for name, array in arrays.items() if name not in (LABELS, NAMES)}
    ranks = {spec.name: len(spec.shape) for spec in taken}
    alone = next(iter(ranks.values())) if len(ranks) == 1 else None
    found = {}
    for name, array in arrays.items():
        rank = ranks.get(name, alone)
        values = np.asarray(array[:] if array.shape else array)
        found[name] = values[None] if rank is not None and values.ndim == rank - 1 else values
    return found


def _sound(path: str, spec: InputSpec) -> Found:
    """Return the mean of all channels in −1..1, truncated or padded with silence to the model's length."""
    rank, place = len(spec.shape), _time_axis(spec)
    if place is None or not spec.dtype.startswith("float"):
        raise UserError(
            "{path} is an audio file, but the model's input '{name}' takes no waveform.",
            "Compute its features and give them as .npy.",
            path=path,
            name=spec.name,
        )
    values, rate = _wave(path)
    notes = [Message("Audio at {rate:,} Hz, {n:,} values; not resampled.", rate=rate, n=len(values))]
    length = spec.shape[place]
    if length is not None and length != len(values):
        notes.append(Message("Cropped or zero-padded to {n:,} values.", n=length))
        values = np.pad(values[:length], (0, max(length - len(values), 0)))
    shape = [1] * rank
    shape[place] = len(values)
    return Found({spec.name: values.reshape(shape)}, notes=tuple(notes))


def _time_axis(spec: InputSpec) -> int | None:
    """Return the time axis of a waveform: [samples, time], [samples, 1, time] or [samples, time, 1]."""
    match spec.shape:
        case (_, _):
            return 1
        case (_, 1, _):
            return 2
        case (_, _, 1):
            return 1
    return None


def _wave(path: str) -> tuple[np.ndarray, int]:
    """Read a waveform, float32 [time], and its rate in Hz. Raises UserError for anything but a WAV file of integers."""
    try:
        with wave.open(path, "rb") as file:
            channels, wide, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            raw = file.readframes(LONGEST_SOUND // max(channels, 1))
        values = _numbers(raw, wide)
        sound = values[: len(values) // channels * channels].reshape(-1, channels).mean(axis=1)
    except (OSError, EOFError, wave.Error, KeyError, ValueError) as error:
        raise UserError(
            "{path} is not a WAV file with 8-, 16-, 24- or 32-bit integers.", "Save it as 16-bit PCM.", path=path
        ) from error
    if not len(sound):
        raise UserError("{path} has no samples.", "Give at least one.", path=path)
    return sound.astype(np.float32), rate


def _numbers(raw: bytes, wide: int) -> np.ndarray:
    """Convert the bytes of a sound to values in −1..1."""
    if wide == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) / FULL[1]
    if wide == 3:
        parts = np.frombuffer(raw[: len(raw) // 3 * 3], np.uint8).reshape(-1, 3).astype(np.int32)
        high = parts[:, 2] - ((parts[:, 2] & 128) << 1)
        return (parts[:, 0] + (parts[:, 1] << 8) + (high << 16)) / float(1 << 23)
    return np.frombuffer(raw[: len(raw) // wide * wide], f"<i{wide}") / FULL[wide]
