"""The embedded demo."""

from typing import NamedTuple

from workbench.core.base.resources import resource_path

DEMOS = ("fashion_cnn", "fashion_vit")


class Demo(NamedTuple):
    """Paths of a model, its test data and its calibration data."""

    model: str
    data: str
    calibration: str


def demo_paths(name: str = DEMOS[0]) -> Demo:
    files = (f"{name}.onnx", "fashion_test.npz", "fashion_calibration.npz")
    return Demo(*(str(resource_path(f"demo/{file}")) for file in files))
