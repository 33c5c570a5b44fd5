"""Compiled loops beside the array operations that they stand for."""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from traffic.planning.law_loops import days_above, highest_of_paths, kernel_sums
from traffic.planning.recalibration import student_4, student_6
from traffic.planning.window_probabilities import _near


def test_the_closed_forms_are_student_s_laws() -> None:
    at = np.linspace(-30, 30, 500)
    np.testing.assert_allclose(student_4(at), student.cdf(at, 4), atol=1e-14)
    np.testing.assert_allclose(student_6(at), student.cdf(at, 6), atol=1e-14)


def test_sums_of_kernels_are_those_of_the_law_also_where_squares_would_overflow() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.standard_normal((3, 20)), np.tile([-1e200, 1e200], (3, 1))], axis=1)
    centres, weights = rng.standard_normal((3, 28)), rng.random((3, 28))
    bandwidth = np.array([0.1, 0.5, 2.0])
    law = student_4((centres[:, None] - values[:, :, None]) / bandwidth[:, None, None])
    found = kernel_sums(values, centres, weights, bandwidth)
    np.testing.assert_allclose(found, (law * weights[:, None]).sum(axis=2), atol=1e-12)


def test_the_highest_of_paths_and_of_their_mirror_images_are_read_between_the_knots() -> None:
    rng = np.random.default_rng(1)
    normal = (2.5 * rng.standard_normal((50, 48))).astype(np.float32)
    knots = np.array([-6.0, -3.0, -0.3, 0.0, 0.4, 2.0, 6.0])
    deviates = np.cumsum(rng.random(7))
    centre, spread = rng.standard_normal(48), rng.random(48)
    paths = np.interp(np.concatenate([normal, -normal]), knots, deviates) * spread + centre
    for n_windows in (1, 24):
        found = highest_of_paths(normal, knots, deviates, centre, spread, n_windows)
        np.testing.assert_allclose(found, paths.reshape(100, n_windows, -1).max(axis=2), atol=5e-3)


def test_days_above_a_threshold_are_counted_around_the_clock() -> None:
    past = np.random.default_rng(2).random((2, 10, 24))
    past[0, 3, 5] = np.nan
    thresholds = np.array([[0.2, 0.9, np.nan], [0.5, 2.0, -1.0]])
    counts = (past[:, None] > thresholds[:, :, None, None]).sum(axis=2)
    np.testing.assert_array_equal(days_above(past, thresholds), counts)
    for reach in (0, 1, 12):
        near = (np.arange(24)[:, None] + np.arange(-reach, reach + 1)) % 24
        np.testing.assert_array_equal(_near(counts, reach), counts[..., near].sum(axis=-1))
