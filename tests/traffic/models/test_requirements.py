import numpy as np
import pytest

from traffic.models import requirements
from traffic.models.requirements import fitted_window, why_not_constant_volatility, why_not_periodic

RNG = np.random.default_rng(0)
NOISE = RNG.standard_normal(300)
DAY = np.arange(24)


def test_the_window_is_the_last_values_from_an_observed_one_to_an_observed_one():
    x = np.arange(3_000.0)
    x[-2:] = np.nan
    x[998] = np.nan
    window = fitted_window(x)
    assert window[0] == 999.0
    assert window[-1] == 2_997.0
    assert window.size <= requirements.MAX_FITTED_VALUES


def test_a_window_of_nothing_is_empty():
    assert fitted_window(np.full(5, np.nan)).size == 0
    assert fitted_window(np.empty(0)).size == 0


def test_exactly_the_minimum_is_enough_for_constant_volatility():
    n = requirements.CONSTANT_VOLATILITY_MIN_OBSERVATIONS
    assert why_not_constant_volatility(NOISE[:n]) is None
    refusal = why_not_constant_volatility(NOISE[: n - 1])
    assert refusal is not None
    assert str(n - 1) in refusal
    assert str(n) in refusal


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.empty(0), "no usable value"),
        (np.full(200, np.nan), "no usable value"),
        (np.full(200, 7.0), "all equal 7"),
        (np.arange(200.0) * 3 + 1e6, "straight line"),
        (np.where(np.arange(300) % 3 == 0, NOISE, np.nan), "50%"),
        (np.where(np.arange(300) == 5, np.inf, NOISE), "1 values are infinite"),
        (NOISE * 1e150, "another unit"),
        (NOISE * 1e-150, "another unit"),
        (1e12 + 1e-4 * NOISE, "all equal"),
    ],
)
def test_what_constant_volatility_refuses_and_why(x, says):
    refusal = why_not_constant_volatility(x)
    assert refusal is not None
    assert says in refusal


def test_a_straight_line_with_gaps_is_still_a_straight_line():
    x = np.arange(300.0)
    x[RNG.random(300) < 0.2] = np.nan
    refusal = why_not_constant_volatility(x)
    assert refusal is not None
    assert "straight line" in refusal


def test_exactly_the_minimum_is_enough_for_a_periodic_model():
    cycles = requirements.PERIODIC_MIN_CYCLES
    slot = np.tile(DAY, cycles)
    assert why_not_periodic(NOISE[: slot.size], slot, 24) is None
    refusal = why_not_periodic(NOISE[: slot.size - 24], slot[:-24], 24)
    assert refusal is not None
    assert "median slot: 2; a periodic model needs 3" in refusal


@pytest.mark.parametrize(
    ("x", "slot", "n_slots", "says"),
    [
        (NOISE[:240], np.tile(DAY, 10), None, "does not divide"),
        (NOISE[:240], np.zeros(240, int), 1, "does not divide"),
        (np.full(240, np.nan), np.tile(DAY, 10), 24, "no usable value"),
        (np.full(240, 3.0), np.tile(DAY, 10), 24, "All 240 observed values equal 3"),
        (NOISE[:160], np.tile(DAY[:16], 10), 24, "Only 67% of the 24 slots"),
        (
            np.where(np.tile(DAY, 10) < 16, NOISE[:240], np.nan),
            np.tile(DAY, 10),
            24,
            "Only 67% of the 24 slots",
        ),
    ],
)
def test_what_a_periodic_model_refuses_and_why(x, slot, n_slots, says):
    refusal = why_not_periodic(x, slot, n_slots)
    assert refusal is not None
    assert says in refusal
