"""Which column of an unknown table holds the times, which the hours, the names of the series, the values.

For a suggestion to a person only; how columns are read is in ``times`` and ``values``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from traffic.parsing.export.date_orders import TimeReading, read_as_times, usual_spacing
from traffic.parsing.export.layout import RefusedExportError
from traffic.parsing.export.times import OLE_UTC
from traffic.parsing.export.values import MISSING_WORDS, read_values

PRTG_TIME = "Date Time(RAW)"
_NUMERIC_SHARE = 0.8
_DISTINCT_SHARE = 0.9
_GROWING_TIMES = 20
_TIME_NAME = re.compile(r"time|date|zeit|datum|stamp|fecha|hora|heure|clock|period", re.IGNORECASE)
_HOUR_NAME = re.compile(r"hour|stunde|hora|heure|time|zeit|hr\b", re.IGNORECASE)
_HOUR = r"^(\d{1,2}(\.0*)?|\d{1,2}:\d{2}(:00)?)$"


@dataclass
class ColumnRoles:
    """What the columns of a table are found to be.

    Parameters
    ----------
    header : list of str
        The table's columns.
    time : str
        The column of times.
    reading : TimeReading
        How its texts are read.
    """

    header: list[str]
    time: str
    reading: TimeReading
    hour: str | None = None
    series: str | None = None
    values: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def find_hour(self, cells: pl.DataFrame) -> None:
        """Find the column of hours where the times are dates alone."""
        if self.reading.has_clock:
            return
        for name in self.header:
            is_hour = name != self.time and _HOUR_NAME.search(name) and cells[name].str.contains(_HOUR).all()
            if is_hour:
                self.hour = name
                return

    def find_values(self, cells: pl.DataFrame) -> None:
        """Find the columns of numbers, and the one that names the series if a time stands more than once."""
        rest = [name for name in self.header if name and name not in (self.time, self.hour)]
        numbers = [name for name in rest if _is_numeric(cells[name])]
        texts = [name for name in rest if name not in numbers]
        key = [name for name in (self.time, self.hour) if name]
        if cells.select(key).n_unique() < _DISTINCT_SHARE * cells.height:
            named = [name for name in (*texts, *numbers) if cells.select(*key, name).is_unique().mean() == 1]
            self.series = min(named, key=lambda name: cells[name].n_unique(), default=None)
            if self.series is None:
                self.doubts.append("its times stand more than once, and no column names the series")
        self.values = [name for name in numbers if name != self.series]
        self.others = [name for name in rest if name not in (*self.values, self.series)]
        if not self.values:
            raise RefusedExportError("no column holds numbers beside the one with the times")

    def step_seconds(self, cells: pl.DataFrame) -> int | None:
        """Return the most frequent spacing of the series that has the most times; None if it has no two."""
        label = pl.col(self.series) if self.series else pl.lit("")
        return step_seconds(cells.select(label.alias("label"), time=self._times(cells)))

    def samples(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return the numbers of all series: ``label``, ``time`` and ``value``."""
        columns = self.values[:1] if self.series else self.values
        texts = pl.concat(
            cells.select(
                label=pl.col(self.series) if self.series else pl.lit(name),
                time=self._times(cells),
                text=pl.col(name),
            )
            for name in columns
        )
        return read_values(texts, "auto")[0].select("label", "time", "value")

    def _times(self, cells: pl.DataFrame) -> pl.Series:
        if self.hour is None:
            return self.reading.times
        parts = pl.col(self.hour).str.extract_groups(r"^(\d{1,2})(?::(\d{2}))?").struct
        hours = parts.field("1").cast(pl.Int64, strict=False)
        minutes = parts.field("2").cast(pl.Int64, strict=False).fill_null(0)
        return self.reading.times + cells.select(pl.duration(hours=hours, minutes=minutes)).to_series()


def step_seconds(times: pl.DataFrame) -> int | None:
    """Return the most frequent spacing of the series with the most times.

    Parameters
    ----------
    times : polars.DataFrame
        ``label`` and ``time``.

    Returns
    -------
    int or None
        In seconds; None if it has no two times.
    """
    known = times.drop_nulls()
    if known.is_empty():
        return None
    label = known["label"].mode().sort()[0]
    spacing = usual_spacing(known.filter(pl.col("label") == label)["time"])
    return (round(spacing.total_seconds()) if spacing else 0) or None


def growing_series(samples: pl.DataFrame) -> list[str]:
    """Return the series whose values are whole, never fall, and grow, over at least 20 times.

    Parameters
    ----------
    samples : polars.DataFrame
        ``label``, ``time`` and ``value``, in any order.

    Returns
    -------
    list of str
        Their labels, in the order of the samples.
    """
    value = pl.col("value")
    found = (
        samples.drop_nulls()
        .with_row_index("place")
        .sort("time", maintain_order=True)
        .group_by("label")
        .agg(
            place=pl.col("place").min(),
            is_growing=(pl.len() >= _GROWING_TIMES)
            & (value % 1 == 0).all()
            & (value.diff().drop_nulls() >= 0).all()
            & (value.last() > value.first()),
        )
    )
    return found.filter("is_growing").sort("place")["label"].to_list()


def time_column(cells: pl.DataFrame, header: Sequence[str]) -> tuple[str, TimeReading]:
    """Find the column of times: by its name, then by a clock beside the date, then by its place.

    Raises
    ------
    RefusedExportError
        If no column can be read as times.
    """
    if PRTG_TIME in header:  # the text beside it is a span of two times
        header = [PRTG_TIME]
    readings = {
        name: reading for name in header if name and (reading := read_as_times(cells[name])) is not None
    }
    if not readings:
        raise RefusedExportError("no column can be read as times; name the file's formats in time_formats")
    name = max(readings, key=lambda one: (bool(_TIME_NAME.search(one)), readings[one].has_clock))
    reading = readings[name]
    if name == PRTG_TIME:
        reading = TimeReading((OLE_UTC,), reading.times, True, "PRTG's serial dates, in UTC")
    return name, reading


def _is_numeric(texts: pl.Series) -> bool:
    present = texts.filter(~texts.fill_null("").str.to_lowercase().is_in(MISSING_WORDS))
    if present.is_empty():
        return False
    cells, _ = read_values(pl.DataFrame({"text": present, "label": [""] * len(present)}), "auto")
    unclear = present.str.contains(r"^[+-]?\d{1,3},\d{3}$")
    return bool((cells["value"].is_not_null() | unclear).mean() >= _NUMERIC_SHARE)  # type: ignore[operator]
