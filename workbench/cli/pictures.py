"""Pictures of the window for `demo --headless`, taken in another process."""

import os
import subprocess
import sys
from pathlib import Path

import click

from workbench.core.base.plain import plain
from workbench.core.base.resources import PACKAGE


def take_pictures(model: str, data: str, calibration: str, recipe: str, folder: Path) -> None:
    """Save Inspect and Compare as PNG; prints a note if Qt cannot be used. Runs in a separate process, which Qt may
    end."""
    click.echo("Taking pictures of the window…", err=True)
    arguments = (model, data, calibration, recipe, str(folder.absolute()))
    done = subprocess.run(
        [sys.executable, "-m", "workbench.ui.shell.pictures", *arguments],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]),
            "QT_QPA_PLATFORM": "offscreen",
        },
        capture_output=True,
        text=True,
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["Qt ended the process"])[-1]
        click.echo(plain(f"No pictures were taken: {why}"), err=True)
        return
    for path in sorted(folder.glob("*.png")):
        click.echo(f"Picture: {path}")
