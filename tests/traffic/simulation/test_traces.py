"""Traces resemble the series that they are drawn from, and the same seed draws the same."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.forecasting.day_weights import N_DAYS
from traffic.simulation.constant_volatility_paths import MAX_VALUES
from traffic.simulation.peaks import PeaksOfDay, peaks_of_day, put_peaks_back
from traffic.simulation.traces import arma_traces, finished_traces, periodic_traces
from traffic.windowing.flags import flag_values
from traffic.windowing.histories import Histories, cut_into_days

DAY = 96
STEP = 900
CARRY = 0.7
SPREAD = 10.0
Floats = NDArray[np.float64]


def course() -> Floats:
    return 100.0 + 40.0 * np.sin(2 * np.pi * np.arange(DAY) / DAY)


def series(seed: int = 1, days: int = N_DAYS) -> Floats:
    """A sine of the day and an AR(1) about it, of known spread and correlation."""
    rng = np.random.default_rng(seed)
    noise = np.empty(days * DAY)
    noise[0] = rng.standard_normal()
    for at, shock in enumerate(rng.standard_normal(noise.size - 1), start=1):
        noise[at] = CARRY * noise[at - 1] + np.sqrt(1 - CARRY**2) * shock
    return np.tile(course(), days) + SPREAD * noise


def histories(x: Floats) -> Histories:
    cell = 20_000 * DAY + np.arange(x.size)
    return cut_into_days(x[None, :], cell, int(cell[-1]) + 1, DAY, N_DAYS, 7)


def drawn(x: Floats, n_paths: int = 400, steps: int = DAY, seed: int = 3) -> Floats:
    rng = np.random.default_rng(seed)
    return periodic_traces(histories(x), np.arange(steps), STEP, n_paths, rng)


def test_mean_spread_and_quantiles_are_those_of_the_series() -> None:
    # The first hours lean on the last values known; from the second day on nothing of them is left.
    traces = drawn(series(), steps=7 * DAY)[:, DAY:].reshape(400, 6, DAY)
    # The profile of eight weeks is itself uncertain by a quarter of the spread, and the traces know it.
    assert np.sqrt(np.mean((traces.mean(axis=(0, 1)) - course()) ** 2)) < 0.4 * SPREAD
    deviation = traces - course()
    assert SPREAD < deviation.std() < 1.3 * SPREAD
    for level, normal in ((0.05, -1.645), (0.5, 0.0), (0.95, 1.645)):
        assert np.quantile(deviation, level) == pytest.approx(normal * SPREAD, abs=0.45 * SPREAD)


def test_neighbouring_values_go_together_as_in_the_series() -> None:
    deviation = drawn(series(), steps=7 * DAY)[:, DAY:] - np.tile(course(), 6)
    for lag in (1, 2, 4):
        correlation = np.mean(deviation[:, lag:] * deviation[:, :-lag]) / np.mean(deviation**2)
        assert correlation == pytest.approx(CARRY**lag, abs=0.15)


def test_many_traces_are_no_repetition() -> None:
    traces = drawn(series(), n_paths=120)
    assert np.unique(traces[:, 50]).size == 120


def test_the_same_seed_draws_the_same() -> None:
    x = series()
    np.testing.assert_array_equal(drawn(x, 60), drawn(x, 60))
    assert not np.array_equal(drawn(x, 60), drawn(x, 60, seed=4))


def test_what_is_never_negative_stays_so() -> None:
    x = np.maximum(series() - 90.0, 0.0)
    assert drawn(x, 50).min() >= 0.0


@pytest.mark.parametrize(("n_paths", "steps"), [(0, 5), (5, 0), (MAX_VALUES, 2)])
def test_numbers_out_of_range_are_refused(n_paths: int, steps: int) -> None:
    with pytest.raises(ValueError, match="must be 1 or more"):
        drawn(series(), n_paths, steps)


def test_a_series_without_values_is_refused() -> None:
    with pytest.raises(ValueError, match="no usable value"):
        drawn(np.full(N_DAYS * DAY, np.nan), 2)


@pytest.fixture(scope="module")
def spiked() -> tuple[Floats, PeaksOfDay]:
    """The series with a peak every fiftieth step, well above anything else."""
    rng = np.random.default_rng(8)
    x = series()
    x[::50] += 200.0 + rng.exponential(50.0, x[::50].size)
    slot = np.tile(np.arange(DAY), N_DAYS)
    clean = flag_values(x, slot.astype(np.int32), STEP).value_clean
    return x, peaks_of_day(x, clean, slot, DAY, STEP)


def test_peaks_come_back_at_their_rate_and_height(spiked: tuple[Floats, PeaksOfDay]) -> None:
    x, peaks = spiked
    assert peaks.law.rate == pytest.approx(1 / 50, rel=0.02)
    slot = np.arange(DAY)
    plain = np.tile(course(), (500, 1))
    put = put_peaks_back(plain, peaks.law, peaks.limit[slot], np.random.default_rng(5))
    is_peak = put > peaks.limit[slot]
    # A step may have two, of which one is left; the share of steps with any is 1 - exp(-rate).
    assert is_peak.mean() == pytest.approx(1 - np.exp(-peaks.law.rate), rel=0.05)
    assert np.array_equal(put[~is_peak], plain[~is_peak])
    excess = (put - peaks.limit[slot])[is_peak]
    was = (x - peaks.limit[np.tile(slot, N_DAYS)])[::50]
    assert excess.mean() == pytest.approx(was.mean(), rel=0.1)


def test_no_peak_is_put_where_there_is_no_limit(spiked: tuple[Floats, PeaksOfDay]) -> None:
    _, peaks = spiked
    plain = np.tile(course(), (50, 1))
    put = put_peaks_back(plain, peaks.law, np.full(DAY, np.inf), np.random.default_rng(5))
    np.testing.assert_array_equal(put, plain)


def test_finished_traces_are_scaled_and_count_in_whole_numbers(spiked: tuple[Floats, PeaksOfDay]) -> None:
    _, peaks = spiked
    paths, slot = drawn(series(), 20), np.arange(DAY)

    def finished(scale: float, put: PeaksOfDay | None, is_count: bool = False) -> Floats:
        return finished_traces(paths, put, slot, scale, np.random.default_rng(2), is_count=is_count)

    np.testing.assert_array_equal(finished(1.3, None), paths * 1.3)
    np.testing.assert_allclose(finished(1.3, peaks), 1.3 * finished(1.0, peaks))
    assert np.array_equal(finished(0.7, peaks, is_count=True) % 1, np.zeros_like(paths))
    for scale in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite number above 0"):
            finished(scale, peaks)


def test_an_arma_goes_on_from_the_last_value_over_a_gap() -> None:
    model = ConstantVolatilityModel(1, 0, 0, ("const", "ar.L1", "sigma2"), np.array([100.0, 0.9, 4.0]))
    x = 100.0 + np.random.default_rng(1).standard_normal(500)
    x[-1] = 120.0
    near = arma_traces(x, model, 0, 3, 4_000, np.random.default_rng(1))
    assert near[:, 0].mean() == pytest.approx(118.0, abs=0.3)
    gone = np.r_[x, np.full(10, np.nan)]
    far = arma_traces(gone, model, 2, 3, 4_000, np.random.default_rng(1))
    assert far[:, 0].mean() == pytest.approx(100 + 20 * 0.9**13, abs=0.4)
    assert far[:, 0].std() == pytest.approx(np.sqrt(4 * (1 - 0.81**13) / 0.19), rel=0.05)
    with pytest.raises(ValueError, match="no usable value"):
        arma_traces(np.full(200, np.nan), model, 0, 3, 2, np.random.default_rng(1))
