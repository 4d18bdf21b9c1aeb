"""Cost of decoding entropy codes when a file is loaded, and whether the runtime does it then."""

import tempfile
from dataclasses import dataclass, replace
from functools import cache
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
ALL = Storing(codes="on")
OPSET = 18


@dataclass(frozen=True)
class Loading:
    """Cost of decoding entropy codes at loading; seconds and bytes are predicted from measurements on one machine.

    load      of all weights together
    coded     number of weights in codes; `uncoded`: of those that `codes: on` would store in codes as well
    """

    load: Load = NOTHING
    coded: int = 0
    uncoded: int = 0


def limit(storing: Storing, opened: int) -> Limit:
    """Limit that a recipe sets to the decoders of all weights; `opened`: bytes of the model's tensors."""
    if storing.codes == "on":
        return UNLIMITED
    return Limit(PRICE, Load(max(LEAST_SECONDS, opened * BYTE_SECONDS), max(LEAST_BYTES, opened)))


def supported(storing: Storing) -> Storing:
    """The recipe's choice, without codes where the runtime would decode them anew at each inference."""
    return storing if storing.codes == "off" or folded() else replace(storing, codes="off")


@cache
def folded() -> bool:
    """Whether the installed runtime decodes codes once, at loading: it is asked with a small graph."""
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
