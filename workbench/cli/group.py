"""The group of commands: the default command, and failures as sentences with exit codes."""

import json
import os
import sys
import traceback
from typing import Any, NoReturn

import click

from workbench.cli import output
from workbench.core.base.errors import Cancelled, UserError, behind
from workbench.core.base.plain import plain
from workbench.core.base.system import QuietNatives

NO_MEMORY = "There is not enough memory for this. Close other programs, or use less data."
WINDOW = "window"  # the command that runs when none is named


class CommandLine(click.Group):
    """Group that runs the window by default, and turns every failure into a sentence and an exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["json"] = "--json" in args
        given = [arg for arg in args if arg != "--debug"]
        if not given or given[0] not in {*self.commands, "-h", "--help", "-V", "--version"}:
            args = [WINDOW, *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            print_error(ctx, error.format_message(), error.exit_code)
            raise
        except (click.exceptions.Exit, BrokenPipeError):
            raise
        except (KeyboardInterrupt, Cancelled):
            leave(ctx, "Cancelled.", 130)
        except UserError as error:
            leave(ctx, f"Error: {error}", 1)
        except MemoryError:
            leave(ctx, f"Error: {NO_MEMORY}", 1)
        except Exception as error:
            if (stop := stop_behind(error)) is not None:
                if isinstance(stop, SystemExit):
                    raise stop from None
                leave(ctx, "Cancelled.", 130)
            if (meant := behind(error)) is not None:
                leave(ctx, f"Error: {meant}", 1)
            if isinstance(error, OSError) and error.strerror:
                leave(ctx, f"Error: {refused_by_the_system(error)}", 1)
            what = f"Error: Something went wrong inside ({type(error).__name__}: {plain(str(error))})."
            leave(ctx, f"{what} Run it again with --debug for the details, and report them.", 1)


def refused_by_the_system(error: OSError) -> UserError:
    """Return the error for failures of the system at any point: full disks, closed streams, deleted folders."""
    return UserError(
        "The system refused: {reason}.",
        "Check the disk, the folder and the permissions.",
        reason=plain(str(error.strerror)).rstrip("."),
    )


def stop_behind(error: BaseException | None) -> BaseException | None:
    """Handle a signal that arrived while a native module was imported, which makes the import fail."""
    while error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
        error = error.__cause__ or error.__context__
    return error


def leave(ctx: click.Context, sentence: str, code: int) -> NoReturn:
    """Print the reason and end with this exit code."""
    if ctx.meta.get("debug"):
        traceback.print_exc()
    click.echo(sentence, err=True)
    print_error(ctx, sentence.removeprefix("Error: "), code)
    ctx.exit(code)


def leave_without_memory() -> None:
    """Report the lack of memory and end at once: a computation that cannot be stopped is taking all memory."""
    os.write(2, f"Error: {NO_MEMORY}\n".encode())
    if "--json" in sys.argv:
        os.write(QuietNatives.outside(), (json.dumps(error_document(NO_MEMORY, 1), indent=2) + "\n").encode())
    os._exit(1)


def error_document(message: str, code: int) -> dict[str, Any]:
    return {"error": {"message": message, "exit_code": code}}


def print_error(ctx: click.Context, message: str, code: int) -> None:
    """Print an error as JSON for programs."""
    if ctx.meta["json"]:
        output.print_json(error_document(message, code))
