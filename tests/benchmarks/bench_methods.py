"""Every method on whole models: setting, real file bytes, metric in the preview and verified in the exported file.

python -m tests.benchmarks.bench_methods [--models cnn,vit,ppocr,efficientnet] [--only gptq,affine]

Each row applies its steps to every layer that takes them, exports, opens the file again and measures it; calibration is
on other samples (tests/benchmarks/models.py). Strengths are chosen a model each, such that methods lose something and
not everything. Below each table stands whether the orderings that the literature reports hold: beyond the 95 % interval
of a difference of two such fractions, within it, or not. The tables are also written beside this file.
"""

import argparse
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.models import SUBJECTS, Absent
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action, in_order
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace

TABLE = Path(__file__).with_name("methods.md")
Steps = tuple[Action, ...]


@dataclass(frozen=True)
class Strength:
    """How strongly a model is compressed; `rows` and `steps` of AdaRound: fewer, where all would take hours."""

    bits: int
    sparsity: float
    rank: float  # of full rank
    removed: float  # of the channels
    rows: tuple[str, ...] = ()
    steps: int = 500


MOST = (
    "affine 8",
    "affine",
    "affine tensor",
    "tensor minmax",
    "equalised tensor",
    "affine minmax",
    "affine mse",
    "affine + bias",
    "gptq",
    "adaround",
    "awq",
    "codebook",
    "codebook fisher",
    "float16",
    "float8e4m3",
    "blockwise",
    "static",
    "static W4A8",
    "smooth",
    "dynamic",
    "magnitude",
    "wanda",
    "sparsegpt",
    "taylor",
    "channels l1",
    "channels taylor",
    "channels bn",
    "svd",
    "whitened",
    "svd refined",
    "tucker",
    "tucker refined",
    "sparsegpt + gptq",
    "svd + affine",
    "svd + gptq",
)
FEW = (
    "affine 8",
    "affine",
    "affine tensor",
    "tensor minmax",
    "affine minmax",
    "affine mse",
    "gptq",
    "adaround",
    "codebook",
    "codebook fisher",
    "static",
    "magnitude",
    "wanda",
    "sparsegpt",
    "svd",
    "whitened",
    "channels l1",
    "channels taylor",
    "channels bn",
)
STRENGTHS = {
    "cnn": Strength(3, 0.7, 0.5, 0.1),
    "vit": Strength(3, 0.6, 0.5, 0.1, MOST),
    "ppocr": Strength(3, 0.3, 0.7, 0.05, MOST),
    "efficientnet": Strength(4, 0.5, 0.8, 0.03, FEW, 150),
}


def rows_of(s: Strength) -> dict[str, Steps]:
    """Short name -> what is done to every layer."""
    affine = Action("quantize.affine", {"bits": s.bits})
    magnitude = Action("prune.magnitude", {"sparsity": s.sparsity})
    svd, tucker = Action("lowrank.svd", {"ratio": s.rank}), Action("lowrank.tucker", {"ratio": s.rank})
    refine = Action("distill.refine")
    few = Action("quantize.affine", {"bits": s.bits, "granularity": "tensor"})
    rows: dict[str, Steps] = {
        "affine 8": (Action("quantize.affine", {"bits": 8}),),
        "affine": (affine,),
        "affine tensor": (few,),
        "tensor minmax": (few.with_param("range", "minmax"),),
        "equalised tensor": (Action("quantize.equalize"), few),
        "affine group": (Action("quantize.affine", {"bits": s.bits, "granularity": "group"}),),
        "affine zero point": (affine.with_param("symmetric", False),),
        **{
            f"affine {rule}": (affine.with_param("range", rule),) for rule in ("minmax", "percentile", "mse", "entropy")
        },
        **{f"affine {how}": (affine.with_param("rounding", how),) for how in ("floor", "stochastic")},
        "affine + bias": (affine, Action("quantize.bias_correction")),
        "gptq": (Action("quantize.gptq", {"bits": s.bits}),),
        "adaround": (Action("quantize.adaround", {"bits": s.bits, "steps": s.steps}),),
        "awq": (Action("quantize.awq", {"bits": s.bits}),),
        "codebook": (Action("quantize.codebook", {"bits": s.bits}),),
        **{
            f"codebook {what}": (Action("quantize.codebook", {"bits": s.bits, "sensitivity": what}),)
            for what in ("fisher", "activations")
        },
        **{
            name: (Action("quantize.float", {"format": name}),)
            for name in ("float16", "bfloat16", "float8e4m3", "float8e5m2")
        },
        "blockwise": (Action("quantize.blockwise"),),
        "static": (Action("quantize.static"),),
        "static W4A8": (Action("quantize.static", {"bits": 4, "range": "mse"}),),
        "static entropy": (Action("quantize.static", {"activations": "entropy"}),),
        "smooth": (Action("quantize.smooth"),),
        "dynamic": (Action("quantize.dynamic"),),
        "magnitude": (magnitude,),
        "magnitude global": (magnitude.with_param("scope", "global"),),
        "nm": (Action("prune.nm"),),
        "block": (Action("prune.block"),),
        **{
            name: (Action(f"prune.{name}", {"sparsity": s.sparsity}),)
            for name in ("wanda", "sparsegpt", "snip", "synflow")
        },
        **{
            name: (Action(f"prune.{name}", {"sparsity": s.sparsity, "scope": "global"}),)
            for name in ("taylor", "fisher")
        },
        **{
            f"channels {rule}": (Action("prune.channels", {"ratio": s.removed, "criterion": rule}),)
            for rule in ("l1", "l2", "fpgm", "taylor", "bn", "activation", "lamp")
        },
        "svd": (svd,),
        "whitened": (Action("lowrank.whitened", {"ratio": s.rank}),),
        "response": (Action("lowrank.response", {"ratio": s.rank}),),
        "svd refined": (svd, refine),
        "svd energy": (Action("lowrank.svd", {"energy": 0.9}),),
        "svd vbmf": (Action("lowrank.svd", {"weakening": 0.5}),),
        "svd noise": (Action("lowrank.svd", {"rule": "marchenko-pastur"}),),
        "spatial": (Action("lowrank.spatial", {"ratio": s.rank}),),
        "tucker": (tucker,),
        "tucker refined": (tucker, refine),
        "cp": (Action("lowrank.cp", {"ratio": 0.8}),),
        "cp refined": (Action("lowrank.cp", {"ratio": 0.8}), refine),
        "subspace": (Action("lowrank.subspace"),),
        "distil": (Action("distill.layer", {"ratio": s.rank}),),
        "magnitude refined": (magnitude, refine),
        "magnitude + affine": (magnitude, Action("quantize.affine", {"bits": 4})),
        "magnitude + codebook": (magnitude, Action("quantize.codebook", {"bits": 4})),
        "sparsegpt + gptq": (Action("prune.sparsegpt", {"sparsity": s.sparsity}), Action("quantize.gptq", {"bits": 4})),
        "svd + affine": (svd, Action("quantize.affine", {"bits": 4})),
        "svd + gptq": (svd, Action("quantize.gptq", {"bits": 4})),
        "svd + wanda": (svd, Action("prune.wanda", {"sparsity": 0.5})),
    }
    return {name: steps for name, steps in rows.items() if not s.rows or name in s.rows}


# (better, worse), and who reports it.
ORDERINGS = (
    ("affine", "affine tensor", "Krishnamoorthi 2018"),
    ("affine minmax", "tensor minmax", "Krishnamoorthi 2018"),
    ("equalised tensor", "affine tensor", "Nagel et al. 2019"),
    ("adaround", "affine", "Nagel et al. 2020"),
    ("gptq", "affine", "Frantar et al. 2023"),
    ("awq", "affine mse", "Lin et al. 2024"),
    ("affine mse", "affine minmax", "Nagel et al. 2021"),
    ("affine", "affine mse", "Nahshan et al. 2021"),
    ("codebook fisher", "codebook", "Kim et al. 2023"),
    ("wanda", "magnitude", "Sun et al. 2024"),
    ("sparsegpt", "magnitude", "Frantar and Alistarh 2023"),
    ("whitened", "svd", "Wang et al. 2025"),
    ("response", "svd", "Zhang et al. 2016"),
    ("svd refined", "svd", "fine-tuned factors"),
    ("tucker refined", "tucker", "Kim et al. 2016"),
    ("cp refined", "cp", "Lebedev et al. 2015"),
    ("channels taylor", "channels l1", "Molchanov et al. 2019"),
    ("svd + gptq", "svd + affine", "Frantar et al. 2023"),
)


def measure(workspace: Workspace, steps: Steps, folder: str) -> tuple[int, float, float]:
    """Bytes, metric in the preview, metric verified in the file."""
    report = export(workspace, Recipe((Row("*", in_order(steps)),)), folder, Job())
    assert report.verified is not None and report.preview_value is not None
    return int(report.after.bytes.value), report.preview_value, report.verified.value


def table(key: str, only: tuple[str, ...]) -> None:
    """The section of one model, printed line by line, and written row by row: what takes long may be cut short."""
    subject = SUBJECTS[key]()
    workspace = Workspace.open(str(subject.model), Job())
    workspace = workspace.attach(str(subject.data), Job(), calibration=str(subject.calibration))
    baseline, size = workspace.measurable().baseline(), workspace.model.source.bytes
    written = [
        f"## {subject.name}",
        "",
        f"{subject.words}. {size:,} bytes, {baseline.value:.4f}.",
        "",
        "| what | steps, on every layer that takes them | bytes | smaller | preview | verified | CPU seconds |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    print(*written, sep="\n", flush=True)
    values: dict[str, float] = {}
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, steps in rows_of(STRENGTHS[key]).items():
            if only and name not in only:
                continue
            start, said = time.process_time(), ", ".join(map(str, steps))
            try:
                file, shown, values[name] = measure(workspace, steps, folder)
                numbers = f"{file:,} | {size / file:.2f}x | {shown:.4f} | {values[name]:.4f}"
            except UserError as error:
                numbers = f"refused: {error.what} | | | "
            written.append(f"| {name} | {said} | {numbers} | {time.process_time() - start:.0f} |")
            print(written[-1], flush=True)
            lines = [
                ordering(better, worse, who, values, baseline.samples)
                for better, worse, who in ORDERINGS
                if better in values and worse in values
            ]
            if not only:
                keep("\n".join([*written, "", *lines, ""]))
    print("", *lines, sep="\n", flush=True)


def ordering(better: str, worse: str, who: str, values: dict[str, float], samples: int) -> str:
    """Whether one is above the other, and whether the samples are enough to tell."""
    a, b = values[better], values[worse]
    noise = 1.96 * ((a * (1 - a) + b * (1 - b)) / samples) ** 0.5
    said = "holds" if a - b > noise else "does NOT hold" if b - a > noise else "no difference that these samples show"
    return f"- {better} above {worse} ({who}): {said} ({a:.4f}, {b:.4f}, ± {noise:.4f})"


def keep(section: str) -> None:
    """Put a model's section into the table in place of its old one."""
    found = re.split(r"^(?=## )", TABLE.read_text(encoding="utf-8"), flags=re.M)[1:] if TABLE.exists() else []
    sections = {part.splitlines()[0]: part.strip() + "\n" for part in [*found, section]}
    head = (
        "# Every method on whole models\n\nWritten by `python -m tests.benchmarks.bench_methods`. One shot: "
        "no model is trained\nagain as a whole.\n"
    )
    TABLE.write_text("\n".join([head, *sections.values()]), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(STRENGTHS))
    parser.add_argument("--only", default="", help="names of rows; the table is then not written")
    given = parser.parse_args()
    wanted = tuple(filter(None, given.only.split(",")))
    for chosen in given.models.split(","):
        try:
            table(chosen, wanted)
        except Absent as reason:
            print(f"{chosen} is left out: {reason}")
