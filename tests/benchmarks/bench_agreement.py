"""Does the exported file decide as the preview did, for every method on every layer of the demo that takes it?

python -m tests.benchmarks.bench_agreement

Bar: the same top-1 on every sample but float ties. The table is also written beside this file.
"""

import tempfile
from pathlib import Path

from tests.benchmarks.bench_methods import STRENGTHS, rows_of
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace

TABLE = Path(__file__).with_name("agreement.md")


def main() -> None:
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    workspace = workspace.attach(
        str(resource_path("demo/fashion_test.npz")),
        Job(),
        calibration=str(resource_path("demo/fashion_calibration.npz")),
    )
    lines = [
        "# Preview against exported file",
        "",
        "Written by `python -m tests.benchmarks.bench_agreement`.",
        "",
        "| what | samples | other decision | largest difference of an output |",
        "|---|---:|---:|---:|",
    ]
    differing = 0
    for name, actions in rows_of(STRENGTHS["cnn"]).items():
        try:
            with tempfile.TemporaryDirectory() as folder:
                verified = export(workspace, Recipe((Row("*", actions),)), folder, Job()).verified
        except UserError as error:
            lines.append(f"| {name} | refused: {error.what} | | |")
        else:
            assert verified is not None
            others = round((1 - verified.agreement) * verified.samples)
            differing += others
            lines.append(f"| {name} | {verified.samples:,} | {others} | {verified.max_abs_diff:.1g} |")
        print(lines[-1], flush=True)
    lines += ["", f"{differing} decisions differ in all."]
    print(lines[-1])
    TABLE.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
