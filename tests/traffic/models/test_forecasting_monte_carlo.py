"""What is forecast of simulated traffic of known law: coverage, skill, and joint paths.

Each share is held to three standard errors over independent series; what a forecaster that has to learn the
law is allowed beside that stands with it.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.special import ndtri

from traffic.models.forecasting.batches import forecast_batch
from traffic.models.forecasting.calibration import ErrorLaw
from traffic.models.forecasting.path_frames import simulate_batch
from traffic.models.forecasting.paths import DENSE_LEVELS, draw_normal_paths, normal_scores, values_of
from traffic.models.quantiles import QUANTILE_LEVELS
from traffic.windowing.histories import Histories

N_SERIES = max(int(os.environ.get("MONTE_CARLO_REPLICATIONS", "0")) // 2, 200)
LEVELS = np.array(QUANTILE_LEVELS)
HOURS = 24
HOUR = np.arange(64 * HOURS) % HOURS
IS_WEEKEND = np.arange(64 * HOURS) // HOURS % 7 >= 5
SHAPE = np.where(IS_WEEKEND, 0.7, 1.0) * (100 + 40 * np.cos(2 * np.pi * (HOUR - 15) / HOURS))


def simulated(seed, phi, size=8.0, n_days=63, n_series=N_SERIES):
    """Traffic of a day and a week with AR(1) errors, and what the last eve expects of each hour."""
    rng = np.random.default_rng([64, seed])
    n = n_days * HOURS
    innovations = np.sqrt(1 - phi**2) * rng.standard_normal((n_series, n + 100))
    noise = lfilter([1.0], [1.0, -phi], innovations, axis=1)[:, 100:]
    last = noise[:, 56 * HOURS - 1]
    oracle = SHAPE[56 * HOURS : n] + size * last[:, None] * phi ** np.arange(1, n - 56 * HOURS + 1)
    return SHAPE[:n] + size * noise, oracle


def forecast_of(values, days_ahead=1):
    histories = Histories(values[:, : 56 * HOURS].reshape(-1, 56, HOURS), np.arange(56 + days_ahead) % 7)
    return histories, forecast_batch(histories, 3600, LEVELS)


@pytest.mark.parametrize(("phi", "days_ahead"), [(0.0, 1), (0.8, 1), (0.95, 1), (0.8, 7), (0.95, 7)])
def test_intervals_hold_what_they_say(phi, days_ahead):
    values, _ = simulated(1, phi)
    _, made = forecast_of(values, days_ahead)
    actual = values[:, 56 * HOURS : (56 + days_ahead) * HOURS]
    for low, high, level in ((0, 6, 0.95), (1, 5, 0.8)):
        is_in = (actual >= made.quantiles[:, :, low]) & (actual <= made.quantiles[:, :, high])
        of_series = is_in.mean(axis=1)
        error = 3 * of_series.std() / np.sqrt(N_SERIES)
        # Two points are what the project allows itself. Levels are moved out for days of which all hours err
        # alike, as real ones do: where each hour errs by itself, intervals are wider by some points.
        assert -error - 0.02 < of_series.mean() - level < error + 0.055, (level, of_series.mean())


def mean_error(made, values):
    n = made.shape[1]
    return np.abs(made - values[:, 56 * HOURS : 56 * HOURS + n]).mean(axis=1)


@pytest.mark.parametrize(("phi", "allowed"), [(0.0, 1.13), (0.8, 1.14)])
def test_it_beats_the_naive_forecasts_and_comes_near_the_oracle(phi, allowed):
    values, oracle = simulated(2, phi)
    _, made = forecast_of(values)
    error, best = mean_error(made.points, values), mean_error(oracle[:, :HOURS], values)
    for days_back in (1, 7):
        naive = mean_error(values[:, (56 - days_back) * HOURS : (57 - days_back) * HOURS], values)
        gain = naive - error
        assert gain.mean() > 3 * gain.std() / np.sqrt(N_SERIES), days_back
    # The oracle knows the shape; four effective days of a kind leave a fifth of the noise's variance more.
    excess = error - allowed * best
    assert excess.mean() < 3 * excess.std() / np.sqrt(N_SERIES)
    assert error.mean() > best.mean()
    assert set(made.champions.reshape(-1)) == {"combination"}


@pytest.mark.parametrize("days_ahead", [1, 7])
def test_the_quantiles_of_paths_are_those_of_the_forecast(days_ahead):
    values, _ = simulated(3, 0.8, n_series=3)
    histories, made = forecast_of(values, days_ahead)
    n_paths = 3_000
    paths = simulate_batch(histories, 3600, n_paths, [np.random.default_rng([65, row]) for row in range(3)])
    assert paths.shape == (3, n_paths, days_ahead * HOURS)
    for index, level in enumerate(LEVELS):
        share = (paths <= made.quantiles[:, None, :, index]).mean(axis=1)
        # The largest of 500 shares: four standard errors and a half; single precision may move a tie.
        assert np.abs(share - level).max() < 4.5 * np.sqrt(level * (1 - level) / n_paths) + 1e-3, level


def test_the_same_seed_gives_the_same_paths_and_another_others():
    values, _ = simulated(4, 0.8, n_series=2)
    histories, _ = forecast_of(values)
    one, same, other = (simulate_batch(histories, 3600, 5, [np.random.default_rng(s)] * 2) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).all(axis=2).mean() > 0.9


@pytest.mark.parametrize("phi", [0.8, 0.9, 0.95])
def test_the_share_of_paths_above_a_threshold_at_any_moment_is_its_probability(phi):
    values, _ = simulated(5, phi)
    histories, _ = forecast_of(values)
    # One standard deviation above the day's peak: a weekday passes it once in five.
    threshold = 148
    paths = simulate_batch(
        histories, 3600, 300, [np.random.default_rng([66, row]) for row in range(len(values))]
    )
    said = (paths.max(axis=2) > threshold).mean(axis=1)
    came = values[:, 56 * HOURS : 57 * HOURS].max(axis=1) > threshold
    difference = said - came
    # Intervals that are some points too wide add as much here.
    error = 3 * difference.std() / np.sqrt(N_SERIES) + 0.04
    assert abs(difference.mean()) < error, (said.mean(), came.mean())
    # As if every hour were by itself it would be twice as much.
    independent = 1 - np.prod(1 - (paths > threshold).mean(axis=1), axis=1)
    assert independent.mean() - came.mean() > error


@pytest.mark.parametrize("phi", [0.0, 0.9])
@pytest.mark.parametrize("threshold", [1.0, 2.0])
def test_with_the_law_known_paths_pass_a_threshold_as_often_as_the_process(phi, threshold):
    rng = np.random.default_rng(70)

    def process(n):
        noise = rng.standard_normal((n, HOURS + 200))
        return lfilter([np.sqrt(1 - phi**2)], [1, -phi], noise, axis=1)[:, 200:]

    drawn = draw_normal_paths(process(5_000)[None], 20_000, 3.0, [rng])[0]
    said, came = ((x.max(axis=1) > threshold).mean() for x in (drawn, process(20_000)))
    # Four standard errors of the difference, and a point for the estimated correlation.
    assert abs(said - came) < 4 * np.sqrt(2 * came * (1 - came) / 20_000) + 0.01


def test_paths_remember_as_the_errors_do():
    rng = np.random.default_rng(67)
    phi = 0.9
    scores = lfilter([np.sqrt(1 - phi**2)], [1, -phi], rng.standard_normal((4, 28, HOURS + 100)), axis=2)[
        :, :, 100:
    ]
    drawn = draw_normal_paths(scores, 4_000, 3.0, [rng] * 4)
    assert np.abs(drawn.mean(axis=1)).max() < 4.5 / np.sqrt(4_000)
    assert np.abs(drawn.std(axis=1) - 1).max() < 4.5 / np.sqrt(8_000)
    for lag in (1, 3, 6, 12):
        own = (scores[:, :, lag:] * scores[:, :, :-lag]).mean(axis=(1, 2)) / (scores**2).mean(axis=(1, 2))
        found = (drawn[:, :, lag:] * drawn[:, :, :-lag]).mean(axis=(1, 2))
        # Where the estimated correlation has no spectrum, what is nearest to it is drawn.
        assert np.abs(found - own).max() < 0.08, lag


def test_of_two_forecasts_paths_remember_for_some_hours():
    scores = np.full((1, 28, HOURS), np.nan)
    scores[0, -2:] = 0.5
    drawn = draw_normal_paths(scores, 4_000, 3.0, [np.random.default_rng(68)])
    for lag in (3, 6):
        assert (drawn[0, :, lag:] * drawn[0, :, :-lag]).mean() == pytest.approx(0.5 ** (lag / 3), abs=0.06)


def test_normal_scores_and_values_are_there_and_back():
    deviates = ndtri(DENSE_LEVELS)[None] * 2 + 0.3
    law = ErrorLaw(np.full((1, HOURS), 50.0), np.full((1, HOURS), 4.0), DENSE_LEVELS, deviates, False)
    normal = np.random.default_rng(69).uniform(-3, 3, (1, 28, HOURS))
    values = values_of(normal, law)
    # Of normal deviates, those of the law are a straight line, but for the chords between its levels.
    np.testing.assert_allclose(values, 50 + 4 * (2 * normal + 0.3), atol=0.35)
    normal[0, 3, 4] = np.nan
    back = normal_scores((values - 50) / 4, law)
    # In the tails the chords are of probabilities one way, and of deviates the other.
    np.testing.assert_allclose(back, (values - 50.0 - 1.2) / 8.0, atol=1e-9)
    assert np.isnan(
        normal_scores(normal, ErrorLaw(law.centre, law.spread, DENSE_LEVELS, np.nan * deviates, False))
    ).all()
