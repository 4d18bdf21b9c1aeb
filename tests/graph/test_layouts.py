"""The byte formulas, against arrays that are really packed."""

import numpy as np
import pytest

from tests.graph.examples import codebook, weight
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.spec import container
from workbench.graph.encodings.zeros import expected_fillers, fillers, gaps
from workbench.graph.storage import layouts, packing
from workbench.graph.storage.counting import spec_of


@pytest.mark.parametrize(("bits", "width"), [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (8, 8), (9, 16), (32, 32)])
def test_container_is_the_next_width_that_packs(bits: int, width: int) -> None:
    assert container(bits, 1) == width


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("count", [1, 7, 8, 1001])
def test_packing_puts_the_first_symbol_in_the_lowest_bits(bits: int, count: int) -> None:
    symbols = np.random.default_rng(0).integers(0, 2**bits, count)
    data = packing.pack(symbols, bits)
    assert len(data) == layouts.packed(count, bits)
    mask = 2**bits - 1
    unpacked = [data[index * bits // 8] >> (index * bits % 8) & mask for index in range(count)]
    assert unpacked == symbols.tolist()


@pytest.mark.parametrize("layout", ["plain", *layouts.SPARSE])
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 32])
@pytest.mark.parametrize("zeros", [0.0, 0.5, 0.97, 0.9999, 1.0])
def test_payload_is_what_is_written(layout: layouts.Layout, bits: int, zeros: float) -> None:
    shape = (101, 99)
    encoding = Dense(weight(shape, zeros)) if bits == 32 else codebook(shape, bits, zeros)
    spec = spec_of(encoding)
    assert spec.nonzeros == np.count_nonzero(encoding.decode())
    arrays = packing.arrays(encoding, spec, layout)
    data = arrays[:1] if layout == "plain" else arrays[:2]
    needed = {"gaps4": spec.fillers4, "gaps8": spec.fillers8}.get(layout, 0)
    expected = layouts.payload(layout, spec.count, spec.nonzeros, needed, bits)
    assert sum(array.nbytes for array in data) == expected


def test_gaps_and_fillers_of_a_small_example() -> None:
    mask = np.zeros(60, bool)
    mask[[0, 3, 19, 20, 52]] = True
    assert gaps(mask).tolist() == [0, 2, 15, 0, 31]
    assert fillers(gaps(mask), 4) == 1  # 31 zeros: a filler takes 15 and is the 16th
    assert fillers(gaps(mask), 8) == 0


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
    nonzeros = count - round(zeros * count)
    four, eight = (expected_fillers(count, nonzeros, width) for width in (4, 8))
    assert layouts.smallest(count, nonzeros, four, eight, bits) == best


def test_half_zeros_as_4_bit_symbols_take_what_the_measurement_said() -> None:
    """512 x 1024 weights, 4-bit values, half of them zero: 64 kB of mask and 128 kB of values."""
    assert layouts.payload("mask", 1 << 19, 1 << 18, 0, 4) == (1 << 16) + (1 << 17)
