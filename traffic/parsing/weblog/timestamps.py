"""The times of web logs as they are written: the log's own form, ISO 8601, seconds since 1970.

A time becomes a wall-clock time and its distance from UTC in minutes, where it says one. What a zone makes
of a wall-clock time without belongs to ``local_time``.
"""

from __future__ import annotations

import polars as pl

CLF_TIME_FORMAT = "%d/%b/%Y:%H:%M:%S"
KNOWN_FORMS = "dd/Mon/yyyy:hh:mm:ss, ISO 8601, or seconds or milliseconds since 1970"
_FRACTION = r"(?:[.,](?P<fraction>[0-9]{1,9}))?"
_ZONE = r" ?(?P<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
_CLF = (
    r"^\[?(?P<time>[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2})"
    rf"{_FRACTION}{_ZONE}\]?$"
)
_ISO = (
    r"^(?P<year>[0-9]{4})[-/](?P<month>[0-9]{2})[-/](?P<day>[0-9]{2})[T ]"
    rf"(?P<clock>[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}){_FRACTION}{_ZONE}$"
)
# Seconds have ten digits until 2286; what is longer counts milli-, micro- or nanoseconds.
_EPOCH = r"^(?P<seconds>[0-9]{1,10})(?P<digits>[0-9]{3}|[0-9]{6}|[0-9]{9})?(?:\.(?P<fraction>[0-9]+))?$"


def microseconds(fraction: pl.Expr) -> pl.Expr:
    """Read the digits behind a decimal point as microseconds; what is finer is cut off; null is none."""
    return (fraction + pl.lit("000000")).str.slice(0, 6).cast(pl.Int64, strict=False).fill_null(0)


def after_fraction(local: pl.Expr, fraction: pl.Expr) -> pl.Expr:
    """Add the digits behind a decimal point to a time of whole seconds."""
    return local + pl.duration(microseconds=microseconds(fraction))


def offset_minutes(offset: pl.Expr) -> pl.Expr:
    """Read ``Z``, ``+hh``, ``+hhmm`` or ``+hh:mm`` as minutes east of Greenwich; null is no such offset."""
    parts = offset.str.extract_groups(r"^([+-])([0-9]{2})(?::?([0-9]{2}))?$").struct
    hours = parts.field("2").cast(pl.Int32, strict=False)
    minutes = parts.field("3").cast(pl.Int32, strict=False).fill_null(0)
    sign = pl.when(parts.field("1") == "-").then(-1).otherwise(1)
    east = pl.when(hours < 24, minutes < 60).then(sign * (hours * 60 + minutes))
    return pl.when(offset == "Z").then(0).otherwise(east).cast(pl.Int32)


def since_1970(seconds: pl.Expr, fraction: pl.Expr) -> pl.Expr:
    """Read digits that count seconds, and those behind the decimal point, as a naive UTC time."""
    whole = seconds.cast(pl.Int64, strict=False) * 1_000_000
    return (whole + microseconds(fraction)).cast(pl.Datetime("us"))


def any_time(text: pl.Series) -> pl.DataFrame:
    """Read times in any of the forms that logs use, each on its own.

    Parameters
    ----------
    text : polars.Series of String
        One time a row; null where there is none.

    Returns
    -------
    polars.DataFrame
        ``local`` (Datetime, null if the text is no time) and ``offset_minutes`` (Int32, null if it says
        none; then the time is a wall clock's).
    """
    frame = (
        text.alias("text")
        .to_frame()
        .select(
            clf=pl.col("text").str.extract_groups(_CLF),
            iso=pl.col("text").str.extract_groups(_ISO),
            epoch=pl.col("text").str.extract_groups(_EPOCH),
        )
    )
    clf, iso, epoch = (pl.col(name).struct for name in frame.columns)
    date = pl.format("{}-{}-{} {}", *(iso.field(name) for name in ("year", "month", "day", "clock")))
    local = pl.coalesce(
        after_fraction(_parsed(clf.field("time"), CLF_TIME_FORMAT), clf.field("fraction")),
        after_fraction(_parsed(date, "%Y-%m-%d %H:%M:%S"), iso.field("fraction")),
        since_1970(epoch.field("seconds"), pl.coalesce(epoch.field("digits"), epoch.field("fraction"))),
    )
    offset = pl.coalesce(clf.field("offset"), iso.field("offset"))
    east = pl.coalesce(offset_minutes(offset), pl.when(epoch.field("seconds").is_not_null()).then(0))
    is_wrong = offset.is_not_null() & east.is_null()
    return frame.select(local=pl.when(~is_wrong).then(local), offset_minutes=east.cast(pl.Int32))


def _parsed(text: pl.Expr, form: str) -> pl.Expr:
    return text.str.to_datetime(form, strict=False, time_unit="us")
