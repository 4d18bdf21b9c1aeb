"""State dicts with tensors of other kinds: read where their numbers are plain, else named, never left out silently."""

import numpy as np
import pytest
import torch

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.formats import weights_file
from workbench.formats.opening import open_model
from workbench.formats.pt2 import tensors
from workbench.formats.weights.stored import Reader


class Own(torch.Tensor):
    pass


def with_attributes() -> torch.Tensor:
    made = torch.randn(8, 4)
    made.partition, made.dynamic = "rows", {1, 2}  # type: ignore[attr-defined]
    return made


def parameter() -> torch.nn.Parameter:
    made = torch.nn.Parameter(torch.randn(8, 4))
    made.expert = True  # type: ignore[attr-defined]
    return made


READ = {
    "attributes": with_attributes,
    "parameter": parameter,
    "subclass": lambda: torch.randn(8, 4).as_subclass(Own),
    "float8": lambda: torch.randn(8, 4).to(torch.float8_e4m3fn),
    "uint16": lambda: torch.arange(32).reshape(8, 4).to(torch.uint16),
    "transposed": lambda: torch.randn(4, 8).t(),
}
NAMED = {
    "sparse": lambda: torch.eye(8).to_sparse(),
    "quantised": lambda: torch.quantize_per_tensor(torch.randn(8, 4), 0.1, 0, torch.qint8),
    "complex": lambda: torch.randn(8, 4).to(torch.complex64),
    "without data": lambda: torch.randn(8, 4, device="meta"),
    "of numpy": lambda: np.ones((8, 4), np.float32),
    "of another kind": lambda: torch.randn(8, 4).to(torch.float8_e5m2fnuz),
}


def saved(tmp_path, tensor, legacy: bool = False) -> str:
    held = {"a.weight": tensor, "b.weight": torch.ones(3, 8)}
    torch.save(held, tmp_path / "w.pth", _use_new_zipfile_serialization=not legacy)
    return str(tmp_path / "w.pth")


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("kind", READ)
def test_tensors_with_plain_numbers_are_read(tmp_path, kind, legacy):
    tensor = READ[kind]()
    found = weights_file.read(saved(tmp_path, tensor, legacy))
    assert list(found.tensors) == ["a.weight", "b.weight"] and not found.notes
    expected = tensor.detach().contiguous()
    held = np.ascontiguousarray(Reader().array(found.tensors["a.weight"]))
    np.testing.assert_array_equal(held.view(np.uint8), expected.view(torch.uint8).numpy())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", NAMED)
def test_tensors_of_other_kinds_are_named(tmp_path, kind):
    model = open_model(saved(tmp_path, NAMED[kind]()), job=Job())
    assert [layer.path for layer in model.layers] == ["b"]
    assert any(f"1 tensor is {kind}, and was not read: a.weight." in note for note in model.notes)


def test_a_file_of_such_tensors_alone_says_so(tmp_path):
    torch.save({"a": torch.randn(3).to(torch.complex64), "b": torch.eye(3).to_sparse()}, tmp_path / "w.pth")
    with pytest.raises(UserError, match="its tensors are"):
        weights_file.read(str(tmp_path / "w.pth"))


def test_tensors_in_lists_are_read(tmp_path):
    torch.save({"blocks": [{"weight": torch.ones(2, 2)}, (torch.ones(3), torch.ones(2))]}, tmp_path / "w.pth")
    found = weights_file.read(str(tmp_path / "w.pth"))
    assert list(found.tensors) == ["blocks.0.weight", "blocks.1.0", "blocks.1.1"]


def test_a_tensor_that_was_saved_alone_is_read(tmp_path):
    torch.save(torch.ones(4, 3), tmp_path / "w.pt")
    assert [layer.path for layer in open_model(str(tmp_path / "w.pt"), job=Job()).layers] == ["tensor"]


@pytest.mark.parametrize("kind", ["attributes", "parameter", "float8", "uint16"])
def test_example_inputs_of_a_pt2_may_have_attributes(tmp_path, kind):
    """torch.export leaves some on a tensor that an export before this one marked."""
    tensor = READ[kind]()
    torch.save((tensor,), tmp_path / "sample.pt")
    (found,) = tensors.read_pickle((tmp_path / "sample.pt").read_bytes())
    assert found.dtype == tensor.dtype
    assert torch.equal(found.detach().view(torch.uint8), tensor.detach().view(torch.uint8))


def test_a_class_of_tensors_in_a_pt2_needs_trust(tmp_path):
    torch.save((READ["subclass"](),), tmp_path / "sample.pt")
    with pytest.raises(tensors.Unsafe):
        tensors.read_pickle((tmp_path / "sample.pt").read_bytes())


def test_weights_beside_an_optimiser_and_a_loss_are_found(tmp_path):
    held = {"model_state_dict": {"a.weight": torch.ones(3, 8), "b.weight": torch.ones(2, 3)}, "loss": torch.tensor(1.0)}
    torch.save({**held, "optimizer_state_dict": {"state": {0: {"exp_avg": torch.ones(3, 8)}}}}, tmp_path / "w.pth")
    found = weights_file.read(str(tmp_path / "w.pth"))
    assert list(found.tensors) == ["a.weight", "b.weight"]
    assert found.notes == ("The weights were found under 'model_state_dict'.",)


def test_a_second_set_of_weights_is_named(tmp_path):
    weights = {"a.weight": torch.ones(3, 8), "a.bias": torch.ones(3)}
    average = {f"module.{name}": value * 0.5 for name, value in weights.items()}
    torch.save(
        {"epoch": 3, "state_dict": weights, "state_dict_ema": average, "optimizer": {"0": torch.ones(3)}},
        tmp_path / "w.pth",
    )
    _, named = weights_file.read(str(tmp_path / "w.pth")).notes
    assert named.startswith("Weights of the same names are also under state_dict_ema")


def test_an_embedding_in_a_pickled_module_is_no_sparse_tensor(tmp_path):
    torch.save(torch.nn.Sequential(torch.nn.Embedding(9, 4), torch.nn.Linear(4, 2)), tmp_path / "w.pth")
    found = weights_file.read(str(tmp_path / "w.pth"))
    assert list(found.tensors) == ["0.weight", "1.weight", "1.bias"]
    assert not any("sparse" in note for note in found.notes)
