"""Traces and what-ifs of the demo's series, by the commands, held against what was asked for."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from traffic.parsing.content import LineBlock
from traffic.parsing.weblog import FORMATS, WebLogReader
from warehouse import read_query
from warehouse.lock import hold

pytestmark = pytest.mark.pipeline

NIGHT = datetime(2025, 11, 17)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, diurnal: Any) -> Path:
    path = tmp_path_factory.mktemp("sizing") / "home"
    diurnal("demo", "--home", path)
    nightly = diurnal("nightly", "--home", path)
    assert nightly.code == 0, nightly
    return path


def said(home: Path, command: str, *words: object) -> Result:
    return CliRunner().invoke(main, [command, "--home", str(home), *map(str, words)])


def traced(home: Path, *words: object) -> pl.DataFrame:
    done = said(home, "trace", *words)
    assert done.exit_code == 0, done.output
    return pl.read_csv(done.stdout_bytes, try_parse_dates=True)


@pytest.mark.parametrize("model", ["periodic", "arma"])
def test_a_trace_begins_at_the_night_and_is_as_high_as_the_series(home: Path, model: str) -> None:
    rows = traced(home, "--series", "metro/FRA_PAR_in", "--model", model, "--paths", 10)
    assert rows["path"].unique().sort().to_list() == list(range(1, 11))
    assert rows.height == 10 * 288
    assert (rows["at_utc"].min(), rows["at_utc"].max()) == (NIGHT, NIGHT + timedelta(hours=23, minutes=55))
    assert 1e9 < rows["value"].mean() < 12e9
    assert rows["value"].min() >= 0


def test_seed_scale_and_length_are_obeyed(home: Path) -> None:
    ask = ("--series", "www/requests", "--hours", 2, "--seed", 5)
    once = traced(home, *ask)
    assert once.height == 60
    assert once["value"].to_list() == traced(home, *ask)["value"].to_list()
    assert once["value"].to_list() != traced(home, *ask[:-1], 6)["value"].to_list()
    assert (once["value"] % 1 == 0).all()
    more = traced(home, *ask, "--scale", 10)["value"]
    assert ((more - 10 * once["value"]).abs() <= 5).all()


def test_parquet_holds_the_same_rows(home: Path, tmp_path: Path) -> None:
    ask = ("--series", "metro/FRA_AMS_in", "--days", 7, "--paths", 2)
    done = said(home, "trace", *ask, "--format", "parquet", "--output", tmp_path / "t.parquet")
    assert done.exit_code == 0, done.output
    rows = pl.read_parquet(tmp_path / "t.parquet")
    assert rows.schema == {"path": pl.Int64, "at_utc": pl.Datetime("us"), "value": pl.Float64}
    assert rows.height == 2 * 7 * 288
    assert rows["value"].to_list() == pytest.approx(traced(home, *ask)["value"].to_list())
    assert [file.name for file in tmp_path.iterdir()] == ["t.parquet"]


@pytest.mark.parametrize("label", ["bytes", "requests"])
def test_lines_of_a_log_add_up_to_the_trace(home: Path, tmp_path: Path, label: str) -> None:
    ask = ("--series", f"www/{label}", "--hours", 3, "--seed", 2)
    file = tmp_path / "replay.log.gz"
    done = said(home, "trace", *ask, "--format", "log", "--output", file)
    assert done.exit_code == 0, done.output
    reader = WebLogReader(FORMATS["combined"], "UTC")
    (parsed,) = reader.read_blocks([LineBlock(gzip.decompress(file.read_bytes()), 1)])
    assert parsed.rejected.is_empty()
    assert parsed.requests["host"].str.starts_with("10.").all()
    sums = parsed.requests.group_by(pl.col("at_utc").dt.truncate("2m")).agg(
        bytes=pl.col("bytes_sent").sum(), requests=pl.len()
    )
    trace = traced(home, *ask).join(sums, on="at_utc", how="left").fill_null(0)
    assert trace[label].to_list() == trace["value"].to_list()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--series", "metro/FRA_PAR_inn"), "did you mean 'metro/FRA_PAR_in'"),
        (("--series", "fra_par_in"), "did you mean 'metro/FRA_PAR_in'"),
        (("--series", "\x1b[31m?"), "there is no series '\\x1b[31m?'; series.catalog lists the 10"),
        (("--series", "www/bytes", "--scale", "0"), "must be a finite number above 0"),
        (("--series", "www/bytes", "--scale", "-1"), "must be a finite number above 0"),
        (("--series", "www/bytes", "--scale", "nan"), "must be a finite number above 0"),
        (("--series", "www/bytes", "--scale", "1e12", "--format", "log"), "take a smaller scale"),
        (("--series", "www/bytes", "--days", "1", "--hours", "1"), "contradict each other"),
        (("--series", "www/bytes", "--days", "8"), "1<=x<=7"),
        (("--series", "www/bytes", "--paths", "2", "--format", "log"), "a log holds one trace"),
        (("--series", "metro/FRA_PAR_in", "--format", "log"), "no series of a web log"),
        (("--series", "www/bytes", "--format", "parquet"), "say --output FILE"),
        (("--series", "www/bytes", "--paths", "100000000"), "cannot be drawn"),
        (("--series", "www/bytes", "--output", "/nonexistent/t.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_traced_is_refused_in_a_sentence(
    home: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = said(home, "trace", *words)
    assert done.exit_code == 2
    assert sentence in " ".join(done.output.split())
    assert "\x1b" not in done.output


def asked(home: Path, *words: object) -> dict[tuple[Any, ...], Any]:
    done = said(home, "whatif", "--series", "metro/FRA_PAR_in", *words, "--format", "json")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)["figures"]
    return {(row["name"], row["threshold"], row["window"], row["at_local"]): row for row in figures}


def test_as_it_is_is_what_the_night_has_written(home: Path) -> None:
    figures = asked(home, "--scale", "1.3")
    query = "FROM planning.outlook WHERE series_id = 'metro/FRA_PAR_in'"
    outlook = read_query(home / "published" / "traffic.duckdb", query).row(0, named=True)
    names = ("capacity", "busy_hour_local", "busy_hour_p95", "headroom", "growth_per_week", "p95_billing_q50")
    for name in names:
        assert figures[name, None, None, None]["as_it_is"] == pytest.approx(outlook[name], rel=1e-9)
    threshold = outlook["runout_threshold"]
    probability = figures["runout_probability", threshold, None, None]["as_it_is"]
    assert probability == pytest.approx(outlook["runout_probability"])
    assert figures["runout_date_q50", threshold, None, None]["as_it_is"] == str(outlook["runout_date_q50"])


def test_a_failover_onto_a_larger_link_is_told_in_a_table_and_in_rows(home: Path) -> None:
    ask = ("--add", "metro/FRA_AMS_in", "--capacity", "100 Gbit/s")
    figures = asked(home, *ask)
    assert figures["capacity", None, None, None] == {
        **figures["capacity", None, None, None],
        "as_it_is": 1e10,
        "what_if": 1e11,
    }
    done = said(home, "whatif", "--series", "metro/FRA_PAR_in", *ask)
    assert "what if with metro/FRA_AMS_in, capacity 100 Gbit/s?" in " ".join(done.output.split())
    for words in (
        "as it is",
        "above 90 % of the capacity tonight",
        "likeliest hour",
        "headroom",
        "100 Gbit/s",
    ):
        assert words in done.output
    rows = said(home, "whatif", "--series", "metro/FRA_PAR_in", *ask, "--format", "csv")
    assert len(list(csv.DictReader(io.StringIO(rows.stdout)))) == len(figures)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--series", "metro/FRA_PAR"), "did you mean 'metro/FRA_PAR_in'"),
        (("--series", "metro/FRA_PAR_in", "--add", "metro/FRA_AMS_im"), "did you mean 'metro/FRA_AMS_in'"),
        (("--series", "metro/FRA_PAR_in", "--scale", "0"), "must be a finite number above 0"),
        (("--series", "metro/FRA_PAR_in", "--scale", "-2"), "must be a finite number above 0"),
        (("--series", "metro/FRA_PAR_in", "--add", "www/bytes"), "cannot be added"),
        (("--series", "metro/FRA_PAR_in", "--add", "metro/FRA_PAR_in"), "they are one series"),
        (("--series", "metro/FRA_PAR_in", "--capacity", "20 requests"), "20 requests"),
        (
            ("--series", "metro/FRA_PAR_in", "--capacity", "20"),
            "write a number and a unit such as '20 Gbit/s'",
        ),
        (("--series", "metro/FRA_PAR_in", "--capacity", "0 Gbit/s"), "must be above 0"),
        (("--series", "metro/FRA_PAR_in", "--capacity", "20 GB"), "is a rate in bit/s: write '20 Gbit/s'"),
        (("--series", "www/requests", "--capacity", "1 Gbit/s"), "cannot be expressed in 'request'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    home: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = said(home, "whatif", *words)
    assert done.exit_code == 2
    assert sentence in " ".join(done.output.split())


def test_while_a_night_writes_the_published_copy_answers_and_says_so(home: Path) -> None:
    with hold(home / "warehouse" / "traffic.lock", "a test", wait_seconds=0):
        done = said(home, "whatif", "--series", "metro/FRA_PAR_in")
    assert done.exit_code == 0, done.output
    assert "a night is being written: growth and run-out are those of the last sixty days" in done.output


def test_a_home_without_a_night_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("")
    done = said(tmp_path, "trace", "--series", "a/b")
    assert done.exit_code == 2
    assert "diurnal nightly" in done.output
