"""The decoder of weights that share codes (graph.entropy.pool_code), as functions in ONNX's textual syntax.

As small as it can be, because small networks share it: bits stay one to an int32, words lie in a column, and sums and
products do what elsewhere takes windows. That takes 200 bytes a word at loading.
"""

from workbench.graph.encodings.kind import DOMAIN
from workbench.graph.entropy.pool_code import MOST_OFFSET

OPSET = 13  # Split by sizes that are an input
WORD_BYTES, WORD_SECONDS = 200, 2e-7  # at loading, of one core
_POWERS = ", ".join(str(1 << power) for power in range(MOST_OFFSET + 1))
_PLACES = ", ".join(str(place) for place in range(MOST_OFFSET))


def functions() -> dict[str, tuple[str, str]]:
    """Name -> signature and body.

    Words   q, bytes as a column; k, how many bits are class numbers and how many offsets; m, the shape of the numbers'
            bits; p, what each of these counts, int32 [size, 1]; x, bits of the offset in each class. Gives i, int32
            [1, words, 1]
    Pool    the same and a table of symbols, t: y, float, one for each weight, zeros as well
    Sparse  values and the gaps before them: y, float [n], the weights
    Pairs   the same where a gap and a level are one symbol
    Scaled  levels in their shape, n, times their scales, s: w
    """
    return {
        "Words": ("(q, k, m, p, x) => (i)", _WORDS),
        "Pool": ("(q, k, m, p, x, t) => (y)", _POOL),
        "Sparse": ("(q, k, m, p, x, t, gq, gk, gm, gp, gx, n) => (y)", _SPARSE),
        "Pairs": ("(q, k, m, p, x, t, n) => (y)", _PAIRS),
        "Scaled": ("(y, n, s) => (w)", _SCALED),
    }


_WORDS = f"""
        whole = Cast <to: int = 6> (q)
        places = Constant <value = int32[8] {{1, 2, 4, 8, 16, 32, 64, 128}}> ()
        shifted = Div (whole, places)
        two = Constant <value = int32 {{2}}> ()
        digits = Mod (shifted, two)
        bits = Flatten <axis: int = 0> (digits)
        fields, offsets = Split <axis: int = 1> (bits, k)
        rows = Reshape (fields, m)
        class = MatMul (rows, p)
        extra = Cast <to: int = 6> (x)
        wide = Gather (extra, class)
        axis = Constant <value = int32 {{0}}> ()
        from = CumSum <exclusive: int = 1> (wide, axis)
        next = Constant <value = int32[{MOST_OFFSET}] {{{_PLACES}}}> ()
        at = Add (from, next)
        window = Gather <axis: int = 1> (offsets, at)
        weights = Constant <value = int32[{MOST_OFFSET}, 1] {{{_POWERS.rpartition(", ")[0]}}}> ()
        value = MatMul (window, weights)
        many = Pow (two, wide)
        offset = Mod (value, many)
        room = Pow (two, extra)
        first = CumSum <exclusive: int = 1> (room, axis)
        base = Gather (first, class)
        i = Add (base, offset)"""

_POOL = f"""
        i = {DOMAIN}.Words (q, k, m, p, x)
        found = Gather (t, i)
        values = Cast <to: int = 1> (found)
        flat = Constant <value = int64[1] {{-1}}> ()
        y = Reshape (values, flat)"""

# Gaps and values, one for each word, put among n zeros; in both functions, as few files need both. Words are the second
# axis, which `one` says as well
_PLACED = """
        steps = Add (gaps, one)
        ends = CumSum (steps, one)
        places = Sub (ends, one)
        place = Squeeze (places)
        zeros = ConstantOfShape (n)
        y = ScatterElements (zeros, place, values)"""

_SPARSE = f"""
        values = {DOMAIN}.Pool (q, k, m, p, x, t)
        gaps = {DOMAIN}.Words (gq, gk, gm, gp, gx)
        one = Constant <value = int32 {{1}}> (){_PLACED}"""

_PAIRS = f"""
        i = {DOMAIN}.Words (q, k, m, p, x)
        both = Gather (t, i)
        zero = Constant <value = int32 {{0}}> ()
        skipped = Gather <axis: int = 3> (both, zero)
        gaps = Cast <to: int = 6> (skipped)
        one = Constant <value = int32 {{1}}> ()
        levels = Gather <axis: int = 3> (both, one)
        column = Cast <to: int = 1> (levels)
        values = Squeeze (column){_PLACED}"""

_SCALED = """
        levels = Reshape (y, n)
        w = Mul (levels, s)"""
