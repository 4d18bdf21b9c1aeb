"""The decoder of classes and offsets (graph.entropy.class_code) as a function in ONNX's textual syntax.

All words side by side: class numbers come in eight fields to a row of bytes; each class says how many bits its offset
has, so a running sum says where each offset starts; it is cut out of a window of three bytes. Some thirty operators
whatever the words' lengths, most of them on one int32 a word. Windows are made by a convolution: exact, because 24 bits
fit a float's mantissa, and three times smaller than shifted copies.
"""

from workbench.graph.entropy.class_code import MOST_BITS, OFFSET_BITS

NAME = "Classes"
# Seconds of one core at loading: for each word, and for the decoder of one weight. Measured as in code_decoder.
WORD_BYTES, WORD_SECONDS, WEIGHT_SECONDS = 125, 1.4e-7, 3.7e-3
POWERS = ", ".join(str(1 << power) for power in range(max(MOST_BITS, OFFSET_BITS, 7) + 1))


def functions() -> dict[str, tuple[str, str]]:
    """Return name -> signature and body. `code` is ClassCoded.heading; t, float [A, width], is the table of symbols; i,
    int32, is the row of the table for each word."""
    return {NAME: ("<code>(q) => (t, i)", _BODY)}


_BODY = f"""
        code = Constant <value: tensor = @code> ()
        zero = Constant <value = int64[1] {{0}}> ()
        one = Constant <value = int64[1] {{1}}> ()
        two = Constant <value = int64[1] {{2}}> ()
        four = Constant <value = int64[1] {{4}}> ()
        eight = Constant <value = int64[1] {{8}}> ()
        flat = Constant <value = int64[1] {{-1}}> ()
        end = Constant <value = int64[1] {{2147483647}}> ()
        powers = Constant <value = int32[{POWERS.count(",") + 1}] {{{POWERS}}}> ()
        words = Slice (code, zero, one)
        size = Slice (code, one, two)
        table_shape = Slice (code, two, four)
        counts = Slice (code, four, end)
        table_end = ReduceProd (table_shape)
        table_bytes = Slice (q, zero, table_end)
        table_row = Cast <to: int = 1> (table_bytes)
        t = Reshape (table_row, table_shape)
        axis = Constant <value = int32 {{0}}> ()
        bounds = CumSum (counts, axis)
        start = Constant <value = int64 {{1}}> ()
        classes = ReduceSum (counts)
        classes0 = Squeeze (classes)
        last = Add (classes0, start)
        numbers = Range (start, last, start)
        column = Constant <value = int64[2] {{-1, 1}}> ()
        number = Reshape (numbers, column)
        passed = Less (bounds, number)
        passed_one = Cast <to: int = 1> (passed)
        widths = Shape (counts)
        ones = ConstantOfShape <value = float[1] {{1}}> (widths)
        extra_float = MatMul (passed_one, ones)
        extra = Cast <to: int = 6> (extra_float)
        room = Gather (powers, extra)
        first = CumSum <exclusive: int = 1> (room, axis)
        rest = Slice (q, table_end, end)
        unsigned = Cast <to: int = 2> (rest)
        bytes = Cast <to: int = 1> (unsigned)
        row = Constant <value = int64[3] {{1, 1, -1}}> ()
        signal = Reshape (bytes, row)
        places = Constant <value = float[1, 1, 3] {{1, 256, 65536}}> ()
        sums = Conv (signal, places)
        windows3 = Cast <to: int = 6> (sums)
        windows = Reshape (windows3, flat)
        seven = Sub (eight, one)
        more = Add (words, seven)
        rows = Div (more, eight)
        numbers_end = Mul (rows, size)
        number_windows = Slice (windows, zero, numbers_end)
        offset_windows = Slice (windows, numbers_end, end)
        matrix = Concat <axis: int = 0> (rows, size)
        in_rows = Reshape (number_windows, matrix)
        eighth = Constant <value = int64[8] {{0, 1, 2, 3, 4, 5, 6, 7}}> ()
        at = Mul (eighth, size)
        at_byte = Div (at, eight)
        at_bit = Mod (at, eight)
        by = Gather (powers, at_bit)
        picked = Gather <axis: int = 1> (in_rows, at_byte)
        lowered = Div (picked, by)
        limit = Gather (powers, size)
        fields = Mod (lowered, limit)
        padded = Reshape (fields, flat)
        class = Slice (padded, zero, words)
        wide = Gather (extra, class)
        from = CumSum <exclusive: int = 1> (wide, axis)
        eight32 = Constant <value = int32 {{8}}> ()
        byte = Div (from, eight32)
        bit = Mod (from, eight32)
        window = Gather (offset_windows, byte)
        power = Gather (powers, bit)
        shifted = Div (window, power)
        many = Gather (room, class)
        offset = Mod (shifted, many)
        base = Gather (first, class)
        i = Add (base, offset)"""
