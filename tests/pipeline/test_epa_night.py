"""The night on the EPA's log of August 1995, the one that the constant-volatility document analyses."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.pipeline, pytest.mark.real_data]

SOURCES = """
[[weblog]]
name = "epa"
files = "landing/epa/*"
format = "epa"
month = "1995-08"
time_zone = "America/New_York"
step = "2m"

[[weblog]]
name = "half"
files = "{half}"
format = "epa"
month = "1995-08"
time_zone = "America/New_York"
step = "2m"
"""
LINES, BYTES, HALF_LINES = 47_748, 311_863_990, 15_754
THE_DAY = date(1995, 8, 30)
AS_OF = ("--as-of", "1995-09-01")
# What a night writes anew whatever it has read: its own clock.
CLOCKS = ("loaded_at_utc", "run_at_utc")


@dataclass(frozen=True)
class Nights:
    """The home, and its tables after the first and after the second night."""

    home: Any
    ended: Any
    first: dict[str, tuple[int, int]]
    ended_again: Any
    second: dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def nights(
    tmp_path_factory: pytest.TempPathFactory,
    real_data: Callable[[str], Path],
    diurnal: Any,
    installation: Any,
) -> Nights:
    log = real_data("weblogs/epa/epa-http.log.gz")
    half = real_data("weblogs/epa/epa-http-raw-first-half.log.gz")
    home = installation(tmp_path_factory.mktemp("epa"), SOURCES.format(half=half))
    landing = home.path / "landing" / "epa"
    landing.mkdir(parents=True)
    shutil.copy(log, landing / log.name)
    schemas = ("raw", "series", "models", "forecasts", "diagnostics")
    ended = diurnal("nightly", "--home", home.path, *AS_OF)
    first = home.fingerprints(*schemas, leaving_out=CLOCKS)
    (landing / "renamed.txt").write_bytes(gzip.decompress(log.read_bytes()))
    ended_again = diurnal("nightly", "--home", home.path, *AS_OF)
    return Nights(home, ended, first, ended_again, home.fingerprints(*schemas, leaving_out=CLOCKS))


def test_both_nights_are_done(nights: Nights) -> None:
    assert nights.ended.code == 0, nights.ended
    assert nights.ended_again.code == 0, nights.ended_again


def test_every_line_of_the_log_is_accounted_for(nights: Nights) -> None:
    row = nights.home.ask(
        "SELECT * FROM raw.ingested_files WHERE source = 'epa' AND status = 'loaded'"
    ).to_dicts()[0]
    assert row["lines_read"] == LINES == row["lines_skipped"] + row["records_read"]
    assert row["records_read"] == row["records_loaded"] + row["records_rejected"] + row["records_duplicate"]
    counted = nights.home.ask(
        "SELECT (SELECT count(*) FROM raw.web_requests WHERE source = 'epa'), "
        "(SELECT count(*) FROM raw.rejected_lines WHERE source = 'epa')"
    ).row(0)
    assert counted == (row["records_loaded"], row["records_rejected"])


def test_the_bytes_are_those_of_the_log_and_a_dash_is_no_zero(nights: Nights) -> None:
    total, missing = nights.home.ask(
        "SELECT sum(bytes_sent)::BIGINT, count(*) - count(bytes_sent) "
        "FROM raw.web_requests WHERE source = 'epa'"
    ).row(0)
    assert total == BYTES
    # 5,310 lines have a dash, and 21 lost it: their last word is the status.
    assert missing == 5_310 + 21


def test_the_windows_of_the_30th_of_august_in_new_york(nights: Nights) -> None:
    observed, above_zero = nights.home.ask(
        "SELECT count(*) FILTER (is_observed), count(*) FILTER (observations.value > 0) "
        "FROM series.observations JOIN series.day_ensemble USING (series_id, at_utc) "
        "WHERE series_id = 'epa/bytes' AND local_date = ?",
        THE_DAY,
    ).row(0)
    assert (observed, above_zero) == (717, 710)


def test_the_reference_model_has_the_coefficients_of_the_document(nights: Nights) -> None:
    found = nights.home.ask(
        "SELECT name, estimate, std_error FROM models.coefficients "
        "WHERE series_id = 'epa/bytes' AND model = 'reference'"
    )
    estimates = dict(found.select("name", "estimate").iter_rows())
    assert -0.96 <= estimates["ma.L1"] <= -0.91
    # Not different from zero, as the document says of its own.
    assert abs(estimates["ar.L1"]) < 0.1
    assert abs(estimates["ar.L2"]) < 0.15
    assert (found["std_error"] > 0).all()


def test_one_day_is_too_short_for_a_periodic_model_and_its_row_says_so(nights: Nights) -> None:
    rows = nights.home.ask("SELECT series_id, status, reason FROM models.periodic").rows()
    assert {series_id for series_id, *_ in rows} == {
        "epa/bytes",
        "epa/requests",
        "half/bytes",
        "half/requests",
    }
    assert {status for _, status, _ in rows} == {"too_short"}
    assert all("periodic model needs" in reason for *_, reason in rows)


def test_the_series_are_forecast_all_the_same(nights: Nights) -> None:
    rows = nights.home.ask(
        "SELECT series_id, count(*) FROM forecasts.points WHERE is_champion GROUP BY ALL ORDER BY ALL"
    ).rows()
    # The series ends a day before the night, and 24 hours from the night's midnight are forecast.
    assert ("epa/bytes", 720) in rows
    assert ("epa/requests", 720) in rows


def test_a_copy_under_another_name_is_told_and_adds_nothing(nights: Nights) -> None:
    ledger = nights.home.ask(
        "SELECT path, status, reason, rows_written FROM raw.ingested_files WHERE source = 'epa' ORDER BY path"
    ).to_dicts()
    assert [row["status"] for row in ledger] == ["loaded", "copy"]
    assert ledger[1]["rows_written"] == 0
    assert "epa-http.log.gz" in ledger[1]["reason"]
    ledger_before, ledger_after = nights.first["raw.ingested_files"], nights.second["raw.ingested_files"]
    assert ledger_after[0] == ledger_before[0] + 1
    rest = {name: found for name, found in nights.first.items() if name != "raw.ingested_files"}
    assert {name: nights.second[name] for name in rest} == rest


def test_every_line_of_the_untouched_half_is_loaded_or_rejected_with_a_reason(nights: Nights) -> None:
    row = nights.home.ask("SELECT * FROM raw.ingested_files WHERE source = 'half'").to_dicts()[0]
    assert row["status"] == "loaded"
    assert row["lines_read"] == HALF_LINES
    rejected = nights.home.ask("SELECT reason, line FROM raw.rejected_lines WHERE source = 'half'")
    loaded = nights.home.ask("SELECT count(*) AS n FROM raw.web_requests WHERE source = 'half'")["n"].item()
    assert loaded + rejected.height + row["lines_skipped"] == HALF_LINES
    assert loaded > 0.999 * HALF_LINES
    assert all(rejected["reason"])
