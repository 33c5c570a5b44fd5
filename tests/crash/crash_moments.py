"""The worst moments for a night to die at, named by the call that is under way, and what is wrong then.

A moment is data: ``dying_night`` brings a night there. Nothing in the product knows of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WAREHOUSE = "warehouse/traffic.duckdb"
WAREHOUSE_LOG = f"{WAREHOUSE}.wal"
COPY = "published/copies/2/traffic.duckdb"
INSERT = "warehouse.store:Warehouse.insert"
DELETE = "warehouse.store:Warehouse.delete"
COMMIT = "duckdb:DuckDBPyConnection.commit"
EXECUTE = "duckdb:DuckDBPyConnection.execute"
CLOSE = "duckdb:DuckDBPyConnection.close"
RENAME = "pathlib:Path.replace"
DAGSTER_COMMIT = "sqlalchemy.engine.default:DefaultDialect.do_commit"
DAGSTER_RUNS = "dagster._core.storage.runs:SqlRunStorage"


@dataclass(frozen=True)
class Call:
    """A call of a function.

    Parameters
    ----------
    function : str
        ``module:name`` or ``module:Class.name``.
    about : str
        A part of the text of its arguments; calls without it do not count.
    nth : int
        Which of its calls, from 1.
    """

    function: str
    about: str = ""
    nth: int = 1


@dataclass(frozen=True)
class Moment:
    """A moment of a night.

    Parameters
    ----------
    name : str
        What is under way.
    night : int
        0 for the first night of a home, 1 for the second.
    call : Call
        The call that it is reached by.
    fate : {"before", "after", "torn", "full"}
        Killed before or after the call; killed by the first write in it that makes a file longer than
        ``size``; or no file grows beyond ``size`` from then on, as on a full disk.
    once : Call, optional
        Calls count only when this one has returned.
    file : str
        Of the home; ``size`` is counted from its end. None for an absolute size.
    size : int
        In byte.
    """

    name: str
    night: int
    call: Call
    fate: Literal["before", "after", "torn", "full"]
    once: Call | None = None
    file: str | None = None
    size: int = 0


def _ledger(nth: int) -> Call:
    return Call(INSERT, "raw.ingested_files", nth)


_REQUESTS, _SAMPLES, _REJECTED = "raw.web_requests", "raw.provider_samples", "raw.rejected_lines"
_COPYING = Call(EXECUTE, "INSERT INTO published.")
_PUBLISHING = Call(RENAME, "published/.current")
_DESCRIPTION = Call("pathlib:Path.write_text", "description.json")

WORST = (
    # Reading a file, and committing what it holds.
    Moment("inside a file: its lines were split", 0, Call("polars:read_lines", nth=2), "after"),
    Moment("inside a file: it was opened", 1, Call("pathlib:Path.open", "access.log.1", nth=2), "after"),
    Moment("requests inserted, their file not accounted for", 0, Call(INSERT, _REQUESTS, 2), "after"),
    Moment("requests inserted, rejected lines not", 1, Call(INSERT, _REJECTED), "before"),
    Moment("a file's rows inserted and not committed", 0, _ledger(2), "after"),
    Moment("an export's rows inserted and not committed", 1, Call(INSERT, _SAMPLES), "after"),
    Moment("commit of a file, torn in its log", 0, Call(COMMIT), "torn", _ledger(1), WAREHOUSE_LOG, 700),
    Moment("commit of a file, torn late", 1, Call(COMMIT), "torn", _ledger(3), WAREHOUSE_LOG, 9_000),
    Moment("a file committed", 0, Call(COMMIT), "after", _ledger(3)),
    # The warehouse itself.
    Moment("the new warehouse has some of its tables", 0, Call(EXECUTE, "CREATE TABLE", 45), "after"),
    Moment("the new warehouse flushed and not in its place", 0, Call(RENAME, "warehouse/"), "before"),
    Moment("the new warehouse in its place", 0, Call(RENAME, "warehouse/"), "after"),
    Moment("checkpoint at closing, torn", 0, Call(CLOSE), "torn", _PUBLISHING, WAREHOUSE, 4_096),
    Moment("checkpoint at opening", 1, Call(EXECUTE, "CHECKPOINT"), "before"),
    Moment("checkpoint at closing, begun", 1, Call(CLOSE), "before", _PUBLISHING),
    # What is made of the raw rows.
    Moment("old observations deleted, new ones not inserted", 1, Call(DELETE, "observations"), "after"),
    Moment(
        "commit of a night's fits, torn", 1, Call(COMMIT), "torn", Call(INSERT, "models."), WAREHOUSE_LOG, 900
    ),
    Moment("half of a night's diagnostics inserted", 0, Call(INSERT, "ensemble_correlation"), "after"),
    Moment("the diagnostics of an earlier run deleted", 1, Call(DELETE, "diagnostics.density"), "after"),
    Moment("quality judged, older nights not removed", 0, Call(INSERT, "quality.expectations"), "after"),
    Moment("rules judged and not committed", 1, Call(INSERT, "alerts.evaluations"), "after"),
    # The published copy.
    Moment("the copy half filled", 0, Call(EXECUTE, "INSERT INTO published.", 12), "after"),
    Moment(
        "the copy of a second night half filled", 1, Call(EXECUTE, "INSERT INTO published.", 20), "before"
    ),
    # A commit of more than the 16 MB that DuckDB's log may hold is a checkpoint at once.
    Moment("checkpoint of the copy, torn", 1, Call(COMMIT), "torn", _COPYING, COPY, 5_000),
    Moment("the copy half written as Parquet", 1, Call(EXECUTE, "COPY (FROM published.", 20), "after"),
    Moment("the copy written and not flushed", 1, _DESCRIPTION, "after"),
    Moment("the copy flushed and not in its place", 1, _PUBLISHING, "before"),
    Moment("the first copy in its place, known by none of its names", 0, _PUBLISHING, "after"),
    Moment("the copy in its place", 1, _PUBLISHING, "after"),
    Moment("the figures flushed and not in their place", 1, Call(RENAME, "published/.diurnal"), "before"),
    # Locks and Dagster's records.
    Moment("the lock taken and not signed", 0, Call("os:pwrite"), "before"),
    Moment(
        "Dagster's settings opened and not written", 0, Call("pathlib:Path.open", "dagster.yaml"), "after"
    ),
    Moment("Dagster's tables being made", 0, Call(DAGSTER_COMMIT, nth=5), "before"),
    Moment("the run recorded and not begun", 1, Call(f"{DAGSTER_RUNS}.add_run"), "after"),
    Moment(
        "the run begun, the warehouse not opened",
        1,
        Call(f"{DAGSTER_RUNS}.handle_run_event", "PIPELINE_START"),
        "after",
    ),
    Moment("commit of a run's event, torn", 0, Call(DAGSTER_COMMIT, nth=60), "torn", None, None, 2_000),
    Moment(
        "the run's success not recorded",
        1,
        Call(f"{DAGSTER_RUNS}.handle_run_event", "PIPELINE_SUCCESS"),
        "before",
    ),
    # No space left.
    Moment("no space for Dagster's records", 0, Call("os:pwrite"), "full", None, None, 60_000),
    Moment("no space for a new warehouse", 0, Call(RENAME, "warehouse/"), "full", None, None, 300_000),
    Moment("no space for a file's rows", 0, Call(COMMIT), "full", _ledger(2), WAREHOUSE_LOG, 500),
    Moment("no space for a night's fits", 1, Call(INSERT, "models."), "full", None, WAREHOUSE_LOG, 1_000),
    Moment("no space for the copy", 1, Call(EXECUTE, "INSERT INTO published."), "full", None, COPY, 10_000),
)
