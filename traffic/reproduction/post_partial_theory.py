"""The post's theory of partial autocorrelations: an AR's shuts off, an MA's tapers.

What follows from the coefficients alone and from a seed belongs here; nothing of a log.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from traffic.models.theoretical_correlation import theoretical_correlogram
from traffic.reproduction.post_theory import ILLUSTRATED, SEED, SHOWN_LAGS, theory_picture
from traffic.reproduction.section import DIFFERS, Comparison, Section, Sentence, judged
from traffic.simulation.illustrations import illustrate, model_of


def ar_pacf_section() -> Section:
    """Show the partial autocorrelation of an AR(2), and check its definition at lag 3.

    Returns
    -------
    Section
        The same at all times.
    """
    shown = illustrate(ILLUSTRATED["ar_2"], SEED, SHOWN_LAGS)
    pacf = shown.correlogram["pacf"].to_numpy()
    theory = shown.correlogram["theoretical_pacf"].to_numpy()
    band = float(shown.correlogram["band_95"][0])
    outside = int(np.sum(np.abs(pacf[2:]) > band))
    by_definition = _conditional_correlation(shown.x, 3)
    spikes = Sentence(
        "Two spikes, {one:.3f} and {two:.3f} (theory {theory_one:.3f} and {theory_two:.3f}), and of lags 3 "
        "to {lags} {outside} outside the 95 % band, where chance puts {expected:.1f}: it shuts off after "
        "the order.",
        {
            "one": float(pacf[0]),
            "two": float(pacf[1]),
            "theory_one": float(theory[0]),
            "theory_two": float(theory[1]),
            "lags": SHOWN_LAGS,
            "outside": outside,
            "expected": 0.05 * (SHOWN_LAGS - 2),
        },
        judged(bool((np.abs(pacf[:2]) > band).all()) and outside <= 3),
    )
    definition = Sentence(
        "By the post's formula at lag 3, regressing both ends on what lies between, it is {direct:+.4f}; by "
        "the Durbin-Levinson recursion, as everywhere here, {recursion:+.4f}.",
        {"direct": by_definition, "recursion": float(pacf[2])},
        judged(abs(by_definition - float(pacf[2])) < 0.01),
    )
    return Section(
        key="partial-ar",
        title="Partial autocorrelation of an autoregression",
        theirs="The correlation of x_t and x_(t-h) given what lies between, as a regression's coefficient "
        "changes with what else is in it. A plot for x_t = 0.3 x_(t-1) + 0.4 x_(t-2) + w_t: two spikes, "
        "then it shuts off.",
        comparisons=(
            Comparison(
                "PACF at lag 3",
                "Cov(x_t, x_(t-3) | x_(t-1), x_(t-2)) / √(Var(x_t | …) Var(x_(t-3) | …))",
                Sentence("{direct:+.4f} of {n:,} values", {"direct": by_definition, "n": shown.x.size}),
            ),
        ),
        findings=(spikes, definition),
        pictures=(theory_picture("Partial autocorrelation of an AR(2)", shown, "pacf"),),
    )


def ma_pacf_section() -> Section:
    """Show the partial autocorrelation of an MA(2), of which the post leaves w_t out.

    Returns
    -------
    Section
        The same at all times.
    """
    shown = illustrate(ILLUSTRATED["ma_2"], SEED, SHOWN_LAGS)
    one, two = shown.process.ma
    # 0.2 w_(t-1) + 0.4 w_(t-2) has the correlations of an MA(1) with the ratio of the two, or its inverse.
    literal = theoretical_correlogram(
        model_of(replace(shown.process, ma=(min(one, two) / max(one, two),))), SHOWN_LAGS
    )
    theory = shown.correlogram["theoretical_pacf"].to_numpy()
    taper = bool(
        np.abs(theory[5:10]).max() < 0.5 * np.abs(theory[:2]).max() and np.abs(theory[2:6]).min() > 0
    )
    tapers = Sentence(
        "It tapers and does not shut off: {a:.3f}, {b:.3f}, {c:.3f}, {d:.3f}, {e:.3f} at the first five "
        "lags in theory.",
        dict(zip("abcde", (float(value) for value in theory[:5]), strict=True)),
        judged(taper),
    )
    without = Sentence(
        "The post writes the model without w_t. Taken so it is an MA(1) one step late, of autocorrelation "
        "{acf:.3f} at lag 1 and none beyond; with w_t, as meant and drawn here, {acf_one:.3f} and "
        "{acf_two:.3f} at lags 1 and 2. The partial autocorrelation at lag 1 is then {acf_one:.3f} and not "
        "{acf:.3f}.",
        {
            "acf": float(literal["theoretical_acf"][0]),
            "acf_one": float(shown.correlogram["theoretical_acf"][0]),
            "acf_two": float(shown.correlogram["theoretical_acf"][1]),
        },
        DIFFERS,
    )
    return Section(
        key="partial-ma",
        title="Partial autocorrelation of a moving average",
        theirs="A plot of the partial autocorrelation for x_t = 0.2 w_(t-1) + 0.4 w_(t-2): instead of "
        "shutting off it tapers to zero.",
        comparisons=(
            Comparison(
                "model",
                "x_t = 0.2 w_(t-1) + 0.4 w_(t-2)",
                Sentence("x_t = w_t + {one} w_(t-1) + {two} w_(t-2)", {"one": one, "two": two}),
            ),
        ),
        findings=(tapers, without),
        pictures=(theory_picture("Partial autocorrelation of an MA(2)", shown, "pacf"),),
    )


def _conditional_correlation(x: NDArray[np.float64], lag: int) -> float:
    """Correlation of both ends after a regression on what lies between."""
    columns = np.lib.stride_tricks.sliding_window_view(x - x.mean(), lag + 1)
    between, ends = columns[:, 1:lag], columns[:, [0, lag]]
    left = ends - between @ np.linalg.lstsq(between, ends, rcond=None)[0]
    return float(np.corrcoef(left.T)[0, 1])
