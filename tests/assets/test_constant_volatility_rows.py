"""What the night writes of one series' ARIMA and GARCH, and what is rebuilt from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.constant_volatility_rows import FITTED_TABLES, fit_rows, refused_rows, stored_models
from assets.forecast_rows import model_points
from assets.nights import Night, keep_nights, replace_night, rows_frame
from assets.outlier_rows import outlier_rows
from assets.residual_rows import RESIDUAL_TABLES, residual_rows
from assets.variable_volatility_rows import stored_volatilities
from traffic.models.constant_volatility import fit_exact
from traffic.models.filtering import residuals
from traffic.models.variable_volatility import choose_volatility
from traffic.models.volatility_forecast import forecast_with_volatility
from traffic.windowing.regular_series import RegularSeries
from traffic.windowing.targets import day_ahead
from warehouse import declaration

NIGHT = Night(date(2024, 1, 4), datetime(2024, 1, 4))
STEP = 300


def series_of(value: np.ndarray[Any, Any]) -> RegularSeries:
    return RegularSeries("isp/a", datetime(2024, 1, 1), STEP, "UTC", value, value)


@pytest.fixture(scope="module")
def garch_series() -> RegularSeries:
    """Three days of a level that nothing moves, with innovations of GARCH(1,1): alpha 0.2, beta 0.7."""
    rng = np.random.default_rng(4)
    noise, variance = np.zeros(864), 1.0
    for t in range(noise.size):
        noise[t] = np.sqrt(variance) * rng.standard_normal()
        variance = 0.1 + 0.2 * noise[t] ** 2 + 0.7 * variance
    return series_of(1_000 + 50 * noise)


@pytest.fixture(scope="module")
def rows(garch_series: RegularSeries) -> dict[str, list[dict[str, Any]]]:
    return fit_rows(garch_series)


@pytest.fixture
def stored(home: Any, rows: dict[str, list[dict[str, Any]]]) -> Any:
    replace_night(home.warehouse, NIGHT, {table: rows_frame(rows[table], NIGHT) for table in FITTED_TABLES})
    return home.warehouse


def test_the_choice_of_the_order_is_told_candidate_by_candidate(rows: Any) -> None:
    (selected,) = [row for row in rows["models.constant_volatility"] if row["is_selected"]]
    (chosen,) = [row for row in rows["models.order_candidates"] if row["is_selected"]]
    assert len(rows["models.order_candidates"]) == 16
    assert [chosen[key] for key in "pdq"] == [selected[key] for key in "pdq"]
    assert chosen["delta_aicc"] == 0
    tests = {(row["stage"], row["test"]): row for row in rows["diagnostics.stationarity_tests"]}
    assert set(tests) == {(stage, test) for stage in ("clean", "differenced") for test in ("adf", "kpss")}
    assert tests["clean", "adf"]["p_value"] == selected["adf_p_value"]


def test_a_volatility_that_varies_is_found_and_stands_beside_its_candidates(rows: Any) -> None:
    (row,) = rows["models.variable_volatility"]
    assert row["status"] == "ok"
    assert row["arch_lm_p_value"] < 0.05
    assert "BIC" in row["reason"]
    candidates = {each["volatility"]: each for each in rows["models.volatility_candidates"]}
    assert set(candidates) == {"constant", "garch", "egarch", "gjr"}
    assert [name for name, each in candidates.items() if each["is_selected"]] == [row["volatility"]]
    assert min(candidates.values(), key=lambda each: each["bic"])["volatility"] == row["volatility"]


def test_mean_and_volatility_are_rebuilt_as_they_were_fitted(
    stored: Any, garch_series: RegularSeries
) -> None:
    models = stored_models(stored, NIGHT)
    assert set(models) == {("isp/a", "reference"), ("isp/a", "selected")}
    selected = models["isp/a", "selected"]
    volatility = stored_volatilities(stored, NIGHT)["isp/a"]
    fitted = choose_volatility(residuals(garch_series.value_clean, selected)).selected
    assert fitted is not None
    assert (volatility.name, volatility.scale) == (fitted.name, pytest.approx(fitted.scale, rel=1e-12))
    assert list(volatility.coefficients) == list(fitted.coefficients)
    assert volatility.coefficients == pytest.approx(fitted.coefficients, rel=1e-12)


def test_the_forecast_of_a_varying_volatility_is_one_more_model(
    stored: Any, garch_series: RegularSeries
) -> None:
    models = {name: model for (_, name), model in stored_models(stored, NIGHT).items()}
    volatility = stored_volatilities(stored, NIGHT)["isp/a"]
    targets = day_ahead(garch_series, NIGHT.issued_at_utc)
    points, why_not = model_points(garch_series, targets, models, volatility)
    assert set(points["model"]) == {"reference", "selected", "variable_volatility"}
    assert why_not == {}
    assert not points["is_champion"].any()
    mine = points.filter(pl.col("model") == "variable_volatility").sort("horizon")
    made = forecast_with_volatility(
        garch_series.value_clean, models["selected"], volatility, 288, targets.gap
    )
    np.testing.assert_allclose(mine["q975"], made.quantiles[:, -1])
    constant = points.filter(pl.col("model") == "selected").sort("horizon")
    assert constant["mean"].to_list() == mine["mean"].to_list()
    assert not np.allclose(constant["q975"], mine["q975"], rtol=1e-3)


def test_a_constant_volatility_has_a_reason_and_neither_coefficients_nor_a_forecast(home: Any) -> None:
    series = series_of(np.random.default_rng(1).standard_normal(400) + 100)
    rows = fit_rows(series)
    (row,) = rows["models.variable_volatility"]
    assert (row["status"], row["volatility"]) == ("constant", None)
    assert "does not reject" in row["reason"]
    assert rows["models.volatility_candidates"] == []
    assert {each["model"] for each in rows["models.coefficients"]} == {"reference", "selected"}
    replace_night(home.warehouse, NIGHT, {table: rows_frame(rows[table], NIGHT) for table in FITTED_TABLES})
    assert stored_volatilities(home.warehouse, NIGHT) == {}


def test_a_series_that_is_too_short_says_so_in_both_tables(home: Any) -> None:
    rows = fit_rows(series_of(np.arange(20.0)))
    assert set(rows) == {"models.constant_volatility", "models.variable_volatility"}
    assert {row["status"] for found in rows.values() for row in found} == {"too_short"}
    assert all("needs at least 100" in row["reason"] for found in rows.values() for row in found)
    frames = {table: rows_frame(found, NIGHT) for table, found in rows.items()}
    replace_night(home.warehouse, NIGHT, frames)  # and the tables take it
    failed = refused_rows("isp/b", "ValueError: no")
    replace_night(home.warehouse, NIGHT, {table: rows_frame(found, NIGHT) for table, found in failed.items()})
    assert home.warehouse.count("models.variable_volatility", {"status": "failed"}) == 1


def test_a_fault_of_the_volatility_leaves_the_mean_alone(
    monkeypatch: pytest.MonkeyPatch, garch_series: RegularSeries
) -> None:
    def broken(_: object) -> None:
        raise OverflowError("too large")

    monkeypatch.setattr("assets.variable_volatility_rows.choose_volatility", broken)
    rows = fit_rows(garch_series)
    assert [row["status"] for row in rows["models.constant_volatility"]] == ["ok", "ok"]
    assert rows["models.variable_volatility"][0]["status"] == "failed"
    assert "too large" in rows["models.variable_volatility"][0]["reason"]


@pytest.fixture
def left(stored: Any, garch_series: RegularSeries) -> dict[str, pl.DataFrame]:
    models = {name: model for (_, name), model in stored_models(stored, NIGHT).items()}
    rows = residual_rows(garch_series, models)
    return {table: rows_frame(rows[table], NIGHT) for table in RESIDUAL_TABLES}


def test_theory_stands_beside_the_stage_that_the_model_has(left: dict[str, pl.DataFrame]) -> None:
    frame = left["diagnostics.autocorrelation"]
    of = {
        row[0]: row[1:]
        for row in frame.group_by("stage")
        .agg(pl.col("fitted_model").first(), pl.col("theoretical_acf").count(), pl.len())
        .rows()
    }
    # The level stays where it is (d = 0): the differenced stage has the theory of the reference, d = 1.
    assert of == {
        "clean": ("selected", 60, 60),
        "differenced": ("reference", 60, 60),
        "residual": ("selected", 0, 60),
    }
    first = frame.filter((pl.col("stage") == "differenced") & (pl.col("lag") == 1)).row(0, named=True)
    # White noise about a level, differenced: rho(1) = -1/2.
    assert first["acf"] == pytest.approx(-0.5, abs=0.08)
    assert first["theoretical_acf"] == pytest.approx(first["acf"], abs=0.05)
    assert first["theoretical_pacf"] == pytest.approx(first["theoretical_acf"])


def test_the_band_of_residuals_is_that_of_box_and_pierce(simulated_ar: RegularSeries) -> None:
    model = fit_exact(simulated_ar.value_clean, (1, 0, 0))
    found = pl.DataFrame(residual_rows(simulated_ar, {"selected": model})["diagnostics.autocorrelation"])
    band = found.filter(pl.col("stage") == "residual").sort("lag")["band_95"]
    # AR(1): the variance at lag k is (1 - phi^(2k-2) (1 - phi^2)) / n (Box and Pierce 1970).
    phi, lag = model.ar[0], np.arange(1, 61)
    expected = 1.959964 * np.sqrt((1 - phi ** (2 * lag - 2) * (1 - phi**2)) / simulated_ar.value.size)
    np.testing.assert_allclose(band, expected, rtol=1e-6)


@pytest.fixture(scope="module")
def simulated_ar() -> RegularSeries:
    rng = np.random.default_rng(11)
    x = np.zeros(900)
    for t in range(1, x.size):
        x[t] = 0.6 * x[t - 1] + rng.standard_normal()
    return series_of(x[100:] + 50)


def test_the_histogram_counts_every_residual_of_both_models(
    left: dict[str, pl.DataFrame], garch_series: RegularSeries
) -> None:
    frame = left["diagnostics.residual_histogram"]
    counted = dict(frame.group_by("model").agg(pl.col("count").sum()).rows())
    n = garch_series.value.size
    assert counted == {"selected": n, "reference": n - 1}
    width = pl.col("bin_right") - pl.col("bin_left")
    for law in ("normal", "lognormal", "t"):
        area = frame.group_by("model").agg((pl.col(f"{law}_density") * width).sum())[f"{law}_density"]
        assert area.is_between(0.9, 1.1).all()


def test_the_sentence_on_lognormal_is_one_of_the_tests(left: dict[str, pl.DataFrame]) -> None:
    frame = left["diagnostics.residual_tests"]
    assert set(frame["test"]) == {"ljung_box", "jarque_bera", "arch_lm", "runs", "lognormal"}
    told = frame.filter(pl.col("test") == "lognormal")
    assert set(told["model"]) == {"reference", "selected"}
    assert told["p_value"].is_between(0, 1).all()
    assert (told["statistic"] > 0).all()
    assert told["verdict"].str.starts_with('"Lognormal"').all()


def test_a_series_without_a_model_is_correlated_all_the_same() -> None:
    rows = residual_rows(series_of(np.arange(30.0) % 7), {})
    assert {row["stage"] for row in rows["diagnostics.autocorrelation"]} == {"clean", "differenced"}
    assert {row["fitted_model"] for row in rows["diagnostics.autocorrelation"]} == {None}
    assert rows["diagnostics.residual_tests"] == rows["diagnostics.residual_histogram"] == []
    assert residual_rows(series_of(np.array([1.0, 2.0])), {})["diagnostics.autocorrelation"] == []


def test_the_effects_of_outlier_rules_fill_their_table(home: Any, garch_series: RegularSeries) -> None:
    value = garch_series.value.copy()
    value[[50, 400]] = 5_000.0
    value[600:610] = -1.0
    clean = np.where(value < 0, np.nan, np.clip(value, None, 1_300.0))
    rows = outlier_rows(replace(garch_series, value=value, value_clean=clean))
    frame = rows_frame(rows, NIGHT)
    replace_night(home.warehouse, NIGHT, {"diagnostics.outlier_effects": frame})
    assert set(frame.columns) == set(declaration("diagnostics.outlier_effects").types)
    assert frame.height == 14
    by_rule = {(row["rule"], row["handling"]): row for row in rows}
    assert by_rule["none", "clipped"]["n_outliers"] == 0
    # The two peaks and no impossible value: those are no outliers, they are missing.
    assert by_rule["hampel_6", "removed"]["n_outliers"] == 2
    assert by_rule["hampel_6", "removed"]["lower_least"] is not None
    assert by_rule["none", "clipped"]["sigma2"] > 5 * by_rule["hampel_6", "removed"]["sigma2"]
    assert outlier_rows(series_of(np.arange(20.0))) == []


def test_only_the_newest_nights_are_kept(home: Any, stored: Any, web_log: Callable[..., str]) -> None:
    home.declare("[platform]\nkeep_nights = 2\n", web_log())
    row = {"series_id": "isp/a", "rule": "none", "handling": "clipped", "converged": True}
    for day in (1, 2, 3):
        night = Night(date(2024, 2, day), datetime(2024, 2, day))
        replace_night(stored, night, {"diagnostics.outlier_effects": rows_frame([row], night)})
    keep_nights(stored, home.landing, ["diagnostics.outlier_effects"])
    kept = stored.read("diagnostics.outlier_effects", order_by="issued_at_utc")["issued_at_utc"]
    assert kept.to_list() == [datetime(2024, 2, 2), datetime(2024, 2, 3)]
