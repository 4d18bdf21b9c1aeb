"""A layer as the engine would describe it, without an engine: for tests and pictures of single widgets."""

from dataclasses import replace

import numpy as np

from workbench.core.analysis.report import LayerChange
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import EditView, LayerView, Levels
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.effect import Ranking
from workbench.core.recipe.params import Field
from workbench.engine.layer_figures import stats
from workbench.methods.base.effects import LEVELS

LAYER = Layer(
    "blocks.2.conv1",
    "Conv",
    (64, 32, 3, 3),
    "float32",
    0,
    18_496,
    3_612_672,
    73_984,
    "fp",
    attributes={"strides": (1, 1), "pads": (1, 1, 1, 1)},
)
HEAD = Layer("head", "Gemm", (10, 256), "float32", 0, 2_570, 2_560, 10_280, "fh")
LOCKED = Layer(
    "norm",
    "LayerNormalization",
    (256,),
    "float32",
    0,
    512,
    None,
    2_048,
    "fn",
    locked="Normalisation has too few weights to be worth compressing.",
)
MAGNITUDE = MethodInfo(
    "prune.magnitude",
    "prune",
    "Magnitude",
    "Sets the weights with the smallest magnitude to zero. The file shrinks because "
    "zeros are not stored; the layer keeps its shape and speed.",
    "wᵢ ← wᵢ · [|wᵢ| > t]",
    "Han et al. 2015, Learning both weights and connections, NeurIPS",
    (
        Field(
            "sparsity",
            "float",
            0.5,
            "Fraction of the layer's weights to set to zero.",
            low=0,
            high=1,
            step=0.01,
            group="amount",
            drag="histogram",
        ),
        Field(
            "threshold",
            "float",
            None,
            "Set weights to zero whose magnitude is at or below this.",
            low=0,
            group="amount",
            drag="histogram",
        ),
    ),
)
SVD = MethodInfo(
    "lowrank.svd",
    "lowrank",
    "Truncated SVD",
    "Writes the layer as two thinner ones, optimal in the Frobenius norm.",
    "W ≈ U·V, U = Uᵣ√Σᵣ, V = √ΣᵣVᵣᵀ",
    "Denton et al. 2014, Exploiting linear structure, NeurIPS",
    (
        Field(
            "rank",
            "int",
            16,
            "Singular values that are kept.",
            low=1,
            step=1,
            log=True,
            group="amount",
            drag="spectrum",
        ),
        Field(
            "energy",
            "float",
            None,
            "Fraction of the energy that is kept.",
            low=0.01,
            high=1,
            step=0.01,
            group="amount",
            drag="spectrum",
        ),
    ),
    ranking=Ranking(),
)
AFFINE = MethodInfo(
    "quantize.affine",
    "quantize",
    "Integers",
    "Rounds the weights to evenly spaced levels.",
    "q = clamp(round(w / s) + z)",
    "Jacob et al. 2018, Quantization and training of neural networks, CVPR",
    (
        Field("bits", "int", 4, "Bits per weight.", "bit", 2, 8, 1),
        Field(
            "granularity", "choice", "channel", "Which weights share a scale.", choices=("tensor", "channel", "group")
        ),
        Field(
            "group_size",
            "int",
            128,
            "Weights that share a scale.",
            low=8,
            high=1024,
            step=8,
            log=True,
            when=("granularity", ("group",)),
        ),
        Field("symmetric", "bool", True, "Levels symmetric around zero, without a zero point."),
        Field("range", "choice", "mse", "What the levels cover.", choices=("minmax", "mse", "clip")),
        Field(
            "clip",
            "float",
            0.8,
            "Share of the largest magnitude.",
            low=0.001,
            high=1,
            step=0.001,
            when=("range", ("clip",)),
            drag="range",
        ),
    ),
    effects=LEVELS,
)
DISTILL = MethodInfo(
    "distill.layer",
    "distill",
    "Layer distillation",
    "Trains a thinner layer to answer as this one does.",
    "min ‖f(x) − g(x)‖²",
    "Hinton et al. 2015, Distilling the knowledge in a neural network",
    (
        Field(
            "rank", "int", 16, "Channels between the student's two factors.", low=1, step=1, log=True, drag="spectrum"
        ),
        Field("steps", "int", 200, "Training steps.", low=0, high=5000, step=50),
        Field("rate", "float", 0.001, "Learning rate.", low=1e-5, high=0.1, log=True),
    ),
    needs_data=True,
    ranking=Ranking(trained=True),
)
METHODS = {info.id: info for info in (MAGNITUDE, SVD, DISTILL, AFFINE)}
STACK = (Action("prune.magnitude", {"sparsity": 0.5}), Action("quantize.affine", {"bits": 4, "granularity": "channel"}))


def weights(layer: Layer = LAYER, seed: int = 7) -> np.ndarray:
    """Weights with a decaying spectrum and heavy tails, as training leaves them."""
    random = np.random.default_rng(seed)
    rows, columns = layer.matrix
    smooth = random.normal(size=(rows, 12)) @ (random.normal(size=(12, columns)) * np.geomspace(1, 0.1, 12)[:, None])
    weight = 0.6 * smooth / smooth.std() + random.laplace(size=(rows, columns)) * 0.7
    return (0.05 * weight).reshape(layer.shape).astype(np.float32)


def pruned(weight: np.ndarray, sparsity: float = 0.5) -> np.ndarray:
    return np.where(np.abs(weight) <= np.quantile(np.abs(weight), sparsity), np.float32(0), weight)


def rounded(weight: np.ndarray, bits: int = 4) -> np.ndarray:
    """Per output channel, symmetric."""
    rows = weight.reshape(weight.shape[0], -1)
    top = 2 ** (bits - 1) - 1
    scale = np.abs(rows).max(axis=1, keepdims=True) / top
    return (np.clip(np.round(rows / scale), -top, top) * scale).reshape(weight.shape).astype(np.float32)


def truncated(weight: np.ndarray, rank: int) -> np.ndarray:
    u, s, v = np.linalg.svd(weight.reshape(weight.shape[0], -1), full_matrices=False)
    return ((u[:, :rank] * s[:rank]) @ v[:rank]).reshape(weight.shape).astype(np.float32)


def view_of(weight: np.ndarray, layer: Layer = LAYER) -> LayerView:
    histogram = stats.histogram(weight, stats.edges(weight))
    spectrum = stats.spectrum(layer, weight)
    spectrum = replace(spectrum, noise=stats.noise(spectrum, layer.matrix))
    return LayerView(
        layer.path,
        stats.moments(weight),
        histogram,
        spectrum,
        stats.magnitudes(weight),
        {"distill.layer": "Needs calibration data."},
        stats.outliers(weight),
    )


def edit_of(weight: np.ndarray, after: np.ndarray, layer: Layer = LAYER) -> EditView:
    return EditView(
        CHANGE,
        stats.moments(after),
        stats.histogram(after, stats.edges(weight)),
        stats.spectrum(layer, after),
        levels=levels_of(after),
        outliers=stats.beyond(after, stats.outliers(weight)),
    )


def levels_of(after: np.ndarray) -> Levels | None:
    """Of the channel whose levels are widest, where the weights lie on few."""
    rows = [np.unique(row) for row in after.reshape(len(after), -1)]
    widest = max(range(len(rows)), key=lambda row: rows[row][-1])
    return Levels(rows[widest].astype(np.float64), widest) if max(map(len, rows)) <= 16 else None


CHANGE = LayerChange(
    LAYER.path, STACK, 73_984, 8_360, 17.4, 18_496, 3_612_672, 0.5, "int4 per channel, zeros as a bit mask"
)
