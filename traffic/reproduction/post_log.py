"""The post's data: the log, its bytes in windows of two minutes, and the outliers.

The first three steps of the constant-volatility post belong here; its theory is in ``post_theory``, its model
in ``post_model``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import statsmodels.api as sm
from numpy.typing import NDArray

from traffic.reproduction.section import (
    AGREES,
    DIFFERS,
    OPEN,
    Comparison,
    Picture,
    Section,
    Sentence,
    Value,
    judged,
    plural,
)
from traffic.reproduction.web_log_day import WINDOW_SECONDS, WebLogDay

THEIR_LINES: Final = (
    '[30:00:00:05] "GET /logos/small_gopher.gif HTTP/1.0" 200 935',
    '[30:00:00:06] "GET /logos/small_ftp.gif HTTP/1.0" 200 124',
    '[30:00:00:06] "GET /icons/ok2-0.gif HTTP/1.0" 200 231',
    '[30:00:00:09] "GET /logos/us-flag.gif HTTP/1.0" 200 2788',
    '[30:00:00:17] "GET /icons/ok2-0.gif HTTP/1.0" 200 231',
)
WINDOW_AXIS: Final = "window of the day"
RISE: Final = (200, 350)
"""Windows between which the post sees a rising line, and a falling one after them."""

TREND_LAGS: Final = 15
"""Half an hour: the errors of a trend's slope allow for dependence up to it."""


def log_section(day: WebLogDay) -> Section:
    """Put the log beside the lines that the post prints.

    Parameters
    ----------
    day : WebLogDay
        The day.

    Returns
    -------
    Section
        Without a picture: the post has none.
    """
    shown, same = _lines_like_theirs(day.first_lines)
    is_same = same == len(THEIR_LINES)
    finding = Sentence(
        "{same} of the {n} lines that the post prints stand in the log, {where}: {conclusion}.",
        {
            "same": same,
            "n": len(THEIR_LINES),
            "where": f"one after the other from line {shown['line_number'][0]} on"
            if is_same
            else f"looked for in the first {day.first_lines.height:,} of the day",
            "conclusion": "this is the post's log"
            if is_same
            else "this is another log, and its numbers need not be the post's",
        },
        judged(is_same),
    )
    day_found = Sentence(
        "{source}, {date:%d %B %Y} ({zone}), the day with the most requests: {n:,} of them, {without:,} "
        "without a size",
        {
            "source": day.source,
            "date": day.local_date,
            "zone": day.time_zone,
            "n": day.n_requests,
            "without": day.n_without_size,
        },
    )
    lines = Sentence("{lines}", {"lines": "\n".join(shown["line"])})
    return Section(
        key="log",
        title="The log",
        theirs="Logs of a busy web server for a single day, of which five lines are printed.",
        comparisons=(
            Comparison("the log", "a busy web-server, a single day", day_found),
            Comparison("lines of it", "\n".join(THEIR_LINES), lines),
        ),
        findings=(finding,),
    )


def windows_section(day: WebLogDay) -> Section:
    """Sum the bytes in windows, and test the trends that the post sees.

    Parameters
    ----------
    day : WebLogDay
        The day.

    Returns
    -------
    Section
        With the course of the day.
    """
    seen = day.value[~np.isnan(day.value)]
    facts = {
        "n": seen.size,
        "zero": int(np.sum(seen == 0)),
        "total": int(seen.sum()),
        "mean": float(seen.mean()),
        "largest": float(seen.max()),
        "at": int(np.nanargmax(day.value)),
        "minutes": WINDOW_SECONDS // 60,
    }
    alt = Sentence(
        "Bytes sent in {n:,} windows of {minutes} minutes: mean {mean:,.0f}, largest {largest:,.0f} in "
        "window {at}; {zero} windows are empty.",
        facts,
    )
    return Section(
        key="windows",
        title="Bytes in windows of two minutes",
        theirs="A plot of the bytes in each window: no pattern evident to the naked eye, except a linear "
        "rising trend between 200 and 350 and a similar linear decreasing trend after that; obvious "
        "outliers.",
        comparisons=(
            Comparison("window", "2 minutes", Sentence("{minutes} minutes, half-open, on the clock", facts)),
            Comparison(
                "series",
                "one day, length not stated",
                Sentence(
                    "{n:,} windows within the log, {zero} of them true zeros; {total:,} bytes in all", facts
                ),
            ),
        ),
        findings=(
            _trend(day.value, *RISE, sign=1),
            _trend(day.value, RISE[1], day.value.size, sign=-1),
        ),
        pictures=(
            Picture(
                "course",
                "Bytes in each window",
                alt,
                course_frame(day.value),
                WINDOW_AXIS,
                f"bytes in {WINDOW_SECONDS // 60} minutes",
            ),
        ),
    )


def outliers_section(day: WebLogDay) -> Section:
    """Clip the outliers by a stated rule, as the post does by one that it keeps to itself.

    Parameters
    ----------
    day : WebLogDay
        The day.

    Returns
    -------
    Section
        With the course of the clean day.
    """
    clipped = day.value_clean[day.is_outlier]
    count = int(day.is_outlier.sum())
    facts: dict[str, Value] = {
        "count": count,
        "windows": plural(count, "window", "windows"),
        "share": count / max(int(np.sum(~np.isnan(day.value))), 1),
        "mean": float(np.nanmean(day.value_clean)),
        "limit": float(clipped.max()) if count else float(np.nanmax(day.value_clean)),
        "times": float(np.nanmax(day.value) / clipped.max()) if count else 1.0,
    }
    alt = Sentence(
        "The same course with {count} {windows} clipped: mean {mean:,.0f}, largest {limit:,.0f} bytes.", facts
    )
    rule = Sentence(
        "Tukey's fences, 1.5 interquartile ranges beyond the quartiles: {count} {windows} ({share:.1%}) "
        "clipped to {limit:,.0f} bytes"
        if count
        else "Tukey's fences: no window lies beyond them",
        facts,
    )
    picture = Picture(
        "course",
        "Bytes in each window, outliers clipped",
        alt,
        course_frame(day.value_clean),
        WINDOW_AXIS,
        f"bytes in {WINDOW_SECONDS // 60} minutes",
    )
    return Section(
        key="outliers",
        title="The outliers filtered",
        theirs="Outliers matter for simulating peak load; for trending they must be filtered out. A plot of "
        "the series with the outliers filtered. The rule is not stated.",
        comparisons=(Comparison("outlier rule", "not stated", rule),),
        findings=_outlier_findings(facts),
        pictures=(picture,),
    )


def course_frame(value: NDArray[np.float64], course: str = "actual", first: int = 0) -> pl.DataFrame:
    """Lay a course out for its picture, by the number of the window as the post does.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.
    course : str
        Its name.
    first : int
        Number of the first window.

    Returns
    -------
    polars.DataFrame
        ``at``, ``value`` (null where missing), ``course``.
    """
    at = np.arange(first, first + value.size)
    return pl.DataFrame({"at": at, "value": pl.Series(value, nan_to_null=True)}).with_columns(
        course=pl.lit(course)
    )


def _outlier_findings(facts: dict[str, Value]) -> tuple[Sentence, Sentence]:
    unstated = Sentence(
        "The post does not say which values it filters nor what it puts in their place. Here {count} "
        "{windows} of the day are brought to the fence, and what other rules would make of the model stands "
        "below with the coefficients.",
        facts,
        OPEN,
    )
    obvious = Sentence(
        "Outliers are there: {count} {windows}, and the largest is {times:.1f} times the fence."
        if facts["count"]
        else "No window lies beyond Tukey's fences, where the post sees obvious outliers.",
        facts,
        AGREES if facts["count"] else DIFFERS,
    )
    return obvious, unstated


def _lines_like_theirs(lines: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Find the stretch of the log that has most of the post's lines in their places, and how many."""
    n = len(THEIR_LINES)
    in_place = [pl.col("line").shift(-place) == line for place, line in enumerate(THEIR_LINES)]
    counts = lines.select(
        same=pl.sum_horizontal(hit.fill_null(value=False).cast(pl.Int32) for hit in in_place)
    )
    best = int(counts["same"].arg_max() or 0)
    return lines.slice(best, n), int(counts["same"][best])


def _trend(value: NDArray[np.float64], start: int, end: int, *, sign: int) -> Sentence:
    """Test the slope of a straight line through some windows."""
    at = np.arange(start, min(end, value.size))
    at = at[~np.isnan(value[at])] if at.size else at
    way = "rises" if sign > 0 else "falls"
    span: dict[str, float | int | str] = {"start": start, "end": end, "way": way}
    if at.size < 2 * TREND_LAGS or np.ptp(value[at]) == 0:
        words = "Whether the course {way} from window {start} to {end} cannot be told from {n} windows."
        return Sentence(words, span | {"n": int(at.size)}, OPEN)
    fit = sm.OLS(value[at], sm.add_constant(at.astype(np.float64))).fit(
        cov_type="HAC", cov_kwds={"maxlags": TREND_LAGS}
    )
    slope, (lower, upper) = float(fit.params[1]), (float(bound) for bound in fit.conf_int()[1])
    agrees = None if lower <= 0 <= upper else bool(slope * sign > 0)
    return Sentence(
        "From window {start} to {end} a straight line has a slope of {slope:+,.0f} bytes a window (95 % "
        "interval {lower:+,.0f} to {upper:+,.0f}, dependent errors allowed for): {conclusion}.",
        span
        | {
            "slope": slope,
            "lower": lower,
            "upper": upper,
            "conclusion": {
                True: f"the course {way} there, as the post says",
                False: f"the course does not {way[:-1]} there, but the opposite",
                None: f"whether the course {way} there, as the post says, cannot be told from noise",
            }[agrees],
        },
        judged(agrees),
    )
