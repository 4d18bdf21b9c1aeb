"""Recognition of a language model's inputs and outputs by name, type and shape."""

from collections.abc import Iterable

from workbench.core.layer_data.layer import InputSpec

TOKENS, MASK, TYPES, PLACES = "ids", "mask", "token_type", "position"  # parts of the names of inputs
RANK = 3  # of scores of next tokens: [samples, tokens, vocabulary]


def is_of_tokens(spec: InputSpec) -> bool:
    """Whether an input takes token ids [samples, tokens], by its name and type."""
    name = spec.name.lower()
    return "int" in spec.dtype and len(spec.shape) == 2 and TOKENS in name and TYPES not in name and PLACES not in name


def scores_tokens(inputs: Iterable[InputSpec], outputs: Iterable[InputSpec]) -> bool:
    """Whether a model may be a language model: it reads tokens, and its first output has scores for each token."""
    first = next(iter(outputs), None)
    return any(map(is_of_tokens, inputs)) and first is not None and len(first.shape) == RANK
