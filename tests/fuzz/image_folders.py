"""Folders of images: the pictures, what lies among them, and preprocessing.yaml changed."""

import io
import os
import random
from pathlib import Path
from typing import Any

import yaml

from tests.fuzz.changes import bytes_changed, value_changed
from tests.fuzz.kind import Commands, borrow, kind

RULES: dict[str, Any] = {
    "size": [8, 8],
    "mean": [0.4, 0.5, 0.6],
    "std": [0.2, 0.2, 0.3],
    "scale": 255,
    "layout": "nchw",
    "crop": 0.8,
    "class_names": {"cat": "a cat", "dog": "a dog"},
}
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1,
    2,
    0.5,
    1e-30,
    1e30,
    float("nan"),
    float("inf"),
    10**400,
    [],
    [0, 0],
    [-8, 8],
    [8],
    [8, 8, 8],
    [8.5, 8],
    ["8", "8"],
    [10**6, 10**6],
    "8",
    "nhwc",
    "nchw ",
    "",
    {},
    [0, 0, 0],
    [1, 2],
    [[1, 2, 3]],
    ["a", "b", "c"],
    {"cat": 1},
    {"cat": ""},
    {1: "x"},
    10**12,
)
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F", "HSV")
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n"
RAW = (
    "&a [*a]",
    "size: !!python/name:os.system",
    "- a\n- b",
    "size: [8, 8]\nsize: [4, 4]",
    "? [a]\n: b",
    "{" * 3000,
    "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nsize: *c",
    "size: [8, 8",
    "\x00",
    "size: 2001-01-01",
    "!!set {size}",
)


@kind("images")
def images(chance: random.Random, seeds: Path, folder: Path) -> Commands:
    """Good rules, odd pictures."""
    data = _folder(folder, chance)
    for _ in range(chance.randint(1, 3)):
        _among_them(chance, data)
    return _asked(seeds, folder)


@kind("preprocessing")
def preprocessing(chance: random.Random, seeds: Path, folder: Path) -> Commands:
    """Good pictures, odd rules."""
    data, rules = _folder(folder, chance), dict(RULES)
    for key in chance.sample(list(rules), chance.choice((1, 1, 2, 3))):
        if chance.random() < 0.15:
            del rules[key]
        else:
            rules[key] = chance.choice(ODD)
    document: Any = value_changed(chance, rules) if chance.random() < 0.15 else rules
    try:
        text = yaml.safe_dump(document).encode()
    except ValueError:
        text = b"size: " + b"9" * 5000
    match chance.randrange(10):
        case 0:
            text = chance.choice(RAW).encode()
        case 1:
            text = bytes_changed(chance, text)
    (data / "preprocessing.yaml").write_bytes(text)
    return _asked(seeds, folder)


def _asked(seeds: Path, folder: Path) -> Commands:
    return [["evaluate", borrow(seeds, folder, "convolutions.onnx"), "--data", "pictures"]]


def _folder(folder: Path, chance: random.Random) -> Path:
    data = folder / "pictures"
    for name in ("cat", "dog"):
        (data / name).mkdir(parents=True)
        for number in range(3):
            (data / name / f"{number}.png").write_bytes(_picture("RGB", "PNG", chance))
    (data / "preprocessing.yaml").write_text(yaml.safe_dump(RULES))
    return data


def _picture(mode: str, form: str, chance: random.Random, size: tuple[int, int] = (10, 9)) -> bytes:
    from PIL import Image

    made = io.BytesIO()
    image = Image.new("RGB", size, (chance.randrange(256), 7, 9))
    image = image.convert(mode) if mode not in ("I;16", "F", "I", "LA") else image.convert("L").convert(mode)
    image.save(made, form)
    return made.getvalue()


def _among_them(chance: random.Random, data: Path) -> None:
    """One picture, or a thing that is none, of a name that a picture has."""
    place = data / chance.choice(("cat", "dog"))
    name = chance.choice(
        (
            "a.png",
            "0.png",
            "b.jpg",
            "c.JPEG",
            "d.webp",
            "e.bmp",
            "f.gif",
            ".png",
            "\u202egnp.png",
            "😀.png",
            "g" * 200 + ".png",
            "h\ni.png",
            "0.png/",
            "-rf.png",
        )
    )
    file = place / name.rstrip("/")
    match chance.randrange(12):
        case 0:
            form = chance.choice(("PNG", "JPEG", "BMP", "WEBP"))
            file.write_bytes(bytes_changed(chance, _picture("RGB", form, chance)))
        case 1:
            mode = chance.choice(MODES)
            form = "TIFF" if mode in ("CMYK", "YCbCr", "F", "I", "HSV") else "PNG"
            file.write_bytes(_picture("RGB" if mode == "HSV" else mode, form, chance))
        case 2:
            file.write_bytes(POSTSCRIPT)
        case 3:
            heads = (b"", b"\x89PNG\r\n\x1a\n", b"BM", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"<svg/>")
            file.write_bytes(chance.choice(heads))
        case 4 if not file.exists():
            file.symlink_to(chance.choice(("nowhere.png", "/etc/passwd", "/dev/zero", "..", name[:50], "0.png")))
        case 5 if not file.exists():
            os.mkfifo(file)
        case 6 if not file.exists():
            file.mkdir()
        case 7:
            (data / chance.choice(("empty", " ", "😀", "a\nb", "n" * 200, "\u202edog", ".hidden"))).mkdir(exist_ok=True)
        case 8:
            file.write_bytes(_picture("RGB", "PNG", chance, chance.choice(((1, 1), (1, 4000), (3000, 1)))))
        case 9:
            for picture in place.iterdir():
                if picture.is_file() and not picture.is_symlink():
                    picture.unlink()
        case 10:
            loop = place / "loop"
            if not loop.exists():
                loop.symlink_to("..")
        case _:
            body = _picture("RGB", "PNG", chance)  # a header that claims 50,000 x 50,000 pixels
            file.write_bytes(body[:16] + (50_000).to_bytes(4, "big") * 2 + body[24:])
