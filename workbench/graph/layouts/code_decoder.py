"""Decoder of Huffman-coded sequences (graph.entropy.coded), as functions in ONNX's textual syntax.

All words are decoded in parallel, one bit per step: `at` is the node of the tree, in breadth-first order, that each
word has reached. Words at an inner node read the next bits of the plane, in order, and move to a child; words at a leaf
stay. A step is five lookups and sums over all words, however many there are, and the number of steps is the length of
the longest word. Uses only operators that ONNX Runtime folds when it loads the file, available at all opsets from 11.
"""

from workbench.graph.encodings.kind import DOMAIN
from workbench.graph.entropy.prefix_code import LIMITS

OPSET = 11  # CumSum and Range
# Seconds of one core at loading: for each word and bit of the longest, and for the decoder of one weight.
# Measured by tests/benchmarks/bench_decoders.py. The runtime frees memory only after folding everything.
STEP_BYTES, STEP_SECONDS, WEIGHT_SECONDS = 46, 6e-8, 1e-2

# t: whether a node is an inner one; c: its first child, or itself; o: 0; e: the number of bits
_STEP = """
        inner = Gather (t, a)
        place = CumSum <exclusive: int = 1> (inner, o)
        taken = Gather (b, place)
        bit = Cast <to: int = 6> (taken)
        own = Mul (bit, inner)
        child = Gather (c, a)
        x = Add (child, own)
        read = ReduceSum (inner)
        y = Slice (b, read, e)"""


def name(limit: int) -> str:
    """Return the name of the function that decodes words of up to `limit` bits: (q) => (t, i), as in class_decoder, t
    by node."""
    return f"Codes{limit}"


def functions(opset: int) -> dict[str, tuple[str, str]]:
    """Return name -> signature and body, for a model at this opset. `CodeBit` reads one more bit of all words."""
    return {
        "CodeBit": ("(a, b, t, c, o, e) => (x, y)", _STEP),
        **{name(limit): ("<code>(q) => (t, i)", _whole(limit, opset)) for limit in LIMITS},
    }


def _whole(limit: int, opset: int) -> str:
    """Return the body that separates table, tree and bits, and reads the first bit of all words and then the others.

    `code` is Coded.heading.
    """
    halves = "Split <num_outputs: int = 2>" if opset >= 18 else "Split"
    calls = "\n".join(
        f"        at{bit}, bits{bit} = {DOMAIN}.CodeBit (at{bit - 1}, bits{bit - 1}, is_inner, step, zero, last)"
        for bit in range(1, limit)
    )
    return f"""
        code = Constant <value: tensor = @code> ()
        counts, table_shape = {halves} (code)
        words, nodes = {halves} (counts)
        start = Constant <value = int64[1] {{0}}> ()
        end = Constant <value = int64[1] {{2147483647}}> ()
        last = Cast <to: int = 6> (end)
        size = ReduceProd (table_shape)
        table_bytes = Slice (q, start, size)
        table_row = Cast <to: int = 1> (table_bytes)
        table = Reshape (table_row, table_shape)
        stream = Slice (q, size, end)
        zero = Constant <value = int32 {{0}}> ()
        one = Constant <value = int32 {{1}}> ()
        two = Add (one, one)
        all = Constant <value = int32 {{256}}> ()
        byte = Range (zero, all, one)
        places = Constant <value = int32[8, 1] {{1, 2, 4, 8, 16, 32, 64, 128}}> ()
        shifted = Div (byte, places)
        digits = Mod (shifted, two)
        digit = Cast <to: int = 2> (digits)
        index = Cast <to: int = 6> (stream)
        rows = Gather <axis: int = 1> (digit, index)
        flat = Constant <value = int64[1] {{-1}}> ()
        bits = Reshape (rows, flat)
        flags = Slice (bits, start, nodes)
        planes = Slice (bits, nodes, end)
        leaf = Cast <to: int = 6> (flags)
        is_inner = Sub (one, leaf)
        inner_rank = CumSum (is_inner, zero)
        children = Add (inner_rank, inner_rank)
        leaf_rank = CumSum (leaf, zero)
        symbol = Sub (leaf_rank, one)
        itself = Add (symbol, inner_rank)
        is_leaf = Cast <to: int = 9> (leaf)
        step = Where (is_leaf, itself, children)
        t = Gather (table, symbol)
        first = Slice (planes, start, words)
        at0 = Cast <to: int = 6> (first)
        bits0 = Slice (planes, words, end)
{calls}
        i = Identity (at{limit - 1})"""
