"""Model-local functions that decode stored weights to floats: plain ONNX arithmetic, one call per weight.

A decoder is named after what it reads: `Symmetric4` (packed 4-bit integers, scale), `MaskCodebook4` (a bit mask of the
non-zeros, 4-bit indices of the non-zeros, codebook), and so on: [layout] kind [bits]. Decoders share building blocks:
`Digits4` and `Unpack4` split bytes into symbols, `Fit` drops padding and reshapes, `PlaceBy...` (graph.layouts) inserts
values among zeros. ONNX Runtime inlines all of them and folds them to a constant when it loads the file, so they cost
nothing per inference.

Every body uses only operators with the same meaning at all opsets from 9 (placing: from 11) to the current one.
Compress and NonZero would save steps, but ONNX Runtime does not fold them.
"""

import re
from functools import cache
from itertools import product
from string import ascii_letters

import onnx
import onnx_ir as ir

from workbench.graph.encodings import kind as kinds
from workbench.graph.encodings.kind import KINDS, Kind
from workbench.graph.layouts import class_decoder, code_decoder, pool_decoder
from workbench.graph.layouts.layout import Layout
from workbench.graph.layouts.listing import LAYOUTS

DOMAIN = kinds.DOMAIN
SHORT = (*ascii_letters, *map("".join, product(ascii_letters, repeat=2)))  # names of inner values
IR_VERSION = 8  # the first with model-local functions
IMPORT_BYTES = onnx.ModelProto(opset_import=[onnx.OperatorSetIdProto(domain=DOMAIN, version=1)]).ByteSize()


def name_of(layout: Layout, kind: Kind, bits: int) -> str:
    """Return the name of the decoder of a kind's symbols of `bits` in a layout."""
    return f"{layout.prefix()}{kind.decoder}{'' if kind.bits else bits}"


@cache
def closure(decoder: str) -> frozenset[str]:
    """Return a decoder and every building block that it calls, directly or not."""
    found = {decoder}
    for block in re.findall(rf"{DOMAIN}\.(\w+)", _text(decoder, 11)):
        found |= closure(block)
    return frozenset(found)


@cache
def proto(name: str, opset: int) -> onnx.FunctionProto:
    """Return the function, for a model whose default domain is at `opset`. Treat it as read-only."""
    parsed = onnx.parser.parse_function(_text(name, opset))
    _shorten(parsed)
    for node in parsed.node:
        if not node.domain:
            node.ClearField("domain")  # the parser writes it empty, which takes bytes
    return parsed


def _shorten(function: onnx.FunctionProto) -> None:
    """Rename inner values to a letter or two: full names are a quarter of a decoder's bytes."""
    kept = {*function.input, *function.output}
    letters = (name for name in SHORT if name not in kept)
    short = {name: next(letters) for node in function.node for name in node.output if name not in kept}
    for node in function.node:
        for names in (node.input, node.output):
            names[:] = [short.get(name, name) for name in names]


def function(name: str, opset: int) -> ir.Function:
    """Return a new copy of the function for a model to own."""
    return ir.serde.deserialize_function(proto(name, opset))


@cache
def function_bytes(name: str, opset: int) -> int:
    """Return the bytes of the function in the file."""
    return onnx.ModelProto(functions=[proto(name, opset)]).ByteSize()


def _text(name: str, opset: int) -> str:
    """Return the function in ONNX's textual syntax."""
    if name.startswith("Digits"):
        signature, body = "() => (y)", _digits(int(name.removeprefix("Digits")), opset)
    elif name.startswith("Unpack"):
        signature, body = "(q) => (y)", _unpack(int(name.removeprefix("Unpack")))
    elif name == "Fit":
        signature, body = "<shape>(x) => (y)", _fit("x", opset)
    elif name in _blocks(opset):
        signature, body = _blocks(opset)[name]
    elif name.startswith("PerGroup"):
        signature, body = "<group, shape>(s) => (y)", _per_group(int(name[-1]), opset)
    else:
        signature, body = _decoder(name)
    imports = f'["" : {opset}, "{DOMAIN}" : 1]'
    return f'<opset_import: {imports}, domain: "{DOMAIN}">\n{name} {signature}\n{{\n{body}\n}}'


def _digits(bits: int, opset: int) -> str:
    """Return the function that computes the symbols 0..2^bits-1 in each of the 256 bytes, float [256, 8 / bits], first
    symbol in the lowest bits: floor(byte / 2^(bits i)) mod 2^bits.

    Before Range and Mod (opsets 11 and 10) in floating point, where it is exact.
    """
    places = ", ".join(str(2 ** (bits * index)) for index in range(8 // bits))
    if opset >= 11:
        return f"""
        start = Constant <value = int32 {{0}}> ()
        end = Constant <value = int32 {{256}}> ()
        step = Constant <value = int32 {{1}}> ()
        row = Range (start, end, step)
        column = Constant <value = int64[2] {{-1, 1}}> ()
        bytes = Reshape (row, column)
        places = Constant <value = int32[{8 // bits}] {{{places}}}> ()
        x = Div (bytes, places)
        base = Constant <value = int32 {{{2**bits}}}> ()
        m = Mod (x, base)
        y = Cast <to: int = 1> (m)"""
    return f"""
        digits = Constant <value = int64[16] {{{", ".join(map(str, range(16)))}}}> ()
        low = Cast <to: int = 1> (digits)
        sixteen = Constant <value = float {{16}}> ()
        high = Mul (low, sixteen)
        column = Constant <value = int64[2] {{-1, 1}}> ()
        rows = Reshape (high, column)
        square = Add (rows, low)
        bytes = Reshape (square, column)
        places = Constant <value = float[{8 // bits}] {{{places}}}> ()
        d = Div (bytes, places)
        x = Floor (d)
        base = Constant <value = float {{{2**bits}}}> ()
        e = Div (x, base)
        h = Floor (e)
        m = Mul (h, base)
        y = Sub (x, m)"""


def _unpack(bits: int) -> str:
    """Return the function that looks up the symbols of bytes: large layers load many times faster than by computing
    each."""
    return f"""
        table = {DOMAIN}.Digits{bits} ()
        i = Cast <to: int = 6> (q)
        r = Gather (table, i)
        flat = Constant <value = int64[1] {{-1}}> ()
        y = Reshape (r, flat)"""


def _fit(value: str, opset: int) -> str:
    """Return the lines that drop values after the last weight, then reshape. Slice takes its bounds as inputs from
    opset 10."""
    if opset < 10:
        return f"""
        shape = Constant <value: tensor = @shape> ()
        y = Reshape ({value}, shape)"""
    return f"""
        shape = Constant <value: tensor = @shape> ()
        count = ReduceProd (shape)
        start = Constant <value = int64[1] {{0}}> ()
        cropped = Slice ({value}, start, count)
        y = Reshape (cropped, shape)"""


def _per_group(axis: int, opset: int) -> str:
    """Return the function that repeats one number per group to one per weight. Groups of `group` run along `axis` of
    the weight as a matrix.

    s is [rows, groups, 1] (axis 0 of graph.encodings.grid) or [groups, 1, columns] (axis 1); the last group may extend
    past the end of the matrix.
    """
    spread = """
        f = Cast <to: int = 1> (s)
        group = Constant <value: tensor = @group> ()
        ones = ConstantOfShape <value = float[1] {1}> (group)
        e = Mul (f, ones)
        shape = Constant <value: tensor = @shape> ()"""
    if opset < 10:
        return f"{spread}\n        y = Reshape (e, shape)"
    zero, one = "start = Constant <value = int64[1] {0}> ()", "one = Constant <value = int64[1] {1}> ()"
    if axis == 0:
        return f"""{spread}
        flat = Constant <value = int64[2] {{0, -1}}> ()
        matrix = Reshape (e, flat)
        {zero}
        {one}
        rows = Slice (shape, start, one)
        count = ReduceProd (shape)
        columns = Div (count, rows)
        cropped = Slice (matrix, start, columns, one)
        y = Reshape (cropped, shape)"""
    return f"""{spread}
        {zero}
        {one}
        two = Constant <value = int64[1] {{2}}> ()
        columns = Slice (shape, one, two)
        any = Constant <value = int64[1] {{-1}}> ()
        flat = Concat <axis: int = 0> (any, columns)
        matrix = Reshape (e, flat)
        rows = Slice (shape, start, one)
        cropped = Slice (matrix, start, rows, start)
        y = Reshape (cropped, shape)"""


@cache
def _blocks(opset: int) -> dict[str, tuple[str, str]]:
    """Return the building blocks of the layouts: name -> signature and body."""
    own = {name: block for layout in LAYOUTS for name, block in layout.blocks().items()}
    return own | code_decoder.functions(opset) | class_decoder.functions() | pool_decoder.functions()


def _decoder(name: str) -> tuple[str, str]:
    """Return signature and body of [layout] kind [bits]: symbols to floats, to their positions, then scale and zero
    point."""
    layout, kind, bits = _parsed(name)
    inputs = ", ".join(("q", *layout.reads, *(side.name for side in kind.sides)))
    told = f"<{', '.join(layout.told(bits))}>" if layout.told(bits) else ""
    return f"{told}({inputs}) => (w)", "\n".join(f"        {line}" for line in layout.body(kind, bits))


def _parsed(name: str) -> tuple[Layout, Kind, int]:
    """Return layout, kind and bits of a decoder's name. Raises KeyError if no decoder has that name."""
    for layout in LAYOUTS:
        for kind in KINDS.values():
            for bits in (kind.bits,) if kind.bits else (1, 2, 4, 8):
                if name == name_of(layout, kind, bits):
                    return layout, kind, bits
    raise KeyError(f"there is no decoder {name}: a new kind has to be registered (graph.encodings.kind)")
