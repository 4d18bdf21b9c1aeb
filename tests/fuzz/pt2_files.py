"""torch.export programs: members of the archive and values of its JSON changed."""

import json
import random
import warnings
from pathlib import Path
from typing import Any

from tests.fuzz.changes import archive_changed, bytes_changed, value_changed
from tests.fuzz.kind import Commands, kind

PROGRAM = "program.pt2"


def prepare(seeds: Path) -> None:
    """A small network, saved by torch."""
    import torch

    net = torch.nn.Sequential(torch.nn.Linear(16, 8), torch.nn.ReLU(), torch.nn.Linear(8, 4)).eval()
    with warnings.catch_warnings(action="ignore"):
        batch = torch.export.Dim("batch")
        program = torch.export.export(
            net, (torch.randn(3, 16, generator=torch.Generator().manual_seed(0)),), dynamic_shapes=({0: batch},)
        )
        torch.export.save(program, seeds / PROGRAM)


@kind("pt2", prepare)
def make(chance: random.Random, seeds: Path, folder: Path) -> Commands:
    """Opened without trust."""
    content = (seeds / PROGRAM).read_bytes()
    if chance.random() < 0.3:
        content = bytes_changed(chance, content)
    else:
        content = archive_changed(chance, content, lambda name, body: _member(chance, name, body))
    (folder / "model.pt2").write_bytes(content)
    return [["inspect", "model.pt2"]]


def _member(chance: random.Random, name: str, body: bytes) -> bytes:
    if not name.endswith(".json") or chance.random() < 0.2:
        return bytes_changed(chance, body)
    document: Any = json.loads(body)
    for _ in range(chance.choice((1, 1, 3))):
        document = value_changed(chance, document)
    try:
        return json.dumps(document).encode()
    except ValueError:  # an integer of more digits than Python writes
        return b"[" * 100_000
