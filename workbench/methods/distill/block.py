"""Replace a block of layers by one layer with similar outputs, or remove it.

Li, Huang, Liu, Zhang, Guo 2020, Few sample knowledge distillation for efficient network compression, CVPR: students
aligned block by block by least squares on few samples. Leaving blocks out: Veit, Wilber, Belongie 2016, Residual
networks behave like ensembles of relatively shallow networks, NeurIPS.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Expert, Help, Range, When
from workbench.methods.base.method import Moments, ReplacingMethod, method


@method("distill.block")
class BlockDistillation(ReplacingMethod):
    title = "Distil the block"
    summary = (
        "Replaces the whole module around the layer by one layer, fitted to reproduce the "
        "module's outputs on the calibration samples, or removes the module."
    )
    formula = "min over W, c:  mean ‖ block(x) − (W x + c) ‖²"
    citation = "Li et al. 2020, Few sample knowledge distillation, CVPR; Veit et al. 2016, NeurIPS"
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        student: Annotated[
            Literal["layer", "identity"],
            Help(
                "Replacement for the block: one convolution or linear layer, or nothing (identity), "
                "if input and output shapes match."
            ),
        ] = "layer"
        span: Annotated[
            str, Help("Module to replace, such as blocks.2; empty: the module that contains the layer.")
        ] = ""
        kernel: Annotated[
            int,
            Range(1, 7, 2),
            When("student", ("layer",)),
            Expert(),
            Help("Kernel size of the convolution, the same along each axis."),
        ] = 3
        damping: Annotated[
            float,
            Range(0, 1),
            When("student", ("layer",)),
            Expert(),
            Help("Ridge penalty of the least-squares fit, relative to the mean square of the inputs."),
        ] = 1e-4

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def kernel(self, params: Params) -> int | None:
        return params.kernel if params.student == "layer" else None

    def fit(self, moments: Moments, params: Params, job: Job) -> np.ndarray:
        """Fit by ridge regression with the normal equations; the bias is not regularised."""
        from scipy import linalg

        job.check()
        columns = len(moments.inputs) - 1
        ridge = np.zeros(columns + 1)
        ridge[:columns] = max(params.damping, 1e-9) * np.trace(moments.inputs[:columns, :columns]) / columns + 1e-12
        return linalg.solve(moments.inputs + np.diag(ridge), moments.across, assume_a="pos")
