"""Reading of pickles without running code: every name that is resolved and every operation is listed here.

Python's own reader (pickle._Unpickler) with a dispatch table of the operations that plain containers need. Those that
take memory by a number in the file (memo places, byte arrays) are bounded or left out.
"""

import io
import pickle
from collections.abc import Callable
from typing import Any, BinaryIO, ClassVar

LARGEST = 1 << 23  # bytes of a pickle: the names and shapes of 100,000 tensors
MOST_MEMO = 1 << 22
# Operations of pickles of tensors in plain containers, as torch.save writes them.
OPCODES = (
    pickle.PROTO,
    pickle.STOP,
    pickle.GLOBAL,
    pickle.REDUCE,
    pickle.BINPERSID,
    pickle.MARK,
    pickle.TUPLE,
    pickle.EMPTY_TUPLE,
    pickle.TUPLE1,
    pickle.TUPLE2,
    pickle.TUPLE3,
    pickle.EMPTY_LIST,
    pickle.APPEND,
    pickle.APPENDS,
    pickle.EMPTY_DICT,
    pickle.SETITEM,
    pickle.SETITEMS,
    pickle.NONE,
    pickle.NEWTRUE,
    pickle.NEWFALSE,
    pickle.BININT,
    pickle.BININT1,
    pickle.BININT2,
    pickle.LONG1,
    pickle.BINFLOAT,
    pickle.BINUNICODE,
    pickle.BINPUT,
    pickle.LONG_BINPUT,
    pickle.BINGET,
    pickle.LONG_BINGET,
)
# What stands beside them in checkpoints: texts and bytes of other protocols, objects (which stay unmade).
FURTHER = (
    pickle.SHORT_BINUNICODE,
    pickle.SHORT_BINBYTES,
    pickle.BINBYTES,
    pickle.SHORT_BINSTRING,
    pickle.BINSTRING,
    pickle.ADDITEMS,
    pickle.STACK_GLOBAL,
    pickle.NEWOBJ,
    pickle.MEMOIZE,
    pickle.FRAME,
    pickle.LONG4,
    pickle.POP,
    pickle.POP_MARK,
)


class Damaged(Exception):
    """Raised for bytes that are not a pickle of this kind."""


class PlainPickle(pickle._Unpickler):
    """Base of the readers: subclasses define `find_class` and `persistent_load`."""

    dispatch: ClassVar[dict[int, Any]] = {code[0]: pickle._Unpickler.dispatch[code[0]] for code in OPCODES}


class Opaque:
    """An object that is not constructed: the name of its class and its state, without any behaviour."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state: Any = None

    def __call__(self, *_: Any) -> "Opaque":
        return Opaque(self.name)

    def append(self, _: Any) -> None:
        """Accept and drop an item; containers of unknown classes are filled by this."""

    extend = add = append

    def __setitem__(self, _key: Any, _value: Any) -> None:
        pass


class ObjectPickle(PlainPickle):
    """Reader of any pickle; objects of classes that are not in `known` become Opaque.

    known    (module, name) -> replacement
    storage  function from a persistent id to its value
    """

    def __init__(self, file: BinaryIO, known: dict[tuple[str, str], Any], storage: Callable[[Any], Any]) -> None:
        self.file = Bounded(file)
        super().__init__(self.file)
        self._known, self._storage = known, storage

    def load(self) -> Any:
        """Read the pickle. Raises Damaged for anything that is not such a pickle."""
        try:
            return super().load()
        except (Damaged, MemoryError):
            raise
        except Exception as error:  # whatever an untrusted file makes of the reader's stack
            raise Damaged(str(error)) from error

    def find_class(self, module: str, name: str) -> Any:
        return self._known.get((module, name)) or Opaque(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        return self._storage(pid)

    def _put(self) -> None:
        """Handle LONG_BINPUT, whose memo index comes from the file."""
        place = int.from_bytes(self.read(4), "little")  # type: ignore[attr-defined]
        if place > MOST_MEMO:
            raise Damaged("memo")
        self.memo[place] = self.stack[-1]  # type: ignore[attr-defined]

    def _new(self) -> None:
        """Handle NEWOBJ: class and arguments become an Opaque object."""
        self.stack.pop()  # type: ignore[attr-defined]
        made = self.stack.pop()  # type: ignore[attr-defined]
        self.stack.append(made() if callable(made) else made)  # type: ignore[attr-defined]

    def _reduce(self) -> None:
        """Handle REDUCE: only callables in `known` are called."""
        arguments = self.stack.pop()  # type: ignore[attr-defined]
        function = self.stack[-1]  # type: ignore[attr-defined]
        if not isinstance(function, Opaque) and not any(function is known for known in self._known.values()):
            raise Damaged("call")
        self.stack[-1] = function(*arguments)  # type: ignore[attr-defined]

    def _set(self) -> None:
        """Handle EMPTY_SET: the set is not built, since chosen numbers would fill a hash table in quadratic time."""
        self.stack.append(Opaque("set"))  # type: ignore[attr-defined]

    def _frozen_set(self) -> None:
        self.pop_mark()  # type: ignore[attr-defined]
        self._set()

    def _set_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()  # type: ignore[attr-defined]
        self._fill(key, value)

    def _set_items(self) -> None:
        items = self.pop_mark()  # type: ignore[attr-defined]
        for key, value in zip(items[::2], items[1::2], strict=True):
            self._fill(key, value)

    def _fill(self, key: Any, value: Any) -> None:
        """Add an entry to a mapping; entries whose key is not a text (parameters of optimisers) are dropped."""
        if isinstance(key, str):
            self.stack[-1][key] = value  # type: ignore[attr-defined]

    def _build(self) -> None:
        """Handle BUILD: the state is kept for Opaque objects, and dropped for others."""
        state = self.stack.pop()  # type: ignore[attr-defined]
        if isinstance(made := self.stack[-1], Opaque):  # type: ignore[attr-defined]
            made.state = state

    dispatch: ClassVar[dict[int, Any]] = {
        **PlainPickle.dispatch,
        **{code[0]: pickle._Unpickler.dispatch[code[0]] for code in FURTHER},
        pickle.LONG_BINPUT[0]: _put,
        pickle.NEWOBJ[0]: _new,
        pickle.REDUCE[0]: _reduce,
        pickle.BUILD[0]: _build,
        pickle.EMPTY_SET[0]: _set,
        pickle.FROZENSET[0]: _frozen_set,
        pickle.SETITEM[0]: _set_item,
        pickle.SETITEMS[0]: _set_items,
    }


class Bounded(io.RawIOBase):
    """Reader of a file, limited to LARGEST bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, LARGEST

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            raise Damaged("length")
        self._left -= size
        content = self._file.read(size)
        if len(content) < size:
            raise EOFError
        return content

    def readline(self, size: int | None = -1) -> bytes:
        content = self._file.readline(min(self._left, 1 << 16))
        self._left -= len(content)
        return content

    def readinto(self, buffer: Any) -> int:
        raise Damaged("buffer")
