"""Latency and file sizes without an export are those of the file that an export writes."""

import zipfile

import numpy as np
import pytest

from tests.engine.small import network
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.base.changes import larger
from workbench.engine.bench.timing import timed, zipped
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.dense import Dense
from workbench.graph.storage.edit import Edit


@pytest.mark.slow
def test_sizes_and_times_without_data():
    path = resource_path("demo/fashion_cnn.onnx")
    workspace = Workspace.open(str(path), Job())
    recipe = Recipe().with_actions(["head"], (Action("quantize.affine", {"bits": 4}),))
    found = timed(workspace, recipe, Job())
    result = workspace.compiled(recipe, Job())
    assert found.file == result.changes(recipe.storing)[1] < path.stat().st_size
    assert found.made_up and found.runs > 10 and 0 < found.after_ms < 1000 and 0 < found.before_ms < 1000
    assert 0 < found.zipped < found.zipped_before < path.stat().st_size


def test_zipped_as_an_archive_would(tmp_path):
    content = np.random.default_rng(0).integers(0, 9, 300_000).astype(np.uint8).tobytes()
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model", content)
    assert zipped(content, Job(), "zipping") == archive.infolist()[0].compress_size


@pytest.mark.parametrize(
    ("before", "after", "zeros", "words", "reason"),
    [
        (100, 90, 0.1, "float32", ""),
        (100, 100, 0.02, "float32", "With only 2.0% zeros, dense storage is smaller than sparse storage."),
        (
            100,
            120,
            0.5,
            "float32, zeros as a bit mask",
            "The overhead (scales, decoders, index lists) is larger than the saving.",
        ),
        (100, 100, 0.0, "float32", "The step changes the values, but not how they are stored."),
    ],
)
def test_why_a_layer_did_not_shrink(before, after, zeros, words, reason):
    assert larger(before, after, zeros, words, Edit(Dense(np.zeros((5, 5), np.float32)))).startswith(reason)
    assert bool(reason) == bool(larger(before, after, zeros, words, Edit(Dense(np.zeros((5, 5), np.float32)))))


def test_levels_that_stay_floats_are_not_explained_by_their_zeros(tmp_path):
    """A few weights at 4 bits, some of which become zero: the decoder alone takes more than they."""
    workspace = Workspace.open(str(network(tmp_path)), Job())
    recipe = Recipe().with_actions(["second"], (Action("quantize.affine", {"bits": 4}),))
    ((change,), _) = workspace.compiled(recipe, Job()).changes(recipe.storing)
    assert change.bytes_after == change.bytes_before and change.storage == "float32" and change.zeros > 0
    assert change.larger == "Stays float32 in the file: a compressed form with its decoder would not be smaller."
