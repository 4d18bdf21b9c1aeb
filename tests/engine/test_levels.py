"""The levels that are drawn are those that the weights lie on."""

import numpy as np
import pytest

from workbench.graph.encodings.codebook import Codebook
from workbench.graph.encodings.dense import Dense
from workbench.graph.storage.edit import Edit
from workbench.methods.common import grids


def quantized(weight, granularity="channel", symmetric=True, clip=1.0, out_axis=0, bits=3):
    grid = grids.view(weight, out_axis, granularity, 8)
    scale, zero = grids.scales(grid, bits, symmetric, "clip", 100.0, clip=clip)
    return Edit(grids.quantize(grid, scale, zero, bits, symmetric))


@pytest.fixture
def weight():
    values = np.random.default_rng(3).normal(size=(6, 24)).astype(np.float32)
    values[4] *= 5
    return values


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("out_axis", [0, 1])
def test_all_weights_of_the_widest_channel_lie_on_its_levels(weight, symmetric, out_axis):
    values = np.ascontiguousarray(np.moveaxis(weight, 0, out_axis))
    edit = quantized(values, symmetric=symmetric, out_axis=out_axis)
    found = edit.encoding.levels(values, out_axis)
    assert found.channel == 4 and len(found.values) == 8 and found.clipped == 0
    row = np.moveaxis(edit.weight, out_axis, 0)[4]
    assert np.abs(row[:, None] - found.values).min(axis=1).max() < 1e-5


@pytest.mark.parametrize("granularity", ["tensor", "channel", "group"])
def test_levels_of_a_channel_that_was_chosen(weight, granularity):
    edit = quantized(weight, granularity)
    found = edit.encoding.levels(weight, 0, channel=2)
    assert found.channel == (None if granularity == "tensor" else 2)
    part = (
        edit.weight[2]
        if granularity != "group"
        else edit.weight[2].reshape(3, 8)[np.argmax(np.abs(weight[2]).reshape(3, 8).max(axis=1))]
    )
    assert np.abs(part[:, None] - found.values).min(axis=1).max() < 1e-5


def test_what_lies_beyond_the_outermost_level_is_counted(weight):
    edit = quantized(weight, "tensor", clip=0.5)
    edge = 0.5 * np.abs(weight).max()
    found = edit.encoding.levels(weight, 0)
    assert found.values[-1] == pytest.approx(edge, rel=1e-6)
    step = found.values[1] - found.values[0]
    beyond = (weight > found.values[-1] + step / 2) | (weight < found.values[0] - step / 2)
    assert found.clipped == beyond.sum() > 0


def test_what_was_pruned_is_not_clipped(weight):
    pruned = np.where(np.abs(weight) < np.quantile(np.abs(weight), 0.9), weight, 0).astype(np.float32)
    found = quantized(pruned, "tensor", clip=0.7).encoding.levels(weight, 0)
    step = found.values[1] - found.values[0]
    beyond = (pruned > found.values[-1] + step / 2) | (pruned < found.values[0] - step / 2)
    assert found.clipped == beyond.sum() > 0


def test_codebooks_have_levels_and_plain_weights_have_none(weight):
    indices = (np.arange(24).reshape(4, 6) % 3).astype(np.uint8)
    book = Codebook(indices, np.array([0.5, -1, 0.25], np.float32), 2)
    assert book.levels(book.decode(), 0).values.tolist() == [-1, 0.25, 0.5]
    assert Dense(weight).levels(weight, 0) is None
