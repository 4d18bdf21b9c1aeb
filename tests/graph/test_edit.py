"""An edit's decoded weight, of which not all are kept, and its distance from the original."""

import gc
from weakref import ref

import numpy as np
import pytest

from tests.graph import examples
from workbench.graph.storage import edit as edits
from workbench.graph.storage.edit import Edit, sqnr_db


def test_decoded_weights_are_kept_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "decoded", edits.Decoded())
    monkeypatch.setattr(edits, "KEPT", 3 * 4 * 64)
    made = [Edit(examples.affine((8, 8), 4, seed=seed)) for seed in range(4)]
    first = made[0].weight
    assert made[0].weight is first
    np.testing.assert_array_equal(first, made[0].encoding.decode())
    for other in made[1:]:
        assert other.weight is other.weight
    assert edits.decoded.bytes == 3 * 4 * 64
    assert made[0].weight is not first
    kept = ref(made[3].weight)
    del other, made[3]
    gc.collect()
    assert kept() is None and edits.decoded.bytes == 2 * 4 * 64


def test_a_weight_larger_than_the_limit_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "decoded", edits.Decoded())
    monkeypatch.setattr(edits, "KEPT", 10)
    edit = Edit(examples.affine((8, 8), 4))
    assert edit.weight is not edit.weight and edits.decoded.bytes == 0


@pytest.mark.parametrize("block", [1, 7, 100, 1 << 20])
def test_noise_is_summed_piece_by_piece(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(edits, "BLOCK", block)
    before = examples.weight((6, 5, 2))
    after = before + np.float32(0.1)
    assert sqnr_db(before, after) == pytest.approx(
        10 * np.log10(np.square(before, dtype=float).mean() / 0.01), rel=1e-5
    )
    assert sqnr_db(before, before) is None and sqnr_db(np.zeros(0), np.zeros(0)) is None
    assert sqnr_db(np.float32(2), np.float32(1)) == pytest.approx(10 * np.log10(4))
