"""``diurnal sources``: what each source would read, what is new, and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from assets.ingestion import ingest
from assets.landing import Landing
from assets.sources import read_sources
from orchestration.cli import main
from warehouse import open_warehouse

LINE = '198.51.100.7 - - [12/Mar/2024:20:00:{:02} +0000] "GET / HTTP/1.1" 200 5\n'
SOURCES = """
[[weblog]]
name = "www"
files = "landing/www/*.log"

[[export]]
name = "isp"
files = "landing/isp/*.csv"
shape = "wide"
time_column = "time"
unit = "bit/s"
step = "5m"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "sources.toml").write_text(SOURCES)
    for name, content in {
        "www/a.log": "".join(LINE.format(second) for second in range(60)),
        "isp/a.csv": "time,in,out\n2024-03-12 00:00,1,2\n",
    }.items():
        file = tmp_path / "landing" / name
        file.parent.mkdir(parents=True)
        file.write_text(content)
    return tmp_path


def report(home: Path) -> Result:
    return CliRunner().invoke(main, ["sources", "--home", str(home)])


def read_everything(home: Path) -> pl.DataFrame:
    with open_warehouse(home / "warehouse" / "traffic.duckdb", holder="a test") as warehouse:
        return ingest(warehouse, Landing(home, read_sources(home / "sources.toml")), lambda _: None)


def test_each_source_says_its_files_and_how_they_are_read(home: Path) -> None:
    told = report(home)
    assert told.exit_code == 0, told.output
    assert (
        "www: 1 files match landing/www/*.log, 1 new; format auto, and the first file looks like common: "
        "60 of the first 60 lines read as common; no other format reads any" in (told.stdout)
    )
    assert "isp: 1 files match landing/isp/*.csv, 1 new; read as csv, wide, step 300 s, bit/s" in told.stdout
    assert not (home / "warehouse").exists()


def test_a_pattern_is_tried_on_the_first_file(home: Path) -> None:
    sources = home / "sources.toml"
    pattern = """pattern = '%h %l %u %t \\"%r\\" %>s %b'\n"""
    sources.write_text(SOURCES.replace("[[export]]", f"{pattern}\n[[export]]"))
    assert "format pattern: 60 of the first 60 lines read so in the first file" in report(home).stdout


def test_an_unknown_directive_is_misuse(home: Path) -> None:
    sources = home / "sources.toml"
    sources.write_text(SOURCES.replace("[[export]]", "pattern = '%h %t %y'\n\n[[export]]"))
    told = report(home)
    assert told.exit_code == 2
    assert "'%y' is no directive of LogFormat" in told.output


def test_a_first_file_without_content_is_told(home: Path) -> None:
    (home / "landing" / "www" / "a.log").write_text("")
    assert "format auto, and the first file is empty" in report(home).stdout


def test_what_was_read_is_not_new_until_it_changes(home: Path) -> None:
    read_everything(home)
    assert report(home).stdout.count(" 0 new; ") == 2
    log = home / "landing" / "www" / "a.log"
    log.write_text(log.read_text() + LINE.format(59))
    told = report(home).stdout
    assert "www: 1 files match landing/www/*.log, 1 new" in told
    assert f"new: {log}" in told
    assert "isp: 1 files match landing/isp/*.csv, 0 new" in told


def test_a_rejected_file_is_told_with_its_reason(home: Path) -> None:
    (home / "landing" / "isp" / "b.csv").write_text("when,in\n2024-03-12 00:00,1\n")
    read_everything(home)
    told = report(home)
    assert told.exit_code == 0
    assert f"rejected: {home / 'landing' / 'isp' / 'b.csv'}: no column 'time'" in told.stdout


def test_a_source_without_files_is_told_and_is_misuse(home: Path) -> None:
    (home / "landing" / "isp" / "a.csv").unlink()
    told = report(home)
    assert told.exit_code == 2
    assert "isp: no file matches" in told.stdout
    assert "www: 1 files match" in told.stdout


def test_many_new_files_are_counted_and_not_all_named(home: Path) -> None:
    for number in range(20):
        (home / "landing" / "www" / f"b{number:02}.log").write_text(LINE.format(number))
    told = report(home).stdout
    assert "www: 21 files match landing/www/*.log, 21 new" in told
    assert told.count("    new: ") == 5 + 1
    assert "and 16 more" in told


def test_a_name_that_does_not_print_is_escaped(home: Path) -> None:
    (home / "landing" / "www" / "\x1b[31mred.log").write_text(LINE.format(1))
    told = report(home).stdout
    assert r"\x1b[31mred.log" in told
    assert "\x1b" not in told


def test_while_a_run_writes_the_files_are_told_all_the_same(home: Path) -> None:
    read_everything(home)
    with open_warehouse(home / "warehouse" / "traffic.duckdb", holder="the run of a test"):
        told: Any = report(home)
    assert told.exit_code == 0
    assert "what is new cannot be told now: the warehouse is held by the run of a test" in told.stdout
    assert "www: 1 files match" in told.stdout


def test_a_column_that_the_first_file_lacks_is_found_before_a_night(home: Path) -> None:
    sources = home / "sources.toml"
    sources.write_text(SOURCES.replace('"time"', '"Datum"'))
    told = report(home)
    file = home / "landing" / "isp" / "a.csv"
    assert f"    cannot be read so: {file}: no column 'Datum'" in told.stdout
    assert told.exit_code == 2


def test_a_first_file_that_went_wrong_beside_good_ones_is_told_and_no_more(home: Path) -> None:
    (home / "landing" / "isp" / "0.csv").write_text("time,in\nsoon,1\n")
    assert "0.csv: line 2: " in report(home).stdout
    assert report(home).exit_code == 2
    read_everything(home)
    assert report(home).exit_code == 0


def test_names_that_no_file_brings_are_hinted_at(home: Path) -> None:
    capacity = 'capacity = { In = "10 Gbit/s" }\n'
    bill = '[[bill]]\nname = "transit"\nin = "isp/in"\nout = "isp/outt"\n'
    (home / "sources.toml").write_text(SOURCES + capacity + bill)
    told = report(home)
    assert told.exit_code == 0
    assert told.stdout.endswith(
        "[export] \"isp\" capacity: there is no series 'isp/In' so far; did you mean 'isp/in'?\n"
        "[bill] \"transit\" out: there is no series 'isp/outt' so far; did you mean 'isp/out'?\n"
    )


def test_what_was_read_under_other_settings_does_not_excuse_those_that_read_nothing(home: Path) -> None:
    read_everything(home)
    sources = home / "sources.toml"
    sources.write_text(SOURCES.replace('"time"', '"Datum"'))
    assert report(home).exit_code == 2
