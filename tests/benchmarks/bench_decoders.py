"""What decoding stored weights takes when a file is loaded, form by form: the constants of graph.layouts' decoders.

`python -m tests.benchmarks.bench_decoders` writes files of equal 4-bit weights (Laplace, per channel), one file a
layout, and loads each in a fresh process, the best of five in turns. Above what the same weights take in float32: for
each word, where weights are large, and for each weight, where they are small.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx_ir as ir

from workbench.core.base.job import Job
from workbench.core.recipe.storing import Storing
from workbench.engine.bench import loading
from workbench.graph.encodings.affine import Affine
from workbench.graph.storage import storage
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.forms import forms

ON = Storing(codes="on")
LAYOUTS = ("shaped", "codesClasses", "codes9", "codes13", "codedGapsClasses", "codedPairsClasses", "codedPairs13")
SIZES = ((1024, 4, 0.0), (1024, 4, 0.8), (24, 60, 0.0))  # side, number, share of zeros


def laplace(side: int, seed: int, zeros: float) -> Affine:
    rng = np.random.default_rng(seed)
    q = np.clip(np.round(rng.laplace(0, 7 / 6, (side, side))), -7, 7).astype(np.int8)
    q.ravel()[rng.permutation(q.size)[: round(zeros * q.size)]] = 0
    return Affine(q, 4, (rng.random((side, 1)) + 0.5).astype(np.float32), None, (side, side))


def write(file: Path, layout: str, encodings: list[Affine]) -> tuple[int, int]:
    """A chain of products; words and bytes of the weights."""
    value = x = ir.Value(name="x", shape=ir.Shape([1, encodings[0].shape[0]]), type=ir.TensorType(ir.DataType.FLOAT))
    nodes, initializers, functions, words, size = [], [], {}, 0, 0
    for number, encoding in enumerate(encodings):
        options = forms(spec_of(encoding, ON), f"w{number}", 18, ON)
        form = next(form for form in options if form.layout.name == layout)
        stored = storage.pack(encoding, form, 18)
        made, read = stored.build()
        weight = made[-1].outputs[0] if made else read[0]
        product = ir.Node("", "MatMul", [value, weight])
        value = product.outputs[0]
        value.name = f"y{number}"
        nodes, initializers = [*nodes, *made, product], [*initializers, *read]
        functions |= {function.identifier(): function for function in stored.functions()}
        chosen = getattr(form.layout, "chosen", None)
        words += sum(part.tally.length for part in chosen(form.spec)[1]) if chosen else encoding.q.size
        size += form.bytes
    value.shape, value.type = x.shape, x.type
    graph = ir.Graph([x], [value], nodes=nodes, initializers=initializers, opset_imports={"": 18, "workbench": 1})
    ir.save(ir.Model(graph, ir_version=8, functions=list(functions.values())), file)
    return words, size


def figures(side: int, number: int, zeros: float, layouts: tuple[str, ...]) -> Mapping[str, tuple[float, ...]]:
    encodings = [laplace(side, seed, zeros) for seed in range(number)]
    with tempfile.TemporaryDirectory() as folder:
        counted, files = {}, {}
        for layout in ("plain", *layouts):
            files[layout] = Path(folder) / f"{layout}.onnx"
            counted[layout] = write(files[layout], layout, encodings)
        loads = loading.of_files(list(files.values()), {}, 1, Job(), 5)
    found = {}
    for layout, load in zip(files, loads, strict=True):
        memory = [spread.low if spread else 0.0 for spread in (load.peak, load.memory)]
        found[layout] = (*counted[layout], load.seconds.low, *memory)
    return found


def main() -> None:
    print("| weights | layout | words | bytes | load s | peak MB | kept MB | s a word | bytes a word | ms a weight |")
    print("|" + "---|" * 10)
    for side, number, zeros in SIZES:
        layouts = tuple(name for name in LAYOUTS if zeros or ("Gaps" not in name and "Pairs" not in name))
        found = figures(side, number, zeros, layouts)
        base = found["plain"]
        for layout, (words, size, seconds, peak, kept) in found.items():
            more = seconds - base[2]
            each = f"{more / words:.1e} | {(peak - base[3]) / words:.0f} | {1e3 * more / number:.2f}"
            name = f"{number} x {side}^2, {zeros:.0%} zeros"
            cells = f"{words:,} | {size:,} | {seconds:.3f} | {peak / 1e6:.0f} | {kept / 1e6:.0f}"
            print(f"| {name} | {layout} | {cells} | {each} |", flush=True)


if __name__ == "__main__":
    main()
