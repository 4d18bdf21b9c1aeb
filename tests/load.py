"""The suite again and again on a busy machine: `python -m tests.load [--times 10] [-- ARGUMENTS]`, or `make test-load`.

Beside it runs a program that keeps every core busy, at the same priority. It may do useful work, such as a
benchmark: `--beside COMMAND`, once for each; where it ends, a loop takes its place. Each run is one line of
out/load.log: when it began, the commit, whether it passed, how long it took, the load of the machine, and pytest's
closing line; what failed follows it. Runs of the same commit and arguments that are in the log count, so that ten can
be made in several sittings; where files differ from the commit, all are run. Ends with 1 when a run of the commit
failed, after all.
"""

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

LOG = Path("out/load.log")
BUSY = [sys.executable, "-c", "while True: pass"]
LINE = re.compile(r"^\S+ \S+, (?P<commit>\S+), (?P<result>passed|failed), .*? \[(?P<arguments>.*?)\]: ", re.MULTILINE)


@contextmanager
def busy(commands: Sequence[str]) -> Iterator[None]:
    """Every core has something else to do: a command of the shell, and a loop after it."""
    loop = shlex.join(BUSY)
    others = [
        subprocess.Popen(["sh", "-c", f"{command or ':'}; exec {loop}"], start_new_session=True) for command in commands
    ]
    try:
        yield
    finally:
        for other in others:
            with suppress(ProcessLookupError):
                os.killpg(other.pid, signal.SIGKILL)
            other.wait()


def git(*command: str) -> str:
    return subprocess.run(["git", *command], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()


def checked_out() -> str:
    """The commit; with a plus where files differ from it, "unknown" outside a repository."""
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + ("+" if git("status", "--porcelain") else "")


def known(log: str, commit: str, arguments: str) -> list[bool]:
    """Whether each run of this very commit in the log passed; none where files differ from it."""
    if commit.endswith("+") or commit == "unknown":
        return []
    found = LINE.finditer(log)
    return [each["result"] == "passed" for each in found if (each["commit"], each["arguments"]) == (commit, arguments)]


def run(arguments: list[str], commit: str, cores: int) -> tuple[bool, str]:
    """Whether the suite passed, and what the log has of that."""
    began, start = time.strftime("%Y-%m-%d %H:%M:%S"), time.monotonic()
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = done.stdout.splitlines() or [""]
    passed, took, load = done.returncode == 0, time.monotonic() - start, os.getloadavg()[1]
    words = (
        f"{began}, {commit}, {'passed' if passed else 'failed'}, {took:.0f} s, load {load:.1f}, "
        f"beside {cores} busy programs [{' '.join(arguments)}]: {lines[-1]}"
    )
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return passed, "\n".join([words, *(f"    {line}" for line in failed)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="programs beside it")
    parser.add_argument("--beside", action="append", default=[], metavar="COMMAND", help="what one of them does first")
    parser.add_argument("pytest", nargs="*", help="what pytest is given, after --")
    given = parser.parse_args()
    LOG.parent.mkdir(parents=True, exist_ok=True)
    commit, said = checked_out(), LOG.read_text(encoding="utf-8") if LOG.exists() else ""
    results = known(said, commit, " ".join(given.pytest))
    if results:
        print(f"{len(results)} runs of {commit} are in {LOG}, of which {sum(results)} passed.")
    commands = [*given.beside, *[""] * (given.cores - len(given.beside))]
    with LOG.open("a", encoding="utf-8") as log, busy(commands):
        while len(results) < given.times:
            passed, words = run(given.pytest, commit, len(commands))
            results.append(passed)
            for out in (log, sys.stdout):
                print(words, file=out, flush=True)
    print(f"{sum(results)} of {len(results)} runs of {commit} passed; {LOG}")
    return not all(results)


if __name__ == "__main__":
    sys.exit(main())
