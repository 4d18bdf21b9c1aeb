"""Layers that lose channels together."""

from workbench.core.layer_data.channel_groups import Couplings


def test_others_and_names():
    couplings = Couplings((("a", "b", "c"), ("d", "e")), {"f": "Its channels are an output of the model."})
    assert couplings.others("b") == ("a", "c") and couplings.others("f") == couplings.others("unknown") == ()
    assert couplings.names() == {"a": "A", "b": "A", "c": "A", "d": "B", "e": "B"}


def test_names_beyond_z():
    names = Couplings(tuple((f"a{i}", f"b{i}") for i in range(703))).names()
    assert [names[f"a{i}"] for i in (25, 26, 51, 52, 701, 702)] == ["Z", "AA", "AZ", "BA", "ZZ", "AAA"]
