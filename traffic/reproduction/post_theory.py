"""The post's theory: AR and MA and their autocorrelations, from simulated samples.

What follows from the coefficients alone and from a seed belongs here; nothing of a log. Partial
autocorrelations are in ``post_partial_theory``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.models.theoretical_correlation import implied_moments
from traffic.reproduction.correlograms import correlogram_picture
from traffic.reproduction.section import (
    AGREES,
    DIFFERS,
    Comparison,
    Picture,
    Section,
    Sentence,
    Value,
    judged,
)
from traffic.simulation.illustrations import PROCESSES, Illustration, illustrate, model_of

SEED: Final = 2021
SHOWN_LAGS: Final = 20
MORE_VALUES: Final = 100
"""How many times longer the sample is that shows where the correlogram tends to."""

AR_SLIP: Final = Sentence(
    "The post's sum of the general model starts at i = 0, which would put x_t on both sides; it starts at 1 "
    "here. Its first line for γ_h has the product x_t x_(t-h) once too often; its result does not.",
    verdict=DIFFERS,
)

ILLUSTRATED = {process.name: process for process in PROCESSES}


def ar_section() -> Section:
    """Show the AR(1) and its autocorrelation.

    Returns
    -------
    Section
        The same at all times.
    """
    shown = illustrate(ILLUSTRATED["ar_1"], SEED, SHOWN_LAGS)
    more = illustrate(replace(shown.process, n_values=MORE_VALUES * shown.x.size), SEED, SHOWN_LAGS)
    error, less_error = _mean_error(shown), _mean_error(more)
    (phi,) = shown.process.ar
    facts: dict[str, Value] = {
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
        "{less:.3f} with {many:,}: the perturbations are sampling error and shrink, as the post says.",
        facts,
        judged(less_error < error),
    )
    return Section(
        key="autoregressive",
        title="Autoregressive models",
        theirs="x_t = δ + φ_1 x_(t-1) + w_t and its properties; a plot of the autocorrelation for φ_1 = 0.6 "
        "and 1000 samples, which tails off exponentially with some perturbations.",
        comparisons=_ar_comparisons(facts),
        findings=(tends, AR_SLIP),
        pictures=(theory_picture("Autocorrelation of an AR(1)", shown, "acf"),),
    )


def ma_section() -> Section:
    """Show the MA(1) and its autocorrelation, which the post gets wrong.

    Returns
    -------
    Section
        The same at all times.
    """
    shown = illustrate(ILLUSTRATED["ma_1"], SEED, SHOWN_LAGS)
    (theta,) = shown.process.ma
    first = float(shown.correlogram["acf"][0])
    right = theta / (1.0 + theta**2)
    facts: dict[str, Value] = {
        "theta": theta,
        "n": shown.x.size,
        "first": first,
        "right": right,
        "variance": 1.0 + theta**2,
        "squared": (1.0 + theta**2) ** 2,
        "sample_variance": float(shown.x.var()),
        "nearer": "θ/(1 + θ²)" if abs(first - right) < abs(first - theta) else "θ",
    }
    return Section(
        key="moving-average",
        title="Moving-average models",
        theirs="x_t = μ + w_t + θ_1 w_(t-1) and its properties; a plot of the autocorrelation for θ_1 = 0.7 "
        "and 10000 samples: a peak of θ_1 at lag 1, zero for other lags, unity at lag 0.",
        comparisons=_ma_comparisons(facts),
        findings=_ma_findings(shown, facts),
        pictures=(theory_picture("Autocorrelation of an MA(1)", shown, "acf"),),
    )


def theory_picture(title: str, shown: Illustration, which: str) -> Picture:
    """Lay a sample's correlogram out with the theoretical one beside it.

    Parameters
    ----------
    title : str
        Of the picture; the process's formula is added.
    shown : Illustration
        The sample.
    which : {"acf", "pacf"}
        Which correlations.

    Returns
    -------
    Picture
        Of kind ``correlogram``.
    """
    found = autocorrelation(shown.x, SHOWN_LAGS)
    theory = shown.correlogram[f"theoretical_{which}"].to_numpy()
    return correlogram_picture(f"{title}: {shown.process.formula}", found, which, theory=theory)


def _ar_comparisons(facts: dict[str, Value]) -> tuple[Comparison, ...]:
    return (
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
                "{phi:.3f} and {squared:.3f} at lags 1 and 2; {first:.3f} and {second:.3f} of {n:,} values",
                facts,
            ),
        ),
    )


def _ma_comparisons(facts: dict[str, Value]) -> tuple[Comparison, ...]:
    return (
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
    )


def _ma_findings(shown: Illustration, facts: dict[str, Value]) -> tuple[Sentence, ...]:
    peak = Sentence(
        "The post divides the covariance θσ_w² by σ_w² and not by the variance, and so has a peak of θ = "
        "{theta}. The autocorrelation at lag 1 is θ/(1 + θ²) = {right:.4f}, and never above one half; the "
        "sample of {n:,} values has {first:.4f}, nearer to {nearer}.",
        facts,
        DIFFERS if facts["nearer"] != "θ" else AGREES,
    )
    outside = shown.correlogram[1:].select((pl.col("acf").abs() > pl.col("bartlett_95")).sum()).item()
    beyond = Sentence(
        "It is zero for all other lags: of lags 2 to {lags}, {outside} lie outside Bartlett's 95 % band, "
        "and {expected:.1f} would by chance.",
        {"lags": SHOWN_LAGS, "outside": outside, "expected": 0.05 * (SHOWN_LAGS - 1)},
        judged(outside <= 3),
    )
    slip = Sentence(
        "The post writes the variance as a standard deviation, σ = σ_w (1 + θ²); read so, the variance "
        "would be {squared:.3f}, and it is {variance:.3f} (sample: {sample_variance:.3f}). The last term of "
        "its general model has θ_1 in the place of θ_q.",
        facts,
        DIFFERS,
    )
    return peak, beyond, slip


def _mean_error(shown: Illustration) -> float:
    miss = shown.correlogram["acf"].to_numpy() - shown.correlogram["theoretical_acf"].to_numpy()
    return float(np.abs(miss).mean())
