"""`make fuzz`: many cases, counted; or one that was kept, again. Ends with 1 where there is a fault."""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.fuzz import campaign
from tests.fuzz.worker import GOOD

KEEP = campaign.ROOT / "out" / "fuzz"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=…", description=__doc__)
    parser.add_argument("--count", type=int, default=3000, help="cases")
    parser.add_argument("--seed", default="0", help="any text; other seeds make other cases")
    parser.add_argument("--kind", default="", choices=["", *campaign.SHARES], help="of this kind alone")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes")
    parser.add_argument("--all", action="store_true", help="say what became of each case, not of faults alone")
    parser.add_argument("--replay", type=Path, metavar="FOLDER", help="a case that was kept in out/fuzz")
    given = parser.parse_args()
    if given.replay:
        worker = campaign.Worker()
        result = campaign.replay(worker, given.replay if given.replay.is_dir() else given.replay.parent)
        worker.close()
        show(result)
        return result["outcome"] not in GOOD
    slowest: Counter[str] = Counter()

    def told(result: dict[str, Any]) -> None:
        slowest[f"{result['kind']}-{result['seed']}"] = result["seconds"]
        if len(slowest) % 250 == 0:
            print(f"{len(slowest)} cases", file=sys.stderr, flush=True)
        if given.all or result["outcome"] not in GOOD:
            show(result)

    counts = campaign.campaign(campaign.cases(given.count, given.seed, given.kind), KEEP, given.jobs, told)
    for (name, outcome), number in sorted(counts.items()):
        print(f"{number:6} {name:14} {outcome}")
    print(
        f"{sum(slowest.values()):.0f} s of processor time; longest: "
        + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest.most_common(5))
    )
    return any(outcome not in GOOD for _, outcome in counts)


def show(result: dict[str, Any]) -> None:
    where = f", kept in {result['kept']}" if "kept" in result else ""
    lines = [line for line in result["text"].splitlines() if line.strip()]
    print(
        f"{result['kind']}-{result['seed']}: {result['outcome']} in {result['command']}, {result['seconds']} s, "
        f"{result['memory'] >> 20} MB{where}"
    )
    print("    " + "\n    ".join(lines if "kept" not in result else lines[-5:]), flush=True)


sys.exit(main())
