"""Nine deaths of a real night, seven at the worst moments, two at random ones; ``make crash-test`` has all.

The random moments are other ones in each run; a failure shows which.
"""

from __future__ import annotations

import random

import pytest
from crash_laboratory import Laboratory
from crash_landing import NIGHTS
from crash_moments import WORST

pytestmark = pytest.mark.pipeline

N_RANDOM = 2
CHOSEN = (
    "commit of a file, torn in its log",
    "the new warehouse flushed and not in its place",
    "no space for a file's rows",
    "checkpoint of the copy, torn",
    "the copy half written as Parquet",
    "the copy in its place",
    "the run recorded and not begun",
)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("laboratory"))


@pytest.mark.parametrize("name", CHOSEN)
def test_a_night_after_one_that_died_at_a_bad_moment_ends_as_an_undisturbed_one(
    laboratory: Laboratory, name: str
) -> None:
    laboratory.disturb(next(moment for moment in WORST if moment.name == name))


@pytest.mark.parametrize("number", range(N_RANDOM))
def test_a_night_after_one_that_was_killed_at_random_ends_as_an_undisturbed_one(
    laboratory: Laboratory, number: int
) -> None:
    night = number % len(NIGHTS)
    seconds = random.uniform(0, laboratory.seconds[night])
    print(f"night {night} of the laboratory, killed after {seconds:.3f} s")
    laboratory.kill_at(night, seconds)
