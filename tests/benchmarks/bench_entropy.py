"""Bytes of the demo networks' files with Huffman codes, against packed forms and against the entropy of their levels.

python -m tests.benchmarks.bench_entropy [--small]

Levels by `quantize.affine` on every layer as it is set by default, zeros by `prune.magnitude`; accuracy is not looked
at. Every file is written and its length compared with what was predicted. Entropy: order 0, of the levels of each
tensor alone, summed up. Bar: 1.08 times the entropy plus 1.5 kB. Load: seconds of one core that the runtime takes for
the file, once.

--small: the share of zeros of the whole network, one scale a tensor, all small things small; where the bytes are, and
top-1 with float weights of what is in the file beside these.
"""

import argparse
import time

import numpy as np
import onnx
import onnxruntime as ort

from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.storing import Sides, Storing
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.rewrite.rewrite import size_of, with_edits

FORMS = {
    "packed": Storing(codes="off", storage="smallest"),
    "codes": Storing(codes="on", storage="smallest"),
    "codes, slim": Storing(codes="on", storage="smallest", sides="float16", names="short"),
    "codes, slim, int4": Storing(codes="on", storage="smallest", sides="int4", names="short"),
}
SMALL: tuple[Sides, ...] = ("int8", "int6", "int4")
SMALL_CASES = (("cnn", 4, 0.86), ("vit", 4, 0.7))


def entropy_bytes(encoding: Encoding) -> float:
    grid = encoding.tensor.grid
    if grid is None:
        return 0.0
    share = np.unique(grid.q, return_counts=True)[1] / grid.q.size
    return float(-(share * np.log2(share)).sum() * grid.q.size / 8)


def load(content: bytes) -> float:
    options = ort.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    start = time.process_time()
    ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return time.process_time() - start


def row(workspace: Workspace, bits: int, zeros: float) -> list[str]:
    steps = [Action("prune.magnitude", {"sparsity": zeros})] if zeros else []
    recipe = Recipe((Row("*", (*steps, Action("quantize.affine", {"bits": bits}))),))
    compiled = workspace.compiled(recipe, Job())
    entropy = sum(entropy_bytes(edit.encoding) for edit in compiled.edits.values())
    cells, seconds = [], []
    for storing in FORMS.values():
        result = compiled.stored(storing)
        size = size_of(result.model, result.edits, storing)
        content = with_edits(result.model, result.edits, storing).to_bytes()
        assert len(content) == size.file, f"predicted {size.file}, written {len(content)}"
        cells.append(f"{size.file:,}")
        seconds.append(f"{load(content):.2f}")
    return [*cells, f"{entropy:,.0f}", f"{1.08 * entropy + 1500:,.0f}", *seconds]


def parts(content: bytes) -> tuple[int, int, int]:
    """Bytes of the decoders and other functions, of the data of tensors, and of all else in the graph."""
    model = onnx.load_from_string(content)
    functions = onnx.ModelProto(functions=model.functions).ByteSize()
    data = sum(len(tensor.raw_data) for tensor in model.graph.initializer)
    return functions, data, len(content) - functions - data


def top1(content: bytes) -> float:
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    samples = np.load(resource_path("demo/fashion_test.npz"))
    (name,) = (given.name for given in session.get_inputs())
    batches = np.array_split(np.arange(len(samples["y"])), 20)
    found = [session.run(None, {name: samples["x"][rows].astype(np.float32)})[0] for rows in batches]
    return float((np.concatenate(found).argmax(1) == samples["y"]).mean())


def small() -> None:
    """Print one row for each network and number of bits of small tensors."""
    columns = ["network", "sides", "bytes", "functions", "tensors", "rest", "entropy", "bar", "top-1, float weights"]
    print(f"| {' | '.join(columns)} |")
    print("|" + "---|" * len(columns))
    for name, bits, zeros in SMALL_CASES:
        workspace = Workspace.open(str(resource_path(f"demo/fashion_{name}.onnx")), Job())
        prune = Action("prune.magnitude", {"sparsity": zeros, "scope": "global"})
        levels = Action("quantize.affine", {"bits": bits, "granularity": "tensor"})
        compiled = workspace.compiled(Recipe((Row("*", (prune, levels)),)), Job())
        entropy = sum(entropy_bytes(edit.encoding) for edit in compiled.edits.values())
        for sides in SMALL:
            storing = Storing(codes="on", storage="smallest", sides=sides, names="short")
            result = compiled.stored(storing)
            content = with_edits(result.model, result.edits, storing).to_bytes()
            assert len(content) == size_of(result.model, result.edits, storing).file
            cells = [f"{size:,}" for size in (len(content), *parts(content))]
            cells += [f"{entropy:,.0f}", f"{1.08 * entropy + 1500:,.0f}", f"{top1(result.model.to_bytes()):.4f}"]
            print(f"| {name} | {sides} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="where the bytes of the smallest files are")
    if parser.parse_args().small:
        small()
        return
    columns = ["network", "bits", "zeros", *FORMS, "entropy", "bar", *(f"load {form}" for form in FORMS)]
    print(f"| {' | '.join(columns)} |")
    print("|" + "---|" * len(columns))
    for name in ("cnn", "vit"):
        workspace = Workspace.open(str(resource_path(f"demo/fashion_{name}.onnx")), Job())
        for bits in (8, 4, 3):
            for zeros in (0.0, 0.8):
                cells = row(workspace, bits, zeros)
                print(f"| {name} | {bits} | {zeros:.0%} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
