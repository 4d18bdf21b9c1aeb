"""Notes of a report: the cost of loading a file, the speed-up, which is often none; and the breakdown of bytes."""

from collections.abc import Mapping

from workbench.core.analysis.report import Breakdown, Totals
from workbench.core.base.message import Joined, Message
from workbench.graph.model.model import Model
from workbench.graph.rewrite.size import Size
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.loading import Loading

SAME = 1.05  # ratio from which a difference is mentioned


def storage(loading: Loading) -> tuple[Message, ...]:
    """Return sentences on decoding: its cost at loading, and which weights are not entropy-coded because of it."""
    notes: tuple[Message, ...] = ()
    if loading.coded:
        notes += (
            Message(
                "{n} weights are entropy-coded and decoded at load time: about {seconds:.2g} s on "
                "one core and {memory:,.0f} MB at the peak, which the process may keep (predicted); "
                "no cost at inference.",
                one="{n} weight is entropy-coded and decoded at load time: about {seconds:.2g} s on one core and "
                "{memory:,.0f} MB at the peak, which the process may keep (predicted); no cost at inference.",
                n=loading.coded,
                seconds=loading.load.seconds,
                memory=loading.load.bytes / 1e6,
            ),
        )
    if loading.uncoded:
        notes += (
            Message(
                "Entropy coding was skipped for {n} weights: the saving is not worth the time and "
                "memory of decoding at load time. 'codes: on' in the recipe's export options applies "
                "it anyway.",
                one="Entropy coding was skipped for {n} weight: the saving is not worth the time and memory of "
                "decoding at load time. 'codes: on' in the recipe's export options applies it anyway.",
                n=loading.uncoded,
            ),
        )
    if loading.held > loading.room and loading.held - loading.load.bytes > 0:
        notes += (
            Message(
                "Decoding holds {held:,.0f} MB beside the weights when the file is loaded (by their shapes), and the "
                "process may keep that. It keeps about as much as with the original up to {room:,.0f} MB: "
                "'storage: auto' and 'sparse: off' hold less.",
                held=loading.held / 1e6,
                room=loading.room / 1e6,
            ),
        )
    return notes


def breakdown(size: Size, model: Model, edits: Mapping[str, Edit]) -> Breakdown:
    """Return the bytes by part of the file that a model with these edits makes."""
    layers = sum(found for found, _ in size.layers.values())
    sites = [model.sites[path] for path in edits]
    edited = {site.initializer for site in sites} | {
        site.bias for site, edit in zip(sites, edits.values(), strict=True) if site.bias and edit.bias is not None
    }
    kept = [value for name, value in model.ir.graph.initializers.items() if name not in edited]
    tensors = sum(value.const_value.nbytes for value in kept if value.const_value is not None)
    left = size.file - layers - size.functions
    tensors = min(tensors, left)  # some may be stored shorter
    return Breakdown(layers, size.functions, tensors, left - tensors)


def speed(before: Totals, after: Totals) -> tuple[Message, ...]:
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
    told = _told(faster, Message("{x:.2g}x faster", x=faster), Message("{x:.2g}x slower", x=1 / faster))
    if not any(changes):
        return ()
    return (
        Message(
            "{changes}: {speed} (one sample, measured).",
            changes=Joined(change for change in changes if change),
            speed=told or Message("as fast as before"),
        ),
    )


def _told(ratio: float, more: Message, less: Message) -> Message | None:
    return more if ratio >= SAME else less if ratio <= 1 / SAME else None
