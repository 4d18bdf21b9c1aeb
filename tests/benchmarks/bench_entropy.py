"""Bytes of the demo networks' files with Huffman codes, against packed forms and against the entropy of their levels.

python -m tests.benchmarks.bench_entropy

Levels by `quantize.affine` on every layer as it is set by default, zeros by `prune.magnitude`; accuracy is not looked
at. Every file is written and its length compared with what was predicted. Entropy: order 0, of the levels of each
tensor alone, summed up. Bar: 1.08 times the entropy plus 1.5 kB. Load: seconds of one core that the runtime takes for
the file, once.
"""

import time

import numpy as np
import onnxruntime as ort

from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.storing import Storing
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.rewrite.rewrite import size_of, with_edits

FORMS = {
    "packed": Storing(codes="off", storage="smallest"),
    "codes": Storing(codes="on", storage="smallest"),
    "codes, slim": Storing(codes="on", storage="smallest", sides="float16", names="short"),
}


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


def main() -> None:
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
