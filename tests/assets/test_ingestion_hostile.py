"""Files that mean harm: bombs, links out of the landing zone, names and values that would be SQL."""

from __future__ import annotations

import bz2
import gzip
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zstandard

Table = Callable[..., str]
Line = Callable[..., str]
INJECTION = "'; DROP TABLE raw.web_requests; --"
MEBIBYTE = 1 << 20


@pytest.mark.parametrize(
    ("ending", "pack"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("zst", zstandard.ZstdCompressor().compress)],
)
@pytest.mark.parametrize("piece", [b"\0" * MEBIBYTE, b"x\n" * (MEBIBYTE // 2)], ids=["one line", "lines"])
def test_a_bomb_is_cut_off_at_the_stated_limit(
    home: Any, web_log: Table, log_line: Line, ending: str, pack: Callable[[bytes], bytes], piece: bytes
) -> None:
    home.declare(web_log(max_size="8 MiB"))
    home.put(f"landing/www/bomb.{ending}", pack(piece * 64))
    home.put("landing/www/good.log", log_line())
    home.ingest()
    ledger = home.ledger()
    row = ledger[f"bomb.{ending}"]
    assert row["status"] == "rejected"
    assert row["reason"].startswith("it holds more than 8,388,608 bytes, unpacked")
    assert ledger["good.log"]["status"] == "loaded"
    assert home.rows("raw.rejected_lines") == []


def test_a_file_that_was_too_large_is_read_when_the_limit_is_raised(
    home: Any, web_log: Table, log_line: Line
) -> None:
    home.put("landing/www/a.gz", gzip.compress(log_line().encode() * 20_000))
    home.declare(web_log(max_size="1 MiB"))
    home.ingest()
    assert home.ledger()["a.gz"]["status"] == "rejected"
    home.declare(web_log(max_size="10 MiB"))
    home.ingest()
    assert home.ledger()["a.gz"]["records_loaded"] == 20_000


def test_a_line_without_an_end_is_one_rejected_line(home: Any, web_log: Table, log_line: Line) -> None:
    home.declare(web_log())
    home.put("landing/www/a", log_line().encode() + b"y" * (3 * MEBIBYTE) + b"\n" + log_line().encode())
    home.ingest()
    (rejected,) = home.rows("raw.rejected_lines", "line_number", "reason")
    assert tuple(rejected.values()) == (2, "the line is longer than 1 MiB")
    assert len(home.rows("raw.web_requests")) == 2


def test_a_line_without_an_end_in_an_export_is_one_rejected_line(home: Any, export: Table) -> None:
    home.declare(export(shape="single", value_column="v", series="a"))
    good = "time,v\n2025-11-09 00:00,1\n2025-11-09 00:05,"
    home.put("landing/isp/a.csv", good.encode() + b"1" * (2 * MEBIBYTE) + b"\n2025-11-09 00:10,3\n")
    home.ingest()
    (rejected,) = home.rows("raw.rejected_lines", "line_number", "reason", "line")
    assert tuple(rejected.values()) == (3, "the line is longer than 1 MiB", "")
    assert len(home.rows("raw.provider_samples")) == 2


def test_blank_lines_without_number_are_counted_within_bounds(
    home: Any, web_log: Table, log_line: Line
) -> None:
    home.declare(web_log())
    home.put("landing/www/a.gz", gzip.compress(log_line().encode() + b"\n" * (6 * MEBIBYTE)))
    tracemalloc.start()
    home.ingest()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    row = home.ledger()["a.gz"]
    assert (row["lines_read"], row["lines_skipped"]) == (6 * MEBIBYTE + 1, 6 * MEBIBYTE)
    # What Python itself holds: a few blocks of a quarter of a million lines, not six million.
    assert peak < 100 * MEBIBYTE


def test_a_link_that_leads_out_is_refused_and_one_within_is_read(
    home: Any, web_log: Table, log_line: Line, tmp_path: Path
) -> None:
    outside = tmp_path / "secret.log"
    outside.write_text(log_line("11:00:00"))
    home.declare(web_log(files="landing/www/**/*"))
    home.put("landing/www/a.log", log_line())
    (home.path / "landing/www/out.log").symlink_to(outside)
    (home.path / "landing/www/passwd").symlink_to("/etc/passwd")
    (home.path / "landing/www/within.log").symlink_to("a.log")
    (home.path / "landing/www/folder").symlink_to(tmp_path, target_is_directory=True)
    home.ingest()
    ledger = home.ledger()
    for name in ("out.log", "passwd"):
        assert ledger[name]["status"] == "rejected"
        assert "symbolic link that leads out of" in ledger[name]["reason"]
        assert ledger[name]["bytes_read"] == 0
    assert {ledger["a.log"]["status"], ledger["within.log"]["status"]} == {"loaded", "copy"}
    assert len(home.rows("raw.web_requests")) == 1


def test_a_landing_zone_may_itself_be_a_link(
    home: Any, web_log: Table, log_line: Line, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.log").write_text(log_line())
    (home.path / "landing").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    home.declare(web_log(files="landing/*"))
    home.ingest()
    assert home.ledger()["a.log"]["status"] == "loaded"


def test_names_and_values_are_never_statements(
    home: Any, web_log: Table, export: Table, log_line: Line
) -> None:
    home.declare(web_log(), export())
    home.put(f"landing/www/{INJECTION.replace('/', '_')}", log_line(path=f"/{INJECTION.replace(' ', '+')}"))
    home.put("landing/isp/a.csv", f'time,"{INJECTION}"\n2025-11-13 00:00,1\n2025-11-13 00:05,2\n')
    home.ingest()
    assert home.rows("raw.web_requests", "path")[0]["path"] == f"/{INJECTION.replace(' ', '+')}"
    assert {row["series_id"] for row in home.rows("raw.provider_samples")} == {f"isp/{INJECTION}"}
    made = home.series(date(2025, 11, 14))
    assert f"isp/{INJECTION}" in made


def test_control_characters_are_escaped_where_lines_and_names_are_shown(
    home: Any, web_log: Table, log_line: Line
) -> None:
    home.declare(web_log())
    home.put("landing/www/\x1b]0;owned\x07.log", log_line() + "\x1b[2Jnonsense\u202e\n")
    said = home.ingest()
    shown = [*said, *(row["line"] + row["reason"] for row in home.rows("raw.rejected_lines"))]
    shown += [row["path"] for row in home.rows("raw.ingested_files")]
    assert all(text.isprintable() for text in shown)
