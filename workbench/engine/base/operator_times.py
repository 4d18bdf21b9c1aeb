"""Time of each layer's operators in ONNX Runtime, from its profiler.

Every operator gets a name that contains its layer before the graph is loaded. When the runtime fuses operators, it
keeps these names, or names the result of a convolution in blocks of channels after its output value (NAME_nchwc); the
time of such an operator belongs to the layer whose operator, or whose activation function, computes this value.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from workbench.graph.model.model import Model

MARK, MADE = re.compile(r"<layer (\d+)>"), re.compile(r"(.*)_nchwc")


@dataclass(frozen=True)
class Timed:
    """One run: milliseconds in total, and of each operator in the order of execution, with the number of its layer in
    the original, or None."""

    whole: float
    operators: tuple[tuple[int | None, float], ...]


def marked(model: Model, original: Model) -> tuple[bytes, dict[str, int]]:
    """Return the graph with operators named after the numbers of their layers in the original; and the values that a
    layer, or the activation function after it, computes."""
    graph = onnx.load_from_string(model.to_bytes())
    weights = weights_of(original)
    stored: dict[str, int] = {}  # value computed from constants alone -> the layer whose weight it is
    made: dict[str, int] = {}
    constants = {tensor.name for tensor in graph.graph.initializer}
    constants |= {tensor.values.name for tensor in graph.graph.sparse_initializer}
    for place, node in enumerate(graph.graph.node):
        read = [name for name in node.input if name]
        layers = [number for name in read if (number := stored.get(name, layer_of(name, weights))) is not None]
        varying = [name for name in read if name not in constants]
        if layers:
            node.name = f"<layer {layers[0]}> {place}"  # the runtime requires unique names
        if not varying:
            constants.update(node.output)
            stored |= dict.fromkeys(node.output, layers[0]) if layers else {}
        elif layers or (len(varying) == 1 and varying[0] in made):
            made |= dict.fromkeys(node.output, layers[0] if layers else made[varying[0]])
    return graph.SerializeToString(), made


def weights_of(original: Model) -> dict[str, int]:
    """Return the name of each weight, and the stem of the names of its factors -> number of its layer."""
    return {
        original.sites[layer.path].initializer: number
        for number, layer in enumerate(original.layers)
        if layer.path in original.sites
    }


def layer_of(name: str, weights: Mapping[str, int]) -> int | None:
    """Return the layer of a constant: the weight itself, its stored form (NAME.q, NAME.scale), or a factor of it
    (head.0.weight)."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        known = weights.get(".".join(parts[:end]))
        if known is None and end >= 2 and parts[end - 2].isdigit():
            known = weights.get(".".join([*parts[: end - 2], parts[end - 1]]))
        if known is not None:
            return known
    return None


def read(file: Path, made: Mapping[str, int], counts: Callable[[int], bool]) -> list[Timed]:
    """Return the runs of a profile whose number counts."""
    events = json.loads(file.read_text(encoding="utf-8"))
    whole = sorted((each for each in events if each.get("name") == "model_run"), key=lambda each: each["ts"])
    counted = [each for number, each in enumerate(whole) if counts(number)]
    starts = np.array([each["ts"] for each in counted])
    operators: list[list[tuple[int | None, float]]] = [[] for _ in counted]
    for event in sorted((each for each in events if each.get("cat") == "Node"), key=lambda each: each["ts"]):
        if not event["name"].endswith("_kernel_time"):
            continue
        at = int(np.searchsorted(starts, event["ts"], side="right")) - 1
        if at >= 0 and event["ts"] <= counted[at]["ts"] + counted[at]["dur"]:  # otherwise of a run that does not count
            operators[at].append((number_of(event["name"], made), event["dur"] / 1000))
    return [Timed(run["dur"] / 1000, tuple(parts)) for run, parts in zip(counted, operators, strict=True)]


def number_of(name: str, made: Mapping[str, int]) -> int | None:
    """Return the number of the layer whose operator has this name; None for other operators."""
    if mark := MARK.search(name):
        return int(mark[1])
    value = MADE.match(name)
    return made.get(value[1]) if value else None
