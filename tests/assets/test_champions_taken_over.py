"""A constant-volatility model that was better in the last nights speaks in the place of the champion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from assets.forecast_frames import BACKTESTS, CHAMPIONS, POINTS, refused_champions
from assets.forecast_rows import scored_models
from assets.forecasts import _OwnForecast, _with_own
from assets.nights import Night
from traffic.models.champion import JUDGED_NIGHTS, LEAST_NIGHTS, challenger
from traffic.models.quantiles import QUANTILE_COLUMNS
from warehouse import Warehouse

HOUR = 3_600
NIGHT = Night(date(2025, 3, 10), datetime(2025, 3, 10))
DAY = timedelta(days=1)
OWN = ("selected", "reference", "variable_volatility")


def points_of(series_id: str, model: str, step: int, n: int, *, is_champion: bool) -> pl.DataFrame:
    at = [NIGHT.issued_at_utc + timedelta(seconds=step * k) for k in range(n)]
    return pl.DataFrame({"target_utc": at, "horizon": range(1, n + 1)}).with_columns(
        series_id=pl.lit(series_id),
        model=pl.lit(model),
        step_seconds=pl.lit(step),
        is_champion=pl.lit(is_champion),
        mean=pl.lit(float(n)),
        **{name: pl.lit(float(n)) for name in QUANTILE_COLUMNS},
    )


def frames_of(steps: dict[str, list[tuple[int, int]]]) -> dict[str, pl.DataFrame]:
    """What the forecaster says of series that are forecast at these steps, for so many targets each."""
    runs = [(name, step, n) for name, spans in steps.items() for step, n in spans]
    points = [points_of(name, "combination", step, n, is_champion=True) for name, step, n in runs]
    backtests = [
        {"series_id": name, "model": model, "step_seconds": step, "horizon": n}
        | {"is_champion": model == "combination", "mae": 1.0}
        for name, step, n in runs
        for model in ("combination", "mean")
    ]
    champions = [{"series_id": name, "model": "combination", "reason": f"why {name}"} for name in steps]
    return {
        POINTS: pl.concat(points),
        CHAMPIONS: pl.DataFrame(champions),
        BACKTESTS: pl.DataFrame(backtests),
    }


def own_of(name: str, step: int, n: int, winner: tuple[str, str] | None) -> _OwnForecast:
    parts = [points_of(name, model, step, n, is_champion=False) for model in ("reference", "selected")]
    return _OwnForecast(pl.concat(parts), winner)


STEPS = {
    "net/taken": [(300, 288), (HOUR, 168)],
    "net/hourly": [(HOUR, 168)],
    "net/stays": [(300, 288), (HOUR, 168)],
    "net/plain": [(300, 288), (HOUR, 168)],
}
TAKEN = {
    "net/taken": own_of("net/taken", 300, 288, ("selected", "Selected: it erred less.")),
    "net/hourly": own_of("net/hourly", HOUR, 24, ("reference", "Reference: it erred less.")),
    "net/stays": own_of("net/stays", 300, 288, None),
    "net/elsewhere": own_of("net/elsewhere", 300, 288, ("selected", "It is of another batch.")),
}


@pytest.fixture
def made() -> dict[str, pl.DataFrame]:
    return _with_own(frames_of(STEPS), TAKEN)


def test_one_model_speaks_at_each_target(made: dict[str, pl.DataFrame]) -> None:
    spoken = made[POINTS].group_by("series_id", "step_seconds", "target_utc").agg(pl.col("is_champion").sum())
    assert set(spoken["is_champion"]) == {1}
    assert spoken.height == sum(n for spans in STEPS.values() for _, n in spans)
    key = ["series_id", "model", "step_seconds", "target_utc"]
    assert not made[POINTS].select(key).is_duplicated().any()
    assert "net/elsewhere" not in set(made[POINTS]["series_id"])


def test_a_model_takes_over_the_targets_that_it_forecasts_and_no_other(made: dict[str, pl.DataFrame]) -> None:
    spoken = made[POINTS].filter("is_champion").group_by("series_id", "step_seconds", "model").len()
    assert sorted(spoken.rows()) == [
        ("net/hourly", HOUR, "combination", 144),
        ("net/hourly", HOUR, "reference", 24),
        ("net/plain", 300, "combination", 288),
        ("net/plain", HOUR, "combination", 168),
        ("net/stays", 300, "combination", 288),
        ("net/stays", HOUR, "combination", 168),
        ("net/taken", 300, "selected", 288),
        ("net/taken", HOUR, "combination", 168),
    ]
    first = made[POINTS].filter(pl.col("series_id") == "net/hourly", pl.col("model") == "reference")
    assert first["target_utc"].max() == NIGHT.issued_at_utc + timedelta(hours=23)


def test_who_has_taken_over_is_the_champion_with_its_reason(made: dict[str, pl.DataFrame]) -> None:
    assert made[CHAMPIONS].rows() == [
        ("net/taken", "selected", "Selected: it erred less."),
        ("net/hourly", "reference", "Reference: it erred less."),
        ("net/stays", "combination", "why net/stays"),
        ("net/plain", "combination", "why net/plain"),
    ]


def test_no_backtest_is_the_champions_where_one_without_has_taken_over(
    made: dict[str, pl.DataFrame],
) -> None:
    flagged = made[BACKTESTS].filter("is_champion").select("series_id", "step_seconds", "model").rows()
    assert flagged == [
        ("net/taken", HOUR, "combination"),
        ("net/stays", 300, "combination"),
        ("net/stays", HOUR, "combination"),
        ("net/plain", 300, "combination"),
        ("net/plain", HOUR, "combination"),
    ]
    assert_frame_equal(made[BACKTESTS].drop("is_champion"), frames_of(STEPS)[BACKTESTS].drop("is_champion"))


def test_a_batch_without_such_models_is_as_it_was() -> None:
    frames = frames_of(STEPS)
    assert _with_own(frames, {}) is frames
    nothing = _OwnForecast(pl.DataFrame(), None)
    assert _with_own(frames, dict.fromkeys(STEPS, nothing)) is frames


def test_a_series_that_the_forecaster_could_not_do_keeps_what_its_own_models_say() -> None:
    refused = {CHAMPIONS: frames_of({"net/taken": []} | STEPS)[CHAMPIONS].head(1)}
    made = _with_own(refused, TAKEN)
    assert made.keys() == {CHAMPIONS, POINTS}
    assert made[CHAMPIONS].row(0)[:2] == ("net/taken", "selected")
    spoken = made[POINTS].filter("is_champion")
    assert set(spoken["model"]) == {"selected"}
    assert spoken.height == 288


def test_where_nothing_else_forecast_a_series_its_own_model_speaks() -> None:
    """Points of which none is a champion's would keep the whole night from being published."""
    refused = {CHAMPIONS: refused_champions(["net/stays", "net/plain"], "ValueError: no solution")}
    only = own_of("net/plain", 300, 288, None)
    reference = replace(only, points=only.points.filter(pl.col("model") == "reference"))
    made = _with_own(refused, TAKEN | {"net/plain": reference})
    assert made[CHAMPIONS].rows() == [
        ("net/stays", "selected", "Selected: nothing else forecast it. ValueError: no solution"),
        ("net/plain", "reference", "Reference: nothing else forecast it. ValueError: no solution"),
    ]
    spoken = made[POINTS].filter("is_champion").group_by("series_id", "model").len().rows()
    assert sorted(spoken) == [("net/plain", "reference", 288), ("net/stays", "selected", 288)]


def score(
    warehouse: Warehouse, series_id: str, nights_ago: int, errors: dict[str, float | None], **changes: Any
) -> None:
    """Two scores a model; the seasonal naive forecast erred by 10."""
    night = NIGHT.issued_at_utc - nights_ago * DAY
    rows = [
        {
            "series_id": series_id,
            "model": model,
            "issued_at_utc": night,
            "step_seconds": 300,
            "target_utc": night + timedelta(seconds=300 * k),
            "horizon": k + 1,
            "actual": 100.0,
            "error": None if error is None else error * (-1) ** k,
            "naive_error": 10.0,
        }
        | changes
        for model, error in errors.items()
        for k in range(2)
    ]
    warehouse.insert("forecasts.scores", pl.DataFrame(rows, infer_schema_length=None))


@pytest.fixture
def warehouse(home: Any) -> Warehouse:
    return home.warehouse


def test_models_are_judged_beside_the_others_on_the_same_targets(warehouse: Warehouse) -> None:
    for back in range(1, 9):
        score(warehouse, "net/a", back, {"selected": 2.0, "reference": 6.0, "combination": 4.0})
    score(warehouse, "net/other", 1, {"selected": 1.0, "combination": 4.0})
    # Of the week ahead by the hour, only the forecaster has said anything.
    score(warehouse, "net/a", 1, {"combination": 0.0}, step_seconds=HOUR)
    found = scored_models(warehouse, NIGHT, ["net/a"], OWN)
    assert found.keys() == {"net/a"}
    of_a = {name: (each.mae, each.champion_mae, each.n_nights) for name, each in found["net/a"].items()}
    assert of_a == {"selected": (2.0, 4.0, 8), "reference": (6.0, 4.0, 8)}
    taken = challenger(found["net/a"])
    assert taken is not None
    assert taken[0] == "selected"
    assert "in 8 scored nights its error was 0.50 times" in taken[1]


def test_what_was_not_known_at_the_night_or_is_long_past_is_not_looked_at(warehouse: Warehouse) -> None:
    score(warehouse, "net/a", 0, {"selected": 1.0, "combination": 9.0})  # the night's own, scored tomorrow
    score(warehouse, "net/a", JUDGED_NIGHTS, {"selected": 2.0, "combination": 4.0})
    score(warehouse, "net/a", JUDGED_NIGHTS + 1, {"selected": 50.0, "combination": 4.0})
    later = {"target_utc": NIGHT.issued_at_utc}  # the last target of a night that began before
    score_one = {"selected": 77.0, "combination": 1.0}
    rows = [
        {
            "series_id": "net/a",
            "model": model,
            "issued_at_utc": NIGHT.issued_at_utc - DAY,
            "step_seconds": 300,
        }
        | {"horizon": 289, "actual": 1.0, "error": error, "naive_error": 1.0}
        | later
        for model, error in score_one.items()
    ]
    warehouse.insert("forecasts.scores", pl.DataFrame(rows))
    found = scored_models(warehouse, NIGHT, ["net/a"], OWN)["net/a"]["selected"]
    assert (found.mae, found.champion_mae, found.n_nights) == (2.0, 4.0, 1)
    assert challenger({"selected": found}) is None  # one night proves nothing


def test_the_naive_forecast_is_to_be_beaten_where_it_was_better_than_the_champions(
    warehouse: Warehouse,
) -> None:
    for back in range(1, LEAST_NIGHTS + 1):
        score(warehouse, "net/a", back, {"selected": 12.0, "combination": 14.0})
    found = scored_models(warehouse, NIGHT, ["net/a"], OWN)["net/a"]
    assert (found["selected"].mae, found["selected"].champion_mae) == (12.0, 10.0)
    assert challenger(found) is None


def test_a_target_that_was_not_measured_judges_nobody(warehouse: Warehouse) -> None:
    score(warehouse, "net/a", 1, {"selected": None, "combination": None}, actual=None, naive_error=None)
    score(warehouse, "net/a", 2, {"selected": 3.0, "combination": 5.0}, naive_error=None)
    found = scored_models(warehouse, NIGHT, ["net/a"], OWN)["net/a"]["selected"]
    assert (found.mae, found.champion_mae, found.n_nights) == (3.0, 5.0, 1)


def test_a_model_is_not_judged_by_the_rows_that_it_wrote_itself_as_champion(warehouse: Warehouse) -> None:
    """A model that has taken over stays only while it is better than what the forecaster says beside it."""
    for back in range(1, LEAST_NIGHTS + 1):
        score(warehouse, "net/a", back, {"selected": 5.0, "reference": 1.0, "combination": 3.0})
    found = scored_models(warehouse, NIGHT, ["net/a"], OWN)["net/a"]
    assert found["selected"].champion_mae == 3.0
    assert challenger({"selected": found["selected"]}) is None


@pytest.mark.parametrize(("of_constant", "winner"), [(0.4, "variable_volatility"), (0.2, "selected")])
def test_of_models_with_the_same_points_the_better_intervals_take_over(
    warehouse: Warehouse, of_constant: float, winner: str
) -> None:
    """A volatility that varies changes no point forecast: the mean error cannot tell the two apart."""
    for back in range(1, LEAST_NIGHTS + 1):
        score(warehouse, "net/a", back, {"variable_volatility": 2.1, "combination": 4.0}, pinball=0.3)
        score(warehouse, "net/a", back, {"selected": 2.1}, pinball=of_constant)
    taken = challenger(scored_models(warehouse, NIGHT, ["net/a"], OWN)["net/a"])
    assert taken is not None
    assert taken[0] == winner
    assert "its error was 0.53 times that of the best of the others" in taken[1]
