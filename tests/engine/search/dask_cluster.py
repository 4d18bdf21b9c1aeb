"""A scheduler and two processes of one thread each, on the loopback interface alone: prints its address, and lives
until its input ends. By itself, because Dask leaves threads behind where it was."""

import sys

from distributed import LocalCluster


def main() -> None:
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
