"""Aliases under which people search for methods, and named settings of methods."""

from workbench.core.recipe.action import Action

ALIASES = {
    "prune.magnitude": "sparsity sparsify unstructured zero zeros weights",
    "prune.nm": "2:4 4:8 semi-structured sparsity",
    "prune.block": "block sparsity",
    "prune.channels": "structured filter pruning slim",
    "prune.fisher": "optimal brain damage OBD",
    "prune.sparsegpt": "optimal brain surgeon OBS",
    "lowrank.svd": "SVD factorise decompose",
    "lowrank.whitened": "SVD data-aware ASVD SVD-LLM",
    "lowrank.tucker": "Tucker decompose",
    "lowrank.cp": "CANDECOMP PARAFAC decompose",
    "lowrank.spatial": "separable convolution decompose",
    "distill.layer": "distil student teacher",
    "distill.block": "distil student teacher",
    "quantize.affine": "integer uniform weight-only round to nearest RTN PTQ",
    "quantize.float": "fp16 bf16 fp8 half float16 bfloat16 float8",
    "quantize.blockwise": "int4 4 bit Q4 weight-only MatMulNBits",
    "quantize.codebook": "palettise palette k-means clustering lookup table LUT",
    "quantize.static": "int8 8 bit w8a8 QDQ activations PTQ",
    "quantize.dynamic": "int8 8 bit w8a8 activations",
    "quantize.smooth": "int8 8 bit w8a8 activations",
    "quantize.gptq": "OPTQ weight-only",
    "quantize.awq": "activation-aware weight-only",
    "quantize.equalize": "CLE cross-layer scale",
}
PRESETS = (
    (Action("quantize.affine", {"bits": 8}), "int8 8 bit 8-bit 8bit w8"),
    (Action("quantize.affine", {"bits": 4}), "int4 4 bit 4-bit 4bit w4"),
    (Action("quantize.float", {"format": "float16"}), "fp16 half 16 bit"),
    (Action("quantize.float", {"format": "bfloat16"}), "bf16 16 bit"),
    (Action("quantize.float", {"format": "float8e4m3"}), "fp8 8 bit"),
)
