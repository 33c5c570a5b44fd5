"""Which time formats a column of texts is written in, and whether its days or its months come first.

For a suggestion to a person only: an export is read in the formats that sources.toml names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import polars as pl

from traffic.parsing.export.layout import DEFAULT_TIME_FORMATS
from traffic.parsing.export.times import OLE, number_format, times_in

# A column is one of times if so much of it can be read; the rest may be sums at a table's end.
ENOUGH = 0.9
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_BETWEEN = (" ", "T", ", ")
_DAYS = {
    "year first": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "day first": (
        "%d/%m/%Y",
        "%d/%m/%y",
        "%d.%m.%Y",
        "%d.%m.%y",
        "%d-%m-%Y",
        "%d-%b-%Y",
        "%d-%b-%y",
        "%d %b %Y",
    ),
    "month first": ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%b %d %Y", "%b %d, %Y"),
}
# Serial dates of 2000 to 2051.
_OLE_DAYS = (36_526, 55_153)
# The wrong order jumps over the months: it has far more uneven spacings, and more than a gap or two.
_TIMES_AS_MANY = 2
_MORE = 2


@dataclass(frozen=True)
class TimeReading:
    """How a column of texts is read as times.

    Parameters
    ----------
    formats : tuple of str
        As ``time_formats`` takes them.
    times : polars.Series
        The texts' times, in their order; null where none of the formats fits.
    has_clock : bool
        False if the formats read dates alone.
    reason : str
        A sentence on why these formats.
    doubt : str or None
        What a person has to look at.
    """

    formats: tuple[str, ...]
    times: pl.Series
    has_clock: bool
    reason: str
    doubt: str | None = None


def read_as_times(texts: pl.Series) -> TimeReading | None:
    """Find the formats of a column.

    Parameters
    ----------
    texts : polars.Series of String
        In the file's order.

    Returns
    -------
    TimeReading or None
        None unless nine in ten of the texts are times. Where the order of day and month is not shown by a day
        above 12, it is the one whose times are more evenly spaced; where both are, there is a doubt.
    """
    if (form := number_format(texts)) is not None and _share(times := times_in(texts, form)) >= ENOUGH:
        return TimeReading((form,), times, True, f"its numbers are {form} of 1990 to 2038")
    default = _coalesced(texts, DEFAULT_TIME_FORMATS)
    if _share(default[1]) >= ENOUGH:
        return TimeReading(DEFAULT_TIME_FORMATS, default[1], True, "it is in ISO 8601")
    readings = _by_order(texts, [f"{between}{clock}" for clock, between in product(_CLOCKS, _BETWEEN)])
    dates = readings or _by_order(texts, [""])
    if dates:
        return _best(dates, has_clock=bool(readings))
    numbers = texts.cast(pl.Float64, strict=False)
    if len(numbers.drop_nulls()) and numbers.drop_nulls().is_between(*_OLE_DAYS).all():
        times = times_in(texts, OLE)
        if _share(times) >= ENOUGH and numbers.drop_nulls().n_unique() > 1:
            return TimeReading((OLE,), times, True, "its numbers are serial dates of 2000 to 2051")
    return None


def uneven_spacings(times: pl.Series) -> int:
    """Count the spacings of the times, in order, that are not the most frequent one."""
    spacings = times.drop_nulls().unique().sort().diff().drop_nulls()
    usual = usual_spacing(times)
    return 0 if usual is None else len(spacings) - int((spacings == usual).sum())


def usual_spacing(times: pl.Series) -> timedelta | None:
    """Return the most frequent spacing of the times; None for fewer than two."""
    spacings = times.drop_nulls().unique().sort().diff().drop_nulls()
    if spacings.is_empty():
        return None
    shortest = spacings.mode().min()
    return shortest if isinstance(shortest, timedelta) else None


def _by_order(texts: pl.Series, clocks: Sequence[str]) -> dict[str, tuple[tuple[str, ...], pl.Series]]:
    """Return for each order of day and month that reads enough of the texts its formats and times."""
    found = {
        order: _coalesced(texts, [day + clock for day, clock in product(days, clocks)])
        for order, days in _DAYS.items()
    }
    is_read = any(_share(times) >= ENOUGH for _, times in found.values())
    return {order: one for order, one in found.items() if one[0]} if is_read else {}


def _best(readings: dict[str, tuple[tuple[str, ...], pl.Series]], *, has_clock: bool) -> TimeReading:
    read = {order: _share(times) for order, (_, times) in readings.items()}
    uneven = {order: uneven_spacings(times) for order, (_, times) in readings.items()}
    order = max(readings, key=lambda one: (read[one], -uneven[one]))
    formats, times = readings[order]
    reading = TimeReading(formats, times, has_clock, f"its dates are written {order}")
    for other in readings:
        if other == order:
            continue
        if read[order] > read[other]:
            return _with(reading, f"{reading.reason}: read {other} some of them would not exist")
        if uneven[other] >= max(_TIMES_AS_MANY * uneven[order], uneven[order] + _MORE):
            return _with(reading, f"{reading.reason}: read {other} they would be spaced unevenly")
        example = ", ".join(str(readings[one][1].drop_nulls()[0].date()) for one in (order, other))
        doubt = (
            f"every date may be {order} or {other} (the first one is {example}), and the spacing shows no "
            "difference; check time_formats"
        )
        return TimeReading(formats, times, has_clock, reading.reason, doubt)
    return reading


def _with(reading: TimeReading, reason: str) -> TimeReading:
    return TimeReading(reading.formats, reading.times, reading.has_clock, reason)


def _coalesced(texts: pl.Series, formats: Sequence[str]) -> tuple[tuple[str, ...], pl.Series]:
    """Read in each format what those before it have not read; return those that read something."""
    times = pl.Series("time", [None] * len(texts), dtype=pl.Datetime("us"))
    used = []
    for form in formats:
        read = times_in(texts, form)
        if (times.is_null() & read.is_not_null()).any():
            used.append(form)
            times = times.to_frame().select(pl.coalesce("time", read))["time"]
    return tuple(used), times


def _share(times: pl.Series) -> float:
    return 1 - times.null_count() / len(times) if len(times) else 0.0
