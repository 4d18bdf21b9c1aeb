"""A message is its English text, and keeps what other languages need."""

import copy
import json
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from workbench.core.base.errors import UserError
from workbench.core.base.message import AND, CLAUSE, Joined, Message, from_data, placeholders, sentences, to_data


def german(text: str) -> str:
    known = {
        "{layer} loses {n:,} channels": "{layer} verliert {n:,} Kanäle",
        "the layer grows": "die Schicht wächst",
        "It is {why}.": "Es ist {why}。",
        " and ": " und ",
    }
    return known.get(text, text)


def test_it_is_its_english_text():
    message = Message("{layer} loses {n:,} channels", layer="stem", n=1234)
    assert message == "stem loses 1,234 channels" and hash(message) == hash("stem loses 1,234 channels")
    assert f"{message}." == "stem loses 1,234 channels." and json.dumps([message]) == '["stem loses 1,234 channels"]'
    assert message.rendered(german) == "stem verliert 1,234 Kanäle"
    assert Message("the layer grows").rendered(german) == "die Schicht wächst"
    assert Message("[{a: 1}]") == "[{a: 1}]" and Message("{n} {{a}}", n=2) == "2 {a}", "braces without arguments stay"


def test_one_thing_is_singular():
    many, one = "{layer} loses {n:,} channels", "{layer} loses {n} channel"
    assert Message(many, one, layer="stem", n=1) == "stem loses 1 channel"
    assert Message(many, one, layer="stem", n=2) == "stem loses 2 channels"
    assert Message(many, one, layer="stem", n=1).rendered(german) == "stem verliert 1 Kanäle", "one entry for both"


@pytest.mark.parametrize("again", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy, copy.copy])
def test_it_goes_through_a_pipe_whole(again):
    inner = Message("the layer grows")
    joined = Joined((Message("It is {why}.", why=inner), "", inner), CLAUSE)
    for message in (inner, Message("{a} of {b}", a=inner, b=np.float32(0.5)), joined):
        same = again(message)
        assert same == message and type(same) is type(message)
        assert same.rendered(german) == message.rendered(german)
    error = again(UserError("It is {why}.", "Do {what} now.", why=inner, what="this"))
    assert (error.what, error.hint) == ("It is the layer grows.", "Do this now.")
    assert error.what.rendered(german) == "Es ist die Schicht wächst。"


def test_it_lives_in_dataclasses():
    @dataclass(frozen=True)
    class Note:
        text: str

    assert Note(Message("rank {n}", n=2)) == Note("rank 2")


def test_parts_are_joined_and_translated():
    grows = Message("the layer grows")
    assert Joined(("a", "", grows)) == "a, the layer grows"
    assert Joined(("a", grows), AND).rendered(german) == "a und die Schicht wächst"
    assert Message("{names} stay", names=["a", "b"]) == "a, b stay"
    assert Joined(()) == "" and not Joined(("", ""))


def test_sentences_stand_as_their_language_has_it():
    said = sentences(Message("It is {why}.", why="a"), "", Message("It is {why}.", why="b"))
    assert said == "It is a. It is b."
    assert said.rendered(german) == "Es ist a。Es ist b。", "no space behind a full stop that is as wide as one"


def test_arguments_are_plain_and_never_templates():
    assert Message("no {name}", name="\x1b[31m{n}\n\u202e") == r"no {n} \u202e"
    assert Message("{a}", a=(3, 4)) == "(3, 4)" and Message("{a:.1f}", a=np.float64(2.0)) == "2.0"
    error = UserError("{path}: {n}", "{other} stays", path="{n}", n=3)
    assert str(error) == "{n}: 3 {other} stays"


def test_the_message_in_an_exception_is_kept():
    inner = UserError("It is {why}.", why=Message("the layer grows"))
    assert Message("No: {error}", error=inner).rendered(german) == "No: Es ist die Schicht wächst。"
    assert Message("No: {error}", error=ValueError(Message("the layer grows"))).rendered(german) == (
        "No: die Schicht wächst"
    )
    assert Message("No: {error}", error=OSError(2, "gone")) == "No: [Errno 2] gone"


def test_places_can_be_filled_later():
    waiting = Message("Name a function: {path}:function")
    assert waiting == "Name a function: {path}:function"
    assert UserError("{path} is code.", waiting, path="a.py").hint == "Name a function: a.py:function"
    assert Message(waiting, path="a.py").template == waiting.template


def test_it_goes_into_a_file_of_ours_and_comes_back():
    inner = Joined((Message("{layer} loses {n:,} channels", one="1", layer="stem", n=2), "b"), CLAUSE)
    for text in ("name", Message("It is {why}.", why=inner), inner):
        again = from_data(json.loads(json.dumps(to_data(text))))
        assert again == text and type(again) is type(text)
        assert not isinstance(text, Message) or again.rendered(german) == text.rendered(german)


def test_names_in_it_can_be_others():
    message = Message("Cannot write {path}: {n}", path="/data/.x/a.onnx", n=1).renamed("/data/.x", "/data")
    assert message == "Cannot write /data/a.onnx: 1" and message.template == "Cannot write {path}: {n}"


def test_placeholders_are_those_that_are_filled():
    assert placeholders("{b:.2f} of {a} {{c}}") == ["{a}", "{b:.2f}"]
