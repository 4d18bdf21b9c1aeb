"""JSON objects that --json prints. Their keys are stable, since programs read them."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.recovery import StageInfo

if TYPE_CHECKING:  # numpy, for which --help need not wait
    import workbench as wb
    from workbench.core.layer_data.views import Moments, Spectrum

log = logging.getLogger(__name__)
UNKNOWN = "Not known: computing its statistics failed."


@dataclass(frozen=True)
class Row:
    """A layer with the statistics of its weights; without them if it cannot be edited or computing them `failed`."""

    layer: Layer
    moments: "Moments | None" = None
    spectrum: "Spectrum | None" = None
    rank: int | None = None
    failed: bool = False


def row_of(handle: "wb.LayerHandle") -> Row:
    """Return the row of a layer; failing statistics of one layer do not affect the others."""
    if handle.layer.locked:
        return Row(handle.layer)
    try:
        return Row(handle.layer, handle.moments, handle.spectrum, handle.rank)
    except (UserError, Cancelled, MemoryError):
        raise
    except Exception as error:
        log.warning("%s: its statistics: %s: %s", handle.path, type(error).__name__, error)
        return Row(handle.layer, failed=True)


def inspection(model: ModelSummary, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the document of `inspect`: the model, and a row for each layer."""
    return {
        "model": {
            "path": model.path,
            "format": model.format,
            "parameters": model.parameters,
            "bytes": model.bytes,
            "macs": model.macs,
            "opset": model.opset,
        },
        "layers": [_layer(row) for row in rows],
        "preparations": [asdict(step) for step in model.preparations],
        "notes": list(model.notes),
    }


def _layer(row: Row) -> dict[str, Any]:
    layer, spectrum = row.layer, row.spectrum
    document: dict[str, Any] = {
        "path": layer.path,
        "op": layer.op,
        "shape": list(layer.shape),
        "dtype": layer.dtype,
        "parameters": layer.parameters,
        "bytes": layer.bytes,
        "macs": layer.macs,
        "locked": layer.locked,
    }
    if row.failed:
        document["not_known"] = UNKNOWN
    if row.moments is not None:
        document |= asdict(row.moments)
    if spectrum is not None:
        document |= {
            "rank": row.rank,
            "stable_rank": spectrum.stable_rank,
            "energy_rank_90": spectrum.rank_for(0.9),
            "energy_rank_99": spectrum.rank_for(0.99),
            "break_even_rank": spectrum.break_even,
            "spectral_norm": float(spectrum.values[0]),
        }
    return document


def methods(known: Sequence[MethodInfo], stages: Sequence[StageInfo]) -> dict[str, Any]:
    """Return the document of `methods`: each method and each stage of `recover` with the schema of its parameters."""
    return {"methods": [asdict(info) for info in known], "stages": [asdict(info) for info in stages]}
