"""The constant-volatility chain on the EPA's windows, step by step beside R.

``r/epa_differences.R`` ran in R 4.2.2 with tseries 0.10-53 and wrote ``r/epa_differences.json``; ADF, KPSS,
theoretical correlations and densities are compared in the tests of their own modules.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.diagnostics.distributions import compare_laws
from traffic.diagnostics.residual_tests import residual_tests
from traffic.models.constant_volatility import fit_exact
from traffic.models.filtering import residuals
from traffic.models.variable_volatility import choose_volatility
from traffic.parsing.content import decompressed_chunks, line_blocks
from traffic.parsing.weblog import FORMATS, WebLogReader
from traffic.windowing.flags import flag_values
from traffic.windowing.grid import request_windows

HERE = Path(__file__).parent / "r"


@pytest.fixture(scope="module")
def windows():
    return np.loadtxt(HERE / "epa_windows.csv", delimiter=",", skiprows=1)


@pytest.fixture(scope="module")
def in_r():
    return json.loads((HERE / "epa_differences.json").read_text())


@pytest.fixture(scope="module")
def fit(windows):
    return fit_exact(windows[:, 1])


@pytest.fixture(scope="module")
def left(windows, fit):
    return residuals(windows[:, 1], fit)


@pytest.mark.real_data
def test_the_windows_are_those_of_the_log(windows, real_data):
    reader = WebLogReader(FORMATS["epa"], "America/New_York", "1995-08")
    with real_data("weblogs/epa/epa-http.log.gz").open("rb") as log:
        blocks = line_blocks(decompressed_chunks(log))
        requests = pl.concat(parsed.requests for parsed in reader.read_blocks(blocks))
    span = requests.select(first_utc=pl.col("at_utc").min(), last_utc=pl.col("at_utc").max())
    grid = request_windows([requests], span, 120, 3_600)["bytes"].frame
    local_date = (
        pl.col("at_utc").dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York").dt.date()
    )
    day = grid.filter(local_date == pl.date(1995, 8, 30))["value"].to_numpy()
    np.testing.assert_array_equal(day, windows[:, 0])


def test_the_clean_windows_are_those_that_the_flags_give(windows):
    clean = flag_values(windows[:, 0], np.arange(717, dtype=np.int32), 120).value_clean
    np.testing.assert_allclose(clean, windows[:, 1], rtol=1e-12)


def test_acf_and_pacf_of_the_differences(windows, in_r):
    found = autocorrelation(np.diff(windows[:, 1]), 30)
    np.testing.assert_allclose(found.acf, in_r["acf"], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(found.pacf, in_r["pacf"], rtol=1e-8, atol=1e-12)


def test_the_exact_fit_is_as_likely_and_its_coefficients_are_the_same(fit, in_r):
    # Both maximise the same likelihood; R's search ends 4e-8 lower, and 2e-4 standard errors away.
    theirs = in_r["arima"]
    assert -1e-9 < fit.loglik - theirs["loglik"] < 1e-6
    for name, in_theirs in (("ar.L1", "ar1"), ("ar.L2", "ar2"), ("ma.L1", "ma1")):
        at = fit.names.index(name)
        error = theirs["std_error"][in_theirs]
        assert fit.estimates[at] == pytest.approx(theirs["coef"][in_theirs], abs=1e-3 * error)
        assert fit.std_errors[at] == pytest.approx(error, rel=2e-3)
    assert fit.sigma2 == pytest.approx(theirs["sigma2"], rel=1e-6)


def test_the_residuals_and_their_tests(left, in_r):
    np.testing.assert_allclose(left, in_r["residuals"], atol=1e-4 * left.std())
    found = {test.test: test for test in residual_tests(left, 2, 1)}
    for name in ("ljung_box", "jarque_bera"):
        assert found[name].statistic == pytest.approx(in_r[name]["statistic"], rel=1e-4)
    assert found["ljung_box"].p_value == pytest.approx(in_r["ljung_box"]["p_value"], rel=1e-3)
    box_pierce = left.size * np.sum(autocorrelation(left, 24).acf ** 2)
    assert box_pierce == pytest.approx(in_r["box_pierce"]["statistic"], rel=1e-4)


def test_runs_of_the_differences(windows, in_r):
    x = np.diff(windows[:, 1])
    found = {test.test: test for test in residual_tests(x, 0, 0)}["runs"]
    assert found.statistic == pytest.approx(in_r["runs"]["statistic"], rel=1e-10)
    assert found.p_value == pytest.approx(in_r["runs"]["p_value"], rel=1e-6)


def test_what_the_post_says_of_the_residuals_is_judged(left):
    # No significant autocorrelation: it holds. "Lognormal": far better than normal, and yet not the best law.
    tests = {test.test: test for test in residual_tests(left, 2, 1)}
    assert tests["ljung_box"].p_value > 0.05
    assert tests["jarque_bera"].p_value < 1e-6
    laws = compare_laws(left)
    aic = {law.law: law.aic for law in laws.laws}
    assert aic["lognormal"] < aic["normal"] - 200
    assert (laws.best, laws.is_lognormal) == ("t", False)
    assert choose_volatility(left).status == "constant"
