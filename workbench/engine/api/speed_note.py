"""Note on the speed-up measured for fewer bytes and multiply-accumulates, which is often none."""

from workbench.core.analysis.report import Totals
from workbench.core.base.message import Joined, Message

SAME = 1.05  # ratio from which a difference is mentioned


def of(before: Totals, after: Totals) -> tuple[Message, ...]:
    """Return a sentence, if both models were timed and size or MACs changed."""
    if before.latency_ms is None or after.latency_ms is None or not after.latency_ms.value:
        return ()
    size = before.bytes.value / max(after.bytes.value, 1)
    macs = before.macs / after.macs if before.macs and after.macs else 1.0
    faster = before.latency_ms.value / after.latency_ms.value
    changes = [
        _told(size, Message("{x:.2g}x smaller", x=size), Message("{x:.2g}x larger", x=1 / size)),
        _told(macs, Message("{x:.2g}x fewer MACs", x=macs), Message("{x:.2g}x more MACs", x=1 / macs)),
    ]
    speed = _told(faster, Message("{x:.2g}x faster", x=faster), Message("{x:.2g}x slower", x=1 / faster))
    if not any(changes):
        return ()
    return (
        Message(
            "{changes}: {speed} (one sample, measured).",
            changes=Joined(change for change in changes if change),
            speed=speed or Message("as fast as before"),
        ),
    )


def _told(ratio: float, more: Message, less: Message) -> Message | None:
    return more if ratio >= SAME else less if ratio <= 1 / SAME else None
