"""50,000 images of 224 x 224 pixels that do not fit into memory: a folder of JPEG files, and one .npy of uint8.

    python -m tests.benchmarks.bench_stream [FOLDER] [--images N]

Evaluates on all of them, and scans the layers with --samples 2000, each command in a separate process: seconds, the
most memory that the process had (VmHWM as the system counts it), the figure. 2,000 of the samples are given as an array
that is held in memory, too: the figures must be the same to the last digit.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image

SIDE, CLASSES, PART, EACH = 224, 10, 2000, 50  # EACH: images of one task of a process that makes them
RULES = "mean: [0.485, 0.456, 0.406]\nstd: [0.229, 0.224, 0.225]\n"


def image(number: int) -> np.ndarray:
    """[224, 224, 3] uint8: coarse noise around the color of its class, which is number % CLASSES."""
    rng = np.random.default_rng(number)
    color = np.random.default_rng(number % CLASSES).uniform(70, 185, 3)
    coarse = np.clip(rng.normal(color + rng.normal(0, 25, 3), 40, (7, 7, 3)), 0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def make_some(folder: Path, start: int) -> None:
    for number in range(start, start + EACH):
        Image.fromarray(image(number)).save(folder / f"{number % CLASSES}" / f"{number:05}.jpg", quality=85)


def make(folder: Path, images: int) -> None:
    """A folder of JPEG files, the .npy of the same pixels decoded, labels, a model."""
    pictures, arrays = folder / "pictures", folder / "arrays"
    for each in (arrays, *(pictures / str(number) for number in range(CLASSES))):
        each.mkdir(parents=True, exist_ok=True)
    (pictures / "preprocessing.yaml").write_text(RULES)
    with ProcessPoolExecutor() as pool:
        list(pool.map(make_some, [pictures] * (images // EACH), range(0, images, EACH)))
    files = sorted(pictures.glob("*/*.jpg"))
    labels = np.array([int(file.parent.name) for file in files])
    pixels = np.lib.format.open_memmap(arrays / "x.npy", "w+", np.uint8, (len(files), 3, SIDE, SIDE))
    for number, file in enumerate(files):
        pixels[number] = np.asarray(Image.open(file)).transpose(2, 0, 1)
        if number % 1000 == 999:
            pixels.flush()
    np.save(arrays / "y.npy", labels)
    (arrays / "preprocessing.yaml").write_text(RULES + "scale: 255\n")
    make_model(folder / "model.onnx", pixels, labels)


def make_model(path: Path, pixels: np.ndarray, labels: np.ndarray) -> None:
    """Random convolutions, and a last layer fitted to their outputs by least squares."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 4, 4),
        torch.nn.ReLU(),
        torch.nn.Conv2d(16, 32, 4, 4),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(32, CLASSES),
    ).eval()
    chosen = np.random.default_rng(0).choice(len(pixels), min(1000, len(pixels)), replace=False)
    mean, std = (torch.tensor(each).reshape(1, 3, 1, 1) for each in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    with torch.no_grad():
        features = net[:-1]((torch.from_numpy(pixels[np.sort(chosen)]) / 255 - mean) / std)
        wanted = torch.nn.functional.one_hot(torch.from_numpy(labels[np.sort(chosen)]), CLASSES).float()
        columns = torch.cat([features, torch.ones(len(features), 1)], 1)
        solution = torch.linalg.lstsq(columns, wanted).solution
        net[-1].weight.copy_(solution[:-1].T)
        net[-1].bias.copy_(solution[-1])
    batch = torch.export.Dim("batch")
    torch.onnx.export(
        net, (torch.zeros(2, 3, SIDE, SIDE),), path, dynamo=True, dynamic_shapes=({0: batch},), verbose=False
    )


def measured(*words: str) -> tuple[dict, float, float]:
    """The JSON that a command prints, its seconds, and the most memory that its process had, MB. (What getrusage says
    of a child begins with the memory of its parent.)"""
    begun, most = time.monotonic(), 0.0
    with tempfile.TemporaryFile() as out:
        command = [sys.executable, "-m", "workbench", *words, "--json"]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            with contextlib.suppress(OSError, StopIteration):
                status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
                most = max(most, int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1000)
            time.sleep(0.05)
        out.seek(0)
        return json.loads(out.read()), time.monotonic() - begun, most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--images", type=int, default=50_000)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="stream-"))
    if not (folder / "model.onnx").exists():
        make(folder, given.images)
    model, pictures, arrays = (str(folder / name) for name in ("model.onnx", "pictures", "arrays"))
    rows = [("folder of JPEG files", pictures, ()), ("uint8 .npy", arrays, ())]
    print("| what | samples | top-1 | seconds | most memory |\n|---|---|---|---|---|")
    for name, data, more in rows:
        found, seconds, memory = measured("evaluate", model, "--data", data, *more)
        print(f"| evaluate, {name} | {found['samples']:,} | {found['value']:.6f} | {seconds:.0f} | {memory:.0f} MB |")
    part = ("--samples", str(PART))
    values = {}
    for name, data, _ in rows:
        found, seconds, memory = measured("evaluate", model, "--data", data, *part)
        values[name] = found["value"]
        print(f"| evaluate, {name} | {found['samples']:,} | {found['value']:.6f} | {seconds:.0f} | {memory:.0f} MB |")
        scan, seconds, memory = measured("sensitivity", model, "--data", data, *part)
        trials = [each["value"] for layer in scan["layers"] for each in layer["candidates"]]
        values[f"{name}, scan"] = trials
        what = f"scan of {len(trials)} candidates, {name}"
        print(f"| {what} | {PART:,} | {scan['baseline']:.6f} | {seconds:.0f} | {memory:.0f} MB |")
    from workbench.data.sampling import stratified  # what --samples takes

    labels = np.load(folder / "arrays" / "y.npy")
    chosen = np.sort(stratified(labels, len(labels), 0)[:PART])
    held = folder / "held.npz"
    mean, std = (np.float32(each).reshape(1, 3, 1, 1) for each in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    pixels = np.load(folder / "arrays" / "x.npy", mmap_mode="r")[chosen] / np.float32(255)
    np.savez_compressed(held, x=(pixels - mean) / std, y=labels[chosen])  # compressed: it is read into memory
    found, seconds, memory = measured("evaluate", model, "--data", str(held))
    print(f"| evaluate, in memory | {found['samples']:,} | {found['value']:.6f} | {seconds:.0f} | {memory:.0f} MB |")
    same = all(found["value"] == values[name] for name, _, _ in rows)
    scans = values["folder of JPEG files, scan"] == values["uint8 .npy, scan"]
    print(f"\nThe same figures: evaluate {same}, scan {scans}.")


if __name__ == "__main__":
    main()
