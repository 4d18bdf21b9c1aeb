"""torch models open through file.py:function and .pt2, with the user's own module tree, and only as far as trusted."""

import runpy
import sys
import warnings

import numpy as np
import pytest

from tests.formats.test_onnx_file import refusal
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.formats import torch_export
from workbench.formats.exporting.projections import projects
from workbench.formats.finish import finish
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime

NETWORK = """
import torch
from torch import nn
import neighbour

class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
    def forward(self, x):
        return x + torch.relu(self.bn(self.conv(x)))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 6, 3)
        self.blocks = nn.Sequential(Block(6), Block(6))
        self.mix = nn.Linear(6, 6, bias=False)
        self.head = nn.Linear(6, neighbour.CLASSES)
    def forward(self, x):
        x = self.blocks(self.stem(x)).flatten(2).transpose(1, 2)
        return self.head((x + self.mix(x)).mean(1))

def make():
    torch.manual_seed(0)
    net = Net()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    print("a line that must not get out")
    return net, (torch.randn(1, 1, 8, 8),)

def fixed():
    return net_of(lambda x: x.reshape(3, 4)), (torch.randn(3, 4),)

def net_of(function):
    class Wrapped(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)
        def forward(self, x):
            return self.fc(function(x))
    return Wrapped()

def nothing(): return None
def broken(): raise ValueError("no weights\\nhere")
def leaves(): raise SystemExit(3)
def hopeless(): return net_of(lambda x: x if x.sum() > 0 else -x), (torch.randn(3, 4),)
number = 3
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("net")
    (folder / "neighbour.py").write_text("CLASSES = 5\n")
    (folder / "net.py").write_text(NETWORK)
    return folder / "net.py"


@pytest.fixture(scope="module")
def exported(source):
    """The network of `make`, opened through its function."""
    return open_model(f"{source}:make", trusted=True, job=Job())


def reference(source) -> tuple:
    import torch

    sys.path.insert(0, str(source.parent))
    try:
        module, (x,) = runpy.run_path(str(source))["make"]()
    finally:
        sys.path.remove(str(source.parent))
    module.eval()
    x = torch.cat([x, 2 * x, -x])
    with torch.no_grad():
        return module, x, module(x).numpy()


@pytest.mark.slow
def test_the_layer_tree_is_the_module_tree(exported):
    assert [(layer.path, layer.op, layer.shape) for layer in exported.layers] == [
        ("stem", "Conv", (6, 1, 3, 3)),
        ("blocks.0.conv", "Conv", (6, 6, 3, 3)),
        ("blocks.1.conv", "Conv", (6, 6, 3, 3)),
        ("mix", "MatMul", (6, 6)),
        ("head", "Gemm", (5, 6)),
    ]
    assert not [layer for layer in exported.layers if layer.locked]
    assert exported.notes == ()


def test_the_batch_is_free_although_the_example_had_one_sample(exported):
    assert exported.inputs[0].shape == (None, 1, 8, 8)
    assert exported.layer("head").macs == 30


def test_batchnorm_is_folded_by_us_listed_and_reversible(exported):
    step = next(step for step in exported.preparations if step.id == "batchnorm")
    assert step.applied
    assert step.detail == "2 BatchNormalization folded into the preceding layer"


def test_it_computes_what_torch_computes(exported, source, capsys):
    _, x, expected = reference(source)
    (got,) = runtime.session(exported).run(None, {exported.inputs[0].name: x.numpy()})
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_nothing_of_the_exporter_stays_in_the_file(exported, source):
    content = exported.to_bytes()
    assert str(source.parent).encode() not in content
    assert b"stack_trace" not in content
    assert b"site-packages" not in content
    assert abs(exported.source.bytes - len(content)) < 3000


@pytest.mark.slow
def test_opening_says_nothing_on_the_terminal(source, capfd, recwarn):
    model = open_model(f"{source}:fixed", trusted=True, job=Job())
    assert capfd.readouterr() == ("", "")
    assert not recwarn
    assert model.inputs[0].shape == (3, 4)
    assert model.notes == ("The batch size is fixed: torch could not export it as dynamic.",)


def test_a_function_is_not_run_without_trust(source):
    error = refusal(f"{source}:make")
    assert "is a Python program; opening it runs it." in error.what
    assert "--trust" in error.hint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent", "has no function absent"),
        ("number", "has no function number"),
        ("nothing", "did not return"),
        ("broken", "failed: ValueError: no weights"),
        ("leaves", "failed: SystemExit"),
        ("hopeless", "torch could not export"),
    ],
)
def test_functions_that_do_not_make_a_model(source, name, said):

    with pytest.raises(UserError, match=said) as caught:
        open_model(f"{source}:{name}", trusted=True, job=Job())
    assert str(source) in caught.value.what
    assert "\n" not in str(caught.value)


def test_a_function_of_a_file_that_does_not_exist(tmp_path):

    with pytest.raises(UserError, match="There is no file"):
        open_model(f"{tmp_path}/no.py:make", trusted=True, job=Job())


# .pt2


@pytest.fixture(scope="module")
def program(source, tmp_path_factory):
    import torch

    module, x, _ = reference(source)
    file = tmp_path_factory.mktemp("pt2") / "net.pt2"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(module, (x,), dynamic_shapes=({0: torch.export.Dim("batch")},))
        torch.export.save(program, str(file))
    return file


@pytest.mark.slow
def test_an_exported_program_opens_without_trust(program, source):
    model = open_model(str(program), job=Job())
    assert (model.source.format, model.notes) == ("pt2", ())
    assert [layer.path for layer in model.layers] == ["stem", "blocks.0.conv", "blocks.1.conv", "mix", "head"]
    assert model.inputs[0].shape == (None, 1, 8, 8)
    _, x, expected = reference(source)
    (got,) = runtime.session(model).run(None, {model.inputs[0].name: x.numpy()})
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_a_program_cut_short_is_refused(program, tmp_path):
    (tmp_path / "net.pt2").write_bytes(program.read_bytes()[:3000])
    assert "damaged" in refusal(tmp_path / "net.pt2").what


@pytest.mark.slow
def test_a_module_that_counts_its_runs_answers_as_at_its_first(tmp_path):
    """The exported graph is compared with torch, which runs the program: its buffers must not change with it."""
    import torch

    class Counting(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = torch.nn.Linear(4, 3)
            self.register_buffer("runs", torch.zeros(1))

        def forward(self, x):
            self.runs.add_(1)
            return self.fc(x) + self.runs

    module, x = Counting(), torch.randn(2, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(torch.export.export(module, (x,)), str(tmp_path / "counting.pt2"))
    first = module(x).detach().numpy()
    for trusted in (frozenset(), frozenset([str(tmp_path / "counting.pt2")])):
        model = open_model(str(tmp_path / "counting.pt2"), job=Job(), trusted=trusted)
        (got,) = runtime.session(model).run(None, {model.inputs[0].name: x.numpy()})
        np.testing.assert_allclose(got, first, atol=1e-5)


@pytest.mark.slow
def test_a_three_dimensional_convolution_without_a_bias_is_as_torch_has_it():
    """The exporter makes up a bias of the wrong shape, with which no runtime loads it."""
    import torch

    module = torch.nn.Sequential(torch.nn.Conv3d(4, 6, 3, groups=2, bias=False), torch.nn.ReLU()).eval()
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((2, 4, 5, 4, 3)).astype(np.float32))
    loaded = torch_export.export(module, (x,), {}, "net", "torch", Job())
    model = finish(loaded, frozenset(), Job())
    assert not model.notes and model.bias(model.layers[0].path) is None
    (got,) = runtime.run(runtime.session(model), {model.inputs[0].name: x.numpy()})
    np.testing.assert_allclose(got, module(x).detach(), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}, {"bias": False}], ids=str)
@pytest.mark.parametrize("size", [0, 3])
def test_an_lstm_with_projections_is_refused_and_no_other(options, size):
    import torch

    module = torch.nn.LSTM(4, 6, proj_size=size, batch_first=True, **options).eval()
    with torch_export.quiet():
        program = torch.export.export(module, (torch.randn(2, 5, 4),))
    assert projects(module) == projects(program) == bool(size)
    if size:
        with pytest.raises(UserError, match="projections"):
            torch_export.export(module, (torch.randn(2, 5, 4),), {}, "lstm", "torch", Job())


@pytest.mark.slow
def test_numbers_that_a_module_returns_beside_tensors():
    """The size of a batch becomes an output; a number that no input decides has no place in a graph."""
    import torch

    class Counting(torch.nn.Module):
        def __init__(self, number: float | None) -> None:
            super().__init__()
            self.fc, self.number = torch.nn.Linear(4, 3), number

        def forward(self, x):
            y = self.fc(x)
            return y, y.shape[0] if self.number is None else self.number

    loaded = torch_export.export(Counting(None), (torch.randn(2, 4),), {}, "net", "torch", Job())
    assert len(loaded.graph.graph.outputs) == 2 and not loaded.notes
    with pytest.raises(UserError, match="other than tensors"):
        torch_export.export(Counting(3.0), (torch.randn(2, 4),), {}, "net", "torch", Job())
