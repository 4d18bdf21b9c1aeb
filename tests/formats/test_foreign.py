"""Files of other programs are named rightly, with a way out; none of them is called damaged."""

import pytest

from tests.formats.test_onnx_file import linear, refusal
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recognition import foreign
from workbench.formats.opening import open_model

FILES = {
    "llama.gguf": (b"GGUF\x03\0\0\0" + bytes(64), "GGUF", "safetensors"),
    "model.ort": (b"\x18\0\0\0ORTM" + bytes(64), "ONNX Runtime file", ".onnx"),
    "net.engine": (b"ftrt" + bytes(64), "TensorRT", "ONNX"),
    "net.plan": (bytes(range(64)), "TensorRT", "ONNX"),
    "inference.pdmodel": (b"\n\x04\x08", "PaddlePaddle", "paddle2onnx"),
    "ir.xml": (b'<?xml version="1.0"?>\n<net name="x" version="11">', "OpenVINO", "ONNX"),
    "ir.bin": (bytes(range(64)), "OpenVINO", "ONNX"),
    "saved_model.pb": (b"\x08\x01\x12", "SavedModel", "tf2onnx"),
    "net.mlmodel": (b"\x08\x04\x12", "Core ML", "ONNX"),
    "phone.tflite": (b"\x1c\0\0\0TFL3....", "TensorFlow Lite", "tf2onnx"),
    "keras.h5": (b"\x89HDF\r\n\x1a\n....", "HDF5", "tf2onnx"),
    "net.rknn": (b"RKNN" + bytes(64), "Rockchip", "ONNX"),
    "model.safetensors": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS", "git lfs pull"),
    "model.tar.gz": (b"\x1f\x8b\x08" + bytes(64), "compressed", "Unpack"),
    "x.npy": (b"\x93NUMPY\x01\0", "an array", ".npz"),
    "cat.png": (b"\x89PNG\r\n", "an image", "model"),
    "config.json": (b"{}", "a configuration", "folder"),
    "notes.txt": (b"Dear diary, this is not a model at all.\n", "nor in any other known format", "ONNX"),
}


@pytest.mark.parametrize("name", FILES)
def test_each_is_named_with_a_way_out(tmp_path, name):
    _, words, hint = FILES[name]
    for beside in ("ir.xml", name):
        (tmp_path / beside).write_bytes(FILES[beside][0])
    error = refusal(tmp_path / name)
    assert words in error.what and hint in error.hint
    assert "damaged" not in str(error)
    asked = foreign.refusal(str(tmp_path / name))
    assert name == "notes.txt" or (asked is not None and str(asked) == str(error)), "the window says the same"


@pytest.mark.parametrize(
    ("path", "words", "hint"),
    [
        ("https://example.org/model.onnx", "an address", "Download"),
        ("hf://google/vit", "an address", "Download"),
        ("bert-base-uncased", "names of hubs are not looked up", "folder"),
        ("google/vit-base-patch16", "names of hubs are not looked up", "folder"),
        ("nowhere.onnx", "There is no file nowhere.onnx.", "Check the name"),
    ],
)
def test_what_is_no_file_is_named(path, words, hint):
    with pytest.raises(UserError) as caught:
        open_model(path, job=Job())
    assert words in caught.value.what and hint in caught.value.hint
    assert str(foreign.refusal(path)) == str(caught.value)


@pytest.mark.parametrize(
    ("folder", "file", "words"),
    [
        ("net.mlpackage", "Manifest.json", "Core ML"),
        ("saved", "saved_model.pb", "SavedModel"),
        ("ov", "openvino_model.xml", "OpenVINO"),
        ("pd", "inference.pdiparams", "PaddlePaddle"),
        ("lora", "adapter_config.json", "adapter"),
    ],
)
def test_folders_of_other_programs_are_named(tmp_path, folder, file, words):
    (tmp_path / folder).mkdir()
    (tmp_path / folder / file).write_bytes(b"{}")
    assert words in refusal(tmp_path / folder).what
    (tmp_path / folder / "model.onnx").write_bytes(linear().SerializeToString())
    assert open_model(str(tmp_path / folder), job=Job()).layers, "an ONNX file beside it opens"


def test_what_opens_is_not_refused(tmp_path, demo):
    assert foreign.refusal(str(demo.cnn)) is None
    assert foreign.refusal(f"{tmp_path}/net.py:make") is None
    assert foreign.refusal(str(tmp_path)) is None
    assert foreign.refusal("/dev/null") is None


@pytest.mark.parametrize("name", ["net.onnx", "net.safetensors"])
def test_what_cannot_be_what_its_name_says_is_refused_by_its_first_bytes(tmp_path, name):
    (tmp_path / name).write_bytes(b"not a model")
    asked = foreign.refusal(str(tmp_path / name))
    assert asked is not None and "or it is damaged" in asked.what and "again" in asked.hint
    for good in (b"\x08\x07\x12\x04test", b"\x02\0\0\0\0\0\0\0{}", b""):
        (tmp_path / name).write_bytes(good)
        if (good[:1] == b"\x08") == name.endswith("onnx") or not good:
            assert foreign.refusal(str(tmp_path / name)) is None
