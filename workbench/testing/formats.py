"""Shared suite of formats: each opens the files that it claims, refuses damaged ones in a sentence, and runs no code
without trust. `check_format` runs all checks; CHECKS are for a runner that shows them one by one."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.formats.finish import answers, finish, relative_difference
from workbench.formats.format import Format
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.testing.audit import nothing_run
from workbench.testing.saying import refused, sentence

HEAD = 4096
ROUND_TRIP = 1e-4  # of the outputs, of what is saved and opened again


@dataclass(frozen=True)
class FormatCase:
    """A format with files of it. `running`: paths that would run code (possibly `file.py:function`)."""

    format: Format
    files: tuple[Path, ...]
    running: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.format.name

    def claims(self, path: str) -> bool:
        try:
            head = Path(path).read_bytes()[:HEAD]
        except OSError:
            head = b""
        return self.format.claims(path, head)

    def open(self, path: Path) -> Model:
        return finish(self.format.load(str(path), False, Job()), frozenset(), Job())


def check_format(format: Format, *files: Path | str, running: tuple[str, ...] = ()) -> None:
    """Run all checks below for files of the format. Raises AssertionError naming the violation.

    `running`: paths that would run code without trust (possibly `file.py:function`); they have to be refused.
    """
    assert files, "a format is tried on files of it"
    case = FormatCase(format, tuple(map(Path, files)), running)
    for check in CHECKS:
        check(case)


def claims_its_own_files_only(case: FormatCase) -> None:
    """Check that it claims its files by name and first bytes; but not ONNX files (except the format onnx), texts, and
    names without a file."""
    for file in case.files:
        assert case.claims(str(file)), f"{case} does not claim {file.name}"
        missing = str(file.with_name(f"no_such_{file.name}"))
        if case.claims(missing):
            refused(lambda missing=missing: case.format.load(missing, False, Job()), missing)  # type: ignore[misc]
    assert not case.claims("no_such_file.nothing"), f"{case} claims a file that is not there"
    if case.format.name != "onnx":
        assert not case.claims(str(resource_path("demo/fashion_cnn.onnx"))), f"{case} claims an ONNX file"
        assert not case.format.claims("notes.txt", b"a text of some kind"), f"{case} claims a text"


def opens_them(case: FormatCase) -> None:
    """Check that each file opens as a graph with inputs and outputs that ONNX Runtime runs; the file is not changed."""
    for file in case.files:
        before = file.read_bytes()
        model = case.open(file)
        assert model.inputs and model.outputs, f"{file.name} has no inputs or outputs"
        assert model.source.path == str(file) and model.source.format == case.format.name
        assert answers(runtime.session(model))[0], f"{file.name} takes no inputs"
        assert file.read_bytes() == before, f"opening changed {file.name}"


def refuses_damaged_files(case: FormatCase) -> None:
    """Check that a truncated file is refused in a sentence that names it; one with changed bytes opens or is refused
    likewise."""
    for file in case.files:
        for name, data in damaged(file.read_bytes()):
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / file.name
                copy.write_bytes(data)
                if not case.claims(str(copy)):
                    continue
                if name.startswith("cut"):
                    refused(lambda copy=copy: case.format.load(str(copy), False, Job()), str(copy))  # type: ignore[misc]
                    continue
                try:
                    case.open(copy)
                except UserError as error:
                    assert sentence(error.what) and str(copy) in error.what, f"{name}: {error.what!r}"


def runs_nothing(case: FormatCase) -> None:
    """Check that without trust nothing is unpickled, started or written; files that would run code are refused."""
    for file in case.files:
        case.format.load(str(file), False, Job())  # libraries are loaded now
        with nothing_run():
            case.format.load(str(file), False, Job())
    for path in case.running:
        assert case.claims(path), f"{case} does not claim {path}"
        with nothing_run():
            refused(lambda path=path: case.format.load(path, False, Job()))  # type: ignore[misc]


def saves_what_it_opens(case: FormatCase) -> None:
    """Check formats that can save: the graph comes back from a new file with the same outputs, and is not changed."""
    save = case.format.save
    if save is None:
        return
    for file in case.files:
        graph = case.format.load(str(file), False, Job()).graph
        before = ir.to_proto(graph).SerializeToString()
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / f"again{case.format.suffix}"
            save(graph, copy, Job())
            assert ir.to_proto(graph).SerializeToString() == before, f"saving {file.name} changed the graph"
            assert case.claims(str(copy)), f"{case} does not claim what it saved"
            again = runtime.session(case.format.load(str(copy), False, Job()).graph)
            feeds, expected, why = answers(runtime.session(graph))
            assert feeds, f"{file.name} was not run: {why}"
            difference = relative_difference(expected, runtime.run(again, feeds))
            assert difference <= ROUND_TRIP, f"{file.name} saved again has outputs that differ by {difference:.2g}"


def damaged(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield copies of a file, truncated or with changed bytes; the same ones each time."""
    rng = np.random.default_rng(0)
    for share in (0.9, 0.5, 0.1):
        yield f"cut to {share:.0%}", data[: int(share * len(data))]
    for number in range(8):
        other = np.frombuffer(data, np.uint8).copy()
        at = rng.integers(4, len(other), size=max(1, len(other) // 1000))
        other[at] = rng.integers(0, 256, size=len(at), dtype=np.uint8)
        yield f"other bytes {number}", other.tobytes()


CHECKS: tuple[Callable[[FormatCase], None], ...] = (
    claims_its_own_files_only,
    opens_them,
    refuses_damaged_files,
    runs_nothing,
    saves_what_it_opens,
)
