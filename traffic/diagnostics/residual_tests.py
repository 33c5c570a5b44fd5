"""Tests of whether what a constant-volatility model leaves is white, normal and of constant volatility.

Tests of one series of residuals belong here. Computing residuals belongs to ``traffic.models``.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from statsmodels.sandbox.stats.runs import runstest_1samp
from statsmodels.stats.diagnostic import acorr_ljungbox, het_arch
from statsmodels.stats.stattools import jarque_bera
from statsmodels.tools.sm_exceptions import SingularMatrixWarning

SIGNIFICANCE: Final = 0.05
MAX_LJUNG_BOX_LAGS: Final = 24
MAX_ARCH_LAGS: Final = 12
MIN_VALUES_PER_LAG: Final = 5
"""Fewer residuals a lag, and the chi-square law of the statistic is not reached."""
MIN_JARQUE_BERA_VALUES: Final = 20
MIN_RUNS_VALUES: Final = 20
"""Ten values on either side of the median, from which on the number of runs is near enough to normal."""
LJUNG_BOX: Final = "ljung_box"
JARQUE_BERA: Final = "jarque_bera"
ARCH_LM: Final = "arch_lm"
RUNS: Final = "runs"
TESTS: Final = (LJUNG_BOX, JARQUE_BERA, ARCH_LM, RUNS)
RELATIVE_ZERO: Final = 1e-12


@dataclass(frozen=True)
class ResidualTest:
    """Result of one test.

    Parameters
    ----------
    test : str
        ``ljung_box``, ``jarque_bera``, ``arch_lm`` or ``runs``.
    statistic, p_value : float
        NaN where the test could not be made.
    verdict : str
        What it means for the model, or why it could not be made.
    """

    test: str
    statistic: float
    p_value: float
    verdict: str


def residual_tests(residuals: NDArray[np.float64], p: int, q: int) -> list[ResidualTest]:
    """Test the residuals of an ARMA(p, q).

    Parameters
    ----------
    residuals : ndarray of shape (time,)
        One-step errors. Missing ones (NaN) are left out and their neighbours joined, which leaves each
        test's size as it is and costs it a little power.
    p, q : int
        Order of the model; the degrees of freedom of Ljung-Box are lags - p - q.

    Returns
    -------
    list of ResidualTest
        Ljung-Box (no autocorrelation), Jarque-Bera (normality), ARCH-LM (constant volatility) and runs about
        the median (random order), each at 5 %.

    Notes
    -----
    Constant-volatility post, step "residuals". With n residuals, r_k their autocorrelations and H lags:

    * Ljung and Box 1978: Q = n (n + 2) sum_{k<=H} r_k^2 / (n - k), chi-square of H - p - q degrees of
      freedom.
    * Jarque and Bera 1980: n (S^2 / 6 + (K - 3)^2 / 24), S skewness and K kurtosis, chi-square of 2.
    * Engle 1982: (n - H) R^2 of e_t^2 regressed on a constant and e_(t-1)^2 to e_(t-H)^2, chi-square of H.
    * Wald and Wolfowitz 1940: the number of runs, stretches on one side of the median, less its mean over its
      standard deviation when all orders are equally likely; standard normal.

    All from statsmodels. The number of runs knows nothing of the coefficients that were fitted, and those
    have taken away most of the correlation at lag 1: of residuals of the true order it rejects about 1 %
    (1,500 simulated ARMA(1,1) of 400 values), of white noise 5 %.
    """
    observed = residuals[~np.isnan(residuals)]
    if not _varies(observed):
        return [_no_variation(test, observed.size) for test in TESTS]
    scaled = observed / np.abs(observed).max()
    return [_ljung_box(scaled, p + q), _jarque_bera(scaled), _arch_lm(scaled), _runs(scaled)]


def arch_lm(residuals: NDArray[np.float64]) -> ResidualTest:
    """Test by Engle's Lagrange multiplier whether volatility is constant.

    Parameters
    ----------
    residuals : ndarray of shape (time,)
        One-step errors. Missing ones (NaN) are left out and their neighbours joined.

    Returns
    -------
    ResidualTest
        ``arch_lm``, as ``residual_tests`` has it.

    Notes
    -----
    Engle 1982: (n - H) R^2 of e_t^2 regressed on a constant and e_(t-1)^2 to e_(t-H)^2, chi-square of H
    degrees of freedom where volatility is constant.
    """
    observed = residuals[~np.isnan(residuals)]
    if not _varies(observed):
        return _no_variation(ARCH_LM, observed.size)
    return _arch_lm(observed / np.abs(observed).max())


def _varies(observed: NDArray[np.float64]) -> bool:
    return observed.size > 0 and bool(np.ptp(observed) > 0)


def _no_variation(test: str, n: int) -> ResidualTest:
    return ResidualTest(test, math.nan, math.nan, f"Not tested: the {n} residuals have no variation.")


def _ljung_box(residuals: NDArray[np.float64], n_coefficients: int) -> ResidualTest:
    lags = min(MAX_LJUNG_BOX_LAGS, residuals.size // MIN_VALUES_PER_LAG)
    if lags <= n_coefficients:
        return _too_short(LJUNG_BOX, residuals.size, MIN_VALUES_PER_LAG * (n_coefficients + 1))
    table = acorr_ljungbox(residuals, lags=[lags], model_df=n_coefficients)
    statistic, p_value = float(table["lb_stat"].iloc[0]), float(table["lb_pvalue"].iloc[0])
    if p_value < SIGNIFICANCE:
        verdict = f"Autocorrelation remains up to lag {lags}: the order misses part of the dependence."
    else:
        verdict = f"No autocorrelation is found up to lag {lags}: the order explains the dependence."
    return ResidualTest(LJUNG_BOX, statistic, p_value, verdict)


def _jarque_bera(residuals: NDArray[np.float64]) -> ResidualTest:
    if residuals.size < MIN_JARQUE_BERA_VALUES:
        return _too_short(JARQUE_BERA, residuals.size, MIN_JARQUE_BERA_VALUES)
    statistic, p_value, skewness, kurtosis = (float(value) for value in jarque_bera(residuals))
    shape = f"skewness {skewness:.2f}, kurtosis {kurtosis:.2f}"
    if p_value < SIGNIFICANCE:
        verdict = f"The residuals are not normal ({shape}): Gaussian quantiles are approximate."
    else:
        verdict = f"No departure from the normal law is found ({shape})."
    return ResidualTest(JARQUE_BERA, statistic, p_value, verdict)


def _arch_lm(residuals: NDArray[np.float64]) -> ResidualTest:
    lags = min(MAX_ARCH_LAGS, residuals.size // MIN_VALUES_PER_LAG)
    # The regression has a constant, one column a lag, and loses as many values as lags.
    if lags < 1 or residuals.size <= 2 * lags + 2:
        return _too_short(ARCH_LM, residuals.size, MIN_VALUES_PER_LAG)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # A repeating pattern makes the lagged squares collinear; R squared, the statistic, stays defined.
        warnings.simplefilter("ignore", SingularMatrixWarning)
        result = het_arch(residuals, nlags=lags, result_object=True)
    statistic, p_value = float(result.lm), float(result.lmpval)
    if math.isnan(p_value) or np.ptp(residuals[lags:] ** 2) <= RELATIVE_ZERO:
        return ResidualTest(ARCH_LM, math.nan, math.nan, "Not tested: all residuals are of one size.")
    if p_value < SIGNIFICANCE:
        verdict = (
            f"Volatility is not constant over {lags} lags: quiet and busy spells have their own intervals."
        )
    else:
        verdict = f"No change of volatility is found over {lags} lags: one interval width serves all times."
    return ResidualTest(ARCH_LM, statistic, p_value, verdict)


def _runs(residuals: NDArray[np.float64]) -> ResidualTest:
    # A value on the median lies on neither side; with many of them nothing is left to run.
    sided = residuals[residuals != np.median(residuals)]
    if sided.size < MIN_RUNS_VALUES:
        return _too_short(RUNS, sided.size, MIN_RUNS_VALUES)
    statistic, p_value = (
        float(found) for found in runstest_1samp(sided, cutoff=float(np.median(residuals)), correction=False)
    )
    if math.isnan(p_value):
        return ResidualTest(RUNS, math.nan, math.nan, "Not tested: all residuals lie on one side.")
    if p_value < SIGNIFICANCE:
        how = "more" if statistic > 0 else "less"
        verdict = f"The residuals change sides {how} often than by chance: their order is not random."
        return ResidualTest(RUNS, statistic, p_value, verdict)
    return ResidualTest(RUNS, statistic, p_value, "No order is found in how the residuals change sides.")


def _too_short(test: str, n: int, needed: int) -> ResidualTest:
    return ResidualTest(test, math.nan, math.nan, f"Not tested: {n} residuals, at least {needed} are needed.")
