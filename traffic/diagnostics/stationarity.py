"""Tests of whether a series has a unit root, and whether it stays about a level.

The two tests and what they say belong here. What follows from them, the number of differences, belongs to
the models.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from statsmodels.tools.sm_exceptions import InterpolationWarning, SingularMatrixWarning
from statsmodels.tsa.stattools import adfuller, kpss

SIGNIFICANCE: Final = 0.05
ADF: Final = "adf"
KPSS: Final = "kpss"
MIN_VALUES: Final = 20
"""With fewer, the lags of the regression leave no degrees of freedom."""
RELATIVE_ZERO: Final = 1e-12
_UNDEFINED: Final = (OverflowError, ValueError, np.linalg.LinAlgError)


@dataclass(frozen=True)
class StationarityTest:
    """Result of one test.

    Parameters
    ----------
    test : str
        ``adf`` (null hypothesis: a unit root) or ``kpss`` (null hypothesis: stationary about a level).
    statistic, p_value : float
        NaN where the test could not be made. The table of KPSS ends at 0.01 and 0.1: a p-value beyond is
        given as that end.
    critical_value : float
        Of the statistic at 5 %: ADF rejects below it, KPSS above it.
    n_lags : int
        Lagged differences in the regression of ADF, or lags of the long-run variance of KPSS.
    is_rejected : bool
        Whether the null hypothesis is rejected at 5 %; false also where the test could not be made.
    verdict : str
        What it means, in a sentence.
    """

    test: str
    statistic: float
    p_value: float
    critical_value: float
    n_lags: int
    is_rejected: bool
    verdict: str


def stationarity_tests(x: NDArray[np.float64]) -> tuple[StationarityTest, StationarityTest]:
    """Test a series by ADF and by KPSS.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid without gaps.

    Returns
    -------
    tuple of StationarityTest
        ADF about a level with lags by AIC, KPSS about a level with automatic lags.

    Notes
    -----
    Said and Dickey 1984; Kwiatkowski, Phillips, Schmidt and Shin 1992.
    """
    return augmented_dickey_fuller(x), kwiatkowski_phillips_schmidt_shin(x)


def augmented_dickey_fuller(
    x: NDArray[np.float64], trend: Literal["c", "ct"] = "c", n_lags: int | None = None
) -> StationarityTest:
    """Test for a unit root.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid without gaps.
    trend : {"c", "ct"}
        Level, or level and straight line, in the regression. (R's ``adf.test`` has both.)
    n_lags : int, optional
        Lagged differences; by AIC, up to 12 (n / 100)^(1/4), if not given.

    Returns
    -------
    StationarityTest
        ``adf``.

    Notes
    -----
    Said and Dickey 1984; p-values of MacKinnon 1994. The statistic is the t-ratio of gamma in the regression
    x_t - x_(t-1) = a (+ b t) + gamma x_(t-1) + sum_k delta_k (x_(t-k) - x_(t-k-1)) + e_t; a unit root has
    gamma = 0. By statsmodels.
    """
    if (why := _why_not(x)) is not None:
        return _untested(ADF, why)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # A noiseless series leaves a singular regression; its p-value is then as good as any.
        warnings.simplefilter("ignore", SingularMatrixWarning)
        autolag = "AIC" if n_lags is None else None
        try:
            found = adfuller(_scaled(x), maxlag=n_lags, regression=trend, autolag=autolag, result_object=True)
        except _UNDEFINED as error:
            return _untested(ADF, f"its regression is not defined here ({error})")
    p_value = float(found.pvalue)
    # A test that a degenerate series leaves undefined (NaN) has rejected nothing.
    is_rejected = p_value <= SIGNIFICANCE
    says = "rejects" if is_rejected else "does not reject"
    verdict = f"ADF {says} a unit root (p = {p_value:.3g})."
    critical = float(found.critical_values["5%"])
    return StationarityTest(
        ADF, float(found.statistic), p_value, critical, int(found.lags), is_rejected, verdict
    )


def kwiatkowski_phillips_schmidt_shin(x: NDArray[np.float64], n_lags: int | None = None) -> StationarityTest:
    """Test whether a series stays about a level.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid without gaps.
    n_lags : int, optional
        Lags of the long-run variance; by Hobijn, Franses and Ooms (1998) if not given.

    Returns
    -------
    StationarityTest
        ``kpss``.

    Notes
    -----
    Kwiatkowski, Phillips, Schmidt and Shin 1992. The statistic is sum_t S_t^2 / (n^2 s^2), S_t the sum of the
    first t deviations from the mean and s^2 their long-run variance by Bartlett's weights. By statsmodels.
    """
    if (why := _why_not(x)) is not None:
        return _untested(KPSS, why)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # KPSS warns whenever its p-value lies beyond the printed table: the normal case, told in the field.
        warnings.simplefilter("ignore", InterpolationWarning)
        nlags: Literal["auto"] | int = "auto" if n_lags is None else n_lags
        try:
            found = kpss(_scaled(x), regression="c", nlags=nlags, result_object=True)
        except _UNDEFINED as error:
            return _untested(KPSS, f"its long-run variance is not defined here ({error})")
    p_value = float(found.pvalue)
    is_rejected = p_value < SIGNIFICANCE
    says = "rejects" if is_rejected else "does not reject"
    verdict = f"KPSS {says} a stationary level ({_kpss_p_text(p_value)})."
    critical = float(found.critical_values["5%"])
    return StationarityTest(
        KPSS, float(found.statistic), p_value, critical, int(found.lags), is_rejected, verdict
    )


def _why_not(x: NDArray[np.float64]) -> str | None:
    if np.isnan(x).any():
        return f"{int(np.isnan(x).sum())} values are missing; fill them first"
    if x.size < MIN_VALUES:
        return f"{x.size} values, at least {MIN_VALUES} are needed"
    if np.ptp(x) <= RELATIVE_ZERO * float(np.abs(x).max()):
        return f"the {x.size} values have no variation"
    return None


def _untested(test: str, why: str) -> StationarityTest:
    return StationarityTest(test, math.nan, math.nan, math.nan, 0, False, f"Not tested: {why}.")


def _scaled(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((x - x.mean()) / x.std(), dtype=np.float64)


def _kpss_p_text(p_value: float) -> str:
    if p_value <= 0.01:
        return "p <= 0.01"
    return "p >= 0.1" if p_value >= 0.1 else f"p = {p_value:.3g}"
