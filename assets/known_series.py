"""One series as the newest night knows it, for questions that are asked between nights.

Reading it, and what is said of one that is not there, belong here; what is asked, to the modules that ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

import polars as pl

from traffic.models.requirements import HISTORY_DAYS
from traffic.windowing.series_batch import SeriesBatch, known_before

Read = Callable[..., pl.DataFrame]
"""A query and its parameters to rows: of the published copy, or of the warehouse."""

_CATALOG = "FROM series.catalog ORDER BY series_id"
_NEWEST_NIGHT = "SELECT max(issued_at_utc) AS issued_at_utc FROM models.champions"
_OBSERVATIONS = """
    SELECT series_id, at_utc, value, cause FROM series.observations
    WHERE series_id = $1 AND at_utc >= $2 AND at_utc < $3 ORDER BY at_utc
"""
_SUGGESTED = 3


class UnknownSeriesError(ValueError):
    """A series that is not there, or of which nothing can be asked; the message says what would be right."""


@dataclass(frozen=True, eq=False)
class KnownSeries:
    """A series and what a night knows of it.

    Parameters
    ----------
    entry : dict
        Its row of ``series.catalog``.
    issued_at_utc : datetime
        Midnight of the newest night, naive UTC.
    batch : SeriesBatch
        Its eight weeks before that midnight, by itself.
    """

    entry: dict[str, Any]
    issued_at_utc: datetime
    batch: SeriesBatch

    @property
    def series_id(self) -> str:
        """Its name."""
        return str(self.entry["series_id"])

    @property
    def unit(self) -> str:
        """Unit of its values."""
        return str(self.entry["unit"])

    @property
    def step_seconds(self) -> int:
        """Spacing of its values."""
        return self.batch.step_seconds


def known_series(read: Read, series_id: str) -> KnownSeries:
    """Read a series as the newest night knows it.

    Parameters
    ----------
    read : callable
        Reads the published copy or the warehouse.
    series_id : str
        Which.

    Returns
    -------
    KnownSeries

    Raises
    ------
    UnknownSeriesError
        If there is no such series, it was set aside, or no night has run.
    """
    catalog = read(_CATALOG)
    found = catalog.filter(pl.col("series_id") == series_id)
    if found.is_empty():
        raise UnknownSeriesError(_not_there(series_id, catalog["series_id"].to_list()))
    entry = found.row(0, named=True)
    if entry["status"] == "set_aside" or entry["step_seconds"] is None:
        raise UnknownSeriesError(f"the series {series_id!r} was set aside: {entry['reason']}")
    issued_at_utc = read(_NEWEST_NIGHT)["issued_at_utc"][0]
    if issued_at_utc is None:
        raise UnknownSeriesError("no night has run yet; `diurnal nightly` runs one")
    since = issued_at_utc - timedelta(days=HISTORY_DAYS)
    observations = read(_OBSERVATIONS, [series_id, since, issued_at_utc])
    (batch,) = known_before(
        observations, [series_id], entry["time_zone"], entry["step_seconds"], issued_at_utc
    )
    if batch.value.shape[1] == 0:
        raise UnknownSeriesError(
            f"the series {series_id!r} has no value in the {HISTORY_DAYS} days before {issued_at_utc} UTC"
        )
    return KnownSeries(entry, issued_at_utc, batch)


def _not_there(series_id: str, names: Sequence[str]) -> str:
    if not names:
        return f"there is no series {series_id!r}, nor any other yet; `diurnal nightly` makes them"
    by_label = {name.rpartition("/")[2].casefold(): name for name in names}
    folded = {name.casefold(): name for name in names} | by_label
    close = get_close_matches(series_id.casefold(), folded, n=_SUGGESTED, cutoff=0.5)
    suggested = list(dict.fromkeys(folded[name] for name in close))
    if suggested:
        return f"there is no series {series_id!r}; did you mean {' or '.join(map(repr, suggested))}?"
    return f"there is no series {series_id!r}; series.catalog lists the {len(names)} that there are"
