"""A model as blocks of layers, each with one output value: its own modules where they can be cut out, else one layer.

A block ends at the first node on every path from its layers (dominators, see span), with the sum that joins a residual
path, and the activation that follows. It may read several values, such as a mask, or the value that is skipped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.graph.model.model import Model
from workbench.graph.subgraph.span import Flow, flow_of, inside, readers

MOST = 8  # layers of a block; larger modules are taken apart
# What belongs to the layer before it: the sum with a skipped value, a gate, and activations.
FOLLOWING = {
    *("Add", "Sum", "Mul", "Relu", "Clip", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid"),
    *("HardSwish", "Mish", "Gelu", "QuickGelu", "Softplus", "Tanh"),
}


@dataclass(frozen=True)
class Block:
    """Layers of a module, or one layer.

    name      the module, or the path of the layer
    layers    paths, in the model's order
    received  names of the values that it reads, without constants
    given     name of its output value
    end       number of its last node in the order of the graph, by which blocks are computed one after the other
    """

    name: str
    layers: tuple[str, ...]
    received: tuple[str, ...]
    given: str
    end: int


def blocks_of(model: Model) -> tuple[Block, ...]:
    """Return the blocks of a model, such that each reads only what blocks before it compute. Layers of no block have a
    weight that is read outside of it, too, or lead to no output."""
    flow, paths = flow_of(model), tuple(model.sites)
    roots = dict.fromkeys(path.split(".")[0] for path in paths)
    found = [block for root in roots for block in _modules(model, flow, root, paths)]
    covered = {path for block in found for path in block.layers}
    single = (_block(model, flow, path, (path,)) for path in paths if path not in covered)
    return tuple(sorted([*found, *filter(None, single)], key=lambda block: block.end))


def _modules(model: Model, flow: Flow, module: str, paths: Sequence[str]) -> list[Block]:
    """Return the blocks of a module: itself if it is small and not made of several blocks, else those of its parts."""
    members = tuple(path for path in paths if inside(module, path))
    if len(members) < 2:
        return []
    start = len(module) + 1
    parts = dict.fromkeys(f"{module}.{path[start:].split('.')[0]}" for path in members if path != module)
    inner = [block for part in parts for block in _modules(model, flow, part, members)]
    if len(inner) > 1 or len(members) > MOST or len(members) == len(model.sites):  # the whole model is no block
        return inner
    whole = _block(model, flow, module, members)
    return inner if whole is None else [whole]


def _block(model: Model, flow: Flow, name: str, layers: tuple[str, ...]) -> Block | None:
    own = {flow.number(node) for path in layers for node in readers(model.sites[path])} - {0}
    if not own:
        return None
    last = flow.common_end(own)
    for end in [last, *_following(flow, last)][::-1]:
        region = flow.from_layers(own, end) if end <= flow.nodes else set()
        if region and not flow.outsiders(region, layers) and flow.given(region) == [flow.only_output(end)]:
            return Block(name, layers, tuple(flow.received(region)), flow.given(region)[0], end)
    return None


def _following(flow: Flow, last: int) -> Iterator[int]:
    """Yield the sums and activations that directly follow a node, each on every path from the one before."""
    for number in flow.ends_behind(last)[1:] if last <= flow.nodes else []:
        if flow.node(number).op_type not in FOLLOWING:
            return
        yield number
