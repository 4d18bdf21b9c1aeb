"""The process that runs cases: it reads {"kind", "seed", "folder"} as lines of JSON and answers with outcomes.

Each case runs in a fork with limits on memory and processor time. No thread is started before the fork: torch and ONNX
Runtime are imported here and used in the forks alone.
"""

import contextlib
import importlib
import io
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

CPU_SECONDS = 20  # of a whole case: one to four commands
WALL_SECONDS = 300  # for what waits without computing; far more than a busy machine needs
MEMORY = 1 << 30  # bytes that a case may add to those of the imported libraries
ROOM = 5 << 29  # address space that it may add: reserving is not using, so the limit is higher
LARGEST = 20_000  # characters that are kept of a traceback; a pipe holds three times as much
LONGEST = 1500  # characters of a sentence, names of the case's files included

WORKS, SENTENCE = "works", "sentence"
INTERNAL, HANG, OVERRUN, DEATH = "internal error", "hang", "memory", "native death"
BROKEN = "broken case"  # the fault is in the fuzzer: a change could not be made
GOOD = (WORKS, SENTENCE)


def _fault() -> None:
    raise RuntimeError("planted")


# Planted, to see that each is told from the others.
FAULTS: dict[str, Callable[[], object]] = {
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "loop": lambda: os.kill(os.getpid(), signal.SIGXCPU),
    "wait": lambda: os.kill(os.getpid(), signal.SIGALRM),
    "flood": lambda: bytearray(1 << 40),
    "fault": _fault,
}


def outcome_of(command: list[str]) -> tuple[str, str]:
    """Run one command of the command line, or read a session: what became of it, and the sentence or traceback."""
    from workbench.core.base.errors import UserError

    try:
        with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")):
            _run(command)
    except UserError as error:
        return _judged(str(error))
    except MemoryError:
        return OVERRUN, traceback.format_exc()
    except BaseException:  # whatever comes out of an untrusted file
        return INTERNAL, traceback.format_exc()
    return WORKS, ""


def _judged(sentence: str) -> tuple[str, str]:
    """What a user is told must be short, readable, and not the text of a library that ran out of memory."""
    if "bad_alloc" in sentence or "Failed to allocate memory" in sentence:
        return OVERRUN, sentence
    fine = len(sentence) < LONGEST and sentence.endswith(".") and "Traceback" not in sentence
    return (SENTENCE, sentence) if fine else (INTERNAL, f"not a sentence: {sentence!r}")


def _run(command: list[str]) -> None:
    if command[0] in FAULTS:
        FAULTS[command[0]]()
    if command[0] == "session":
        from workbench.core.session.session_file import load_session

        saved = load_session(Path(command[1]))
        saved.save(Path("again.mcw"))
        load_session(Path("again.mcw"))
        return
    from workbench.cli.commands import cli

    with _raising():
        cli.main(command, "workbench", standalone_mode=False)


@contextlib.contextmanager
def _raising():
    """The command line's exceptions as they are, before they become text and an exit code."""
    import click

    from workbench.cli.group import CommandLine

    own, CommandLine.invoke = CommandLine.invoke, click.Group.invoke  # type: ignore[method-assign]
    try:
        yield
    finally:
        CommandLine.invoke = own  # type: ignore[method-assign]


def _in_fork(case: dict[str, Any], seeds: Path, answer: int, base: int) -> None:
    from tests.fuzz.kind import make

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder = Path(case["folder"])
    os.chdir(folder)
    with open("stderr", "wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    if case.get("replay"):
        commands = json.loads(Path("case.json").read_text())["commands"]
    else:
        commands = make(case["kind"], case["seed"], seeds, Path("."))
        Path("case.json").write_text(json.dumps({"kind": case["kind"], "seed": case["seed"], "commands": commands}))
    resource.setrlimit(resource.RLIMIT_AS, (base + ROOM, base + ROOM))
    signal.alarm(WALL_SECONDS)
    used = int(resource.getrusage(resource.RUSAGE_SELF).ru_utime)
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, used + CPU_SECONDS + 5))
    said = []
    for command in commands:
        kind, text = outcome_of(command)
        said.append([kind, text])
        if kind not in GOOD or kind == SENTENCE:
            break
    kind, text = said[-1]
    os.write(answer, json.dumps([kind, text[-LARGEST:], command[0]]).encode())


def run(case: dict[str, Any], seeds: Path) -> dict[str, Any]:
    """One case in a fork: its outcome, text, seconds of processor time and bytes of memory."""
    base = _address_space()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            _in_fork(case, seeds, write, base)
        except BaseException:
            os.write(write, json.dumps([BROKEN, traceback.format_exc(), ""]).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.set_blocking(read, False)
    _, status, usage = os.wait4(pid, 0)
    with open(read, "rb") as pipe:
        told = pipe.read() or b""
    outcome, text, command = json.loads(told) if told else ("", "", "")
    memory = usage.ru_maxrss * 1024
    if not told:
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        outcome = {signal.SIGXCPU: HANG, signal.SIGALRM: HANG, signal.SIGKILL: OVERRUN}.get(number, DEATH)
        if not (Path(case["folder"]) / "case.json").exists():
            outcome = BROKEN
        text = f"ended by signal {number}, exit {status}\n" + _tail(Path(case["folder"]) / "stderr")
    elif outcome in GOOD and memory > _own_memory() + MEMORY:
        outcome, text = OVERRUN, f"{memory >> 20} MB; then: {text}"
    return {
        **case,
        "outcome": outcome,
        "text": text,
        "command": command,
        "memory": memory,
        "seconds": round(usage.ru_utime + usage.ru_stime, 2),
    }


def _tail(file: Path) -> str:
    return file.read_text(errors="replace")[-1500:] if file.exists() else ""


def _status(key: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) * 1024


def _address_space() -> int:
    return _status("VmSize:")


def _own_memory() -> int:
    return _status("VmRSS:")


def _import_what_is_used(seeds: Path) -> None:
    """What a fork imports while it works, imported here: found out by a fork that opens a model of each kind."""
    from tests.fuzz.kind import all_kinds

    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        with contextlib.redirect_stderr(io.StringIO()):
            for kind in all_kinds().values():
                kind.prepare(seeds)
            for command in json.loads((seeds / "warm.json").read_text()) if (seeds / "warm.json").exists() else []:
                outcome_of(command)
        with open(write, "w") as pipe:
            pipe.write("\n".join(sys.modules))
        os._exit(0)
    os.close(write)
    with open(read) as pipe:
        names = pipe.read().splitlines()
    os.waitpid(pid, 0)
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def main() -> None:
    """Until standard input ends."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder)
        from workbench.cli import commands as cli  # noqa: F401
        from workbench.core.session import session_file  # noqa: F401
        from workbench.library import Model  # noqa: F401

        _import_what_is_used(seeds)
        assert len(os.listdir("/proc/self/task")) == 1, "a library started threads: forking is not safe"
        print(json.dumps({"ready": os.getpid()}), flush=True)
        for line in sys.stdin:
            print(json.dumps(run(json.loads(line), seeds)), flush=True)


if __name__ == "__main__":
    main()
