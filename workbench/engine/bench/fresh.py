"""Cost of loading and running a file in a process that has done nothing else, as on deployment.

python -m workbench.engine.bench.fresh FILE THREADS [FEEDS]

Prints JSON: seconds to load, bytes in use from then on and the peak, both above the process's initial memory, and
milliseconds of runs with the arrays of FEEDS, an .npz file; of none if the model does not take them. Imports nothing
that would add to the figures.
"""

import contextlib
import json
import os
import sys
import time
from typing import Any

RUNS, SETTLING = 12, 2  # the first do not count
LONGEST = 2.0  # seconds, after which no further run is started


def resident() -> int | None:
    """Return the bytes of this process; None if the system does not report them."""
    try:
        with open("/proc/self/statm", encoding="ascii") as listing:
            return int(listing.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


def most() -> int | None:
    """Return the peak memory since `forget_most`."""
    try:
        with open("/proc/self/status", encoding="ascii") as listing:
            return next(int(line.split()[1]) * 1024 for line in listing if line.startswith("VmHWM"))
    except (OSError, ValueError, StopIteration):
        return None


def forget_most() -> None:
    """Reset the peak to the current memory: proc(5), clear_refs."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as told:
        told.write("5")


def above(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else max(0, now - before)


def measured(file: str, threads: int, feeds: str) -> dict[str, Any]:
    """Return measurements of this process. Raises whatever the runtime raises."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import numpy as np
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, threads
    options.add_session_config_entry("session.load_model_format", "ONNX")
    given = dict(np.load(feeds)) if feeds else {}
    forget_most()
    before, start = resident(), time.perf_counter()
    session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    seconds, kept = time.perf_counter() - start, above(resident(), before)
    wanted = {value.name for value in (*session.get_inputs(), *session.get_overridable_initializers())}
    given = {name: array for name, array in given.items() if name in wanted}
    times: list[float] = []
    with contextlib.suppress(Exception):  # inputs that are made up: what was loaded counts all the same
        while given and len(times) < RUNS and (len(times) <= SETTLING or sum(times) < 1000 * LONGEST):
            start = time.perf_counter()
            session.run(None, given)
            times.append(1000 * (time.perf_counter() - start))
    return {"seconds": seconds, "kept": kept, "peak": above(most(), before), "runs": times[SETTLING:]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(sys.argv[1], int(sys.argv[2]), (sys.argv[3:] or [""])[0])) + "\n")
