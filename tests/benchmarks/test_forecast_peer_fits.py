"""What the peers are handed, which fits are waited for, and how a fit that does not end is stopped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from forecast_peer_fits import BUDGET_SECONDS, filled, seasons_of, stride_of

REPOSITORY = Path(__file__).resolve().parents[2]
NAN = np.nan


@pytest.mark.parametrize(
    ("history", "full"),
    [
        # A day of one step, a week of seven: a week before, else a day before.
        ([1, 2, 3, 4, 5, 6, 7, NAN, NAN], [1, 2, 3, 4, 5, 6, 7, 1, 2]),
        ([1, 2, NAN, NAN, 5], [1, 2, 2, 2, 5]),
        ([NAN, NAN, 3, NAN], [3, 3, 3, 3]),
        ([NAN, 2, 3, 4, 5, 6, 7, NAN], [2, 2, 3, 4, 5, 6, 7, 2]),
        ([NAN, NAN], [NAN, NAN]),
    ],
)
def test_gaps_are_filled_from_a_week_else_a_day_before(history, full):
    given = np.array(history, dtype=float)
    assert np.array_equal(filled(given, 1), np.array(full, dtype=float), equal_nan=True)
    assert np.array_equal(given, np.array(history, dtype=float), equal_nan=True)


def test_a_gap_in_a_first_week_is_filled_from_the_day_before_and_not_by_the_last_value():
    y = np.tile([1.0, 2.0, 3.0], 4)
    y[4:7] = NAN
    assert np.array_equal(filled(y, 3), np.tile([1.0, 2.0, 3.0], 4))


def test_a_week_is_asked_for_where_two_are_known():
    assert seasons_of(np.zeros(14 * 24), 24) == [24, 168]
    assert seasons_of(np.zeros(14 * 24 - 1), 24) == [24]
    assert seasons_of(np.zeros(30), 24) == [24]


def test_slow_fits_are_made_for_fewer_origins_or_not_at_all():
    assert stride_of(1.9, 10_000) == 1
    assert stride_of(4.0, 28) == 4
    assert stride_of(BUDGET_SECONDS / 6, 28) == 8
    assert stride_of(BUDGET_SECONDS, 28) == 0


# Forked in a process of its own: pytest's has threads.
LIMITED = """
import numpy as np, forecast_peer_fits as fits
fits.LIMIT_SECONDS = 1

def endless(history, day_steps):
    while True:
        pass

def refusing(history, day_steps):
    raise ValueError("too few values\\nand more")

def ready(history, day_steps):
    return np.repeat(history[-day_steps:, None], 7, axis=1)

history = np.arange(48.0)
for fit in (endless, refusing, ready):
    quantiles, seconds, note = fits.limited(fit, history, 24)
    print(quantiles is None, round(seconds), note, sep="|")
made = fits.fit_records(ready, [(np.arange(240.0)[None], np.array([120, 144]))], 24)
print(made["fits"], made["failed"], made["stride"], made["quantiles_0"][0, :, 0, 3].tolist(), sep="|")
stopped = fits.fit_records(endless, [(np.arange(240.0)[None], np.array([120]))], 24)
print(stopped["fits"], stopped["stride"], np.isnan(stopped["quantiles_0"]).all(), stopped["note"], sep="|")
"""


def test_a_fit_that_does_not_end_is_stopped_and_one_that_refuses_is_told():
    said = subprocess.run(
        [sys.executable, "-c", LIMITED],
        cwd=REPOSITORY / "benchmarks",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert said[:3] == [
        "True|1|did not end within 1 s of CPU",
        "True|0|ValueError: too few values",
        "False|0|",
    ]
    assert "2|0|1|[96.0, 120.0]" in said
    assert said[-1].endswith("True|did not end within 1 s of CPU")
