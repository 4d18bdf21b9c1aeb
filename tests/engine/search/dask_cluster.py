"""A scheduler and processes of one thread each, on the loopback interface alone: prints its address, and lives until
its input ends. By itself, because Dask leaves threads behind where it was. Arguments: number of processes, port."""

import subprocess
import sys

from distributed import LocalCluster


def running(count: int, port: int = 0) -> "subprocess.Popen[bytes]":
    """Start one, in another group of processes; the first line of its output is its address."""
    return subprocess.Popen(
        [sys.executable, "-m", __name__, str(count), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def main() -> None:
    count, port = map(int, sys.argv[1:])
    with LocalCluster(
        n_workers=count, threads_per_worker=1, host="127.0.0.1", scheduler_port=port, dashboard_address=None
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
