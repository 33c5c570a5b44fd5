"""Probabilities of many series: order, causality, independence, hostile series, and truth by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import N_DAYS
from traffic.planning.congestion import LADDER, congestion_batch
from traffic.planning.reliability import NightSums
from traffic.planning.windows import highest
from traffic.windowing.histories import DAYS_A_WEEK, Histories

Floats = NDArray[np.float64]
KINDS = np.arange(N_DAYS + 1) % DAYS_A_WEEK


def daily_loads(n_series: int, n_days: int, n_slots: int, seed: int = 0) -> Floats:
    """Course of the day times autocorrelated lognormal noise, of which every night is alike."""
    rng = np.random.default_rng(seed)
    slot = np.arange(n_days * n_slots) % n_slots
    course = 100 * (1 + 0.5 * np.sin(2 * np.pi * slot / n_slots))
    memory = 0.8 ** (24 / n_slots)
    noise = rng.standard_normal((n_series, slot.size)) * np.sqrt(1 - memory**2)
    noise[:, 0] /= np.sqrt(1 - memory**2)
    for at in range(1, slot.size):
        noise[:, at] += memory * noise[:, at - 1]
    return np.asarray((course * np.exp(0.1 * noise)).reshape(n_series, n_days, n_slots), dtype=np.float64)


def limits(values: Floats, *multiples: float) -> Floats:
    top = np.array([np.nanmax(one) if np.isfinite(one).any() else 1.0 for one in values])
    return np.sort(top[:, None] * np.array(multiples), axis=1)


@pytest.fixture(scope="module")
def five_minutes() -> Floats:
    return daily_loads(3, N_DAYS, 288, seed=1)


def test_no_window_is_less_likely_than_what_lies_within_it_nor_a_threshold_than_a_higher_one(
    five_minutes: Floats,
) -> None:
    thresholds = limits(five_minutes, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.1, 1.5, 3.0)
    ahead, _ = congestion_batch(Histories(five_minutes, KINDS), 300, thresholds)
    hours, night = ahead.windows[..., :-1], ahead.windows[..., -1:]
    assert (ahead.slots.reshape(*hours.shape, 12).max(axis=3) <= hours + 1e-12).all()
    assert (hours <= night + 1e-12).all()
    for probabilities in (ahead.slots, ahead.windows):
        assert (np.diff(probabilities, axis=1) <= 1e-9).all()
        assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert night[:, 0].min() > 0.95
    assert night[:, -1].max() < 0.01
    assert (ahead.slot_peaks.max(axis=1) <= ahead.window_peaks[:, -1]).all()


def test_a_night_is_likelier_than_its_likeliest_slot_and_less_so_than_independent_ones(
    five_minutes: Floats,
) -> None:
    thresholds = limits(five_minutes, 0.85)
    ahead, _ = congestion_batch(Histories(five_minutes, KINDS), 300, thresholds)
    independent = 1 - np.prod(1 - ahead.slots, axis=2)
    assert (ahead.windows[..., -1] > ahead.slots.max(axis=2)).all()
    assert (ahead.windows[..., -1] < independent).all()


def test_a_series_does_not_depend_on_those_beside_it() -> None:
    values = daily_loads(5, N_DAYS, 24)
    values[1, 10, 3:9] = np.nan
    thresholds = limits(values, 0.8, 0.9, 1.0)
    together, replays = congestion_batch(Histories(values, KINDS), 3_600, thresholds, 2)
    for row in range(5):
        alone, own = congestion_batch(Histories(values[[row]], KINDS), 3_600, thresholds[[row]], 2)
        for name in ("slots", "windows", "slot_peaks", "window_peaks"):
            np.testing.assert_allclose(getattr(together, name)[row], getattr(alone, name)[0], rtol=1e-9)
        assert len(own) == 2
    assert sum(replay.slots.shape[0] for replay in replays) == 10


def test_a_replayed_night_knows_nothing_that_came_later() -> None:
    values = daily_loads(2, N_DAYS, 24)
    later = values.copy()
    later[:, -2:] *= 1.7
    thresholds = np.full((2, 1), 150.0)
    before, after = (
        congestion_batch(Histories(one, KINDS), 3_600, thresholds, 5)[1] for one in (values, later)
    )
    assert [replay.nights_ago for replay in before] == [5, 4, 3, 2, 1]
    # Quantiles are taken in single precision, on a scale that follows the largest value.
    for old, new in zip(before[:3], after[:3], strict=True):
        np.testing.assert_allclose(old.slots, new.slots, rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose(old.windows, new.windows, rtol=1e-3, atol=1e-6)
    # The eve of the second last night is not changed either, but what came is.
    np.testing.assert_allclose(before[3].windows, after[3].windows, rtol=1e-3, atol=1e-6)
    assert after[3].slots_came.sum() > before[3].slots_came.sum()
    assert not np.allclose(before[4].windows, after[4].windows)


def test_a_replay_is_what_the_night_itself_would_have_said() -> None:
    values = daily_loads(2, N_DAYS + 1, 24)
    thresholds = limits(values, 0.8, 0.9)
    then, _ = congestion_batch(Histories(values[:, :-1], KINDS), 3_600, thresholds)
    _, (replay,) = congestion_batch(Histories(values[:, 1:], np.roll(KINDS, -1)), 3_600, thresholds, 1)
    # A day less is known of the errors, and of the days.
    np.testing.assert_allclose(replay.windows[:, :2], then.windows, atol=0.08)
    assert replay.slots.shape[1] == 2 + len(LADDER)


@pytest.mark.parametrize("n_slots", [1, 3, 24, 96, 100])
def test_any_number_of_slots_a_day_has_probabilities(n_slots: int) -> None:
    values = daily_loads(1, N_DAYS, n_slots)
    ahead, _ = congestion_batch(Histories(values, KINDS), 86_400 // n_slots, limits(values, 0.9, 1.2), 1)
    assert np.isfinite(ahead.slots).all()
    assert np.isfinite(ahead.windows).all()
    assert ahead.windows.shape[2] == (25 if n_slots == 96 else 1)


HOSTILE = {
    "nothing": lambda x: np.full_like(x, np.nan),
    "zeros": np.zeros_like,
    "constant": lambda x: np.full_like(x, 5.0),
    "one value": lambda x: np.where(np.arange(x.size).reshape(x.shape) == x.size - 1, 7.0, np.nan),
    "a day": lambda x: np.where(np.arange(N_DAYS)[None, :, None] >= N_DAYS - 1, x, np.nan),
    "a week": lambda x: np.where(np.arange(N_DAYS)[None, :, None] >= N_DAYS - 7, x, np.nan),
    "huge": lambda x: x * 1e300,
    "tiny": lambda x: x * 1e-300,
    "negative": lambda x: x - 200,
    "a spike": lambda x: np.where(np.arange(x.size).reshape(x.shape) == x.size - 30, 1e6, x),
    "a step": lambda x: x * np.where(np.arange(N_DAYS) < N_DAYS - 2, 1.0, 30.0)[None, :, None],
    "silent for a week": lambda x: np.where(np.arange(N_DAYS)[None, :, None] < N_DAYS - 7, x, np.nan),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_series_have_probabilities_or_none(name: str) -> None:
    values = HOSTILE[name](daily_loads(1, N_DAYS, 24))
    thresholds = limits(values, 0.5, 1.0, 2.0)
    ahead, replays = congestion_batch(Histories(values, KINDS), 3_600, thresholds, 7)
    arrays = (ahead.slots, ahead.windows, ahead.slot_peaks, ahead.window_peaks)
    if name == "nothing":
        assert all(np.isnan(array).all() for array in arrays)
        assert replays == []
        return
    assert all(np.isfinite(array).all() for array in arrays)
    assert (np.diff(ahead.windows, axis=1) <= 1e-9).all()
    for replay in replays:
        known = replay.windows[~np.isnan(replay.windows)]
        assert ((known >= 0) & (known <= 1)).all()


def test_a_unit_changes_nothing() -> None:
    values = daily_loads(1, N_DAYS, 24)
    thresholds = limits(values, 0.8, 1.0)
    one, _ = congestion_batch(Histories(values, KINDS), 3_600, thresholds)
    other, _ = congestion_batch(Histories(values * 1024.0, KINDS), 3_600, thresholds * 1024.0)
    np.testing.assert_allclose(one.windows, other.windows, rtol=1e-9)
    np.testing.assert_allclose(one.window_peaks * 1024.0, other.window_peaks, rtol=1e-9)


def test_a_threshold_that_is_not_given_has_no_probability() -> None:
    values = daily_loads(2, N_DAYS, 24)
    thresholds = np.array([[150.0, np.nan], [np.nan, 150.0]])
    ahead, _ = congestion_batch(Histories(values, KINDS), 3_600, thresholds)
    assert np.isnan(ahead.windows[..., 0]).tolist() == [[False, True], [True, False]]


def test_probabilities_are_near_the_truth_that_can_be_computed() -> None:
    """Every night of these series is alike: many draws of it say how often a level is passed."""
    truth = highest(daily_loads(1, 4_000, 24, seed=9))[0, :, -1]
    levels = np.quantile(truth, [0.3, 0.5, 0.8, 0.95, 0.99])
    values = daily_loads(60, N_DAYS, 24, seed=10)
    ahead, _ = congestion_batch(Histories(values, KINDS), 3_600, np.tile(levels, (60, 1)))
    said = ahead.windows[..., -1]
    np.testing.assert_allclose(said.mean(axis=0), [0.7, 0.5, 0.2, 0.05, 0.01], atol=0.06)
    assert 0.05 < said[:, 2].std() + 1e-9 < 0.2
    peak = np.median(ahead.window_peaks[:, -1])
    assert peak == pytest.approx(np.median(truth), rel=0.03)


def test_probabilities_of_nights_that_came_are_reliable() -> None:
    sums = []
    values = daily_loads(120, N_DAYS, 24, seed=11)
    _, replays = congestion_batch(Histories(values, KINDS), 3_600, np.full((120, 1), np.nan), 7)
    for replay in replays:
        at = np.full(replay.windows.shape, replay.nights_ago - 1)
        sums.append(NightSums.of(replay.windows, replay.windows_came, at, 7))
    total = NightSums.added(sums)
    assert total.count.sum() == 120 * 7 * len(LADDER)
    # Of all that was said to be likely or not, as much came as was said.
    assert total.came.sum() == pytest.approx(total.probability.sum(), rel=0.15)
    likely = slice(3, 9)
    came, said = (part[:, likely].sum(axis=0) for part in (total.came, total.probability))
    count = total.count[:, likely].sum(axis=0)
    assert (np.abs(came - said) / np.maximum(count, 1) < 0.15).all()
