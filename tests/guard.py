"""How long a test waits for what must come before it says that it hangs.

No measure of anything, so it is generous: the machine that runs the tests may be busy with other work. What is measured
in seconds is measured in tests/benchmarks.
"""

import time
from collections.abc import Callable

HANG_S = 900.0
HANG_MS = round(1000 * HANG_S)


def until(condition: Callable[[], object], words: str = "it did not come to that") -> None:
    """Return when it holds; in tests without an event loop. Those with one have `qtbot.waitUntil`."""
    end = time.monotonic() + HANG_S
    while not condition():
        assert time.monotonic() < end, words
        time.sleep(0.01)
