"""Number formats and rules in words."""

from collections.abc import Iterable

from workbench.core.base.message import CLAUSE, COMMA, Joined, Message
from workbench.core.recipe.encodes import Numbers
from workbench.core.targets.target import Scheme

_KINDS = {"integer": Message("integers"), "float": Message("floats"), "codebook": Message("codebooks")}
_OF_BITS = {
    "integer": Message("{bits}-bit integers"),
    "float": Message("{bits}-bit floats"),
    "codebook": Message("{bits}-bit codebooks"),
}
_SHARING = {
    ("tensor",): Message("per tensor"),
    ("channel",): Message("per channel"),
    ("group",): Message("per group"),
    ("channel", "tensor"): Message("per tensor or channel"),
    ("channel", "group"): Message("per channel or group"),
    ("group", "tensor"): Message("per tensor or group"),
}
_SYMMETRIC = {
    True: Message("symmetric"),
    False: Message("with a zero point"),
    None: Message("with or without a zero point"),
}


def in_words(schemes: tuple[Scheme, ...]) -> Message:
    """List the allowed number formats: "8-bit integers, symmetric; 16-bit floats"."""
    return Joined(map(_scheme, schemes), CLAUSE) if schemes else Message("floating point alone")


def difference(schemes: tuple[Scheme, ...], given: Numbers) -> tuple[Message, Message] | None:
    """Return what the nearest schemes require, and what was given, in words: "8 bits" and "4 bits". None if a scheme
    allows it."""
    if any(scheme.allows(given) for scheme in schemes):
        return None
    near = [scheme for scheme in schemes if scheme.numbers == given.kind]
    if not near:
        kinds = dict.fromkeys(scheme.numbers for scheme in schemes)
        allowed = Joined((_KINDS[kind] for kind in kinds), COMMA) if kinds else Message("floating point alone")
        return allowed, Message(_KINDS[given.kind])
    fits = [scheme for scheme in near if given.bits in scheme.bits]
    if not fits:
        return _bits(bits for scheme in near for bits in scheme.bits), _bits([given.bits])
    formats = dict.fromkeys(name for scheme in fits for name in scheme.formats)
    if given.kind == "float":
        return Joined(formats), Joined([given.format])
    shared = [scheme for scheme in fits if not scheme.granularity or given.granularity in scheme.granularity]
    if not shared:
        return _sharing(name for scheme in fits for name in scheme.granularity), _sharing([given.granularity])
    blocks = [scheme for scheme in shared if scheme.symmetric in (None, given.symmetric)]
    if not blocks:
        return Message(_SYMMETRIC[not given.symmetric]), Message(_SYMMETRIC[given.symmetric])
    return _groups(size for scheme in blocks for size in scheme.block), _groups([given.block])


def _scheme(scheme: Scheme) -> Message:
    """Describe one scheme: "8-bit integers, symmetric, per channel"."""
    parts = [Message(_OF_BITS[scheme.numbers], bits=_slashed(scheme.bits))]
    if scheme.numbers == "integer":
        parts += [_SYMMETRIC[scheme.symmetric]] if scheme.symmetric is not None else []
        parts += [sharing] if (sharing := _sharing(scheme.granularity)) else []
    parts += [_groups(scheme.block)] if scheme.block else []
    return Joined([*parts, *scheme.formats], COMMA)


def _bits(widths: Iterable[int]) -> Message:
    return Message("{bits} bits", bits=_slashed(sorted(set(widths))))


def _groups(sizes: Iterable[int]) -> Message:
    return Message("groups of {sizes}", sizes=_slashed(sorted(set(sizes))))


def _sharing(names: Iterable[str]) -> Message:
    """Describe what shares a scale; empty if anything may."""
    return _SHARING.get(tuple(sorted(set(names))), Message(""))


def _slashed(numbers: Iterable[int]) -> str:
    return "/".join(map(str, numbers))
