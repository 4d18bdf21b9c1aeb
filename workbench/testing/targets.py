"""What every target file has to keep: it is read without a fault, and says where its rules come from."""

from pathlib import Path

from workbench.core.targets.reading import load_target
from workbench.core.targets.target import Target


def check_target(path: Path | str) -> Target:
    """The target in a file. Raises AssertionError, or UserError naming what is not as it should be."""
    target = load_target(Path(path))
    assert any(each.isdigit() for each in target.source), f"{target.id}: its source has neither version nor date"
    for op, rule in target.rules.items():
        assert op[:1].isupper(), f"{target.id}: {op} is no operator of ONNX"
        assert rule.weights or rule.activations or rule.note, f"{target.id}: the rule of {op} says nothing"
        for scheme in (*rule.weights, *rule.activations):
            assert not scheme.block or scheme.granularity in ((), ("group",)), f"{target.id}, {op}: block without group"
    return target
