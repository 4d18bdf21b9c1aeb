"""Names of tensors that several modules of a network share: an embedding and its head."""

from collections import defaultdict
from typing import Any

import onnx_ir as ir

from workbench.graph.onnx import names


def named_by_first(module: Any, model: ir.Model) -> None:
    """Name a shared tensor after the module that reads it first, as checkpoints do; the exporter takes its last
    name. `module`: the torch module, or a program, whose names stay."""
    graph = model.graph
    for other in _others(module).values():
        held = next((graph.initializers[name] for name in other if name in graph.initializers), None)
        if held is None:
            continue
        readers = {use.node for use in held.uses()}
        first = next((node for node in graph if node in readers), None)
        scope = "" if first is None else names.scope(first)
        chosen = next((name for name in other if name.rpartition(".")[0] == scope), "")
        if not chosen or chosen in graph.initializers:
            continue
        del graph.initializers[str(held.name)]
        held.name = chosen
        if held.const_value is not None:
            held.const_value.name = chosen
        graph.initializers[chosen] = held


def _others(module: Any) -> dict[int, list[str]]:
    """Return the names of each parameter that has several, by its identity."""
    import torch

    found: dict[int, list[str]] = defaultdict(list)
    if isinstance(module, torch.nn.Module):
        for name, tensor in module.named_parameters(remove_duplicate=False):
            found[id(tensor)].append(name)
    return {key: each for key, each in found.items() if len(each) > 1}
