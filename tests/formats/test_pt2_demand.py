"""Programs of torch.export that ask for any memory or time, or for sizes that are no arithmetic."""

import warnings

import pytest

from tests.formats.test_onnx_file import refusal
from workbench.graph.onnx import runtime


@pytest.mark.slow
def test_a_program_that_asks_for_any_memory_is_not_run(tmp_path):
    import torch

    class Greedy(torch.nn.Module):
        def forward(self, x):
            return x + torch.zeros(1 << 30, 4).sum()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small = torch.export.export(Greedy(), (torch.zeros(2),))
        torch.export.save(small, str(tmp_path / "net.pt2"))
    assert "GB of memory for one sample" in refusal(tmp_path / "net.pt2").what


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Symbol('s31', positive=True, integer=True)", True),
        ("2*s0 + 1", True),
        ("Mod(s0, 2) - 3", True),
        ("Max(1, s0 // 2)", True),
        ("Mul(Integer(2), Pow(Symbol('s0', integer=True), Integer(-1)))", True),
        ("Float('0.5', precision=53)", True),
        ("eval('1')", False),
        ("s0.real", False),
        ("__import__('os')", False),
        ("[s0 for s0 in ()]", False),
        ("open(s0)", False),
        ("(lambda: 1)()", False),
        ("s0 +", False),
        ("Symbol('a b')", False),
        ("Float('1', precision=1000000000)", False),
        ("Pow(s0, s0)", False),
        ("2**s0", False),
        ("S('s0')", False),
        ("LShift(1, 1000000)", False),
        ("u99999999", False),
    ],
)
def test_sizes_are_arithmetic_or_suspicious(text, plain):
    from workbench.formats.pt2.program import Unsafe, expression

    if plain:
        assert expression(expression(text)) == expression(text)
    else:
        with pytest.raises(Unsafe):
            expression(text)


def exported(path, forward, *inputs):
    """A program that computes `forward`."""
    import torch

    class Net(torch.nn.Module):
        def forward(self, *given):
            return forward(torch, *given)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(torch.export.export(Net(), inputs), str(path))
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "forward",
    [lambda torch, x: x + torch.ones(1 << 40).sum(), lambda torch, x: x.repeat(1 << 20, 1 << 20)],
    ids=["constant", "repeated"],
)
def test_a_program_that_asks_for_memory_is_refused_before_anything_is_computed(tmp_path, forward):
    import torch

    file = exported(tmp_path / "large.pt2", forward, torch.ones(2, 4))
    assert "GB of memory for one sample" in refusal(str(file)).what


@pytest.mark.slow
def test_a_program_that_does_not_end_is_refused(tmp_path, monkeypatch):
    import torch
    from torch._higher_order_ops.while_loop import while_loop

    file = exported(
        tmp_path / "loop.pt2",
        lambda torch, x: while_loop(
            lambda count, _: count < 1 << 40, lambda count, value: (count + 1, value * 1.0), (torch.tensor(0), x)
        )[1],
        torch.ones(2, 4),
    )
    monkeypatch.setattr(runtime, "PATIENCE", 1.0)
    assert "A single run takes more than 1 seconds. This is many times the file's size." in str(refusal(str(file)))
