"""Logs that grow, rotate, are packed, renamed and copied: each line is there once, however it came."""

from __future__ import annotations

import bz2
import gzip
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.home import Home
from orchestration.terminal.nightly import newest_record_utc, night_to_run

Table = Callable[..., str]
Line = Callable[..., str]
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".zst": zstandard.compress,
}


def lines_of(home: Any) -> list[tuple[Any, ...]]:
    """What was read of the lines, but for which content and which number they have."""
    requests = home.rows("raw.web_requests", "at_utc", "host", "path", "status", "bytes_sent")
    rejected = home.rows("raw.rejected_lines", "line", "reason")
    return [tuple(row.values()) for row in (*requests, *rejected)]


def by_status(home: Any) -> dict[str, int]:
    rows = home.rows("raw.ingested_files", "status")
    statuses = [row["status"] for row in rows]
    return {status: statuses.count(status) for status in sorted(set(statuses))}


def assert_adds_up(home: Any, adds_up: Callable[[dict[str, Any]], bool]) -> None:
    ledger = home.rows("raw.ingested_files")
    assert all(adds_up(row) for row in ledger)
    assert sum(row["records_loaded"] for row in ledger) == len(home.rows("raw.web_requests"))
    assert sum(row["records_rejected"] for row in ledger) == len(home.rows("raw.rejected_lines"))


def test_of_a_log_that_has_grown_only_the_rest_is_read(
    home: Any, web_log: Table, log_line: Line, adds_up: Any
) -> None:
    first, rest = log_line() + "nonsense\n", log_line("10:01:00") + "more nonsense\n" + log_line("10:02:00")
    home.declare(web_log())
    home.put("landing/www/access.log", first)
    home.ingest()
    file = home.put("landing/www/access.log", first + rest, minute=1)
    assert home.ingest() == ["www: access.log growth, 2 records"]
    loaded, growth = home.rows("raw.ingested_files", "status", "bytes_read", "file_id", "continues_file_id")[
        ::-1
    ]
    assert growth["status"] == "growth"
    assert (growth["continues_file_id"], growth["bytes_read"]) == (loaded["file_id"], len(rest))
    # A line can be found again by its number in the file that the ledger names.
    for table in ("raw.web_requests", "raw.rejected_lines"):
        for row in home.rows(table, "line_number", file_id=growth["file_id"]):
            assert 3 <= row["line_number"] <= len(file.read_text().splitlines())
    (rejected,) = home.rows("raw.rejected_lines", "line_number", "line", file_id=growth["file_id"])
    assert file.read_text().splitlines()[rejected["line_number"] - 1] == rejected["line"]
    assert_adds_up(home, adds_up)
    assert home.ingest() == []


@pytest.mark.parametrize("cut", [1, 30, 60, -3, -2, -1])
@pytest.mark.parametrize("kind", ["request", "nonsense", "# note", "ends a file"])
def test_a_line_that_was_not_finished_is_read_again_when_it_is(
    home: Any, web_log: Table, log_line: Line, adds_up: Any, cut: int, kind: str
) -> None:
    last = {"request": log_line("10:01:00", "12345"), "ends a file": log_line("10:01:00", "123")[:-1]}
    text = log_line() + last.get(
        kind, f"{kind}, and this is a line of some length that is no request at all\n"
    )
    home.declare(web_log())
    home.put("landing/www/access.log", text[: len(log_line()) + cut] if cut > 0 else text[:cut])
    home.ingest()
    whole = text + "\n" * (kind == "ends a file") + log_line("10:02:00")
    home.put("landing/www/access.log", whole, minute=1)
    home.ingest()
    sizes = [row["bytes_sent"] for row in home.rows("raw.web_requests", "at_utc", "bytes_sent")]
    assert sizes == {"request": [100, 12345, 100], "ends a file": [100, 123, 100]}.get(kind, [100, 100])
    assert len(home.rows("raw.rejected_lines")) == (kind == "nonsense")
    assert_adds_up(home, adds_up)


def test_a_rotation_of_several_nights(home: Any, web_log: Table, log_line: Line, adds_up: Any) -> None:
    days = ["".join(log_line(f"{hour:02d}:{k:02d}:00") for k in range(9)) for hour in (1, 2, 3)]
    www = "landing/www/access.log"
    home.declare(web_log())
    home.put(www, days[0][:300])
    home.ingest()
    home.put(f"{www}.1", days[0], minute=1)  # has grown, then was rotated
    home.put(www, days[1][:200], minute=2)
    home.ingest()
    home.put(f"{www}.2.gz", gzip.compress(days[0].encode()), minute=3)
    home.put(f"{www}.1", days[1], minute=4)
    home.put(www, days[2], minute=5)
    home.ingest()
    assert by_status(home) == {"copy": 1, "growth": 2, "loaded": 3}
    clocks = [f"{row['at_utc']:%H:%M}" for row in home.rows("raw.web_requests", "at_utc")]
    assert clocks == [f"{hour:02d}:{k:02d}" for hour in (1, 2, 3) for k in range(9)]
    assert_adds_up(home, adds_up)


def test_two_states_of_a_log_that_arrive_together_are_read_the_shorter_first(
    home: Any, web_log: Table, log_line: Line
) -> None:
    whole = "".join(log_line(f"10:{k:02d}:00") for k in range(9))
    home.declare(web_log())
    home.put("landing/www/a", whole)
    home.put("landing/www/b", whole[:400])
    home.put("landing/www/c.gz", gzip.compress(whole[:500].encode()))
    home.ingest()
    assert {name: row["status"] for name, row in home.ledger().items()} == {
        "a": "growth",
        "b": "loaded",
        "c.gz": "growth",
    }
    assert len(home.rows("raw.web_requests")) == 9


@pytest.mark.parametrize("n_lines", [3, 90])
def test_an_older_state_of_a_log_that_comes_back_adds_nothing(
    home: Any, web_log: Table, log_line: Line, n_lines: int
) -> None:
    whole = "".join(log_line(f"10:{k % 60:02d}:{k // 60:02d}") for k in range(100))
    home.declare(web_log())
    grown = home.put("landing/www/access.log", whole)
    home.ingest()
    home.put("landing/www/restored.log", "".join(whole.splitlines(keepends=True)[:n_lines]), minute=1)
    home.ingest()
    row = home.ledger()["restored.log"]
    assert row["status"] == "copy"
    assert row["reason"] == f"its content is the beginning of {grown}, which was read before"
    assert len(home.rows("raw.web_requests")) == 100


def test_identical_lines_of_one_log_stay_as_many_as_they_are(
    home: Any, web_log: Table, log_line: Line
) -> None:
    home.declare(web_log())
    home.put("landing/www/access.log", log_line() * 3)
    home.ingest()
    home.put("landing/www/access.log", log_line() * 5, minute=1)
    home.ingest()
    assert len(home.rows("raw.web_requests")) == 5


def test_a_repeated_hour_of_a_log_without_offsets_is_told_apart_over_its_growth(
    home: Any, web_log: Table, log_line: Line
) -> None:
    # The clocks of Berlin went from 02:59:59 back to 02:00:00 on 26 October 2025.
    clocks = ["01:50:00", "02:10:00", "02:50:00", "02:05:00", "02:55:00", "03:05:00"]
    lines = [log_line(clock, offset="").replace("13/Nov", "26/Oct") for clock in clocks]
    home.declare(web_log(time_zone="Europe/Berlin"))
    for n_lines in range(1, len(lines) + 1):
        home.put("landing/www/access.log", "".join(lines[:n_lines]), minute=n_lines)
        home.ingest()
    found = [f"{row['at_utc']:%d %H:%M}" for row in home.rows("raw.web_requests", "at_utc")]
    assert found == ["25 23:50", "26 00:10", "26 00:50", "26 01:05", "26 01:55", "26 02:05"]


def test_other_settings_read_a_grown_log_anew_and_once(
    home: Any, web_log: Table, log_line: Line, adds_up: Any
) -> None:
    first, rest = log_line(offset=""), log_line("10:01:00", offset="")
    home.declare(web_log())
    home.put("landing/www/access.log", first)
    home.ingest()
    home.put("landing/www/access.log", first + rest, minute=1)
    home.ingest()
    home.declare(web_log(time_zone="Asia/Tokyo"))
    home.ingest()
    assert [f"{row['at_utc']:%H:%M}" for row in home.rows("raw.web_requests", "at_utc")] == ["01:00", "01:01"]
    assert by_status(home) == {"copy": 1, "loaded": 1}
    assert_adds_up(home, adds_up)


def test_pieces_that_repeat_lines_are_reported_and_kept(home: Any, web_log: Table, log_line: Line) -> None:
    lines = [log_line(f"10:{k:02d}:00", str(k)) for k in range(60)]
    home.declare(web_log())
    home.put("landing/www/a", "".join(lines[:40]))
    home.ingest()
    home.put("landing/www/b", "".join(lines[20:]), minute=1)
    home.ingest()
    ledger = home.ledger()
    assert (ledger["a"]["reason"], ledger["b"]["status"], ledger["b"]["records_repeated"]) == (
        None,
        "loaded",
        20,
    )
    assert "suspected overlap: 20 of its records" in ledger["b"]["reason"]
    assert len(home.rows("raw.web_requests")) == 80


def test_two_servers_of_one_log_are_no_overlap(home: Any, web_log: Table, log_line: Line) -> None:
    home.declare(web_log())
    for name in ("a", "b"):
        text = "".join(log_line(f"10:{k:02d}:00", path=f"/{name}/{k}") for k in range(60))
        home.put(f"landing/www/{name}", text)
    home.ingest()
    assert {row["records_repeated"] for row in home.ledger().values()} == {0}


LOG = st.lists(st.sampled_from(["10:00:00", "10:00:00", "10:05:30", "nonsense", "# note", ""]), max_size=12)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), clocks=LOG)
def test_any_delivery_of_a_log_gives_the_lines_of_the_whole(
    tmp_path: Path, make_home: Any, web_log: Table, log_line: Line, adds_up: Any, data: Any, clocks: list[str]
) -> None:
    content = "".join(
        log_line(clock, str(k // 2)) if clock[:2] == "10" else f"{clock} {'x' * k}\n" if clock else "\n"
        for k, clock in enumerate(clocks)
    ).encode()
    with tempfile.TemporaryDirectory(dir=tmp_path) as place, ExitStack() as opened:
        once, often = (make_home(Path(place) / name) for name in ("once", "often"))
        for home in (once, often):
            opened.callback(home.close)
            home.declare(web_log())
        once.put("landing/www/whole", content)
        once.ingest()
        cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=4)))
        minute = 0
        for length in [*cuts, len(content)]:
            for _ in range(data.draw(st.integers(1, 2))):  # the same state may come under several names
                minute += 1
                ending = data.draw(st.sampled_from(sorted(PACKERS)))
                name = data.draw(st.sampled_from(["access.log", "copy", "old"])) + ending
                often.put(f"landing/www/{name}", PACKERS[ending](content[:length]), minute)
                if data.draw(st.booleans()):
                    often.ingest()
        often.ingest()
        assert lines_of(often) == lines_of(once)
        assert_adds_up(often, adds_up)


def test_a_format_told_from_an_unfinished_line_is_told_again(home: Any, web_log: Table) -> None:
    line = '10.0.0.1 - - [13/Nov/2025:10:00:00 +0000] "GET / HTTP/1.1" 200 100 "-" "M"\n'
    home.declare(web_log(format="auto"))
    home.put("landing/www/access.log", line[: line.index(' "-"')])
    home.ingest()
    home.put("landing/www/access.log", line * 50, minute=1)
    home.ingest()
    assert {row["format"] for row in home.rows("raw.ingested_files", "format", status="growth")} == {
        "combined"
    }
    assert len(home.rows("raw.web_requests")) == 50


def test_the_beginning_of_a_log_that_was_renamed_is_a_copy(home: Any, web_log: Table, log_line: Line) -> None:
    whole = "".join(log_line(f"10:{minute:02}:00") for minute in range(50))
    home.declare(web_log())
    file = home.put("landing/www/access.log", whole)
    home.ingest()
    file.rename(file.with_name("access.log.1"))
    home.ingest()
    home.put("landing/www/access.log", whole[: len(whole) // 2], minute=1)
    home.ingest()
    assert by_status(home) == {"copy": 2, "loaded": 1}
    assert len(home.rows("raw.web_requests")) == 50


def test_a_log_that_has_grown_moves_the_night_on(home: Any, web_log: Table, log_line: Line) -> None:
    first = log_line() * 50
    home.declare(web_log())
    home.put("landing/www/access.log", first)
    home.ingest()
    later = log_line("10:01:00").replace("13/Nov", "15/Nov")
    home.put("landing/www/access.log", first + later, minute=1)
    home.ingest()
    assert by_status(home) == {"growth": 1, "loaded": 1}
    sources = home.landing.sources
    home.close()
    newest = newest_record_utc(Home.at(home.path), wait_seconds=0)
    assert newest == datetime(2025, 11, 15, 10, 1)
    assert night_to_run(newest, sources) == date(2025, 11, 16)
