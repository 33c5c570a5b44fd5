"""Coverage, size and rate of the periodically correlated process's estimators, over simulated series.

Each share is held to three standard errors of its own: sqrt(share (1 - share) / replications), so the band is
wide for the replications of an ordinary run and narrow for those of ``make monte-carlo``. Where a law is
asymptotic, what is allowed for that stands beside it.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.signal import lfilter

from traffic.models.periodic.autoregression import fit_least_squares, fit_yule_walker
from traffic.models.periodic.autoregression_law import autoregression_covariance, simulate_autoregression
from traffic.models.periodic.coherence_lines import coherence_test, diagonal_coherence
from traffic.models.periodic.components import product_moments
from traffic.models.periodic.correlation_tests import (
    equal_correlation_test,
    mean_correlation_test,
    zero_correlation_test,
)
from traffic.models.periodic.covariance import lagged_products, periodic_covariance
from traffic.models.periodic.harmonic_tests import harmonic_f_test, neighbour_f_test
from traffic.models.periodic.moment_bootstrap import mean_by_slot_bootstrap, variance_by_slot_bootstrap
from traffic.models.periodic.moment_tests import mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import deviations, periodic_moments, std_interval
from traffic.models.periodic.parma import fit_parma
from traffic.models.periodic.parma_law import PeriodicArma, simulate_parma
from traffic.models.periodic.spectral_coherence import normal_scores

REPLICATIONS = int(os.environ.get("MONTE_CARLO_REPLICATIONS", "600"))
SLOTS, CYCLES = 8, 60
ANGLE = 2 * np.pi * np.arange(SLOTS) / SLOTS
COURSE, SPREAD = 10 + 3 * np.cos(ANGLE), 1 + 0.5 * np.sin(ANGLE)
PHI = 0.5 + 0.3 * np.cos(ANGLE)[:, None]


def slots(n_cycles):
    return np.arange(n_cycles * SLOTS) % SLOTS


def three_errors(share, n=REPLICATIONS):
    return 3 * float(np.sqrt(share * (1 - share) / n))


def white(seed, n_cycles=CYCLES, share_missing=0.0):
    rng = np.random.default_rng([171, seed])
    values = rng.standard_normal((REPLICATIONS, n_cycles * SLOTS))
    values[rng.random(values.shape) < share_missing] = np.nan
    return values


def coloured(seed, phi, n_cycles=CYCLES, law="normal"):
    rng = np.random.default_rng([172, seed])
    shape = (REPLICATIONS, n_cycles * SLOTS + 200)
    innovations = rng.standard_normal(shape) if law == "normal" else rng.standard_t(5, shape)
    return lfilter([1.0], [1.0, -phi], innovations)[:, 200:]


def centred(values):
    slot = slots(values.shape[1] // SLOTS)
    return deviations(values, slot, periodic_moments(values, slot, SLOTS))


def assert_level(p_value, allowed=0.0, allowed_below=None):
    """Each column rejects 5 % within three standard errors and what is allowed."""
    rejected = np.mean(p_value < 0.05, axis=0)
    below = allowed if allowed_below is None else allowed_below
    assert (rejected < 0.05 + three_errors(0.05) + allowed).all(), rejected
    assert (rejected > 0.05 - three_errors(0.05) - below).all(), rejected


@pytest.mark.parametrize("share_missing", [0.0, 0.2])
def test_the_intervals_of_mean_and_standard_deviation_cover_95_per_cent(share_missing):
    rng = np.random.default_rng(173)
    values = COURSE[slots(CYCLES)] + simulate_autoregression(PHI, SPREAD, CYCLES, REPLICATIONS, rng)
    values[rng.random(values.shape) < share_missing] = np.nan
    moments = periodic_moments(values, slots(CYCLES), SLOTS)
    std = np.sqrt(autoregression_covariance(PHI, SPREAD, [0])[:, 0])
    lower, upper = std_interval(moments)
    # The interval of the mean is wider by sqrt(n / (n - 1)): 0.3 points more for 48 values.
    for covered, allowed in (
        ((moments.lower_95 <= COURSE) & (moments.upper_95 >= COURSE), 0.003),
        ((lower <= std) & (upper >= std), 0.0),
    ):
        share = covered.mean(axis=0)
        assert (np.abs(share - 0.95) < three_errors(0.95) + allowed).all(), share


@pytest.mark.parametrize("share_missing", [0.0, 0.2])
def test_the_tests_by_slot_hold_their_level_in_white_noise(share_missing):
    moments = periodic_moments(white(1, share_missing=share_missing), slots(CYCLES), SLOTS)
    assert_level(mean_by_slot_test(moments).p_value)
    assert_level(variance_by_slot_test(moments).p_value)


@pytest.mark.parametrize(
    ("test", "law", "allowed"),
    [
        (mean_by_slot_bootstrap, "normal", 0.01),
        (mean_by_slot_bootstrap, "student", 0.01),
        (variance_by_slot_bootstrap, "normal", 0.01),
        # 200 cycles are too few for heavy tails; its docstring says how much.
        (variance_by_slot_bootstrap, "student", 0.04),
    ],
)
def test_the_tests_by_resampling_hold_their_level_in_coloured_noise(test, law, allowed):
    # Series of one call share the resampled times: small parts keep chance from moving them together.
    p_value = [
        test(part, slots(200), SLOTS, 20, np.random.default_rng([174, at]), 99).p_value
        for at, part in enumerate(np.array_split(coloured(2, 0.5, 200, law), max(REPLICATIONS // 20, 1)))
    ]
    # With 99 records p-values are multiples of 0.01, and 0.05 is one of the five that reject.
    assert_level(np.concatenate(p_value) - 1e-9, allowed)


@pytest.mark.parametrize("share_missing", [0.0, 0.2])
def test_the_f_tests_of_the_mean_s_harmonics_hold_their_level(share_missing):
    values = white(3, share_missing=share_missing)
    assert_level(harmonic_f_test(periodic_moments(values, slots(CYCLES), SLOTS), 4).p_value)
    # Filling leaves the noise a little uneven.
    allowed = 0.0 if share_missing == 0 else 0.01
    assert_level(neighbour_f_test(values, slots(CYCLES), SLOTS, 4).p_value, allowed)


def test_the_f_test_against_neighbours_holds_its_level_in_coloured_noise():
    assert_level(neighbour_f_test(coloured(4, 0.6), slots(CYCLES), SLOTS, 4, 6).p_value)


@pytest.mark.parametrize("lag", [1, 3])
def test_the_f_tests_of_the_covariance_s_harmonics_hold_their_level(lag):
    x, slot = centred(white(5)), slots(CYCLES)
    of_products = harmonic_f_test(product_moments(x, slot, SLOTS, lag, is_cut=True), 4)
    products = lagged_products(x, lag)
    of_neighbours = neighbour_f_test(products, slot[: products.shape[1]], SLOTS, 4)
    # Products of normal values have heavy tails, which F barely feels.
    assert_level(of_products.p_value, allowed=0.005)
    assert_level(of_neighbours.p_value, allowed=0.005)


@pytest.mark.parametrize("share_missing", [0.0, 0.2])
def test_the_tests_of_correlation_hold_their_level_in_periodic_white_noise(share_missing):
    x = centred(COURSE[slots(CYCLES)] + SPREAD[slots(CYCLES)] * white(6, share_missing=share_missing))
    found = periodic_covariance(x, slots(CYCLES), SLOTS, [1, 3, SLOTS - 1, SLOTS, 2 * SLOTS])
    for test in (zero_correlation_test, mean_correlation_test, equal_correlation_test):
        p_value = test(found).p_value
        assert_level(p_value[:, :3], allowed=0.005)
        # At lags of whole periods estimates scatter less than they are taken to.
        assert_level(p_value[:, 3:], allowed=0.005, allowed_below=0.025)


def test_the_test_of_equal_correlation_holds_its_level_where_there_is_some():
    x = centred(SPREAD[slots(CYCLES)] * coloured(7, 0.4))
    p_value = equal_correlation_test(periodic_covariance(x, slots(CYCLES), SLOTS, [1, 2])).p_value
    # The estimates of adjacent slots are correlated by phi^2 / 2 = 0.08.
    assert_level(p_value, allowed=0.005, allowed_below=0.02)


@pytest.mark.parametrize("phi", [0.0, -0.5, 0.7])
def test_coherence_holds_its_level_in_stationary_noise(phi):
    lines = diagonal_coherence(centred(coloured(8, phi)), SLOTS, range(1, 4))
    assert_level(lines.p_value, allowed=0.005)
    assert_level(coherence_test(lines).p_value, allowed=0.005)
    # Of n points a share has the error of one over all of them; they are independent.
    error = 3 * np.sqrt(0.0475 / (lines.n_points * REPLICATIONS))
    assert (np.abs(lines.share_above.mean(axis=0) - 0.05) < error + 0.002).all()


def test_coherence_of_normal_scores_holds_its_level_for_heavy_tails():
    scores = normal_scores(centred(coloured(9, 0.5, law="student")))
    assert_level(diagonal_coherence(scores, SLOTS, range(1, 4)).p_value, allowed=0.005)


@pytest.mark.parametrize("what", ["mean", "covariance", "yule_walker", "least_squares"])
def test_errors_fall_as_one_over_the_square_root_of_the_cycles(what):
    rms = []
    for n_cycles in (50, 200):
        rng = np.random.default_rng([175, n_cycles])
        x = simulate_autoregression(PHI, SPREAD, n_cycles, REPLICATIONS, rng)
        rms.append(np.sqrt(np.mean(error_of(what, x, slots(n_cycles)) ** 2, axis=0)))
    # The logarithm of a root mean square of m values has an error of 1 / sqrt(2 m), the ratio's 1 / sqrt(m);
    # estimates of few cycles are a little worse than their rate: 3 % are allowed.
    ratio = np.log(rms[0] / rms[1])
    assert np.abs(ratio - np.log(2)).max() < 3.5 / np.sqrt(REPLICATIONS) + 0.03


def error_of(what, x, slot):
    """Error of an estimate in each series and slot."""
    if what == "mean":
        return periodic_moments(x, slot, SLOTS).mean
    deviation = deviations(x, slot, periodic_moments(x, slot, SLOTS))
    if what == "covariance":
        found = periodic_covariance(deviation, slot, SLOTS, [0, 1]).covariance
        return (found - autoregression_covariance(PHI, SPREAD, [0, 1])).reshape(len(x), -1)
    fit = fit_yule_walker if what == "yule_walker" else fit_least_squares
    return fit(deviation, slot, SLOTS, 1).coefficients[:, :, 0] - PHI[:, 0]


def test_the_intervals_of_a_periodic_arma_s_coefficients_cover_95_per_cent():
    model = PeriodicArma(np.array([[0.8], [0.4]]), np.array([[-0.3], [0.5]]), np.array([1.0, 2.0]))
    # A fit takes a tenth of a second and more.
    n_series = max(REPLICATIONS // 10, 30)
    covered = []
    for x in simulate_parma(model, 150, n_series, np.random.default_rng(176)):
        fit = fit_parma(x, np.arange(x.size) % 2, 2, 1, 1)
        covered.append(
            np.concatenate(
                [
                    np.abs(estimate - true).ravel() < 1.96 * error.ravel()
                    for estimate, true, error in zip(
                        parts(fit.model), parts(model), parts(fit.std_errors), strict=True
                    )
                ]
            )
        )
    share = np.mean(covered, axis=0)
    # Normal intervals from 150 cycles: one point is allowed.
    assert (np.abs(share - 0.95) < three_errors(0.95, n_series) + 0.01).all(), share


def parts(model):
    return model.ar, model.ma, model.std
