"""Modules as people have them: wrapped, parametrised, scripted, half quantised; and the module is left as it was."""

import dataclasses

import numpy as np
import onnx_ir as ir
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.formats.exporting import as_given
from workbench.formats.exporting.failure import explained
from workbench.formats.exporting.free_sizes import attempts
from workbench.formats.finish import finish
from workbench.formats.torch_export import export
from workbench.graph.onnx import names, runtime


def small():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 4))


def opened(module, *args):
    return finish(export(module, args, {}, "net", "torch", Job()), frozenset(), Job())


def answer(model, *arrays):
    running = runtime.session(model.ir)
    feeds = {value.name: array for value, array in zip(running.get_inputs(), arrays, strict=True)}
    return runtime.run(running, feeds)[0]


def test_wrappers_are_taken_off():
    module = small()
    averaged = torch.optim.swa_utils.AveragedModel(module)
    assert as_given.unwrapped(nn.DataParallel(nn.DataParallel(module))) is module
    assert as_given.unwrapped(averaged) is averaged.module
    assert as_given.unwrapped(module) is module


def test_the_module_is_left_as_it_was():
    module = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout()).train()
    module[1].eval()
    with as_given.unchanged(module):
        assert not module.training
        module[0].running_mean += 1
        module[0].num_batches_tracked = module[0].num_batches_tracked + 1
    assert module.training
    assert module[0].training
    assert not module[1].training
    assert module[0].running_mean.tolist() == [0, 0, 0]
    assert int(module[0].num_batches_tracked) == 0


def test_parametrised_weights_become_plain_ones_of_a_copy():
    module = nn.Sequential(parametrizations.orthogonal(nn.Linear(4, 4)), nn.Linear(4, 2))
    plain = as_given.with_plain_weights(module)
    x = torch.randn(3, 4)
    assert torch.equal(plain(x), module(x))
    assert sorted(dict(plain.named_parameters())) == ["0.bias", "0.weight", "1.bias", "1.weight"]
    assert "0.parametrizations.weight.original" in dict(module.named_parameters())
    assert as_given.with_plain_weights(nn.Linear(2, 2)) is None


def test_a_module_without_values_and_one_that_torch_quantised_are_refused():
    with torch.device("meta"):
        hollow = nn.Linear(2, 2)
    with pytest.raises(UserError, match="device meta"):
        as_given.refuse(hollow, "net")
    quantised = nn.Sequential(type("Linear", (nn.Identity,), {"__module__": "torch.ao.nn.quantized.modules.linear"})())
    with pytest.raises(UserError, match="quantised by torch already"):
        as_given.refuse(quantised, "net")
    as_given.refuse(small(), "net")


def test_inputs_of_different_lengths_get_different_names_and_only_the_batch_is_called_so():
    """ONNX Runtime reuses the memory of one for the other where their sizes have one name."""
    inputs = (torch.zeros(2, 9, 4), torch.zeros(2, 7, 4), torch.zeros(5, 3))
    shapes = attempts(nn.Identity(), inputs, {})[0].options["dynamic_shapes"]
    assert shapes == ({0: "batch", 1: "sequence"}, {0: "batch", 1: "sequence_2"}, None)


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 4, batch_first=True)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.rnn(packed)[1][0]


@pytest.mark.slow
def test_packed_sequences_are_named():
    with pytest.raises(Exception) as caught:
        torch.export.export(Packed(), (torch.zeros(2, 5, 3), torch.tensor([5, 3])))
    assert "packs sequences" in explained(caught.value, "net").what


@pytest.mark.slow
@pytest.mark.parametrize("shapes", [{"other": {0: "batch"}}, ({0: "batch"}, {0: "batch"})], ids=["names", "number"])
def test_dynamic_shapes_of_other_inputs_are_named(shapes):
    with pytest.raises(UserError, match="its dynamic_shapes do not fit its inputs"):
        export(small(), (torch.zeros(2, 8),), {}, "net", "torch", Job(), shapes)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a.0.weight_v", "a.0"),
        ("a.weight_orig", "a"),
        ("a.weight_mask", "a"),
        ("a.parametrizations.weight.original0", "a"),
        ("a.weight_ih_l0", "a.l0"),
        ("a.in_proj_weight", "a.in_proj"),
    ],
)
def test_a_weight_that_torch_makes_of_others_belongs_to_its_module(name, path):
    assert names.module_path(ir.Node("", "Gemm", []), name) == path


@dataclasses.dataclass
class Answer:
    scores: torch.Tensor
    hidden: torch.Tensor


class Answering(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return Answer(self.fc(x), x.relu())


class Cast(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        with torch.autocast("cpu", torch.bfloat16):
            return self.fc(x).float()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.compile(nn.DataParallel(small())),
        lambda: torch.jit.trace(small(), torch.zeros(2, 8)),
        lambda: nn.Sequential(parametrizations.orthogonal(nn.Linear(8, 8)), nn.Linear(8, 4)),
        Answering,
    ],
    ids=["wrapped", "traced", "orthogonal", "dataclass"],
)
def test_it_opens_with_a_free_batch_and_computes_what_torch_does(make):
    module = make()
    x = torch.randn(5, 8)
    with torch.no_grad():
        expected = as_given.unwrapped(module)(x)
    model = opened(module, torch.randn(1, 8))
    assert not any(path.startswith(("module", "_orig")) for path in model.sites)
    found = answer(model, x.numpy())
    np.testing.assert_allclose(found, getattr(expected, "scores", expected), rtol=1e-4, atol=1e-5)


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x, batch, *, scale):
        return self.fc(x) * scale + batch["bias"]["of"]


@pytest.mark.slow
def test_inputs_by_position_in_a_dictionary_and_by_name_have_a_free_batch():
    module, x, bias, scale = Named(), torch.randn(3, 8), torch.randn(3, 4), torch.randn(3, 4)
    for args, kwargs in (((x, {"bias": {"of": bias}}), {"scale": scale}), ((x,), {"scale": scale})):
        given = as_given.by_name(module, args, kwargs)
        assert given == ((), {"x": x, **({"batch": args[1]} if args[1:] else {}), **kwargs})
    loaded = export(module, (x, {"bias": {"of": bias}}), {"scale": scale}, "net", "torch", Job())
    model = finish(loaded, frozenset(), Job())
    assert [(spec.name, spec.shape) for spec in model.inputs] == [
        ("x", (None, 8)),
        ("batch_bias_of", (None, 4)),
        ("scale", (None, 4)),
    ]
    with torch.no_grad():
        expected = module(x, {"bias": {"of": bias}}, scale=scale)
    np.testing.assert_allclose(answer(model, x.numpy(), bias.numpy(), scale.numpy()), expected, atol=1e-5)


@pytest.mark.slow
def test_autocast_is_computed_in_float32():
    module = Cast()
    model = opened(module, torch.randn(2, 8))
    x = torch.randn(5, 8)
    np.testing.assert_allclose(answer(model, x.numpy()), module.fc(x).detach(), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_a_transformer_with_a_mask_opens():
    class Masked(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 8, batch_first=True), 1)

        def forward(self, x):
            return self.layer(x, nn.Transformer.generate_square_subsequent_mask(x.shape[1]))

    module = Masked().eval()
    model = opened(module, torch.randn(2, 5, 8))
    x = torch.randn(3, 7, 8)
    with torch.no_grad():
        np.testing.assert_allclose(answer(model, x.numpy()), module(x), rtol=1e-3, atol=1e-4)


@pytest.mark.slow
def test_a_module_that_fails_by_itself_says_so():
    class Odd(nn.Module):
        def forward(self, x):
            return x @ torch.zeros(3, 2)

    with pytest.raises(UserError, match="does not run on the example inputs: mat1 and mat2"):
        export(Odd(), (torch.zeros(2, 8),), {}, "net", "torch", Job())
