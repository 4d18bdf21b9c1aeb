"""Weights of a file are matched to a module by name: under any prefix, and stored once where they are tied."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from workbench.core.base.errors import UserError
from workbench.formats import weights_file
from workbench.formats.architectures import folder
from workbench.formats.architectures.matching import fill


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.table.weight


def filled(module, held, tmp_path):
    torch.save(held, tmp_path / "w.pt")
    return fill(module, weights_file.read(str(tmp_path / "w.pt")), "w.pt", "make")


@pytest.mark.parametrize("prefix", ["", "model.", "net.model.", "_forward_module.student."])
def test_a_prefix_of_all_names_is_found(prefix, tmp_path):
    source, module = nn.Linear(3, 2), nn.Linear(3, 2)
    assert not filled(module, {prefix + name: tensor for name, tensor in source.state_dict().items()}, tmp_path)
    assert torch.equal(module.weight, source.weight)


def test_a_prefix_that_only_the_module_has_is_found(tmp_path):
    source, module = nn.Linear(3, 2), nn.ModuleDict({"inner": nn.ModuleDict({"fc": nn.Linear(3, 2)})})
    filled(module, source.state_dict(), tmp_path)
    assert torch.equal(module["inner"]["fc"].weight, source.weight)


@pytest.mark.parametrize("name", ["table.weight", "head.weight"])
def test_a_tied_weight_is_stored_under_either_name(name, tmp_path):
    module, values = Tied(), torch.randn(5, 3)
    filled(module, {name: values}, tmp_path)
    assert torch.equal(module.head.weight, values)
    assert torch.equal(module.table.weight, values)


def test_a_weight_that_is_not_tied_is_missing(tmp_path):
    module = Tied()
    module.head.weight = nn.Parameter(torch.ones(5, 3))
    with pytest.raises(UserError, match=r"missing: head\.weight"):
        filled(module, {"table.weight": torch.ones(5, 3)}, tmp_path)


def test_attention_is_switched_to_plain_products_once():
    class Network:
        config = SimpleNamespace(_attn_implementation="sdpa")

        def set_attn_implementation(self, name):
            self.config._attn_implementation = name

    network = Network()
    assert folder._attends_plainly(network)
    assert network.config._attn_implementation == "eager"
    assert not folder._attends_plainly(network)
