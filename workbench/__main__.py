"""Starts the program: `workbench`, or `python -m workbench`."""

import multiprocessing
import os
import signal
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    multiprocessing.freeze_support()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")         # before torch: see core.process
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))     # leaves through `finally`: no temporary files stay
    try:
        from workbench.cli import cli
        cli.main(prog_name="workbench")
    except KeyboardInterrupt:       # before any command began
        sys.exit(130)


if __name__ == "__main__":
    main()
