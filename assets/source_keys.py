"""What the keys of ``sources.toml`` may hold: each kind of value, with the sentence that refuses another.

Which keys a table has, and which belong together, is in ``sources``.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import PurePath
from typing import Annotated
from zoneinfo import available_timezones

import polars as pl
from pydantic import AfterValidator, BeforeValidator

from traffic.parsing.export.layout import AUTO, HEADER_UNIT
from traffic.parsing.export.times import NUMBER_FORMATS
from traffic.parsing.quantity import check_quantity, check_unit, duration_seconds, size_bytes
from traffic.windowing.holiday_calendar import check_country

# The system knows these, but they are no place on earth and polars does not take them.
_NO_PLACES = frozenset({"Factory", "localtime"})
# A share of the capacity above this is a percentage written as one.
_LARGEST_THRESHOLD = 5.0
_SAMPLE_UTC = datetime(2001, 2, 3, 16, 5)


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACES


def is_time_zone(name: object) -> bool:
    """Whether a value names an IANA time zone."""
    return isinstance(name, str) and name in _time_zones()


def _time_zone(name: str) -> str:
    if not is_time_zone(name):
        raise ValueError(f"{name!r} is not an IANA time zone; write one such as 'Europe/Berlin' or 'UTC'")
    return name


def _duration(text: object) -> int:
    if not isinstance(text, str):
        raise ValueError("write a duration in quotes, such as '5m'")
    return duration_seconds(text)


def _size(text: object) -> int:
    if not isinstance(text, str):
        raise ValueError("write a size in quotes, such as '20 GiB'")
    return size_bytes(text)


def _name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise ValueError(
            f"{name!r} is no name; write letters, digits, '_', '.' and '-', beginning with a letter or digit"
        )
    return name


def _pattern(files: str) -> str:
    parts = PurePath(files).parts
    if not PurePath(files).name or "\0" in files:
        raise ValueError(f"{files!r} names no files; write a path such as 'landing/weblogs/www/*'")
    if any("**" in part and part != "**" for part in parts):
        raise ValueError(f"'**' in {files!r} must stand alone between slashes; write '**/*' for all below")
    return files


def _series_pattern(pattern: str) -> str:
    if not pattern.strip():
        raise ValueError("an empty pattern matches no series; write one such as 'www/*' or '*'")
    return pattern


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise ValueError(f"{text!r} is not a month; write it as yyyy-mm, such as '1995-08'")
    return text


def _time_format(form: str) -> str:
    if form in NUMBER_FORMATS:
        return form
    # Only a format that reads back what it has written gives the date, the year with it, and the clock.
    time_zone = "UTC" if "%z" in form else None
    try:
        written = pl.Series([_SAMPLE_UTC]).dt.replace_time_zone("UTC").dt.strftime(form)
        read = written.str.to_datetime(form, strict=False, time_unit="us", time_zone=time_zone)
        is_read = read.dtype == pl.Datetime("us", time_zone) and read.dt.date()[0] == _SAMPLE_UTC.date()
    except pl.exceptions.PolarsError:
        is_read = False
    if not is_read:
        raise ValueError(
            f"{form!r} does not read a date and its time; write one such as '%Y-%m-%d %H:%M', or one of "
            f"{', '.join(NUMBER_FORMATS)}"
        )
    return form


def _not_empty(formats: tuple[str, ...]) -> tuple[str, ...]:
    if not formats:
        raise ValueError("the list is empty; write at least one, or remove the key")
    return formats


def _separator(text: str) -> str:
    if text == AUTO:
        return text
    if len(text) != 1 or text in "\0\n\r\"'" or text.isalnum():
        raise ValueError(f"{text!r} cannot separate cells; write one character, such as ',', ';' or '\\t'")
    return text


def _export_unit(text: str) -> str:
    return text if text == HEADER_UNIT else check_unit(text)


def _capacity(quantity: object) -> object:
    by_label = quantity if isinstance(quantity, dict) else {"": quantity}
    if not all(isinstance(one, str) for one in by_label.values()):
        raise ValueError("write a quantity in quotes, such as '10 Gbit/s', or one for each label in {…}")
    return quantity


def _threshold(share: object) -> float:
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= _LARGEST_THRESHOLD:
        raise ValueError(f"{share!r} is no share of a capacity; write a number above 0, such as 0.9 for 90 %")
    return float(share)


def _ascending(thresholds: tuple[float, ...]) -> tuple[float, ...]:
    if not thresholds:
        raise ValueError("the list is empty; write at least one share of the capacity, such as 0.9")
    return tuple(sorted(set(thresholds)))


def _series_id(series_id: str) -> str:
    source, _, label = series_id.partition("/")
    if not source or not label:
        raise ValueError(f"{series_id!r} names no series; write <source>/<label>, such as 'uplinks/core_in'")
    return series_id


def _one_quantity(quantity: object) -> str:
    if not isinstance(quantity, str):
        raise ValueError("write a quantity in quotes, such as '10 Gbit/s'")
    return check_quantity(quantity)


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Seconds = Annotated[int, BeforeValidator(_duration)]
Size = Annotated[int, BeforeValidator(_size)]
Name = Annotated[str, AfterValidator(_name)]
FilePattern = Annotated[str, AfterValidator(_pattern)]
SeriesPattern = Annotated[str, AfterValidator(_series_pattern)]
Month = Annotated[str, AfterValidator(_month)]
TimeFormats = Annotated[tuple[Annotated[str, AfterValidator(_time_format)], ...], AfterValidator(_not_empty)]
Country = Annotated[str, AfterValidator(check_country)]
Separator = Annotated[str, AfterValidator(_separator)]
Unit = Annotated[str, AfterValidator(_export_unit)]
Threshold = Annotated[float, BeforeValidator(_threshold)]
Thresholds = Annotated[tuple[Threshold, ...], AfterValidator(_ascending)]
SeriesId = Annotated[str, AfterValidator(_series_id)]
Quantity = Annotated[str, BeforeValidator(_one_quantity)]
Capacity = Annotated[str | dict[str, str] | None, BeforeValidator(_capacity)]
