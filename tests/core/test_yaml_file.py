"""YAML from anywhere is refused in one sentence before it takes memory or time."""

import os

import pytest

from workbench.core.base import yaml_file
from workbench.core.base.errors import UserError


def bomb(levels: int = 8) -> str:
    """Ten to the power of `levels` texts, written in a few hundred characters."""
    lines = ["a:", "- &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"- &a{level} [{','.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels + 1)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (bomb(), "more than 500,000 values"),
        ("a: &a {<<: *a}", "'a' contains itself"),
        ("a: &a [*a]", "'a' contains itself"),
        ("[" * 60 + "]" * 60, "lists and mappings are nested more than 50 deep"),
        ("[" * 100_000, "is not valid YAML"),
        ("- " * 100_000, "is not valid YAML"),
        ("a: " + "9" * 5000, "a number has 5,000 characters"),
        ("a: 1e" + "9" * 5000, "a number has 5,002 characters"),
        ("a: !!python/object/apply:os.system [ls]", "is not supported; use plain values only"),
        ("a: !!int ''", "is not supported; use plain values only"),
        ("a: !!timestamp x", "is not supported; use plain values only"),
        ("a: !!binary x", "is not supported; use plain values only"),
        ("a: *b", "line 1"),
        ("a: \x00", "is not valid YAML"),
        ("? [a]\n: 1", "a key is not a string"),
        ("a: 1\na: 2", "line 2: the key 'a' occurs twice"),
        ("x" * (5 << 20), "it is larger than 4 MB"),
    ],
)
def test_what_no_document_needs_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(UserError, match=sentence) as raised:
        yaml_file.parse(text, "mine.yaml", "Correct it.")
    assert raised.value.what.startswith("mine.yaml is not valid YAML") and len(raised.value.what) < 300
    assert raised.value.hint == "Correct it."


def test_aliases_and_merges_of_reasonable_size_are_read():
    text = "base: &b {x: 1, y: [1, 2]}\nmore: {<<: *b, x: 3}\nagain: [*b, *b]\nname: !!str 5\n"
    text += f"quoted: '{'9' * 60}'"
    assert yaml_file.parse(text, "mine.yaml", "") == {
        "base": {"x": 1, "y": [1, 2]},
        "more": {"x": 3, "y": [1, 2]},
        "again": [{"x": 1, "y": [1, 2]}] * 2,
        "name": "5",
        "quoted": "9" * 60,
    }


def test_keys_are_texts_and_numbers_are_numbers():
    assert yaml_file.parse("0.10: 1e-3\non: yes\n7: .5", "mine.yaml", "") == {"0.10": 1e-3, "on": "yes", "7": 0.5}


def test_what_is_not_a_file_of_text_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xfd")
    with (tmp_path / "long.yaml").open("wb") as file:
        file.truncate(1 << 40)
    for name, sentence in (
        ("pipe.yaml", "it is not a file"),
        ("bytes.yaml", "it is not a text file"),
        ("long.yaml", "it is larger than 4 MB"),
        ("none.yaml", "No such file"),
        (".", "it is not a file"),
    ):
        with pytest.raises(UserError, match=sentence) as raised:
            yaml_file.read(tmp_path / name, "the recipe", "Give a YAML file.")
        assert str(tmp_path / name) in raised.value.what
