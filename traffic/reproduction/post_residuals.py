"""What the post's model leaves: the residuals' correlations and law, and the improvements that it names.

Residuals belong here; the model is in ``post_model``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.diagnostics.correlation_bands import box_pierce_band
from traffic.diagnostics.distributions import (
    DECISIVE_AIC,
    LOGNORMAL,
    LawComparison,
    compare_laws,
    residual_histogram,
)
from traffic.diagnostics.residual_tests import LJUNG_BOX, residual_tests
from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.variable_volatility import IS_CONSTANT, choose_volatility
from traffic.reproduction.correlograms import N_LAGS, correlogram_picture, n_outside, usual_outside
from traffic.reproduction.section import (
    AGREES,
    DIFFERS,
    OPEN,
    Comparison,
    Picture,
    Section,
    Sentence,
    Table,
    Value,
    judged,
)

SIGNIFICANCE: Final = 0.05


def residuals_section(left: NDArray[np.float64], model: ConstantVolatilityModel) -> Section:
    """Show the autocorrelation of the residuals.

    Parameters
    ----------
    left : ndarray of shape (time,)
        Residuals.
    model : ConstantVolatilityModel
        What left them.

    Returns
    -------
    Section
        With the correlogram, within the band of a fitted model's residuals.
    """
    found = autocorrelation(left, N_LAGS)
    band = box_pierce_band(model.ar, model.ma, int(np.sum(~np.isnan(left))), found.lag.size)
    tests = residual_tests(left, model.p, model.q)
    outside, usual = n_outside(found.acf, band), usual_outside(found.lag.size)
    ljung_box = next(test for test in tests if test.test == LJUNG_BOX)
    whole = Sentence(
        "Ljung-Box: p = {p:.3g}. {verdict}",
        {"p": ljung_box.p_value, "verdict": ljung_box.verdict},
        judged(None if np.isnan(ljung_box.p_value) else ljung_box.p_value >= SIGNIFICANCE),
    )
    single = Sentence(
        "{outside} of {n} autocorrelations lie outside the band of a fitted model's residuals, which is "
        "narrower than a white series' at the first lags; up to {usual} would by chance.",
        {"outside": outside, "n": found.lag.size, "usual": usual},
        judged(outside <= usual),
    )
    rows = [
        {"test": test.test, "statistic": test.statistic, "p": test.p_value, "verdict": test.verdict}
        for test in tests
    ]
    return Section(
        key="residuals",
        title="Autocorrelation of the residuals",
        theirs="A plot of the residuals' autocorrelation: there is no significant correlation, a sign of a "
        "good fit.",
        findings=(single, whole),
        pictures=(correlogram_picture("Autocorrelation of the residuals", found, "acf", band=band),),
        tables=(Table("Tests of the residuals", pl.DataFrame(rows)),),
    )


def histogram_section(left: NDArray[np.float64]) -> Section:
    """Show the residuals' histogram with three laws fitted to it.

    Parameters
    ----------
    left : ndarray of shape (time,)
        Residuals.

    Returns
    -------
    Section
        With the histogram.
    """
    laws = compare_laws(left)
    frame = residual_histogram(left, laws.laws)
    facts: dict[str, Value] = {
        "n": int(np.sum(~np.isnan(left))),
        "bins": frame.height,
        "best": laws.best or "none",
        "skewness": _skewness(left),
    }
    alt = Sentence(
        "Histogram of {n:,} residuals in {bins} bins, skewness {skewness:.2f}; of the normal, the shifted "
        "lognormal and the t the likeliest law is {best}.",
        facts,
    )
    picture = Picture("histogram", "Histogram of the residuals", alt, frame, "residual (bytes)", "density")
    rows = [
        {"law": law.law, "AIC": law.aic, "at a bound": law.is_at_bound}
        | {"parameters": ", ".join(f"{name} {value:.4g}" for name, value in law.parameters.items())}
        for law in laws.laws
    ]
    return Section(
        key="histogram",
        title="Histogram of the residuals",
        theirs="The histogram of residuals shows that they are lognormally distributed.",
        comparisons=(Comparison("law", "lognormal", Sentence("{best}, by AIC", facts)),),
        findings=(_law(laws), _sign(left)),
        pictures=(picture,),
        tables=(Table("Three laws by likelihood", pl.DataFrame(rows), {"AIC": ",.1f"}),) if rows else (),
    )


def improvements_section(left: NDArray[np.float64]) -> Section:
    """Test whether volatility is constant, and fit the models in which it is not.

    Parameters
    ----------
    left : ndarray of shape (time,)
        Residuals.

    Returns
    -------
    Section
        With the table of volatility models, where any was fitted.
    """
    choice = choose_volatility(left)
    is_better = choice.selected is not None
    volatility = Sentence(
        "{reason}",
        {"reason": choice.reason},
        AGREES if is_better else (DIFFERS if choice.status == IS_CONSTANT and choice.candidates else OPEN),
    )
    seasonal = Sentence(
        "One day cannot show a season. The daily course as a period is the other document's subject, below."
    )
    table = choice.table().rename({"is_selected": "selected", "bic": "BIC", "loglik": "log-likelihood"})
    return Section(
        key="improvements",
        title="Possible improvements",
        theirs="Seasonal models for what depends on time; and variable volatility, as traffic is highly "
        "fluxed and spiked: better results can be obtained by accounting for changes in the volatility.",
        findings=(volatility, seasonal),
        tables=(Table("Models of the volatility", table, {"BIC": ",.1f", "log-likelihood": ",.1f"}),)
        if choice.candidates
        else (),
    )


def _law(laws: LawComparison) -> Sentence:
    aic = {law.law: law.aic for law in laws.laws}
    others = [value for name, value in aic.items() if name != LOGNORMAL]
    is_tied = bool(others) and abs(min(others) - aic[LOGNORMAL]) < DECISIVE_AIC
    return Sentence("{verdict}", {"verdict": laws.verdict}, OPEN if is_tied else judged(laws.is_lognormal))


def _sign(left: NDArray[np.float64]) -> Sentence:
    seen = left[~np.isnan(left)]
    negative = float(np.mean(seen < 0))
    return Sentence(
        "{share:.0%} of the residuals are negative, and a lognormal variable never is: only a shifted one "
        "can be meant.",
        {"share": negative},
        DIFFERS if negative > 0 else AGREES,
    )


def _skewness(left: NDArray[np.float64]) -> float:
    seen = left[~np.isnan(left)]
    return float(np.mean((seen - seen.mean()) ** 3) / seen.std() ** 3)
