"""How often a series is differenced before an ARMA is fitted, decided by tests.

The decision comes before any AICc, because AICc does not compare models of different differences. Choosing
p and q belongs to ``order_selection``, fitting to ``constant_volatility``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from statsmodels.tools.sm_exceptions import InterpolationWarning, SingularMatrixWarning
from statsmodels.tsa.stattools import adfuller, kpss

from traffic.models.requirements import fitted_window, why_not_constant_volatility

SIGNIFICANCE: Final = 0.05


@dataclass(frozen=True)
class DifferenceChoice:
    """Number of differences, and the two tests that it rests on.

    Parameters
    ----------
    d : int
        0 or 1.
    adf_p_value : float
        Augmented Dickey-Fuller test; null hypothesis: a unit root.
    kpss_p_value : float
        Kwiatkowski-Phillips-Schmidt-Shin test; null hypothesis: stationary about a level. Its table ends
        at 0.01 and 0.1; a p-value beyond is given as that end.
    reason : str
        What the tests say, in a sentence.
    """

    d: int
    adf_p_value: float
    kpss_p_value: float
    reason: str


def choose_d(x: NDArray[np.float64]) -> DifferenceChoice:
    """Choose the number of differences by a unit-root test and a stationarity test.

    The two tests have opposite null hypotheses. No difference is taken only where both agree on a
    stationary level; a series differenced once too often costs one moving-average coefficient, one that
    is differenced too little makes every standard error wrong.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing; the last ``MAX_FITTED_VALUES`` count, and gaps are
        filled by straight lines for the tests.

    Returns
    -------
    DifferenceChoice
        d in {0, 1}, both p-values and the reason.

    Raises
    ------
    ValueError
        If the history is too short or has no variation; see ``requirements``.

    Notes
    -----
    Constant-volatility post, step "difference". ADF with lags by AIC, KPSS with the automatic
    bandwidth of Hobijn et al.; both from statsmodels.
    """
    if (reason := why_not_constant_volatility(x)) is not None:
        raise ValueError(reason)
    filled = filled_linearly(fitted_window(x))
    scaled = (filled - filled.mean()) / filled.std()
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # KPSS warns whenever its p-value lies beyond the printed table: the normal case, told in the field.
        warnings.simplefilter("ignore", InterpolationWarning)
        # A noiseless series leaves ADF a singular regression; its p-value is then as good as any.
        warnings.simplefilter("ignore", SingularMatrixWarning)
        adf_p = float(adfuller(scaled, regression="c", autolag="AIC", result_object=True).pvalue)
        kpss_p = float(kpss(scaled, regression="c", nlags="auto", result_object=True).pvalue)
    # A test that a degenerate series leaves undefined (NaN) has rejected nothing.
    has_unit_root = not adf_p <= SIGNIFICANCE
    moves_level = kpss_p < SIGNIFICANCE
    d = int(has_unit_root or moves_level)
    adf_says = "does not reject" if has_unit_root else "rejects"
    kpss_says = "rejects" if moves_level else "does not reject"
    reason = (
        f"d = {d}: ADF {adf_says} a unit root (p = {adf_p:.3g}) and KPSS {kpss_says} a stationary level "
        f"({_kpss_p_text(kpss_p)})."
    )
    return DifferenceChoice(d, adf_p, kpss_p, reason)


def filled_linearly(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with gaps filled by straight lines, for tests and selections that take no missing value.

    Parameters
    ----------
    x : ndarray of shape (time,)
        NaN where missing; at least one value observed.

    Returns
    -------
    ndarray of shape (time,)
        No NaN; before the first and after the last observed value, that value.
    """
    at = np.arange(x.size)
    is_observed = ~np.isnan(x)
    return np.asarray(np.interp(at, at[is_observed], x[is_observed]), dtype=np.float64)


def _kpss_p_text(p_value: float) -> str:
    if p_value <= 0.01:
        return "p <= 0.01"
    return "p >= 0.1" if p_value >= 0.1 else f"p = {p_value:.3g}"
