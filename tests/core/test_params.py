"""One annotated dataclass gives schema, validation and words."""

from dataclasses import dataclass
from typing import Annotated, Literal

import pytest

from workbench.core.base.errors import UserError
from workbench.core.recipe.params import Drag, Help, OneOf, Range, Unit, When, describe, fields_of, parse, plain


@dataclass(frozen=True)
class Params:
    bits: Annotated[int, Range(2, 8), Unit("bit"), Help("Bits per weight.")] = 4
    kind: Annotated[Literal["tensor", "group"], Help("Who shares a scale.")] = "tensor"
    size: Annotated[int, Range(1), When("kind", ("group",))] = 32
    sparsity: Annotated[float | None, Range(0, 1, step=0.01), OneOf("how much"), Drag("histogram")] = 0.5
    threshold: Annotated[float | None, Range(0, log=True), OneOf("how much")] = None
    symmetric: bool = True
    name: str = ""
    block: Literal["16", "32", "float"] = "32"


FIELDS = {field.name: field for field in fields_of(Params)}


def test_annotations_become_fields():
    assert list(FIELDS) == ["bits", "kind", "size", "sparsity", "threshold", "symmetric", "name", "block"]
    assert [field.kind for field in FIELDS.values()] == [
        "int",
        "choice",
        "int",
        "float",
        "float",
        "bool",
        "text",
        "choice",
    ]
    bits = FIELDS["bits"]
    assert (bits.low, bits.high, bits.unit, bits.help, bits.default) == (2, 8, "bit", "Bits per weight.", 4)
    assert FIELDS["kind"].choices == ("tensor", "group") and FIELDS["size"].when == ("kind", ("group",))
    assert FIELDS["sparsity"].group == FIELDS["threshold"].group == "how much"
    assert FIELDS["sparsity"].drag == "histogram" and FIELDS["threshold"].log


def test_a_type_that_no_form_can_show_is_refused():
    @dataclass(frozen=True)
    class Odd:
        sizes: tuple[int, ...] = ()

    with pytest.raises(TypeError, match="parameter sizes"):
        fields_of(Odd)


def test_a_parameter_without_a_default_is_refused():
    @dataclass(frozen=True)
    class Bare:
        bits: int

    with pytest.raises(TypeError, match="parameter bits: a parameter has a default"):
        fields_of(Bare)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Params()),
        ({"bits": 8}, Params(bits=8)),
        ({"bits": 3.0}, Params(bits=3)),  # YAML and JSON may write whole numbers so
        ({"sparsity": 1}, Params(sparsity=1.0)),
        ({"threshold": 0.1}, Params(sparsity=None, threshold=0.1)),  # the default of the other one steps aside
        ({"sparsity": None, "threshold": 0.1}, Params(sparsity=None, threshold=0.1)),
        ({"block": 16}, Params(block="16")),  # YAML reads a choice of numbers as a number
        ({"block": 16.0}, Params(block="16")),
        ({"block": "16"}, Params(block="16")),
    ],
)
def test_plain_values_become_parameters(given, expected):
    parsed = parse(Params, given)
    assert parsed == expected
    assert all(type(getattr(parsed, name)) is type(getattr(expected, name)) for name in FIELDS)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"bites": 4}, ("unknown parameter 'bites'.", "bits, kind")),
        ({"bits": 1}, ("bits has the invalid value 1", "a whole number from 2 to 8 bit")),
        ({"bits": 9}, ("bits has the invalid value 9",)),
        ({"bits": 2.5}, ("bits has the invalid value 2.5",)),
        ({"bits": True}, ("bits has the invalid value True.",)),
        ({"bits": "4"}, ("bits has the invalid value '4'.",)),
        ({"bits": None}, ("bits has the invalid value None.",)),
        ({"sparsity": float("nan")}, ("sparsity has the invalid value nan.", "a number from 0 to 1")),
        ({"sparsity": float("inf")}, ("sparsity has the invalid value inf.",)),
        ({"size": 10**400}, ("size has the invalid value 1000",)),
        ({"kind": "row"}, ("kind has the invalid value 'row'.", "one of tensor, group")),
        ({"kind": ["row"]}, ("kind has the invalid value ['row'].",)),
        ({"block": 8}, ("block has the invalid value 8", "one of 16, 32, float")),
        ({"block": 16.5}, ("block has the invalid value 16.5",)),
        ({"block": True}, ("block has the invalid value True.",)),
        ({"block": float("nan")}, ("block has the invalid value nan.",)),
        ({"block": None}, ("block has the invalid value None.",)),
        ({"kind": 1}, ("kind has the invalid value 1",)),
        ({"symmetric": 1}, ("symmetric has the invalid value 1", "true or false")),
        ({"name": 3}, ("name has the invalid value 3", "a string")),
        ({"sparsity": 0.5, "threshold": 0.1}, ("sparsity and threshold cannot be combined",)),
        ({"sparsity": None}, ("one of sparsity, threshold is required",)),
    ],
)
def test_what_does_not_fit_is_named_with_what_would(given, words):
    with pytest.raises(UserError) as caught:
        parse(Params, given, "prune.example")
    assert str(caught.value).startswith("prune.example: ")
    assert all(word in str(caught.value) for word in words)


def test_plain_values_round_trip():
    params = Params(bits=6, sparsity=None, threshold=0.25)
    assert plain(params) == {
        "bits": 6,
        "kind": "tensor",
        "size": 32,
        "threshold": 0.25,
        "symmetric": True,
        "name": "",
        "block": "32",
    }
    assert parse(Params, plain(params)) == params


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bits", "a whole number from 2 to 8 bit"),
        ("size", "a whole number, at least 1"),
        ("threshold", "a number, at least 0"),
        ("kind", "one of tensor, group"),
        ("symmetric", "true or false"),
        ("name", "a string"),
    ],
)
def test_a_field_in_words(name, words):
    assert describe(FIELDS[name]) == words
