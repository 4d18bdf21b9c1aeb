"""Formats from other distributions: opened, written beside an export, refused where they do not keep their word."""

from pathlib import Path

import onnx
import pytest

from tests.plugins import distribution, site  # noqa: F401
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.plugins import discovery
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace
from workbench.formats.format import all_formats
from workbench.formats.opening import open_model

DEMO = str(resource_path("demo/fashion_cnn.onnx"))
RECIPE = Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 8}),))
PACKED = """
import zlib
import onnx
import onnx_ir as ir
from workbench.core.base.errors import UserError
from workbench.formats.format import Format, Loaded
from workbench.formats.onnx_file import from_graph
from workbench.graph.model.model import Source

MAGIC = b"PACK"

def load(path, trusted, job):
    with open(path, "rb") as file:
        data = file.read()
    try:
        proto = onnx.load_from_string(zlib.decompress(data[4:]))
    except Exception as error:
        raise UserError(f"{path} is damaged.", "Copy it again.") from error
    graph, notes = from_graph(proto, None, path)
    return Loaded(graph, Source(path, "packed", len(data)), notes)

def save(graph, path, job):
    path.write_bytes(MAGIC + zlib.compress(ir.to_proto(graph).SerializeToString()))

def forget(graph, path, job):
    for value in graph.graph.initializers.values():
        if value.name.endswith("bias"):
            value.const_value = ir.tensor(value.const_value.numpy() * 0 + 7, name=value.name)
    save(graph, path, job)

PACKED = Format("packed", lambda path, head: head.startswith(MAGIC), load, suffix=".packed", save=save)
WRONG = Format("wrong", lambda path, head: path.endswith(".wrong"), load, suffix=".wrong", save=forget)
LONG = Format("long", lambda path, head: head.startswith(MAGIC), load, suffix=".onnx.packed", save=save)
NONE = Format("none", lambda path, head: False, load, suffix=".none", save=lambda graph, path, job: None)
BARE = Format("bare", lambda path, head: False, load, save=save)
"""
POINTS = "[workbench.formats]\n" + "".join(
    f"{name.lower()} = packs:{name}\n" for name in ("PACKED", "WRONG", "NONE", "BARE", "LONG")
)


@pytest.fixture
def formats(site):  # noqa: F811
    distribution(site, "packs", POINTS, packs=PACKED)
    return [format.name for format in all_formats()]


@pytest.fixture(scope="module")
def workspace():
    return Workspace.open(DEMO, Job())


@pytest.mark.allow_logs
def test_it_is_asked_before_those_that_take_what_is_left(formats):
    assert {"packed", "wrong", "none"} < set(formats) and "bare" not in formats
    assert formats.index("pt2") < formats.index("packed") < formats.index("onnx") == len(formats) - 1
    assert "the format bare needs a suffix" in " ".join(discovery.load_failures())


@pytest.mark.slow
@pytest.mark.allow_logs
@pytest.mark.parametrize(("name", "format"), [("small.packed", ""), ("small", "packed"), ("small", "long")])
def test_an_export_is_written_in_it_too_and_opens_again(formats, workspace, tmp_path, name, format):
    report = export(workspace, RECIPE, str(tmp_path / "out"), Job(), name, format=format, timing=False)
    kind = format or "packed"
    names = [Path(path).name for path in report.files.values()]
    assert names[:3] == ["small.onnx", "small.yaml", "small.html"]
    assert names[3:] == ["small.onnx.packed" if kind == "long" else "small.packed"]
    assert report.after.bytes.value == Path(report.files["model"]).stat().st_size == report.forecast_bytes
    assert any(names[-1] in note and "was reopened" in note for note in report.notes)
    again = open_model(report.files[kind], job=Job())
    assert again.source.format == "packed"
    assert onnx.load(report.files["model"]).graph.output[0].name == again.outputs[0].name


@pytest.mark.slow
@pytest.mark.allow_logs
@pytest.mark.parametrize(
    ("format", "words"),
    [
        ("wrong", "file does not match the ONNX file: the relative difference of its outputs is"),
        ("none", "wrote no file small.none"),
        ("no_such", "There is no format 'no_such' to write"),
    ],
)
def test_one_that_does_not_keep_its_word_writes_nothing(formats, workspace, tmp_path, format, words):
    with pytest.raises(UserError) as caught:
        export(workspace, RECIPE, str(tmp_path / "out"), Job(), "small", format=format, timing=False)
    assert words in caught.value.what and not list((tmp_path / "out").glob("*"))


@pytest.mark.allow_logs
def test_a_damaged_file_is_one_sentence(formats, tmp_path):
    file = tmp_path / "a.packed"
    file.write_bytes(b"PACKnothing")
    with pytest.raises(UserError, match="is damaged"):
        open_model(str(file), job=Job())
