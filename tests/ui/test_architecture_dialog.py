"""Weights are opened with the network that the user names, whose code is trusted by itself; else alone."""

import numpy as np
import onnx_ir as ir
import pytest

from tests.ui.test_trust import answer
from tests.ui.test_window import dialog
from workbench.formats.weights import safetensors
from workbench.ui.commands.architecture_dialog import ArchitectureDialog

PROGRAM = "import torch\n\ndef make():\n    return torch.nn.Linear(6, 4), (torch.zeros(2, 6),)\n"


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "net.safetensors"
    rng = np.random.default_rng(0)
    tensors = {name: rng.normal(size=size).astype(np.float32) for name, size in (("weight", (4, 6)), ("bias", (4,)))}
    with path.open("wb") as file:
        entries = {name: (ir.DataType.FLOAT, each.shape, each.tobytes) for name, each in tensors.items()}
        safetensors.write(file, entries, {})
    return path


def test_weights_are_opened_with_the_function_that_the_user_names_and_trusts(window, qtbot, weights):
    program = weights.with_name("net.py")
    program.write_text(PROGRAM)
    window.commands.open_path(str(weights))
    asked = dialog(window, qtbot, "architecture")
    asked.function.click()
    assert not asked.start.isEnabled(), "there is nothing to open it with yet"
    asked.file.setText(f"{program}:make")
    asked.start.click()
    answer(window, qtbot, True, f"{program}:make")
    qtbot.waitUntil(lambda: window.session.model is not None and window.session.model.path == str(weights))
    assert window.session.model.format == "architecture" and window.session.opened.architecture == f"{program}:make"
    assert window.session.opened.trusted == {f"{program}:make"}
    window.commands.open_path(str(weights))
    dialog(window, qtbot, "architecture").start.click()
    qtbot.waitUntil(lambda: window.session.model.format == "safetensors")


@pytest.mark.parametrize(
    ("files", "offered", "chosen"),
    [
        (("net.safetensors",), {"alone", "timm", "function"}, "alone"),
        (("net.safetensors", "config.json"), {"alone", "transformers", "timm", "function"}, "transformers"),
        (("net.pth",), {"alone", "module", "timm", "function"}, "alone"),
    ],
)
def test_what_is_offered_is_what_the_files_allow(qapp, tmp_path, files, offered, chosen):
    for name in files:
        (tmp_path / name).write_bytes(b"{}")
    asked = ArchitectureDialog(str(tmp_path / files[0]), lambda architecture: None)
    options = ("alone", "transformers", "module", "timm", "function")
    assert {name for name in options if not getattr(asked, name).isHidden()} == offered
    assert getattr(asked, chosen).isChecked()
    asked.name.textEdited.emit("resnet18")
    asked.name.setText("resnet18")
    assert asked.architecture() == "timm:resnet18"
    asked.deleteLater()
