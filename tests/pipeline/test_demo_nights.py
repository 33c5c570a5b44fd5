"""Three nights on the simulated landing zone, held against the truth it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import polars as pl
import pytest

from orchestration.definitions import definitions_of
from orchestration.home import Home
from traffic.models.quantiles import QUANTILE_COLUMNS
from traffic.simulation.landing_zone import simulate_landing_zone
from traffic.simulation.truth import Truth

pytestmark = pytest.mark.pipeline

SQL = Path(__file__).parents[2] / "sql"
LAST_NIGHT = datetime(2025, 11, 17)
NIGHTS = [LAST_NIGHT - timedelta(days=back) for back in (2, 1, 0)]
FILLED = (
    "raw.ingested_files",
    "raw.web_requests",
    "raw.provider_samples",
    "raw.rejected_lines",
    "series.catalog",
    "series.observations",
    "series.day_ensemble",
    "quality.expectations",
    "forecasts.points",
    "forecasts.scores",
    "models.constant_volatility",
    "models.coefficients",
    "models.periodic",
    "models.periodic_moments",
    "models.periodic_components",
    "models.champions",
    "models.backtests",
    "diagnostics.autocorrelation",
    "diagnostics.residual_tests",
    "diagnostics.residual_histogram",
    "diagnostics.stationarity_tests",
    "diagnostics.outlier_effects",
    "diagnostics.daily_peaks",
    "models.order_candidates",
    "models.variable_volatility",
    "models.volatility_candidates",
    "diagnostics.periodicity_tests",
    "diagnostics.density",
    "diagnostics.ensemble_correlation",
    "diagnostics.continuous_correlation",
    "planning.outlook",
    "planning.runouts",
    "planning.bills",
    "planning.congestion",
    "planning.reliability",
    "alerts.evaluations",
)
# Made each night, and without a row where sources.toml has no rule.
QUIET = ("alerts.events", "alerts.deliveries")
UNPUBLISHED = {"raw.web_requests", "raw.provider_samples"}
# Views of what somebody should look into; the demo has nothing of the kind.
VIEWS_OF_FAULTS = {"suspected_overlaps", "unusual_days", "unusual_days_by_source"}
# The demo's sources.toml has no rule, and its last week no unusual day.
WITHOUT_ANSWER = {"17", "18"}
# Assets that are files, and what a page may lack, each for a reason.
NO_TABLE = {"published.traffic", "published.metrics", "reports.page"}
FILES_LACK = {"a picture", "a preview", "what makes it", "a check"}
DO_WITHOUT: set[tuple[str, str]] = {
    *((name, what) for name in ("published.metrics", "reports.page") for what in FILES_LACK),
    # A few lines of text at most, which the preview shows.
    *((f"alerts.{name}", "a picture") for name in ("events", "deliveries", "evaluations")),
}
# What a run writes anew although nothing has changed: its own clock.
CLOCKS = ("loaded_at_utc", "run_at_utc")


@dataclass(frozen=True)
class Nights:
    """The home, how the commands ended, and what must be there."""

    home: Any
    demo: Any
    nightly: Any
    truth: Truth

    @property
    def series(self) -> set[str]:
        weblogs = {source for source, _ in self.truth.weblog_days}
        return set(self.truth.series) | {f"{w}/{label}" for w in weblogs for label in ("bytes", "requests")}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, diurnal: Any, installation: Any) -> Nights:
    path = tmp_path_factory.mktemp("demo") / "home"
    demo = diurnal("demo", "--home", path)
    nightly = diurnal("nightly", "--home", path, "--nights", 3)
    assert nightly.code == 0, nightly
    home = installation(path, (path / "sources.toml").read_text())
    return Nights(home, demo, nightly, simulate_landing_zone().truth)


@pytest.fixture(scope="module")
def instance(nights: Nights) -> Iterator[dg.DagsterInstance]:
    with nights.home.instance() as opened:
        yield opened


def test_the_commands_say_what_they_did_and_what_to_try_next(nights: Nights) -> None:
    assert nights.demo.code == 0
    assert "simulated" in nights.demo.out
    for series_id in nights.series:
        assert series_id in nights.nightly.out
    for command in ("diurnal sql", "diurnal ui", "diurnal sources"):
        assert command in nights.nightly.out
    assert "failed" not in nights.nightly.out
    n = len(nights.series)
    assert f"ARIMA and GARCH: fitted to {n} of {n} series\n" in nights.nightly.out
    assert "Traceback" not in nights.nightly.err


def test_the_commands_to_try_next_answer(nights: Nights, diurnal: Any) -> None:
    asked = diurnal("sql", "--home", nights.home.path, "FROM forecasts.latest_forecast LIMIT 10")
    assert asked.code == 0
    assert "10 rows" in asked.out
    sources = diurnal("sources", "--home", nights.home.path)
    assert sources.code == 0
    assert all(f"{source}: " in sources.out for source in ("www", "intranet", "metro", "metro_berlin"))
    assert sources.out.count(" 0 new") == 4


def test_the_documents_are_reproduced_from_what_the_nights_have_read(nights: Nights, diurnal: Any) -> None:
    done = diurnal("reproduce", "--home", nights.home.path)
    assert done.code == 0, done
    assert done.out.count("SIMULATED") == 2
    page = (nights.home.path / "reports" / "reproduction.html").read_text(encoding="utf-8")
    assert page.count("the data are SIMULATED") == 2
    assert "Not reproduced" not in page


@pytest.mark.parametrize("table", FILLED)
def test_a_table_that_this_release_fills_has_rows(nights: Nights, table: str) -> None:
    assert nights.home.ask(f"SELECT count(*) AS n FROM {table}")["n"].item() > 0


def test_every_file_is_counted_as_it_was_written(nights: Nights) -> None:
    counts = ("lines_read", "lines_skipped", "records_loaded", "records_rejected", "rows_written")
    ledger = nights.home.ask(f"SELECT path, source, status, {', '.join(counts)} FROM raw.ingested_files")
    found = {
        str(Path(row["path"]).relative_to(nights.home.path)): row for row in ledger.iter_rows(named=True)
    }
    assert set(found) == set(nights.truth.files)
    for path, truth in nights.truth.files.items():
        assert found[path]["status"] == "loaded"
        assert found[path]["source"] == truth.source
        assert {name: found[path][name] for name in counts} == {name: getattr(truth, name) for name in counts}


def test_the_ledger_adds_up_with_the_tables(nights: Nights) -> None:
    wrong = nights.home.ask(
        """
        SELECT path FROM raw.ingested_files AS file
        WHERE lines_read <> lines_skipped + records_read
           OR records_read <> records_loaded + records_rejected + records_duplicate
           OR records_rejected <> (SELECT count(*) FROM raw.rejected_lines WHERE file_id = file.file_id)
           OR rows_written <> (SELECT count(*) FROM raw.web_requests AS w WHERE w.file_id = file.file_id)
                            + (SELECT count(*) FROM raw.provider_samples AS p WHERE p.file_id = file.file_id)
        """
    )
    assert wrong.is_empty()


def test_rejected_lines_keep_their_number_and_reason_and_nothing_that_does_not_print(nights: Nights) -> None:
    rejected = nights.home.ask("SELECT line_number, reason, line FROM raw.rejected_lines")
    assert rejected["line_number"].min() >= 1
    assert rejected["reason"].str.len_chars().min() > 0
    assert all(line.isprintable() and len(line) <= 1_000 for line in rejected["line"])


def test_web_logs_add_up_to_the_days_they_were_drawn_from(nights: Nights) -> None:
    raw = nights.home.ask(
        """
        SELECT source, (at_utc AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin')::DATE AS day,
               count(*) AS requests, sum(bytes_sent)::BIGINT AS bytes_sent,
               count(*) - count(bytes_sent) AS missing_sizes
        FROM raw.web_requests GROUP BY ALL
        """
    )
    found = {(source, day): tuple(rest) for source, day, *rest in raw.iter_rows()}
    assert found == {
        key: (truth.requests, truth.bytes_sent, truth.missing_sizes)
        for key, truth in nights.truth.weblog_days.items()
    }


def test_windows_add_up_to_the_days_as_well(nights: Nights) -> None:
    days = nights.home.ask(
        "SELECT series_id, local_date, sum(observations.value)::BIGINT AS total "
        "FROM series.day_ensemble JOIN series.observations USING (series_id, at_utc) "
        "JOIN series.catalog USING (series_id) WHERE kind = 'weblog' GROUP BY ALL"
    )
    found = {(series_id, day): total for series_id, day, total in days.iter_rows()}
    for (source, day), truth in nights.truth.weblog_days.items():
        assert found[f"{source}/bytes", day] == truth.bytes_sent
        assert found[f"{source}/requests", day] == truth.requests


def _beside_the_truth(nights: Nights, series_id: str) -> pl.DataFrame:
    truth = nights.truth.series[series_id]
    drawn = pl.DataFrame({"at_utc": truth.at_utc, "drawn": truth.value}).with_columns(
        pl.col("drawn").fill_nan(None)
    )
    observed = nights.home.ask(
        "SELECT at_utc, value, is_observed, flag, is_outlier, value_clean FROM series.observations "
        "WHERE series_id = ?",
        series_id,
    )
    return drawn.join(observed, on="at_utc", how="full", coalesce=True).sort("at_utc")


def test_exports_are_observed_as_drawn_and_the_gap_is_missing(nights: Nights) -> None:
    for series_id, truth in nights.truth.series.items():
        rows = _beside_the_truth(nights, series_id)
        assert rows.height == truth.at_utc.size
        assert rows["value"].equals(rows["drawn"], null_equal=True)
        assert rows["is_observed"].equals(rows["value"].is_not_null())
        missing = rows.filter(~pl.col("is_observed"))["at_utc"]
        if truth.gap_utc is None:
            assert missing.is_empty()
        else:
            assert missing.min() == truth.gap_utc.start_utc
            assert missing.max() == truth.gap_utc.end_utc - timedelta(seconds=truth.step_seconds)
            assert rows.filter(~pl.col("is_observed"))["value_clean"].null_count() == missing.len()


def test_the_outage_is_flagged_and_nothing_else_is_one(nights: Nights) -> None:
    for series_id, truth in nights.truth.series.items():
        rows = _beside_the_truth(nights, series_id)
        down = rows.filter(pl.col("flag") == "outage")["at_utc"].to_list()
        meant = [] if truth.outage_utc is None else rows.filter(pl.col("drawn") == 0)["at_utc"].to_list()
        assert down == meant
        assert rows.filter(pl.col("flag") == "outage")["value_clean"].null_count() == len(meant)


def test_most_spikes_are_outliers_and_little_else_is(nights: Nights) -> None:
    spikes = outliers = caught = points = 0
    for series_id, truth in nights.truth.series.items():
        rows = _beside_the_truth(nights, series_id)
        flagged = set(rows.filter("is_outlier")["at_utc"].to_list())
        spikes += len(truth.spikes_utc)
        caught += len(flagged & set(truth.spikes_utc))
        outliers += len(flagged)
        points += rows.height
        assert rows.filter(pl.col("is_outlier") != (pl.col("flag") == "outlier").fill_null(False)).is_empty()
    assert caught >= 0.8 * spikes
    assert outliers - caught <= 0.01 * points


def test_the_day_on_which_the_clock_goes_back_has_25_hours(nights: Nights) -> None:
    lengths = nights.home.ask(
        "SELECT series_id, local_date, count(*) AS n, count(DISTINCT at_utc) AS times, "
        "count(DISTINCT slot) AS slots FROM series.day_ensemble "
        "WHERE series_id LIKE 'metro_berlin/%' GROUP BY ALL"
    )
    clock_change = lengths.filter(pl.col("local_date") == date(2025, 10, 26))
    assert clock_change.select("n", "times", "slots").rows() == [(300, 300, 288)] * 2
    assert set(lengths.filter(pl.col("local_date") != date(2025, 10, 26))["n"]) == {288}


def test_every_series_is_forecast_for_a_day_and_by_the_hour_for_a_week_in_each_night(nights: Nights) -> None:
    found = nights.home.ask(
        """
        SELECT series_id, issued_at_utc, points.step_seconds = catalog.step_seconds AS is_own_step,
               points.step_seconds, count(*) * points.step_seconds AS seconds,
               min(horizon) AS first, max(horizon) AS last, count(*) AS n,
               count(DISTINCT target_utc) AS targets,
               min(target_utc) - issued_at_utc < to_seconds(points.step_seconds) AS begins_at_issue,
               max(target_utc) - min(target_utc) = to_seconds((count(*) - 1) * points.step_seconds) AS whole
        FROM forecasts.points AS points JOIN series.catalog AS catalog USING (series_id)
        WHERE is_champion GROUP BY series_id, issued_at_utc, points.step_seconds, catalog.step_seconds
        """
    )
    runs = found.select("series_id", "issued_at_utc", "is_own_step").rows()
    assert sorted(runs) == sorted(product(nights.series, NIGHTS, (True, False)))
    assert set(found.filter("is_own_step")["seconds"]) == {86_400}
    week = found.filter(~pl.col("is_own_step"))
    assert set(week.select("step_seconds", "seconds").rows()) == {(3_600, 7 * 86_400)}
    assert set(found["first"]) == {1}
    assert found["last"].equals(found["n"])
    assert found["targets"].equals(found["n"])
    assert found["begins_at_issue"].all()
    assert found["whole"].all()


def test_every_series_is_forecast_for_seven_days_by_the_hour_in_each_night(nights: Nights) -> None:
    found = nights.home.ask(
        """
        SELECT series_id, issued_at_utc, list(horizon ORDER BY target_utc) AS horizons,
               min(target_utc) AS first, max(target_utc) - min(target_utc) = INTERVAL 167 HOUR AS whole
        FROM forecasts.points WHERE is_champion AND step_seconds = 3600 GROUP BY series_id, issued_at_utc
        """
    )
    assert found.height == len(nights.series) * len(NIGHTS)
    assert all(horizons == list(range(1, 169)) for horizons in found["horizons"].to_list())
    assert found["first"].equals(found["issued_at_utc"])
    assert found["whole"].all()
    week = nights.home.ask_published("SELECT series_id, count(*) AS n FROM forecasts.week_ahead GROUP BY ALL")
    assert (set(week["series_id"]), set(week["n"])) == (nights.series, {168})


def test_champions_have_forecast_and_say_why_they_are_champions(nights: Nights) -> None:
    champions = nights.home.ask("SELECT series_id, issued_at_utc, model, reason FROM models.champions")
    assert champions.height == len(nights.series) * len(NIGHTS)
    assert not set(champions["model"]) & {"none", None}
    assert champions["reason"].str.len_chars().min() > 20
    points = nights.home.ask(
        """
        SELECT DISTINCT series_id, issued_at_utc, model, points.step_seconds = catalog.step_seconds AS is_own
        FROM forecasts.points AS points JOIN series.catalog AS catalog USING (series_id) WHERE is_champion
        """
    )
    of_the_day = points.filter("is_own").drop("is_own")
    assert sorted(of_the_day.rows()) == sorted(champions.drop("reason").rows())
    # A day further ahead may have another champion, one of the three that are compared.
    assert set(points["model"]) <= {"combination", "seasonal_naive_day", "seasonal_naive_week"}
    assert set(champions["model"]) >= {"combination"}


def test_backtests_measure_every_series_at_both_steps_and_flag_its_champion(nights: Nights) -> None:
    rows = nights.home.ask(
        "SELECT backtests.*, champions.model = backtests.model AS speaks, catalog.step_seconds AS own_step "
        "FROM models.backtests AS backtests JOIN series.catalog AS catalog USING (series_id) "
        "JOIN models.champions AS champions USING (series_id, issued_at_utc)"
    )
    judged = rows.group_by("series_id", "issued_at_utc", "step_seconds").agg(
        pl.col("is_champion").sum(), pl.col("model").len().alias("n_models")
    )
    long_enough = set(nights.truth.series)
    runs = {(name, night, step) for name, night, step, *_ in judged.rows()}
    own = dict(rows.select("series_id", "own_step").unique().iter_rows())
    assert runs >= {(s, night, step) for s in long_enough for night in NIGHTS for step in (own[s], 3_600)}
    assert set(judged["is_champion"]) == {1}
    assert judged["n_models"].min() > 5
    at_own_step = rows.filter(pl.col("step_seconds") == pl.col("own_step"))
    assert at_own_step["is_champion"].equals(at_own_step["speaks"])
    horizon = rows["horizon"] * rows["step_seconds"]
    assert set(horizon.filter(rows["step_seconds"] == rows["own_step"])) == {86_400}
    assert set(horizon.filter(rows["step_seconds"] != rows["own_step"])) == {7 * 86_400}
    # No model that loses to the seasonal naive in its backtest speaks for a series.
    assert at_own_step.filter("is_champion")["skill_naive"].min() >= 0
    naive = rows.filter(pl.col("model") == "seasonal_naive_day")
    assert set(naive["skill_naive"]) <= {0.0, None}


def test_quantiles_are_ordered_and_traffic_is_not_negative(nights: Nights) -> None:
    points = nights.home.ask(f"SELECT is_champion, mean, {', '.join(QUANTILE_COLUMNS)} FROM forecasts.points")
    quantiles = points.select(QUANTILE_COLUMNS).to_numpy()
    assert ((quantiles[:, 1:] - quantiles[:, :-1]) >= 0).all()
    assert np.isfinite(quantiles).all()
    assert points["mean"].is_finite().all()
    spoken = points.filter("is_champion")
    assert min(spoken["mean"].min(), spoken["q025"].min()) >= 0


def test_scores_are_of_the_day_before_and_of_what_was_measured(nights: Nights) -> None:
    scores = nights.home.ask(
        """
        SELECT scores.*, points.mean, points.q10, points.q90, measured.value,
            scores.step_seconds = catalog.step_seconds AS is_own_step
        FROM forecasts.scores AS scores
        JOIN forecasts.points USING (series_id, model, issued_at_utc, step_seconds, target_utc, horizon)
        JOIN series.catalog AS catalog ON catalog.series_id = scores.series_id
        LEFT JOIN (
            SELECT scores.series_id, scores.step_seconds, target_utc,
                -- Of an hour the mean, where half of it was measured.
                CASE WHEN 2 * count(value) * any_value(catalog.step_seconds) >= scores.step_seconds
                    THEN avg(value) END AS value
            FROM (SELECT DISTINCT series_id, step_seconds, target_utc FROM forecasts.scores) AS scores
            JOIN series.catalog AS catalog USING (series_id)
            JOIN series.observations AS observations ON observations.series_id = scores.series_id
                AND at_utc >= target_utc AND at_utc < target_utc + to_seconds(scores.step_seconds)
            GROUP BY scores.series_id, scores.step_seconds, target_utc
        ) AS measured ON measured.series_id = scores.series_id
            AND measured.step_seconds = scores.step_seconds AND measured.target_utc = scores.target_utc
        """
    )
    assert scores.height == nights.home.ask("SELECT count(*) AS n FROM forecasts.scores")["n"].item()
    assert set(scores["series_id"]) == nights.series
    # The first night's forecast came true in the second, the second's in the third; of the first night's week
    # by the hour, the third night knows two days.
    assert set(scores["issued_at_utc"]) == set(NIGHTS[:2])
    ahead = scores["target_utc"] - scores["issued_at_utc"]
    assert ahead.filter(scores["is_own_step"]).max() < timedelta(days=1)
    by_the_hour = scores.filter(~pl.col("is_own_step")).group_by("series_id", "issued_at_utc").len()
    hours = {NIGHTS[0]: 48, NIGHTS[1]: 24}
    assert sorted(by_the_hour.rows()) == sorted(
        (s, night, n) for s in nights.series for night, n in hours.items()
    )
    assert scores["actual"].is_null().equals(scores["value"].is_null())
    assert ((scores["actual"] - scores["value"]) / scores["value"]).abs().fill_nan(0).max() < 1e-9
    own = scores.filter("is_own_step")
    assert own["actual"].equals(own["value"], null_equal=True)
    assert ((scores["actual"] - scores["mean"]) - scores["error"]).abs().max() < 1e-3
    covered = (scores["actual"] >= scores["q10"]) & (scores["actual"] <= scores["q90"])
    assert covered.equals(scores["covered_80"])


def test_hours_of_the_week_ahead_are_scored_by_what_was_measured_in_them(nights: Nights) -> None:
    scores = nights.home.ask(
        """
        SELECT scores.issued_at_utc, scores.target_utc, any_value(scores.actual) AS actual,
               avg(observations.value) AS measured, count(observations.value) AS n
        FROM forecasts.scores AS scores
        JOIN series.catalog AS catalog
            ON catalog.series_id = scores.series_id AND catalog.step_seconds < scores.step_seconds
        LEFT JOIN series.observations
            ON observations.series_id = scores.series_id
            AND at_utc >= target_utc AND at_utc < target_utc + INTERVAL 1 HOUR
        WHERE scores.step_seconds = 3600
        GROUP BY scores.series_id, scores.model, scores.issued_at_utc, scores.target_utc
        """
    )
    hours_ahead = (scores["target_utc"] - scores["issued_at_utc"]).dt.total_hours()
    # The first night's second day came true in the third.
    assert set(zip(scores["issued_at_utc"], hours_ahead // 24, strict=True)) == {
        (NIGHTS[0], 0),
        (NIGHTS[0], 1),
        (NIGHTS[1], 0),
    }
    assert (scores["actual"] - scores["measured"]).abs().max() <= 1e-9 * scores["measured"].max()
    assert scores.filter(pl.col("n") >= 30)["actual"].null_count() == 0


def test_the_bands_cover_about_what_they_say(nights: Nights) -> None:
    accuracy = nights.home.ask_published(
        "SELECT avg(coverage_80) AS within_80, avg(coverage_95) AS within_95, avg(mase) AS mase "
        "FROM forecasts.accuracy WHERE is_champion"
    ).row(0, named=True)
    assert 0.5 < accuracy["within_80"] < 0.97
    assert 0.75 < accuracy["within_95"] <= 1.0
    assert accuracy["mase"] < 2.0


def test_each_series_has_its_models_in_each_night(nights: Nights) -> None:
    everything = {(series_id, night) for series_id in nights.series for night in NIGHTS}
    rows = nights.home.ask(
        "SELECT series_id, issued_at_utc, is_reference, is_selected, p, d, q, status "
        "FROM models.constant_volatility"
    )
    for kind in ("is_reference", "is_selected"):
        mine = rows.filter(kind)
        assert sorted(mine.select("series_id", "issued_at_utc").rows()) == sorted(everything)
    assert set(rows["status"]) == {"ok"}
    assert set(rows.filter("is_reference").select("p", "d", "q").rows()) == {(2, 1, 1)}
    periodic = nights.home.ask("SELECT series_id, issued_at_utc, status, period_steps FROM models.periodic")
    assert sorted(periodic.select("series_id", "issued_at_utc").rows()) == sorted(everything)
    assert set(periodic.filter(pl.col("status") == "ok")["period_steps"]) == {288, 720}


def test_coefficients_have_standard_errors_and_intervals(nights: Nights) -> None:
    found = nights.home.ask(
        "SELECT name, estimate, std_error, lower_95, upper_95 "
        "FROM models.coefficients WHERE model = 'reference'"
    )
    assert set(found["name"]) >= {"ar.L1", "ar.L2", "ma.L1"}
    known = found.drop_nulls()
    assert known.height > 0.8 * found.height
    assert known.filter(~pl.col("estimate").is_between("lower_95", "upper_95")).is_empty()
    assert (known["std_error"] > 0).all()


def test_the_moments_of_the_day_are_those_of_the_course_drawn(nights: Nights) -> None:
    moments = nights.home.ask(
        "SELECT series_id, slot, mean, std, n_cycles FROM models.periodic_moments WHERE issued_at_utc = ?",
        LAST_NIGHT,
    )
    for series_id, truth in nights.truth.series.items():
        mine = moments.filter(pl.col("series_id") == series_id).sort("slot")
        assert mine["slot"].to_list() == list(range(288))
        assert (mine["std"] > 0).all()
        course = pl.Series(truth.periodic_mean.mean(axis=0))
        assert pl.select(pl.corr(mine["mean"], course)).item() > 0.98


def test_diagnostics_are_there_for_each_series(nights: Nights) -> None:
    stages = nights.home.ask(
        "SELECT series_id, stage, lag, acf, pacf, band_95 FROM diagnostics.autocorrelation"
    )
    assert set(stages.select("series_id", "stage").unique().rows()) == {
        (series_id, stage) for series_id in nights.series for stage in ("clean", "differenced", "residual")
    }
    assert stages["acf"].abs().max() <= 1 + 1e-9
    tests = nights.home.ask("SELECT series_id, test, p_value, verdict FROM diagnostics.residual_tests")
    assert set(tests["series_id"]) == nights.series
    assert tests["p_value"].drop_nulls().is_between(0, 1).all()
    assert tests["verdict"].str.len_chars().min() > 10
    peaks = nights.home.ask(
        "SELECT series_id, local_date, peak_local_time, phase_minutes FROM diagnostics.daily_peaks"
    )
    assert set(peaks["series_id"]) == nights.series
    assert peaks.filter(pl.col("series_id") == "metro/FRA_AMS_in").height == 56


def test_the_phases_of_the_days_are_found_again(nights: Nights) -> None:
    for series_id, truth in nights.truth.series.items():
        found = nights.home.ask(
            "SELECT local_date, phase_minutes FROM diagnostics.daily_peaks WHERE series_id = ?", series_id
        )
        drawn = pl.DataFrame(
            {"local_date": list(truth.phase_minutes), "drawn": list(truth.phase_minutes.values())}
        )
        both = found.join(drawn, on="local_date").filter(
            # A holiday is a Sunday in the middle of the week: its shape, not its phase, is another.
            ~pl.col("local_date").is_in(list(truth.holidays))
        )
        assert both.select(pl.corr("phase_minutes", "drawn", method="spearman")).item() > 0.6


def test_no_expectation_failed_and_none_could_not_run(nights: Nights) -> None:
    found = nights.home.ask(
        "SELECT table_name, success, is_error, count(*) AS n FROM quality.expectations GROUP BY ALL"
    )
    assert set(found["table_name"]) == {
        "raw.web_requests",
        "raw.provider_samples",
        "series.observations",
        "forecasts.points",
    }
    assert set(found["success"]) == {True}
    assert set(found["is_error"]) == {False}


@pytest.mark.parametrize("query", sorted(SQL.glob("queries/*.sql")), ids=lambda file: file.stem[:2])
def test_a_question_of_the_collection_is_answered(nights: Nights, query: Path) -> None:
    rows = nights.home.ask_published(query.read_text(encoding="utf-8")).height
    assert (rows > 0) == (query.stem[:2] not in WITHOUT_ANSWER)


@pytest.mark.parametrize("view", sorted(SQL.glob("views/*/*.sql")), ids=lambda file: file.stem)
def test_a_view_of_the_published_copy_has_rows_unless_it_lists_faults(nights: Nights, view: Path) -> None:
    rows = nights.home.ask_published(f"SELECT * FROM {view.parent.name}.{view.stem}").height
    assert (rows > 0) == (view.stem not in VIEWS_OF_FAULTS)


def test_the_published_copy_has_every_table_but_the_raw_rows(nights: Nights) -> None:
    listing = "SELECT schema_name || '.' || table_name AS name FROM duckdb_tables()"
    published = set(nights.home.ask_published(listing)["name"])
    assert published == set(nights.home.ask(listing)["name"]) - UNPUBLISHED
    spans = nights.home.ask_published(
        "SELECT series_id, date_diff('day', min(at_utc), max(at_utc)) AS days "
        "FROM series.observations GROUP BY ALL"
    )
    assert set(spans["series_id"]) == nights.series
    assert spans["days"].max() <= 60
    for table in ("forecasts.points", "forecasts.scores", "models.champions", "raw.ingested_files"):
        everything = f"SELECT * FROM {table} ORDER BY ALL"
        assert nights.home.ask_published(everything).equals(nights.home.ask(everything), null_equal=True)


@pytest.fixture(scope="module")
def definitions(nights: Nights) -> dg.Definitions:
    return definitions_of(Home.at(nights.home.path))


def test_every_asset_was_materialised_with_its_rows_and_a_preview(
    instance: dg.DagsterInstance, definitions: dg.Definitions
) -> None:
    graph = definitions.resolve_asset_graph()
    tables = [key for key in graph.materializable_asset_keys if key.path[0] not in ("published", "reports")]
    assert {".".join(key.path) for key in tables} == {*FILLED, *QUIET}
    for key in tables:
        event = instance.get_latest_materialization_event(key)
        assert event is not None, key
        if ".".join(key.path) in QUIET:
            continue
        metadata = event.asset_materialization.metadata
        assert metadata["dagster/row_count"].value > 0, key
        assert "| --- |" in metadata["preview"].md_str, key


def test_every_assets_page_shows_what_a_person_needs(
    instance: dg.DagsterInstance, definitions: dg.Definitions
) -> None:
    graph = definitions.resolve_asset_graph()
    checked = {key.asset_key for key in graph.asset_check_keys}
    lacking: dict[str, list[str]] = {}
    for key in graph.materializable_asset_keys:
        name, node = ".".join(key.path), graph.get(key)
        event = instance.get_latest_materialization_event(key)
        assert event is not None, key
        shown = event.asset_materialization.metadata
        texts = [entry.md_str for entry in shown.values() if isinstance(entry, dg.MarkdownMetadataValue)]
        found = {
            "a picture": any("](data:image/png;base64,iVBORw0KGgo" in text for text in texts),
            "pictures that could be drawn": not any("could not be drawn" in text for text in texts),
            "alt text": not any("![](" in text for text in texts),
            "a preview": "preview" in shown,
            "its group": node.group_name == key.path[0],
            "what makes it": "duckdb" in node.kinds,
            "an owner": bool(node.owners),
            "a description": bool(node.description),
            "a check": key in checked,
        }
        if name not in NO_TABLE:
            columns = node.metadata["dagster/column_schema"].columns
            found |= {
                "its number of rows": "dagster/row_count" in shown,
                "its table's name": node.metadata["dagster/table_name"] == name,
                "its columns described": all(column.description for column in columns),
            }
        lacks = [what for what, holds in found.items() if not holds and (name, what) not in DO_WITHOUT]
        if lacks:
            lacking[name] = lacks
    assert not lacking


def test_every_check_ran_and_passed(instance: dg.DagsterInstance, definitions: dg.Definitions) -> None:
    keys = list(definitions.resolve_asset_graph().asset_check_keys)
    assert {key.name for key in keys} >= {
        "observations_have_no_unmarked_gap",
        "ledger_accounts_for_every_line",
        "selected_orders_stand_among_their_candidates",
        "warehouse_has_the_declared_schema",
        "points_meet_their_expectations",
        "metro_berlin_files_were_read",
    }
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    for key in keys:
        evaluation = records[key].event.dagster_event.asset_check_evaluation_data
        assert evaluation.passed, (key, evaluation.description)


def test_each_night_is_a_run_of_its_partition(instance: dg.DagsterInstance) -> None:
    runs = [run for run in instance.get_runs() if run.job_name == "nightly"]
    assert {run.tags["dagster/partition"] for run in runs} == {f"{night:%Y-%m-%d}" for night in NIGHTS}
    assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}


@pytest.fixture(scope="module")
def again(nights: Nights, diurnal: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """How the same night ended a second time, with the tables before and after it."""
    schemas = ("raw", "series", "forecasts", "models", "diagnostics")
    before = nights.home.fingerprints(*schemas, leaving_out=CLOCKS)
    ended = diurnal("nightly", "--home", nights.home.path)
    return ended, before, nights.home.fingerprints(*schemas, leaving_out=CLOCKS)


def test_a_second_night_with_nothing_new_changes_nothing(again: Any) -> None:
    ended, before, after = again
    assert ended.code == 0, ended
    assert after == before


def test_a_second_night_reads_no_file_again(nights: Nights, again: Any) -> None:
    statuses = nights.home.ask("SELECT status, count(*) AS n FROM raw.ingested_files GROUP BY ALL")
    assert statuses.rows() == [("loaded", len(nights.truth.files))]


def test_the_demo_refuses_to_write_over_a_home(nights: Nights, diurnal: Any, again: Any) -> None:
    refused = diurnal("demo", "--home", nights.home.path)
    assert refused.code == 2
    assert "sources.toml exists and stays as it is" in refused.err
    assert refused.err.count("\n") == 1
