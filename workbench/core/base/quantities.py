"""Numbers as people read them."""

from collections.abc import Callable

ROUNDS_UP = 0.9995  # from here on three digits show the next power of ten: 999,999 is 1.00 M


def size(count: float) -> str:
    """Bytes in decimal units: 1.91 MB."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= scale * ROUNDS_UP:
            return f"{three(count / scale)} {unit}"
    return f"{count:.0f} B"


def amount(count: float) -> str:
    """Parameters or MACs: 41.2 M."""
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(count) >= scale * ROUNDS_UP:
            return f"{three(count / scale)} {unit}"
    return f"{count:.0f}"


def three(value: float) -> str:
    """Three significant digits without an exponent, for 0.01 <= value < 10000."""
    return f"{value:.2f}" if abs(value) < 9.995 else f"{value:.1f}" if abs(value) < 99.95 else f"{value:.0f}"


def smaller(before: float, after: float, tr: Callable[[str], str] = str) -> str:
    """'6.2x smaller (16 % kept)', or 'larger' where it grew; `tr` puts it into another language."""
    if after <= 0 or before <= 0:
        return ""
    if after == before:
        return tr("the same size")
    if after > before:
        return tr("{times}x larger").format(times=f"{after / before:.2f}")
    share = f"{after / before:.0%}".replace("%", " %")
    return tr("{times}x smaller ({share} kept)").format(times=f"{before / after:.1f}", share=share)


def duration(seconds: float) -> str:
    """'12 s', '3 min 20 s', '1 h 5 min'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def is_fraction(metric: str) -> bool:
    """Whether a metric counts a share of decisions, which is shown in per cent."""
    return metric.startswith(("top-", "token", "pixel", "accuracy", "agreement"))


def metric_text(value: float, metric: str) -> str:
    """A metric's value: '92.45 %' where it is a fraction of samples, '0.0123' else."""
    if is_fraction(metric):
        return f"{100 * value:.2f} %"
    return three(value) if abs(value) >= 1 or value == 0 else f"{value:.4g}"
