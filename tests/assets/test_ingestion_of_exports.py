"""Exports of every kind on their way into the warehouse: what the ledger says of them, and what is stored."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from assets.checks.sources import source_checks
from assets.export_source import Export
from traffic.parsing.export.recognition import recognise_export

Table = Callable[..., str]
MIDNIGHT, FIVE = datetime(2025, 1, 1), datetime(2025, 1, 1, 0, 5)
PROMETHEUS = {
    "status": "success",
    "data": {
        "resultType": "matrix",
        "result": [{"metric": {"__name__": "a"}, "values": [[1735689600, "1"], [1735689900, "x"]]}],
    },
}


def parquet() -> bytes:
    stream = io.BytesIO()
    pl.DataFrame({"time": [MIDNIGHT, FIVE], "a": [1.0, 2.0]}).write_parquet(stream)
    return stream.getvalue()


def workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([("time", "a"), (MIDNIGHT, 1), (FIVE, "x")]):
            sheet.write_row(row, 0, cells)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "form", "rows", "rejected"),
    [
        (parquet(), "parquet wide", 2, []),
        (workbook(), "excel wide", 1, [(3, "2025-01-01 00:05:00.000000, x")]),
        (json.dumps(PROMETHEUS).encode(), "Prometheus JSON long", 1, [(2, "1735689900, a, x")]),
    ],
    ids=["parquet", "excel", "json"],
)
def test_files_that_are_no_text(
    home: Any, export: Table, content: bytes, form: str, rows: int, rejected: list[tuple[int, str]]
) -> None:
    home.put("landing/isp/file", content)
    home.declare(export())
    home.ingest()
    row = home.ledger()["file"]
    assert (row["status"], row["format"], row["reason"]) == ("loaded", form, None)
    assert (row["lines_read"], row["lines_skipped"], row["records_read"], row["rows_written"]) == (
        None,
        0,
        2,
        rows,
    )
    assert row["records_read"] == row["records_loaded"] + row["records_rejected"]
    assert (row["first_utc"], row["bytes_read"]) == (MIDNIGHT, len(content))
    assert len(home.rows("raw.provider_samples", series_id="isp/a", unit="bit/s")) == rows
    found = home.rows("raw.rejected_lines", "line_number", "line")
    assert [(one["line_number"], one["line"]) for one in found] == rejected
    # Read once, it is not read again.
    assert home.ingest() == []


def test_what_was_told_from_the_file_stands_in_the_ledger(home: Any, export: Table) -> None:
    home.put("landing/isp/a.csv", "time;In (Mbit/s)\n01.01.2025 00:00;1,5\n01.01.2025 00:05;2\n")
    home.declare(export(unit="unknown", time_formats='["%d.%m.%Y %H:%M"]'))
    home.ingest()
    row = home.ledger()["a.csv"]
    told = "cells separated by ';'; decimal commas; Mbit/s from the header"
    assert (row["format"], row["reason"]) == (f"csv wide ({told})", None)
    samples = home.rows("raw.provider_samples", "series_id", "value", "unit")
    assert samples[0] == {"series_id": "isp/In", "value": 1.5e6, "unit": "bit/s"}


def test_a_file_of_which_nothing_can_be_read_says_why(home: Any, export: Table) -> None:
    home.put("landing/isp/a.csv", "time,a\n2025-01-01 00:00,1.5 Mb/s\n")
    home.declare(export())
    home.ingest()
    assert home.ledger()["a.csv"]["reason"] == (
        "none of its 1 records could be read as csv wide "
        "(line 2: '1.5 Mb/s' for series 'a' is a number with a unit: export the bare values)"
    )


def test_counters_are_stored_as_they_are_read(home: Any, export: Table) -> None:
    home.put("landing/isp/a.csv", "time,in\n2025-01-01 00:00,4294967290\n2025-01-01 00:05,10\n")
    home.declare(export(unit="byte", measures="counter", counter_bits="[32]").replace("[32]", "32"))
    home.ingest()
    assert {row["value"] for row in home.rows("raw.provider_samples")} == {4294967290, 10}


@pytest.mark.parametrize(
    "content",
    [
        b"time,a,b\n2025-01-01 00:00,1,2\n2025-01-01 00:05,3,4\n",
        b"Zeit;In (kbit/s)\n31.01.2025 00:00;1,5\n31.01.2025 00:05;2\n",
        b"timestamp,value\n2025-01-01 00:00:00,1\n2025-01-01 00:05:00,2\n",
        json.dumps(PROMETHEUS).replace('"x"', '"2"').encode(),
        parquet(),
    ],
)
def test_what_is_suggested_for_a_file_is_a_table_that_reads_it(home: Any, content: bytes) -> None:
    keys = recognise_export(content).keys()
    source = Export.model_validate({"name": "isp", "files": "landing/isp/*", "time_zone": "UTC", **keys})
    assert source.step == 300
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    home.declare("\n".join(["[[export]]", 'name = "isp"', 'files = "landing/isp/*"', *lines]))
    home.put("landing/isp/file", content)
    home.ingest()
    row = home.ledger()["file"]
    assert row["status"] == "loaded"
    assert row["rows_written"] >= 1


@pytest.mark.parametrize(
    ("keys", "series_id"),
    [({}, "isp/value"), ({"shape": "single", "value_column": "value", "series": "all"}, "isp/all")],
)
def test_a_sum_of_prometheus_is_one_series_whatever_its_files_are_called(
    home: Any, keys: dict[str, str], series_id: str
) -> None:
    for name, second in (("monday", 1435781430), ("tuesday", 1435867830)):
        data = {"resultType": "matrix", "result": [{"metric": {}, "values": [[second, "3"]]}]}
        home.put(f"landing/isp/{name}.json", json.dumps({"status": "success", "data": data}))
    given = {"preset": "prometheus", "time_zone": "UTC", "step": "5m", "files": "landing/isp/*"} | keys
    lines = "\n".join(f'{key} = "{value}"' for key, value in given.items())
    home.declare(f'[[export]]\nname = "isp"\n{lines}\n')
    home.ingest()
    assert [row["series_id"] for row in home.rows("raw.provider_samples", "series_id")] == [series_id] * 2


def test_a_title_above_the_header_fails_no_check(home: Any, export: Table) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([["Traffic of router 7"], ["time", "a"], ["2025-01-01 00:00", 1]]):
            sheet.write_row(row, 0, cells)
    home.put("landing/isp/a.xlsx", stream.getvalue())
    home.put("landing/isp/b.csv", "Traffic of router 7\ntime,a\n2025-01-01 00:05,1\n")
    home.declare(export())
    home.ingest()
    rows = home.ledger()
    assert [rows[name]["format"] for name in ("a.xlsx", "b.csv")] == [
        "excel wide (header in row 2)",
        "csv wide (header in line 2)",
    ]
    assert [row["reason"] for row in rows.values()] == [None, None]
    files_were_read, _ = source_checks(home.landing.sources)
    assert files_were_read(home.warehouse, home.landing).passed
