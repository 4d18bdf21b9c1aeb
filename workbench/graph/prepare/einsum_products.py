"""Products of a constant in Einsum, written as MatMul, so that the constant is a weight: dense layers and attention of
Keras and Flax. The runtime does the same inside Einsum, with other kernels; outputs differ by float rounding.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from workbench.graph.onnx import names
from workbench.graph.prepare.origin import note, permuted
from workbench.graph.prepare.replacement import Replacement


@dataclass(frozen=True)
class Product:
    """One Einsum of activations and a constant, by the letters of its axes.

    data, weight  letters of the operands
    kept          letters of the activations in the output, in its order
    inner         letters that are summed over, in the order of the weight
    made          letters of the constant in the output, in its order
    output        letters of the output
    """

    data: str
    weight: str
    kept: str
    inner: str
    made: str
    output: str


def rewrite(model: ir.Model) -> int:
    """Rewrite in place; return the number of products."""
    taken = names.value_names(model.graph)
    return sum(_rewrite(model.graph, node, taken) for node in list(model.graph) if node.op_type == "Einsum")


def _rewrite(graph: ir.Graph, node: ir.Node, taken: set[str]) -> bool:
    place = next((index for index, value in enumerate(node.inputs) if _is_weight(value)), None)
    product = None if place is None else _product(node, place)
    if place is None or product is None:
        return False
    weight, value = node.inputs[place], node.inputs[1 - place]
    assert weight is not None and weight.const_value is not None and value is not None
    array = weight.const_value.numpy()
    sizes = dict(zip(product.weight, array.shape, strict=True))
    perm = tuple(product.weight.index(letter) for letter in product.inner + product.made)
    matrix = array.transpose(perm)
    if weight.name is not None and (matrix.ndim > 2 or perm != (0, 1)):
        note(graph, weight.name, permuted(matrix, perm), array.shape)
    matrix = np.ascontiguousarray(matrix.reshape(_times(sizes, product.inner), _times(sizes, product.made)))
    weight.const_value = ir.Tensor(matrix, name=weight.name)
    weight.shape = weight.type = None
    steps = Replacement(graph, node, taken)
    value = _turned(steps, value, product.data, product.kept + product.inner)
    if len(product.inner) > 1:
        value = _reshaped(steps, value, [*(0 for _ in product.kept), len(matrix)])
    value = steps.add("MatMul", [value, weight], node.name)
    if len(product.made) > 1:
        value = _reshaped(steps, value, [*(0 for _ in product.kept), *(sizes[letter] for letter in product.made)])
    steps.finish(_turned(steps, value, product.kept + product.made, product.output))
    return True


def _is_weight(value: ir.Value | None) -> bool:
    """Return whether a value is a float constant of two axes or more that nothing else reads."""
    if value is None or not value.is_initializer() or value.is_graph_output() or value.is_graph_input():
        return False
    tensor = value.const_value
    alone = len(value.uses()) == 1
    return alone and tensor is not None and len(tensor.shape) > 1 and tensor.dtype.is_floating_point()


def _product(node: ir.Node, place: int) -> Product | None:
    """Return the letters; None for a sum over the axes of one operand, for axes that both keep, and for repeated or
    unnamed axes."""
    left, _, output = node.attributes["equation"].as_string().replace(" ", "").partition("->")
    operands = left.split(",")
    other = node.inputs[1 - place] if len(operands) == 2 else None
    if other is None or other.is_initializer() or not output:
        return None
    weight, data = operands[place], operands[1 - place]
    leading = data.startswith("...") and output.startswith("...")
    if leading:
        data, output = data[3:], output[3:]
    inner = "".join(letter for letter in weight if letter in data)
    kept = "".join(letter for letter in output if letter in data)
    made = "".join(letter for letter in output if letter in weight)
    plain = all(letters.isalpha() and len({*letters}) == len(letters) for letters in (weight, data, output))
    apart = not {*inner} & {*output} and {*data} == {*kept, *inner} and {*weight} == {*made, *inner}
    if not (plain and apart and inner and made and (kept or leading)):
        return None
    moved = len(inner + made) > 2 or data != kept + inner or output != kept + made
    return None if leading and moved else Product(data, weight, kept, inner, made, output)


def _times(sizes: dict[str, int], letters: str) -> int:
    return int(np.prod([sizes[letter] for letter in letters], dtype=np.int64))


def _turned(steps: Replacement, value: ir.Value, before: str, after: str) -> ir.Value:
    if before == after:
        return value
    return steps.add("Transpose", [value], "", ir.AttrInt64s("perm", [before.index(letter) for letter in after]))


def _reshaped(steps: Replacement, value: ir.Value, sizes: list[int]) -> ir.Value:
    return steps.add("Reshape", [value, steps.constant(np.array(sizes, np.int64), "shape")])
