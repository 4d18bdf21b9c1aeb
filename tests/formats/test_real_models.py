"""Models that others made: they open, give what they gave, and say what of them cannot be edited."""

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import onnx.backend.test
import pytest

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime
from workbench.graph.subgraph.cut import cut

OCR = "rapidocr-onnxruntime==1.4.4"
VAD = "silero-vad==6.2.3"
LIGHT = Path(onnx.backend.test.__file__).parent / "data" / "light"
# Hundreds of megabytes that ConstantOfShape makes, or a minute of convolutions: opened in the slow run.
HEAVY = {
    "light_vgg19",
    "light_zfnet512",
    "light_bvlc_alexnet",
    "light_densenet121",
    "light_inception_v2",
    "light_resnet50",
}


def inside(package: str, *path: str) -> Path:
    """A file of an installed package, without importing it."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]).joinpath(*path)


def outputs(source, feeds) -> list[np.ndarray]:
    return runtime.session(source, threads=1).run(None, feeds)


def assert_equal(first: list[np.ndarray], second: list[np.ndarray]) -> None:
    for a, b in zip(first, second, strict=True):
        assert np.abs(a - b).max() <= 1e-4 * np.abs(a).max()


# PP-OCR: opset 11, all weights in Constant nodes, BatchNorm throughout


@pytest.fixture(scope="module")
def ocr():
    file = inside("rapidocr_onnxruntime", "models", "ch_ppocr_mobile_v2.0_cls_infer.onnx")
    return file, open_model(str(file), job=Job())


@pytest.mark.needs(OCR)
def test_the_text_direction_classifier_is_folded_and_editable(ocr):
    file, model = ocr
    steps = {step.id: step.detail for step in model.preparations}
    assert model.opset == 11
    assert model.notes == (
        "The model has dynamic input sizes. MACs are counted for x [1, 3, 32, 32]; attaching data sets the real sizes.",
    )
    assert model.summary().macs == 1607024 and model.at({"x": (1, 3, 48, 192)}).summary().macs == 16315376
    assert steps["constants"] == "308 Constant nodes turned into initialisers"
    assert steps["batchnorm"] == "35 BatchNormalization folded into the preceding layer"
    assert [layer.op for layer in model.layers].count("Conv") == 53
    assert not [layer for layer in model.layers if layer.locked]
    assert model.source.bytes == file.stat().st_size
    assert len(model.to_bytes()) < file.stat().st_size


@pytest.mark.needs(OCR)
def test_it_gives_what_the_file_gives_on_images_of_text_size(ocr):
    file, model = ocr
    x = np.random.default_rng(0).standard_normal((3, 3, 48, 192)).astype(np.float32)
    feeds = {model.inputs[0].name: x}
    assert_equal(outputs(file, feeds), outputs(model, feeds))


@pytest.mark.needs(OCR)
def test_it_can_be_cut_before_a_depthwise_and_a_squeeze_layer(ocr):
    _, model = ocr
    x = np.random.default_rng(0).standard_normal((1, 3, 48, 192)).astype(np.float32)
    expected = outputs(model, {model.inputs[0].name: x})
    depthwise = next(layer for layer in model.layers if layer.groups > 1)
    squeeze = next(layer for layer in model.layers if "_se_" in layer.path)
    for layer in (model.layers[0], depthwise, squeeze, model.layers[-1]):
        parts = cut(model, layer.path)
        feeds = {model.inputs[0].name: x, parts.weight_input: model.weight(layer.path)}
        if parts.bias_input is not None:
            feeds[parts.bias_input] = model.bias(layer.path).reshape(parts.bias_shape)
        if parts.prefix is not None:
            reads = {value.name for value in parts.prefix.graph.inputs}  # what crosses may come from constants alone
            crossing = outputs(parts.prefix, dict.fromkeys(reads, x))
            feeds |= dict(zip(parts.crossing, crossing, strict=True))
        suffix = runtime.session(parts.suffix, threads=1)
        assert_equal(expected, suffix.run(None, {value.name: feeds[value.name] for value in suffix.get_inputs()}))


@pytest.mark.slow
@pytest.mark.needs(OCR)
@pytest.mark.parametrize(
    ("name", "folded", "layers"),
    [
        (
            "ch_PP-OCRv4_det_infer",
            "2 BatchNormalization folded into the preceding layer; 1 not folded: it follows Add",
            64,
        ),
        ("ch_PP-OCRv4_rec_infer", "6 BatchNormalization folded into the preceding layer", 47),
    ],
)
def test_the_text_detector_and_reader_open(name, folded, layers):
    model = open_model(str(inside("rapidocr_onnxruntime", "models", f"{name}.onnx")), job=Job())
    assert next(step.detail for step in model.preparations if step.id == "batchnorm") == folded
    assert len(model.sites) == layers
    assert model.notes == (
        "The model has dynamic input sizes. MACs are counted for x [1, 3, 32, 32]; attaching data sets the real sizes.",
    )
    assert model.summary().macs > 0


# silero-vad: weights inside If, LSTM, state inputs


@pytest.mark.slow
@pytest.mark.needs(VAD)
def test_a_model_inside_an_if_opens_runs_and_says_what_cannot_be_edited():
    model = open_model(str(inside("silero_vad", "data", "silero_vad.onnx")), job=Job())
    assert len(model.layers) == 16
    assert sum(layer.bytes for layer in model.layers) > 0.9 * model.source.bytes
    assert {layer.locked for layer in model.layers} == {"It is inside an If, Loop or Scan; such layers are not edited."}
    assert {layer.op for layer in model.layers} >= {"Conv", "LSTM"}
    assert [spec.name for spec in model.inputs] == ["input", "state", "sr"]
    feeds = {
        "input": np.zeros((1, 576), np.float32),
        "state": np.zeros((2, 1, 128), np.float32),
        "sr": np.array(16000, np.int64),
    }
    assert outputs(model, feeds)[0].shape == (1, 1)


@pytest.mark.slow
@pytest.mark.needs(VAD)
@pytest.mark.parametrize("name", ["silero_vad_16k_op15", "silero_vad_half", "silero_vad_16k_sequence"])
def test_variants_without_the_if_can_be_edited(name):
    model = open_model(str(inside("silero_vad", "data", f"{name}.onnx")), job=Job())
    assert len(model.sites) >= 6
    assert all(layer.locked or layer.path in model.sites for layer in model.layers)


@pytest.mark.needs(VAD)
def test_a_torchscript_archive_needs_trust():

    with pytest.raises(UserError, match="TorchScript") as caught:
        open_model(str(inside("silero_vad", "data", "silero_vad.jit")), job=Job())
    assert "--trust" in caught.value.hint


# The files that onnx itself tests with: no weights, only their shapes


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(file.stem, marks=[pytest.mark.slow] if file.stem in HEAVY else [])
        for file in sorted(LIGHT.glob("*.onnx"))
    ],
)
def test_files_of_onnx_open_and_keep_their_weights_out_of_memory(name):
    model = open_model(str(LIGHT / f"{name}.onnx"), job=Job())
    convolutions = [layer for layer in model.layers if layer.op == "Conv"]
    assert len(convolutions) >= 5
    assert all(layer.locked and layer.macs for layer in convolutions)
    assert len(model.to_bytes()) < 300_000
    assert model.notes == ()
    assert model.summary().macs > 0
