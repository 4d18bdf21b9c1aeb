"""The naive way of an edit: apply it, save the model, load the file, read the samples, evaluate. Nothing is kept."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from tests.benchmarks.networks import images
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe
from workbench.data.opening import open_dataset
from workbench.engine.base.cache import Cache
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import compiler as apply
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

PIXELS = (387, 469)  # of a picture before it is scaled to the model's input: the average of ImageNet
SPREAD = 40.0  # of the pixels 0..255 about their middle
GRAIN = 35.0  # of noise in single pixels: it makes files of 126 kB, as ImageNet has (6.3 GB of 50,000)


@dataclass(frozen=True)
class Naive:
    """Seconds of each part, and the score of each sample."""

    apply: float
    save: float
    load: float
    read: float
    evaluate: float
    scores: np.ndarray

    @property
    def seconds(self) -> float:
        return self.in_memory + self.read

    @property
    def in_memory(self) -> float:
        """With the samples already there."""
        return self.apply + self.save + self.load + self.evaluate


def naive(workspace: Workspace, recipe: Recipe, folder: Path) -> Naive:
    """Each part by itself; the samples are the workspace's, read from the disk again."""
    evaluator = workspace.measurable()
    clock = [time.perf_counter()]
    chosen, notes = apply.stacks(workspace.model, recipe)
    edits = apply.compiled(workspace.model, chosen, notes, workspace.calibration, 0, Cache(1 << 30), Job()).edits
    edited = effective(workspace.model, edits)
    clock.append(time.perf_counter())
    edited.save(folder / "naive.onnx")
    clock.append(time.perf_counter())
    session = runtime.session(folder / "naive.onnx")
    clock.append(time.perf_counter())
    read = replace(evaluator, data=open_dataset(evaluator.data.path, evaluator.data.specs))
    clock.append(time.perf_counter())
    *_, (_, scores) = read.stream(runner(session), Job())
    clock.append(time.perf_counter())
    return Naive(*np.diff(clock).tolist(), scores)


def save_pictures(folder: Path, count: int, model: Path, classes: int = 1000) -> Path:
    """Seeded pictures as JPEG files, each in the folder of the class that the model gives it; made once."""
    if folder.exists():
        return folder
    making = folder.with_name(f"unfinished-{folder.name}")
    for number in range(classes):
        (making / f"{number:04}").mkdir(parents=True, exist_ok=True)
    rules = {"size": [224, 224], "scale": 1, "mean": 127.5, "std": SPREAD}
    (making / "preprocessing.yaml").write_text(yaml.safe_dump(rules))
    grain = np.random.default_rng(7)
    for index, field in enumerate(images(count, 7, PIXELS)):
        noise = GRAIN * grain.standard_normal((*PIXELS, 1))
        pixels = np.clip(127.5 + SPREAD * field.transpose(1, 2, 0) + noise, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(making / "0000" / f"{index:05}.jpg", quality=90)
    session = runtime.session(model)
    data = open_dataset(str(making), runtime.specs(session.get_inputs()))
    decided = np.concatenate([session.run(None, feeds)[0].argmax(1) for feeds in data.batches(64)])
    for index, label in enumerate(decided):
        if label:
            (making / "0000" / f"{index:05}.jpg").rename(making / f"{label:04}" / f"{index:05}.jpg")
    making.replace(folder)
    return folder
