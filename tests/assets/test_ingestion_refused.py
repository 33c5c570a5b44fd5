"""Files that cannot be read as what they are said to be: a reason each, and nothing lost for the others."""

from __future__ import annotations

import bz2
import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest
import zstandard

Line = Callable[..., str]
Table = Callable[..., str]
AddsUp = Callable[[dict[str, Any]], bool]
CSV = "time,a,b\n2025-01-01 00:00,1,2\n2025-01-01 00:05,3,\n"
REFUSED = {
    "empty": (b"", "the file is empty"),
    "packed emptiness": (gzip.compress(b""), "the file is empty"),
    "binary": (bytes(range(256)) * 20, "binary, not text"),
    "text of another kind": (b"<html>\n<body>\n", "none of its 2 records could be read as common"),
    "nothing but blanks": (b"\n  \n\n", "none of its 0 records"),
    "a gzip cut short": (gzip.compress(b"a line\n" * 9999)[:-20], "damaged or ends early"),
    "a gzip with a hole": (
        bytes(99 if k == 40 else byte for k, byte in enumerate(gzip.compress(os.urandom(3000)))),
        "damaged",
    ),
    "a bzip2 cut short": (bz2.compress(b"a line\n" * 9999)[:-20], "damaged or ends early"),
    "a Zstandard cut short": (zstandard.compress(b"a line\n" * 9999)[:-5], "damaged or ends early"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_log_is_rejected_with_a_reason_and_the_others_are_loaded(
    home: Any, web_log: Table, log_line: Line, adds_up: AddsUp, content: bytes, reason: str
) -> None:
    home.put("landing/www/a", log_line())
    home.put("landing/www/b", content)
    home.put("landing/www/c", log_line("11:00:00"))
    home.declare(web_log())
    home.ingest()
    ledger = home.ledger()
    assert [ledger[name]["status"] for name in "abc"] == ["loaded", "rejected", "loaded"]
    assert reason in ledger["b"]["reason"]
    assert all(adds_up(row) for row in ledger.values())
    assert ledger["b"]["records_loaded"] == ledger["b"]["rows_written"] == 0
    rejected = home.rows("raw.rejected_lines", file_id=ledger["b"]["file_id"])
    assert len(rejected) == ledger["b"]["records_rejected"]
    assert len(home.rows("raw.web_requests")) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (CSV.replace("time", "when"), "no column 'time'; its columns are 'when', 'a', 'b'"),
        ("time\n2025-01-01 00:00\n", "no column with values"),
        ("time,a,a\n2025-01-01 00:00,1,2\n", "'a' stands more than once"),
        ("time,a\n", "none of its 0 records could be read as csv wide"),
        ("time,a\nyesterday,1\n", "none of its 1 records"),
        ("", "the file is empty"),
        ("\n\n", "no header and no rows"),
        (bytes(range(256)), "binary, not text"),
        (CSV.encode("utf-16"), "it is text in UTF-16; save it as UTF-8"),
    ],
)
def test_an_export_that_is_none_is_rejected_with_a_reason_and_the_others_are_loaded(
    home: Any, export: Table, adds_up: AddsUp, content: str | bytes, reason: str
) -> None:
    home.put("landing/isp/a.csv", content)
    home.put("landing/isp/b.csv", CSV)
    home.declare(export())
    home.ingest()
    ledger = home.ledger()
    assert (ledger["a.csv"]["status"], ledger["b.csv"]["status"]) == ("rejected", "loaded")
    assert reason in ledger["a.csv"]["reason"]
    assert all(adds_up(row) for row in ledger.values())
    assert {row["file_id"] for row in home.rows("raw.provider_samples")} == {ledger["b.csv"]["file_id"]}


def test_a_link_to_nothing_is_rejected_and_a_folder_is_no_file(
    home: Any, web_log: Table, log_line: Line
) -> None:
    home.put("landing/www/b", log_line())
    (home.path / "landing/www/a").symlink_to("nowhere")
    (home.path / "landing/www/c").mkdir()
    home.declare(web_log())
    home.ingest()
    ledger = home.ledger()
    assert {name: row["status"] for name, row in ledger.items()} == {"a": "rejected", "b": "loaded"}
    assert ledger["a"]["reason"] == "the file cannot be read: No such file or directory"
    assert ledger["a"]["file_id"].startswith("unread-")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_without_the_right_to_read_it_is_rejected(home: Any, web_log: Table, log_line: Line) -> None:
    home.put("landing/www/a", log_line()).chmod(0)
    home.declare(web_log())
    home.ingest()
    assert home.ledger()["a"]["reason"] == "the file cannot be read: Permission denied"


@pytest.fixture
def break_opening(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make files of a name unreadable, for the superuser too."""
    opened = Path.open

    def break_name(name: str) -> None:
        def refuse(self: Path, *how: Any, **more: Any) -> IO[Any]:
            if self.name == name:
                raise PermissionError(13, "Permission denied", str(self))
            return opened(self, *how, **more)

        monkeypatch.setattr(Path, "open", refuse)

    return break_name


def test_a_file_that_cannot_be_opened_is_rejected_and_the_others_are_loaded(
    home: Any, web_log: Table, log_line: Line, break_opening: Callable[[str], None]
) -> None:
    home.put("landing/www/a", log_line())
    home.put("landing/www/b", log_line("11:00:00"))
    home.declare(web_log())
    break_opening("a")
    home.ingest()
    ledger = home.ledger()
    assert ledger["a"]["reason"] == "the file cannot be read: Permission denied"
    assert ledger["b"]["status"] == "loaded"
