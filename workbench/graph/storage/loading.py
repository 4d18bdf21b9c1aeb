"""Cost of decoding entropy codes when a file is loaded, and whether the runtime decodes at loading."""

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from math import inf
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.recipe.storing import Storing
from workbench.graph.encodings.codebook import Codebook
from workbench.graph.layouts.codes import Coding
from workbench.graph.layouts.layout import NOTHING, Load
from workbench.graph.onnx import runtime
from workbench.graph.storage import decoders, storage
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.forms import forms
from workbench.graph.storage.storage import UNLIMITED, Limit

# With `codes: auto` a second of decoding has to save this many bytes: what a slow link (1 Mbit/s) brings in that
# time. So a coded file is never in use later than a packed one that is downloaded over it.
PRICE = 125_000
# All decoders together take at most what loading the model as opened takes: as many bytes of memory, or as much as
# the runtime takes by itself; and these seconds for each byte (measured of files of 134 and 555 MB), or half a second.
LEAST_BYTES, LEAST_SECONDS, BYTE_SECONDS = 1 << 26, 0.5, 5e-9
# What decoders may hold beside the weights, in bytes of the weights as opened, so that a process keeps about what it
# keeps with the original, and what is not worth a larger file (tests/benchmarks/kernels.md).
HELD, LEAST_HELD = 2, 1 << 21
ALL = Storing(codes="on")
OPSET = 18


@dataclass(frozen=True)
class Loading:
    """Cost of decoding at loading; seconds, and bytes of codes, are predicted from measurements on one machine.

    load      all entropy-coded weights together
    coded     number of entropy-coded weights; `uncoded`: number of others that `codes: on` would code
    held      bytes of the intermediate tensors of all decoders
    room      bytes that these may take without the process keeping more memory than with the original
    """

    load: Load = NOTHING
    coded: int = 0
    uncoded: int = 0
    held: float = 0.0
    room: float = inf


def limit(storing: Storing, opened: int) -> Limit:
    """Return the limit that a recipe sets for the decoders of all weights; `opened`: bytes of the model's tensors."""
    if storing.codes == "on":
        return UNLIMITED
    most = Load(max(LEAST_SECONDS, opened * BYTE_SECONDS), max(LEAST_BYTES, opened))
    return Limit(PRICE, most, inf if storing.storage == "smallest" else room(opened))


def room(opened: int) -> float:
    """Return the bytes that decoders may hold without the process keeping more memory than with the original model,
    apart from a few MB of code, tables and nodes for decoding."""
    return max(LEAST_HELD, HELD * opened)


def supported(storing: Storing) -> Storing:
    """Return the recipe's choice, without codes if the runtime would decode them at each inference."""
    return storing if storing.codes == "off" or folded() else replace(storing, codes="off")


@cache
def folded() -> bool:
    """Return whether the installed runtime decodes codes once, at loading, tested with a small graph."""
    encoding = Codebook((np.arange(1024) % 7 == 0).astype(np.uint8).reshape(32, 32), np.array([0, 1], np.float32), 1)
    coded = [form for form in forms(spec_of(encoding, ALL), "w", OPSET, ALL) if isinstance(form.layout, Coding)]
    stored = storage.pack(encoding, coded[0], OPSET)
    nodes, initializers = stored.build()
    x, y = (ir.Value(name=name, shape=ir.Shape([1, 32]), type=ir.TensorType(ir.DataType.FLOAT)) for name in "xy")
    product = ir.Node("", "MatMul", [x, nodes[-1].outputs[0]], outputs=[y])
    imports = {"": OPSET, decoders.DOMAIN: 1}
    graph = ir.Graph([x], [y], nodes=[*nodes, product], initializers=initializers, opset_imports=imports, name="probe")
    content = ir.to_proto(ir.Model(graph, ir_version=decoders.IR_VERSION, functions=stored.functions()))
    with tempfile.TemporaryDirectory() as folder:
        optimized = Path(folder) / "optimized.onnx"
        try:
            runtime.session(content.SerializeToString(), threads=1, optimized_to=optimized)
        except UserError:
            return False
        return [node.op_type for node in onnx.load(optimized).graph.node] == ["MatMul"]
