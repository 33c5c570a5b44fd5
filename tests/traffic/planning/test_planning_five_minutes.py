"""Five-minute samples from finer steps, and the rate that is billed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traffic.planning.five_minutes import Samples, billing_unit, five_minute_samples


def test_five_minutes_are_their_own_samples_wherever_they_begin() -> None:
    # CloudWatch's stamps sit at minute 4 of every 5.
    values = np.array([1.0, np.nan, 3.0])
    found = five_minute_samples(values, 3_000 + 240, 300)
    assert found.first == 10
    np.testing.assert_array_equal(found.values, values)


def test_minutes_are_averaged_and_half_of_them_must_be_known() -> None:
    minutes = np.array(
        [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, np.nan, np.nan, 9.0, 8.0, 1.0, np.nan, np.nan, np.nan, np.nan]
    )
    found = five_minute_samples(minutes, 600, 60)
    assert found.first == 2
    np.testing.assert_allclose(found.values, [3.0, 8.0, np.nan])


def test_two_minutes_count_in_both_samples_by_their_parts() -> None:
    # Minutes 4 to 6 lie half in either sample.
    found = five_minute_samples(np.array([1.0, 2.0, 6.0, 3.0, 4.0]), 0, 120)
    np.testing.assert_allclose(found.values, [(2 * 1 + 2 * 2 + 6) / 5, (6 + 2 * 3 + 2 * 4) / 5])


@given(st.sampled_from([1, 7, 10, 20, 60, 90, 120, 150]), st.integers(0, 5_000), st.integers(1, 60))
def test_what_is_carried_stays_the_same(step: int, start: int, n_samples: int) -> None:
    # A record of whole five minutes: the mean of its samples is the mean of its values.
    n_steps = n_samples * 300
    values = np.random.default_rng(step).gamma(2.0, size=n_steps)
    found = five_minute_samples(values, start * 300, step)
    assert found.values.size == n_steps * step // 300
    assert np.mean(found.values) == pytest.approx(np.mean(values))


def test_an_hour_tells_no_five_minutes() -> None:
    with pytest.raises(ValueError, match="step is 3,600 s: a bill counts samples of 5 minutes"):
        five_minute_samples(np.ones(3), 0, 3_600)


def test_samples_beyond_the_record_are_missing() -> None:
    found = Samples(10, np.array([1.0, 2.0])).between(9, 14)
    np.testing.assert_array_equal(found, [np.nan, 1.0, 2.0, np.nan, np.nan])
    assert Samples(10, np.array([1.0])).between(20, 20).size == 0


@pytest.mark.parametrize(
    ("unit", "step", "expected"),
    [
        ("bit/s", 300, ("bit/s", 1.0)),
        ("Mbit/s", 300, ("bit/s", 1e6)),
        ("byte", 120, ("bit/s", 8 / 120)),
        ("MiB", 60, ("bit/s", 8 * 1024**2 / 60)),
        ("request", 120, ("request/s", 1 / 120)),
        ("unknown", 300, ("unknown", 1.0)),
    ],
)
def test_volumes_are_billed_as_rates(unit: str, step: int, expected: tuple[str, float]) -> None:
    found = billing_unit(unit, step)
    assert found == (expected[0], pytest.approx(expected[1]))
