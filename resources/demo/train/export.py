"""Write a trained network as a small, clean ONNX file, and measure it in ONNX Runtime.

The exporter's own optimiser would fold every BatchNormalization into its convolution, drop the scopes of the folded
nodes and rename the transposed linear weights. So it is switched off, and only what follows is done: constants are
folded, dynamic reshapes simplified, all-zero convolution biases dropped, folded weights given back their state-dict
names, and all metadata but the module path of each node removed (the exporter writes stack traces and source paths).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx_ir as ir
import onnx_ir.passes.common as passes
import onnxruntime
import torch
from onnxscript import optimizer, rewriter
from onnxscript.rewriter.rules.common import materialize_reshape_shape_rule, remove_optional_bias_from_conv_rule
from torch import Tensor, nn

OPSET = 21  # the highest with int4 weights that the exporter converts to without changing any node
KEPT_METADATA = ("pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy")


def export(model: nn.Module, path: Path, example: Tensor) -> None:
    """Write `model` to `path`: input x [batch, 1, 28, 28], output logits [batch, 10]."""
    program = torch.onnx.export(
        model.eval(),
        (example,),
        dynamo=True,
        opset_version=OPSET,
        optimize=False,
        input_names=["x"],
        output_names=["logits"],
        dynamic_shapes={"x": {0: "batch"}},
        verbose=False,
    )
    if program is None:
        raise RuntimeError("The exporter returned nothing.")
    graph_model = program.model
    _simplify(graph_model)
    _strip(graph_model)
    partial = path.with_name("." + path.name)
    ir.save(graph_model, partial)
    partial.replace(path)


def _simplify(model: ir.Model) -> None:
    """Fold constants and dead nodes; keep batch normalisations and the names of the weights."""
    transposed = {
        node.outputs[0].name: node.inputs[0].name
        for node in model.graph
        if node.op_type == "Transpose" and node.inputs[0].name in model.graph.initializers
    }
    for _ in range(2):
        optimizer.fold_constants(model)
        rewriter.rewrite(model, [materialize_reshape_shape_rule, remove_optional_bias_from_conv_rule])
        optimizer.remove_unused_nodes(model)
    passes.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    for folded, original in transposed.items():
        if original not in model.graph.initializers:
            model.graph.initializers[folded].name = original
    passes.RemoveUnusedOpsetsPass()(model)


def _strip(model: ir.Model) -> None:
    """Remove every metadata entry but the module path of each node."""
    model.metadata_props.clear()
    model.graph.metadata_props.clear()
    model.doc_string = model.graph.doc_string = None
    values = [*model.graph.inputs, *model.graph.initializers.values()]
    for node in model.graph:
        node.doc_string = None
        values += node.outputs
        for key in set(node.metadata_props) - set(KEPT_METADATA):
            del node.metadata_props[key]
    for value in values:
        value.metadata_props.clear()
        value.doc_string = None


def runtime_logits(path: Path, images: np.ndarray, batch: int = 500) -> np.ndarray:
    """The exported file's answers in ONNX Runtime on uint8 images."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    parts = [images[start : start + batch].astype(np.float32) for start in range(0, len(images), batch)]
    return np.concatenate([session.run(["logits"], {"x": part})[0] for part in parts])


def count_macs(model: nn.Module, example: Tensor) -> int:
    """Multiply-accumulates per image of convolutions and linear layers; products of two activations do not count."""
    total = 0

    def count(layer: nn.Module, _: object, output: Tensor) -> None:
        nonlocal total
        positions = output[0].numel() // layer.weight.shape[0]
        total += positions * layer.weight.numel()

    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    with torch.no_grad():
        model.eval()(example[:1])
    for hook in hooks:
        hook.remove()
    return total
