"""The night on the EPA's log of August 1995, the one that the constant-volatility document analyses."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

pytestmark = [pytest.mark.pipeline, pytest.mark.real_data]

SOURCES = """
[platform]
constant_volatility = ["epa/*", "half/*"]
constant_volatility_at_most = 3

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


def test_the_choices_of_the_chain_are_in_tables(nights: Nights) -> None:
    ask = nights.home.ask
    # The document differences once; the tests of the night agree.
    tests = ask(
        "SELECT stage, test, is_rejected FROM diagnostics.stationarity_tests WHERE series_id = 'epa/bytes'"
    )
    assert set(tests.rows()) >= {("clean", "kpss", True), ("differenced", "adf", True)}
    selected = ask(
        "SELECT p, d, q FROM models.constant_volatility WHERE series_id = 'epa/bytes' AND is_selected"
    ).rows()
    candidates = ask(
        "SELECT p, d, q, delta_aicc, is_selected FROM models.order_candidates "
        "WHERE series_id = 'epa/bytes' ORDER BY is_admissible DESC, delta_aicc"
    )
    assert candidates.height == 16
    assert candidates.row(0)[:3] == selected[0]
    assert (selected[0][1], candidates["is_selected"].sum()) == (1, 1)


def test_the_theory_of_the_fit_stands_beside_the_sample(nights: Nights) -> None:
    rows = nights.home.ask(
        "SELECT stage, fitted_model, acf, theoretical_acf, band_95 FROM diagnostics.autocorrelation "
        "WHERE series_id = 'epa/bytes' AND lag = 1"
    )
    of = {row[0]: row[1:] for row in rows.rows()}
    model, acf, theory, white = of["differenced"]
    assert model == "selected"
    # An over-differenced level: the first autocorrelation is near -1/2, and nothing else is left.
    assert -0.55 < acf < -0.40
    assert theory == pytest.approx(acf, abs=0.06)
    model, acf, theory, band = of["residual"]
    assert (model, theory) == ("selected", None)
    assert abs(acf) < band < white


def test_each_outlier_rule_has_its_coefficients(nights: Nights) -> None:
    rows = nights.home.ask(
        "SELECT rule, handling, n_outliers, ma_l1, ar_l2 FROM diagnostics.outlier_effects "
        "WHERE series_id = 'epa/bytes'"
    )
    assert rows.height == 14
    by_rule = {row[:2]: row[2:] for row in rows.rows()}
    assert by_rule["none", "clipped"] == by_rule["none", "removed"]
    # A day has Tukey's fences: 59 of its 717 windows lie above them, as tests/reference/r has it.
    assert by_rule["tukey_1.5", "clipped"][0] == 59
    # The document's -0.9348 lies among the rules', its ar.L2 of 0.1116 above all of them.
    assert rows["ma_l1"].min() < -0.9348 < rows["ma_l1"].max()
    assert rows["ar_l2"].max() < 0.1116


def test_whether_the_residuals_are_lognormal_is_said_and_drawn(nights: Nights) -> None:
    verdicts = nights.home.ask(
        "SELECT model, p_value, verdict FROM diagnostics.residual_tests "
        "WHERE series_id = 'epa/bytes' AND test = 'lognormal' ORDER BY model"
    ).rows()
    assert [model for model, *_ in verdicts] == ["reference", "selected"]
    # The document calls the histogram lognormal; by likelihood it is not.
    assert all(verdict.startswith('"Lognormal" does not hold') for *_, verdict in verdicts)
    counted = nights.home.ask(
        "SELECT model, sum(count)::BIGINT AS n, count(t_density) = count(*) AS has_t "
        "FROM diagnostics.residual_histogram WHERE series_id = 'epa/bytes' GROUP BY model ORDER BY model"
    ).rows()
    # The log begins seven minutes before the day: 721 windows, and a difference fewer.
    assert counted == [("reference", 720, True), ("selected", 720, True)]


def test_a_volatility_that_varies_is_forecast_and_one_that_does_not_says_why(nights: Nights) -> None:
    rows = nights.home.ask(
        "SELECT series_id, status, reason, volatility, count(points.horizon) AS points "
        "FROM models.variable_volatility "
        "LEFT JOIN (FROM forecasts.points WHERE model = 'variable_volatility') AS points USING (series_id) "
        "GROUP BY ALL ORDER BY ALL"
    ).rows(named=True)
    assert [row["series_id"] for row in rows] == ["epa/bytes", "epa/requests", "half/bytes"]
    for row in rows:
        assert row["reason"]
        assert (row["status"] == "ok") == (row["volatility"] is not None) == (row["points"] == 720)
    assert any(row["status"] == "ok" for row in rows)


def test_a_series_beyond_the_bound_gets_no_arima_and_the_keys_are_named(nights: Nights) -> None:
    for table in ("models.constant_volatility", "diagnostics.autocorrelation", "diagnostics.outlier_effects"):
        owners = nights.home.ask(f"SELECT DISTINCT series_id FROM {table} ORDER BY ALL")["series_id"]
        assert owners.to_list() == ["epa/bytes", "epa/requests", "half/bytes"]
    champion = nights.home.ask(
        "SELECT model, reason FROM models.champions WHERE series_id = 'half/requests'"
    ).row(0)
    # It is forecast all the same, by what half a day allows.
    assert champion[0] == "seasonal_naive_day"
    assert champion[1].startswith("Seasonal naive day: the record is too short to compare models")
    assert "days long." in champion[1]
    assert "fitted to 3 of 4 series; 1 left out by constant_volatility" in nights.ended.out
    with nights.home.instance() as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["models", "constant_volatility"]))
        assert event is not None
        said = event.asset_materialization.metadata["chosen"].value
    keys = "constant_volatility_at_most of [platform] in sources.toml"
    assert said == f"3 of 4 series get ARIMA and GARCH, by {keys}"


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
        "SELECT series_id, step_seconds, count(*) FROM forecasts.points WHERE is_champion "
        "GROUP BY ALL ORDER BY ALL"
    ).rows()
    # The series ends a day before the night: 24 hours from the night's midnight are forecast, and its week.
    names = ("epa/bytes", "epa/requests", "half/bytes", "half/requests")
    assert rows == [(name, *run) for name in names for run in ((120, 720), (3_600, 168))]
    assert nights.home.ask("SELECT DISTINCT model FROM forecasts.points WHERE is_champion").rows() == [
        ("seasonal_naive_day",)
    ]


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
