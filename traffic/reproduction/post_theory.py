"""The post's theory: AR, MA, and what their correlograms look like, from simulated samples.

What follows from the coefficients alone and from a seed belongs here; nothing of a log.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.models.theoretical_correlation import implied_moments, theoretical_correlogram
from traffic.reproduction.correlograms import correlogram_picture
from traffic.reproduction.section import AGREES, DIFFERS, Comparison, Picture, Section, Sentence, judged
from traffic.simulation.illustrations import PROCESSES, Illustration, illustrate, model_of

SEED: Final = 2021
SHOWN_LAGS: Final = 20
MORE_VALUES: Final = 100
"""How many times longer the sample is that shows where the correlogram tends to."""

_PROCESS = {process.name: process for process in PROCESSES}


def ar_section() -> Section:
    """Show the AR(1) and its autocorrelation.

    Returns
    -------
    Section
        The same at all times.
    """
    shown = illustrate(_PROCESS["ar_1"], SEED, SHOWN_LAGS)
    more = illustrate(replace(shown.process, n_values=MORE_VALUES * shown.x.size), SEED, SHOWN_LAGS)
    error, less_error = _mean_error(shown), _mean_error(more)
    (phi,) = shown.process.ar
    facts = {
        "phi": phi,
        "n": shown.x.size,
        "many": more.x.size,
        "error": error,
        "less": less_error,
        "variance": implied_moments(model_of(shown.process)).variance,
        "sample_variance": float(more.x.var()),
        "mean": float(more.x.mean()),
        "first": float(shown.correlogram["acf"][0]),
        "second": float(shown.correlogram["acf"][1]),
        "squared": phi**2,
    }
    tends = Sentence(
        "The sample's autocorrelations miss φ^h by {error:.3f} on average with {n:,} values and by "
        "{less:.3f} "
        "with {many:,}: the perturbations are sampling error and shrink, as the post says.",
        facts,
        judged(less_error < error),
    )
    slip = Sentence(
        "The post's sum of the general model starts at i = 0, which would put x_t on both sides; it starts "
        "at 1 "
        "here. Its first line for γ_h has the product x_t x_(t-h) once too often; its result does not.",
        verdict=DIFFERS,
    )
    return Section(
        key="autoregressive",
        title="Autoregressive models",
        theirs="x_t = δ + φ_1 x_(t-1) + w_t and its properties; a plot of the autocorrelation for φ_1 = "
        "0.6 and "
        "1000 samples, which tails off exponentially with some perturbations.",
        comparisons=(
            Comparison(
                "general model",
                "x_t = δ + Σ_(i=0..n) φ_i x_(t-i) + w_t",
                Sentence("x_t = δ + Σ_(i=1..p) φ_i x_(t-i) + w_t"),
            ),
            Comparison(
                "mean",
                "μ = δ / (1 - φ_1)",
                Sentence("the same; with δ = 0, {mean:+.4f} of {many:,} values", facts),
            ),
            Comparison(
                "variance",
                "σ_w² / (1 - φ_1²)",
                Sentence(
                    "{variance:.4f} for φ_1 = {phi} and σ_w² = 1; {sample_variance:.4f} of {many:,} values",
                    facts,
                ),
            ),
            Comparison(
                "autocorrelation",
                "ρ_h = φ^h",
                Sentence(
                    "{phi:.3f} and {squared:.3f} at lags 1 and 2; {first:.3f} and {second:.3f} of {n:,} "
                    "values",
                    facts,
                ),
            ),
        ),
        findings=(tends, slip),
        pictures=(_picture("Autocorrelation of an AR(1)", shown, "acf"),),
    )


def ma_section() -> Section:
    """Show the MA(1) and its autocorrelation, which the post gets wrong.

    Returns
    -------
    Section
        The same at all times.
    """
    shown = illustrate(_PROCESS["ma_1"], SEED, SHOWN_LAGS)
    (theta,) = shown.process.ma
    first = float(shown.correlogram["acf"][0])
    right = theta / (1.0 + theta**2)
    facts = {
        "theta": theta,
        "n": shown.x.size,
        "first": first,
        "right": right,
        "variance": 1.0 + theta**2,
        "squared": (1.0 + theta**2) ** 2,
        "sample_variance": float(shown.x.var()),
        "nearer": "θ/(1 + θ²)" if abs(first - right) < abs(first - theta) else "θ",
    }
    peak = Sentence(
        "The post divides the covariance θσ_w² by σ_w² and not by the variance, and so has a peak of θ = "
        "{theta}. "
        "The autocorrelation at lag 1 is θ/(1 + θ²) = {right:.4f}, and never above one half; the sample of "
        "{n:,} values has {first:.4f}, nearer to {nearer}.",
        facts,
        DIFFERS if facts["nearer"] != "θ" else AGREES,
    )
    outside = int(
        np.sum(
            np.abs(shown.correlogram["acf"].to_numpy()[1:]) > shown.correlogram["bartlett_95"].to_numpy()[1:]
        )
    )
    beyond = Sentence(
        "It is zero for all other lags: of lags 2 to {lags}, {outside} lie outside Bartlett's 95 % band, and "
        "{expected:.1f} would by chance.",
        {"lags": SHOWN_LAGS, "outside": outside, "expected": 0.05 * (SHOWN_LAGS - 1)},
        judged(outside <= 3),
    )
    slip = Sentence(
        "The post writes the variance as a standard deviation, σ = σ_w (1 + θ²); read so, the variance "
        "would be "
        "{squared:.3f}, and it is {variance:.3f} (sample: {sample_variance:.3f}). The last term of its "
        "general "
        "model has θ_1 in the place of θ_q.",
        facts,
        DIFFERS,
    )
    return Section(
        key="moving-average",
        title="Moving-average models",
        theirs="x_t = μ + w_t + θ_1 w_(t-1) and its properties; a plot of the autocorrelation for θ_1 = "
        "0.7 and "
        "10000 samples: a peak of θ_1 at lag 1, zero for other lags, unity at lag 0.",
        comparisons=(
            Comparison(
                "general model",
                "x_t = μ + w_t + θ_1 w_(t-1) + … + θ_1 w_(t-q)",
                Sentence("x_t = μ + w_t + θ_1 w_(t-1) + … + θ_q w_(t-q)"),
            ),
            Comparison(
                "variance",
                "σ = σ_w (1 + θ_1²)",
                Sentence("σ² = σ_w² (1 + θ²) = {variance:.3f}; {sample_variance:.3f} of {n:,} values", facts),
            ),
            Comparison(
                "autocorrelation at lag 1",
                "θ_1 (0.7)",
                Sentence("θ/(1 + θ²) = {right:.4f}; {first:.4f} of {n:,} values", facts),
            ),
        ),
        findings=(peak, beyond, slip),
        pictures=(_picture("Autocorrelation of an MA(1)", shown, "acf"),),
    )


def ar_pacf_section() -> Section:
    """Show the partial autocorrelation of an AR(2), and check its definition at lag 3.

    Returns
    -------
    Section
        The same at all times.
    """
    shown = illustrate(_PROCESS["ar_2"], SEED, SHOWN_LAGS)
    pacf = shown.correlogram["pacf"].to_numpy()
    theory = shown.correlogram["theoretical_pacf"].to_numpy()
    band = float(shown.correlogram["band_95"][0])
    outside = int(np.sum(np.abs(pacf[2:]) > band))
    by_definition = _conditional_correlation(shown.x, 3)
    spikes = Sentence(
        "Two spikes, {one:.3f} and {two:.3f} (theory {theory_one:.3f} and {theory_two:.3f}), and of lags 3 "
        "to "
        "{lags} {outside} outside the 95 % band, where chance puts {expected:.1f}: it shuts off after the "
        "order.",
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
        "By the post's formula at lag 3, regressing both ends on what lies between, it is {direct:+.4f}; "
        "by the "
        "Durbin-Levinson recursion, as everywhere here, {recursion:+.4f}.",
        {"direct": by_definition, "recursion": float(pacf[2])},
        judged(abs(by_definition - float(pacf[2])) < 0.01),
    )
    return Section(
        key="partial-ar",
        title="Partial autocorrelation of an autoregression",
        theirs="The correlation of x_t and x_(t-h) given what lies between, as a regression's coefficient "
        "changes "
        "with what else is in it. A plot for x_t = 0.3 x_(t-1) + 0.4 x_(t-2) + w_t: two spikes, then it "
        "shuts off.",
        comparisons=(
            Comparison(
                "PACF at lag 3",
                "Cov(x_t, x_(t-3) | x_(t-1), x_(t-2)) / √(Var(x_t | …) Var(x_(t-3) | …))",
                Sentence("{direct:+.4f} of {n:,} values", {"direct": by_definition, "n": shown.x.size}),
            ),
        ),
        findings=(spikes, definition),
        pictures=(_picture("Partial autocorrelation of an AR(2)", shown, "pacf"),),
    )


def ma_pacf_section() -> Section:
    """Show the partial autocorrelation of an MA(2), of which the post leaves w_t out.

    Returns
    -------
    Section
        The same at all times.
    """
    shown = illustrate(_PROCESS["ma_2"], SEED, SHOWN_LAGS)
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
        "lags in "
        "theory.",
        dict(zip("abcde", (float(value) for value in theory[:5]), strict=True)),
        judged(taper),
    )
    without = Sentence(
        "The post writes the model without w_t. Taken so it is an MA(1) one step late, of autocorrelation "
        "{acf:.3f} at lag 1 and none beyond; with w_t, as meant and drawn here, {acf_one:.3f} and "
        "{acf_two:.3f} "
        "at lags 1 and 2. The partial autocorrelation at lag 1 is then {acf_one:.3f} and not {acf:.3f}.",
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
        "shutting off "
        "it tapers to zero.",
        comparisons=(
            Comparison(
                "model",
                "x_t = 0.2 w_(t-1) + 0.4 w_(t-2)",
                Sentence("x_t = w_t + {one} w_(t-1) + {two} w_(t-2)", {"one": one, "two": two}),
            ),
        ),
        findings=(tapers, without),
        pictures=(_picture("Partial autocorrelation of an MA(2)", shown, "pacf"),),
    )


def _picture(title: str, shown: Illustration, which: str) -> Picture:
    found = autocorrelation(shown.x, SHOWN_LAGS)
    theory = shown.correlogram[f"theoretical_{which}"].to_numpy()
    return correlogram_picture(f"{title}: {shown.process.formula}", found, which, theory=theory)


def _mean_error(shown: Illustration) -> float:
    miss = shown.correlogram["acf"].to_numpy() - shown.correlogram["theoretical_acf"].to_numpy()
    return float(np.abs(miss).mean())


def _conditional_correlation(x: NDArray[np.float64], lag: int) -> float:
    """Correlation of both ends after a regression on what lies between."""
    columns = np.lib.stride_tricks.sliding_window_view(x - x.mean(), lag + 1)
    between, ends = columns[:, 1:lag], columns[:, [0, lag]]
    left = ends - between @ np.linalg.lstsq(between, ends, rcond=None)[0]
    return float(np.corrcoef(left.T)[0, 1])
