"""What passes through a layer: streamed figures are those of all values at once, whatever the batches."""

import numpy as np
import pytest

from tests.engine.small import network
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.layer_data.activation_stats import QUANTILES, Passing
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.inspection import activation_stats as engine
from workbench.engine.inspection.activation_stats import Channels, passing
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.subgraph import cut


@pytest.fixture(scope="module")
def demo():
    opened = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    return opened.attach(str(resource_path("demo/fashion_calibration.npz")), Job())


def test_channels_are_those_of_all_values_at_once():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(5, 6000)).astype(np.float32) * np.array([[1], [100], [0.01], [0], [3]], np.float32)
    values[4] = np.maximum(values[4] - 50, 0) + 7  # far from zero: squares must not cancel
    values[0, 5000:] *= 9  # the reach grows late
    channels = Channels(5)
    for part in np.array_split(values, 17, axis=1):
        channels.add(part)
    assert channels.count == 6000
    for found, expected in (
        (channels.mean, values.mean(1)),
        (np.sqrt(channels.squares / 6000), values.std(1)),
        (channels.low, values.min(1)),
        (channels.high, values.max(1)),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert channels.zeros.tolist() == (values == 0).sum(1).tolist()
    found, expected = channels.quantiles(QUANTILES), np.quantile(values, QUANTILES, axis=1)
    assert (np.abs(found - expected) <= channels.reach / 128 + 1e-9).all()


def test_memory_does_not_grow_with_the_samples():
    channels = Channels(8)
    before = channels.counts.nbytes
    for _ in range(50):
        channels.add(np.ones((8, 1000), np.float32))
    assert channels.counts.nbytes == before and channels.counts.sum() == channels.count * 8


@pytest.mark.slow
def test_a_convolution_of_the_demo_receives_and_delivers_what_a_run_shows(demo):
    path = "blocks.1.conv1"
    found = passing(demo, path, Job())
    assert found.complete and found.samples == 512 and found.path == path
    feeds = demo.calibration.feeds(slice(0, 512))
    for side, behind in ((found.received, False), (found.delivered, True)):
        name = cut.value_name(demo.model, path, behind)
        x = runtime.session(cut.ending_in(demo.model, (name,))).run([name], dict(feeds))[0]
        assert side.name == name and side.values == x.size and side.channels == x.shape[1]
        axes = (0, 2, 3)
        np.testing.assert_allclose(side.mean, x.mean(axes), rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(side.high, x.max(axes), rtol=1e-4)
        np.testing.assert_allclose(side.zeros, (x == 0).mean(axes), atol=1e-3)
        levels = side.levels["percentile"]
        clipped = ((x < levels.low - levels.step / 2) | (x > levels.high + levels.step / 2)).mean()
        assert levels.clipped == pytest.approx(clipped, abs=1e-4)
        assert side.levels["minmax"].clipped == 0
        assert side.histogram.edges[0] <= x.min() and side.histogram.edges[-1] == pytest.approx(x.max(), rel=1e-4)


@pytest.mark.slow
def test_it_is_reported_after_a_few_batches_and_can_be_stopped(shared):
    told = []
    found = passing(shared, "first", Job(updates=told.append))
    assert told and all(isinstance(each, Passing) and not each.complete for each in told)
    assert [each.seen for each in told] == sorted({each.seen for each in told}) and found.seen == found.samples == 512
    assert passing(shared, "first", Job()) is found, "measured once"
    job = Job()
    job.updates = lambda _: job.cancel()
    with pytest.raises(Cancelled):
        passing(shared, "second", job)


def test_what_a_linear_layer_delivers_is_behind_its_activation(shared):
    found = passing(shared, "first", Job())
    assert found.received.channels == 16 and found.delivered.channels == 32
    assert (found.delivered.low >= 0).all() and found.delivered.zeros.max() > 0


def test_dead_channels_and_outliers():
    observer = engine._Both("x", 1)
    observer.add(np.array([[0, 1, 1, 50], [0, -1, 0.2, 1]], np.float32))
    found = observer.activation
    assert found.dead.tolist() == [0] and found.outliers.tolist() == [3]


def test_without_samples_it_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match="no calibration samples"):
        passing(Workspace.open(str(network(tmp_path)), Job()), "first", Job())


@pytest.mark.slow
def test_the_compressed_side_is_what_an_export_would_run(shared):
    recipe = Recipe((Row("first", (Action("quantize.affine", {"bits": 2}),)),))
    before, after = passing(shared, "second", Job()), passing(shared, "second", Job(), recipe)
    written = with_edits(shared.model, shared.compiled(recipe, Job()).edits)
    name = cut.value_name(shared.model, "second")
    true = np.concatenate(
        [
            runtime.run(runtime.session(cut.ending_in(written, (name,))), feeds, [name])[0]
            for feeds in shared.calibration.batches(64, 512)
        ]
    )
    np.testing.assert_allclose(after.received.low, true.min(0), atol=1e-5)
    np.testing.assert_allclose(after.received.mean, true.mean(0), atol=1e-5)
    assert not np.allclose(after.received.mean, before.received.mean, atol=1e-3)
    assert np.isclose(np.diff(after.received.histogram.edges)[0], np.diff(before.received.histogram.edges)[0])
    assert after.received.histogram.counts.sum() == pytest.approx(before.received.histogram.counts.sum())


def test_removed_channels_keep_their_places(shared):
    recipe = Recipe((Row("first", (Action("prune.channels", {"ratio": 0.25}),)),))
    before, after = passing(shared, "second", Job()), passing(shared, "second", Job(), recipe)
    assert after.received.channels == before.received.channels == 32
    gone = np.isnan(after.received.low)
    assert gone.sum() == 8
    np.testing.assert_allclose(after.received.high[~gone], before.received.high[~gone], rtol=1e-4)
