"""The post's model: ARMA(2,1) of the first difference, what other outlier rules make of it, and its fit.

The fitted model and its coefficients belong here; what it leaves, to ``post_residuals``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from traffic.diagnostics.distributions import DECISIVE_AIC
from traffic.models.constant_volatility import ConstantVolatilityFit, fit_exact
from traffic.models.filtering import one_step_predictions
from traffic.models.order_selection import OrderSelection, select_order
from traffic.models.outlier_effects import outlier_effects
from traffic.models.requirements import fitted_window
from traffic.reproduction.post_log import WINDOW_AXIS, course_frame
from traffic.reproduction.section import (
    AGREES,
    DIFFERS,
    OPEN,
    Comparison,
    Picture,
    Section,
    Sentence,
    Table,
    judged,
)
from traffic.reproduction.web_log_day import WebLogDay

THEIR_COEFFICIENTS: Final = {"ar.L1": -0.0005, "ar.L2": 0.1116, "ma.L1": -0.9348}
SYMBOLS: Final = {"ar.L1": "φ_1", "ar.L2": "φ_2", "ma.L1": "θ_1"}


def model_section(day: WebLogDay, fit: ConstantVolatilityFit) -> Section:
    """Put the coefficients beside the post's, and beside those of other outlier rules.

    Parameters
    ----------
    day : WebLogDay
        The day.
    fit : ConstantVolatilityFit
        The reference model of its clean values.

    Returns
    -------
    Section
        With the fitted course, the moving-average coefficient by rule, and the tables.
    """
    selection = select_order(day.value_clean, fit.d)
    effects = outlier_effects(day.value)
    return Section(
        key="model",
        title="The model",
        theirs="ARMA(2,1) of the first difference, written with its coefficients, and a plot of the actual "
        "series (blue) with the fitted data (orange): N_t = -0.0005 N_(t-1) + 0.1116 N_(t-2) - 0.9348 "
        "w_(t-1) + w_t.",
        comparisons=tuple(_comparison(fit, name) for name in THEIR_COEFFICIENTS),
        findings=(
            *(_coefficient(fit, name) for name in THEIR_COEFFICIENTS),
            _rules(effects),
            _selected(day, selection, fit),
        ),
        pictures=(_fitted(day, fit), _by_rule(effects)),
        tables=(_effects_table(effects), _candidates_table(selection)),
    )


def _of(fit: ConstantVolatilityFit, name: str) -> dict[str, float]:
    at = fit.names.index(name)
    columns = {
        "estimate": fit.estimates,
        "error": fit.std_errors,
        "lower": fit.lower_95,
        "upper": fit.upper_95,
    }
    return {key: float(column[at]) for key, column in columns.items()}


def _comparison(fit: ConstantVolatilityFit, name: str) -> Comparison:
    ours = Sentence("{estimate:+.4f} (standard error {error:.4f})", _of(fit, name))
    return Comparison(SYMBOLS[name], f"{THEIR_COEFFICIENTS[name]:+.4f}", ours)


def _coefficient(fit: ConstantVolatilityFit, name: str) -> Sentence:
    found = _of(fit, name)
    theirs = THEIR_COEFFICIENTS[name]
    facts: dict[str, float | str] = {**found, "symbol": SYMBOLS[name], "theirs": theirs}
    if np.isnan(found["error"]):
        words = "{symbol}: {estimate:+.4f} here and {theirs:+.4f} in the post; its error cannot be told."
        return Sentence(words, facts, OPEN)
    is_within = found["lower"] <= theirs <= found["upper"]
    is_zero = found["lower"] <= 0 <= found["upper"]
    within = "within" if is_within else "outside"
    zero = "cannot be told from zero" if is_zero else "is different from zero"
    return Sentence(
        "{symbol}: the post's {theirs:+.4f} lies {within} the 95 % interval here, {lower:+.4f} to "
        "{upper:+.4f}; {away:.1f} standard errors apart. Ours {zero}.",
        facts | {"within": within, "zero": zero, "away": abs(theirs - found["estimate"]) / found["error"]},
        judged(is_within),
    )


def _rules(effects: pl.DataFrame) -> Sentence:
    fitted = effects.filter(pl.col("reason").is_null())
    if fitted.is_empty():
        return Sentence("No outlier rule leaves a series that can be fitted.", verdict=OPEN)
    away = sum((pl.col(name) - value) ** 2 for name, value in THEIR_COEFFICIENTS.items())
    nearest = fitted.with_columns(away=away).sort("away").row(0, named=True)
    gap = max(abs(nearest[name] - value) for name, value in THEIR_COEFFICIENTS.items())
    facts = {
        "n": fitted.height,
        "rule": nearest["rule"],
        "handling": nearest["handling"],
        "gap": gap,
        "conclusion": "which is its rounding" if gap <= 5e-4 else "and none gives the post's figures exactly",
    } | {key: nearest[name] for key, name in zip(("one", "two", "ma"), THEIR_COEFFICIENTS, strict=True)}
    return Sentence(
        "The post's outlier rule is not stated. Of {n} rules and handlings {rule} ({handling}) comes "
        "nearest: {one:+.4f}, {two:+.4f}, {ma:+.4f}; it still misses one of the three by {gap:.4f}, "
        "{conclusion}.",
        facts,
        AGREES if gap <= 5e-4 else DIFFERS,
    )


def _selected(day: WebLogDay, selection: OrderSelection, fit: ConstantVolatilityFit) -> Sentence:
    order = (selection.p, selection.d, selection.q)
    is_same = order == fit.order
    best = fit if is_same else fit_exact(day.value_clean, order)
    return Sentence(
        "Over the grid {grid}, AICc selects ARMA({p},{q}) of the difference; fitted exactly, its AICc is "
        "{aicc:,.1f} and that of the post's ARMA({ref_p},{ref_q}) {reference:,.1f}.",
        {
            "grid": selection.grid,
            "p": selection.p,
            "q": selection.q,
            "ref_p": fit.p,
            "ref_q": fit.q,
            "aicc": best.aicc,
            "reference": fit.aicc,
        },
        # A smaller difference decides nothing (Burnham and Anderson 2002, section 2.6).
        judged(fit.aicc - best.aicc < DECISIVE_AIC),
    )


def _fitted(day: WebLogDay, fit: ConstantVolatilityFit) -> Picture:
    window = fitted_window(day.value_clean)
    predicted = one_step_predictions(day.value_clean, fit)
    first = int(np.flatnonzero(~np.isnan(day.value_clean))[-1]) + 1 - window.size
    explained = 1.0 - float(np.nanvar(window - predicted) / np.nanvar(window))
    frame = pl.concat(
        [
            course_frame(window, first=first),
            course_frame(predicted, "fitted (one step ahead)", first),
        ]
    )
    alt = Sentence(
        "Actual and fitted course: the predictions one step ahead account for {explained:.1%} of the "
        "variance, and are off by {error:,.0f} bytes on average.",
        {"explained": explained, "error": float(np.nanmean(np.abs(window - predicted)))},
    )
    return Picture("course", "Actual and fitted", alt, frame, WINDOW_AXIS, "bytes in a window")


def _by_rule(effects: pl.DataFrame) -> Picture:
    name = "ma.L1"
    fitted = effects.filter(pl.col(name).is_not_null())
    frame = fitted.select(
        name=pl.col("rule") + ", " + pl.col("handling"),
        estimate=pl.col(name),
        lower=pl.col(name) - 1.96 * pl.col(f"{name} se"),
        upper=pl.col(name) + 1.96 * pl.col(f"{name} se"),
        theirs=pl.lit(THEIR_COEFFICIENTS[name]),
    )
    alt = Sentence(
        "θ_1 with its 95 % interval under {n} rules and handlings, from {least:.3f} to {most:.3f}; the post "
        "has {theirs:.4f}.",
        {
            "n": frame.height,
            "least": _least(frame["estimate"]),
            "most": -_least(-frame["estimate"]),
            "theirs": THEIR_COEFFICIENTS[name],
        },
    )
    return Picture("intervals", "θ_1 by outlier rule (not in the post)", alt, frame, "θ_1", "outlier rule")


def _least(values: pl.Series) -> float:
    least = values.min()
    return float(least) if isinstance(least, int | float) else float("nan")


def _effects_table(effects: pl.DataFrame) -> Table:
    columns = {"rule": "rule", "handling": "handling", "n_outliers": "outliers"}
    frame = effects.select(
        *(pl.col(name).alias(shown) for name, shown in columns.items()),
        *(pl.col(name).alias(symbol) for name, symbol in SYMBOLS.items()),
        pl.col("reason").alias("not fitted because"),
    )
    return Table(
        "The coefficients by outlier rule",
        frame if frame["not fitted because"].is_not_null().any() else frame.drop("not fitted because"),
        dict.fromkeys(SYMBOLS.values(), "+.4f"),
    )


def _candidates_table(selection: OrderSelection) -> Table:
    frame = selection.table().select("p", "d", "q", "sigma2", "delta_aicc", "is_admissible", "is_selected")
    return Table(
        "The candidate orders, least AICc first",
        frame.rename(
            {"sigma2": "σ²", "delta_aicc": "ΔAICc", "is_admissible": "admissible", "is_selected": "selected"}
        ),
        {"ΔAICc": ".1f"},
    )
