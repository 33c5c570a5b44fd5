"""Times of day on their circle."""

from __future__ import annotations

import numpy as np
import pytest

from traffic.reproduction.clock import clock_text, intervals_overlap, least_arc, within_half_a_day


def test_half_a_day_late_is_half_a_day_early() -> None:
    found = within_half_a_day(np.array([0.0, 719.0, 721.0, -719.0, -721.0, 1440.0]))
    assert found == pytest.approx([0, 719, -719, -719, 719, 0])


def test_intervals_meet_across_the_far_side_of_the_day() -> None:
    assert intervals_overlap((-730, -700), (705, 725))
    assert not intervals_overlap((-710, -690), (690, 710))
    assert intervals_overlap((0, 10), (10, 20))
    assert not intervals_overlap((0, 10), (11, 20))


def test_the_least_arc_may_lie_over_midnight() -> None:
    assert least_arc(np.array([23.0, 1.0, 0.5])) == pytest.approx((23.0, 2.0))
    assert least_arc(np.array([9.0, 12.0])) == pytest.approx((9.0, 3.0))
    assert least_arc(np.array([9.0])) == pytest.approx((9.0, 0.0))


def test_an_hour_is_written_as_on_a_clock() -> None:
    assert [clock_text(hour) for hour in (0.0, 7.75, 23.999)] == ["00:00", "07:45", "00:00"]
