import numpy as np
import pytest

from traffic.models.scores import score, seasonal_scale

QUANTILES = np.tile([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], (7, 1))


def test_error_is_actual_less_mean_and_bounds_are_covered():
    actual = np.array([0.9, 1.0, 2.0, 6.0, 7.0, 7.1, np.nan])
    scores = score(actual, np.full(7, 4.0), QUANTILES, scale=2.0)
    np.testing.assert_allclose(scores.error, actual - 4.0)
    np.testing.assert_allclose(scores.scaled_error, (actual - 4.0) / 2.0)
    np.testing.assert_array_equal(scores.covered_80, [0, 0, 1, 1, 0, 0, np.nan])
    np.testing.assert_array_equal(scores.covered_95, [0, 1, 1, 1, 1, 0, np.nan])


def test_without_a_scale_there_is_no_scaled_error():
    scores = score(np.ones(7), np.ones(7), QUANTILES, scale=None)
    assert np.isnan(scores.scaled_error).all()
    assert (scores.error == 0).all()


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), np.array([1.0] * 6 + [0.0])])
def test_a_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(ValueError, match="must be positive"):
        score(np.ones(7), np.ones(7), QUANTILES, scale)


def test_pinball_is_the_mean_of_the_seven_losses_over_the_scale():
    # y = 6: above 1 to 5 by 5 to 1, at 6, below 7 by 1.
    losses = [0.025 * 5, 0.1 * 4, 0.25 * 3, 0.5 * 2, 0.75 * 1, 0, 0.025 * 1]
    found = score(np.array([6.0, np.nan]), np.full(2, 4.0), QUANTILES[:2], scale=2.0).pinball
    np.testing.assert_allclose(found, [np.mean(losses) / 2, np.nan])


def test_each_target_may_have_a_scale_of_its_own():
    scores = score(np.full(3, 6.0), np.full(3, 4.0), QUANTILES[:3], np.array([1.0, 4.0, np.nan]))
    np.testing.assert_allclose(scores.scaled_error, [2.0, 0.5, np.nan])
    np.testing.assert_allclose(scores.pinball[0], 4 * scores.pinball[1])
    assert np.isnan(scores.pinball[2])


def test_shapes_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="horizon"):
        score(np.ones(6), np.ones(7), QUANTILES, None)


def test_seasonal_scale_is_the_mean_absolute_step_of_a_day():
    x = np.array([0.0, 10.0, 1.0, 13.0, 3.0, 14.0])
    assert seasonal_scale(x, 2) == pytest.approx(np.mean([1, 3, 2, 1]))


def test_seasonal_scale_counts_observed_pairs_only():
    x = np.array([0.0, np.nan, 1.0, 13.0, 3.0, 14.0])
    assert seasonal_scale(x, 2) == pytest.approx(np.mean([1, 2, 1]))


@pytest.mark.parametrize(
    ("x", "day_steps"),
    [
        (np.arange(4.0), 4),
        (np.arange(10.0), None),
        (np.tile([1.0, 2.0], 5), 2),
        (np.full(10, np.nan), 2),
        (np.empty(0), 2),
        (np.array([1.0, 2.0, np.nan, np.nan]), 2),
    ],
)
def test_without_a_pair_that_differs_there_is_no_scale(x, day_steps):
    assert seasonal_scale(x, day_steps) is None
