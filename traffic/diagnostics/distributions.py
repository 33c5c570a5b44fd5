"""Which law residuals follow: their histogram, and three densities fitted to them by likelihood.

The laws of one sample belong here. Whether the sample is white belongs to ``residual_tests``; tails above a
threshold belong to the models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import minimize, minimize_scalar
from statsmodels.stats.diagnostic import lilliefors

NORMAL: Final = "normal"
LOGNORMAL: Final = "lognormal"
STUDENT_T: Final = "t"

_DENSITIES: Final = tuple(f"{law}_density" for law in (NORMAL, LOGNORMAL, STUDENT_T))

MIN_VALUES: Final = 20
"""Three parameters from fewer values say nothing about a tail."""

SHIFT_BOUNDS: Final = (1e-3, 1e3)
"""How far below the least value the lognormal's shift may lie, in standard deviations. Nearer than that the
likelihood grows without bound whatever the values are; farther, the law is normal to every digit that
counts."""

DEGREES_OF_FREEDOM_BOUNDS: Final = (1.0, 200.0)
"""Below 1 the t has not even a mean; above 200 it is the normal law."""

SCALE_BOUNDS: Final = (1e-3, 10.0)
"""Of the t, in standard deviations: the likelihood of a value that occurs twice has no bound as the scale
vanishes."""

DECISIVE_AIC: Final = 2.0
"""A smaller difference of AIC decides nothing (Burnham and Anderson 2002, section 2.6)."""

SIGNIFICANCE: Final = 0.05
MAX_BINS: Final = 100
SHIFT_GRID: Final = 61


@dataclass(frozen=True)
class FittedLaw:
    """One law fitted by maximum likelihood.

    Parameters
    ----------
    law : str
        ``normal``, ``lognormal`` (shifted) or ``t``.
    parameters : dict of str to float
        ``mean`` and ``std``; ``shift``, ``log_mean`` and ``log_std``; or ``df``, ``location`` and ``scale``.
        In the sample's unit, but for ``df`` and the two of the logarithms.
    loglik : float
        Log-likelihood of the sample at the maximum.
    aic : float
        2 k - 2 loglik with k parameters.
    is_at_bound : bool
        Whether the lognormal's shift or the t's degrees of freedom end at a bound of the search.
    """

    law: str
    parameters: dict[str, float]
    loglik: float
    aic: float
    is_at_bound: bool

    def density(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Density at some values, per unit of the sample.

        Parameters
        ----------
        x : ndarray
            Values in the sample's unit.

        Returns
        -------
        ndarray
            Of the same shape.
        """
        return np.asarray(self._frozen().pdf(x), dtype=np.float64)

    def _frozen(self) -> Any:
        value = self.parameters
        if self.law == NORMAL:
            return stats.norm(value["mean"], value["std"])
        if self.law == STUDENT_T:
            return stats.t(value["df"], value["location"], value["scale"])
        return stats.lognorm(value["log_std"], value["shift"], math.exp(value["log_mean"]))


@dataclass(frozen=True)
class LawComparison:
    """Three laws beside one another, and what they say of the name "lognormal".

    Parameters
    ----------
    laws : tuple of FittedLaw
        Normal, lognormal, t; empty where the sample cannot be judged.
    best : str or None
        Law of the least AIC.
    lognormal_statistic, lognormal_p_value : float
        Lilliefors test that the logarithms above the shift are normal. The shift is fitted to the same
        values, so the true p-value is smaller: a rejection holds, an acceptance is a weak one.
    is_lognormal : bool or None
        Whether the constant-volatility post's name for its residuals holds here; None if not judged.
    verdict : str
        The same in a sentence.
    """

    laws: tuple[FittedLaw, ...]
    best: str | None
    lognormal_statistic: float
    lognormal_p_value: float
    is_lognormal: bool | None
    verdict: str


def compare_laws(residuals: NDArray[np.float64]) -> LawComparison:
    """Fit a normal, a shifted lognormal and a t to residuals, and compare them by AIC.

    Parameters
    ----------
    residuals : ndarray of shape (time,)
        One-step errors, NaN where missing.

    Returns
    -------
    LawComparison
        "Lognormal" holds where its AIC is least by ``DECISIVE_AIC`` and its logarithms pass as normal.

    Notes
    -----
    Constant-volatility post, step "residuals". The likelihood of the shifted lognormal is unbounded as the
    shift approaches the least value (Hill 1963); its profile over the shift is searched within
    ``SHIFT_BOUNDS`` alone, where the maximum, if there is one, is the local one that Griffiths (1980)
    recommends. The laws are compared as if the values were independent.
    """
    x = residuals[~np.isnan(residuals)]
    if x.size < MIN_VALUES or np.ptp(x) <= 1e-12 * float(np.abs(x).max()):
        why = f"Not judged: {x.size} residuals with variation are too few; {MIN_VALUES} are needed."
        return LawComparison((), None, math.nan, math.nan, None, why)
    laws = (_normal(x), _shifted_lognormal(x), _student_t(x))
    best = min(laws, key=lambda law: law.aic)
    logarithms = np.log(x - laws[1].parameters["shift"])
    statistic, p_value = (float(found) for found in lilliefors(logarithms, dist="norm", pvalmethod="table"))
    runner_up = min((law for law in laws if law.law != LOGNORMAL), key=lambda law: law.aic)
    lead = runner_up.aic - laws[1].aic
    is_lognormal = lead >= DECISIVE_AIC and p_value >= SIGNIFICANCE and not laws[1].is_at_bound
    verdict = _verdict(laws, runner_up, p_value)
    return LawComparison(laws, best.law, statistic, p_value, is_lognormal, verdict)


def residual_histogram(residuals: NDArray[np.float64], laws: tuple[FittedLaw, ...]) -> pl.DataFrame:
    """Histogram of residuals with the fitted densities in the middle of its bins.

    Parameters
    ----------
    residuals : ndarray of shape (time,)
        One-step errors, NaN where missing.
    laws : tuple of FittedLaw
        As ``compare_laws`` gives them.

    Returns
    -------
    polars.DataFrame
        ``bin_left``, ``bin_right`` (the sample's unit; the last bin holds its right edge), ``count``,
        ``normal_density``, ``lognormal_density``, ``t_density`` (per unit; null without that law). No row
        without a value. Bins by Freedman and Diaconis (1981), at most ``MAX_BINS``.
    """
    x = residuals[~np.isnan(residuals)]
    counts, edges = _bins(x)
    middle = (edges[:-1] + edges[1:]) / 2.0
    densities = {f"{law.law}_density": law.density(middle) for law in laws}
    nothing = pl.Series([None] * counts.size, dtype=pl.Float64)
    return pl.DataFrame(
        {"bin_left": edges[:-1], "bin_right": edges[1:], "count": counts}
        | {name: densities.get(name, nothing) for name in _DENSITIES}
    )


def _bins(x: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if x.size == 0:
        return np.empty(0, np.int64), np.zeros(1)
    quarter, three_quarters = np.quantile(x, [0.25, 0.75])
    width = 2.0 * float(three_quarters - quarter) / x.size ** (1 / 3)
    span = float(np.ptp(x))
    n_bins = MAX_BINS if width <= span / MAX_BINS else max(1, math.ceil(span / width))
    counts, edges = np.histogram(x, bins=n_bins if span > 0 else 1)
    return np.asarray(counts, dtype=np.int64), np.asarray(edges, dtype=np.float64)


def _law(law: str, parameters: dict[str, float], x: NDArray[np.float64], is_at_bound: bool) -> FittedLaw:
    unfinished = FittedLaw(law, parameters, math.nan, math.nan, is_at_bound)
    loglik = float(np.sum(unfinished._frozen().logpdf(x)))
    return FittedLaw(law, parameters, loglik, 2.0 * len(parameters) - 2.0 * loglik, is_at_bound)


def _normal(x: NDArray[np.float64]) -> FittedLaw:
    mean, std = stats.norm.fit(x)
    return _law(NORMAL, {"mean": float(mean), "std": float(std)}, x, False)


def _shifted_lognormal(x: NDArray[np.float64]) -> FittedLaw:
    """Profile likelihood over the distance of the shift below the least value."""
    least, std = float(x.min()), float(x.std())
    z = (x - least) / std

    def minus_loglik(log_distance: float) -> float:
        shape, shift, scale = stats.lognorm.fit(z, floc=-math.exp(log_distance))
        return -float(np.sum(stats.lognorm.logpdf(z, shape, shift, scale)))

    grid = np.log(np.geomspace(*SHIFT_BOUNDS, SHIFT_GRID))
    best = int(np.argmin([minus_loglik(log_distance) for log_distance in grid]))
    bounds = (float(grid[max(best - 1, 0)]), float(grid[min(best + 1, SHIFT_GRID - 1)]))
    found = minimize_scalar(minus_loglik, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    is_at_bound = best in (0, SHIFT_GRID - 1)
    log_distance = float(grid[best]) if is_at_bound else float(found.x)
    shift = least - std * math.exp(log_distance)
    logs = np.log(x - shift)
    parameters = {"shift": shift, "log_mean": float(logs.mean()), "log_std": float(logs.std())}
    return _law(LOGNORMAL, parameters, x, is_at_bound)


def _student_t(x: NDArray[np.float64]) -> FittedLaw:
    mean, std = float(x.mean()), float(x.std())
    z = (x - mean) / std
    lowest, highest = np.log(DEGREES_OF_FREEDOM_BOUNDS)
    narrowest, widest = np.log(SCALE_BOUNDS)
    middle = float(np.median(z))
    spread = float(np.clip(np.median(np.abs(z - middle)), 0.05, 1.0))

    def minus_loglik(at: NDArray[np.float64]) -> float:
        return -float(np.sum(stats.t.logpdf(z, math.exp(at[0]), at[1], math.exp(at[2]))))

    found = minimize(
        minus_loglik,
        np.array([math.log(5.0), middle, math.log(spread)]),
        method="Nelder-Mead",
        bounds=[(lowest, highest), (float(z.min()), float(z.max())), (narrowest, widest)],
        options={"maxiter": 600, "xatol": 1e-6, "fatol": 1e-6},
    )
    df = math.exp(float(found.x[0]))
    is_at_bound = min(float(found.x[0]) - lowest, highest - float(found.x[0])) < 1e-3
    location, scale = mean + std * float(found.x[1]), std * math.exp(float(found.x[2]))
    return _law(STUDENT_T, {"df": df, "location": location, "scale": scale}, x, is_at_bound)


def _verdict(laws: tuple[FittedLaw, ...], other: FittedLaw, p_value: float) -> str:
    lognormal = laws[1]
    lead = other.aic - lognormal.aic
    least = min(law.aic for law in laws)
    above = ", ".join(f"{law.law} {law.aic - least:.1f}" for law in laws)
    facts = (
        f"(AIC above the least: {above}; shift searched {SHIFT_BOUNDS[0]:g} to {SHIFT_BOUNDS[1]:g} standard "
        "deviations below the least value)"
    )
    if lead <= -DECISIVE_AIC:
        return f'"Lognormal" does not hold: the {other.law} law is likelier {facts}.'
    if lognormal.is_at_bound:
        return f'"Lognormal" does not hold: its likelihood has no maximum within its bounds {facts}.'
    if lead < DECISIVE_AIC:
        return f'"Lognormal" cannot be told from the {other.law} law {facts}.'
    if p_value < SIGNIFICANCE:
        return f'"Lognormal" is the best of three laws and no fit: Lilliefors rejects it {facts}.'
    return f'"Lognormal" holds, and Lilliefors does not reject it, p = {p_value:.2g} {facts}.'
