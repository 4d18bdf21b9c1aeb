"""What decoding codes takes when a file is loaded, and whether the runtime does it then."""

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
from workbench.graph.layouts.code_decoder import STEP_BYTES, STEP_SECONDS, WEIGHT_SECONDS
from workbench.graph.layouts.codes import Coding
from workbench.graph.onnx import runtime
from workbench.graph.storage import decoders, storage
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.forms import forms

# With `codes: auto`, decoding takes at most this at loading, in seconds of one core and in bytes.
MOST_SECONDS, MOST_BYTES = 2.5, 1 << 30
ALL = Storing(codes="on")
OPSET = 18


@dataclass(frozen=True)
class Loading:
    """What decoding codes takes at loading.

    effort    of all weights (Form.effort)
    coded     number of weights in codes; `uncoded`: of those that `codes: on` would store in codes as well
    """

    effort: int = 0
    coded: int = 0
    uncoded: int = 0

    @property
    def seconds(self) -> float:
        """Of one core, predicted from measurements on one machine."""
        return self.effort * STEP_SECONDS + self.coded * WEIGHT_SECONDS

    @property
    def bytes(self) -> int:
        """Memory at the peak, predicted; given back when the file is loaded."""
        return self.effort * STEP_BYTES


def most_effort(storing: Storing) -> float:
    """The effort (Form.effort) that a recipe allows to the decoders of all weights."""
    return inf if storing.codes == "on" else min(MOST_SECONDS / STEP_SECONDS, MOST_BYTES / STEP_BYTES)


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
