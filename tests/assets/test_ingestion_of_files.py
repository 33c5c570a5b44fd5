"""What becomes of one file: rows, rejected lines and a ledger row that adds up, whatever it holds."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets import ingestion

Line = Callable[..., str]
Table = Callable[..., str]
AddsUp = Callable[[dict[str, Any]], bool]
CSV = "time,a,b\n2025-01-01 00:00,1,2\n2025-01-01 00:05,3,\n"


def test_a_log_becomes_requests_rejected_lines_and_a_ledger_row(
    home: Any, web_log: Table, log_line: Line
) -> None:
    text = log_line("10:00:00", "100", "/a") + "nonsense\n\n" + log_line("09:59:30", "-", "/b") + "# note\n"
    file = home.put("landing/www/access.log", text, minute=3)
    home.declare(web_log())
    assert home.ingest() == ["www: access.log loaded, 2 records"]
    requests = home.rows("raw.web_requests", "line_number", "at_utc", "path", "bytes_sent", "host", "status")
    assert [tuple(row.values()) for row in requests] == [
        (1, datetime(2025, 11, 13, 10), "/a", 100, "10.0.0.1", 200),
        (4, datetime(2025, 11, 13, 9, 59, 30), "/b", None, "10.0.0.1", 200),
    ]
    (rejected,) = home.rows("raw.rejected_lines")
    assert (rejected["line_number"], rejected["line"]) == (2, "nonsense")
    row = home.ledger()["access.log"]
    assert row.pop("loaded_at_utc") > datetime(2025, 1, 1)
    assert row == {
        "file_id": hashlib.sha256(text.encode()).hexdigest(),
        "source": "www",
        "kind": "weblog",
        "path": str(file),
        "format": "common",
        "status": "loaded",
        "reason": None,
        "bytes_read": len(text),
        "lines_read": 5,
        "lines_skipped": 2,
        "records_read": 3,
        "records_loaded": 2,
        "records_rejected": 1,
        "records_duplicate": 0,
        "rows_written": 2,
        "first_utc": datetime(2025, 11, 13, 9, 59, 30),
        "last_utc": datetime(2025, 11, 13, 10),
        "file_size_bytes": len(text),
        "modified_utc": datetime(2025, 1, 1, 0, 3),
        "reader": home.landing.sources.all[0].reader,
        "content_bytes": len(text),
        "head_id": hashlib.sha256(text.encode()).hexdigest(),
        "continues_file_id": None,
        "records_stray": 0,
        "records_repeated": 0,
        "is_in_series": None,
    }


def test_an_export_becomes_samples_one_a_value(home: Any, export: Table, adds_up: AddsUp) -> None:
    home.put("landing/isp/day.csv", CSV + "2025-01-01 00:10,x,y\n2025-01-01 00:05,3,\n")
    home.declare(export())
    home.ingest()
    samples = home.rows("raw.provider_samples", "series_id", "at_utc", "value", "unit", "line_number")
    assert [tuple(row.values()) for row in samples] == [
        ("isp/a", datetime(2025, 1, 1, 0, 0), 1.0, "bit/s", 2),
        ("isp/a", datetime(2025, 1, 1, 0, 5), 3.0, "bit/s", 3),
        ("isp/b", datetime(2025, 1, 1, 0, 0), 2.0, "bit/s", 2),
    ]
    row = home.ledger()["day.csv"]
    assert (row["format"], row["status"], row["rows_written"]) == ("csv wide", "loaded", 3)
    assert (row["lines_skipped"], row["records_loaded"]) == (1, 2)
    assert (row["records_rejected"], row["records_duplicate"]) == (1, 1)
    assert adds_up(row)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("common", '10.0.0.1 - - [13/Nov/2025:10:00:00 +0000] "GET / HTTP/1.0" 200 5'),
        ("combined", '10.0.0.1 - - [13/Nov/2025:10:00:00 +0000] "GET / HTTP/1.0" 200 5 "-" "curl/8"'),
        ("epa", '10.0.0.1 [13:10:00:00] "GET / HTTP/1.0" 200 5'),
        ("squid", "1763028000.000 7 10.0.0.1 TCP_MISS/200 5 GET http://e.org/ - NONE/- -"),
        ("json", '{"time_iso8601":"2025-11-13T10:00:00Z","request":"GET / HTTP/1.0","status":200}'),
    ],
)
def test_auto_recognises_the_format(home: Any, web_log: Table, name: str, line: str) -> None:
    home.put("landing/www/a", f"torn line\n{line}\n{line}\n")
    home.declare(web_log(format="auto", month="2025-11"))
    home.ingest()
    row = home.ledger()["a"]
    assert (row["format"], row["status"], row["records_loaded"]) == (name, "loaded", 2)
    assert row["first_utc"] == datetime(2025, 11, 13, 10)


def test_a_pattern_of_ones_own(home: Any, web_log: Table, adds_up: AddsUp) -> None:
    home.put("landing/www/a", "10.0.0.1|2025-11-13T10:00:00+00:00|GET /a|200|5\ntorn line\n")
    home.declare(web_log(format="auto", pattern="$remote_addr|$time_iso8601|$request|$status|$bytes_sent"))
    home.ingest()
    row = home.ledger()["a"]
    assert (row["format"], row["status"], row["records_loaded"]) == ("pattern", "loaded", 1)
    assert adds_up(row)
    [rejected] = home.rows("raw.rejected_lines", "line_number", "reason")
    assert rejected["reason"] == "no '|' after $remote_addr, where the pattern has it (line cut off?)"
    [request] = home.rows("raw.web_requests", "host", "path", "status", "bytes_sent")
    assert tuple(request.values()) == ("10.0.0.1", "/a", 200, 5)


def test_names_of_w3c_fields_are_told_once_for_a_file(home: Any, web_log: Table) -> None:
    lines = ["#Fields: date time c-ip cs-uri-stem sc-bytes", *["2025-11-13 10:00:00 10.0.0.1 /a 5"] * 3]
    home.put("landing/www/a", "\n".join(lines))
    home.declare(web_log(format="auto"))
    home.ingest()
    row = home.ledger()["a"]
    assert (row["format"], row["records_loaded"], row["lines_skipped"]) == ("w3c", 3, 1)


@pytest.mark.parametrize(
    ("keys", "head", "line"),
    [
        ({}, "#Fields: date time c-ip cs-uri-stem sc-bytes\n", "2025-11-13 10:00:0{} 10.0.0.1 /a 5\n"),
        ({"pattern": "%h %{%F %T}t %U %>s"}, "", "10.0.0.1 2025-11-13 10:00:0{} /a 200\n"),
        ({}, "", '{{"msec":"176302800{}.000","request":"GET /a","status":200}}\n'),
    ],
    ids=["w3c", "pattern", "json"],
)
def test_the_rest_of_a_grown_log_is_read_as_its_beginning_says(
    home: Any, web_log: Table, keys: dict[str, str], head: str, line: str
) -> None:
    home.declare(web_log(format="auto", **keys))
    home.put("landing/www/a", head + line.format(0) + line.format(1))
    home.ingest()
    home.put("landing/www/a", head + "".join(line.format(second) for second in range(4)), minute=1)
    assert home.ingest() == ["www: a growth, 2 records"]
    requests = home.rows("raw.web_requests", "path", "at_utc")
    assert sorted((row["path"], row["at_utc"].second) for row in requests) == [("/a", k) for k in range(4)]
    assert home.rows("raw.rejected_lines") == []


def test_auto_refuses_what_it_does_not_know_and_what_lacks_a_month(home: Any, web_log: Table) -> None:
    home.put("landing/www/a", "hello\nworld\n")
    home.put("landing/www/b", '10.0.0.1 [13:10:00:00] "GET / HTTP/1.0" 200 5\n')
    home.put("landing/www/c", bytes(range(256)))
    home.declare(web_log(format="auto"))
    home.ingest()
    reasons = {name: row["reason"] for name, row in home.ledger().items()}
    assert reasons["a"] == (
        "its format is not recognised: none of the first 2 lines reads as epa, common, combined, "
        "combined_vhost, traefik_clf, json, caddy, traefik, w3c, aws_alb or squid; "
        "`diurnal sources --guess` with this file says what it looks like"
    )
    assert reasons["b"].endswith('carries no month: add month = "yyyy-mm"')
    assert "binary" in reasons["c"]


def test_names_of_files_may_hold_anything(home: Any, web_log: Table, export: Table, log_line: Line) -> None:
    for place, odd in enumerate((b"\xff\xfe", b"line\nend", b"\x1b[31mred", b"*[x]?", b" ", b"it's")):
        home.put(f"landing/www/{os.fsdecode(odd)}", log_line(f"10:00:{place:02d}"))
    home.put(f"landing/isp/{os.fsdecode(bytes([255]))}.csv", CSV)
    home.declare(web_log(), export(shape="single", value_column="a"))
    said = home.ingest()
    assert all(sentence.isprintable() for sentence in said)
    rows = home.rows("raw.ingested_files")
    assert [row["status"] for row in rows] == ["loaded"] * 7
    assert all(row["path"].isprintable() for row in rows)
    assert home.ingest() == []


def test_the_series_of_a_single_export_is_named_after_its_file(home: Any, export: Table) -> None:
    for place, name in enumerate(
        ("plain.csv", "host.example.com.csv", "host.example.org.csv.gz", "noending")
    ):
        text = CSV.replace("00:00", f"0{place}:00")
        home.put(f"landing/isp/{name}", gzip.compress(text.encode()) if name.endswith("gz") else text)
    home.declare(export(shape="single", value_column="a"))
    home.ingest()
    assert {row["series_id"] for row in home.rows("raw.provider_samples")} == {
        "isp/plain",
        "isp/host.example.com",
        "isp/host.example.org",
        "isp/noending",
    }


def ingest_while_written(home: Any, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None]) -> None:
    """Ingest files that another program writes to between their identification and their reading."""
    identity_of = ingestion.identity_of

    def identity_before_the_change(file: Any, max_bytes: int) -> Any:
        identity = identity_of(file, max_bytes)
        write(file.path)
        return identity

    with monkeypatch.context() as writing:
        writing.setattr(ingestion, "identity_of", identity_before_the_change)
        home.ingest()


def test_what_is_added_to_a_file_while_it_is_read_is_left_to_the_next_night(
    home: Any, web_log: Table, export: Table, log_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.put("landing/www/a", log_line() + log_line("10:01:00"))
    home.put("landing/isp/b.csv", CSV)
    home.declare(web_log(), export())

    def append(path: Path) -> None:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(log_line("10:02:00") if path.name == "a" else "2025-01-01 00:10,5,6\n")

    ingest_while_written(home, monkeypatch, append)
    assert {name: row["status"] for name, row in home.ledger().items()} == {"a": "loaded", "b.csv": "loaded"}
    assert (len(home.rows("raw.web_requests")), len(home.rows("raw.provider_samples"))) == (2, 3)
    home.ingest()
    grown = home.rows("raw.ingested_files", "status", "records_loaded", path=str(home.path / "landing/www/a"))
    assert [tuple(row.values()) for row in grown] == [("growth", 1), ("loaded", 2)]
    assert len(home.rows("raw.web_requests")) == 3


def test_a_file_that_is_another_when_it_is_read_is_not_half_loaded_and_is_tried_again(
    home: Any, web_log: Table, export: Table, log_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.put("landing/www/a", log_line() + log_line("10:01:00"))
    home.put("landing/isp/b.csv", CSV)
    home.declare(web_log(), export())

    def replace(path: Path) -> None:
        path.write_text(log_line("11:00:00") * 3 if path.name == "a" else CSV.replace(",1,2", ",7,8"))

    ingest_while_written(home, monkeypatch, replace)
    for name in ("a", "b.csv"):
        row = home.ledger()[name]
        assert row["status"] == "rejected"
        assert row["reason"] == (
            "the file cannot be read: it changed while it was read; the next night tries again"
        )
    for table in ("raw.web_requests", "raw.provider_samples", "raw.rejected_lines"):
        assert home.rows(table) == []
    home.ingest()
    assert {name: row["status"] for name, row in home.ledger().items()} == {"a": "loaded", "b.csv": "loaded"}
    assert (len(home.rows("raw.web_requests")), len(home.rows("raw.provider_samples"))) == (3, 3)


def test_a_file_that_is_cut_off_after_it_was_identified_is_tried_again(
    home: Any, web_log: Table, log_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = gzip.compress("".join(log_line(f"10:00:{second:02}") for second in range(60)).encode())
    home.put("landing/www/a.gz", content)
    home.put("landing/www/b", log_line("11:00:00"))
    home.declare(web_log())

    def cut_off(path: Path) -> None:
        if path.name == "a.gz":
            path.write_bytes(content[: len(content) // 2])

    ingest_while_written(home, monkeypatch, cut_off)
    row = home.ledger()["a.gz"]
    assert row["status"] == "rejected"
    assert row["reason"].startswith(
        "the file cannot be read: the compressed content is damaged or ends early"
    )
    assert len(home.rows("raw.web_requests")) == 1
    home.put("landing/www/a.gz", content, minute=1)
    home.ingest()
    assert len(home.rows("raw.web_requests")) == 61


HOSTILE = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(str.encode),
    st.sampled_from(
        [
            b'10.0.0.1 - - [13/Nov/2025:10:00:00 +0000] "GET / HTTP/1.0" 200 5',
            b'10.0.0.1 - - [13/Nov/2025:10:00:00 +0000] "\xff\x1b[2J" 200 -',
            b"\x1b]0;title\x07" + b"x" * 1500,
            "\u202e\u2028\x85".encode(),
            b"# comment",
            b"",
            b"2025-01-01 00:00,1,2",
            b'2025-01-01 00:05,"1,2',
            b"2025-01-01 00:05,\x1b[31m,1e999",
            b"\x1b[31m" * 500 + b",1,2",
        ]
    ),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(HOSTILE, max_size=8), is_log=st.booleans(), has_end=st.booleans())
def test_whatever_a_file_holds_every_line_is_accounted_for_and_safe_to_show(
    home: Any, web_log: Table, export: Table, adds_up: AddsUp, lines: list[bytes], is_log: bool, has_end: bool
) -> None:
    content = b"\n".join(lines) + (b"\n" if has_end else b"")
    if not is_log:
        content = b"time,a,b\n" + content
    file = home.put(f"landing/{'www' if is_log else 'isp'}/file", content)
    home.declare(web_log(), export())
    for table in ("web_requests", "provider_samples", "rejected_lines", "ingested_files"):
        home.warehouse.delete(f"raw.{table}", {})
    home.ingest()
    file.unlink()
    (row,) = home.rows("raw.ingested_files")
    rejected = home.rows("raw.rejected_lines")
    written = home.warehouse.count("raw.web_requests") + home.warehouse.count("raw.provider_samples")
    assert adds_up(row)
    assert len(rejected) == row["records_rejected"]
    assert written == row["rows_written"]
    n_lines = content.count(b"\n") + (bool(content) and not content.endswith(b"\n"))
    # A file that is refused as a whole has no lines; any other has all of its own.
    assert row["lines_read"] == n_lines or (row["status"] == "rejected" and row["lines_read"] == 0)
    assert row["reason"] is None or row["reason"].isprintable()
    for one in rejected:
        assert one["line"].isprintable()
        assert one["reason"].isprintable()
        assert max(len(one["line"]), len(one["reason"])) <= 1000
