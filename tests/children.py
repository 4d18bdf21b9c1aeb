"""The children of a process, as Linux lists them: asked several times a test, so with system calls alone."""

import os


def of(process: int | str = "self") -> list[str]:
    """Numbers of the child processes, of all its threads (proc(5)); none where the process, or /proc, is not there."""
    try:
        threads = os.listdir(f"/proc/{process}/task")
    except OSError:
        return []
    return [child for thread in threads for child in _read(f"/proc/{process}/task/{thread}/children").split()]


def _read(path: str) -> str:
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:  # ended meanwhile
        return ""
    try:
        return os.read(file, 1 << 16).decode()
    except OSError:
        return ""
    finally:
        os.close(file)
