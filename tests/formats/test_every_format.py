"""The shared suite (workbench.testing.formats) for the formats of ours that have files."""

import warnings

import onnx_ir as ir
import pytest

from tests.formats.test_onnx_file import linear
from workbench.core.base.job import Job
from workbench.formats.format import all_formats
from workbench.formats.weights import safetensors
from workbench.formats.weights.saving import save_packed
from workbench.testing import formats
from workbench.testing.formats import FormatCase

PROGRAM = "import os\n\ndef make():\n    os._exit(7)\n"


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    import torch

    folder = tmp_path_factory.mktemp("formats")
    (folder / "net.onnx").write_bytes(linear().SerializeToString())
    (folder / "net.py").write_text(PROGRAM)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(torch.nn.Linear(6, 4), (torch.zeros(2, 6),))
        torch.export.save(program, str(folder / "net.pt2"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.save(torch.nn.Linear(6, 4).state_dict(), str(folder / "net.pth"))
    with (folder / "net.safetensors").open("wb") as file:
        values = torch.nn.Linear(6, 4).weight.detach().numpy()
        safetensors.write(file, {"fc.weight": (ir.DataType.FLOAT, (4, 6), values.tobytes)}, {})
    save_packed(ir.from_proto(linear()), folder / "net.packed.safetensors", Job())
    known = {format.name: format for format in all_formats()}
    return {
        "onnx": FormatCase(known["onnx"], (folder / "net.onnx",)),
        "safetensors": FormatCase(known["safetensors"], (folder / "net.safetensors",)),
        "packed": FormatCase(known["packed-safetensors"], (folder / "net.packed.safetensors",)),
        "checkpoint": FormatCase(known["checkpoint"], (folder / "net.pth",)),
        "pt2": FormatCase(known["pt2"], (folder / "net.pt2",)),
        "function": FormatCase(known["function"], (), (f"{folder / 'net.py'}:make",)),
    }


PT2 = pytest.param("pt2", marks=pytest.mark.slow)  # what is fast of it is in test_pt2


@pytest.mark.parametrize("name", ["onnx", PT2, "function", "safetensors", "packed", "checkpoint"])
@pytest.mark.parametrize("check", formats.CHECKS, ids=lambda check: check.__name__)
def test_it(cases, name, check):
    check(cases[name])
