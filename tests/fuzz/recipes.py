"""Recipes: values of every key, methods and their parameters, globs, and the text of the YAML changed."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tests.fuzz.changes import FLOATS, INTEGERS, TEXTS, VALUES, bytes_changed, value_changed
from tests.fuzz.kind import Commands, borrow, kind
from tests.fuzz.onnx_models import IMAGE, ROW, data

GOOD: dict[str, Any] = {
    "version": 1,
    "seed": 3,
    "layers": {
        "*": [{"quantize.affine": {"bits": 4, "granularity": "channel"}}],
        "first*": [{"prune.magnitude": {"sparsity": 0.5}}, {"quantize.codebook": {"bits": 3}}],
        "second*": [{"lowrank.svd": {"rank": 2}}, {"prune.wanda": {"sparsity": 0.3}, "off": True}],
    },
    "recover": [{"finetune": {"epochs": 1, "batch": 8, "rate": 0.01}}],
    "export": {"format": "onnx", "sparse": "auto"},
}
GLOBS = (
    *("*",) * 20,
    "first",
    "second",
    "stem",
    "last",
    "?*",
    "[",
    "[!a]*",
    "**",
    "nowhere",
    "*.weight",
    "",
    " ",
    "[" * 500,
    "*" * 40 + "z",
    "😀",
)
RAW = (
    "&a [*a, *a]",
    "a: &a {b: *a}",
    "!!python/object/apply:os.system ['true']",
    "? [a]\n: b",
    "- " * 2000,
    "{" * 2000,
    "version: 1\nversion: 1",
    "%YAML 9.9\n---\n",
    "version: 1\n---\nversion: 1",
    "<<: {version: 1}",
    "a: !!binary x",
    "version: 1_000\nlayers: {}",
    "version: 1\nseed: 0x10",
    "\t",
    "--- !!set {a, b}",
    "version: 0o1",
    "!!timestamp 1-1-1",
)


def prepare(seeds: Path) -> None:
    """Samples enough to train on."""
    np.savez(seeds / "rows.npz", **data(ROW, 96))
    np.savez(seeds / "images.npz", **data(IMAGE, 96))


@kind("recipe", prepare)
def make(chance: random.Random, seeds: Path, folder: Path) -> Commands:
    """For a perceptron whose layers are called first and second, or for a convolutional network."""
    (folder / "recipe.yaml").write_bytes(_text(chance))
    model, samples = chance.choice((("perceptron", "rows"), ("convolutions", "images")))
    return [
        [
            "compress",
            borrow(seeds, folder, f"{model}.onnx"),
            "--data",
            borrow(seeds, folder, f"{samples}.npz"),
            "--recipe",
            "recipe.yaml",
            "--out",
            "out",
            "--no-timing",
        ]
    ]


def _text(chance: random.Random) -> bytes:
    document: Any = _with_methods(chance)
    what = chance.random()
    if what < 0.1:
        return chance.choice(RAW).encode()
    if what < 0.2:
        return chance.choice((_bomb, _merged))(chance)
    if what > 0.7:
        for _ in range(chance.choice((1, 1, 2, 4))):
            document = value_changed(chance, document)
    try:
        text = json.dumps(document) if chance.random() < 0.2 else yaml.safe_dump(document, allow_unicode=True)
    except ValueError:
        text = f"version: 1\nseed: {'9' * 5000}\n"
    return bytes_changed(chance, text.encode()) if what < 0.3 else text.encode()


def _with_methods(chance: random.Random) -> dict[str, Any]:
    """The good recipe, or one with any method and any of its parameters at or beyond what it may be."""
    from workbench.core.recipe.recovery import STAGES
    from workbench.methods.base.method import all_methods

    document = copy.deepcopy(GOOD)
    if chance.random() < 0.3:
        return document
    steps = []
    for method in chance.choices([method.info() for method in all_methods().values()], k=chance.choice((1, 1, 2))):
        fields = chance.sample(method.fields, min(len(method.fields), chance.randrange(3)))
        steps.append({method.id: {field.name: _parameter(chance, field) for field in fields}})
    document["layers"] = {chance.choice(GLOBS): steps, **(GOOD["layers"] if chance.random() < 0.2 else {})}
    stage = chance.choice(STAGES)
    fields = [field for field in stage.fields if field.name not in ("epochs", "minutes")]
    some = chance.sample(fields, min(len(fields), chance.randrange(3)))
    wanted = {field.name: _parameter(chance, field) for field in some}
    document["recover"] = [{stage.id: {"epochs": 1, "batch": 8} | wanted}] if chance.random() < 0.2 else []
    return document


def _parameter(chance: random.Random, field: Any) -> Any:
    """Mostly one that the field allows, at its ends."""
    if chance.random() < 0.1:
        return chance.choice(VALUES)
    if field.kind == "choice":
        return chance.choice(field.choices)
    if field.name in ("steps", "iterations", "patience"):  # more of them is only longer
        return chance.randrange(20)
    if field.kind in ("int", "float"):
        ends = [end for end in (field.low, field.high, field.default) if end is not None]
        return chance.choice([*ends, *ends, chance.choice(INTEGERS if field.kind == "int" else FLOATS)])
    return chance.choice((True, False)) if field.kind == "bool" else chance.choice(TEXTS)


def _bomb(chance: random.Random) -> bytes:
    """Anchors that double what they hold, again and again."""
    lines = ["a0: &a0 {quantize.affine: {bits: 4}}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return ("\n".join(lines) + f"\nversion: 1\nlayers: {{'*': *a{chance.choice((1, 11))}}}\n").encode()


def _merged(chance: random.Random) -> bytes:
    lines = ["b0: &b0 {quantize.affine: {}, prune.magnitude: {}}"]
    lines += [f"b{n}: &b{n} {{<<: [{', '.join([f'*b{n - 1}'] * 9)}], k{n}: 1}}" for n in range(1, 10)]
    return ("\n".join(lines) + "\nversion: 1\nlayers: *b9\n").encode()
