"""Target files: what they say, what is refused, where those of other distributions are found."""

import pytest

from tests.plugins import distribution, site  # noqa: F401
from workbench.core.base.errors import UserError
from workbench.core.plugins import discovery
from workbench.core.targets.reading import all_targets, load_target
from workbench.core.targets.target import Rule, Scheme

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
        ("outputs: 16", "outputs: 0", "'outputs' is not a whole number from 1 on (0)"),
        ("outputs: 16", "multiple: 16", "unknown keys: multiple"),
        ("numbers: codebook", "numbers: roman", "'numbers' are none of integer, float, codebook ('roman')"),
        ("bits: [4], granularity", "bits: [0], granularity", "the rule of MatMul, weights: 'bits' are no widths"),
        ("target: example-npu", "target: Example NPU", "'target' is no id"),
        ("granularity: [group]", "granularity: [row]", "'granularity' is none"),
    ],
)
def test_what_is_wrong_in_it_is_named(tmp_path, old, new, words):
    path = tmp_path / "npu.yaml"
    path.write_text(FILE.replace(old, new))
    with pytest.raises(UserError) as caught:
        load_target(path)
    assert str(path) in caught.value.what and words in caught.value.what and caught.value.mend


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
    assert sorted(all_targets()) == ["example-npu", "example-three", "example-two"]
    said = " ".join(discovery.left_out())
    assert "bad.yaml is not a valid target file" in said and "names a int, not a package or a path" in said
