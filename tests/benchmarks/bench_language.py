"""RTN, GPTQ and AWQ at 4 and 3 bits in groups of 128 on a language model of real text: perplexity in the exported file.

`python -m tests.benchmarks.bench_language FOLDER [BITS ...] [--table] [--samples N]`, where tests.benchmarks.language
trained the model. All products in the blocks get the step; embedding and head stay as they are, or with `--table` the
table that is both gets it alone. Each file is run by ONNX Runtime over the same
sequences; differences of the loss of a token are paired by sequence, with intervals of 95 % for text like this
(language.md).
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from workbench.core.analysis.measured import Measuring
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.data.metrics.intervals import ALL, paired_interval
from workbench.data.metrics.tokens import mean_loss
from workbench.engine.api.export import export
from workbench.engine.base.evaluate import runner
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

METHODS = {
    "RTN": "quantize.affine: {bits: %d, granularity: group, group_size: 128, range: minmax}",
    "RTN, ranges of least error": "quantize.affine: {bits: %d, granularity: group, group_size: 128, range: mse}",
    "GPTQ": "quantize.gptq: {bits: %d, granularity: group, group_size: 128}",
    "GPTQ, in sequence": "quantize.gptq: {bits: %d, granularity: group, group_size: 128, sequential: true}",
    "AWQ": "quantize.awq: {bits: %d, granularity: group, group_size: 128}",
    "AWQ, in sequence": "quantize.awq: {bits: %d, granularity: group, group_size: 128, sequential: true}",
}


def rows_of(workspace: Workspace, file: Path) -> np.ndarray:
    """[sequences, 2] loss and number of tokens, in the file as it is written."""
    *_, (_, rows) = workspace.measurable().stream(runner(runtime.session(file.read_bytes())), Job())
    return np.array(rows)


def versus(rows: np.ndarray, other: np.ndarray) -> str:
    """Mean difference of the loss of a token, nats, by sequence."""
    apart = rows[:, 0] / rows[:, 1] - other[:, 0] / other[:, 1]
    low, high = paired_interval(apart, ALL, 1e-3)
    return f"{apart.mean():+.4f} [{low:+.4f}, {high:+.4f}]"


def main(folder: Path, widths: list[int], table: bool, samples: int) -> None:
    original = folder / "decoder.onnx"
    workspace = Workspace.open(str(original), Job()).attach(
        str(folder / "text.jsonl"),
        Job(),
        calibration=str(folder / "calibration.jsonl"),
        measuring=Measuring(("perplexity",)),
        count=samples,
    )
    blocks = sorted({path for path in workspace.model.sites if "blocks" in path})
    if table:
        blocks = [layer.path for layer in workspace.model.layers if layer.op == "Embedding" and not layer.locked]
    first = rows_of(workspace, original)
    print(f"{len(blocks)} layers, {int(first[:, 1].sum()):,} tokens in {len(first)} sequences\n")
    print("| bits | method | file bytes | perplexity | loss against fp32, nats | loss against RTN |")
    print("|---|---|---|---|---|---|")
    print(f"| 32 | fp32 | {original.stat().st_size:,} | {np.exp(mean_loss(first)):.3f} | | |", flush=True)
    for bits in widths:
        plain = None
        for name, step in METHODS.items():
            rows = "\n".join(f'  "{path}": [{{{step % bits}}}]' for path in blocks)
            with tempfile.TemporaryDirectory() as made:
                recipe = parse_recipe(f"version: 1\nlayers:\n{rows}")
                export(workspace, recipe, made, Job(), "made", verify=False, timing=False)
                file = Path(made) / "made.onnx"
                found, size = rows_of(workspace, file), file.stat().st_size
            plain = found if plain is None else plain
            against = "" if plain is found else versus(found, plain)
            figures = f"{np.exp(mean_loss(found)):.3f} | {versus(found, first)} | {against}"
            print(f"| {bits} | {name} | {size:,} | {figures} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("bits", type=int, nargs="*", default=[4, 3])
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--samples", type=int, default=0)
    given = parser.parse_args()
    main(given.folder, given.bits, given.table, given.samples)
