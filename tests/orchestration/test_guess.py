"""``diurnal sources --guess``: the entry that it prints is one that reads the file."""

from __future__ import annotations

import gzip
import io
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from assets.ingestion import ingest
from assets.landing import Landing
from assets.sources import read_sources
from assets.web_log_source import WebLog
from orchestration.cli import main
from orchestration.terminal.guess import Guess, show_guess
from traffic.parsing.quantity import duration_seconds
from warehouse import open_warehouse

LINE = '198.51.100.7 - - [12/Mar/2024:20:00:{:02} +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8.4"\n'
LOG = "".join(LINE.format(second) for second in range(30))
WIDE = "Zeit;ein (Mbit/s);aus (Mbit/s)\n" + "".join(
    f"{day:02}.03.2024 00:{minute:02};{day},5;2,25\n" for day in (11, 12, 13) for minute in range(0, 60, 5)
)
JSON = '{"host":"10.0.0.1","msec":1710273600.25,"request":"GET / HTTP/1.1","status":200,"bytes_sent":7}\n'
NO_ROWS = pl.DataFrame(schema={"line_number": pl.Int64, "line": pl.String, "read": pl.String})


def guess(path: Path) -> Result:
    return CliRunner().invoke(main, ["sources", "--guess", str(path)])


def entry_of(shown: str) -> str:
    """What is printed, up to the rows: comments and a table of sources.toml."""
    return shown.split("\n\n", maxsplit=1)[0]


def records_of(home: Path, entry: str) -> dict[str, Any]:
    """Read the file as the entry says; return its row of the ledger."""
    (home / "sources.toml").write_text(entry)
    with open_warehouse(home / "warehouse" / "traffic.duckdb", holder="a test") as warehouse:
        (row,) = ingest(
            warehouse, Landing(home, read_sources(home / "sources.toml")), lambda _: None
        ).to_dicts()
    return row


def test_the_entry_of_a_log_says_the_step_that_holds_without_one(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    file.write_text(LOG)
    shown = guess(file).stdout
    assert "\n# its requests and bytes are summed in steps of 2m unless step says otherwise\n" in shown
    table = tomllib.loads(entry_of(shown))["weblog"][0]
    assert duration_seconds(table["step"]) == WebLog.model_fields["step"].default


@pytest.mark.parametrize(
    ("name", "content", "records"),
    [
        ("access.log", LOG.encode(), 30),
        ("access.log.2.gz", gzip.compress(LOG.encode()), 30),
        ("structured.log", (JSON * 9).encode(), 9),
        ("uplinks.csv", WIDE.encode(), 36),
        (
            "loads.csv",
            b"timestamp,value\n" + b"".join(b"2024-03-12 00:%02d:00,5\n" % m for m in range(60)),
            60,
        ),
    ],
)
def test_the_entry_reads_the_file_as_it_stands(
    tmp_path: Path, name: str, content: bytes, records: int
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    shown = guess(file)
    assert shown.exit_code == 0, shown.output
    home = tmp_path / "home"
    home.mkdir()
    row = records_of(home, entry_of(shown.stdout))
    assert (row["status"], row["records_loaded"], row["records_rejected"]) == ("loaded", records, 0)


def test_the_first_rows_stand_beside_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    file.write_text(LOG + "nonsense \x1b[31m\n")
    shown = guess(file).stdout
    assert "30 of the first 31 lines read as combined" in shown
    assert '198.51.100.7 - - [12/Mar/2024:20:00:00 +0000] "GET /a' in shown
    assert "read as 2024-03-12 20:00:00 UTC  198.51.100.7  GET /a  status 200  bytes 5" in shown
    assert "read as rejected: the line does not begin with a client" in shown
    assert r"nonsense \x1b[31m" in shown
    assert "\x1b" not in shown


def test_what_must_be_settled_is_said(tmp_path: Path) -> None:
    file = tmp_path / "epa.log"
    file.write_text('host.a [29:23:53:25] "GET / HTTP/1.0" 200 1497\n' * 3)
    shown = guess(file).stdout
    assert 'format = "epa"' in shown
    assert "# to settle: its lines carry no month" in shown
    assert "# to settle: its times have no offset" in shown


@pytest.mark.parametrize("content", [b"", b"\0\1\2" * 99, b"just some words\nand some more\n"])
def test_an_unknown_file_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "what"
    file.write_bytes(content)
    shown = guess(file)
    assert shown.exit_code == 2
    assert shown.stderr.startswith(f"Error: {file} is not recognised: ")
    assert "Traceback" not in shown.output


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..")
)
WILD = st.sampled_from(["a[1].log", "*", "?", "[!x]*", "**", "[[", "a]b[", ".a[1]", "é[🚀]", "\x7f\x85"])


@settings(max_examples=60, deadline=None)
@given(NAMES | WILD)
def test_the_pattern_matches_this_file_alone_whatever_it_is_called(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        for other in ("a1.log", "x", "ab", "z", file):
            (Path(folder) / other).write_text(LOG)
        shown = guess(file)
        assert shown.exit_code == 0, shown.output
        entry = entry_of(shown.stdout)
        (Path(folder) / "sources.toml").write_text(entry, encoding="utf-8")
        landing = Landing(Path(folder), read_sources(Path(folder) / "sources.toml"))
        found = [one.path for source in landing.sources.all for one in landing.files_of(source)]
        assert found == [file] or (found == [] and "# to settle: its name begins with a dot" in entry)


def test_a_name_that_is_no_text_is_matched_and_told(tmp_path: Path) -> None:
    file = tmp_path / "access\udcff.log"
    file.write_text(LOG)
    (tmp_path / "sources.toml").write_text(entry := entry_of(guess(file).stdout))
    landing = Landing(tmp_path, read_sources(tmp_path / "sources.toml"))
    assert [one.path for one in landing.files_of(landing.sources.all[0])] == [file]
    assert "# to settle: the name of the file holds bytes that are no text" in entry


TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS | st.lists(TEXTS) | st.integers())
@example("🚀 rx:smile:")
@example("\x1b[31m\x7f\x85\u2028\U000e0001[/s]")
def test_every_entry_that_is_shown_is_toml(value: object) -> None:
    stream = io.StringIO()
    show_guess(Console(file=stream, soft_wrap=True), Guess("export", {"columns": value}, (), (), NO_ROWS))
    assert tomllib.loads(stream.getvalue()) == {"export": [{"columns": value}]}
    assert stream.getvalue().replace("\n", "").isprintable()
    assert "\\ud8" not in stream.getvalue()


def test_an_emoji_stays_and_a_control_character_is_written_as_toml_has_it(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    rows = "".join(f"2024-03-12 00:{minute:02}+00:00,{minute % 7},text\n" for minute in range(30))
    file.write_text(f"time,🚀 rx :x: \x1b\U000e0001,note\n{rows}")
    shown = guess(file).stdout
    assert '"🚀 rx :x: \\u001b\\U000E0001"' in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("name", "content", "is_doubtful"),
    [
        ("a.log", LOG, False),
        ("a.log", LOG.replace(" +0000", ""), True),
        ("a.json", JSON * 9, False),
        ("a.csv", WIDE, True),
        ("a.csv", "time,load\n" + "".join(f"2024-03-12T00:{m:02}:00Z,5\n" for m in range(9)), False),
        ("a.csv", "time,load\n" + "".join(f"{1710273600 + 60 * m},5\n" for m in range(9)), False),
    ],
)
def test_times_without_an_offset_are_told(tmp_path: Path, name: str, content: str, is_doubtful: bool) -> None:
    file = tmp_path / name
    file.write_text(content)
    entry = entry_of(guess(file).stdout)
    assert ('time_zone = "UTC"' in entry) == is_doubtful
    assert (
        "# to settle: its times have no offset, and UTC is a guess: write the zone" in entry
    ) == is_doubtful


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("weblogs/epa/epa-http.log.gz", 'format = "epa"'),
        ("weblogs/erddap/access.log.3.gz", 'format = "combined"'),
        ("exports/esnet/trans_atl_links.csv", 'time_formats = ["%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"]'),
        ("exports/cloudwatch/ec2_network_in_257a54.csv", 'preset = "aws_cloudwatch"'),
        ("exports/ukerna/B5M.csv", 'shape = "single"'),
        ("exports/cesnet/ip103_hourly.csv", 'shape = "wide"'),
    ],
)
def test_real_files_are_told(real_data: Callable[[str], Path], path: str, told: str) -> None:
    shown = guess(real_data(path))
    assert shown.exit_code == 0, shown.output
    assert told in entry_of(shown.stdout)


def test_a_refusal_that_quotes_the_file_does_not_colour_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text(r'{"status": "error", "error": "\u001b[31mred"}')
    shown = guess(file)
    assert shown.exit_code == 2
    assert r"Prometheus answered with an error: \x1b[31mred" in shown.stderr
