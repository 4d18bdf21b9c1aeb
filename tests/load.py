"""The suite again and again on a busy machine: `python -m tests.load [--times 10] [-- ARGUMENTS]`, or `make test-load`.

Beside it runs a program that keeps every core busy, at the same priority. Each run is one line of out/load.log: when it
began, how long it took, the load of the machine, and pytest's closing line; what failed follows it. Ends with 1 when a
run failed, after all of them.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOG = Path("out/load.log")
BUSY = "while True: pass"


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """Every core has something else to do."""
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(cores)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def run(command: list[str]) -> tuple[bool, str]:
    """Whether the suite passed, and what is to be said of that."""
    began, start = time.strftime("%Y-%m-%d %H:%M:%S"), time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = done.stdout.splitlines() or [""]
    words = f"{began}, {time.monotonic() - start:.0f} s, load {os.getloadavg()[1]:.1f}: {lines[-1]}"
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return done.returncode == 0, "\n".join([words, *(f"    {line}" for line in failed)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="programs beside it")
    parser.add_argument("pytest", nargs="*", help="what pytest is given, after --")
    given = parser.parse_args()
    LOG.parent.mkdir(parents=True, exist_ok=True)
    passed = 0
    with LOG.open("a", encoding="utf-8") as log, busy(given.cores):
        for number in range(1, given.times + 1):
            good, words = run([sys.executable, "-m", "pytest", *given.pytest])
            passed += good
            for out in (log, sys.stdout):
                print(f"{number} of {given.times}, beside {given.cores} busy programs: {words}", file=out, flush=True)
    print(f"{passed} of {given.times} runs passed; {LOG}")
    return passed != given.times


if __name__ == "__main__":
    sys.exit(main())
