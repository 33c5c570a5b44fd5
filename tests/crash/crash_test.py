"""Kill nights at random moments and at the worst ones, and compare what the next night makes of it.

Run with ``make crash-test``, or ``python tests/crash/crash_test.py --random 50 --worst 20 --seed 7``. Every
night is a real one, in a process of its own; the exit code is 1 if one home differs from an undisturbed one.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from crash_laboratory import CrashError, Laboratory
from crash_landing import NIGHTS
from crash_moments import WORST

_WHICH = ("first", "second")


def main() -> int:
    """Run the cases one by one and say how each ended."""
    wanted = _arguments()
    draw = random.Random(wanted.seed)
    worst = list(WORST) if wanted.worst is None else draw.sample(WORST, min(wanted.worst, len(WORST)))
    worst = [moment for moment in worst if wanted.only in moment.name]
    print(f"seed {wanted.seed}: {wanted.random} random moments, {len(worst)} worst ones", flush=True)
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        laboratory = Laboratory(Path(folder))
        lengths = ", ".join(f"{seconds:.1f} s" for seconds in laboratory.seconds)
        print(f"two undisturbed nights: {lengths}", flush=True)
        for moment in worst:
            faults += _told(f"{_WHICH[moment.night]} night, {moment.name}", laboratory.disturb, moment)
        if not wanted.only:
            faults += _told("first night, a compressed log completed later", laboratory.complete_late)
        for _ in range(wanted.random):
            night = draw.randrange(len(NIGHTS))
            seconds = draw.uniform(0, laboratory.seconds[night])
            faults += _told(f"{_WHICH[night]} night, {seconds:.3f} s", laboratory.kill_at, night, seconds)
    print(f"{faults} homes differ" if faults else "every home is as if nothing had been")
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--random", type=int, default=50, help="how many random moments")
    parser.add_argument("--worst", type=int, help="how many of the worst moments; all by default")
    parser.add_argument("--only", default="", help="only worst moments whose name holds this")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    return parser.parse_args()


def _told(name: str, disturb: Callable[..., bool | None], *words: object) -> int:
    begin = time.monotonic()
    try:
        outcome = "too late" if disturb(*words) is False else "ok"
    except CrashError as error:
        print(f"DIFFERS {name}\n{error}", flush=True)
        return 1
    print(f"{outcome:8}{time.monotonic() - begin:5.1f} s  {name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
