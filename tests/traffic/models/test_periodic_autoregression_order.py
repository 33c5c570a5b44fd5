"""The order of a periodic autoregression: the true one is found, and the criterion is that of a fit."""

import numpy as np
import pytest

from traffic.models.periodic.autoregression import fit_yule_walker
from traffic.models.periodic.autoregression_order import MAX_ORDER, choose_order
from traffic.models.periodic.covariance import periodic_covariance
from traffic.models.periodic.moments import deviations, periodic_moments

SLOTS = 12
SLOT = np.arange(300 * SLOTS) % SLOTS
COEFFICIENTS = {0: [], 1: [0.6], 2: [0.5, 0.3], 3: [0.4, 0.1, 0.3]}


def simulated(p: int, n_series: int = 5) -> np.ndarray:
    """PAR(p) whose coefficients and innovations vary with the slot."""
    rng = np.random.default_rng(10 + p)
    values = rng.standard_normal((n_series, SLOT.size)) * (1 + 0.5 * np.sin(2 * np.pi * SLOT / SLOTS))
    for t in range(p, SLOT.size):
        for lag, phi in enumerate(COEFFICIENTS[p], start=1):
            values[:, t] += phi * (1 + 0.3 * np.cos(2 * np.pi * SLOT[t] / SLOTS)) * values[:, t - lag]
    return values


def estimated(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    moments = periodic_moments(values, SLOT, SLOTS)
    centred = deviations(values, SLOT, moments)
    covariance = periodic_covariance(centred, SLOT, SLOTS, range(MAX_ORDER + 1)).covariance
    return centred, covariance, moments.n_cycles


@pytest.mark.parametrize("p", COEFFICIENTS)
def test_the_order_of_a_long_record_is_the_true_one(p):
    _, covariance, n_cycles = estimated(simulated(p))
    assert choose_order(covariance, n_cycles).tolist() == [p] * 5


def test_the_criterion_is_that_of_the_fits_themselves():
    values = simulated(2, 1)[:, : 20 * SLOTS]
    slot = SLOT[: values.shape[1]]
    moments = periodic_moments(values, slot, SLOTS)
    centred = deviations(values, slot, moments)
    covariance = periodic_covariance(centred, slot, SLOTS, range(MAX_ORDER + 1)).covariance
    criteria = [(20 * np.log(covariance[0, :, 0])).sum()]
    for p in range(1, MAX_ORDER + 1):
        std = fit_yule_walker(centred, slot, SLOTS, p).std[0]
        criteria.append((20 * np.log(std**2)).sum() + p * SLOTS * np.log(values.size))
    assert choose_order(covariance, moments.n_cycles)[0] == np.argmin(criteria)


def test_a_slot_that_does_not_vary_takes_no_part():
    values = simulated(1)
    values[:, SLOT == 3] = 7.0
    _, covariance, n_cycles = estimated(values)
    assert choose_order(covariance, n_cycles).tolist() == [1] * 5


def test_without_any_estimate_the_order_is_zero():
    nothing = np.full((2, SLOTS, MAX_ORDER + 1), np.nan)
    assert choose_order(nothing, np.zeros((2, SLOTS), dtype=np.int64)).tolist() == [0, 0]
