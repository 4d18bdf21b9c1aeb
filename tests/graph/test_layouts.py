"""The byte formulas, against arrays that are really packed."""

from functools import cache

import numpy as np
import pytest

from tests.graph.examples import codebook, weight
from workbench.core.recipe.storing import Storing
from workbench.graph.encodings import zeros
from workbench.graph.encodings.codebook import CODEBOOK
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import FLOAT32
from workbench.graph.encodings.spec import StorageSpec, container
from workbench.graph.encodings.zeros import expected_fillers, fillers, gaps
from workbench.graph.layouts import packing
from workbench.graph.layouts.layout import Layout
from workbench.graph.layouts.listing import LAYOUTS
from workbench.graph.storage.counting import spec_of


@pytest.mark.parametrize(("bits", "width"), [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (8, 8), (9, 16), (32, 32)])
def test_container_is_the_next_width_that_packs(bits: int, width: int) -> None:
    assert container(bits, 1) == width


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("count", [1, 7, 8, 1001])
def test_packing_puts_the_first_symbol_in_the_lowest_bits(bits: int, count: int) -> None:
    symbols = np.random.default_rng(0).integers(0, 2**bits, count)
    data = packing.pack(symbols, bits)
    assert len(data) == packing.packed(count, bits)
    mask = 2**bits - 1
    unpacked = [data[index * bits // 8] >> (index * bits % 8) & mask for index in range(count)]
    assert unpacked == symbols.tolist()


@cache
def stored(bits: int, zeros: float) -> tuple[Encoding, StorageSpec]:
    """A weight, and what is counted of it, for all layouts."""
    shape = (104, 99)
    encoding = Dense(weight(shape, zeros)) if bits == 32 else codebook(shape, bits, zeros)
    spec = spec_of(encoding, Storing(codes="on"))
    assert spec.nonzeros == np.count_nonzero(encoding.decode())
    return encoding, spec


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 32])
@pytest.mark.parametrize("zeros", [0.0, 0.5, 0.97, 0.9999, 1.0])
def test_payload_is_what_is_written(layout: Layout, bits: int, zeros: float) -> None:
    encoding, spec = stored(bits, zeros)
    if not layout.suits(spec, 18):
        return
    arrays, parts = layout.arrays(encoding, spec), layout.parts(spec, "w")
    assert [(array.dtype, array.shape) for array in arrays] == [(part.dtype.numpy(), part.shape) for part in parts]
    assert sum(array.nbytes for array in arrays) == layout.payload(spec)


def test_gaps_and_fillers_of_a_small_example() -> None:
    mask = np.zeros(60, bool)
    mask[[0, 3, 19, 20, 52]] = True
    assert gaps(mask).tolist() == [0, 2, 15, 0, 31]
    assert fillers(gaps(mask), 4) == 1  # 31 zeros: a filler takes 15 and is the 16th
    assert fillers(gaps(mask), 8) == 0


def test_zeros_of_a_large_weight_are_counted_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.random.default_rng(0).random(5000) < 0.01
    mask[1000:2000] = False  # a piece without any, and gaps across pieces
    before = gaps(mask)
    for at_once in (1, 7, 500, 10_000):
        monkeypatch.setattr(zeros, "AT_ONCE", at_once)
        assert zeros.counted(mask) == (len(before), fillers(before, 4), fillers(before, 8))


@pytest.mark.parametrize("zeros", [0.5, 0.9, 0.97, 0.999])
@pytest.mark.parametrize("bits", [4, 8])
def test_expected_fillers_are_the_mean_of_random_masks(zeros: float, bits: int) -> None:
    count = 40_000
    nonzeros = count - round(zeros * count)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(20):
        mask = np.zeros(count, bool)
        mask[rng.permutation(count)[:nonzeros]] = True
        drawn.append(fillers(gaps(mask), bits))
    spread = max(np.std(drawn) / np.sqrt(len(drawn)) * 4, 2)
    assert abs(expected_fillers(count, nonzeros, bits) - np.mean(drawn)) < spread


@pytest.mark.parametrize(
    ("zeros", "bits", "best"),
    [
        (0.0, 4, "plain"),
        (0.5, 4, "mask"),
        (0.9, 4, "gaps4"),
        (0.9, 8, "gaps4"),
        (0.97, 32, "gaps8"),
        (0.9999, 32, "index"),
    ],
)
def test_which_layout_pays(zeros: float, bits: int, best: str) -> None:
    count = 100_000
    spec = StorageSpec((count,), FLOAT32 if bits == 32 else CODEBOOK, bits, count).with_zeros(zeros)
    suitable = [layout for layout in LAYOUTS if layout.suits(spec, 18) and layout.name not in ("shaped", "flat")]
    assert min(suitable, key=lambda layout: layout.payload(spec)).name == best


def test_half_zeros_as_4_bit_symbols_take_what_the_measurement_said() -> None:
    """512 x 1024 weights, 4-bit values, half of them zero: 64 kB of mask and 128 kB of values."""
    spec = StorageSpec((512, 1024), CODEBOOK, 4, 1 << 18)
    assert next(layout for layout in LAYOUTS if layout.name == "mask").payload(spec) == (1 << 16) + (1 << 17)
