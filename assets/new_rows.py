"""What the series of a source have not taken up yet: the spans of new files, or everything anew.

What a span's rows become is in ``series_parts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from assets.sources import Source
from assets.web_log_source import WebLog
from traffic.windowing.strays import STRAY_DAYS
from warehouse import Warehouse

YOUNG_DAYS = 7
"""A younger series is made anew with each file: its flags change their rule as it grows, and it is short."""


@dataclass(frozen=True)
class NewRows:
    """What the series of a source are to take up.

    Parameters
    ----------
    file_ids : list of str
        The contents that are new to them.
    spans : list of (datetime, datetime)
        Where their records lie, widened to the neighbours that they may change; ascending, apart.
    is_anew : bool
        Whether the series are made anew from all rows.
    """

    file_ids: list[str]
    spans: list[tuple[datetime, datetime]]
    is_anew: bool


def new_rows(warehouse: Warehouse, source: Source, former: pl.DataFrame) -> NewRows:
    """Find what the series of a source have not taken up.

    Parameters
    ----------
    warehouse : Warehouse
        Holds the ledger.
    source : WebLog or Export
        The source.
    former : polars.DataFrame
        The catalog's rows of the source.
    """
    columns = ("file_id", "first_utc", "last_utc", "is_in_series")
    ledger = warehouse.read(
        "raw.ingested_files", columns, {"source": source.name, "status": ["loaded", "growth"]}
    )
    new = ledger.filter(~pl.col("is_in_series").fill_null(value=False))
    reach = source.silence if isinstance(source, WebLog) else 2 * source.step
    return NewRows(
        file_ids=new["file_id"].to_list(),
        spans=_merged(new.drop_nulls(["first_utc", "last_utc"]), timedelta(seconds=reach)),
        is_anew=not ledger.is_empty() and _is_anew(source, former, new),
    )


def _is_anew(source: Source, former: pl.DataFrame, new: pl.DataFrame) -> bool:
    if former.is_empty() or (former["status"] == "set_aside").any():
        return True
    if former["grid"].ne_missing(source.grid).any():
        return True
    if new.is_empty():
        return False
    first, last = former.select(pl.min("first_utc"), pl.max("last_utc")).row(0)
    if first is None or last - first < timedelta(days=YOUNG_DAYS):
        return True
    # Whether what lies far off is stray can only be told beside all the rest.
    far = timedelta(days=STRAY_DAYS)
    is_far = (pl.col("first_utc") < first - far) | (pl.col("last_utc") > last + far)
    return not new.filter(is_far).is_empty()


def _merged(spans: pl.DataFrame, reach: timedelta) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for first, last in spans.select("first_utc", "last_utc").sort("first_utc").iter_rows():
        start, end = first - reach, last + reach
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
