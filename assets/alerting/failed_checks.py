"""The checks that a night failed: expectations of the suites, and Dagster's asset checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import dagster as dg
import polars as pl
from dagster import AssetCheckKey

from assets.nights import Night
from assets.partitions import NIGHT_TAG
from assets.quality import SUITES, TABLE
from warehouse import Warehouse

# Its suites are told expectation by expectation.
_TOLD_BY_ROW = frozenset(f"{suite.table_name.split('.')[1]}_meet_their_expectations" for suite in SUITES)


@dataclass(frozen=True)
class FailedCheck:
    """A check that failed.

    Parameters
    ----------
    name : str
        For patterns and as the subject of an event.
    sentence : str
        What was found.
    """

    name: str
    sentence: str


def failed_expectations(warehouse: Warehouse, night: Night) -> Iterator[FailedCheck]:
    """Yield the expectations that the newest run of a night found broken, or could not judge."""
    rows = warehouse.read(TABLE, where={"issued_at_utc": night.issued_at_utc})
    if rows.is_empty():
        return
    newest = rows.filter(pl.col("run_at_utc") == pl.col("run_at_utc").max())
    failed = newest.filter(pl.col("is_error") | ~pl.col("success").fill_null(value=True))
    for row in failed.sort("table_name", "source", "expectation", "column_name").iter_rows(named=True):
        parts = (row["table_name"], row["source"], row["column_name"], row["expectation"])
        told = "it could not be judged" if row["is_error"] else row["observed"]
        yield FailedCheck("/".join(part for part in parts if part), f"{told or 'not as expected'}.")


def failed_asset_checks(
    instance: dg.DagsterInstance, keys: Collection[AssetCheckKey], night: Night
) -> Iterator[FailedCheck]:
    """Yield the asset checks whose newest evaluation was for this night and failed.

    Parameters
    ----------
    instance : DagsterInstance
        Dagster's records.
    keys : collection of AssetCheckKey
        The checks of the code location.
    night : Night
        The night.
    """
    asked = sorted((key for key in keys if key.name not in _TOLD_BY_ROW), key=lambda key: key.name)
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(asked)
    nights: dict[str, str | None] = {}
    for key in asked:
        record = records.get(key)
        if record is None or record.status.value not in ("FAILED", "EXECUTION_FAILED"):
            continue
        if record.run_id not in nights:
            run = instance.get_run_by_id(record.run_id)
            nights[record.run_id] = run.tags.get(NIGHT_TAG) if run else None
        if nights[record.run_id] != night.date.isoformat():
            continue
        evaluation = record.evaluation if record.status.value == "FAILED" else None
        described = evaluation.description if evaluation else "it could not run"
        yield FailedCheck(key.name, f"{(described or 'see its page').rstrip('.')}.")
