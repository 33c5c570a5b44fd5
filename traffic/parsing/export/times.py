"""The times of an export: strptime formats, epochs, serial dates, and the hour in a column of its own.

Wall clocks become UTC in ``traffic.parsing.local_time``; which formats are tried is the layout's affair.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from traffic.parsing.export.layout import (
    DEFAULT_TIME_FORMATS,
    SHOWN_CHARACTERS,
    ExportLayout,
    RefusedExportError,
)
from traffic.parsing.local_time import local_to_utc, within_plausible_years

EPOCH_S, EPOCH_MS, OLE, OLE_UTC = "epoch_s", "epoch_ms", "ole", "ole_utc"
NUMBER_FORMATS = (EPOCH_S, EPOCH_MS, OLE, OLE_UTC)
# Days since 1899-12-30 as spreadsheets and PRTG count them; 25,569 of them lie before 1970.
_OLE_DAYS_TO_1970 = 25_569
_MICROSECONDS = {EPOCH_S: 1e6, EPOCH_MS: 1e3, OLE: 86_400e6, OLE_UTC: 86_400e6}
# Serial dates are exported with ten decimals, which is some microseconds beside the second that was meant.
_OLE_RESOLUTION = 1_000
# From 1990 to 2038: narrow enough that dates written as figures, such as 202405010000, are no epochs.
EPOCH_SECONDS = (631_152_000, 2_145_916_800)
_DATE_FORMAT = "%Y-%m-%d"
_MIDNIGHTS_CLOCK = (0, 24)


def read_times(frame: pl.DataFrame, layout: ExportLayout) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read the times of all records.

    Parameters
    ----------
    frame : polars.DataFrame
        ``time`` and ``label``, one row a record (or a sample of it), and ``hour`` if the layout has such a
        column; all text.
    layout : ExportLayout
        The formats and the zone.

    Returns
    -------
    polars.DataFrame
        The frame with ``at_utc`` (null where the time cannot be read) and ``time_reason``.
    tuple of str
        What was told from the column and not from the layout.

    Raises
    ------
    RefusedExportError
        If there is an hour column, and it does not say whether its first hour is 0 or 1.
    """
    formats, told = _formats(frame, layout)
    null = pl.lit(None, pl.Datetime("us"))
    aware = [null, *(_aware(form) for form in formats if is_aware(form))]
    naive = [null, *(_naive(form) for form in formats if not is_aware(form))]
    read = frame.with_columns(aware=pl.coalesce(aware), local=pl.coalesce(naive))
    shown = pl.col("time").fill_null("").str.head(SHOWN_CHARACTERS)
    no_format = "the time '{}' is in none of the formats of time_formats, or not in 1970 to 2100"
    reason = pl.format(no_format, shown)
    if layout.hour_column is not None:
        hours, told_hours = _hours(frame["hour"], layout)
        told += told_hours
        read = read.with_columns(after=hours).with_columns(pl.col("aware", "local") + pl.col("after"))
        hour = pl.col("hour").fill_null("").str.head(SHOWN_CHARACTERS)
        reason = pl.when(pl.col("after").is_null()).then(pl.format("'{}' is no hour", hour)).otherwise(reason)
        shown = shown + " " + hour
    read = _read_clock(read, layout.time_zone).with_columns(
        at_utc=pl.coalesce("aware", "at_utc"),
        time_reason=pl.when(pl.col("local").is_null())
        .then(reason)
        .otherwise(pl.format(f"the clock of {layout.time_zone} skipped the time '{{}}'", shown)),
    )
    return read.select(*frame.columns, "at_utc", "time_reason"), told


def times_in(time: pl.Series, form: str) -> pl.Series:
    """Read a column of texts in one format; null where it does not fit, or beyond 1970 to 2100.

    Returns
    -------
    polars.Series of Datetime("us")
        UTC for a format with an offset, otherwise the wall clock's time.
    """
    read = _aware(form) if is_aware(form) else _naive(form)
    return time.alias("time").to_frame().select(read.alias("time"))["time"]


def is_aware(form: str) -> bool:
    """Whether times of this format say themselves how far they are from UTC."""
    return form in (EPOCH_S, EPOCH_MS, OLE_UTC) or "%z" in form


def number_format(time: pl.Series) -> str | None:
    """Tell from a column of texts that its times are epochs: all its numbers lie in 1990 to 2038.

    Returns
    -------
    {"epoch_s", "epoch_ms", None}
        None if they are neither.
    """
    numbers = time.cast(pl.Float64, strict=False).drop_nulls()
    first, last = EPOCH_SECONDS
    for form, scale in ((EPOCH_S, 1), (EPOCH_MS, 1_000)):
        if len(numbers) and numbers.is_between(first * scale, last * scale).all():
            return form
    return None


def _formats(frame: pl.DataFrame, layout: ExportLayout) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if layout.time_formats != DEFAULT_TIME_FORMATS:
        return layout.time_formats, ()
    formats = layout.time_formats + ((_DATE_FORMAT,) if layout.hour_column else ())
    if (form := number_format(frame["time"])) is None:
        return formats, ()
    return (*formats, form), (f"times as {form}",)


def _aware(form: str) -> pl.Expr:
    if form in NUMBER_FORMATS:
        return _if_plausible(_from_number(form))
    text = pl.col("time").str.replace(r"[zZ]$", "+00:00").str.replace(r" (UTC|GMT)$", "+00:00")
    read = text.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
    return _if_plausible(read.dt.replace_time_zone(None))


def _naive(form: str) -> pl.Expr:
    if form in NUMBER_FORMATS:
        return _if_plausible(_from_number(form))
    return _if_plausible(pl.col("time").str.to_datetime(form, strict=False, time_unit="us"))


def _from_number(form: str) -> pl.Expr:
    # No number of a time has groups, so that a comma can only be the decimal mark.
    number = pl.col("time").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    if form in (OLE, OLE_UTC):
        steps = ((number - _OLE_DAYS_TO_1970) * _MICROSECONDS[form] / _OLE_RESOLUTION).round()
        microseconds = steps * _OLE_RESOLUTION
    else:
        microseconds = (number * _MICROSECONDS[form]).round()
    # Beyond the years that are believed the cast could overflow.
    bounded = pl.when(microseconds.is_between(-1e15, 1e16)).then(microseconds)
    return bounded.cast(pl.Int64, strict=False).cast(pl.Datetime("us"))


def _if_plausible(time: pl.Expr) -> pl.Expr:
    # %Y reads "1/13/18" as the year 18: such a format has not matched, and the next one is tried.
    return pl.when(within_plausible_years(time)).then(time)


def _hours(hour: pl.Series, layout: ExportLayout) -> tuple[pl.Expr, tuple[str, ...]]:
    """Read the hours as the time since midnight at which what was measured in them begins."""
    clock = pl.col("hour").str.extract_groups(r"^(\d{1,2}):([0-5]\d)(?::00)?$").struct
    clock_minutes = 60 * clock.field("1").cast(pl.Int32) + clock.field("2").cast(pl.Int32)
    whole = pl.col("hour").str.extract(r"^(\d{1,2})(?:\.0*)?$").cast(pl.Int32)
    told: tuple[str, ...] = ()
    if (first_hour := layout.first_hour) is None:
        first_hour, told = _first_hour(hour.to_frame("hour").select(whole)["hour"])
    minutes = (
        pl.when(clock_minutes.is_between(0, 24 * 60))
        .then(clock_minutes)
        .when(whole.is_between(first_hour, first_hour + 23))
        .then(60 * (whole - first_hour))
    )
    return pl.duration(minutes=minutes), told


def _first_hour(hours: pl.Series) -> tuple[Literal[0, 1], tuple[str, ...]]:
    has_first, has_last = ((hours == mark).any() for mark in _MIDNIGHTS_CLOCK)
    if has_last and not has_first:
        return 1, ("hours 1 to 24, of which hour 1 begins at midnight",)
    if has_first and not has_last:
        return 0, ("hours 0 to 23",)
    if len(hours.drop_nulls()) == 0:  # clock times, or nothing that could be read
        return 0, ()
    which = "both 0 and 24" if has_first else "neither 0 nor 24"
    raise RefusedExportError(
        f"its hours hold {which}, so that it is not clear where the day begins; write first_hour = 0 if "
        "hour 0 begins at midnight, or first_hour = 1 if hour 1 does"
    )


def _read_clock(cells: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    # A wall-clock time that exists twice stands twice in the file: the second one is after the change, or
    # before it where the newest record comes first.
    step = pl.col("local").diff()
    is_newest_first = ((step < pl.duration()).sum() > (step > pl.duration()).sum()).over("label")
    position, times = pl.int_range(pl.len()), pl.len()
    is_repeat = pl.when("is_newest_first").then(position < times - 1).otherwise(position > 0)
    return cells.with_columns(is_newest_first=is_newest_first).with_columns(
        at_utc=local_to_utc(pl.col("local"), time_zone, is_repeat=is_repeat.over("label", "local"))
    )
