"""What stored weights cost where they run: load time, memory and run time of fp32, the decoded and the packed file.

`python -m tests.benchmarks.bench_kernels [FOLDER] [MILLIONS] [STORAGE ...]` builds a random decoder (12 blocks of 768
and 35,000 tokens, 139 M parameters, by default; 112: its head is the embedding; 1100: 1.1 G), exports it at 4 bits in
groups of 128 in each way of `export.storage`, measures each file in fresh processes, in turns, and prints a table
(kernels.md beside this).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.api.export import export
from workbench.engine.bench import fresh, loading
from workbench.engine.workspace import Workspace

RECIPE = parse_recipe(
    'version: 1\nlayers:\n  "*": [{quantize.affine: {bits: 4, granularity: group, group_size: 128, range: minmax}}]'
)
ROWS = (1, 8, 64)  # tokens at a time
SIZES = {
    139: (768, 12, 35_000, 12, False),
    112: (768, 12, 35_000, 12, True),
    1100: (2048, 20, 32_000, 16, False),
    8: (256, 4, 4_000, 4, False),
}  # width, blocks, tokens, heads, whether the head is the embedding
LARGE = 1_500_000_000  # bytes from which weights go into a file beside the graph


class Decoder:
    """A transformer with random weights: embedding, blocks of attention and two products, a head (`tied`: the embedding
    transposed)."""

    def __init__(self, width: int, blocks: int, tokens: int, heads: int, tied: bool = False) -> None:
        self.width, self.heads = width, heads
        self.rng = np.random.default_rng(0)
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []
        shape = np.array([0, 0, heads, width // heads], np.int64)
        self.split = self.constant("split", shape)
        self.join = self.constant("join", np.array([0, 0, width], np.int64))
        self.share = self.constant("share", np.float32((width // heads) ** -0.5))
        h = self.op("Gather", "embed", self.random("embed.weight", tokens, width), "ids")
        for number in range(blocks):
            h = self.block(h, f"blocks.{number}")
        h = self.norm(h, "norm")
        turned = self.op("Transpose", "", "embed.weight", perm=(1, 0)) if tied else ""
        head = turned or self.random("head.weight", width, tokens)
        self.nodes.append(helper.make_node("MatMul", [h, head], ["logits"], "head"))
        given = helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "tokens"])
        made = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "tokens", tokens])
        graph = helper.make_graph(self.nodes, "decoder", [given], [made], self.tensors)
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)

    def block(self, h: str, path: str) -> str:
        x = self.norm(h, f"{path}.norm1")
        q, k, v = (
            self.op(
                "Transpose", "", self.op("Reshape", "", self.linear(x, f"{path}.{part}", 1, 1), self.split), perm=perm
            )
            for part, perm in (("q", (0, 2, 1, 3)), ("k", (0, 2, 3, 1)), ("v", (0, 2, 1, 3)))
        )
        scores = self.op("Softmax", "", self.op("Mul", "", self.op("MatMul", "", q, k), self.share), axis=-1)
        mixed = self.op("Transpose", "", self.op("MatMul", "", scores, v), perm=(0, 2, 1, 3))
        h = self.op("Add", "", h, self.linear(self.op("Reshape", "", mixed, self.join), f"{path}.proj", 1, 1))
        x = self.op("Relu", "", self.linear(self.norm(h, f"{path}.norm2"), f"{path}.up", 1, 4))
        return self.op("Add", "", h, self.linear(x, f"{path}.down", 4, 1))

    def linear(self, x: str, path: str, inputs: int, outputs: int) -> str:
        weight = self.random(f"{path}.weight", inputs * self.width, outputs * self.width)
        bias = self.constant(f"{path}.bias", np.zeros(outputs * self.width, np.float32))
        return self.op("Add", "", self.op("MatMul", path, x, weight), bias)

    def norm(self, x: str, path: str) -> str:
        ones, zeros = np.ones(self.width, np.float32), np.zeros(self.width, np.float32)
        scale, shift = self.constant(f"{path}.weight", ones), self.constant(f"{path}.bias", zeros)
        return self.op("LayerNormalization", path, x, scale, shift, axis=-1)

    def op(self, kind: str, name: str, *inputs: str, **attributes: object) -> str:
        name = name or f"node{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [f"{name}.y"], name, **attributes))
        return f"{name}.y"

    def random(self, name: str, inputs: int, outputs: int) -> str:
        return self.constant(name, self.rng.standard_normal((inputs, outputs), dtype=np.float32) * inputs**-0.5)

    def constant(self, name: str, values: np.ndarray) -> str:
        self.tensors.append(numpy_helper.from_array(np.asarray(values), name))
        return name


def build(path: Path, millions: int) -> int:
    """Write the decoder; its parameters."""
    model = Decoder(*SIZES[millions]).model
    large = sum(len(tensor.raw_data) for tensor in model.graph.initializer) > LARGE
    onnx.save(model, path, save_as_external_data=large, location=f"{path.name}.data")
    return sum(int(np.prod(tensor.dims)) for tensor in model.graph.initializer)


def export_as(original: Path, storage: str) -> None:
    """Export in a process that does nothing else, and print its peak."""
    fresh.forget_most()  # what this process has of the one that it was made from
    start = time.perf_counter()
    workspace = Workspace.open(str(original), Job())
    opened = fresh.most() or 0
    recipe = replace(RECIPE, storing=replace(RECIPE.storing, storage=storage))
    report = export(workspace, recipe, str(original.parent), Job(), storage)
    peak = fresh.most() or 0
    print(
        f"export {storage}: {time.perf_counter() - start:.0f} s, peak {peak / 1e6:.0f} MB (at opening"
        f" {opened / 1e6:.0f}), {report.after.bits_per_weight:.2f} bits per weight,"
        f" outputs of preview and file differ by at most {report.verified.max_abs_diff if report.verified else None}",
        flush=True,
    )


def rows(files: dict[str, Path]) -> Iterator[str]:
    """Lines of the table."""
    drawn = np.random.default_rng(1)
    feeds = {number: {"ids": drawn.integers(0, 4000, (1, number))} for number in ROWS}
    found = {number: loading.of_files(list(files.values()), feeds[number], number, Job(), 3) for number in ROWS}
    yield "| | file MB | load s | kept MB | peak MB | " + " | ".join(f"ms of {number}" for number in ROWS) + " |"
    yield "|---" * (5 + len(ROWS)) + "|"
    for place, (name, file) in enumerate(files.items()):
        first = found[ROWS[0]][place]
        data = file.with_name(f"{file.name}.data")
        size = file.stat().st_size + (data.stat().st_size if data.exists() else 0)
        memory = [spread.median / 1e6 if spread else float("nan") for spread in (first.memory, first.peak)]
        runs = [found[number][place].run for number in ROWS]
        times = " | ".join(f"{run.median:.1f}" if run else "" for run in runs)
        seconds = first.seconds.median
        yield f"| {name} | {size / 1e6:.1f} | {seconds:.2f} | {memory[0]:.0f} | {memory[1]:.0f} | {times} |"


def main(folder: Path, millions: int, storages: list[str]) -> None:
    original = folder / "decoder.onnx"
    print(f"{build(original, millions):,} parameters", flush=True)
    files = {"fp32": original}
    for storage in storages or ("smallest", "fastest", "auto"):
        subprocess.run([sys.executable, "-m", __spec__.name, str(folder), storage], check=True)
        files[storage] = folder / f"{storage}.onnx"
    print(*rows(files), sep="\n")


if __name__ == "__main__":
    if sys.argv[2:] and not sys.argv[2].isdigit():  # by itself, for one way
        export_as(Path(sys.argv[1]) / "decoder.onnx", sys.argv[2])
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(
                Path(sys.argv[1] if sys.argv[1:] else temporary),
                int(sys.argv[2]) if sys.argv[2:] else 139,
                sys.argv[3:],
            )
