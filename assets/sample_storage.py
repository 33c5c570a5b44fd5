"""Samples into ``raw.provider_samples``: of several for one time the one delivered last stands.

A value that is sent again unchanged is not written again; one that is corrected stays, and names the file
that superseded it.
"""

from __future__ import annotations

import polars as pl

from assets.account import owned
from assets.sources import Source
from warehouse import Warehouse

TABLE = "raw.provider_samples"
_KEY = ("series_id", "at_utc")
_STANDING = f"""
    SELECT series_id, at_utc, value AS standing FROM {TABLE}
    WHERE source = ? AND superseded_by IS NULL AND at_utc BETWEEN ? AND ?
"""


def store_samples(warehouse: Warehouse, source: Source, file_id: str, samples: pl.DataFrame) -> pl.DataFrame:
    """Write the samples of a file that are new or corrected.

    Parameters
    ----------
    warehouse : Warehouse
        In a transaction.
    source : Export
        The samples' source.
    file_id : str
        The content that they come from.
    samples : polars.DataFrame
        ``series_id``, ``at_utc``, ``value``, ``unit``, ``line_number``, in the file's order.

    Returns
    -------
    polars.DataFrame
        Those that were written.
    """
    if samples.is_empty():
        return samples
    span = samples.select(pl.min("at_utc"), last=pl.max("at_utc")).row(0)
    standing = warehouse.query(_STANDING, [source.name, *span])
    beside = samples.join(standing, on=_KEY, how="left", maintain_order="left")
    is_last = pl.struct(_KEY).is_last_distinct()
    new = beside.with_columns(is_last=is_last).filter(
        ~(pl.col("is_last") & pl.col("standing").eq_missing(pl.col("value")))
    )
    corrected = new.filter("is_last", pl.col("standing").is_not_null()).select(_KEY)
    warehouse.update_matching(
        TABLE, corrected, {"superseded_by": file_id}, {"source": source.name, "superseded_by": None}
    )
    within = pl.when(~pl.col("is_last")).then(pl.lit(file_id)).alias("superseded_by")
    written = new.with_columns(within).drop("standing", "is_last")
    warehouse.insert(TABLE, owned(written, source.name, file_id))
    return written
