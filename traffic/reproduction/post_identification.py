"""The post's identification: autocorrelations before and after the difference, and the order they hint at.

What is read off correlograms belongs here; the fit is in ``post_model``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.diagnostics.autocorrelation import Correlogram, autocorrelation
from traffic.models.differencing import choose_d, filled_linearly
from traffic.reproduction.correlograms import N_LAGS, correlogram_picture, n_outside, usual_outside
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

THEIR_LAST_POSITIVE_LAG: Final = 9
THEIR_FACTOR: Final = 1.5
"""The first two partial correlations are "larger than the rest by a factor of about 50%"."""

FACTOR_BOUNDS: Final = (1.25, 1.75)
"""What "about 50%" may still mean."""


def level_section(day: WebLogDay) -> Section:
    """Show the autocorrelation of the clean series, and what the tests say of a difference.

    Parameters
    ----------
    day : WebLogDay
        The day.

    Returns
    -------
    Section
        With the correlogram.
    """
    found = autocorrelation(day.value_clean, N_LAGS)
    outside = n_outside(found.acf, found.band_95)
    choice = choose_d(day.value_clean)
    all_significant = Sentence(
        "{outside} of {n} autocorrelations lie outside the band of ±{band:.3f}; the least is {least:+.3f}.",
        {
            "outside": outside,
            "n": found.lag.size,
            "band": float(found.band_95[0]),
            "least": float(found.acf.min()),
        },
        judged(outside == found.lag.size),
    )
    order = Sentence(
        "The post takes one difference by eye. By test, {reason}",
        {"reason": choice.reason},
        judged(choice.d == 1),
    )
    tests = choice.table().select("stage", "test", "statistic", "p_value", "critical_value", "verdict")
    return Section(
        key="level",
        title="Autocorrelation of the traffic",
        theirs="The definition E[(x_t - μ)(x_(t-h) - μ)] / σ² for a weakly stationary series: mean, "
        "variance and the correlations stay constant with t. A plot for the data, with dotted red "
        "significance levels: all values are correlated significantly, which hints at a trend that masks "
        "the rest.",
        findings=(all_significant, _stationarity(day.value_clean), order),
        pictures=(correlogram_picture("Autocorrelation of the clean series", found, "acf"),),
        tables=(Table("Unit-root and stationarity tests", tests.rename({"p_value": "p"})),),
    )


def difference_section(day: WebLogDay) -> Section:
    """Show the first difference and its autocorrelation.

    Parameters
    ----------
    day : WebLogDay
        The day.

    Returns
    -------
    Section
        With its course and correlogram.
    """
    difference = np.diff(day.value_clean)
    found = autocorrelation(difference, N_LAGS)
    alt = Sentence(
        "First difference: mean {mean:+,.0f}, standard deviation {std:,.0f} bytes, from {least:+,.0f} to "
        "{most:+,.0f}.",
        {
            "mean": float(np.nanmean(difference)),
            "std": float(np.nanstd(difference)),
            "least": float(np.nanmin(difference)),
            "most": float(np.nanmax(difference)),
        },
    )
    course = Picture(
        "course", "First difference", alt, course_frame(difference, first=1), WINDOW_AXIS, "bytes, change"
    )
    return Section(
        key="difference",
        title="The first difference and its autocorrelation",
        theirs="x_t - x_(t-1) removes the linear trend: a plot of it, and one of its autocorrelation with a "
        "very large peak for unity lag and below significance for the rest, which hints at an MA(1).",
        comparisons=(
            Comparison("difference", "x_t = x_t - x_(t-1)", Sentence("y_t = x_t - x_(t-1)")),
            Comparison(
                "lag 1", "a very large peak", Sentence("{first:+.4f}", {"first": float(found.acf[0])})
            ),
        ),
        findings=(_peak(found), _rest(found), _hint(found)),
        pictures=(course, correlogram_picture("Autocorrelation of the first difference", found, "acf")),
    )


def partial_section(day: WebLogDay) -> Section:
    """Show the partial autocorrelation of the difference.

    Parameters
    ----------
    day : WebLogDay
        The day.

    Returns
    -------
    Section
        With the correlogram.
    """
    found = autocorrelation(np.diff(day.value_clean), N_LAGS)
    until = THEIR_LAST_POSITIVE_LAG
    head = found.pacf[:until]
    positive, significant = int((head > 0).sum()), n_outside(head, found.band_95[:until])
    signs = Sentence(
        "Of the first {until} partial autocorrelations {positive} are positive and {negative} negative; "
        "{significant} lie outside the band. {conclusion}",
        {
            "until": until,
            "positive": positive,
            "negative": until - positive,
            "significant": significant,
            "conclusion": "The post calls them positive, which a negative moving average cannot give: it can "
            "only have meant their size."
            if positive < until / 2 and found.acf[0] < 0
            else "The post calls them positive.",
        },
        judged(positive == until),
    )
    ratio = float(np.abs(head[:2]).mean() / np.abs(head[2:]).mean())
    factor = Sentence(
        "In size the first two are {first:.3f} and {second:.3f}, the mean of the others up to lag {until} "
        "is {rest:.3f}: a factor of {ratio:.2f}, where the post has about {theirs}.",
        {
            "first": float(abs(head[0])),
            "second": float(abs(head[1])),
            "until": until,
            "rest": float(np.abs(head[2:]).mean()),
            "ratio": ratio,
            "theirs": THEIR_FACTOR,
        },
        judged(FACTOR_BOUNDS[0] <= ratio <= FACTOR_BOUNDS[1]),
    )
    return Section(
        key="partial",
        title="Partial autocorrelation of the first difference",
        theirs="Positive conditional correlations till a lag value of 9; the first two are significantly "
        "larger than the rest by a factor of about 50%. Thus the difference is modelled as ARMA(2,1).",
        findings=(signs, factor),
        pictures=(correlogram_picture("Partial autocorrelation of the first difference", found, "pacf"),),
    )


def _stationarity(clean: NDArray[np.float64]) -> Sentence:
    first, second = np.array_split(filled_linearly(clean), 2)
    return Sentence(
        "Are mean, variance and correlation constant? From the first to the second half of the day the mean "
        "goes from {mean_one:,.0f} to {mean_two:,.0f}, the standard deviation from {std_one:,.0f} to "
        "{std_two:,.0f}, the correlation at lag 1 from {acf_one:.2f} to {acf_two:.2f}.",
        {
            "mean_one": float(first.mean()),
            "mean_two": float(second.mean()),
            "std_one": float(first.std()),
            "std_two": float(second.std()),
            "acf_one": float(autocorrelation(first, 1).acf[0]),
            "acf_two": float(autocorrelation(second, 1).acf[0]),
        },
        OPEN,
    )


def _peak(found: Correlogram) -> Sentence:
    sizes = np.abs(found.acf)
    is_peak = bool(sizes[0] > found.band_95[0] and sizes.argmax() == 0)
    sign = "negative" if found.acf[0] < 0 else "positive"
    return Sentence(
        "At lag 1 it is {first:+.3f}, {sign}, {times:.1f} times the band and {conclusion}.",
        {
            "first": float(found.acf[0]),
            "sign": sign,
            "times": float(sizes[0] / found.band_95[0]),
            "conclusion": "the largest of all in size"
            if is_peak
            else "not the largest of all significant ones",
        },
        judged(is_peak),
    )


def _rest(found: Correlogram) -> Sentence:
    outside = n_outside(found.acf[1:], found.band_95[1:])
    usual = usual_outside(found.lag.size - 1)
    return Sentence(
        "Of the {n} others {outside} lie outside the band; up to {usual} would by chance.",
        {"n": found.lag.size - 1, "outside": outside, "usual": usual},
        judged(outside <= usual),
    )


def _hint(found: Correlogram) -> Sentence:
    first = float(found.acf[0])
    if abs(first) >= 0.5:
        words = "An MA(1) has at most one half in size at lag 1; {first:+.3f} is no MA(1)'s."
        return Sentence(words, {"first": first}, DIFFERS)
    theta = (1.0 - np.sqrt(1.0 - 4.0 * first**2)) / (2.0 * first) if first else 0.0
    return Sentence(
        "An MA(1) with this value at lag 1, solved from θ/(1 + θ²), has θ = {theta:+.3f}.",
        {"theta": float(theta)},
        AGREES if abs(first) > found.band_95[0] else OPEN,
    )
