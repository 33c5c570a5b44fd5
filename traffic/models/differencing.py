"""How often a series is differenced before an ARMA is fitted, decided by tests.

The decision comes before any AICc, because AICc does not compare models of different differences. Choosing
p and q belongs to ``order_selection``, fitting to ``constant_volatility``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.diagnostics.autocorrelation import CLEAN, DIFFERENCED
from traffic.diagnostics.stationarity import StationarityTest, stationarity_tests
from traffic.models.requirements import fitted_window, why_not_constant_volatility


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
    tests : dict of str to (StationarityTest, StationarityTest)
        ADF and KPSS of the ``clean`` and of the ``differenced`` series; only the former decide.
    """

    d: int
    adf_p_value: float
    kpss_p_value: float
    reason: str
    tests: dict[str, tuple[StationarityTest, StationarityTest]]

    def table(self) -> pl.DataFrame:
        """Lay the tests out as a table.

        Returns
        -------
        polars.DataFrame
            ``stage`` (clean, differenced), ``test``, ``statistic``, ``p_value``, ``critical_value``,
            ``n_lags``, ``is_rejected``, ``verdict``; one row a stage and test.
        """
        return pl.DataFrame(
            [{"stage": stage} | vars(test) for stage, tests in self.tests.items() for test in tests]
        )


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
    bandwidth of Hobijn et al.; see ``traffic.diagnostics.stationarity``.
    """
    if (reason := why_not_constant_volatility(x)) is not None:
        raise ValueError(reason)
    filled = filled_linearly(fitted_window(x))
    tests = {CLEAN: stationarity_tests(filled), DIFFERENCED: stationarity_tests(np.diff(filled))}
    adf, kpss = tests[CLEAN]
    d = int(not adf.is_rejected or kpss.is_rejected)
    reason = f"d = {d}: {adf.verdict.removesuffix('.')} and {kpss.verdict}"
    return DifferenceChoice(d, adf.p_value, kpss.p_value, reason, tests)


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
