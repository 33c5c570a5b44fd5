"""Logs that hold no record yet: read once, no fault, and their growth is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from assets.checks.sources import source_checks

Table = Callable[..., str]
AddsUp = Callable[[dict[str, Any]], bool]
# As Internet Information Services begins a file (Microsoft, "W3C Logging", its example).
DIRECTIVES = (
    "#Software: Internet Information Services 6.0\n#Version: 1.0\n#Date: 2025-11-13 10:00:00\n"
    "#Fields: date time c-ip cs-uri-stem sc-bytes\n"
)


@pytest.mark.parametrize("name", ["auto", "w3c"])
def test_a_w3c_log_of_directives_alone_is_loaded_and_holds_no_record_yet(
    home: Any, web_log: Table, adds_up: AddsUp, name: str
) -> None:
    home.put("landing/www/a", DIRECTIVES)
    home.put(
        "landing/www/b", DIRECTIVES.replace("10:00:00", "11:00:00") + "2025-11-13 11:00:00 10.0.0.1 /a 5\n"
    )
    home.declare(web_log(format=name))
    home.ingest()
    ledger = home.ledger()
    row = ledger["a"]
    assert (row["status"], row["records_read"], row["lines_skipped"]) == ("loaded", 0, 4)
    assert row["reason"] == "it holds no record yet"
    assert all(map(adds_up, ledger.values()))
    files_were_read, _ = source_checks(home.landing.sources)
    assert files_were_read(home.warehouse, home.landing).passed
    assert home.series(date(2025, 11, 14))
    # Read once; and what comes behind the directives is its growth.
    assert home.ingest() == []
    home.put("landing/www/a", DIRECTIVES + "2025-11-13 10:00:01 10.0.0.1 /a 5\n", minute=1)
    home.ingest()
    [row] = [row for row in home.rows("raw.ingested_files") if row["status"] == "growth"]
    assert (row["records_loaded"], row["lines_skipped"], row["reason"]) == (1, 0, None)


def test_a_w3c_log_of_blanks_alone_is_rejected(home: Any, web_log: Table) -> None:
    home.put("landing/www/a", "\n \n")
    home.declare(web_log(format="w3c"))
    home.ingest()
    row = home.ledger()["a"]
    assert (row["status"], row["reason"]) == ("rejected", "none of its 0 records could be read as w3c")
