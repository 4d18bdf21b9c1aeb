"""The engine process, seen from the window: start it, talk to it, end it.

The window knows the engine only as a module name, so that nothing the engine imports reaches the window's process.
"""

import importlib
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from workbench.core.ipc.memory_limit import leave_quietly, limit_memory

ENGINE = "workbench.engine.api.service"
THREADS = "WORKBENCH_THREADS"  # environment variable: threads of torch and ONNX Runtime; unset: one a core


def start(module: str = ENGINE) -> tuple[BaseProcess, Connection]:
    """Run `module`.serve(connection) in a separate process; core messages pass through the pipe in both directions.

    The pipe is private to the two processes: nothing listens. Reading it raises EOFError once the process has ended.
    """
    # Python would look for modules in the current folder first, where an untrusted struct.py may lie beside a model.
    os.environ["PYTHONSAFEPATH"] = "1"
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=True)
    process = context.Process(target=_serve, args=(module, theirs), name="workbench-engine", daemon=True)
    process.start()
    theirs.close()
    return process, ours


def threads() -> int:
    """Return how many threads one computation may use; 0: one for each core."""
    wanted = os.environ.get(THREADS, "")
    return int(wanted) if wanted.isdecimal() else 0


def quiet_threads() -> None:
    """Let threads sleep while they wait, and limit them to the number that the user allows: on a busy machine two
    spinning threads of torch or of OpenBLAS make a computation several times slower (measured). Both libraries read
    these variables when they are loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # 2^4 cycles, the least
    if threads():
        os.environ["OMP_NUM_THREADS"] = str(threads())


def _serve(module: str, connection: Connection) -> None:
    quiet_threads()
    multiprocessing.current_process().daemon = False  # the window ends this one; this one may have workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is for the window; the pipe ends this one
    limit_memory(leave_quietly)  # a graph that takes too much must not take the window with it
    importlib.import_module(module).serve(connection)
