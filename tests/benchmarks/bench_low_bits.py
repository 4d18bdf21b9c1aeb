"""What helps a network of depthwise convolutions at 8 and 4 bits: EfficientNet-Lite0, in exported files.

python -m tests.benchmarks.bench_low_bits [--training N] [--only NAME;NAME] [--matching WORDS] [--steps N]

Calibration and the stage of Recover have crops of the left halves of pictures; what is reported is of 192 crops of
the right halves. The network is unsure of these crops, so beside the top-1 that it shares with the original stand the
Kullback-Leibler divergence of the softmax and the signal to noise of the logits (SQNR). The table is also written
beside this file; `--matching reconstructed` runs these rows alone, and leaves the others as they are in it.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort

import workbench as wb
from tests.benchmarks.models import MADE, crops, efficientnet
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage

TABLE = Path(__file__).with_name("low_bits.md")
TOGETHER = 16
WHY = """
Rounding moves the mean of what a depthwise layer gives, and the layers behind it add that up. So what takes the mean
back helps most: the step `quantize.bias_correction` at 8 bits, the stage `statistics` of Recover at 4 bits.
Equalisation does not: it cannot pass a ReLU6, and scales per channel have done its work. The stage `reconstruct` has
such corrections in it, and learns the rounding behind them, block by block: `statistics` behind it is not needed.
"""
ROUNDED = wb.step("quantize.affine", bits=8, range="minmax")
ROUNDED_ZERO = wb.step("quantize.affine", bits=8, range="minmax", symmetric=False)
BIAS = wb.step("quantize.bias_correction")
STATISTICS = wb.stage("statistics")
STEPS = 50  # of each block: three minutes of one core


def reconstructed(steps: int = STEPS, **params: object) -> Stage:
    return wb.stage("reconstruct", steps=steps, batch=16, **params)


def four(method: str, **params: object) -> Action:
    return wb.step(f"quantize.{method}", bits=4, **params)


CASES: dict[str, wb.Recipe] = {
    "8 bits, nearest": wb.Recipe({"*": [ROUNDED]}),
    "8 bits, nearest, equalised": wb.Recipe({"*": [wb.step("quantize.equalize"), ROUNDED]}),
    "8 bits, nearest, zero point": wb.Recipe({"*": [ROUNDED_ZERO]}),
    "8 bits, nearest, bias corrected": wb.Recipe({"*": [ROUNDED, BIAS]}),
    "8 bits, nearest, zero point, bias corrected": wb.Recipe({"*": [ROUNDED_ZERO, BIAS]}),
    "8 bits, GPTQ": wb.Recipe({"*": [wb.step("quantize.gptq", bits=8)]}),
    "4 bits, nearest": wb.Recipe({"*": [four("affine")]}),
    "4 bits, GPTQ": wb.Recipe({"*": [four("gptq")]}),
    "4 bits, GPTQ, bias corrected": wb.Recipe({"*": [four("gptq"), BIAS]}),
    "4 bits, GPTQ, zero point, bias corrected": wb.Recipe({"*": [four("gptq", symmetric=False), BIAS]}),
    "4 bits, GPTQ, statistics": wb.Recipe({"*": [four("gptq")]}, recover=[STATISTICS]),
    "4 bits, GPTQ, zero point, statistics": wb.Recipe({"*": [four("gptq", symmetric=False)]}, recover=[STATISTICS]),
    "4 bits, AdaRound, zero point, statistics": wb.Recipe(
        {"*": [four("adaround", symmetric=False)]}, recover=[STATISTICS]
    ),
}
GPTQ_ZERO = four("gptq", symmetric=False)


def with_blocks(steps: int) -> dict[str, wb.Recipe]:
    """Rows whose blocks are reconstructed, with this number of steps for each block."""
    learned, kept = reconstructed(steps), reconstructed(steps, drop=0.0)
    return {
        "4 bits, nearest, zero point, reconstructed": wb.Recipe(
            {"*": [four("affine", symmetric=False)]}, recover=[learned]
        ),
        "4 bits, GPTQ, zero point, reconstructed": wb.Recipe({"*": [GPTQ_ZERO]}, recover=[learned]),
        "4 bits, GPTQ, zero point, reconstructed without drop": wb.Recipe({"*": [GPTQ_ZERO]}, recover=[kept]),
        "4 bits, GPTQ, zero point, reconstructed, statistics": wb.Recipe(
            {"*": [GPTQ_ZERO]}, recover=[learned, STATISTICS]
        ),
    }


def answers(path: Path, samples: np.ndarray) -> np.ndarray:
    """Logits [samples, classes] of a file in ONNX Runtime, as it comes."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options)
    name = session.get_inputs()[0].name
    starts = range(0, len(samples), TOGETHER)
    found = [session.run(None, {name: samples[start : start + TOGETHER]})[0] for start in starts]
    return np.concatenate(found).astype(np.float64)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def figures(found: np.ndarray, right: np.ndarray) -> str:
    """Cells of the table: agreement with its 95 % interval, SQNR in dB, mean divergence in nats."""
    agreement = float(np.mean(found.argmax(1) == right.argmax(1)))
    half = 1.96 * np.sqrt(agreement * (1 - agreement) / len(right))
    noise = 10 * np.log10(np.square(right).sum() / np.square(found - right).sum())
    ours, theirs = log_softmax(found), log_softmax(right)
    divergence = (np.exp(theirs) * (theirs - ours)).sum(axis=1).mean()
    return f"{agreement:.3f} ± {half:.3f} | {noise:.1f} | {divergence:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--training", type=int, default=360, help="crops for calibration and Recover")
    parser.add_argument("--only", default="", help="names of rows, separated by semicolons; the table is not written")
    parser.add_argument("--matching", default="", help="run rows with these words, and put them into the table")
    parser.add_argument("--steps", type=int, default=STEPS, help="of the stage reconstruct, for each block")
    given = parser.parse_args()
    cases = CASES | with_blocks(given.steps)
    names = list(filter(None, given.only.split(";"))) or [name for name in cases if given.matching in name]
    subject = efficientnet()
    samples = np.load(subject.data)["x"]
    training = MADE / f"pictures_training_{given.training}.npz"
    if not training.exists():
        np.savez(training, x=crops(given.training, "left", seed=7))
    model = wb.open(subject.model, data=subject.data, calibration=training)
    right = answers(subject.model, samples)
    rows = {} if given.only or not given.matching else rows_of(TABLE.read_text(encoding="utf-8"))
    for name in names:
        start = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            model.export(cases[name], folder, verify=False, timing=False)
            (path,) = Path(folder).rglob("*.onnx")
            cells, size = figures(answers(path, samples), right), path.stat().st_size
        rows[name] = f"| {name} | {size:,} | {cells} | {time.process_time() - start:.0f} |"
        print(rows[name], flush=True)
    if not given.only:
        head = [
            "# EfficientNet-Lite0 at 8 and 4 bits",
            "",
            f"Written by `python -m tests.benchmarks.bench_low_bits --training {given.training}`: exported files in",
            f"ONNX Runtime {ort.__version__}, {len(samples)} crops of the right halves of pictures; calibration and "
            f"Recover on {given.training} crops",
            f"of the left halves, without labels; blocks are reconstructed in {given.steps} steps each. The original: "
            f"{subject.model.stat().st_size:,} bytes.",
            "",
            "| steps, on every layer | bytes | same top-1 | SQNR, dB | divergence, nats | CPU seconds |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        TABLE.write_text("\n".join([*head, *(rows[name] for name in cases if name in rows), WHY]), encoding="utf-8")


def rows_of(table: str) -> dict[str, str]:
    """Rows of the written table, by name."""
    found = (line for line in table.splitlines() if line.startswith(("| 8 bits", "| 4 bits")))
    return {line.split("|")[1].strip(): line for line in found}


if __name__ == "__main__":
    main()
