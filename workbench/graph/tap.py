"""The part of a graph that computes what a layer receives."""

from workbench.graph.model import Model


def tap(model: Model, path: str) -> tuple[bytes | None, str]:
    """ONNX bytes of the graph that ends in the layer's input activations, and that value's name.

    (None, name) when the layer reads a model input directly. Raises UserError for layers inside subgraphs.
    """
    raise NotImplementedError
