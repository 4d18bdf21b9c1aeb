"""A child process: starts, talks, and ends with the pipe."""

import os
import signal

import pytest

from tests.guard import HANG_S
from workbench.core.ipc import process


def serve(connection):
    """Stands in for the engine: answers with what it was sent and with what it runs in."""
    connection.send((os.getpid(), os.environ.get("OMP_WAIT_POLICY")))
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            return
        if asked == "die":
            os._exit(3)
        connection.send(asked)


@pytest.fixture
def other():
    running, pipe = process.start(__name__)
    yield running, pipe
    pipe.close()
    running.join(HANG_S)
    assert not running.is_alive()
    running.close()


def test_messages_go_both_ways_and_threads_wait_passively(other, monkeypatch):
    _running, pipe = other
    number, policy = pipe.recv()
    assert number != os.getpid() and policy == "PASSIVE"
    pipe.send({"a": 1})
    assert pipe.poll(HANG_S) and pipe.recv() == {"a": 1}


def test_the_pipe_says_when_the_process_is_gone(other):
    running, pipe = other
    pipe.recv()
    pipe.send("die")
    with pytest.raises(EOFError):
        pipe.recv()
    running.join(HANG_S)
    assert running.exitcode == 3


def test_closing_the_pipe_ends_the_process(other):
    running, pipe = other
    pipe.recv()
    pipe.close()
    running.join(HANG_S)
    assert running.exitcode == 0


def test_ctrl_c_in_the_terminal_is_not_for_it(other):
    running, pipe = other
    pipe.recv()
    os.kill(running.pid, signal.SIGINT)
    pipe.send("still there")
    assert pipe.poll(HANG_S) and pipe.recv() == "still there"


def test_it_dies_with_its_parent(other):
    assert other[0].daemon


@pytest.mark.parametrize(("wanted", "threads"), [("", 0), ("3", 3), ("0", 0), ("-1", 0), ("many", 0)])
def test_threads_are_a_number_or_as_many_as_there_are_cores(monkeypatch, wanted, threads):
    monkeypatch.setenv(process.THREADS, wanted)
    assert process.threads() == threads


@pytest.mark.slow
def test_no_module_is_taken_from_the_current_folder(tmp_path, monkeypatch):
    for name in ("struct", "pickle", "selectors"):
        (tmp_path / f"{name}.py").write_text("import os\nos._exit(7)\n")
    monkeypatch.chdir(tmp_path)
    running, pipe = process.start(__name__)
    assert pipe.poll(HANG_S) and pipe.recv()[0] == running.pid
    pipe.close()
    running.join(HANG_S)
    assert running.exitcode == 0
