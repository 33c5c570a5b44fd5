import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from traffic.diagnostics.residual_tests import TESTS, arch_lm, residual_tests


def results(x, p=0, q=0):
    return {result.test: result for result in residual_tests(np.asarray(x, dtype=float), p, q)}


def noise(n, seed):
    return np.random.default_rng(seed).standard_normal(n)


def test_ljung_box_by_its_formula():
    x = noise(200, 1)
    d = x - x.mean()
    rho = np.array([np.sum(d[h:] * d[:-h]) for h in range(1, 25)]) / np.sum(d**2)
    statistic = 200 * 202 * np.sum(rho**2 / (200 - np.arange(1, 25)))
    result = results(x, p=2, q=1)["ljung_box"]
    assert result.statistic == pytest.approx(statistic)
    assert result.p_value == pytest.approx(stats.chi2.sf(statistic, 24 - 3))


def test_jarque_bera_is_that_of_scipy():
    x = noise(200, 2)
    expected = stats.jarque_bera(x)
    result = results(x)["jarque_bera"]
    assert (result.statistic, result.p_value) == pytest.approx((expected.statistic, expected.pvalue))


def test_arch_lm_is_n_times_r_squared_of_the_squares():
    x = noise(300, 3)
    squares = x**2
    lags = np.column_stack([np.ones(288), *[squares[12 - h : 300 - h] for h in range(1, 13)]])
    y = squares[12:]
    fitted = lags @ np.linalg.lstsq(lags, y, rcond=None)[0]
    statistic = 288 * (1 - np.sum((y - fitted) ** 2) / np.sum((y - y.mean()) ** 2))
    result = results(x)["arch_lm"]
    assert result.statistic == pytest.approx(statistic)
    assert result.p_value == pytest.approx(stats.chi2.sf(statistic, 12))


@pytest.mark.parametrize("test", TESTS)
def test_each_rejects_about_five_per_cent_of_white_normal_residuals_with_gaps(test):
    rejected = []
    for seed in range(300):
        x = noise(250, 1_000 + seed)
        x[np.random.default_rng(seed).random(250) < 0.1] = np.nan
        rejected.append(results(x)[test].p_value < 0.05)
    assert 0.02 < np.mean(rejected) < 0.085


def test_each_finds_what_it_is_for_and_says_so():
    dependent = results(lfilter([1], [1, -0.4], noise(500, 5)))["ljung_box"]
    assert dependent.p_value < 1e-6
    assert dependent.verdict.startswith("Autocorrelation remains")
    skewed = results(np.exp(noise(500, 6)))["jarque_bera"]
    assert skewed.p_value < 1e-6
    assert skewed.verdict.startswith("The residuals are not normal")
    bursts = results(noise(500, 7) * np.repeat([1, 5, 1, 5], 125))["arch_lm"]
    assert bursts.p_value < 1e-6
    assert bursts.verdict.startswith("Volatility is not constant")


def test_runs_are_those_counted_by_hand():
    # Signs about the median ++--+-+--+ ... : Wald and Wolfowitz's mean and variance of the number of runs.
    x = noise(201, 11)
    sign = np.sign(x - np.median(x))
    sign = sign[sign != 0]
    n_runs = 1 + np.sum(sign[1:] != sign[:-1])
    mean, variance = 1 + 2 * 100 * 100 / 200, 2 * 100 * 100 * (2 * 100 * 100 - 200) / (200**2 * 199)
    result = results(x)["runs"]
    assert result.statistic == pytest.approx((n_runs - mean) / np.sqrt(variance))
    assert result.p_value == pytest.approx(2 * stats.norm.sf(abs(result.statistic)))


def test_the_runs_test_says_on_which_side_of_chance_the_order_lies():
    slow = results(lfilter([1], [1, -0.6], noise(400, 12)))["runs"]
    assert slow.verdict.startswith("The residuals change sides less often")
    quick = results(lfilter([1], [1, 0.6], noise(400, 13)))["runs"]
    assert quick.verdict.startswith("The residuals change sides more often")


def test_one_test_alone_is_the_one_of_the_list():
    x = noise(300, 14)
    assert arch_lm(x) == results(x)["arch_lm"]
    assert arch_lm(np.full(50, np.nan)).verdict.startswith("Not tested")


def test_no_finding_is_said_as_no_finding():
    verdicts = [result.verdict for result in residual_tests(noise(500, 8), 0, 0)]
    assert [verdict.split()[0] for verdict in verdicts] == ["No", "No", "No", "No"]


@pytest.mark.parametrize(
    "x",
    [[], [np.nan] * 50, [2.0] * 50, [1.0], [1.0, 2.0], noise(14, 9), np.tile([1.0, -1.0], 40)],
    ids=["empty", "missing", "constant", "one", "two", "fourteen", "one size"],
)
def test_what_cannot_be_tested_has_a_sentence_instead_of_a_number(x):
    found = residual_tests(np.asarray(x, dtype=float), 1, 1)
    assert [result.test for result in found] == list(TESTS)
    untested = [result for result in found if np.isnan(result.statistic)]
    assert untested
    for result in untested:
        assert np.isnan(result.p_value)
        assert result.verdict.startswith("Not tested")


def test_the_unit_does_not_matter():
    x = noise(200, 10)
    for ours, scaled in zip(residual_tests(x, 1, 1), residual_tests(1e12 * x, 1, 1), strict=True):
        assert scaled.statistic == pytest.approx(ours.statistic, rel=1e-6)
