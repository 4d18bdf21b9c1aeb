"""Every method on whole models: setting, real file bytes, metric in the preview and verified in the exported file.

python -m tests.benchmarks.bench_methods [--quick] [--models cnn,vit]

Each row applies one action to every layer that accepts it, exports, opens the file again and measures it on the demo's
test samples; calibration is on the demo's training samples. At the end, whether the orderings that the literature
reports hold here.
"""

import argparse
import tempfile
import time

from workbench.core.action import Action
from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.recipe import Recipe, Row
from workbench.core.resources import resource_path
from workbench.engine.export import export
from workbench.engine.workspace import Workspace

ROWS: tuple[tuple[str, tuple[Action, ...]], ...] = (
    ("affine 8", (Action("quantize.affine", {"bits": 8}),)),
    ("affine 4", (Action("quantize.affine", {"bits": 4}),)),
    ("affine 4 tensor", (Action("quantize.affine", {"bits": 4, "granularity": "tensor"}),)),
    ("affine 4 group 32", (Action("quantize.affine", {"bits": 4, "granularity": "group"}),)),
    ("affine 3", (Action("quantize.affine", {"bits": 3}),)),
    ("affine 3 + bias", (Action("quantize.affine", {"bits": 3}), Action("quantize.bias_correction"))),
    ("gptq 3", (Action("quantize.gptq", {"bits": 3}),)),
    ("adaround 3", (Action("quantize.adaround", {"bits": 3}),)),
    ("affine 2", (Action("quantize.affine", {"bits": 2}),)),
    ("gptq 2", (Action("quantize.gptq", {"bits": 2}),)),
    ("codebook 4", (Action("quantize.codebook", {"bits": 4}),)),
    ("codebook 2", (Action("quantize.codebook", {"bits": 2}),)),
    ("float16", (Action("quantize.float", {"format": "float16"}),)),
    ("float8e4m3", (Action("quantize.float", {"format": "float8e4m3"}),)),
    ("magnitude 0.6", (Action("prune.magnitude", {"sparsity": 0.6}),)),
    ("magnitude 0.6 global", (Action("prune.magnitude", {"sparsity": 0.6, "scope": "global"}),)),
    ("wanda 0.6", (Action("prune.wanda", {"sparsity": 0.6}),)),
    ("sparsegpt 0.6", (Action("prune.sparsegpt", {"sparsity": 0.6}),)),
    ("taylor 0.6 global", (Action("prune.taylor", {"sparsity": 0.6, "scope": "global"}),)),
    ("fisher 0.6 global", (Action("prune.fisher", {"sparsity": 0.6, "scope": "global"}),)),
    ("snip 0.6", (Action("prune.snip", {"sparsity": 0.6}),)),
    ("synflow 0.6", (Action("prune.synflow", {"sparsity": 0.6}),)),
    ("2:4", (Action("prune.nm"),)),
    ("blocks 4x1 0.5", (Action("prune.block"),)),
    ("svd energy 0.8", (Action("lowrank.svd", {"energy": 0.8}),)),
    ("svd rank 24", (Action("lowrank.svd", {"rank": 24}),)),
    ("whitened rank 24", (Action("lowrank.whitened", {"rank": 24}),)),
    ("response rank 24", (Action("lowrank.response", {"rank": 24}),)),
    ("spatial energy 0.8", (Action("lowrank.spatial", {"energy": 0.8}),)),
    ("tucker 0.5", (Action("lowrank.tucker", {"ratio": 0.5}),)),
    ("subspace 4 x 8", (Action("lowrank.subspace"),)),
    ("distil rank 24", (Action("distill.layer", {"rank": 24}),)),
    ("magnitude 0.5 + affine 4", (Action("prune.magnitude"), Action("quantize.affine"))),
    ("sparsegpt 0.5 + gptq 4", (Action("prune.sparsegpt", {"sparsity": 0.5}), Action("quantize.gptq", {"bits": 4}))),
)
QUICK = ("affine 8", "affine 4", "affine 3", "gptq 3", "magnitude 0.6", "sparsegpt 0.6", "svd rank 24",
         "whitened rank 24")
# (better, worse): what the papers report.
ORDERINGS = (("affine 4", "affine 4 tensor"), ("gptq 3", "affine 3"), ("adaround 3", "affine 3"),
             ("wanda 0.6", "magnitude 0.6"), ("sparsegpt 0.6", "magnitude 0.6"), ("whitened rank 24", "svd rank 24"),
             ("response rank 24", "whitened rank 24"))


def measure(workspace: Workspace, actions: tuple[Action, ...], folder: str) -> tuple[int, float, float, float]:
    """Bytes, metric in the preview, metric verified in the file, seconds."""
    start = time.monotonic()
    report = export(workspace, Recipe((Row("*", actions),)), folder, Job())
    assert report.verified is not None and report.preview_value is not None
    return int(report.after.bytes.value), report.preview_value, report.verified.value, time.monotonic() - start


def table(model: str, names: tuple[str, ...]) -> None:
    workspace = Workspace.open(str(resource_path(f"demo/fashion_{model}.onnx")), Job())
    workspace = workspace.attach(str(resource_path("demo/fashion_test.npz")), Job(),
                                 calibration=str(resource_path("demo/fashion_calibration.npz")))
    baseline = workspace.measurable().baseline()
    size = workspace.model.source.bytes
    print(f"\nfashion_{model}: {size:,} bytes, {workspace.measurable().metric.title} {baseline.value:.4f} "
          f"on {baseline.samples:,} samples")
    print(f"{'setting':26} {'bytes':>10} {'smaller':>8} {'preview':>8} {'verified':>9} {'seconds':>8}", flush=True)
    values = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, actions in ROWS:
            if name not in names:
                continue
            try:
                file, shown, verified, seconds = measure(workspace, actions, folder)
            except UserError as error:
                print(f"{name:26} refused: {error}", flush=True)
                continue
            values[name] = verified
            print(f"{name:26} {file:>10,} {size / file:>7.2f}x {shown:>8.4f} {verified:>9.4f} {seconds:>8.1f}",
                  flush=True)
    for better, worse in ORDERINGS:
        if better in values and worse in values:
            holds = "holds" if values[better] >= values[worse] else "does NOT hold here"
            print(f"{better} above {worse}: {holds} ({values[better]:.4f}, {values[worse]:.4f})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few rows")
    parser.add_argument("--models", default="cnn,vit")
    given = parser.parse_args()
    for chosen in given.models.split(","):
        table(chosen, QUICK if given.quick else tuple(name for name, _ in ROWS))
