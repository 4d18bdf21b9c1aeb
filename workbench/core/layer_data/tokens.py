"""Recognition of a language model's inputs and outputs by name, type and shape; and of its caches of keys and values,
which are empty if a text is read in one run."""

from collections.abc import Iterable, Sequence

from workbench.core.layer_data.layer import InputSpec

TOKENS, MASK, TYPES, PLACES = "ids", "mask", "token_type", "position"  # parts of the names of inputs
RANK = 3  # of scores of next tokens: [samples, tokens, vocabulary]


def is_of_tokens(spec: InputSpec) -> bool:
    """Return whether an input takes token ids [samples, tokens], by its name and type."""
    name = spec.name.lower()
    return "int" in spec.dtype and len(spec.shape) == 2 and TOKENS in name and TYPES not in name and PLACES not in name


def scores_tokens(inputs: Iterable[InputSpec], outputs: Iterable[InputSpec]) -> bool:
    """Return whether a model may be a language model: it reads tokens, and its first output has scores for each
    token."""
    first = next(iter(outputs), None)
    return any(map(is_of_tokens, inputs)) and first is not None and len(first.shape) == RANK


PRESENT = ("present_key_values", "present")  # what outputs have in the place of "past_key_values", or of "past"
PAST, LENGTHS = "past", ("past", "seq", "len", "cache", "kv", "ctx")  # parts of names of inputs, and of their axes


def empty_cache(name: str, shape: Sequence[int | str | None], axes: Sequence[str] = ()) -> list[int] | None:
    """Return the shape of an empty cache for one sample; None for other inputs, and for caches of a fixed length.

    name    name of the input, such as past_key_values.0.key
    shape   free dimensions are None, or their names
    axes    names of the dimensions, where the shape has none
    """
    if PAST not in name.lower() or len(shape) < 3:
        return None
    free = [axis for axis, size in enumerate(shape) if not isinstance(size, int) or size <= 0]
    named = [str(shape[axis]) if isinstance(shape[axis], str) else axes[axis] if axes else "" for axis in free]
    lengths = [axis for axis, word in zip(free, named, strict=True) if any(part in word.lower() for part in LENGTHS)]
    lengths = lengths or free[1:]  # the first is the batch
    if not lengths:
        return None
    return [
        0 if axis in lengths else size if isinstance(size, int) and size > 0 else 1 for axis, size in enumerate(shape)
    ]


def filled_by(name: str, outputs: Sequence[str]) -> str | None:
    """Return the name of the output that fills a cache for the next token; None if there is none."""
    for past in ("past_key_values", PAST):
        for present in PRESENT:
            if past in name and (made := name.replace(past, present)) in outputs:
                return made
    return None
