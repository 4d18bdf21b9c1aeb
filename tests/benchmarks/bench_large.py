"""A model of 4 GB in 300 layers with external data: from asking for it to its tree, memory of both processes, an edit.

python -m tests.benchmarks.bench_large [--export]

Bars: the tree within 2 s of asking a running window, under 500 MB resident in each process. `--export` also exports it
with one layer edited, which needs 5 GB of disk and some minutes. What was found is also written beside this file.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication

from tests.benchmarks.large import large_model
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.workspace import Workspace
from workbench.graph.rewrite.rewrite import with_edits
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session
from workbench.ui.shell.main_window import MainWindow
from workbench.ui.widgets import theme

LIMIT = 120.0
TABLE = Path(__file__).with_name("large.md")
LINES: list[str] = []


def tell(line: str) -> None:
    """On the screen, and for the file."""
    print(line, flush=True)
    LINES.append(f"- {line}")


def resident(process: int | str = "self") -> int:
    """Bytes that a process has in memory now."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) << 10


def wait(application: QApplication, until: Callable[[], bool]) -> float:
    """Seconds of running the event loop until something is so."""
    start = time.perf_counter()
    while not until():
        application.processEvents()
        time.sleep(0.001)
        assert time.perf_counter() - start < LIMIT, "it took too long"
    return time.perf_counter() - start


def in_the_window(path: Path) -> None:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.apply(application, "light")
    link = EngineLink()
    link.start()
    session = Session(link)
    window = MainWindow(session)
    window.show()
    window.build_workspace()
    wait(application, lambda: bool(session.methods))
    start = time.perf_counter()
    session.open(str(path))
    assert window.workspace is not None
    tree = window.workspace.tree.tree
    wait(application, lambda: session.model is not None and tree.model().rowCount(QModelIndex()) > 0)
    tree.repaint()
    seconds = time.perf_counter() - start
    engine = link.pid
    assert engine is not None
    tell(f"tree of {len(session.model.layers)} layers, {session.model.bytes / 1e9:.1f} GB: {seconds:.2f} s [bar: 2 s]")
    tell(f"resident: window {resident() >> 20} MB, engine {resident(engine) >> 20} MB [bar: 500 MB each]")
    chosen = session.model.layers[150].path
    session.select((chosen,), chosen)
    seconds = wait(application, lambda: session.view is not None)
    tell(f"a layer chosen, its histogram and singular values: {seconds:.2f} s")
    session.set_actions([chosen], (Action("quantize.affine", {"bits": 4}),), "bits", True)
    seconds = wait(application, lambda: session.preview is not None and session.preview_is_current)
    tell(f"its edit, size of the file: {seconds:.2f} s; engine {resident(engine) >> 20} MB")
    session.undo_stack.setClean()
    window.close()
    link.shutdown()


def exported(path: Path) -> None:
    workspace = Workspace.open(str(path), Job())
    recipe = Recipe().with_actions([workspace.model.layers[150].path], (Action("quantize.affine", {"bits": 4}),))
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        start = time.perf_counter()
        result = workspace.compiled(recipe, Job())
        file = Path(folder) / "edited.onnx"
        with_edits(result.model, result.edits).save(file)
        size = sum(part.stat().st_size for part in Path(folder).iterdir())
        tell(
            f"edited and saved with external data: {time.perf_counter() - start:.1f} s, {size / 1e9:.2f} GB, "
            f"{resident() >> 20} MB resident"
        )
        start = time.perf_counter()
        again = Workspace.open(str(file), Job())
        tell(f"opened again: {time.perf_counter() - start:.2f} s, {len(again.model.layers)} layers")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--export", action="store_true")
    given = parser.parse_args()
    made = large_model(Path("out/bench/large"))
    in_the_window(made)
    if given.export:
        exported(made)
    head = "# A model of 4 GB in 300 layers\n\nWritten by `python -m tests.benchmarks.bench_large"
    TABLE.write_text("\n".join([f"{head}{' --export' if given.export else ''}`.\n", *LINES, ""]), encoding="utf-8")
    os._exit(0)
