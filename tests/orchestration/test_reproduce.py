"""``diurnal reproduce``: which data of a home it takes, what it says, and what it leaves alone."""

from __future__ import annotations

import gzip
import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from browser_page import PageReader, SeenPage
from click.testing import CliRunner, Result

from assets.ingestion import ingest
from assets.landing import Landing
from assets.nights import Night
from assets.series_of_source import take_up
from assets.sources import read_sources
from orchestration.cli import main
from orchestration.home import Home
from orchestration.terminal.demo import write_demo
from warehouse import open_warehouse

SOURCES = """
[[weblog]]
name = "www"
files = "landing/www/*"
format = "common"
time_zone = "UTC"

[[export]]
name = "short"
files = "landing/short/*"
shape = "single"
time_column = "time"
value_column = "value"
step = "1h"

[[export]]
name = "isp"
files = "landing/isp/*"
shape = "wide"
time_column = "time"
unit = "bit/s"
step = "1h"
"""
DAY = datetime(2024, 3, 4)


def log_lines() -> str:
    rng = random.Random(1)
    at, lines = DAY, []
    while at < DAY + timedelta(hours=20):
        size = int(rng.lognormvariate(8, 1))
        lines.append(f'10.0.0.1 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET /p HTTP/1.1" 200 {size}\n')
        at += timedelta(seconds=rng.randint(1, 60))
    return "".join(lines)


def wide(days: int) -> str:
    rng = random.Random(2)
    rows = ["time,flat,daily"]
    for hour in range(24 * days):
        course = 1 - math.cos(2 * math.pi * hour / 24)
        rows.append(
            f"{DAY + timedelta(hours=hour):%Y-%m-%d %H:%M},{50 + rng.random()},{course + rng.random() / 5}"
        )
    return "\n".join(rows) + "\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a log of a day, an export of two days and one of nine; no night has run."""
    place = Home.at(tmp_path / "home")
    single = "\n".join(line.rsplit(",", 1)[0] for line in wide(2).splitlines()).replace("flat", "value")
    for name, content in (("www/a.log", log_lines()), ("short/s.csv", single), ("isp/w.csv", wide(9))):
        path = place.path / "landing" / name
        path.parent.mkdir(parents=True)
        path.write_text(content)
    place.sources_toml.write_text(SOURCES)
    return place


def reproduce(home: Home, *words: object) -> Result:
    return CliRunner().invoke(main, ["reproduce", "--home", str(home.path), *map(str, words)])


def page_of(home: Home) -> str:
    return (home.reports / "reproduction.html").read_text(encoding="utf-8")


def test_a_home_without_a_night_is_read_for_this_alone(home: Home) -> None:
    done = reproduce(home)
    assert done.exit_code == 0, done.output
    assert "reproduction.html" in done.output
    assert "not reproduced" not in done.output
    # Nothing but the page is new: no warehouse, no ledger.
    assert sorted(path.name for path in home.path.iterdir()) == ["landing", "reports", "sources.toml"]
    page = page_of(home)
    # Of two series the one with a daily course, of the first source that has a week.
    assert "isp/daily" in page
    assert "isp/flat" not in page
    assert "SIMULATED" not in page


def test_what_a_night_has_read_is_taken_from_the_warehouse(home: Home) -> None:
    landing = Landing(home.path, read_sources(home.sources_toml))
    night = Night((DAY + timedelta(days=9)).date(), DAY + timedelta(days=9))
    with open_warehouse(home.warehouse, holder="a test") as warehouse:
        ingest(warehouse, landing, lambda _: None)
        for source in landing.sources.all:
            take_up(warehouse, landing, source, night)
    before = home.warehouse.read_bytes()
    for path in (home.path / "landing").rglob("*.*"):
        path.unlink()
    done = reproduce(home)
    assert done.exit_code == 0, done.output
    assert "not reproduced" not in done.output
    assert home.warehouse.read_bytes() == before


def test_a_named_series_is_taken(home: Home) -> None:
    assert reproduce(home, "--series", "isp/flat").exit_code == 0
    assert "isp/flat" in page_of(home)


def test_a_named_log_is_taken_be_it_a_source_or_a_file(home: Home, tmp_path: Path) -> None:
    assert reproduce(home, "--log", "www").exit_code == 0
    file = tmp_path / "elsewhere.log.gz"
    file.write_bytes(gzip.compress(log_lines().encode()))
    done = reproduce(home, "--log", file)
    assert done.exit_code == 0, done.output
    assert "the web log elsewhere" in page_of(home)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--log", "absent.log"], "neither a file nor a web log of sources.toml (www)"),
        (["--log", "{home}/landing/isp/w.csv"], "looks like an export"),
        (["--log", "{home}/sources.toml"], "not"),
        (["--series", "nobody/in"], "no source of sources.toml is named 'nobody'"),
        (["--series", "isp/absent"], "no series isp/absent"),
        (["--series", "short/s"], "--series short/s: short/s has no seven days in a row"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(home: Home, words: list[str], says: str) -> None:
    done = reproduce(home, *(word.format(home=home.path) for word in words))
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert not home.reports.exists()


def test_a_document_without_data_is_missing_and_the_other_is_there(home: Home) -> None:
    (home.path / "landing" / "www" / "a.log").unlink()
    done = reproduce(home)
    assert done.exit_code == 0, done.output
    assert "not reproduced: www: no file matches" in done.output
    assert "Not reproduced: www: no file matches" in page_of(home)
    assert "isp/daily" in page_of(home)


def test_a_home_without_any_data_fails_and_says_what_to_add(tmp_path: Path) -> None:
    empty = Home.at(tmp_path / "empty")
    empty.path.mkdir()
    empty.sources_toml.write_text("")
    done = reproduce(empty)
    assert done.exit_code == 1
    assert "add a [[weblog]]" in done.output
    assert "add an [[export]]" in done.output


def test_the_demo_is_called_simulated(tmp_path: Path) -> None:
    demo = Home.at(tmp_path / "demo")
    write_demo(demo)
    done = reproduce(demo)
    assert done.exit_code == 0, done.output
    assert done.output.count("SIMULATED") == 2
    assert page_of(demo).count("the data are SIMULATED") == 2


REAL = """
[[weblog]]
name = "epa"
files = "{epa}"
format = "epa"
month = "1995-08"
time_zone = "America/New_York"

[[export]]
name = "ukerna"
files = "{ukerna}"
shape = "single"
time_column = "time"
value_column = "value"
time_zone = "Europe/London"
step = "5m"
"""


@pytest.mark.real_data
def test_the_documents_on_the_epa_log_and_a_provider_s_week(
    tmp_path: Path, real_data: Callable[[str], Path], browse: Callable[..., SeenPage]
) -> None:
    files = {
        "epa": real_data("weblogs/epa/epa-http.log.gz"),
        "ukerna": real_data("exports/ukerna/B5M.csv"),
    }
    place = Home.at(tmp_path / "home")
    place.path.mkdir()
    place.sources_toml.write_text(REAL.format(**files))
    done = reproduce(place)
    assert done.exit_code == 0, done.output
    values = PageReader(page_of(place)).values
    # The lines that the post prints are in its log from line 72 on; its windows and bytes, counted elsewhere.
    assert "one after the other from line 72 on" in values
    assert {"717", "311,490,992", "47,685"} <= set(values)
    # The reference model's coefficients, as R's arima has them of the same windows (tests/reference/r).
    assert {"-0.0372", "-0.0909", "-0.9228"} <= set(values)
    seen = browse(place.reports / "reproduction.html")
    assert all(figure.is_live and figure.marks for figure in seen.figures)
    assert (seen.console, seen.asked) == ([], [])
