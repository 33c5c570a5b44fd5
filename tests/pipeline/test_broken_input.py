"""What is broken is named in one sentence, and costs nothing to what is whole."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.pipeline

FIRST, LAST = datetime(2024, 3, 1), datetime(2024, 3, 12, 23)
HOURS = 12 * 24

WEBLOG = '[[weblog]]\nname = "www"\nfiles = "landing/www/*"\n'
# Which faults are found is tested with the models of sources.toml; here, what becomes of one.
BROKEN = {
    "no TOML": ("[[weblog]\n", "cannot be read as TOML"),
    "no text": (b"\xff\xfe\x00", "UTF-8"),
    "no source": ("[platform]\n", "names no source"),
    "unknown key": (f'{WEBLOG}fomat = "epa"\n', "fomat"),
    "format without a month": (f'{WEBLOG}format = "epa"\n', 'month = "yyyy-mm"'),
    "two of one name": (f"{WEBLOG}{WEBLOG}", "two sources are named 'www'"),
}


def one_sentence(ended: Any) -> str:
    """Check that a command was refused in a single sentence; return it."""
    assert ended.code == 2, ended
    lines = [line for line in ended.err.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, ended
    assert "Traceback" not in ended.err
    return lines[0]


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_sources_toml_is_refused_in_one_sentence(tmp_path: Path, diurnal: Any, what: str) -> None:
    content, named = BROKEN[what]
    raw = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "sources.toml").write_bytes(raw)
    ended = diurnal("nightly", "--home", tmp_path)
    sentence = one_sentence(ended)
    assert str(tmp_path / "sources.toml") in sentence
    assert named in sentence
    assert ended.err.strip() == sentence


@pytest.mark.parametrize("command", [["nightly"], ["sources"], ["nightly", "--as-of", "2024-03-13"]])
def test_a_missing_sources_toml_is_named(tmp_path: Path, diurnal: Any, command: list[str]) -> None:
    ended = diurnal(*command, "--home", tmp_path)
    assert f"{tmp_path / 'sources.toml'} does not exist" in one_sentence(ended)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--as-of", (date.today() + timedelta(days=3)).isoformat()], "has not begun"),
        (["--as-of", "1994-12-31"], "the first night is 1995-01-01"),
        (["--as-of", "yesterday"], "yesterday"),
        (["--as-of", "2024-02-30"], "2024-02-30"),
        (["--nights", "0"], "0"),
        (["--wait", "a while"], "a while"),
    ],
)
def test_a_night_that_cannot_be_is_refused(
    tmp_path: Path, diurnal: Any, words: list[str], named: str
) -> None:
    (tmp_path / "sources.toml").write_text(WEBLOG)
    assert named in one_sentence(diurnal("nightly", "--home", tmp_path, *words))


@pytest.mark.parametrize("command", ["nightly", "demo", "sources", "ui"])
def test_a_home_that_is_a_file_is_refused(tmp_path: Path, diurnal: Any, command: str) -> None:
    file = tmp_path / "home"
    file.write_text("")
    assert str(file) in one_sentence(diurnal(command, "--home", file))


@pytest.mark.parametrize("command", ["demo", "ui"])
def test_a_home_below_a_file_is_refused(tmp_path: Path, diurnal: Any, command: str) -> None:
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / "home"
    assert f"{home} cannot be written" in one_sentence(diurnal(command, "--home", home))


@pytest.mark.skipif(os.geteuid() == 0, reason="for root, every folder is writable")
@pytest.mark.parametrize("command", ["nightly", "demo"])
def test_a_home_that_cannot_be_written_is_refused(tmp_path: Path, diurnal: Any, command: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    if command == "nightly":
        (home / "sources.toml").write_text(WEBLOG)
        (home / "landing" / "www").mkdir(parents=True)
        (home / "landing" / "www" / "access.log").write_text("no log\n")
    home.chmod(0o555)
    try:
        ended = diurnal(command, "--home", home)
    finally:
        home.chmod(0o755)
    assert f"{home} cannot be written" in one_sentence(ended)


@pytest.mark.parametrize("words", [[], ["--as-of", "2024-03-13"]])
def test_if_the_only_source_has_no_folder_the_folder_is_named(
    tmp_path: Path, diurnal: Any, words: list[str]
) -> None:
    (tmp_path / "sources.toml").write_text(WEBLOG)
    ended = diurnal("nightly", "--home", tmp_path, *words)
    assert f"source www: the folder {tmp_path / 'landing'}" in one_sentence(ended)


def common_log(first: datetime, minutes: int) -> str:
    """Write a small log in the common format, a line a minute."""
    line = '198.51.100.{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET /{} HTTP/1.1" 200 {}\n'
    times = (first + timedelta(minutes=minute) for minute in range(minutes))
    return "".join(line.format(at.minute, at, at.hour, 100 + at.minute) for at in times)


@pytest.fixture(scope="module")
def mixed(
    tmp_path_factory: pytest.TempPathFactory,
    diurnal: Any,
    installation: Any,
    hourly_csv: Callable[..., str],
    single_export: Callable[..., str],
) -> tuple[Any, Any]:
    """A night on good files that lie among bad ones, a short series and a stale one."""
    good = hourly_csv(FIRST, HOURS)
    log = common_log(LAST - timedelta(hours=19), 20 * 60)
    files = {
        "mixed/load.csv": good.encode(),
        "mixed/empty.csv": b"",
        "mixed/blank.csv": b"\n\n\n",
        "mixed/header_alone.csv": b"timestamp,value\n",
        "mixed/binary.csv": bytes(range(256)) * 40,
        "mixed/cut.csv.gz": gzip.compress(hourly_csv(FIRST, HOURS, level=70).encode())[:-300],
        "mixed/not_packed.csv.gz": hourly_csv(FIRST, HOURS, level=60).encode(),
        "mixed/no_time.csv": b"when,value\n2024-03-01 00:00:00,3\n",
        "logs/access.log": log.encode(),
        "logs/empty.log": b"",
        "logs/binary.log": b"\x00\x01\x02\xff" * 500,
        "logs/cut.log.gz": gzip.compress(log.replace("GET", "HEAD").encode())[:-100],
        "logs/prose.txt": b"Dear reader,\nthis is a letter.\n",
        "short/short.csv": hourly_csv(LAST - timedelta(hours=29), 30).encode(),
        "stale/stale.csv": hourly_csv(FIRST - timedelta(days=9), HOURS).encode(),
    }
    exports = [single_export(name, f"landing/{name}/*") for name in ("mixed", "short", "stale")]
    weblog = '[[weblog]]\nname = "logs"\nfiles = "landing/logs/*"\nformat = "common"\nstep = "10m"\n'
    home = installation(tmp_path_factory.mktemp("mixed"), "".join([*exports, weblog]))
    for name, content in files.items():
        path = home.path / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return home, diurnal("nightly", "--home", home.path)


def test_bad_files_among_good_ones_do_not_fail_the_night(mixed: Any) -> None:
    _, ended = mixed
    assert ended.code == 0, ended
    assert "Traceback" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("mixed/empty.csv", "the file is empty"),
        ("mixed/blank.csv", "no header and no rows"),
        ("mixed/header_alone.csv", "none of its 0 records"),
        ("mixed/binary.csv", "the file is binary"),
        ("mixed/cut.csv.gz", "damaged or ends early"),
        ("mixed/no_time.csv", "no column 'timestamp'; its columns are 'when', 'value'"),
        ("logs/empty.log", "the file is empty"),
        ("logs/binary.log", "the file is binary"),
        ("logs/cut.log.gz", "damaged or ends early"),
        ("logs/prose.txt", "none of its 2 records could be read as common"),
    ],
)
def test_a_bad_file_is_in_the_ledger_with_its_reason_and_in_the_summary(
    mixed: Any, file: str, reason: str
) -> None:
    home, ended = mixed
    path = home.path / "landing" / file
    row = home.ask("SELECT * FROM raw.ingested_files WHERE path = ?", str(path)).to_dicts()[0]
    assert row["status"] == "rejected"
    assert reason in row["reason"]
    assert row["rows_written"] == 0
    assert f"{path}: {row['reason']}" in ended.out


def test_nothing_is_lost_for_the_files_beside_them(mixed: Any) -> None:
    home, _ = mixed
    loaded = home.ask(
        "SELECT source, path, rows_written FROM raw.ingested_files WHERE status = 'loaded' ORDER BY ALL"
    )
    found = {Path(path).name: rows for _, path, rows in loaded.iter_rows()}
    # What a file is packed with is told from its content, not from its name.
    assert found == {
        "access.log": 1_200,
        "load.csv": HOURS,
        "not_packed.csv.gz": HOURS,
        "short.csv": 30,
        "stale.csv": HOURS,
    }


def test_the_good_series_are_forecast_and_the_others_say_why_not(mixed: Any) -> None:
    home, ended = mixed
    found = {
        series_id: (status, reason)
        for series_id, status, reason in home.ask(
            "SELECT series_id, status, reason FROM series.catalog"
        ).rows()
    }
    assert found["mixed/load"][0] == "ok"
    assert found["logs/requests"][0] == "ok"
    assert found["short/short"][0] == "short"
    assert "30 values are known, and models that are fitted need" in found["short/short"][1]
    assert found["stale/stale"] == ("stale", "the newest value is of 2024-03-03 23:00:00 UTC")
    forecast = home.ask("SELECT DISTINCT series_id FROM forecasts.points")["series_id"].to_list()
    usable = ["logs/bytes", "logs/requests", "mixed/load", "mixed/not_packed", "short/short"]
    assert sorted(forecast) == usable
    assert "stale/stale" not in home.ask("SELECT series_id FROM models.champions")["series_id"]
    for name in ("short/short: short: 30 values", "stale/stale: stale: the newest value"):
        assert name in ended.out


def test_a_short_series_has_a_row_for_each_model_that_says_so(mixed: Any) -> None:
    home, _ = mixed
    rows = home.ask(
        "SELECT model, status, reason FROM models.constant_volatility WHERE series_id = 'short/short' "
        "UNION ALL SELECT 'periodic', status, reason FROM models.periodic WHERE series_id = 'short/short' "
        "ORDER BY model"
    ).rows()
    assert [row[:2] for row in rows] == [
        ("periodic", "too_short"),
        ("reference", "too_short"),
        ("selected", "too_short"),
    ]
    assert all("needs" in reason for *_, reason in rows)
    champion = home.ask("SELECT model, reason FROM models.champions WHERE series_id = 'short/short'").row(0)
    assert champion == (
        "seasonal_naive_day",
        "Seasonal naive day: the record is too short to compare models. Its record is 1.2 days long.",
    )
    points = home.ask(
        "SELECT model, step_seconds, count(*) FROM forecasts.points "
        "WHERE series_id = 'short/short' GROUP BY ALL"
    )
    assert points.rows() == [("seasonal_naive_day", 3_600, 168)]


def test_a_series_that_never_varies_is_forecast_as_it_is_and_says_so(mixed: Any) -> None:
    home, _ = mixed
    model, reason = home.ask(
        "SELECT model, reason FROM models.champions WHERE series_id = 'logs/requests'"
    ).row(0)
    assert model == "seasonal_naive_day"
    assert "All of its 120 values are 10." in reason
    points = home.ask(
        "SELECT min(q025) AS low, max(q975) AS high, count(*) AS n FROM forecasts.points "
        "WHERE series_id = 'logs/requests' AND is_champion"
    ).row(0)
    assert points == (pytest.approx(10), pytest.approx(10), 144 + 168)
    unfit = home.ask(
        "SELECT DISTINCT status, reason FROM models.constant_volatility WHERE series_id = 'logs/requests'"
    )
    assert unfit["reason"].to_list() == ["The last 120 values all equal 10; there is no variation to model."]


def test_a_source_that_fails_as_a_whole_fails_the_night_for_itself_alone(
    tmp_path: Path,
    diurnal: Any,
    installation: Any,
    hourly_csv: Callable[..., str],
    single_export: Callable[..., str],
) -> None:
    names = ("good", "missing", "bad")
    entries = {name: single_export(name, f"landing/{name}/*.csv") for name in names}
    home = installation(tmp_path, "".join(entries.values()))
    for name, content in (("good", hourly_csv(FIRST, HOURS)), ("bad", "when,value\n1,2\n")):
        (tmp_path / "landing" / name).mkdir(parents=True)
        (tmp_path / "landing" / name / "load.csv").write_text(content)
    ended = diurnal("nightly", "--home", tmp_path)
    assert ended.code == 1, ended
    assert f"the folder {tmp_path / 'landing' / 'missing'} of files" in ended.out
    assert "none of its 1 files could be read" in ended.out
    assert "no column 'timestamp'; its columns are 'when', 'value'" in ended.out
    forecast = home.ask_published(
        "SELECT series_id, count(*) AS n FROM forecasts.latest_forecast GROUP BY ALL"
    )
    assert forecast.rows() == [("good/load", 24)]

    # One of the two faults alone fails the night as well; mending both ends it.
    (tmp_path / "sources.toml").write_text(entries["good"] + entries["bad"])
    ended = diurnal("nightly", "--home", tmp_path)
    assert ended.code == 1, ended
    assert "missing" not in ended.out
    (tmp_path / "landing" / "bad" / "load.csv").write_text(hourly_csv(FIRST, HOURS, level=50))
    ended = diurnal("nightly", "--home", tmp_path)
    assert ended.code == 0, ended
    spoken = "SELECT series_id, step_seconds, count(*) FROM forecasts.points WHERE is_champion GROUP BY ALL"
    assert sorted(home.ask(spoken).rows()) == [("bad/load", 3_600, 168), ("good/load", 3_600, 168)]
