"""Target files: what they say, what is refused, where those of other distributions are found."""

import pytest

from tests.plugins import distribution, site  # noqa: F401
from workbench.core.base import system, yaml_file
from workbench.core.base.errors import UserError
from workbench.core.base.resources import resource_path
from workbench.core.plugins import discovery
from workbench.core.targets.reading import (
    all_targets,
    find_target,
    load_target,
    shipped_targets,
    target_here,
    target_of,
)
from workbench.core.targets.target import Rule, Scheme
from workbench.testing import check_target

FILE = """
version: 1
target: example-npu
title: Example NPU
source: Data sheet 1.2, table 7
rules:
  Conv:
    weights:
      - {bits: [8], granularity: [tensor, channel], symmetric: true}
      - {bits: [4], numbers: codebook}
    activations: [{bits: [8, 16], symmetric: false}]
    outputs: 16
  MatMul:
    weights: [{bits: [4], granularity: [group], block: [32, 64]}]
"""


def test_a_file_is_read(tmp_path):
    path = tmp_path / "npu.yaml"
    path.write_text(FILE)
    target = load_target(path)
    assert (target.id, target.title) == ("example-npu", "Example NPU")
    assert target.rules["Conv"] == Rule(
        (Scheme((8,), granularity=("tensor", "channel"), symmetric=True), Scheme((4,), "codebook")),
        (Scheme((8, 16), symmetric=False),),
        outputs=16,
    )
    assert target.rules["MatMul"].weights[0].block == (32, 64)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version: 1", "version: 2", "'version' is not 1"),
        ("title: Example NPU", "", "'title' is missing"),
        ("outputs: 16", "outputs: 0", "'outputs' is not a positive whole number (0)"),
        ("outputs: 16", "multiple: 16", "unknown keys: multiple"),
        ("numbers: codebook", "numbers: roman", "'numbers' is not one of integer, float, codebook ('roman')"),
        (
            "bits: [4], granularity",
            "bits: [0], granularity",
            "the rule of MatMul, weights: 'bits' is not a list of bit widths",
        ),
        ("target: example-npu", "target: Example NPU", "'target' is not a valid id"),
        ("granularity: [group]", "granularity: [row]", "'granularity' is not a list of granularities"),
        ("rules:", "fallback: gpu\nrules:", "'fallback' is not one of float, cpu, refused ('gpu')"),
        ("rules:", "speed: {macs: {int8: 0}, source: X}\nrules:", "the file, speed: 'macs' is not a mapping"),
        (
            "bits: [4], numbers: codebook",
            "bits: [8], numbers: float, formats: [float16]",
            "no float of 8 bits is one of float16",
        ),
        ("bits: [4], numbers: codebook", "bits: [4], numbers: float", "allows nothing: no float of 4 bits"),
        ("numbers: codebook", "formats: [float16]", "allows nothing: no integer of 4 bits is one of float16"),
        ("outputs: 16", "levels: 0", "'levels' is not a bit width (0)"),
        ("outputs: 16", "weight_only: 1", "'weight_only' is not true or false (1)"),
    ],
)
def test_what_is_wrong_in_it_is_named(tmp_path, old, new, words):
    path = tmp_path / "npu.yaml"
    path.write_text(FILE.replace(old, new))
    with pytest.raises(UserError) as caught:
        load_target(path)
    assert str(path) in caught.value.what and words in caught.value.what and caught.value.hint


@pytest.mark.allow_logs
def test_packages_and_paths_of_other_distributions_are_found(site):  # noqa: F811
    package = site / "npus"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.yaml").write_text(FILE)
    (package / "two.yaml").write_text(FILE.replace("example-npu", "example-two"))
    (site / "three.yaml").write_text(FILE.replace("example-npu", "example-three"))
    (site / "bad.yaml").write_text("rules: 3")
    source = "from pathlib import Path\nHERE = Path(__file__).parent\nTHREE = HERE / 'three.yaml'\n"
    points = "[workbench.targets]\na = npus\nb = more:THREE\nc = more:BAD\nd = more:NONE\n"
    distribution(site, "more", points, more=source + "BAD = [HERE / 'bad.yaml']\nNONE = 3\n")
    assert sorted(all_targets().keys() - shipped_targets().keys()) == ["example-npu", "example-three", "example-two"]
    said = " ".join(discovery.load_failures())
    assert "bad.yaml is not a valid target file" in said and "names an object of type int, not a package" in said


SHIPPED = ["coreml-ane", "ethos-u", "litert", "openvino-cpu", "openvino-gpu", "openvino-npu", "ort-cpu", "ort-cpu-vnni"]
SHIPPED += ["qnn-htp", "tensorrt", "webgpu", "xnnpack"]


def test_those_that_ship_keep_what_every_target_keeps():
    assert sorted(shipped_targets()) == SHIPPED
    for path in resource_path("targets").iterdir():
        assert check_target(path).id == path.stem


def test_an_unknown_target_is_refused_with_those_there_are():
    assert find_target("ethos-u").title == "Arm Ethos-U"
    with pytest.raises(UserError, match="no target 'toaster'") as caught:
        find_target("toaster")
    assert "ethos-u" in caught.value.hint


def test_figures_of_speed_and_energy_are_a_roofline():
    document = yaml_file.parse(FILE, "npu", "")
    document["speed"] = {"macs": {"int8": 1e9}, "bytes": 1e6, "source": "Data sheet 1.2"}
    document["energy"] = {"macs": {"int8": 0.2}, "byte": 100, "source": "Data sheet 1.2"}
    target = target_of(document, "npu")
    assert target.speed.seconds(1e9, 1e5, "int8") == 1.0  # the products take longest
    assert target.speed.seconds(1e6, 1e6, "int8") == 1.0  # the bytes do
    assert target.speed.seconds(1e6, 1e6, "float32") == 1.0  # which products take is not known
    assert target.energy.joules(1e12, 1e10, "int8") == pytest.approx(0.2 + 1.0)
    assert target.energy.joules(1e12, 1e10, "float32") is None


@pytest.mark.parametrize(
    ("flags", "machine", "expected"),
    [
        ("fpu avx2 avx512f avx512_vnni", "x86_64", "ort-cpu-vnni"),
        ("fpu avx2 avx_vnni", "x86_64", "ort-cpu-vnni"),
        ("fpu avx2 avx512f", "x86_64", "ort-cpu"),
        (None, "aarch64", "ort-cpu-vnni"),
        (None, "AMD64", ""),
    ],
)
def test_the_processor_tells_which_target_it_is(flags, machine, expected, tmp_path, monkeypatch):
    listing = tmp_path / "cpuinfo"
    if flags:
        listing.write_text(f"processor\t: 0\nflags\t\t: {flags}\n")
    monkeypatch.setattr(system.platform, "machine", lambda: machine)
    monkeypatch.setattr(system, "CPUINFO", listing)
    assert target_here() == expected
