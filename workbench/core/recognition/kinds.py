"""Kinds of files and folders of other programs: how to recognise each, what it is, what to do instead."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from workbench.core.base.message import Message

ORIGINAL = Message("Open the model that it was made from: ONNX, PyTorch, or a folder with config.json and safetensors.")
FULL = Message("Open the original weights: a folder with config.json and safetensors, or an ONNX export.")
TF2ONNX = Message("Convert it with tf2onnx.")
Test = Callable[[str, bytes], bool]


@dataclass(frozen=True)
class Kind:
    """A kind of file that is not opened: how to recognise it, what it is, what to do instead."""

    test: Test
    what: str
    hint: str


def _named(*suffixes: str) -> Test:
    return lambda path, head: path.lower().endswith(suffixes)


def _begins(*marks: bytes, at: int = 0) -> Test:
    return lambda path, head: head[at:].startswith(marks)


def _of_openvino(path: str, head: bytes) -> bool:
    if path.lower().endswith(".bin"):
        return os.path.isfile(f"{path[:-4]}.xml") and not head.startswith((b"PK\x03\x04", b"\x80"))
    return path.lower().endswith(".xml") and b"<net" in head


def _of_saved_model(path: str, head: bytes) -> bool:
    return os.path.basename(path) in ("saved_model.pb", "saved_model.pbtxt")


KINDS = (
    Kind(_begins(b"GGUF"), Message("a llama.cpp GGUF file, whose weights are already quantised"), FULL),
    Kind(_begins(b"ggml", b"ggjt", b"lmgg", b"tjgg"), Message("a llama.cpp GGML file"), FULL),
    Kind(
        _begins(b"ORTM", at=4),
        Message("an ONNX Runtime file (.ort)"),
        Message("Open the .onnx file that it was made from."),
    ),
    Kind(
        lambda path, head: head.startswith(b"ftrt") or path.lower().endswith((".engine", ".plan", ".trt")),
        Message("a TensorRT engine, compiled for one kind of GPU"),
        Message("Open the ONNX file that it was built from."),
    ),
    Kind(
        _named(".pdmodel", ".pdiparams", ".pdparams"),
        Message("a PaddlePaddle file"),
        Message("Convert it with paddle2onnx."),
    ),
    Kind(_of_openvino, Message("an OpenVINO model"), ORIGINAL),
    Kind(_of_saved_model, Message("a TensorFlow SavedModel"), TF2ONNX),
    Kind(_named(".mlmodel", ".mlmodelc", ".mlpackage"), Message("a Core ML model"), ORIGINAL),
    Kind(_begins(b"TFL3", at=4), Message("a TensorFlow Lite model, which is not supported"), TF2ONNX),
    Kind(
        _begins(b"\x89HDF\r\n\x1a\n"),
        Message("an HDF5 file, which is not supported"),
        Message("Convert a Keras model with tf2onnx."),
    ),
    Kind(
        lambda path, head: head.startswith(b"RKNN") or path.lower().endswith(".rknn"),
        Message("a model compiled for Rockchip NPUs"),
        ORIGINAL,
    ),
    Kind(_begins(b"7767517"), Message("an ncnn model"), ORIGINAL),
    Kind(_named(".mnn", ".caffemodel", ".om", ".hef", ".dlc"), Message("a model of another runtime"), ORIGINAL),
    Kind(
        _begins(b"version https://git-lfs"),
        Message("a Git LFS pointer; the file itself was not downloaded"),
        Message("Fetch it with git lfs pull."),
    ),
    Kind(_begins(b"\x1f\x8b", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ"), Message("compressed"), Message("Unpack it first.")),
    Kind(
        _begins(b"\x93NUMPY"), Message("an array, not a model"), Message("Open a model, then attach arrays as an .npz.")
    ),
    Kind(_begins(b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), Message("an image, not a model"), Message("Open a model.")),
    Kind(
        lambda path, head: path.lower().endswith(".json") and not path.lower().endswith(".index.json"),
        Message("a configuration, not a model"),
        Message("Give the folder that it is in."),
    ),
)
FOLDERS = (
    ((".mlpackage", ".mlmodelc"), (), Message("a Core ML model"), ORIGINAL),
    ((), ("saved_model.pb", "saved_model.pbtxt"), Message("a TensorFlow SavedModel"), TF2ONNX),
    (
        (),
        ("inference.pdmodel", "inference.pdiparams"),
        Message("a PaddlePaddle folder"),
        Message("Convert it with paddle2onnx."),
    ),
    ((), ("openvino_model.xml",), Message("an OpenVINO model"), ORIGINAL),
    (
        (),
        ("adapter_config.json",),
        Message("an adapter (LoRA), not a whole model"),
        Message("Merge it into its model."),
    ),
)
