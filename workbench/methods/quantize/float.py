"""Store weights in a shorter floating-point format.

IEEE 754-2019 (binary16); Wang and Kanwar 2019 (bfloat16); Micikevicius et al. 2022, FP8 formats for deep learning.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import ml_dtypes
import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.encodes import Encodes
from workbench.core.recipe.params import Help
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method, each_tensor, method

Format = Literal["float16", "bfloat16", "float8e4m3", "float8e5m2"]
Kind = Literal["Float16", "BFloat16", "Float8E4M3", "Float8E5M2"]
FORMATS: dict[str, tuple[np.dtype, Kind]] = {
    "float16": (np.dtype(np.float16), "Float16"),
    "bfloat16": (np.dtype(ml_dtypes.bfloat16), "BFloat16"),
    "float8e4m3": (np.dtype(ml_dtypes.float8_e4m3fn), "Float8E4M3"),
    "float8e5m2": (np.dtype(ml_dtypes.float8_e5m2), "Float8E5M2"),
}


@method("quantize.float")
class FloatQuantization(Method):
    title = "FP16, BF16, FP8"
    summary = "Rounds each weight to a 16-bit or 8-bit floating-point number."
    formula = "w ← round to (sign, exponent, fraction) of the format"
    citation = "IEEE 754-2019; Wang and Kanwar 2019, BFloat16"
    effects = (
        Effect("{bits} bits a weight instead of 32.", "", {"bits": "16 if format in ('float16', 'bfloat16') else 8"}),
    )
    encodes = Encodes("16 if format in ('float16', 'bfloat16') else 8", "float", format="format")

    @dataclass(frozen=True)
    class Params:
        format: Annotated[
            Format,
            Help(
                "float16: 11 significant bits, up to 65,504. bfloat16: 8, with the range of float32. "
                "float8e4m3: 4, up to 448. float8e5m2: 3, up to 57,344."
            ),
        ] = "float16"

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.floats(FORMATS[params.format][1])

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        job.check()
        dtype = FORMATS[params.format][0]
        largest = float(ml_dtypes.finfo(dtype).max)
        above = below = 0

        def shorten(values: np.ndarray, out_axis: int) -> Encoding:
            nonlocal above, below
            short = np.clip(values, -largest, largest).astype(dtype)
            above += int(np.count_nonzero(np.abs(values) > largest))
            below += int(np.count_nonzero(values) - np.count_nonzero(short))
            return Dense(short)

        encoding = each_tensor(edit.encoding, context.layer.out_axis, shorten)
        return Edit(encoding, edit.bias, Joined((edit.note, *_beyond(above, below, largest)), CLAUSE))


def _beyond(above: int, below: int, largest: float) -> Iterator[Message]:
    """Yield notes on weights outside the format's range."""
    if above:
        yield Message(
            "{n:,} weights are clipped to {largest:,.0f}, the largest number of the format",
            one="{n} weight is clipped to {largest:,.0f}, the largest number of the format",
            n=above,
            largest=largest,
        )
    if below:
        yield Message(
            "{n:,} weights are smaller than the format can hold and become zero",
            one="{n} weight is smaller than the format can hold and becomes zero",
            n=below,
        )
