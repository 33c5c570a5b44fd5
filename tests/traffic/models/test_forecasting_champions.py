"""Champions beside a loop over rows, and their sentences."""

import numpy as np
import pytest

from traffic.models.forecasting.champions import CONTESTANTS, choose_champions

N_JUDGED = 28


def slow_champion(errors, is_judged, series, row, lead):
    """Index of the champion by the days that the row's eve knows."""
    target = row if row < N_JUDGED else N_JUDGED - 1 + lead
    known = [day for day in range(N_JUDGED) if day <= target - lead]
    sums = [sum(errors[model, series, day] for day in known) for model in range(3)]
    has_any = any(is_judged[series, day] for day in known)
    if has_any and (sums[0] == 0 or sums[0] < min(sums[1:])):
        return 0
    return 2 if sums[2] < sums[1] else 1


@pytest.mark.parametrize("lead", [1, 2, 4, 7])
def test_champions_are_those_of_a_loop_over_rows(lead):
    rng = np.random.default_rng([45, lead])
    # Whole numbers, so that there are ties and sums are exact.
    errors = rng.integers(0, 4, (3, 40, N_JUDGED)).astype(float)
    is_judged = rng.random((40, N_JUDGED)) < 0.7
    is_judged[0] = False
    errors = np.where(is_judged, errors, 0.0)
    made = choose_champions(errors, is_judged, lead)
    for series, row in np.ndindex(40, N_JUDGED + 1):
        assert made.index[series, row] == slow_champion(errors, is_judged, series, row, lead), (series, row)
    assert len(np.unique(made.index[:, -1])) == 3
    np.testing.assert_array_equal(made.n_judged, is_judged.sum(axis=1))
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(made.mean_error, errors.sum(axis=2) / is_judged.sum(axis=1))
    assert made.names() == [CONTESTANTS[index] for index in made.index[:, -1]]
    forecasts = np.arange(3.0)[:, None, None, None] * np.ones((3, 40, N_JUDGED + 1, 2))
    np.testing.assert_array_equal(made.forecasts(forecasts)[:, :, 0], made.index)


def reason(combination, by_day, by_week, n_days=N_JUDGED):
    errors = np.array([combination, by_day, by_week])[:, None, None] * np.ones((3, 1, N_JUDGED))
    is_judged = (np.arange(N_JUDGED) < n_days)[None]
    return choose_champions(np.where(is_judged, errors, 0.0), is_judged, 1).reasons()[0]


@pytest.mark.parametrize(
    ("errors", "sentence"),
    [
        ((1, 4, 2), "Combination: on 28 days its error was 0.50 times that of the "
                    "seasonal naive week forecast."),
        ((3, 2, 4), "Seasonal naive day: on 28 days the combination's error was 1.50 "
                    "times as large."),
        ((3, 4, 2, 1), "Seasonal naive week: on 1 day the combination's error was "
                       "1.50 times as large."),
        ((0, 0, 0), "Combination: on 28 days its error was no more than that of the "
                    "seasonal naive day forecast."),
        ((1, 0, 2), "Seasonal naive day: on 28 days the combination's error was "
                    "larger."),
        ((1, 2, 2, 0), "Seasonal naive day: the record is too short to compare models."),
    ],
)  # fmt: skip
def test_the_reason_says_by_how_much_and_over_how_many_days(errors, sentence):
    assert reason(*errors) == sentence
