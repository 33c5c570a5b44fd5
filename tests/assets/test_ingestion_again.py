"""What is met again: copies, touched files, other sources, other settings, and what was rejected before."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pytest
import zstandard

Line = Callable[..., str]
Table = Callable[..., str]
CSV = "time,a\n2025-07-01 00:00,1\n2025-07-01 00:05,2\n"
PACKERS = {
    "plain": lambda content: content,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "zst": zstandard.compress,
}


def counts(home: Any) -> tuple[int, ...]:
    tables = ("web_requests", "provider_samples", "rejected_lines", "ingested_files")
    return tuple(len(home.rows(f"raw.{table}")) for table in tables)


@pytest.mark.parametrize("first", PACKERS)
def test_the_same_content_under_other_names_and_packed_otherwise_adds_nothing(
    home: Any, web_log: Table, log_line: Line, first: str
) -> None:
    content = (log_line() + "nonsense\n" + log_line("10:01:00")).encode()
    home.declare(web_log())
    original = home.put("landing/www/first", PACKERS[first](content))
    home.ingest()
    assert counts(home) == (2, 0, 1, 1)
    for place, (name, pack) in enumerate(PACKERS.items()):
        # Endings mislead on purpose: the first bytes say how a file is packed.
        home.put(f"landing/www/{place}.{'gz' if name == 'plain' else 'log'}", pack(content))
    home.ingest()
    assert counts(home) == (2, 0, 1, 5)
    ledger = home.ledger()
    assert ledger.pop("first")["status"] == "loaded"
    for row in ledger.values():
        assert row["status"] == "copy"
        assert row["reason"] == f"the same content was read before from {original}"
        assert (row["records_read"], row["rows_written"], row["bytes_read"]) == (0, 0, len(content))
    assert home.ingest() == []


def test_copies_that_arrive_together_are_loaded_once(home: Any, export: Table) -> None:
    for name in ("b.csv", "a.csv", "c.csv"):
        home.put(f"landing/isp/{name}", CSV)
    home.declare(export())
    home.ingest()
    statuses = {name: row["status"] for name, row in home.ledger().items()}
    assert statuses == {"a.csv": "loaded", "b.csv": "copy", "c.csv": "copy"}
    assert counts(home) == (0, 2, 0, 3)


def test_a_second_run_adds_nothing(home: Any, web_log: Table, export: Table, log_line: Line) -> None:
    home.put("landing/www/a", log_line() + "nonsense\n")
    home.put("landing/www/b", b"")
    home.put("landing/isp/a.csv", CSV)
    home.declare(web_log(), export())
    home.ingest()
    before = home.rows("raw.ingested_files"), home.raw()
    assert home.ingest() == []
    assert (home.rows("raw.ingested_files"), home.raw()) == before


def test_a_touched_file_keeps_its_one_row_and_its_place_among_the_deliveries(
    home: Any, export: Table
) -> None:
    home.put("landing/isp/a.csv", CSV)
    home.declare(export())
    home.ingest()
    before = home.ledger()["a.csv"]
    home.put("landing/isp/a.csv", CSV, minute=7)
    home.ingest()
    after = home.ledger()["a.csv"]
    assert after == before | {"modified_utc": datetime(2025, 1, 1, 0, 7)}
    assert counts(home) == (0, 2, 0, 1)
    assert home.ingest() == []


def test_a_file_packed_anew_in_its_place_keeps_its_one_row(home: Any, web_log: Table, log_line: Line) -> None:
    home.put("landing/www/a", log_line())
    home.declare(web_log())
    home.ingest()
    packed = gzip.compress(log_line().encode())
    home.put("landing/www/a", packed, minute=1)
    home.ingest()
    row = home.ledger()["a"]
    assert (row["status"], row["file_size_bytes"], row["records_loaded"]) == ("loaded", len(packed), 1)
    assert counts(home) == (1, 0, 0, 1)


def test_the_same_content_of_another_source_is_loaded_for_that_source(
    home: Any, web_log: Table, log_line: Line
) -> None:
    for name in ("www", "shop"):
        home.put(f"landing/{name}/a", log_line() + "nonsense\n")
    home.declare(web_log("www"), web_log("shop"))
    home.ingest()
    assert [row["source"] for row in home.rows("raw.web_requests", "source")] == ["shop", "www"]
    assert [row["source"] for row in home.rows("raw.rejected_lines", "source")] == ["shop", "www"]
    statuses = home.rows("raw.ingested_files", "source", "status")
    assert [tuple(row.values()) for row in statuses] == [("shop", "loaded"), ("www", "loaded")]


def test_one_file_of_two_sources_is_loaded_for_both(home: Any, web_log: Table, log_line: Line) -> None:
    home.put("landing/www/a", log_line(offset=""))
    home.declare(web_log("www"), web_log("berlin", files="landing/www/*", time_zone="Europe/Berlin"))
    home.ingest()
    times = {row["source"]: row["at_utc"] for row in home.rows("raw.web_requests", "source", "at_utc")}
    assert times == {"www": datetime(2025, 11, 13, 10), "berlin": datetime(2025, 11, 13, 9)}
    assert home.ingest() == []


def test_another_zone_reads_the_file_anew_and_its_rows_take_the_place_of_the_former(
    home: Any, export: Table
) -> None:
    text = CSV + "2025-07-01 00:10,x\n"
    home.put("landing/isp/a.csv", text)
    home.put("landing/isp/copy.csv", text)
    home.declare(export())
    home.ingest()
    home.declare(export(time_zone="America/New_York"))
    home.ingest()
    times = [row["at_utc"] for row in home.rows("raw.provider_samples", "at_utc")]
    assert times == [datetime(2025, 7, 1, 4, 0), datetime(2025, 7, 1, 4, 5)]
    ledger = home.ledger()
    assert (ledger["a.csv"]["status"], ledger["copy.csv"]["status"]) == ("loaded", "copy")
    assert ledger["a.csv"]["first_utc"] == datetime(2025, 7, 1, 4, 0)
    assert counts(home) == (0, 2, 1, 2)
    assert home.ingest() == []


def test_another_month_reads_a_log_anew(home: Any, web_log: Table) -> None:
    home.put("landing/www/a", '10.0.0.1 [29:10:00:00] "GET / HTTP/1.0" 200 5\n')
    home.declare(web_log(format="epa", month="1995-08"))
    home.ingest()
    home.declare(web_log(format="epa", month="1995-09"))
    home.ingest()
    assert [row["at_utc"] for row in home.rows("raw.web_requests")] == [datetime(1995, 9, 29, 10)]
    assert home.ledger()["a"]["first_utc"] == datetime(1995, 9, 29, 10)


def test_under_other_settings_the_first_of_the_copies_is_loaded(home: Any, export: Table) -> None:
    home.put("landing/isp/b.csv", CSV)
    home.declare(export())
    home.ingest()
    home.put("landing/isp/a.csv", CSV)
    home.declare(export(time_zone="America/New_York"))
    home.ingest()
    statuses = {name: row["status"] for name, row in home.ledger().items()}
    assert statuses == {"a.csv": "loaded", "b.csv": "copy"}
    assert counts(home) == (0, 2, 0, 2)


def test_what_other_settings_cannot_read_is_gone_and_comes_back_with_the_former_ones(
    home: Any, web_log: Table, export: Table, log_line: Line
) -> None:
    home.put("landing/www/a", log_line() + "nonsense\n")
    home.put("landing/isp/a.csv", CSV)
    good, bad = (web_log(), export()), (web_log(format="combined"), export(time_column="when"))
    home.declare(*good)
    home.ingest()
    before = home.raw()
    home.declare(*bad)
    home.ingest()
    statuses = [row["status"] for row in home.rows("raw.ingested_files")]
    assert statuses == ["rejected", "rejected"]
    assert counts(home) == (0, 0, 2, 2)  # the log's two lines, each with its reason
    assert home.ingest() == []
    home.declare(*good)
    home.ingest()
    assert home.raw() == before


def test_what_does_not_change_the_rows_reads_nothing_anew(home: Any, web_log: Table, log_line: Line) -> None:
    home.put("landing/www/a", log_line())
    home.declare(web_log())
    home.ingest()
    home.declare(web_log(step="5m", silence="2h", capacity="1 Gbit/s", files="landing/www/a*"))
    assert home.ingest() == []


def test_a_rejected_file_is_tried_again_when_it_changes_and_not_otherwise(home: Any, export: Table) -> None:
    home.put("landing/isp/a.csv", CSV.replace("time", "when"))
    home.declare(export())
    home.ingest()
    assert home.ledger()["a.csv"]["status"] == "rejected"
    assert home.ingest() == []
    home.put("landing/isp/a.csv", CSV, minute=1)
    home.ingest()
    statuses = sorted(row["status"] for row in home.rows("raw.ingested_files"))
    assert statuses == ["loaded", "rejected"]  # one row for each content
    assert counts(home)[1] == 2
    assert home.ingest() == []


def test_a_rejected_file_is_tried_again_when_its_settings_change(home: Any, export: Table) -> None:
    home.put("landing/isp/a.csv", CSV.replace("time", "when"))
    home.declare(export())
    home.ingest()
    home.declare(export(time_column="when"))
    home.ingest()
    row = home.ledger()["a.csv"]
    assert (row["status"], row["reason"], row["records_loaded"]) == ("loaded", None, 2)


@pytest.mark.parametrize(
    ("content", "second"), [(b"", "rejected"), (b"no log at all\n", "copy"), (bytes(300), "rejected")]
)
def test_equal_files_that_are_rejected_count_their_lines_once(
    home: Any, web_log: Table, content: bytes, second: str
) -> None:
    home.put("landing/www/a", content)
    home.put("landing/www/b", content)
    home.declare(web_log())
    assert len(home.ingest()) == 2
    assert {name: row["status"] for name, row in home.ledger().items()} == {"a": "rejected", "b": second}
    before = home.raw()
    for _ in range(3):
        assert home.ingest() == []
    assert home.raw() == before


def test_a_packed_file_that_was_cut_short_is_read_when_it_has_arrived_whole(
    home: Any, web_log: Table, log_line: Line
) -> None:
    packed = gzip.compress(log_line().encode() * 50)
    home.put("landing/www/a.gz", packed[:-9])
    home.declare(web_log())
    home.ingest()
    assert home.ingest() == []  # it would be damaged still
    home.put("landing/www/a.gz", packed, minute=1)
    home.ingest()
    row = home.ledger()["a.gz"]  # its one row: that it could not be read is settled
    assert (row["status"], row["records_loaded"]) == ("loaded", 50)


def test_a_file_that_could_not_be_opened_is_tried_every_night_until_it_can_be(
    home: Any, web_log: Table, log_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.put("landing/www/a", log_line())
    home.declare(web_log())
    opened = Path.open

    def refuse(self: Path, *how: Any, **more: Any) -> IO[Any]:
        if self.name == "a":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *how, **more)

    with monkeypatch.context() as closed:
        closed.setattr(Path, "open", refuse)
        for _ in range(2):
            assert home.ingest() == ["www: a rejected, 0 records"]
            assert home.ledger()["a"]["reader"] is None
    # Nothing about the file has changed but the right to read it, which shows in no time of change.
    home.ingest()
    row = home.ledger()["a"]
    assert (row["status"], row["records_loaded"]) == ("loaded", 1)
    assert home.ingest() == []


def test_a_loaded_file_that_cannot_be_opened_for_a_night_keeps_its_rows(
    home: Any, web_log: Table, log_line: Line
) -> None:
    file = home.put("landing/www/a", log_line())
    home.declare(web_log())
    home.ingest()
    before = home.raw()
    file.rename(file.with_name("moved"))
    file.symlink_to("nowhere")
    home.ingest()
    assert len(home.rows("raw.web_requests")) == 1
    file.unlink()
    file.with_name("moved").replace(file)
    home.put("landing/www/a", log_line(), minute=5)
    home.ingest()
    (row,) = home.raw()["raw.ingested_files"][:1]
    assert row == before["raw.ingested_files"][0] | {"modified_utc": datetime(2025, 1, 1, 0, 5)}


def test_an_earlier_content_of_a_file_stays_when_the_file_goes_on(home: Any, export: Table) -> None:
    home.put("landing/isp/a.csv", CSV)
    home.declare(export())
    home.ingest()
    home.put("landing/isp/a.csv", CSV.replace("00:05", "00:10"), minute=1)
    home.ingest()
    rows = home.rows("raw.ingested_files", "path", "status", "records_loaded")
    assert [tuple(row.values())[1:] for row in rows] == [("loaded", 1), ("loaded", 2)]
    assert counts(home)[1] == 3
    (home.path / "landing/isp/a.csv").unlink()
    assert home.ingest() == []
    assert counts(home)[1] == 3  # what was read stays when its file is gone
