"""Train the two demo networks on Fashion-MNIST and write everything that the embedded demo needs.

    python train.py --model cnn          writes fashion_cnn.onnx
    python train.py --model vit          writes fashion_vit.onnx
    python train.py --model samples      writes fashion_test.npz and fashion_calibration.npz
    python train.py --quick --out DIR    everything, hardly trained, in about a minute

The test images are looked at once, after the last step: no checkpoint is chosen by them. A run prints what it measured
as one JSON line. The seed fixes the run for one version of torch, one kind of processor and one number of threads.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: threads that wait do not steal the cores

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parent))

from data import DEBIAN_PACKAGE, augment, load, save_sample, stratified
from export import count_macs, export, runtime_logits
from networks import NETWORKS

TEST_SAMPLE, CALIBRATION_SAMPLE, SAMPLE_SEED = 2000, 1000, 0
QUICK_IMAGES = 6000


@dataclass(frozen=True)
class Schedule:
    """How one network is trained."""

    epochs: int
    batch: int
    rate: float
    decay: float
    shift: int  # pixels of random translation
    memory_format: torch.memory_format


SCHEDULES = {
    "cnn": Schedule(11, 128, 0.2, 5e-4, 2, torch.channels_last),
    "vit": Schedule(12, 128, 2e-3, 0.05, 1, torch.contiguous_format),
}


def make_optimiser(name: str, model: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum for the CNN, AdamW for the transformer; no decay on norms, biases and positions."""
    decayed = [p for key, p in model.named_parameters() if p.dim() > 1 and key != "position"]
    free = [p for key, p in model.named_parameters() if p.dim() <= 1 or key == "position"]
    groups = [{"params": decayed, "weight_decay": schedule.decay}, {"params": free, "weight_decay": 0.0}]
    if name == "cnn":
        return torch.optim.SGD(groups, schedule.rate, momentum=0.9, nesterov=True)
    return torch.optim.AdamW(groups, schedule.rate)


def train(name: str, x: Tensor, y: Tensor, schedule: Schedule, seed: int) -> nn.Module:
    """Train with one learning-rate cycle (Smith, Topin, "Super-Convergence", arXiv:1708.07120, 2017)."""
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    model = NETWORKS[name]().to(memory_format=schedule.memory_format)
    optimiser = make_optimiser(name, model, schedule)
    steps = len(x) // schedule.batch
    if not schedule.epochs:
        return model
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, schedule.rate, schedule.epochs * steps, pct_start=0.2)
    started = time.monotonic()
    model.train()
    for epoch in range(schedule.epochs):
        order = torch.randperm(len(x), generator=random)
        losses, right = [], 0
        for step in range(steps):
            chosen = order[step * schedule.batch : (step + 1) * schedule.batch]
            images = augment(x[chosen], schedule.shift, random).float().contiguous(memory_format=schedule.memory_format)
            logits = model(images)
            loss = nn.functional.cross_entropy(logits, y[chosen])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            cycle.step()
            losses.append(loss.item())
            right += int((logits.argmax(1) == y[chosen]).sum())
        top1, seconds = right / (steps * schedule.batch), time.monotonic() - started
        print(
            f"{name} epoch {epoch + 1}/{schedule.epochs}: loss {np.mean(losses):.4f}, training top-1 {top1:.4f}, "
            f"{seconds:.0f} s",
            file=sys.stderr,
            flush=True,
        )
    return model


def write_model(name: str, args: argparse.Namespace) -> dict[str, object]:
    """Train, export, compare ONNX Runtime with torch, and measure on the test images."""
    images, labels = load(args.data, "train")
    tests, answers = load(args.data, "t10k")
    epochs = args.epochs if args.epochs is not None else SCHEDULES[name].epochs
    if args.quick:
        chosen = stratified(labels, QUICK_IMAGES, args.seed)
        images, labels, epochs = images[chosen], labels[chosen], 1
    schedule = Schedule(**{**SCHEDULES[name].__dict__, "epochs": epochs})
    started = time.monotonic()
    model = train(name, torch.from_numpy(images.copy()), torch.from_numpy(labels.astype(np.int64)), schedule, args.seed)
    seconds = time.monotonic() - started

    model = model.eval().to(memory_format=torch.contiguous_format)
    path = args.out / f"fashion_{name}.onnx"
    example = torch.from_numpy(tests[:256].astype(np.float32))
    export(model, path, example[:2])
    logits = runtime_logits(path, tests)
    with torch.no_grad():
        difference = float(np.abs(model(example).numpy() - logits[:256]).max())
    right = logits.argmax(1) == answers
    sample = stratified(answers, TEST_SAMPLE, SAMPLE_SEED)
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "parameters": sum(p.numel() for p in model.parameters()),
        "macs": count_macs(model, example),
        "top1_10000": float(right.mean()),
        "top1_sample": float(right[sample].mean()),
        "max_difference_to_torch": difference,
        "epochs": epochs,
        "seed": args.seed,
        "seconds": round(seconds),
    }


def write_samples(args: argparse.Namespace) -> dict[str, object]:
    """Write the labelled test sample and the calibration sample; the latter comes from the training images."""
    test, calibration = args.out / "fashion_test.npz", args.out / "fashion_calibration.npz"
    save_sample(test, *load(args.data, "t10k"), TEST_SAMPLE, SAMPLE_SEED)
    save_sample(calibration, *load(args.data, "train"), CALIBRATION_SAMPLE, SAMPLE_SEED)
    return {"files": {file.name: file.stat().st_size for file in (test, calibration)}}


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and write the embedded demo.")
    parser.add_argument("--model", choices=[*NETWORKS, "samples", "all"], default="all")
    parser.add_argument("--data", type=Path, default=DEBIAN_PACKAGE, help="folder of the four IDX files")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--epochs", type=int, help="default: 11 for the CNN, 12 for the transformer; 0: untrained")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help=f"one epoch of {QUICK_IMAGES} images")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    if args.model in ("samples", "all"):
        print(json.dumps(write_samples(args)), flush=True)
    for name in NETWORKS:
        if args.model in (name, "all"):
            print(json.dumps(write_model(name, args)), flush=True)


if __name__ == "__main__":
    main()
