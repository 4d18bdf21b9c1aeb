"""Starts the program: `workbench`, or `python -m workbench`."""

import io
import os
import sys

try:
    HERE = os.getcwd()
except OSError:  # it was removed meanwhile
    HERE = ""

# `python -m` looks for modules in the current folder first: an onnx.py that lies beside a model would be run. Before
# any other import; the folder stays where this program itself is in it, or where PYTHONPATH names it.
if (
    not sys.flags.safe_path
    and sys.path
    and sys.path[0] in ("", HERE)
    and os.path.dirname(os.path.dirname(__file__)) != HERE
):
    del sys.path[0]

import multiprocessing
import signal

from workbench.core.ipc import process
from workbench.core.ipc.memory_limit import limit_memory


def main() -> None:
    """Run the command line and end the process with its exit code."""
    multiprocessing.freeze_support()
    process.quiet_threads()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leaves through `finally`: no temporary files stay
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where it is closed
            stream.reconfigure(errors="backslashreplace")  # what a terminal's encoding lacks is no reason to end
    try:
        from workbench.cli.commands import cli
        from workbench.cli.group import leave_without_memory

        if sys.argv[1:2] and sys.argv[1] in {*cli.commands} - {"window"}:  # a window has an engine, which limits itself
            limit_memory(leave_without_memory)
        cli.main(prog_name="workbench")
    except KeyboardInterrupt:  # before any command began
        sys.exit(130)


if __name__ == "__main__":
    main()
