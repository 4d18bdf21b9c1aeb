"""LSTMs with projections (Sak, Senior and Beaufays 2014), which the operator of ONNX does not have."""

from typing import Any

MATRICES, BIASES = 2, 2  # of a layer and direction; a projection is one tensor more


def projects(model: Any) -> bool:
    """Return whether a torch.nn.Module or an ExportedProgram has such an LSTM."""
    import torch

    if isinstance(model, torch.nn.Module):
        return any(isinstance(each, torch.nn.LSTM) and each.proj_size for each in model.modules())
    graphs = [each.graph for each in model.graph_module.modules() if isinstance(each, torch.fx.GraphModule)]
    return any(
        _projects(node.args) for graph in graphs for node in graph.nodes if "aten.lstm.input" in str(node.target)
    )


def _projects(arguments: tuple[Any, ...]) -> bool:
    """Return it for aten.lstm: input, states, parameters, has_biases, num_layers, dropout, train, bidirectional."""
    try:
        parameters, biases, layers, both = arguments[2], arguments[3], arguments[4], arguments[7]
        return len(parameters) > layers * (1 + both) * (MATRICES + BIASES * biases)
    except (IndexError, TypeError):  # a program that states it otherwise: torch will say what it is
        return False
