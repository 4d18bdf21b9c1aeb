"""Decoder of weights that share codes (graph.entropy.pool_code), as functions in ONNX's textual syntax.

Kept as small as possible, because small networks share it: each bit is an int32, words lie in a column, and sums and
products replace the windows of the other decoders. That takes 200 bytes per word at loading.
"""

from workbench.graph.encodings.kind import DOMAIN
from workbench.graph.entropy.nested_words import MOST_OFFSET

OPSET = 13  # Split by sizes that are an input
WORD_BYTES, WORD_SECONDS = 350, 3e-7  # seconds of one core at loading
_POWERS = ", ".join(str(1 << power) for power in range(MOST_OFFSET + 1))
_PLACES = ", ".join(str(place) for place in range(MOST_OFFSET))


def functions() -> dict[str, tuple[str, str]]:
    """Return name -> signature and body.

    Words   q, bytes as a column; k, numbers of bits of class numbers and of both kinds of offsets; m, shape of the bits
            of the class numbers; p, the value of each of these bits, int32 [size, 1]; o and x, bits of the offset in
            each class of classes and in each class. Returns i, int32 [words, 1]
    Refine  c, classes, int32 [words, 1]; x, bits of the offset in each class; b, the offsets, a bit each. Returns i,
            int32 [words, 1]
    Pool    the same and a table of symbols, t. Returns y, float, one per weight, zeros included
    Sparse  values and the gaps before them. Returns y, float [n], the weights
    Pairs   like Sparse, with a gap and a level in one byte of the table: gap * b + (level + h)
    Scaled  levels in their shape, n, times their scales, s. Returns w
    """
    return {
        "Words": ("(q, k, m, p, o, x) => (i)", _WORDS),
        "Refine": ("(c, x, b) => (i)", _REFINE),
        "Pool": ("(q, k, m, p, o, x, t) => (y)", _POOL),
        "Sparse": ("(q, k, m, p, o, x, t, gq, gk, gm, gp, go, gx, n) => (y)", _SPARSE),
        "Pairs": ("(q, k, m, p, o, x, t, n, b, h) => (y)", _PAIRS),
        "Scaled": ("(y, n, s) => (w)", _SCALED),
    }


_WORDS = f"""
        whole = Cast <to: int = 6> (q)
        places = Constant <value = int32[8] {{1, 2, 4, 8, 16, 32, 64, 128}}> ()
        shifted = Div (whole, places)
        two = Constant <value = int32 {{2}}> ()
        digits = Mod (shifted, two)
        row = Flatten <axis: int = 0> (digits)
        bits = Squeeze (row)
        fields, first, second = Split (bits, k)
        rows = Reshape (fields, m)
        outer = MatMul (rows, p)
        class = {DOMAIN}.Refine (outer, o, first)
        i = {DOMAIN}.Refine (class, x, second)"""

_REFINE = f"""
        extra = Cast <to: int = 6> (x)
        wide = Gather (extra, c)
        axis = Constant <value = int32 {{0}}> ()
        from = CumSum <exclusive: int = 1> (wide, axis)
        next = Constant <value = int32[{MOST_OFFSET}] {{{_PLACES}}}> ()
        at = Add (from, next)
        window = Gather (b, at)
        weights = Constant <value = int32[{MOST_OFFSET}, 1] {{{_POWERS.rpartition(", ")[0]}}}> ()
        value = MatMul (window, weights)
        two = Constant <value = int32 {{2}}> ()
        many = Pow (two, wide)
        offset = Mod (value, many)
        room = Pow (two, extra)
        first = CumSum <exclusive: int = 1> (room, axis)
        base = Gather (first, c)
        i = Add (base, offset)"""

_POOL = f"""
        i = {DOMAIN}.Words (q, k, m, p, o, x)
        found = Gather (t, i)
        values = Cast <to: int = 1> (found)
        flat = Constant <value = int64[1] {{-1}}> ()
        y = Reshape (values, flat)"""

# Put gaps and values, one for each word, among n zeros; written into both functions, as few files need both. Words are
# the first axis
_PLACED = """
        one = Constant <value = int32 {1}> ()
        steps = Add (gaps, one)
        axis = Sub (one, one)
        ends = CumSum (steps, axis)
        places = Sub (ends, one)
        place = Squeeze (places)
        zeros = ConstantOfShape (n)
        y = ScatterElements (zeros, place, values)"""

_SPARSE = f"""
        values = {DOMAIN}.Pool (q, k, m, p, o, x, t)
        gaps = {DOMAIN}.Words (gq, gk, gm, gp, go, gx){_PLACED}"""

_PAIRS = f"""
        i = {DOMAIN}.Words (q, k, m, p, o, x)
        found = Gather (t, i)
        both = Cast <to: int = 6> (found)
        gaps = Div (both, b)
        raised = Mod (both, b)
        level = Sub (raised, h)
        column = Cast <to: int = 1> (level)
        values = Squeeze (column){_PLACED}"""

_SCALED = """
        levels = Reshape (y, n)
        w = Mul (levels, s)"""
