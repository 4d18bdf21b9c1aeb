"""A sample of the user's own through both models: what an evaluation says of the same sample, and wrong files."""

import wave

import numpy as np
import pytest
from PIL import Image

from tests.engine.small import network
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.analysis.prediction_diff import original_answers
from workbench.engine.data_check.own_sample import answer
from workbench.engine.workspace import Workspace

PRUNED = Recipe((Row("*", (Action("prune.magnitude", {"sparsity": 0.95}),)),))


@pytest.fixture(scope="module")
def demo():
    paths = demo_paths("fashion_cnn")
    return Workspace.open(paths.model, Job()).attach(paths.data, Job(), count=40)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    path = network(folder)
    return Workspace.open(str(path), Job()).attach(str(folder / "test.npz"), Job())


def said(caught) -> str:
    return str(caught.value)


def test_a_picture_has_the_answer_that_the_data_has(demo, tmp_path):
    known = original_answers(demo, Job())
    pixels = demo.data.feeds(np.array([3]))["x" if "x" in demo.data.inputs else next(iter(demo.data.inputs))][0, 0]
    Image.fromarray(np.asarray(pixels, np.uint8)).save(tmp_path / "shoe.png")
    found = answer(demo, str(tmp_path / "shoe.png"), Recipe(), Job())
    assert found.before[0].name == demo.data.classes[known.decisions[3]]
    assert found.before[0].sure == pytest.approx(known.sure[3], abs=1e-4)
    assert found.before == found.after and found.error == 0 and found.picture.shape == (28, 28)
    changed = answer(demo, str(tmp_path / "shoe.png"), PRUNED, Job())
    assert changed.before == found.before and changed.error > 0.01
    assert changed.after[0].sure == pytest.approx(sum(g.sure for g in changed.after if g.name == changed.after[0].name))


def test_an_array_and_a_sound_are_one_sample(small, tmp_path):
    name = next(iter(small.data.inputs))
    values = small.data.feeds(np.array([0]))[name][0]
    np.save(tmp_path / "one.npy", values)
    found = answer(small, str(tmp_path / "one.npy"), Recipe(), Job())
    wanted = original_answers(small, Job())
    assert found.size > 1 and (wanted.decisions is None or found.before)
    np.save(tmp_path / "batch.npy", values[None])
    assert answer(small, str(tmp_path / "batch.npy"), Recipe(), Job()).first == found.first
    np.savez(tmp_path / "one.npz", **{name: values[None]})
    assert answer(small, str(tmp_path / "one.npz"), Recipe(), Job()).first == found.first
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setnchannels(2), file.setsampwidth(2), file.setframerate(8000)
        file.writeframes(np.repeat((np.sin(np.arange(5)) * 20000).astype("<i2"), 2).tobytes())
    heard = answer(small, str(tmp_path / "tone.wav"), Recipe(), Job())
    assert any("8,000 Hz, 5 values" in str(note) for note in heard.notes)
    assert any("zero-padded" in str(note) for note in heard.notes)


def test_wrong_files_are_reported_in_a_sentence(demo, small, tmp_path):
    (tmp_path / "notes.docx").write_bytes(b"x")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "broken.wav").write_bytes(b"RIFF0000")
    Image.new("RGB", (4, 4)).save(tmp_path / "fine.png")
    for workspace, name, words in (
        (demo, "notes.docx", "neither an image, an audio file nor an array"),
        (demo, "broken.png", "broken.png"),
        (small, "broken.wav", "not a WAV file"),
        (small, "fine.png", "is an image, but the model takes none"),
        (demo, "broken.wav", "takes no waveform"),
    ):
        with pytest.raises(UserError) as caught:
            answer(workspace, str(tmp_path / name), Recipe(), Job())
        assert words in said(caught) and caught.value.hint
