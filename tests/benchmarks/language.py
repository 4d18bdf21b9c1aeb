"""A small language model, trained on text that Python packages ship: the docstrings of numpy, scipy and
scikit-image. Its head is the embedding (tied), as most small language models have it.

`python -m tests.benchmarks.language FOLDER [STEPS [BLOCKS]]` trains it with one thread and writes decoder.onnx and, of
modules that it was not trained on, calibration.jsonl and text.jsonl.
"""

import ast
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

PACKAGES = ("numpy", "scipy", "skimage")
WORDS, LENGTH, WIDTH, BLOCKS, HEADS = 2048, 128, 256, 2, 4
BATCH, RATE = 16, 2e-3
HELD = {"calibration": 96, "text": 640}  # sequences


def docstrings(parts: range) -> str:
    """Those of all modules whose path falls into these parts of 20, in order of the paths' hashes."""
    files = [file for name in PACKAGES if (spec := find_spec(name)) for file in _modules(spec.origin or "")]
    ordered = sorted((hashlib.sha256(name.encode()).digest(), path) for name, path in files)
    return "\n\n".join(text for digest, path in ordered if digest[0] % 20 in parts for text in _of_module(path))


def _modules(origin: str) -> Iterator[tuple[str, Path]]:
    root = Path(origin).parent
    yield from ((path.relative_to(root.parent).as_posix(), path) for path in root.rglob("*.py"))


def _of_module(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
            yield text


def pieces(text: str) -> list[str]:
    """Words with the blank before them, digits, signs and line ends."""
    return re.findall(r" ?[A-Za-z]+| +|.|\n", text)


class Words:
    """The most frequent pieces; others are spelled letter by letter."""

    def __init__(self, text: str) -> None:
        letters = sorted(set(text) & {chr(code) for code in range(9, 127)})
        frequent = [piece for piece, _ in Counter(pieces(text)).most_common(WORDS) if piece not in letters]
        self.number = {piece: index for index, piece in enumerate(["?", *letters, *frequent][:WORDS])}

    def encode(self, text: str) -> np.ndarray:
        found: list[int] = []
        for piece in pieces(text):
            if piece in self.number:
                found.append(self.number[piece])
            else:
                found += [self.number.get(letter, 0) for letter in piece]
        return np.array(found, np.int64)


class Block(nn.Module):
    """Attention to what came before, and two products; norms first (Radford et al. 2019)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.q, self.k, self.v, self.proj = (nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        x = self.norm1(h)
        q, k, v = (
            part(x).reshape(-1, LENGTH, HEADS, WIDTH // HEADS).transpose(1, 2) for part in (self.q, self.k, self.v)
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.proj(mixed.transpose(1, 2).reshape(-1, LENGTH, WIDTH))
        return h + self.down(functional.gelu(self.up(self.norm2(h))))


class Decoder(nn.Module):
    """Tokens [n, LENGTH] to the logits of the next ones [n, LENGTH, WORDS]."""

    def __init__(self, blocks: int = BLOCKS) -> None:
        super().__init__()
        self.embed = nn.Embedding(WORDS, WIDTH)
        self.places = nn.Parameter(torch.randn(LENGTH, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block() for _ in range(blocks))
        self.norm = nn.LayerNorm(WIDTH)
        nn.init.normal_(self.embed.weight, std=0.02)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        h = self.embed(input_ids) + self.places
        for block in self.blocks:
            h = block(h)
        return functional.linear(self.norm(h), self.embed.weight)


def trained(tokens: np.ndarray, steps: int, blocks: int) -> Decoder:
    """AdamW, the rate up in 50 steps and down along a cosine."""
    torch.manual_seed(0)
    model, drawn = Decoder(blocks), np.random.default_rng(0)
    matrices = [each for each in model.parameters() if each.dim() == 2]
    others = [each for each in model.parameters() if each.dim() != 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], RATE
    )
    start = time.perf_counter()
    for step in range(steps):
        share = min(1.0, (step + 1) / 50) * (0.05 + 0.95 * (1 + np.cos(np.pi * step / steps)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = RATE * share
        places = drawn.integers(0, len(tokens) - LENGTH - 1, BATCH)
        chosen = torch.from_numpy(np.stack([tokens[place : place + LENGTH + 1] for place in places]))
        loss = functional.cross_entropy(model(chosen[:, :-1]).flatten(0, 1), chosen[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 20 == 0:
            print(f"step {step}, loss {loss.item():.3f}, {time.perf_counter() - start:.0f} s", flush=True)
    return model.eval()


def main(folder: Path, steps: int = 400, blocks: int = BLOCKS) -> None:
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    text = docstrings(range(2, 20))
    words = Words(text)
    tokens = words.encode(text)
    print(f"{len(text):,} characters, {len(tokens):,} tokens", flush=True)
    for part, (name, count) in enumerate(HELD.items()):
        held = words.encode(docstrings(range(part, part + 1)))
        drawn = np.random.default_rng(1).permutation(len(held) // LENGTH)[:count] * LENGTH
        lines = [json.dumps({"input_ids": held[place : place + LENGTH].tolist()}) for place in sorted(drawn)]
        (folder / f"{name}.jsonl").write_text("\n".join(lines))
    model = trained(tokens, steps, blocks)
    example = torch.zeros(2, LENGTH, dtype=torch.int64)
    program = torch.onnx.export(
        model, (example,), dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},), output_names=["logits"]
    )
    assert program is not None
    program.save(folder / "decoder.onnx")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
