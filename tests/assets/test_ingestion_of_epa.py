"""The EPA trace of August 1995, with what is known about it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from assets.ingestion import ingest
from assets.landing import Landing
from assets.sources import Sources

Table = Callable[..., str]
LINES, BYTES = 47_748, 311_863_990
# 5,310 lines have a dash for a size, and 21 have lost that dash.
WITHOUT_SIZE = 5_310 + 21
RAW_HALF_LINES = 15_754


@pytest.mark.real_data
def test_the_trace_is_read_whole_and_a_plain_copy_adds_nothing(
    home: Any, web_log: Table, real_data: Callable[[str], Path]
) -> None:
    packed = real_data("weblogs/epa/epa-http.log.gz").read_bytes()
    home.put("landing/epa/epa-http.log.gz", packed)
    home.declare(web_log("epa", format="epa", month="1995-08", time_zone="America/New_York"))
    home.ingest()
    row = home.ledger()["epa-http.log.gz"]
    assert (row["status"], row["lines_read"], row["lines_skipped"]) == ("loaded", LINES, 0)
    assert row["records_loaded"] + row["records_rejected"] == LINES
    # New York was four hours behind UTC: 29 August 23:53:25 to 30 August 23:53:07.
    assert row["first_utc"] == datetime(1995, 8, 30, 3, 53, 25)
    assert row["last_utc"] == datetime(1995, 8, 31, 3, 53, 7)
    count = """
        SELECT CAST(sum(bytes_sent) AS BIGINT), count(*) - count(bytes_sent), count(*)
        FROM raw.web_requests WHERE source = 'epa'
    """
    known = (BYTES, WITHOUT_SIZE, row["records_loaded"])
    assert home.warehouse.query(count).row(0) == known
    home.put("landing/epa/plain.txt", gzip.decompress(packed))
    home.ingest()
    assert home.ledger()["plain.txt"]["status"] == "copy"
    assert home.warehouse.query(count).row(0) == known
    assert home.ingest() == []


@pytest.mark.real_data
def test_the_untouched_half_is_loaded_or_rejected_line_by_line_where_it_lies(
    home: Any, real_data: Callable[[str], Path]
) -> None:
    file = real_data("weblogs/epa/epa-http-raw-first-half.log.gz")
    source = {"name": "raw", "files": str(file), "format": "epa", "month": "1995-08"}
    sources = Sources.model_validate({"weblog": [source | {"time_zone": "America/New_York"}]})
    ingest(home.warehouse, Landing(home.path, sources), lambda sentence: None)
    (row,) = home.rows("raw.ingested_files")
    rejected = home.rows("raw.rejected_lines")
    assert (row["lines_read"], row["records_read"]) == (RAW_HALF_LINES, RAW_HALF_LINES)
    assert row["records_loaded"] + len(rejected) == RAW_HALF_LINES
    assert row["records_loaded"] > 0.99 * RAW_HALF_LINES
    assert all(one["reason"] and one["line"].isprintable() for one in rejected)
