"""An engine process that does what the path it is asked to open says: for what the real one must never do.

echo      answers Done with the number of this process
steps     progress, two updates, done
fail      answers Failed
obey      works until it is cancelled, then answers Stopped
hang      ignores everything
die       kills itself, as the system does when memory runs out
"""

import os
import signal
import threading
from multiprocessing.connection import Connection

from workbench.core.base.job import Progress
from workbench.core.ipc.messages import Cancel, Done, Failed, Methods, Open, Progressed, Quit, Ready, Stopped, Updated


def serve(connection: Connection) -> None:
    connection.send(Ready({"scripted": "1"}))
    while True:
        try:
            message = connection.recv()
        except EOFError:
            return
        match message:
            case Quit():
                return
            case Methods(job):
                connection.send(Done(job, ()))
            case Open(job, path):
                act(connection, job, path)
            case Cancel():
                pass
            case _:
                connection.send(Done(message.job, None))


def act(connection: Connection, job: int, path: str) -> None:
    match path:
        case "steps":
            connection.send(Progressed(job, Progress("working", 0.5, 1.0)))
            connection.send(Updated(job, 1))
            connection.send(Updated(job, 2))
            connection.send(Done(job, 3))
        case "fail":
            connection.send(Failed(job, "It does not work.", "Do it otherwise.", "trace"))
        case "obey":
            while not isinstance(connection.recv(), Cancel):
                pass
            connection.send(Stopped(job))
        case "hang":
            threading.Event().wait()
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case _:
            connection.send(Done(job, os.getpid()))
