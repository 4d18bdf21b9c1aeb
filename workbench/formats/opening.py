"""Open any model as the one graph: choose the format, prepare, find the layers, check that nothing changed."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx_ir as ir

from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.graph import runtime
from workbench.graph.inventory import find_layers
from workbench.graph.model import Model, Source
from workbench.graph.prepare import prepare

# The prepared graph computes the same in another order; float32 rounding stays far below this share of the outputs.
TOLERANCE = 1e-4
PICKLES = {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt"}


def open_model(path: str, *, trusted: bool = False, without: frozenset[str] = frozenset(), job: Job) -> Model:
    """Open `path`: .onnx, .pt2, or file.py:function, which runs code and so needs `trusted`.

    Raises UserError, in one sentence that names the file and the mend; nothing is ever unpickled.
    """
    job.report(f"opening {path}", 0.0)
    if ".py:" in path:
        from workbench.formats.torch_function import load_function
        return finish(*load_function(path, trusted, job), without, job)
    file = Path(path)
    if not file.exists():
        raise UserError(f"There is no file {path}.", "Check the name.")
    if file.is_dir():
        raise UserError(f"{path} is a folder.", "Name the model file in it.")
    loader = _loader(file)
    return finish(*loader(file, job), without, job)


def _loader(file: Path) -> Callable[[Path, Job], tuple[ir.Model, Source]]:
    """By content where it tells, by suffix else."""
    with file.open("rb") as handle:
        head = handle.read(4096)
    if not head:
        raise UserError(f"{file} is empty.", "Copy or export it again.")
    if file.suffix == ".py":
        raise UserError(f"{file} is a Python file.", f"Name the function that makes the model: {file}:function.")
    if head[:4] == b"PK\x03\x04":
        return _archive(file)
    if file.suffix in PICKLES or (head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05"):
        raise UserError(f"{file} is a pickle, which could run any code when loaded, so it is not opened.",
                        "Export the model with torch.onnx.export or torch.export.save (.pt2).")
    from workbench.formats.onnx_file import load_onnx
    return load_onnx


def _archive(file: Path) -> Callable[[Path, Job], tuple[ir.Model, Source]]:
    """A zip: a torch.export program, or one of torch's pickled formats."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise UserError(f"{file} is a damaged archive.", "Copy or export it again.") from error
    if any(name.endswith(("archive_format", "serialized_exported_program.json")) for name in names):
        from workbench.formats.torch_export import load_pt2
        return load_pt2
    if any("/code/" in name for name in names):
        raise UserError(f"{file} is a TorchScript archive, which is not opened.",
                        "Export the model with torch.onnx.export, or name a function that makes it: file.py:function.")
    raise UserError(f"{file} is a pickled PyTorch file or another archive, which is not opened.",
                    "Export the model with torch.onnx.export or torch.export.save (.pt2).")


def finish(original: ir.Model, source: Source, without: frozenset[str], job: Job) -> Model:
    """Prepare a loaded graph, find its layers, and check in the runtime that it still gives the same outputs."""
    job.report("preparing the graph", 0.4)
    original_bytes = serialized(original)
    running = runtime.session(original_bytes)       # first of all: what the runtime cannot run is refused here
    prepared, steps = prepare(original, without)
    job.report("comparing with the original", 0.7)
    difference, note = compare(running, runtime.session(serialized(prepared)))
    notes = [note] if note else []
    if difference is not None and not difference <= TOLERANCE and "batchnorm" not in without:
        notes.append(f"Folding BatchNorm changed the outputs by {difference:.1g} of their size, so it was left out.")
        prepared, steps = prepare(original, without | {"batchnorm"})
        difference, _ = compare(running, runtime.session(serialized(prepared)))
    if difference is not None and not difference <= TOLERANCE:
        raise UserError(f"{source.path} gives other outputs after preparation (by {difference:.1g} of their size).",
                        "Open it without preparation steps.")
    layers, sites = find_layers(prepared)
    job.report("opened", 1.0)
    return Model(prepared, layers, sites, source, steps, tuple(notes))


def serialized(model: ir.Model) -> bytes:
    """What the runtime loads, external weights included."""
    return ir.serde.serialize_model(_loaded(model)).SerializeToString()


def _loaded(model: ir.Model) -> ir.Model:
    """A copy whose external tensors are read, so that it does not depend on a folder."""
    copy = model.clone()
    for value in copy.graph.initializers.values():
        if isinstance(value.const_value, ir.ExternalTensor):
            value.const_value = ir.Tensor(value.const_value.numpy(), name=value.name)
    return copy


def compare(first, second) -> tuple[float | None, str]:
    """The largest output difference on seeded random inputs, relative to the outputs' size.

    None, and why, when random inputs cannot be run: then nothing was checked.
    """
    why = ""
    for free in (1, 2, 8, 32, 64, 224):
        try:
            feeds = runtime.random_feeds(first, seed=0, free=free)
            expected, got = runtime.run(first, feeds), runtime.run(second, feeds)
        except UserError as error:
            why = error.what
            continue
        return max((_relative(a, b) for a, b in zip(expected, got, strict=True)), default=0.0), ""
    return None, f"The prepared graph was not compared with the original: {why}"


def _relative(a: np.ndarray, b: np.ndarray) -> float:
    if a.shape != b.shape:
        return float("inf")
    if a.dtype.kind not in "fiub" or not a.size:
        return 0.0 if np.array_equal(a, b) else float("inf")
    a, b = a.astype(np.float64), b.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    scale = float(np.abs(a[np.isfinite(a)]).max(initial=0.0)) or 1.0
    return float(np.abs(np.where(same, 0.0, a - b)).max() / scale)
