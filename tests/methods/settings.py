"""Which settings of each method the shared suite runs, and on which operators."""

from workbench.testing.models import EVERY, MATRIX

PAIR = (("lowrank.svd", {"rank": 4}),)
TUCKER = (("lowrank.tucker", {"ratio": 0.4}),)
SPATIAL = (("lowrank.spatial", {"rank": 6}),)
CP = (("lowrank.cp", {"rank": 8, "iterations": 5}),)
GROUPED = (("distill.layer", {"student": "grouped", "groups": 4, "steps": 0}),)

# Method -> parameters, operators, and the steps before it, if any.
SETTINGS: dict[str, list[tuple]] = {
    "prune.magnitude": [
        ({"sparsity": 0.5}, EVERY),
        ({"sparsity": 0.5}, ("Conv",), PAIR),
        ({"sparsity": 0.9}, ("Gemm",)),
        ({"threshold": 0.05}, ("Conv",)),
        ({"sparsity": 0.5, "scope": "global"}, ("Gemm",)),
    ],
    "quantize.affine": [
        ({"bits": 4}, EVERY),
        ({"bits": 8, "granularity": "tensor", "symmetric": False}, EVERY),
        ({"bits": 2, "granularity": "group", "group_size": 16}, ("Conv", "Gemm", "MatMul")),
        ({"bits": 3, "rounding": "stochastic", "range": "percentile", "percentile": 99.0}, ("Gemm",)),
        ({"bits": 5, "range": "minmax"}, ("MatMul",)),
        ({"bits": 4, "range": "entropy", "rounding": "floor"}, ("Conv", "Gemm")),
        ({"bits": 4, "range": "clip", "clip": 0.5}, ("Conv",)),
        ({"bits": 3, "range": "hqq", "symmetric": False}, ("Conv", "Gemm")),
        ({"bits": 4, "rounding": "rate", "rate": 0.05}, ("Conv", "Gemm")),
        ({"bits": 6, "rounding": "rate", "sensitivity": "fisher"}, ("MatMul",)),
    ],
    "quantize.codebook": [
        ({"bits": 4}, EVERY),
        ({"bits": 3, "start": "density"}, ("Conv",)),
        ({"bits": 3, "sensitivity": "fisher"}, ("Conv", "MatMul", "Embedding")),
        ({"bits": 4, "start": "density", "sensitivity": "activations"}, ("Depthwise", "Gemm")),
    ],
    "quantize.float": [
        ({"format": "float16"}, EVERY),
        ({"format": "float8e4m3"}, ("Gemm",)),
        ({"format": "bfloat16"}, ("Conv",)),
        ({"format": "float8e5m2"}, ("MatMul",)),
    ],
    "quantize.gptq": [
        ({"bits": 4}, (*MATRIX, "Depthwise")),
        ({"bits": 3, "symmetric": False}, ("Gemm",)),
        ({"damping": 0.1, "order": False, "sequential": True}, ("MatMul",)),
        ({"bits": 4, "granularity": "group", "group_size": 8}, MATRIX),
        ({"bits": 3, "granularity": "group", "group_size": 8, "symmetric": False}, ("Gemm", "MatMul"), PAIR),
        ({"bits": 4}, MATRIX, PAIR),
        ({"bits": 4}, ("Conv",), TUCKER),
        ({"bits": 4}, ("Conv",), GROUPED),
    ],
    "quantize.adaround": [
        ({"bits": 4, "steps": 50}, (*MATRIX, "Depthwise")),
        ({"bits": 4, "steps": 20}, ("Conv",), CP),
        ({"steps": 20, "symmetric": False, "regularization": 0.1}, ("MatMul",)),
    ],
    "prune.channels": [({"ratio": 0.3, "criterion": "l2", "round_to": 4, "statistics": "re-estimated"}, ("Conv",))],
    "prune.nm": [({}, EVERY), ({"n": 1, "m": 5}, ("Gemm",))],
    "prune.block": [({"rows": 4, "columns": 1}, EVERY), ({"rows": 16, "columns": 16, "sparsity": 0.7}, ("Gemm",))],
    "prune.wanda": [
        ({"sparsity": 0.5}, (*MATRIX, "Depthwise")),
        ({"per_output": False}, ("Conv",)),
        ({"sparsity": 0.5}, ("Gemm",), PAIR),
    ],
    "prune.taylor": [({"sparsity": 0.5}, (*EVERY,)), ({"scope": "global"}, ("Conv",))],
    "prune.snip": [({"sparsity": 0.5, "scope": "layer"}, (*MATRIX,))],
    "prune.fisher": [({"sparsity": 0.5}, (*MATRIX,)), ({"first_order": True, "scope": "global"}, ("Gemm",))],
    "prune.synflow": [
        ({"sparsity": 0.5, "rounds": 5}, ("Conv", "Depthwise", "Gemm")),
        ({"rounds": 3, "scope": "layer"}, ("MatMul",)),
    ],
    "prune.sparsegpt": [
        ({"sparsity": 0.5}, (*MATRIX, "Depthwise")),
        ({"damping": 0.1}, ("Gemm",)),
        ({"sparsity": 0.5}, ("Conv",), SPATIAL),
    ],
    "lowrank.whitened": [
        ({"rank": 4}, MATRIX),
        ({"energy": 0.8}, ("Gemm",)),
        ({"weakening": 0.3}, ("Gemm",)),
        ({"ratio": 0.4}, ("Conv",)),
        ({"rule": "gavish-donoho"}, ("MatMul",)),
    ],
    "lowrank.spatial": [
        ({"rank": 6}, ("Conv",)),
        ({"energy": 0.7}, ("Conv",)),
        ({"rule": "break-even"}, ("Conv",)),
        ({"rule": "marchenko-pastur"}, ("Conv",)),
        ({"ratio": 0.3}, ("Conv",)),
        ({"weakening": 0.2}, ("Conv",)),
    ],
    "lowrank.cp": [({"rank": 8, "iterations": 10}, ("Conv",)), ({"ratio": 0.2, "iterations": 5}, ("Conv",))],
    "lowrank.subspace": [
        ({"clusters": 3, "rank": 3}, (*MATRIX, "Embedding")),
        ({"energy": 0.6}, ("Gemm",)),
        ({"ratio": 0.5}, ("Gemm",)),
        ({"weakening": 0.1, "clusters": 2}, ("Conv",)),
        ({"rule": "gavish-donoho"}, ("MatMul",)),
    ],
    "lowrank.response": [
        ({"rank": 6}, MATRIX),
        ({"rank": 6, "activation": "none"}, ("Gemm",)),
        ({"energy": 0.5}, ("Conv",)),
        ({"rule": "break-even"}, ("Conv",)),
        ({"ratio": 0.2}, ("Gemm",)),
        ({"weakening": 0.2}, ("MatMul",)),
    ],
    "quantize.static": [
        ({}, (*MATRIX, "Depthwise")),
        ({"bits": 4, "activations": "entropy"}, MATRIX),
        ({"granularity": "tensor", "output": False, "activations": "percentile"}, MATRIX),
        ({"activations": "mse", "bits": 2}, ("Conv",)),
        ({"symmetric_activations": True}, MATRIX),
        ({"range": "clip", "clip": 0.7}, ("Conv",)),
        ({"range": "entropy", "reduced_range": False, "activations": "percentile", "percentile": 99.9}, ("Gemm",)),
    ],
    "quantize.dynamic": [
        ({}, (*MATRIX, "Depthwise")),
        ({"bits": 4, "granularity": "tensor"}, MATRIX),
        ({"range": "mse", "reduced_range": False}, ("Gemm",)),
        ({"range": "clip", "clip": 0.6}, ("MatMul",)),
    ],
    "quantize.smooth": [
        ({}, MATRIX),
        ({"range": "clip", "clip": 0.8}, ("Gemm",)),
        ({"granularity": "tensor", "range": "percentile", "reduced_range": False}, ("MatMul",)),
        ({"alpha": 0.8, "bits": 4, "output": False}, ("Gemm",)),
    ],
    "quantize.awq": [
        ({}, MATRIX),
        ({"bits": 3, "granularity": "group", "group_size": 16}, MATRIX),
        ({"symmetric": False, "sequential": True}, ("Gemm",)),
    ],
    "quantize.blockwise": [
        ({}, ("Gemm", "MatMul")),
        ({"block": "128", "accuracy": "int8"}, ("Gemm", "MatMul")),
        ({"block": "16", "accuracy": "int8"}, ("Gemm",)),
        ({"block": "64"}, ("MatMul",)),
    ],
    "quantize.equalize": [({}, ("Conv",))],
    "quantize.bias_correction": [({}, (*MATRIX, "Depthwise"))],
    "lowrank.tucker": [
        ({"ratio": 0.4}, ("Conv",)),
        ({"weakening": 0.5}, ("Conv",)),
        ({"rank": 5}, ("Conv",)),
        ({"energy": 0.7}, ("Conv",)),
        ({"rule": "break-even"}, ("Conv",)),
    ],
    "lowrank.svd": [
        ({"rank": 4}, (*MATRIX, "Embedding")),
        ({"energy": 0.8}, ("Conv",)),
        ({"ratio": 0.3}, ("Gemm",)),
        ({"weakening": 0.1}, ("Gemm",)),
        ({"rule": "break-even"}, (*MATRIX, "Embedding")),
        ({"rule": "marchenko-pastur"}, ("Gemm",)),
        ({"rule": "gavish-donoho"}, ("Conv",)),
    ],
    "distill.layer": [
        ({"rank": 4, "steps": 30}, MATRIX),
        ({"ratio": 0.2, "steps": 5}, ("Gemm",)),
        ({"energy": 0.4, "steps": 5, "rate": 0.01}, ("MatMul",)),
        ({"weakening": 0.2, "steps": 5, "stop": 3}, ("Gemm",)),
        ({"rule": "break-even", "steps": 5}, ("MatMul",)),
        ({"student": "separable", "steps": 20}, ("Conv",)),
        ({"student": "separable", "multiplier": 3, "steps": 5}, ("Conv",)),
        ({"student": "grouped", "groups": 4, "steps": 20}, ("Conv",)),
    ],
    "distill.block": [({"student": "layer", "span": "", "kernel": 1, "damping": 0.01}, ("Conv",))],
    "distill.refine": [
        ({"steps": 30, "stop": 2}, MATRIX, PAIR),
        ({"steps": 20}, ("Conv",), TUCKER),
        ({"steps": 20}, ("Conv",), SPATIAL),
        ({"steps": 20}, ("Conv",), CP),
        ({"steps": 20, "rate": 0.003}, (*MATRIX, "Depthwise"), (("prune.magnitude", {"sparsity": 0.5}),)),
    ],
}
