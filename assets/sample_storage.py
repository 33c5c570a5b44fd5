"""Samples into ``raw.provider_samples``: of several for one time, that of the file changed last stands.

A value that is sent again unchanged is not written again; one that is corrected stays, and names the file
that superseded it.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from assets.account import owned
from assets.sources import Source
from warehouse import Warehouse

TABLE = "raw.provider_samples"
_KEY = ("series_id", "at_utc")
_CHANGED = """
    LEFT JOIN (
        SELECT source, file_id, max(modified_utc) AS changed_utc FROM raw.ingested_files
        WHERE status = 'loaded' GROUP BY ALL
    ) USING (source, file_id)
"""
_STANDING = f"""
    SELECT series_id, at_utc, value AS standing, file_id AS standing_in, changed_utc
    FROM {TABLE} {_CHANGED} WHERE source = ? AND superseded_by IS NULL AND at_utc BETWEEN ? AND ?
"""
_SUPERSEDED = f"""
    SELECT series_id, at_utc, file_id, line_number, changed_utc
    FROM {TABLE} {_CHANGED} WHERE source = ? AND superseded_by = ? AND file_id <> superseded_by
"""


def store_samples(
    warehouse: Warehouse, source: Source, file_id: str, modified_utc: datetime, samples: pl.DataFrame
) -> pl.DataFrame:
    """Write the samples of a file that are new or corrected.

    Parameters
    ----------
    warehouse : Warehouse
        In a transaction.
    source : Export
        The samples' source.
    file_id : str
        The content that they come from.
    modified_utc : datetime
        When its file was changed: it supersedes no sample of a file that was changed later.
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
    is_late = (pl.col("changed_utc") > modified_utc).fill_null(value=False)
    corrected = new.filter("is_last", pl.col("standing").is_not_null(), ~is_late).select(_KEY)
    warehouse.update_matching(
        TABLE, corrected, {"superseded_by": file_id}, {"source": source.name, "superseded_by": None}
    )
    successor = pl.when(~pl.col("is_last")).then(pl.lit(file_id)).when(is_late).then("standing_in")
    written = new.select(*samples.columns, successor.alias("superseded_by"))
    warehouse.insert(TABLE, owned(written, source.name, file_id))
    return written


def let_former_samples_stand(warehouse: Warehouse, source: Source, file_id: str) -> None:
    """Undo what a file superseded, before its own samples are removed.

    Parameters
    ----------
    warehouse : Warehouse
        In a transaction.
    source : Source
        The file's source.
    file_id : str
        The content that is forgotten.
    """
    freed = warehouse.query(_SUPERSEDED, [source.name, file_id])
    if freed.is_empty():
        return
    span = freed.select(pl.min("at_utc"), last=pl.max("at_utc")).row(0)
    standing = warehouse.query(_STANDING, [source.name, *span]).filter(pl.col("standing_in") != file_id)
    latest = freed.sort("changed_utc", nulls_last=False, maintain_order=True).unique(_KEY, keep="last")
    # Another file may have superseded the one that is forgotten: then its sample stands as before.
    latest = latest.join(standing, on=_KEY, how="anti")
    heirs = pl.concat(
        [
            latest.select(*_KEY, heir="file_id", heir_line="line_number"),
            standing.select(*_KEY, heir="standing_in", heir_line=pl.lit(None, pl.Int64)),
        ]
    )
    settled = freed.join(heirs, on=_KEY, how="left")
    is_heir = (pl.col("file_id") == pl.col("heir")) & (pl.col("line_number") == pl.col("heir_line"))
    settled = settled.with_columns(heir=pl.when(~is_heir.fill_null(value=False)).then("heir"))
    for (heir,), rows in settled.group_by("heir"):
        keys = rows.select(*_KEY, "file_id", "line_number")
        where = {"source": source.name, "superseded_by": file_id}
        warehouse.update_matching(TABLE, keys, {"superseded_by": heir}, where)
