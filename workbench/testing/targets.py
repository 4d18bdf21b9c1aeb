"""Shared suite of target files: each is read without a fault, and names the sources of its rules."""

from pathlib import Path

from workbench.core.targets.reading import load_target
from workbench.core.targets.target import Rule, Target


def check_target(path: Path | str) -> Target:
    """Return the target in a file. Raises AssertionError, or UserError naming the fault."""
    target = load_target(Path(path))
    figures = [figures.source for figures in (target.speed, target.energy) if figures is not None]
    for source in (target.source, *figures, *(rule.source for rule in target.rules.values() if rule.source)):
        assert any(each.isdigit() for each in source), f"{target.id}: '{source}' has neither version nor date"
    for op, rule in target.rules.items():
        assert op[:1].isupper(), f"{target.id}: {op} is no operator of ONNX"
        assert rule != Rule(source=rule.source), f"{target.id}: the rule of {op} says nothing"
        for scheme in (*(rule.weights or ()), *(rule.activations or ())):
            assert not scheme.block or scheme.granularity in ((), ("group",)), f"{target.id}, {op}: block without group"
    return target
