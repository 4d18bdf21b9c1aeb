"""What models, recipes and paths are called does not steer a terminal, fill the screen or turn a sentence around."""

import pytest

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.plain import LONGEST, LONGEST_WORD, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("blocks.0.conv1", "blocks.0.conv1"),
        ("größer 模型 👩\u200d🔬", "größer 模型 👩\u200d🔬"),
        ("\x1b[31mred\x1b[0m and \x1b]0;title\x07more\x9b2J", "red and more"),
        ("two\nlines\r\n\tand\u2028more", "two lines and more"),
        ("bell \x07 null \x00", r"bell \x07 null \x00"),
        ("abc\u202egpj.onnx", r"abc\u202egpj.onnx"),
        ("half \udcff", r"half \udcff"),
        ("9" * 4000, "99999999… (4,000 digits)"),
        ("<b>&amp;", "<b>&amp;"),
    ],
    ids=["name", "scripts", "codes", "lines", "controls", "direction", "half", "number", "markup"],
)
def test_what_may_stand_in_a_sentence(text, expected):
    assert plain(text) == expected
    assert plain(f"{expected} of that model, and more of it") == f"{expected} of that model, and more of it"


def test_a_long_name_keeps_both_ends():
    name = "start" + "x" * 10_000 + "end"
    shown = plain(f"There is no layer {name} here.")
    assert shown.startswith("There is no layer startx") and shown.endswith("xend here.") and "…" in shown
    assert len(shown) < LONGEST_WORD + 40
    assert len(plain("a b " * 5000)) <= LONGEST


def test_errors_and_progress_are_plain():
    error = UserError("There is no \x1b[31mlayer\n'x'.", "Give \u202eanother.")
    assert (error.what, error.hint) == ("There is no layer 'x'.", r"Give \u202eanother.")
    assert str(error) == r"There is no layer 'x'. Give \u202eanother."
    told = []
    Job(told.append, interval=0.0).report("opening a\nb\x1b[2J.onnx", 0.0)
    assert told[0].text == "opening a b.onnx"
