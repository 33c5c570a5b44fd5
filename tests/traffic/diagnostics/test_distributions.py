import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from traffic.diagnostics.distributions import SHIFT_BOUNDS, compare_laws, residual_histogram

R = Path(__file__).parents[2] / "reference" / "r"


def noise(n, seed):
    return np.random.default_rng(seed).standard_normal(n)


def laws(x):
    return {law.law: law for law in compare_laws(x).laws}


def test_the_normal_law_and_a_lognormal_of_known_shift_have_the_likelihoods_that_r_gives():
    # tests/reference/r/epa_differences.R, on the differences of the EPA's clean windows.
    clean = np.loadtxt(R / "epa_windows.csv", delimiter=",", skiprows=1)[:, 1]
    expected = json.loads((R / "epa_differences.json").read_text())
    found = laws(np.diff(clean))
    assert found["normal"].loglik == pytest.approx(expected["normal_loglik"], rel=1e-12)
    # The profile's maximum is no lower than the likelihood at any shift within the bounds.
    assert found["lognormal"].loglik >= expected["lognormal_loglik"]["loglik"]


def test_the_lognormal_is_the_maximum_of_its_profile():
    x = 7.0 + np.exp(1.0 + 0.5 * noise(400, 1))
    found = laws(x)["lognormal"]
    shifts = x.min() - x.std() * np.geomspace(*SHIFT_BOUNDS, 400)
    logs = np.log(x[:, None] - shifts)
    profile = -x.size * (np.log(logs.std(axis=0)) + 0.5 * np.log(2 * np.pi) + 0.5) - logs.sum(axis=0)
    assert found.loglik >= profile.max() - 1e-9
    assert found.loglik == pytest.approx(profile.max(), abs=0.05)


def test_the_t_is_as_likely_as_scipys_own_fit():
    x = 3.0 + 2.0 * np.random.default_rng(2).standard_t(4, 500)
    df, location, scale = stats.t.fit(x)
    found = laws(x)["t"]
    # scipy's search ends by looser tolerances: ours may not be worse, nor much better.
    better = found.loglik - np.sum(stats.t.logpdf(x, df, location, scale))
    assert -1e-6 < better < 0.05
    assert found.parameters["df"] == pytest.approx(df, rel=0.1)


@pytest.mark.parametrize(
    ("x", "best", "is_lognormal", "says"),
    [
        (np.exp(noise(500, 3)) - 9.0, "lognormal", True, '"Lognormal" holds'),
        (noise(500, 4), "normal", False, '"Lognormal" does not hold: the normal law'),
        (np.random.default_rng(5).standard_t(3, 500), "t", False, '"Lognormal" does not hold: the t law'),
        (-np.exp(noise(500, 6)), "t", False, '"Lognormal" does not hold: the t law'),
        (np.exp(0.12 * noise(300, 9)), "normal", False, '"Lognormal" cannot be told from the'),
        (np.random.default_rng(7).exponential(size=800), "lognormal", False, "best of three laws and no fit"),
        (np.tile([1.0, 2.0], 50), "lognormal", False, "no maximum within its bounds"),
    ],
    ids=["lognormal", "normal", "t", "mirrored", "hardly skewed", "exponential", "two values"],
)
def test_the_sentence_says_whether_lognormal_holds(x, best, is_lognormal, says):
    found = compare_laws(x)
    assert says in found.verdict
    assert (found.best, found.is_lognormal) == (best, is_lognormal)


def test_the_lead_is_invariant_to_unit_and_origin():
    x = np.exp(noise(300, 8))
    aic = [law.aic for law in compare_laws(x).laws]
    moved = [law.aic for law in compare_laws(1e12 * x + 1e13).laws]
    np.testing.assert_allclose(np.diff(moved), np.diff(aic), atol=1e-3)


def test_lognormal_values_are_called_lognormal_about_as_often_as_the_test_allows():
    # Lilliefors keeps at least 95 % where the shift is fitted too; three standard errors of 60 trials: 8 %.
    holds = [compare_laws(np.exp(noise(400, 100 + seed))).is_lognormal for seed in range(60)]
    assert np.mean(holds) > 0.95 - 0.085


@pytest.mark.parametrize("x", [[], [np.nan] * 50, [2.0] * 50, noise(19, 1)])
def test_too_little_is_not_judged(x):
    found = compare_laws(np.asarray(x, dtype=float))
    assert (found.laws, found.best, found.is_lognormal) == ((), None, None)
    assert found.verdict.startswith("Not judged")


def test_the_histogram_holds_every_value_and_the_densities_integrate_to_one():
    x = np.exp(noise(1_000, 10))
    x[::50] = np.nan
    frame = residual_histogram(x, compare_laws(x).laws)
    assert frame["count"].sum() == 980
    assert frame["bin_left"].to_list()[1:] == frame["bin_right"].to_list()[:-1]
    width = (frame["bin_right"] - frame["bin_left"]).to_numpy()
    assert np.sum(frame["lognormal_density"].to_numpy() * width) == pytest.approx(1, abs=0.02)
    share = np.array([c / 980 for c in frame["count"]])
    assert np.abs(share - frame["lognormal_density"].to_numpy() * width).max() < 0.03


@pytest.mark.parametrize(("x", "counts"), [([], []), ([3.0] * 5, [5]), ([1.0, np.nan], [1])])
def test_the_histogram_of_hardly_anything_has_no_density(x, counts):
    frame = residual_histogram(np.asarray(x, dtype=float), ())
    assert frame["count"].to_list() == counts
    assert frame["normal_density"].null_count() == len(counts)
