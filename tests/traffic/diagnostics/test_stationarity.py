import json
from pathlib import Path

import numpy as np
import pytest

from traffic.diagnostics.stationarity import (
    augmented_dickey_fuller,
    kwiatkowski_phillips_schmidt_shin,
    stationarity_tests,
)

R = Path(__file__).parents[2] / "reference" / "r"
TABLE_ENDS = (0.01, 0.1)


@pytest.fixture(scope="module")
def stages():
    clean = np.loadtxt(R / "epa_windows.csv", delimiter=",", skiprows=1)[:, 1]
    return {"clean": clean, "differenced": np.diff(clean)}


@pytest.fixture(scope="module")
def reference():
    return json.loads((R / "epa_differences.json").read_text())


@pytest.mark.parametrize("stage", ["clean", "differenced"])
def test_both_statistics_are_those_of_tseries(stages, reference, stage):
    # tests/reference/r/epa_differences.R: adf.test has level and line, and 8 lags; kpss.test has 6.
    adf = augmented_dickey_fuller(stages[stage], trend="ct", n_lags=8)
    assert adf.statistic == pytest.approx(reference["adf"][stage]["statistic"], rel=1e-8)
    kpss = kwiatkowski_phillips_schmidt_shin(stages[stage], n_lags=6)
    assert kpss.statistic == pytest.approx(reference["kpss"][stage]["statistic"], rel=1e-8)
    assert kpss.p_value == pytest.approx(reference["kpss"][stage]["p_value"], abs=1e-3)
    assert (adf.n_lags, kpss.n_lags) == (8, 6)


def test_the_p_value_of_adf_is_near_that_of_tseries_whose_table_is_coarser(stages, reference):
    found = augmented_dickey_fuller(stages["clean"], trend="ct", n_lags=8)
    assert found.p_value == pytest.approx(reference["adf"]["clean"]["p_value"], abs=0.01)


def test_each_rejects_about_five_per_cent_under_its_own_null():
    # 300 trials: 0.05 within three standard errors, 0.038; both tests hold their size asymptotically only.
    rng = np.random.default_rng(1)
    walks, whites = np.cumsum(rng.standard_normal((300, 400)), axis=1), rng.standard_normal((300, 400))
    adf = np.mean([augmented_dickey_fuller(walk, n_lags=1).is_rejected for walk in walks])
    kpss = np.mean([kwiatkowski_phillips_schmidt_shin(white).is_rejected for white in whites])
    assert abs(adf - 0.05) < 0.038
    assert abs(kpss - 0.05) < 0.038


def test_the_sentence_and_the_critical_value_agree_with_the_rejection():
    rng = np.random.default_rng(2)
    for x in (rng.standard_normal(300), np.cumsum(rng.standard_normal(300))):
        adf, kpss = stationarity_tests(x)
        assert adf.is_rejected == (adf.statistic < adf.critical_value) == ("ADF rejects" in adf.verdict)
        assert kpss.is_rejected == (kpss.statistic > kpss.critical_value) == ("KPSS rejects" in kpss.verdict)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.r_[np.arange(50.0), np.nan], "1 values are missing; fill them first"),
        (np.arange(19.0), "19 values, at least 20 are needed"),
        (np.full(50, 3.0), "no variation"),
    ],
)
def test_what_cannot_be_tested_has_a_sentence_and_rejects_nothing(x, says):
    for found in stationarity_tests(x):
        assert says in found.verdict
        assert np.isnan(found.statistic)
        assert not found.is_rejected


def test_a_single_spike_leaves_the_automatic_lags_of_kpss_undefined_and_says_so():
    # Its covariances over the lags add up to zero, and statsmodels would then take infinitely many lags.
    spike = np.zeros(120)
    spike[1] = 1.0
    found = kwiatkowski_phillips_schmidt_shin(np.diff(spike))
    assert found.verdict.startswith("Not tested: its long-run variance is not defined here")
    assert not found.is_rejected
