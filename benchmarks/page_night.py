"""A night as its tables have it: simulated series, links at risk, an unusual day, and what went wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from warehouse import Warehouse

NIGHT = date(2025, 11, 17)
ISSUED = datetime(2025, 11, 17)
BEFORE = ISSUED - timedelta(days=1)
STEP = 300
DAY_STEPS = 288
QUANTILES = {"q025": -1.96, "q10": -1.28, "q25": -0.67, "q50": 0.0, "q75": 0.67, "q90": 1.28, "q975": 1.96}
RNG = np.random.default_rng(11)


def course(n_steps: int, start: int = 0) -> Any:
    """Gbit/s over the day: low at night, high in the evening."""
    at = (np.arange(n_steps) + start) % DAY_STEPS / DAY_STEPS
    return 1e9 * (5 - 3 * np.cos(2 * np.pi * (at - 0.15)) + np.sin(4 * np.pi * at))


def catalog_rows(names: list[str], with_capacity: bool) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "series_id": name,
                "source": name.split("/")[0][:20],
                "kind": "export",
                "unit": "bit/s",
                "step_seconds": STEP,
                "phase_seconds": 0,
                "time_zone": "Europe/Berlin",
                "capacity": 1e10 if with_capacity else None,
                "first_utc": ISSUED - timedelta(days=7),
                "last_utc": ISSUED - timedelta(minutes=5),
                "observed_share": 0.99,
                "status": "ok",
                "reason": None,
                "n_observations": 2000,
            }
            for name in names
        ],
        infer_schema_length=None,
    )


def observation_rows(name: str) -> pl.DataFrame:
    n = 7 * DAY_STEPS
    value = np.abs(course(n) * (1 + 0.08 * RNG.standard_normal(n)))
    value[700:712] = np.nan
    return pl.DataFrame({"value": value}).select(
        series_id=pl.lit(name),
        at_utc=pl.lit(ISSUED - timedelta(days=7)) + pl.duration(seconds=STEP * pl.int_range(pl.len())),
        value=pl.col("value").fill_nan(None),
        is_observed=pl.col("value").is_not_nan(),
        flag=pl.lit(None, pl.String),
        is_outlier=pl.lit(False),
        value_clean=pl.col("value").fill_nan(None),
    )


def point_rows(name: str) -> pl.DataFrame:
    middle = course(DAY_STEPS)
    frame = pl.DataFrame({q: middle * (1 + 0.1 * z) for q, z in QUANTILES.items()} | {"mean": middle})
    return frame.with_columns(
        series_id=pl.lit(name),
        model=pl.lit("combination"),
        is_champion=pl.lit(True),
        issued_at_utc=pl.lit(ISSUED),
        step_seconds=pl.lit(STEP),
        horizon=pl.int_range(pl.len()) + 1,
        target_utc=pl.lit(ISSUED) + pl.duration(seconds=STEP * pl.int_range(pl.len())),
    )


def day_rows(name: str) -> pl.DataFrame:
    days = [NIGHT - timedelta(days=back) for back in range(28, 0, -1)]
    phase = 12 * RNG.standard_normal(len(days))
    odd = [day == NIGHT - timedelta(days=1) and name.endswith("/1") for day in days]
    return pl.DataFrame(
        {
            "series_id": name,
            "local_date": days,
            "peak_value": 9e9,
            "phase_minutes": phase,
            "phase_lower_95": phase - 8,
            "phase_upper_95": phase + 8,
            "is_unusual": odd,
            "reason": ["The day lies 31% higher than days like it." if one else None for one in odd],
            "level_score": [9.0 if one else 0.5 for one in odd],
            "level_share": [0.31 if one else 0.01 for one in odd],
        }
    ).with_columns(peak_local_time=pl.time(20, 15))


def congestion_rows(name: str, chances: dict[float, float], issued: datetime) -> pl.DataFrame:
    rows = [
        {
            "window": window,
            "target_utc": issued + timedelta(hours=hour),
            "threshold": threshold,
            "probability_above": chance * (1 if window == "night" else 0.8 if hour == 19 else 0.1),
        }
        for threshold, chance in chances.items()
        for window, hour in [("night", 0), *(("hour", hour) for hour in range(24))]
    ]
    return pl.DataFrame(rows).with_columns(
        series_id=pl.lit(name),
        issued_at_utc=pl.lit(issued),
        capacity=pl.lit(1e10),
        expected_peak=pl.lit(9.3e9),
    )


def outlook_rows(names: list[str], issued: datetime) -> pl.DataFrame:
    weeks = [date(2026, 1, 5), date(2026, 2, 2), None]
    return pl.DataFrame(
        [
            {
                "series_id": name,
                "issued_at_utc": issued,
                "capacity": 1e10,
                "busy_hour_local": 20,
                "busy_hour_p95": 8.4e9,
                "headroom": 0.16 + 0.001 * place,
                "growth_per_week": 0.012,
                "growth_lower_95": 0.004,
                "growth_upper_95": 0.02,
                "runout_threshold": 0.9,
                "runout_date_q10": weeks[0] if place < 2 else None,
                "runout_date_q50": weeks[1] if place < 2 else None,
                "runout_date_q90": None,
                "runout_probability": 0.71 if place < 2 else 0.04,
                "horizon_weeks": 26,
            }
            for place, name in enumerate(names)
        ],
        infer_schema_length=None,
    )


def reliability_rows() -> pl.DataFrame:
    left = np.arange(10) / 10
    p = left + 0.05
    return pl.concat(
        pl.DataFrame(
            {
                "issued_at_utc": ISSUED,
                "window": window,
                "bin_left": left,
                "bin_right": left + 0.1,
                "n_forecasts": np.full(10, 60),
                "mean_probability": p,
                "share_happened": np.clip(p + 0.03, 0, 1),
                "lower_95": np.clip(p - 0.12, 0, 1),
                "upper_95": np.clip(p + 0.12, 0, 1),
            }
        )
        for window in ("night", "hour")
    )


def _test_rows(names: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    verdict = {"verdict": "A sentence.", "issued_at_utc": ISSUED, "statistic": 1.0}
    residual = [
        {"series_id": name, "model": "selected", "test": test, "p_value": p} | verdict
        for name in names
        for test, p in (("ljung_box", 0.4), ("jarque_bera", 1e-9), ("arch_lm", 0.02), ("runs", 0.3))
    ]
    period = [
        {"series_id": name, "test": test, "p_value": p} | verdict
        for name in names
        for test, p in (
            ("mean_by_slot_bootstrap", 0.005),
            ("variance_by_slot_bootstrap", 0.2),
            ("period", None),
        )
    ]
    return pl.DataFrame(residual), pl.DataFrame(period, infer_schema_length=None)


def other_rows(names: list[str]) -> dict[str, pl.DataFrame]:
    """Return what is said of the night beside its series."""
    residual, period = _test_rows(names)
    champions = [
        {"series_id": name, "issued_at_utc": issued, "model": model, "reason": "it erred least"}
        for name in names
        for issued, model in ((BEFORE, "level"), (ISSUED, "combination"))
    ]
    expectation = {
        "table_name": "series.observations",
        "suite": "s",
        "expectation": "expect_column_values_to_not_be_null",
        "column_name": "value",
        "source": "isp",
        "is_error": False,
        "observed": "3 of 9 unexpected",
    }
    files = {
        "source": "isp",
        "kind": "export",
        "format": "csv wide",
        "bytes_read": 10,
        "rows_written": 98,
        "loaded_at_utc": ISSUED + timedelta(hours=2),
    }
    sums = (
        "lines_read",
        "lines_skipped",
        "records_read",
        "records_loaded",
        "records_rejected",
        "records_duplicate",
    )
    loaded = dict(zip(sums, (101, 1, 100, 98, 1, 1), strict=True))
    refused = dict(zip(sums, (7, 0, 7, 0, 7, 0), strict=True))
    return {
        "models.champions": pl.DataFrame(champions),
        "diagnostics.residual_tests": residual,
        "diagnostics.periodicity_tests": period,
        "quality.expectations": pl.DataFrame(
            [
                expectation
                | {
                    "success": issued == BEFORE,
                    "issued_at_utc": issued,
                    "run_at_utc": issued + timedelta(hours=1),
                }
                for issued in (BEFORE, ISSUED)
            ]
        ),
        "raw.ingested_files": pl.DataFrame(
            [
                files
                | loaded
                | {"file_id": "a", "path": "a.csv", "status": "loaded", "reason": None, "last_utc": ISSUED},
                files
                | refused
                | {
                    "file_id": "b",
                    "path": "b.csv",
                    "status": "rejected",
                    "reason": "it is binary",
                    "last_utc": None,
                },
            ],
            infer_schema_length=None,
        ),
        "raw.rejected_lines": pl.DataFrame(
            {"source": "isp", "file_id": "a", "line_number": [9], "reason": "no time", "line": "?"}
        ),
        "planning.reliability": reliability_rows(),
        "planning.bills": pl.DataFrame(
            {
                "bill": "uplink",
                "issued_at_utc": ISSUED,
                "method": ["max", "in"],
                "local_month": date(2025, 11, 1),
                "unit": "bit/s",
                "n_samples": 4500,
                "n_missing": 12,
                "n_dropped": 225,
                "p95_to_date": 7.9e9,
                "p95_q10": 7.7e9,
                "p95_q50": 8.2e9,
                "p95_q90": 8.8e9,
                "commitment": 8e9,
                "is_billed": [True, False],
            }
        ),
        "alerts.events": pl.DataFrame(
            {
                "event_id": "e",
                "rule": "full",
                "kind": "congestion",
                "subject": names[0] if names else "isp",
                "first_issued_at_utc": ISSUED,
                "last_issued_at_utc": ISSUED,
                "sentence": "It may be full tonight.",
                "value": 0.3,
            }
        ),
    }


def fill(warehouse: Warehouse, names: list[str], with_capacity: bool = True) -> None:
    """Write a night of some series."""
    if names:
        warehouse.insert("series.catalog", catalog_rows(names, with_capacity))
    for table, frame in other_rows(names).items():
        warehouse.insert(table, frame)
    for name in names:
        warehouse.insert("series.observations", observation_rows(name))
        warehouse.insert("forecasts.points", point_rows(name))
        warehouse.insert("diagnostics.daily_peaks", day_rows(name))
    if with_capacity and names:
        for place, name in enumerate(names):
            tonight = 0.34 / (1 + place)
            for issued, factor in ((BEFORE, 0.5), (ISSUED, 1.0)):
                chances = {
                    1.0: tonight * factor,
                    0.9: min(2 * tonight * factor, 1),
                    0.7: min(2.9 * tonight * factor, 1),
                }
                warehouse.insert("planning.congestion", congestion_rows(name, chances, issued))
        for issued in (BEFORE, ISSUED):
            warehouse.insert("planning.outlook", outlook_rows(names, issued))
