"""Choice of the smallest way to store exactly these values in an ONNX file.

A weight's StorageSpec (spec) says what must be stored; its forms (forms) are all the ways to store it, each with the
exact bytes that it adds to the file; this module chooses one and fills it with data. A forecast uses the same code with
planned counts instead of values (graph/storage/plan), so it cannot deviate from the writer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import inf

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
    """A form with its data, as inserted into a graph."""

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
        """Return new copies, for one model to own."""
        return tuple(decoders.function(name, self.opset) for name in sorted(self.form.functions))

    def build(self) -> tuple[list[ir.Node], list[ir.Value]]:
        """Return new nodes, the last of which computes the value called `form.name`, and the initialisers that they
        read.

        Without nodes, the single initialiser has that name itself.
        """
        initializers = [
            ir.Value(name=part.name, const_value=tensor)
            for part, tensor in zip(self.form.parts, self.tensors, strict=True)
        ]
        values = {value.name: value for value in initializers if value.name}
        return [call.node(values) for call in self.form.calls], initializers


def store(encoding: Encoding, name: str, opset: int, storing: Storing = DEFAULT) -> Stored:
    """Return a weight stored under `name` in the smallest way that keeps its values exactly, decoders not counted.

    Raises TypeError for Factors, which are several weights (see graph/rewrite/rewrite).
    """
    options = forms(spec_of(encoding, storing), name, opset, storing)
    return pack(encoding, min(options, key=lambda form: form.bytes), opset)


@dataclass(frozen=True)
class Limit:
    """Limit on the cost of decoding at loading.

    price   bytes that each second has to save
    most    seconds and bytes of the decoders that take time, for all weights together
    held    bytes of the intermediate tensors of all decoders, if lighter forms are hardly larger (GROWTH)
    """

    price: float = 0.0
    most: Load = ANYTHING
    held: float = inf


UNLIMITED = Limit()
AT_ONCE = 1 << 20  # costs that are compared at once
GROWTH = 1.35  # of the bytes of a weight, at most, as growth for a lighter form
FAR = 1e12  # bytes: more than any file
EXCHANGES = np.geomspace(1e-3, 1.0, 8)  # bytes of the file that a byte less held is worth


def choose(options: Sequence[Sequence[Form]], opset: int, limit: Limit = UNLIMITED) -> list[Form]:
    """Choose one form for each weight, minimising weights and shared decoders together within the limit.

    Decoders that take time go to the weights for which they save the most bytes per second. If all decoders together
    hold too much memory, a byte held counts like some bytes of the file: as few as suffice.
    """
    options, chosen = _in_time(options, opset, limit)
    return chosen if held_bytes(chosen) <= limit.held else _lighter(options, chosen, opset, limit)


def held_bytes(chosen: Iterable[Form]) -> float:
    """Return the bytes of the intermediate tensors of all decoders."""
    return sum(form.load.bytes for form in chosen)


def _lighter(options: Sequence[Sequence[Form]], chosen: Sequence[Form], opset: int, limit: Limit) -> list[Form]:
    """Return the smallest choice that holds no more than the limit, or the lightest; each form is about as small as
    `chosen`, or as the smallest one that takes no time."""
    quick = [min(form.bytes for form in forms if not form.load.seconds) for forms in options]
    near = [GROWTH * max(form.bytes, least) for form, least in zip(chosen, quick, strict=True)]
    market = _Market(options, opset, limit.price, near)
    low, high = 0, len(EXCHANGES) - 1
    while low < high:
        middle = (low + high) // 2
        if held_bytes(market.smallest(EXCHANGES[middle])) <= limit.held:
            high = middle
        else:
            low = middle + 1
    return market.smallest(EXCHANGES[low])


def _in_time(
    options: Sequence[Sequence[Form]], opset: int, limit: Limit
) -> tuple[Sequence[Sequence[Form]], list[Form]]:
    """Return the remaining options, and the smallest choice, with decoders that take time within the limit."""
    chosen = _smallest(options, opset, limit.price)
    if Load.total(form.load for form in chosen if form.load.seconds).within(limit.most):
        return options, chosen
    easy = [[form for form in forms if not form.load.seconds] for forms in options]
    saved = [min(form.bytes for form in forms) - form.bytes for forms, form in zip(easy, chosen, strict=True)]
    order = sorted(range(len(chosen)), key=lambda index: -saved[index] / max(chosen[index].load.bytes, 1))
    taken, kept = NOTHING, set[int]()
    for index in order:
        more = Load.total((taken, chosen[index].load))
        if chosen[index].load.seconds and more.within(limit.most):
            taken = more
            kept.add(index)
    fewer = [[*forms, chosen[index]] if index in kept else forms for index, forms in enumerate(easy)]
    return fewer, _smallest(fewer, opset, limit.price)


def excluded_count(options: Sequence[Sequence[Form]], chosen: Sequence[Form], opset: int) -> int:
    """Return how many weights only a limit keeps out of forms that take time at loading."""
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
    """Return the smallest choice, with a second of loading counted as `price` bytes. A decoder takes hundreds of bytes,
    for which a single tiny layer is too small."""
    return _Market(options, opset, price).smallest() if options else []


class _Market:
    """Cost of each weight [W] with each bundle [B] of decoders [D] that one of its forms needs.

    most   bytes of each weight, above which a form is used only if there is no other
    """

    def __init__(
        self, options: Sequence[Sequence[Form]], opset: int, price: float, most: Sequence[float] | None = None
    ) -> None:
        self._bundles = sorted({form.decoders for forms in options for form in forms}, key=sorted)
        self._forms = [
            {form.decoders: form for form in sorted(forms, key=lambda form: -form.bytes)} for forms in options
        ]
        self._bytes_each = self._of_forms(lambda form: form.bytes + price * form.load.seconds, inf)
        if most is not None:
            far = self._of_forms(lambda form: form.bytes, inf) > np.array(most)[:, None]
            self._bytes_each = self._bytes_each + FAR * far
        self._held = self._of_forms(lambda form: form.load.bytes, 0.0)
        self._costs = self._bytes_each
        self.decoders = sorted(frozenset().union(*self._bundles))
        self._needs = _members(self._bundles, self.decoders)
        called = [frozenset().union(*map(decoders.closure, bundle)) for bundle in self._bundles]
        functions = sorted(frozenset().union(*called))
        self._calls = _members(called, functions)
        self._bytes = np.array([decoders.function_bytes(name, opset) for name in functions])

    def _of_forms(self, figure: Callable[[Form], float], other: float) -> np.ndarray:
        """Return a figure of each weight's form with each bundle [W, B], and `other` if it has none."""
        return np.array(
            [[figure(forms[bundle]) if bundle in forms else other for bundle in self._bundles] for forms in self._forms]
        )

    def smallest(self, exchange: float = 0.0) -> list[Form]:
        """Return the smallest choice, each byte held counted as `exchange` bytes. Greedy: starts with floats for all,
        which need no decoder; then, as long as the total decreases, adds the decoders of the form that helps most or
        drops one."""
        self._costs = self._bytes_each + exchange * self._held
        allowed = np.zeros(len(self.decoders), bool)
        size = self.sizes(allowed[None])[0]
        while True:
            moves = self.moves(allowed)
            sizes = self.sizes(moves)
            if sizes.min() >= size:
                return self.pick(allowed)
            size = sizes.min()
            allowed = min(moves[sizes == size], key=self.names)

    def moves(self, allowed: np.ndarray) -> np.ndarray:
        """Return the allowed decoders, bool [D], with those of a bundle more, or with one less: bool [moves, D]."""
        without = allowed & ~np.eye(len(allowed), dtype=bool)[allowed]
        return np.concatenate([allowed | (self._needs > 0), without])

    def sizes(self, moves: np.ndarray) -> np.ndarray:
        """Return the bytes of all weights in their cheapest forms, and of the functions that these call, float
        [moves]."""
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
        """Return the cheapest bundle of each weight and its cost, [moves, W]; the empty one, floats, is always
        allowed."""
        refused = ~moves @ self._needs.T > 0  # [moves, B]
        costs = np.where(refused[:, None], np.inf, self._costs)
        chosen = costs.argmin(axis=2)
        return chosen, np.take_along_axis(costs, chosen[..., None], axis=2)[..., 0]


def _members(sets: Sequence[frozenset[str]], names: Sequence[str]) -> np.ndarray:
    """Return 1 if a set holds a name, else 0: float32 [sets, names], whose products are fast."""
    found = [[name in each for name in names] for each in sets]
    return np.array(found, np.float32).reshape(len(sets), len(names))


def pack(encoding: Encoding, form: Form, opset: int) -> Stored:
    """Return the values of an encoding in this form; computed when a tensor is first read."""
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
    """Return the bytes that these functions, and the import of their domain, add to the file."""
    names = set(functions)
    return sum(decoders.function_bytes(name, opset) for name in names) + (decoders.IMPORT_BYTES if names else 0)
