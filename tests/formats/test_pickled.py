"""TorchScript and pickled modules open as networks where they are trusted, and run nothing where they are not."""

import zipfile

import numpy as np
import pytest
import torch

from tests.formats.test_architecture import answer
from tests.formats.test_onnx_file import refusal
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.formats.opening import open_model
from workbench.testing.audit import nothing_run

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch.jit, which these files come from


def net() -> torch.nn.Module:
    torch.manual_seed(0)
    layers = (torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    return torch.nn.Sequential(*layers, torch.nn.Linear(8, 5)).eval()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["script", "module"])
def test_a_trusted_file_is_the_network(tmp_path, kind):
    path, module = tmp_path / "net.pt", net()
    if kind == "script":
        torch.jit.save(torch.jit.trace(module, torch.randn(1, 3, 16, 16)), path)
    else:
        torch.save(module, path)
    model = open_model(str(path), trusted=True, job=Job())
    assert [(layer.op, layer.shape) for layer in model.layers] == [("Conv", (8, 3, 3, 3)), ("Gemm", (5, 8))]
    assert model.inputs[0].shape[0] is None, "the batch is free"
    x = torch.randn(2, *(size or 1 for size in model.inputs[0].shape[1:]))
    with torch.no_grad():
        assert np.abs(answer(model, x) - module(x).numpy()).max() < 1e-4


def test_torchscript_without_trust_is_refused_and_a_module_gives_its_weights(tmp_path):
    script, module = tmp_path / "script.pt", tmp_path / "module.pt"
    torch.jit.save(torch.jit.trace(net(), torch.randn(1, 3, 16, 16)), script)
    torch.save(net(), module)
    with nothing_run():
        assert "TorchScript program; opening it runs it" in refusal(script).what
        assert open_model(str(module), job=Job()).weights_only


def test_a_damaged_program_is_called_so(tmp_path):
    """Not in torch's words, which ask to report a bug."""
    with zipfile.ZipFile(tmp_path / "script.pt", "w") as archive:
        for name, content in {"data.pkl": b"\x80\x02N.", "constants.pkl": b"\x80\x02).", "code/a.py": b""}.items():
            archive.writestr(f"a/{name}", content)
        archive.writestr("a/version", b"3")
    error = refusal(tmp_path / "script.pt", trusted=True)
    assert error.what.endswith("cannot be read as a TorchScript program: it is damaged.")


def test_a_module_whose_inputs_are_not_found_says_what_to_do(tmp_path):
    torch.save(torch.nn.Bilinear(3, 4, 5), tmp_path / "odd.pt")
    with pytest.raises(UserError, match="does not say what inputs it takes"):
        open_model(str(tmp_path / "odd.pt"), trusted=True, job=Job())


def test_a_damaged_program_ends_in_one_sentence(tmp_path):
    path = tmp_path / "net.pt"
    torch.jit.save(torch.jit.trace(net(), torch.randn(1, 3, 16, 16)), path)
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 200] = b"\xff" * 200
    path.write_bytes(content)
    try:
        open_model(str(path), trusted=True, job=Job())
    except UserError as error:
        assert str(path) in error.what and "\n" not in str(error)
