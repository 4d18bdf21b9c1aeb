"""Storage of weights in an export: the key `export` of a recipe."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

Sparse = Literal["auto", "off"]
Codes = Literal["auto", "on", "off"]
Storage = Literal["auto", "smallest", "fastest"]
LARGEST_BATCH = 1 << 20
Sides = Literal["float32", "float16", "int8", "int6", "int4"]
Names = Literal["keep", "short"]
Integers = Literal["faster", "all"]


@dataclass(frozen=True)
class Storing:
    """Ways to store weights that the writer may choose from; it takes the smallest.

    sparse   auto: sparse storage where that is smaller; off: every value is stored
    codes    auto: entropy codes where the saving is worth the time and memory of decoding at loading
             (graph.storage.loading); on: wherever they are smaller; off: nowhere
    storage  of quantised weights. smallest: the fewest bytes, decoded to floats when the file is loaded; fastest:
             packed in memory for kernels of the runtime, where it has them; auto: the cheaper one for each layer
    batch    samples at a time for which `storage: auto` and `integers: faster` choose
    sides    float16: scales, biases, parameters of norms and other small tensors are rounded to 16 bits; int8, int6,
             int4: scales of weights to 16 bits, the others to integers with a scale where that is close
    names    short: values, nodes and functions lose their names and metadata, except inputs and outputs; groups of
             nodes that occur again become functions
    integers 8-bit activations. faster: only if the model runs no slower with them, timed on the compressing machine;
             all: wherever a step asks for them
    """

    sparse: Sparse = "auto"
    codes: Codes = "auto"
    storage: Storage = "auto"
    batch: int = 1
    sides: Sides = "float32"
    names: Names = "keep"
    integers: Integers = "faster"

    @property
    def slims(self) -> bool:
        """Whether more of the graph changes than the weights of edited layers."""
        return self.sides != "float32" or self.names != "keep"

    @property
    def shares(self) -> bool:
        """Whether weights may share codes: for the smallest file, whatever the cost of loading."""
        return self.slims and self.codes == "on"

    @property
    def as_dict(self) -> dict[str, str | int]:
        """The entries for a recipe: `sparse`, and options that differ from their defaults."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default or field.name == "sparse"
        }


DEFAULT = Storing()
PLAIN = Storing("off", "off", "smallest", integers="all")  # one symbol for every weight, packed
CHOICES: Mapping[str, tuple[str, ...]] = {
    "sparse": get_args(Sparse),
    "codes": get_args(Codes),
    "storage": get_args(Storage),
    "sides": get_args(Sides),
    "names": get_args(Names),
    "integers": get_args(Integers),
}


def storing_of(document: Mapping[str, Any]) -> Storing:
    """Parse the storage options of a recipe's `export`; YAML reads off as False and on as True. Raises KeyError(key)
    for another value."""
    given: dict[str, Any] = {}
    for key, choices in CHOICES.items():
        value = document.get(key, getattr(DEFAULT, key))
        given[key] = ("on" if value else "off") if isinstance(value, bool) else value
        if given[key] not in choices:
            raise KeyError(key)
    batch = document.get("batch", DEFAULT.batch)
    if not isinstance(batch, int) or isinstance(batch, bool) or not 1 <= batch <= LARGEST_BATCH:
        raise KeyError("batch")
    return Storing(**given, batch=batch)
