"""The smallest way to keep exactly these values in an ONNX file.

A weight's StorageSpec (spec) says what must be kept; its forms (forms) are all the ways to keep it, each
with the exact bytes that it adds to the file; here one is chosen and filled with data. A forecast goes the same way
with planned counts in place of values (graph/storage/plan), so it cannot drift from the writer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import onnx_ir as ir

from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import FLOAT32
from workbench.graph.layouts.layout import ANYTHING, NOTHING, Load
from workbench.graph.storage import decoders
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.forms import Form, forms


@dataclass(frozen=True, eq=False)
class Stored:
    """A form with its data: what the writer puts into a graph."""

    form: Form
    tensors: tuple[ir.TensorProtocol, ...]
    opset: int

    @property
    def bytes(self) -> int:
        return self.form.bytes

    @property
    def words(self) -> str:
        return self.form.words

    @property
    def function_bytes(self) -> int:
        """Bytes that the functions add to the file, once for all weights that share them."""
        return functions_bytes(self.form.functions, self.opset)

    def functions(self) -> tuple[ir.Function, ...]:
        """Fresh copies, for one model to own."""
        return tuple(decoders.function(name, self.opset) for name in sorted(self.form.functions))

    def build(self) -> tuple[list[ir.Node], list[ir.Value]]:
        """Fresh nodes, the last of which yields the value called `form.name`, and the initialisers that they read.

        Without nodes the single initialiser bears that name itself.
        """
        initializers = [
            ir.Value(name=part.name, const_value=tensor)
            for part, tensor in zip(self.form.parts, self.tensors, strict=True)
        ]
        values = {value.name: value for value in initializers if value.name}
        return [call.node(values) for call in self.form.calls], initializers


def store(encoding: Encoding, name: str, opset: int, storing: Storing = DEFAULT) -> Stored:
    """Store a weight under `name` in the smallest way that keeps its values exactly, decoders not counted.

    Raises TypeError for Factors, which are several weights (see graph/rewrite/rewrite).
    """
    options = forms(spec_of(encoding, storing), name, opset, storing)
    return pack(encoding, min(options, key=lambda form: form.bytes), opset)


@dataclass(frozen=True)
class Limit:
    """Limit on the cost of decoding at loading.

    price   bytes that each second has to save
    most    for all weights together
    """

    price: float = 0.0
    most: Load = ANYTHING


UNLIMITED = Limit()
AT_ONCE = 1 << 20  # costs that are compared in one go


def choose(options: Sequence[Sequence[Form]], opset: int, limit: Limit = UNLIMITED) -> list[Form]:
    """Choose one form for each weight, so that weights and shared decoders together are small.

    Within the limit: decoders that take time go to the weights for which they save the most bytes for it.
    """
    chosen = _smallest(options, opset, limit.price)
    if Load.total(form.load for form in chosen).within(limit.most):
        return chosen
    easy = [[form for form in forms if not form.load.seconds] for forms in options]
    saved = [min(form.bytes for form in forms) - form.bytes for forms, form in zip(easy, chosen, strict=True)]
    order = sorted(range(len(chosen)), key=lambda index: -saved[index] / max(chosen[index].load.bytes, 1))
    taken, kept = NOTHING, set[int]()
    for index in order:
        more = Load.total((taken, chosen[index].load))
        if more.within(limit.most):
            taken = more
            kept.add(index)
    fewer = [[*forms, chosen[index]] if index in kept else forms for index, forms in enumerate(easy)]
    return _smallest(fewer, opset, limit.price)


def left_out(options: Sequence[Sequence[Form]], chosen: Sequence[Form], opset: int) -> int:
    """How many weights only a limit keeps out of forms that take time at loading."""
    gains = [
        form.load.seconds == 0 and min(options, key=lambda option: option.bytes).load.seconds > 0
        for options, form in zip(options, chosen, strict=True)
    ]
    if not any(gains):
        return 0
    return sum(
        form.load.seconds == 0 < free.load.seconds for form, free in zip(chosen, _smallest(options, opset), strict=True)
    )


def _smallest(options: Sequence[Sequence[Form]], opset: int, price: float = 0.0) -> list[Form]:
    """The smallest choice, a second of loading counted as `price` bytes.

    A decoder takes hundreds of bytes, which one tiny layer does not earn. Starts with floats for all, which need none;
    then, as long as the file gets smaller, takes in the decoders of the form that helps most, or gives one up.
    """
    if not options:
        return []
    market = _Market(options, opset, price)
    allowed = np.zeros(len(market.decoders), bool)
    size = market.sizes(allowed[None])[0]
    while True:
        moves = market.moves(allowed)
        sizes = market.sizes(moves)
        if sizes.min() >= size:
            return market.pick(allowed)
        size = sizes.min()
        allowed = min(moves[sizes == size], key=market.names)


class _Market:
    """Cost of each weight [W] with each bundle [B] of decoders [D] that one of its forms needs."""

    def __init__(self, options: Sequence[Sequence[Form]], opset: int, price: float) -> None:
        self._bundles = sorted({form.decoders for forms in options for form in forms}, key=sorted)
        self._forms = [
            {form.decoders: form for form in sorted(forms, key=lambda form: -form.bytes)} for forms in options
        ]
        self._costs = np.array(
            [
                [
                    forms[bundle].bytes + price * forms[bundle].load.seconds if bundle in forms else np.inf
                    for bundle in self._bundles
                ]
                for forms in self._forms
            ]
        )
        self.decoders = sorted(frozenset().union(*self._bundles))
        self._needs = _members(self._bundles, self.decoders)
        called = [frozenset().union(*map(decoders.closure, bundle)) for bundle in self._bundles]
        functions = sorted(frozenset().union(*called))
        self._calls = _members(called, functions)
        self._bytes = np.array([decoders.function_bytes(name, opset) for name in functions])

    def moves(self, allowed: np.ndarray) -> np.ndarray:
        """The decoders allowed, bool [D], with those of a bundle more, or with one less: bool [moves, D]."""
        without = allowed & ~np.eye(len(allowed), dtype=bool)[allowed]
        return np.concatenate([allowed | (self._needs > 0), without])

    def sizes(self, moves: np.ndarray) -> np.ndarray:
        """Bytes of all weights in their cheapest forms, and of the functions that these call, float [moves]."""
        each = max(1, AT_ONCE // self._costs.size)
        return np.concatenate([self._sizes(moves[start : start + each]) for start in range(0, len(moves), each)])

    def _sizes(self, moves: np.ndarray) -> np.ndarray:
        chosen, costs = self._chosen(moves)
        used = np.zeros((len(moves), len(self._bundles)), np.float32)
        np.put_along_axis(used, chosen, 1, axis=1)
        functions = used @ self._calls > 0
        return costs.sum(axis=1) + functions @ self._bytes + decoders.IMPORT_BYTES * functions.any(axis=1)

    def pick(self, allowed: np.ndarray) -> list[Form]:
        ((chosen,), _) = self._chosen(allowed[None])
        return [forms[self._bundles[index]] for forms, index in zip(self._forms, chosen, strict=True)]

    def names(self, allowed: np.ndarray) -> list[str]:
        return [self.decoders[index] for index in np.flatnonzero(allowed)]

    def _chosen(self, moves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The cheapest bundle of each weight and its cost, [moves, W]; the empty one, floats, is always allowed."""
        refused = ~moves @ self._needs.T > 0  # [moves, B]
        costs = np.where(refused[:, None], np.inf, self._costs)
        chosen = costs.argmin(axis=2)
        return chosen, np.take_along_axis(costs, chosen[..., None], axis=2)[..., 0]


def _members(sets: Sequence[frozenset[str]], names: Sequence[str]) -> np.ndarray:
    """1 where a set holds a name, else 0: float32 [sets, names], whose products are fast."""
    found = [[name in each for name in names] for each in sets]
    return np.array(found, np.float32).reshape(len(sets), len(names))


def pack(encoding: Encoding, form: Form, opset: int) -> Stored:
    """The encoding's values laid out as the form says; the work is done when a tensor is first read."""
    spec = form.spec

    symbols = cache(lambda: form.layout.arrays(encoding, spec))
    sides = cache(lambda: [] if spec.kind == FLOAT32 else encoding.sides(spec))
    of_symbols = len(form.parts) - len(spec.kind.sides)

    def tensor(index: int) -> ir.TensorProtocol:
        if index < of_symbols:
            return ir.Tensor(symbols()[index])
        return ir.Tensor(sides()[index - of_symbols].reshape(form.layout.side(spec)))

    tensors = tuple(
        ir.LazyTensor(partial(tensor, index), part.dtype, ir.Shape(part.shape), name=part.name)
        for index, part in enumerate(form.parts)
    )
    return Stored(form, tensors, opset)


def functions_bytes(functions: Iterable[str], opset: int) -> int:
    """Bytes that these functions, and the import of their domain, add to the file."""
    names = set(functions)
    return sum(decoders.function_bytes(name, opset) for name in names) + (decoders.IMPORT_BYTES if names else 0)
