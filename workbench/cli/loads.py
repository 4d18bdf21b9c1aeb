"""Bits per weight, load time and memory of two files as rows of a table."""

from workbench.core.analysis.profile import Load, Spread
from workbench.core.analysis.report import Totals
from workbench.core.base.quantities import size, three_digits


def weight_rows(before: Totals, after: Totals) -> list[tuple[str, str, str, str]]:
    """Return rows of bits per weight, and of load time and memory if measured."""
    bits = [f"{side.bits_per_weight:.2f}" for side in (before, after)]
    rows = [("bits per weight", bits[0], bits[1], "file bytes by parameters")]
    return rows + (load_rows(before.load, after.load) if before.load and after.load else [])


def load_rows(before: Load, after: Load) -> list[tuple[str, str, str, str]]:
    """Return rows of load time, memory and run time of both files."""
    fresh, batch = "measured in a fresh process", f", batch {after.batch}"

    def bytes_of(memory: Spread | None) -> str:
        return "unknown" if memory is None else size(memory.median)

    rows = [
        ("load time", f"{three_digits(before.seconds.median)} s", f"{three_digits(after.seconds.median)} s", fresh),
        ("memory after loading", bytes_of(before.memory), bytes_of(after.memory), fresh),
        ("peak memory", bytes_of(before.peak), bytes_of(after.peak), fresh),
    ]
    if before.run and after.run:
        rows.append(
            ("run time", f"{three_digits(before.run.median)} ms", f"{three_digits(after.run.median)} ms", fresh + batch)
        )
    return rows
