"""Static 8-bit exports beside onnxruntime.quantization: bytes, time of a run, and CPU seconds to make them.

    python -m tests.benchmarks.bench_static [--out tests/benchmarks/static.md] [cnn vit ppocr efficientnet]

Both quantise the same model with the same calibration samples (U8S8, per channel, 7-bit weights, min-max). Runs are of
one sample on one thread, the three files in turns; ratios are of the 20th percentile. CPU seconds are of this process:
ours with --no-verify and --no-timing, from opening the file to the written one, the reading of data in both.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

import workbench as wb
from tests.benchmarks import models
from workbench.core.base.job import Job
from workbench.data.opening import open_dataset
from workbench.engine.calibration.layer_context import SAMPLES
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

SUBJECTS: dict[str, Callable[[], models.Subject]] = {
    "cnn": lambda: models.fashion("cnn"),
    "vit": lambda: models.fashion("vit"),
    "ppocr": models.text_direction,
    "efficientnet": models.efficientnet,
}
TITLE = """# Static 8-bit exports beside onnxruntime.quantization

By `python -m tests.benchmarks.bench_static`: see there. On a quiet machine of 2 cores with AVX-512 VNNI.
"""
ROUNDS, SECONDS, LOW = 80, 12.0, 20
HEAD = "| model | fp32 bytes | ORT | ours | ORT / fp32 time | ours / fp32 time | ours / ORT CPU s | floats kept |"


class Reader(CalibrationDataReader):
    def __init__(self, path: str, model: str, name: str) -> None:
        data = open_dataset(path, Workspace.open(model, Job()).model.inputs, False, Job())
        (own,) = data.inputs
        self._rest = iter([{name: feeds[own]} for feeds in data.batches(1, SAMPLES)])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._rest, None)


def by_onnxruntime(subject: models.Subject, folder: Path) -> Path:
    """The other tool's file; a model of an older opset is converted for it."""
    ready, made = folder / "ready.onnx", folder / "ort.onnx"
    quant_pre_process(str(subject.model), str(ready), skip_symbolic_shape=True)
    proto = onnx.load(ready)
    if next(each.version for each in proto.opset_import if not each.domain) < 13:
        onnx.save(onnx.version_converter.convert_version(proto, 13), ready)
    name = onnx.load(ready).graph.input[0].name
    quantize_static(
        str(ready),
        str(made),
        Reader(str(subject.calibration), str(subject.model), name),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    return made


def ours(subject: models.Subject, folder: Path) -> tuple[Path, int]:
    """Our file, and how many layers keep floating-point activations."""
    opened = wb.open(str(subject.model), str(subject.calibration), raise_opset=True)
    report = opened.export(wb.Recipe({"*": ["quantize.static"]}), folder, "ours", verify=False, timing=False)
    return folder / "ours.onnx", sum("floating-point activations" in layer.note for layer in report.layers)


def in_turns(files: Sequence[Path], feeds: dict[str, np.ndarray]) -> np.ndarray:
    """Seconds of a run of each."""
    sessions = [runtime.session(file, threads=1) for file in files]
    times: list[list[float]] = [[] for _ in files]
    begin = time.perf_counter()
    for turn in range(ROUNDS):
        if turn > 10 and time.perf_counter() - begin > SECONDS:
            break
        for session, into in zip(sessions, times, strict=True):
            start = time.perf_counter()
            session.run(None, {session.get_inputs()[0].name: next(iter(feeds.values()))})
            into.append(time.perf_counter() - start)
    return np.percentile(np.array(times)[:, 3:], LOW, axis=1)


def spent(make: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    return make(), time.process_time() - start


def row(subject: models.Subject) -> str:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (mine, kept), own = spent(lambda: ours(subject, folder))
        other, theirs = spent(lambda: by_onnxruntime(subject, folder))
        data = open_dataset(str(subject.data), Workspace.open(str(subject.model), Job()).model.inputs, False, Job())
        files = (subject.model, other, mine)
        times = in_turns(files, data.least())
        sizes = [f"{file.stat().st_size:,}" for file in files]
    ratios = [f"{taken / times[0]:.2f}" for taken in times[1:]]
    cpu = f"{own:.1f} / {theirs:.1f} = {own / theirs:.2f}"
    return f"| {' | '.join([subject.name, *sizes, *ratios, cpu, str(kept)])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", default=list(SUBJECTS), metavar="MODEL")
    parser.add_argument("--out", default="", metavar="FILE")
    given = parser.parse_args()
    row(SUBJECTS["cnn"]())  # what is imported and asked of the runtime once counts for neither
    lines = [HEAD, f"|{'---|' * (HEAD.count('|') - 1)}"]
    for name in given.subjects:
        lines.append(row(SUBJECTS[name]()))
        print(lines[-1], flush=True)
    if given.out:
        Path(given.out).write_text("\n".join([TITLE, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
