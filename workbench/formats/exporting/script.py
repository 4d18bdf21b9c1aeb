"""Export of TorchScript programs, by torch's exporter for them, which keeps the names of the weights."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx

from workbench.core.base.errors import Cancelled
from workbench.formats.exporting.failure import explained

OPSET = 17  # the newest that this exporter is well tried with


def exported(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any], name: str) -> onnx.ModelProto:
    """Return the ONNX model of a script; the first dimension of its inputs is dynamic. Raises UserError."""
    import torch
    from torch.utils import _pytree as pytree

    count = sum(isinstance(leaf, torch.Tensor) for leaf in pytree.tree_leaves((tuple(args), dict(kwargs))))
    names = list(kwargs) if kwargs else [f"input_{index}" if index else "input" for index in range(count)]
    with tempfile.TemporaryDirectory() as place:
        file = str(Path(place) / "model.onnx")
        try:
            torch.onnx.export(
                module,
                tuple(args),
                file,
                kwargs=dict(kwargs) or None,
                dynamo=False,
                opset_version=OPSET,
                input_names=names,
                dynamic_axes={name: {0: "batch"} for name in names},
            )
        except Cancelled:
            raise
        except Exception as error:
            raise explained(error, name) from error
        return onnx.load(file)
