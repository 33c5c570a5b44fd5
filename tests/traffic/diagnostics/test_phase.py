import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.diagnostics.phase import bootstrap_errors, correlation_phase, harmonic_phase

SLOTS = 96


def course(shift=0.0, slots=SLOTS):
    angle = 2 * np.pi * (np.arange(slots) - shift) / slots
    return 10 + 3 * np.cos(angle) + np.cos(2 * angle - 1) + 0.4 * np.sin(3 * angle)


def distance(a, b, slots=SLOTS):
    return abs((a - b + slots / 2) % slots - slots / 2)


@settings(deadline=None)
@given(shift=st.floats(-48, 48), height=st.floats(0.01, 1e6), level=st.floats(-1e3, 1e3))
def test_a_shifted_copy_is_found_within_a_small_part_of_a_slot(shift, height, level):
    day = level + height * course(shift)
    assert distance(correlation_phase(day, course()), shift) < 0.02
    assert distance(harmonic_phase(day, course()), shift) < 1e-3


def test_later_is_positive():
    assert correlation_phase(np.roll(course(), 5), course()) == pytest.approx(5)
    assert harmonic_phase(np.roll(course(), -5), course()) == pytest.approx(-5)


@settings(deadline=None)
@given(shift=st.floats(-400, 400))
def test_phases_lie_within_half_a_day(shift):
    for phase in (correlation_phase(course(shift), course()), harmonic_phase(course(shift), course())):
        assert -SLOTS / 2 < phase <= SLOTS / 2


@settings(deadline=None)
@given(start=st.integers(0, SLOTS - 1), shift=st.floats(-10, 10))
def test_a_missing_stretch_pulls_the_phase_neither_way(start, shift):
    day = course(shift)
    day[(start + np.arange(SLOTS // 4)) % SLOTS] = np.nan
    assert distance(correlation_phase(day, course()), shift) < 0.3


def test_a_missing_stretch_of_a_cosine_does_not_move_its_harmonic():
    angle = 2 * np.pi * np.arange(SLOTS) / SLOTS
    day = 5 + np.cos(angle - 2 * np.pi * 7 / SLOTS)
    day[10:30] = np.nan
    assert harmonic_phase(day, 3 + 2 * np.cos(angle)) == pytest.approx(7)


def test_fast_correlation_agrees_with_trying_every_shift():
    rng = np.random.default_rng(1)
    day = course(9) + rng.standard_normal(SLOTS)
    day[rng.random(SLOTS) < 0.2] = np.nan
    is_observed = ~np.isnan(day)
    reference = course()
    slow = [np.corrcoef(day[is_observed], np.roll(reference, s)[is_observed])[0, 1] for s in range(SLOTS)]
    assert abs(correlation_phase(day, reference) - np.argmax(slow)) <= 0.5


def test_courses_without_shape_have_no_phase():
    flat = np.full(SLOTS, 4.0)
    assert correlation_phase(flat, course()) is None
    assert correlation_phase(course(), flat) is None
    assert harmonic_phase(flat, course()) is None
    twice_a_day = np.cos(4 * np.pi * np.arange(SLOTS) / SLOTS)
    assert harmonic_phase(twice_a_day, course()) is None


def test_bootstrap_errors_vanish_with_the_deviations_and_grow_with_them():
    rng = np.random.default_rng(2)
    noise = rng.standard_normal(SLOTS)
    spread = []
    for size in (0.0, 0.1, 0.4):
        errors = bootstrap_errors(course(3.4) + size * noise, course(), 8, 300, np.random.default_rng(3))
        spread.append(errors.std())
    assert spread[0] < 0.01
    assert spread[2] == pytest.approx(4 * spread[1], rel=0.2)


def test_bootstrap_errors_are_as_large_as_the_errors_of_the_phase():
    rng = np.random.default_rng(4)
    phases, errors = [], []
    for _ in range(150):
        day = course(2.5) + 0.5 * rng.standard_normal(SLOTS)
        phases.append(correlation_phase(day, course()))
        errors.append(bootstrap_errors(day, course(), 4, 50, rng).std())
    assert np.mean(errors) == pytest.approx(np.std(phases), rel=0.2)
