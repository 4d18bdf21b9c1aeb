"""ONNX files open, whatever their age and make; everything else is refused in one sentence that names it."""

import os
import pickle
import zipfile

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from tests.graph.graphs import Build, residual
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.plain import LONGEST_WORD
from workbench.formats import finish
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime
from workbench.graph.prepare import passes
from workbench.graph.rewrite.rewrite import size_of


def refusal(path, trusted: bool = False) -> UserError:
    """Opening fails in one sentence that names the file, and says what to do."""
    with pytest.raises(UserError) as caught:
        open_model(str(path), trusted=trusted, job=Job())
    error = caught.value
    assert str(path)[: LONGEST_WORD // 2] in error.what and str(path)[-10:] in error.what  # both ends of a long one
    assert "\n" not in str(error)
    assert error.what.endswith(".")
    assert error.hint.endswith(".")
    return error


def linear(**options) -> onnx.ModelProto:
    b = Build(**options)
    b.node("MatMul", ["x", b.weight("fc.weight", 64, 32)], "y")
    return b.proto({"x": ["N", 64]}, {"y": ["N", 32]})


def with_external_data(folder, location: str = "weights.bin") -> "os.PathLike":
    proto = linear()
    onnx.save(proto, folder / "m.onnx", save_as_external_data=True, location=location, size_threshold=0)
    return folder / "m.onnx"


def test_a_file_opens_with_its_size_and_layers(tmp_path):
    file = tmp_path / "m.onnx"
    onnx.save(residual(), file)
    model = open_model(str(file), job=Job())
    assert (model.source.path, model.source.format, model.source.bytes) == (str(file), "onnx", file.stat().st_size)
    assert len(model.sites) == 5
    assert model.notes == ()


@pytest.mark.parametrize("opset", [9, 11, 13, 17, 21, 23])
def test_every_opset_from_nine(tmp_path, opset):
    onnx.save(residual(opset), tmp_path / "m.onnx")
    model = open_model(str(tmp_path / "m.onnx"), job=Job())
    assert model.opset == opset
    assert [layer.path for layer in model.layers] == ["stem", "block.depthwise", "shared", "head", "aux"]


# What is no ONNX file


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("text.onnx", b"Dear diary, this is not a model at all.\n", "is not an ONNX model"),
        ("empty.onnx", b"", "is empty"),
        ("noise.onnx", bytes(range(256)) * 9, "is not an ONNX model"),
        ("page.onnx", b"<!DOCTYPE html><html>404</html>", "is not an ONNX model"),
        ("pickle.onnx", pickle.dumps({"state_dict": [1.0]}), "is a pickle; loading it could run any code"),
        ("old.pt", b"\x01\x02\x03 anything", "is a pickle"),
        ("weights.safetensors", b"\x10\0\0\0\0\0\0\0{}", "the header is longer than the file"),
        ("keras.h5", b"\x89HDF\r\n\x1a\n....", "is an HDF5 file"),
        ("phone.tflite", b"\x1c\0\0\0TFL3....", "is a TensorFlow Lite model"),
        ("net.py", b"import os\n", "is a Python file"),
        ("archive.onnx", b"PK\x03\x04 and no more", "is a damaged archive"),
    ],
)
def test_other_files_are_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    assert said in refusal(tmp_path / name).what


def test_a_pickle_is_never_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    (tmp_path / "model.pt").write_bytes(pickle.dumps(Trap()))
    refusal(tmp_path / "model.pt", trusted=True)
    assert not (tmp_path / "sprung").exists()


def test_archives_of_torch_are_distinguished(tmp_path):
    for name, member, said in (
        ("w.pth", "w/data.pkl", "cannot be read"),
        ("z.zip", "readme.txt", "is an archive, not a single model."),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(member, b"x")
        assert said in refusal(tmp_path / name).what


def test_missing_and_unreadable_paths(tmp_path):
    assert "There is no file" in refusal(tmp_path / "nowhere.onnx").what
    assert "is a folder" in refusal(tmp_path).what
    assert "Cannot read" in refusal(tmp_path / ("x" * 300 + ".onnx")).what


def test_a_file_cut_short_anywhere_is_refused(tmp_path):
    content = residual().SerializeToString()
    for end in (1, 10, len(content) // 3, len(content) // 2, len(content) - 40):
        (tmp_path / "m.onnx").write_bytes(content[:end])
        refusal(tmp_path / "m.onnx")


def test_damaged_files_are_refused_or_opened_but_never_crash(tmp_path):
    content = bytearray(linear().SerializeToString())
    rng = np.random.default_rng(0)
    opened = 0
    for _ in range(60):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 3):
            damaged[place] = rng.integers(0, 256)
        for place in rng.integers(0, 60, 2):  # the structure is in the first bytes; most others are weights
            damaged[place] = rng.integers(0, 256)
        (tmp_path / "m.onnx").write_bytes(damaged)
        try:
            open_model(str(tmp_path / "m.onnx"), job=Job())
            opened += 1
        except UserError as error:
            assert str(tmp_path / "m.onnx") in error.what
    assert opened < 60


def test_an_operator_that_the_runtime_lacks_is_named(tmp_path):
    b = Build()
    b.node("Frobnicate", ["x"], "y", domain="acme")
    onnx.save(b.proto({"x": ["N", 4]}, {"y": None}, opsets={"acme": 1}), tmp_path / "m.onnx")
    error = refusal(tmp_path / "m.onnx")
    assert "Frobnicate" in error.what
    assert error.hint == "Export it with operators that ONNX Runtime supports."


def test_an_ancient_opset_is_refused(tmp_path):
    onnx.save(linear(opset=5), tmp_path / "m.onnx")
    assert "opset 5" in refusal(tmp_path / "m.onnx").what


def test_a_file_without_operators_is_refused(tmp_path):
    graph = helper.make_graph([], "empty", [], [])
    onnx.save(helper.make_model(graph), tmp_path / "m.onnx")
    assert "no operators" in refusal(tmp_path / "m.onnx").what


# External data


def test_external_weights_are_read_counted_and_written_into_the_file(tmp_path):
    file = with_external_data(tmp_path)
    model = open_model(str(file), job=Job())
    assert model.source.bytes == file.stat().st_size + 64 * 32 * 4
    np.testing.assert_array_equal(model.weight("fc"), numpy_helper.to_array(linear().graph.initializer[0]))
    model.save(tmp_path / "one.onnx")
    assert (tmp_path / "one.onnx").stat().st_size > 64 * 32 * 4
    assert size_of(model, {}).file == (tmp_path / "one.onnx").stat().st_size
    runtime.session(tmp_path / "one.onnx")


def test_a_model_may_be_written_over_the_files_that_it_was_read_from(tmp_path):
    file = with_external_data(tmp_path)
    model = open_model(str(file), job=Job())
    weight = model.weight("fc").copy()
    model.save(file)
    os.remove(tmp_path / "weights.bin")
    np.testing.assert_array_equal(model.weight("fc"), weight)
    np.testing.assert_array_equal(open_model(str(file), job=Job()).weight("fc"), weight)


def test_missing_external_weights_are_named(tmp_path):
    file = with_external_data(tmp_path)
    os.remove(tmp_path / "weights.bin")
    assert "needs the file weights.bin" in refusal(file).what


def test_the_runtime_runs_the_graph_that_was_read_whatever_the_file_is_called(tmp_path):
    """It takes a file called .ort for its own format."""
    file = tmp_path / "model.ort"
    onnx.save(linear(), file)
    model = open_model(str(file), job=Job())
    assert model.layers and not any("reliability unknown" in note for note in model.notes)


def test_external_weights_in_a_file_whose_name_is_no_text(tmp_path):
    file = with_external_data(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"weights.bin", b"weights.\xffin", 1))
    with pytest.raises(UserError, match="external weights that cannot be read"):
        open_model(str(file), job=Job())


def test_external_weights_that_are_cut_short(tmp_path):
    file = with_external_data(tmp_path)
    os.truncate(tmp_path / "weights.bin", 100)
    assert "weights.bin has 100 bytes, but the weights of" in refusal(file).what
    assert refusal(file).what.endswith("need 8,192.")


def rewritten(file, **entries: str) -> None:
    """What the model says of its first weight's place."""
    proto = onnx.load(file, load_external_data=False)
    del proto.graph.initializer[0].external_data[:]
    for key, value in entries.items():
        proto.graph.initializer[0].external_data.add(key=key, value=value)
    file.write_bytes(proto.SerializeToString())


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"offset": "0"}, "without the name of a file"),
        ({"location": ""}, "without the name of a file"),
        ({"location": "weights.bin", "offset": "-4"}, "states places or sizes"),
        ({"location": "weights.bin", "offset": " 0_0"}, "states places or sizes"),
        ({"location": "weights.bin", "offset": "9" * 5000}, "states places or sizes"),
        ({"location": "weights.bin", "length": "8188"}, "states places or sizes"),
        ({"location": "weights.bin", "offset": "4"}, "need 8,196"),
        ({"location": "weights.bin", "offset": "9223372036854775807"}, "need"),
    ],
)
def test_external_weights_with_an_invalid_location_are_reported(tmp_path, entries, said):
    file = with_external_data(tmp_path)
    rewritten(file, **entries)
    assert said in refusal(file).what


def test_external_weights_at_odd_places_and_with_few_words(tmp_path):
    """Offset and length may be left out; bytes need not be aligned."""
    file = with_external_data(tmp_path)
    expected = numpy_helper.to_array(linear().graph.initializer[0])
    rewritten(file, location="weights.bin", length="0")
    np.testing.assert_array_equal(open_model(str(file), job=Job()).weight("fc"), expected)
    (tmp_path / "weights.bin").write_bytes(b"odd" + expected.tobytes())
    rewritten(file, location="./weights.bin", offset="3")
    np.testing.assert_array_equal(open_model(str(file), job=Job()).weight("fc"), expected)


@pytest.mark.parametrize("make", [os.link, os.symlink])
def test_external_weights_that_a_package_manager_linked(tmp_path, make):
    """pip's and uv's caches are hard links; a cache of a hub links model and weights to blobs of other names."""
    blobs, shown = tmp_path / "blobs", tmp_path / "snapshots"
    blobs.mkdir(), shown.mkdir()
    file = with_external_data(blobs)
    for name in ("m.onnx", "weights.bin"):
        (blobs / name).rename(blobs / f"blob-{name}")
        make(blobs / f"blob-{name}", shown / name)
    model = open_model(str(shown / "m.onnx"), job=Job())
    np.testing.assert_array_equal(model.weight("fc"), numpy_helper.to_array(linear().graph.initializer[0]))
    assert runtime.session(model) is not None and not file.exists()


def test_an_absolute_path_into_the_folder_is_refused_as_the_runtime_does(tmp_path):
    file = with_external_data(tmp_path)
    rewritten(file, location=str(tmp_path / "weights.bin"))
    assert "by an absolute path" in refusal(file).what


@pytest.mark.parametrize("how", ["parent", "absolute", "link"])
def test_external_weights_outside_the_folder_are_not_read(tmp_path, how):
    inside = tmp_path / "inside"
    inside.mkdir()
    file = with_external_data(inside)
    os.rename(inside / "weights.bin", tmp_path / "secret.bin")
    location = {"parent": "../secret.bin", "absolute": str(tmp_path / "secret.bin"), "link": "link.bin"}[how]
    (inside / "link.bin").symlink_to(tmp_path / "secret.bin")
    proto = onnx.load(file, load_external_data=False)
    for entry in proto.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = location
    file.write_bytes(proto.SerializeToString())
    assert "outside its folder" in refusal(file).what


def test_sparse_initialisers_are_expanded_and_said(tmp_path):
    proto = linear()
    dense = numpy_helper.to_array(proto.graph.initializer[0]).copy()
    dense[np.random.default_rng(0).random(dense.shape) < 0.9] = 0
    places = np.flatnonzero(dense)
    sparse = onnx.SparseTensorProto(dims=dense.shape)
    sparse.values.CopyFrom(numpy_helper.from_array(dense.ravel()[places], "fc.weight"))
    sparse.indices.CopyFrom(numpy_helper.from_array(places.astype(np.int64)))
    del proto.graph.initializer[:]
    proto.graph.sparse_initializer.append(sparse)
    onnx.save(proto, tmp_path / "m.onnx")
    model = open_model(str(tmp_path / "m.onnx"), job=Job())
    np.testing.assert_array_equal(model.weight("fc"), dense)
    assert model.notes == ("1 sparse initialiser was converted to dense.",)
    proto.graph.ClearField("sparse_initializer")
    proto.graph.node.insert(0, helper.make_node("Constant", [], ["fc.weight"], sparse_value=sparse))
    onnx.save(proto, tmp_path / "c.onnx")
    np.testing.assert_array_equal(open_model(str(tmp_path / "c.onnx"), job=Job()).weight("fc"), dense)


def test_what_a_file_says_of_the_levels_of_a_weight_is_dropped_with_them(tmp_path):
    """It would stay with another weight, and in bytes that no forecast has."""
    proto = linear()
    said = proto.graph.quantization_annotation.add(tensor_name="fc.weight")
    said.quant_parameter_tensor_names.add(key="SCALE_TENSOR", value="x")
    onnx.save(proto, tmp_path / "m.onnx")
    model = open_model(str(tmp_path / "m.onnx"), job=Job())
    model.save(tmp_path / "again.onnx")
    assert size_of(model, {}).file == (tmp_path / "again.onnx").stat().st_size
    assert not onnx.load(tmp_path / "again.onnx").graph.quantization_annotation


# The proof that preparation changed nothing


def test_a_preparation_that_changes_outputs_is_left_out_and_said(tmp_path, monkeypatch):
    def wrong(model):
        for node in model.graph:
            if node.op_type == "BatchNormalization":
                node.attributes.pop("epsilon")
        return passes.PassResult(True, "all of them, wrongly")

    steps = tuple((name, title, wrong if name == "batchnorm" else step) for name, title, step in passes.STEPS)
    monkeypatch.setattr(passes, "STEPS", steps)
    monkeypatch.setattr(finish, "TOLERANCE", 1e-7)
    onnx.save(residual(), tmp_path / "m.onnx")
    model = open_model(str(tmp_path / "m.onnx"), job=Job())
    assert not next(step for step in model.preparations if step.id == "batchnorm").applied
    assert "Folding BatchNorm was skipped: it changed the outputs by" in model.notes[0]


def test_a_preparation_that_breaks_the_graph_is_left_out(tmp_path, monkeypatch):
    def broken(model):
        model.graph[0].op_type = "Frobnicate"
        return passes.PassResult(True, "broken")

    steps = tuple((name, title, broken if name == "constants" else step) for name, title, step in passes.STEPS)
    monkeypatch.setattr(passes, "STEPS", steps)
    onnx.save(linear(), tmp_path / "m.onnx")
    model = open_model(str(tmp_path / "m.onnx"), job=Job())
    assert len(model.notes) == 2
    assert not [step for step in model.preparations if step.id == "constants" and step.applied]


def test_what_could_not_be_checked_is_reported(tmp_path):
    b = Build()
    noise = b.node("RandomNormalLike", ["x"], "noise")
    b.node("MatMul", [noise, b.weight("fc.weight", 4, 2)], "y")
    onnx.save(b.proto({"x": ["N", 4]}, {"y": None}), tmp_path / "random.onnx")
    (note,) = open_model(str(tmp_path / "random.onnx"), job=Job()).notes
    assert note == "Preparation at opening could not be verified: RandomNormalLike makes the outputs random."
    b = Build()
    x = b.node("Reshape", ["x", b.constant("shape", [3, 7, 11], np.int64)], "r")
    b.node("MatMul", [x, b.weight("fc.weight", 11, 2)], "y")
    onnx.save(b.proto({"x": ["N", "M"]}, {"y": None}), tmp_path / "odd.onnx")
    (note,) = open_model(str(tmp_path / "odd.onnx"), job=Job()).notes
    assert note.startswith("Preparation at opening could not be verified: ")


def test_opening_can_be_cancelled(tmp_path):
    onnx.save(linear(), tmp_path / "m.onnx")
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        open_model(str(tmp_path / "m.onnx"), job=job)


def test_outputs_that_are_all_but_zero_differ_by_their_rounding():
    near_zero = [np.array([3e-8, 0.0], np.float32)]
    assert finish.relative_difference(near_zero, [near_zero[0] + np.float32(6e-8)]) < finish.TOLERANCE
    assert finish.relative_difference(near_zero, [near_zero[0] + np.float32(1e-5)]) > finish.TOLERANCE
