"""Which array feeds which input: by sample, the same for all samples, or repeated for each."""

import numpy as np
import pytest

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import InputSpec
from workbench.data.matching import match
from workbench.data.opening import open_dataset

X = InputSpec("x", "float32", (None, 4), ("batch", ""))
RATE = InputSpec("rate", "int64", ())
SCALES = InputSpec("scales", "float32", (3,))
STATE = InputSpec("state", "float32", (2, None, 8), ("", "batch", ""))
MASK = InputSpec("mask", "int64", (None, 4), ("batch", ""))
PROMPT = InputSpec("prompt", "float32", (None, 8), ("tokens", ""))


def dataset(tmp_path, *specs, given=None, **arrays):
    np.savez(tmp_path / "d.npz", **arrays)
    return open_dataset(str(tmp_path / "d.npz"), specs, given=given)


def test_arrays_of_the_very_shape_of_an_input_are_the_same_for_all_samples(tmp_path):
    data = dataset(
        tmp_path, X, RATE, SCALES, STATE, x=np.zeros((5, 4)), rate=16000, scales=[1, 2, 3], state=np.ones((2, 1, 8))
    )
    assert data.samples == 5 and data.fixed_batch is None and set(data.inputs) == {"x"}
    feeds = data.feeds(slice(1, 4))
    assert {name: (array.shape, array.dtype.name) for name, array in feeds.items()} == {
        "x": ((3, 4), "float32"),
        "rate": ((), "int64"),
        "scales": ((3,), "float32"),
        "state": ((2, 3, 8), "float32"),
    }
    assert feeds["rate"] == 16000 and data.count(feeds) == 3
    assert data.subset(np.array([0, 2])).feeds(slice(None))["state"].shape == (2, 2, 8)


def test_three_samples_and_three_scales_are_not_confused(tmp_path):
    data = dataset(tmp_path, SCALES, X, x=np.zeros((3, 4)), scales=[1, 2, 3])
    assert set(data.inputs) == {"x"} and data.constants["scales"].tolist() == [1, 2, 3]


def test_samples_may_lie_along_the_axis_of_the_batch(tmp_path):
    states = np.arange(2 * 5 * 8, dtype=np.float32).reshape(2, 5, 8)
    data = dataset(tmp_path, X, STATE, x=np.zeros((5, 4)), state=states)
    np.testing.assert_array_equal(data.feeds(np.array([3, 1]))["state"], states[:, [3, 1]])


def test_steps_may_come_before_the_batch(tmp_path):
    steps = InputSpec("x", "float32", (6, None, 4), ("", "batch", ""))
    values = np.arange(5 * 6 * 4, dtype=np.float32).reshape(5, 6, 4)
    data = dataset(tmp_path, steps, x=values)
    assert data.samples == 5 and data.fixed_batch is None
    np.testing.assert_array_equal(data.feeds(np.array([3, 1]))["x"], values[[3, 1]].transpose(1, 0, 2))


@pytest.mark.parametrize("steps", [6, None])
def test_an_array_may_have_the_layout_of_an_input_whose_batch_has_a_name(tmp_path, steps):
    spec = InputSpec("x", "float32", (steps, None, 4), ("steps", "N", ""))
    lengths = InputSpec("lengths", "int64", (None,), ("N",))
    values = np.arange(6 * 5 * 4, dtype=np.float32).reshape(6, 5, 4)
    data = dataset(tmp_path, spec, lengths, x=values, lengths=np.arange(5))
    assert data.samples == 5 and data.fixed_batch is None
    np.testing.assert_array_equal(data.feeds(np.array([3, 1]))["x"], values[:, [3, 1]])
    if steps:  # it can be nothing else
        assert dataset(tmp_path, spec, x=values).samples == 5


@pytest.mark.parametrize("axes", [("", ""), ("steps", "")])
def test_each_row_is_run_alone_where_an_input_has_no_batch(tmp_path, axes):
    """A clip [steps, values], a rate of one value, and beside them a picture with a batch."""
    clip = InputSpec("clip", "float32", (6 if not axes[0] else None, 4), axes)
    clips, rates = np.arange(120.0).reshape(5, 6, 4), np.arange(5)
    data = dataset(tmp_path, X, clip, RATE, x=np.zeros((5, 4)), clip=clips, rate=rates)
    assert data.alone and data.samples == 5 and data.fixed_batch == 1 and not data.constants
    feeds = [dict(each) for each in data.batches(3)]
    assert [(each["x"].shape, each["clip"].shape, each["rate"].shape) for each in feeds] == [((1, 4), (6, 4), ())] * 5
    assert (feeds[3]["clip"] == clips[3]).all() and feeds[3]["rate"] == 3 and data.count(feeds[3]) == 1
    assert not dataset(tmp_path, clip, clip=clips[0]).alone  # the rows of one array are samples, as before
    with pytest.raises(UserError, match="'clip' has 5 entries, others 4"):
        dataset(tmp_path, clip, clip=clips, y=np.arange(4))
    with pytest.raises(UserError, match=r"the array 'clip' has .*5, 6, 3.*, but the model takes float32 of"):
        dataset(tmp_path, clip, clip=clips[..., :3])


def test_rows_are_no_runs_where_the_first_axis_is_the_batch(tmp_path):
    with pytest.raises(UserError, match="but the model takes float32 of 4 per sample"):
        dataset(tmp_path, X, x=np.zeros((5, 6, 4)))


def test_edges_of_a_graph_are_the_same_for_all_its_nodes(tmp_path):
    worth = InputSpec("worth", "float32", (None, 3), ("edges", ""))
    edges = InputSpec("edges", "int64", (2, None), ("", "edges"))
    nodes = InputSpec("nodes", "float32", (None, 8), ("nodes", ""))
    arrays = {"worth": np.zeros((90, 3)), "edges": np.zeros((2, 90), int), "nodes": np.zeros((40, 8))}
    data = dataset(tmp_path, worth, edges, nodes, **arrays)
    assert data.samples == 40 and set(data.constants) == {"worth", "edges"}


def test_values_given_by_hand_fill_the_shape_and_go_before_arrays(tmp_path):
    data = dataset(
        tmp_path,
        X,
        RATE,
        STATE,
        MASK,
        SCALES,
        x=np.zeros((5, 4)),
        state=np.ones((2, 1, 8)),
        given={"state": "0", "rate": "8000", "mask": "1", "scales": "[1, 2, 0.5]"},
    )
    feeds = data.feeds(slice(0, 2))
    assert feeds["state"].shape == (2, 2, 8) and not feeds["state"].any()
    assert feeds["mask"].shape == (2, 4) and feeds["mask"].all() and feeds["mask"].dtype == np.int64
    assert feeds["rate"] == 8000 and feeds["scales"].tolist() == [1, 2, 0.5]


def test_an_axis_of_another_name_is_not_the_batch(tmp_path):
    data = dataset(tmp_path, X, PROMPT, x=np.zeros((5, 4)), given={"prompt": "0"})
    assert data.feeds(slice(0, 3))["prompt"].shape == (1, 8)


def test_data_with_other_constants_is_other_data(tmp_path):
    first, second = (dataset(tmp_path, X, RATE, x=np.zeros((5, 4)), rate=rate) for rate in (8000, 16000))
    assert first.fingerprint != second.fingerprint


def test_x_is_the_input_that_has_no_array_and_its_shape(tmp_path):
    audio = InputSpec("audio", "float32", (None, 4), ("batch", ""))
    data = dataset(tmp_path, audio, STATE, RATE, x=np.zeros((5, 4)), given={"state": "0", "rate": "1"})
    assert set(data.inputs) == {"audio"}
    with pytest.raises(UserError, match=r"no array 'state' \(it holds x\).*--input state=VALUE"):
        dataset(tmp_path, audio, STATE, RATE, x=np.zeros((5, 4)))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"nope": "1"}, "has no input 'nope'"),
        ({"rate": "fast"}, "'fast' is not a number or a list of numbers"),
        ({"rate": "NaN"}, "'NaN' is not a number"),
        ({"rate": '"a"'}, "is not a number"),
        ({"rate": "{}"}, "is not a"),
        ({"rate": "[1, 2]"}, "' takes int64 of one value, but got"),
        ({"scales": "[1]"}, "' takes float32 of 3, but got"),
        ({"rate": "9" * 5000}, "is not a number"),
        ({"rate": "[" * 5000}, "is not a number"),
        ({"rate": "1e30"}, "' has values outside"),
        ({"scales": "1e999"}, ": some values of the array '"),
    ],
)
def test_values_that_do_not_fit_are_named(given, sentence):
    arrays = {"x": np.zeros((5, 4), np.float32), "rate": np.int64(1), "scales": np.zeros(3)}
    with pytest.raises(UserError, match=sentence) as raised:
        match("d.npz", {name: np.asarray(array) for name, array in arrays.items()}, (X, RATE, SCALES), given)
    assert raised.value.hint and len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x": np.zeros((5, 4)), "rate": np.array([1, 2, 3])}, "takes one value of int64"),
        ({"x": np.zeros((5, 4)), "rate": np.array(["a"])}, "takes one value of int64"),
        (
            {"x": np.zeros((5, 4)), "rate": np.int64(1), "state": np.zeros((2, 3, 8))},
            "takes float32 of 2 x any x 8$|takes float32 of 2 x any x 8",
        ),
        ({"x": np.zeros((5, 4)), "rate": np.int64(1), "state": np.zeros((3, 1, 8))}, "'state' has 3 entries, others 5"),
        ({"x": np.full((5, 4), 1e300), "rate": np.int64(1)}, "'x' has values outside -3.4.* the range of float32"),
        ({"x": np.zeros((5, 4)), "rate": np.float64(0.5)}, "'rate' has fractional values, but"),
        (
            {"x": np.array(1.0), "rate": np.int64(1)},
            r": the array 'x' has type float64 and shape \(\), but the model takes float32 of 4",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_named(tmp_path, arrays, sentence):
    with pytest.raises(UserError, match=sentence):
        dataset(tmp_path, X, RATE, *((STATE,) if "state" in arrays else ()), **arrays)


def test_inputs_of_types_that_no_data_has_are_named(tmp_path):
    with pytest.raises(UserError, match="The model's input 'wave' has type complex64, which data sets do not support"):
        dataset(tmp_path, X, InputSpec("wave", "complex64", (None,)), x=np.zeros((5, 4)), wave=np.zeros(5))


def test_texts_are_taken_for_an_input_of_texts_alone(tmp_path):
    words = InputSpec("words", "string", (None,))
    data = dataset(tmp_path, X, words, x=np.zeros((5, 4)), words=np.array(["a", "bb", "c", "d", "e"]))
    assert data.feeds(slice(1, 3))["words"].tolist() == ["bb", "c"] and data.samples == 5
    for given, each in (("Ulm", "Ulm"), ('"5"', "5")):
        same = dataset(tmp_path, X, words, given={"words": given}, x=np.zeros((5, 4)))
        assert same.feeds(slice(0, 2))["words"].tolist() == [each] * 2
    with pytest.raises(UserError, match=r"'words' has type float64 .* takes string of scalars per sample"):
        dataset(tmp_path, X, words, x=np.zeros((5, 4)), words=np.zeros(5))
    with pytest.raises(UserError, match=r"'x' has type <U1 .* takes float32"):
        dataset(tmp_path, X, x=np.full((5, 4), "a"))


def test_an_input_without_a_number_of_dimensions_is_named_with_a_way_out(tmp_path):
    """ONNX allows it; a scalar is another thing."""
    with pytest.raises(UserError, match=r"how many dimensions its input 'x' has\. Export it with a shape"):
        dataset(tmp_path, InputSpec("x", "float32", (), ranked=False), x=np.zeros((5, 4)))
