"""Starts the program: `workbench`, or `python -m workbench`."""

import multiprocessing
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    multiprocessing.freeze_support()
    try:
        from workbench.cli import cli
        cli.main(prog_name="workbench")
    except KeyboardInterrupt:       # before any command began
        sys.exit(130)


if __name__ == "__main__":
    main()
