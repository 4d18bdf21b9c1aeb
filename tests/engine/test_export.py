"""What is written is what was shown, or nothing is written."""

import errno
import re
from pathlib import Path

import numpy as np
import pytest

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row, load_recipe
from workbench.engine.api import report_page
from workbench.engine.api.export import export
from workbench.engine.api.verification import compared
from workbench.engine.workspace import Workspace

FOUR_BITS = Recipe((Row("*", (Action("quantize.affine", {"bits": 4}),)),))


@pytest.fixture(scope="module")
def workspace():
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    small = str(resource_path("demo/fashion_calibration.npz"))
    return workspace.attach(small, Job(), calibration=small)


@pytest.mark.slow
def test_three_files_that_belong_together(workspace, tmp_path):
    report = export(workspace, FOUR_BITS, str(tmp_path), Job(), "small")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.html", "small.onnx", "small.yaml"]
    assert load_recipe(tmp_path / "small.yaml") == FOUR_BITS
    assert report.forecast_bytes == (tmp_path / "small.onnx").stat().st_size == report.after.bytes.value
    assert report.ratio > 6 and report.verified.samples == 1000
    assert report.verified.agreement > 0.999 and report.verified.value == pytest.approx(report.preview_value, abs=0.002)
    page = (tmp_path / "small.html").read_text(encoding="utf-8")
    assert "blocks.4.conv2" in page and "int4 per channel" in page and "<script" not in page and "http" not in page


@pytest.mark.slow
def test_what_is_skipped_is_reported(workspace, tmp_path):
    """The same file without running it or timing anything."""
    report = export(workspace, FOUR_BITS, str(tmp_path), Job(), verify=False, timing=False)
    assert report.verified is report.after.value is report.after.latency_ms is report.after.load is None
    assert [note for note in report.notes if "as asked" in note] == [
        "Not verified: the written file was not run, as asked.",
        "Latency, load time and memory were not measured, as asked.",
    ]
    page = Path(report.files["report"]).read_text(encoding="utf-8")
    assert "Not verified" in page and Path(report.files["model"]).stat().st_size == report.forecast_bytes


@pytest.mark.slow
def test_without_data_it_is_written_and_says_that_nothing_was_measured(workspace, tmp_path):
    bare = Workspace(workspace.model)
    report = export(bare, FOUR_BITS, str(tmp_path), Job(), timing=False)
    assert report.verified.value is report.verified.agreement is report.preview_value is None
    assert report.verified.max_abs_diff < 1e-3 and "not measured" in report.data
    assert Path(report.files["model"]).stat().st_size == report.forecast_bytes


def test_a_full_disk_leaves_nothing_behind(workspace, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    file = tmp_path / "fashion_cnn_compressed.onnx"
    with pytest.raises(UserError, match=re.escape(f"Cannot write {file}: No space left")):
        export(workspace, FOUR_BITS, str(tmp_path), Job())
    assert list(tmp_path.iterdir()) == []


def test_cancelling_leaves_nothing_behind(workspace, tmp_path):
    job = Job(interval=0.0)
    job.listener = lambda progress: job.cancel() if "verifying" in progress.text else None
    with pytest.raises(Cancelled):
        export(workspace, FOUR_BITS, str(tmp_path), job)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(workspace, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="file"):
        export(workspace, FOUR_BITS, str(tmp_path / "file" / "out"), Job())


def test_the_open_model_is_not_overwritten(tmp_path):
    copy = tmp_path / "mine.onnx"
    copy.write_bytes(resource_path("demo/fashion_cnn.onnx").read_bytes())
    workspace = Workspace.open(str(copy), Job())
    with pytest.raises(UserError, match="is the open model and cannot be overwritten"):
        export(workspace, FOUR_BITS, str(tmp_path), Job(), "mine")
    assert copy.read_bytes() == resource_path("demo/fashion_cnn.onnx").read_bytes()


def test_a_recipe_that_does_not_fit_writes_nothing(workspace, tmp_path):
    for recipe, sentence in (
        (Recipe((Row("nowhere", FOUR_BITS.rows[0].actions),)), "matches no layer"),
        (Recipe((Row("*", (Action("quantize.affine", {"bits": 9}),)),)), "bits has the invalid value 9"),
        (Recipe((Row("*", (Action("no.such"),)),)), "no method 'no.such'"),
    ):
        with pytest.raises(UserError, match=sentence):
            export(workspace, recipe, str(tmp_path), Job())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_behaves_otherwise_is_refused(workspace):
    def shown(feeds):
        return [np.ones((len(feeds["x"]), 10), np.float32)]

    def written(feeds):
        return [np.ones((len(feeds["x"]), 10), np.float32) * 1.5]

    with pytest.raises(UserError, match="The written file does not match the preview: outputs differ by"):
        compared(workspace.evaluator, shown, written, Job())


@pytest.mark.slow
def test_the_same_recipe_and_seed_give_the_same_file(workspace, tmp_path):
    recipe = Recipe((Row("head", (Action("distill.layer", {"rank": 4, "steps": 20}),)),), seed=5)
    for name in ("first", "second"):
        fresh = Workspace(workspace.model, workspace.data, workspace.calibration, "", workspace.evaluator)
        export(fresh, recipe, str(tmp_path), Job(), name, timing=False)
    assert (tmp_path / "first.onnx").read_bytes() == (tmp_path / "second.onnx").read_bytes()


# -- the report ----------------------------------------------------------------------------------------------------


@pytest.fixture
def template(tmp_path, monkeypatch):
    """A template in the place of the program's."""
    path = tmp_path / "template"
    path.write_text("{{ name }}", encoding="utf-8")
    monkeypatch.setattr(report_page, "resource_path", lambda _name: path)
    report_page.template.cache_clear()
    yield path
    report_page.template.cache_clear()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\xff", "cannot be used: "),
        (b"{% for x in %}", "cannot be used: "),
        (b"{{ nothing }}", "cannot be used: it refers to nothing, which is not defined."),
    ],
    ids=["bytes", "syntax", "names"],
)
def test_a_template_that_is_no_good_is_reported_before_the_work_begins(workspace, template, tmp_path, text, words):
    template.write_bytes(text)
    with pytest.raises(UserError, match=words):
        export(workspace, FOUR_BITS, str(tmp_path / "out"), Job(cancel_at_once))
    assert not (tmp_path / "out").exists()


def test_a_template_that_is_missing_is_reported_before_the_work_begins(workspace, template, tmp_path):
    template.unlink()
    with pytest.raises(UserError, match="No such file"):
        export(workspace, FOUR_BITS, str(tmp_path / "out"), Job(cancel_at_once))


def cancel_at_once(progress):
    pytest.fail(f"it began to work: {progress.text}")


@pytest.mark.slow
@pytest.mark.allow_logs
def test_a_report_that_cannot_be_written_takes_no_model_with_it(workspace, tmp_path):
    (tmp_path / "small.html").mkdir()
    (tmp_path / "small.html" / "kept").touch()
    report = export(workspace, FOUR_BITS, str(tmp_path), Job(), "small", timing=False)
    assert set(report.files) == {"model", "recipe"} and (tmp_path / "small.html" / "kept").exists()
    assert report.notes[-1].startswith(f"The report could not be written. Cannot write {tmp_path / 'small.html'}: ")
    assert Path(report.files["model"]).stat().st_size == report.after.bytes.value
    assert load_recipe(Path(report.files["recipe"])) == FOUR_BITS


@pytest.mark.slow
@pytest.mark.allow_logs
def test_a_figure_that_the_page_cannot_show_takes_no_model_with_it(workspace, template, tmp_path):
    (tmp_path / "small.html").write_text("of an earlier export")
    template.write_text("{{ model.bytes / 0 }}")
    report = export(workspace, FOUR_BITS, str(tmp_path), Job(), "small", timing=False)
    assert report.notes[-1] == "The report could not be written. ZeroDivisionError: division by zero."
    assert Path(report.files["model"]).exists() and not (tmp_path / "small.html").exists()
