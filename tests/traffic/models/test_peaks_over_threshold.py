import numpy as np
import pytest
from scipy.stats import genpareto

from traffic.models.peaks_over_threshold import fit_peaks


def peaks_of(shape, scale, n_peaks, seed, apart=10):
    """A floor of zeros with one peak every ten steps."""
    x = np.zeros(n_peaks * apart)
    x[::apart] = 100 + genpareto.rvs(shape, scale=scale, size=n_peaks, random_state=seed)
    return x


def test_clusters_are_those_that_two_quiet_steps_part():
    x = np.array([0, 5, 7, 0, 6, 0, 0, 9, 0, 0, 0, 4.5, 0])
    found = fit_peaks(x, 4.0)
    # 5 7 . 6 | 9 | 4.5 : excesses 3, 5 and 0.5.
    assert (found.n_exceedances, found.n_clusters, found.n_observed) == (5, 3, 13)
    assert found.mean_cluster_size == pytest.approx(5 / 3)
    assert found.rate == pytest.approx(3 / 13)
    assert (found.shape, found.scale, found.status) == (0.0, pytest.approx(8.5 / 3), "exponential")
    assert "3 clusters are too few" in found.reason
    assert fit_peaks(x, 4.0, run_steps=1).n_clusters == 4
    assert fit_peaks(x, 4.0, run_steps=4).n_clusters == 1


def test_missing_values_are_neither_time_nor_the_end_of_a_cluster():
    found = fit_peaks(np.array([0, 5, np.nan, np.nan, 6, 0, 0]), 4.0)
    assert (found.n_clusters, found.n_observed) == (1, 5)


@pytest.mark.parametrize("shape", [-0.2, 0.0, 0.3])
def test_the_law_of_the_excesses_is_found_within_three_standard_errors(shape):
    # Smith 1987: the asymptotic standard error of the shape is (1 + shape) / sqrt(n).
    n = 2_000
    found = fit_peaks(peaks_of(shape, 5e6, n, seed=1), 100.0)
    assert found.status == "ok"
    assert found.shape == pytest.approx(shape, abs=3 * (1 + shape) / np.sqrt(n))
    assert found.scale == pytest.approx(5e6, rel=3 * np.sqrt(2 * (1 + shape) / n))
    assert found.rate == 0.1


def test_the_return_level_is_exceeded_as_often_as_it_says():
    found = fit_peaks(peaks_of(0.2, 10.0, 500, seed=2), 100.0)
    level = found.return_level(1_000)
    assert found.rate * genpareto.sf(level - 100, found.shape, scale=found.scale) == pytest.approx(1e-3)
    assert found.return_level(5) == 100.0


def test_a_tail_without_a_mean_is_not_taken():
    found = fit_peaks(peaks_of(1.5, 10.0, 300, seed=3), 100.0)
    assert (found.status, found.shape) == ("exponential", 0.0)
    assert "lies outside -0.5 to 0.9" in found.reason


def test_no_peak_is_a_rate_of_zero():
    found = fit_peaks(np.arange(50.0), 100.0)
    assert (found.rate, found.n_clusters, found.status) == (0.0, 0, "too_few")
    assert np.isnan(found.mean_cluster_size)


@pytest.mark.parametrize(
    ("x", "threshold", "run_steps"),
    [([np.nan], 1.0, 2), ([1.0], np.inf, 2), ([1.0], 0.5, 0)],
)
def test_what_makes_no_sense_is_refused(x, threshold, run_steps):
    with pytest.raises(ValueError, match="Peaks need observed values"):
        fit_peaks(np.array(x), threshold, run_steps)
