"""The guide to forecasting runs as it stands, names every model, and explains every sentence of a reason."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars.selectors as cs
import pytest

from traffic.models.champion import ScoredModel, challenger
from traffic.models.forecasting.backtest_frames import MEASURES
from traffic.models.forecasting.calendars import with_holiday
from traffic.models.forecasting.champions import choose_champions
from traffic.models.forecasting.frames import forecast
from traffic.models.forecasting.models import AUTO, model_names
from traffic.models.forecasting.outages import without_outages
from traffic.models.forecasting.remarks import remarks
from warehouse.schema import create_tables, create_views

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "forecasting.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOUR = 3600


def blocks(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """Names that the page's blocks define, run one after the other."""
    names: dict[str, Any] = {}
    for block in blocks("python"):
        exec(block, names)
    return names


def test_the_forecast_has_the_columns_that_the_page_says(made: dict[str, Any]) -> None:
    tonight = made["tonight"]
    assert tonight.height == 4 * 288
    columns = tonight.columns
    assert f"{', '.join(f'`{name}`' for name in columns[:-1])} and\n`{columns[-1]}`" in PAGE
    assert (tonight["diurnal-lo-95"] <= tonight["diurnal"]).all()
    assert (tonight["diurnal"] <= tonight["diurnal-hi-95"]).all()


def test_the_week_follows_the_last_hour(made: dict[str, Any]) -> None:
    assert made["week"].height == 4 * 168
    assert made["week"]["ds"].min() - made["hourly"]["ds"].max() == timedelta(hours=1)
    assert made["week"].select(cs.float().is_finite().all()).to_numpy().all()


def test_the_past_is_forecast_better_than_by_yesterday(made: dict[str, Any]) -> None:
    assert made["skill"].height == 4
    assert made["skill"]["skill"].min() > 0.1
    assert made["skill"]["held"].is_between(0.6, 1.0).all()


def test_each_series_has_one_champion_and_its_reason(made: dict[str, Any]) -> None:
    assert made["why"].height == 4
    assert made["why"]["reason"].str.contains("on 28 days").all()
    assert set(MEASURES) < set(made["judged"].columns)


def test_the_smaller_links_are_full_with_a_probability(made: dict[str, Any]) -> None:
    probability = dict(made["is_congested"].iter_rows())
    assert probability["metro/FRA_AMS_in"] == 1  # a link ten times as large
    assert 0 < probability["metro/FRA_PAR_in"] < 1


def test_the_lines_of_the_readme_give_the_same(made: dict[str, Any]) -> None:
    (block,) = blocks("python", README)
    names = {"frame": made["frame"]}
    exec(block, names)
    assert names["tonight"].equals(made["tonight"])
    assert names["past"].height == 4 * 14 * 288
    assert names["why"].equals(made["judged"])
    assert names["paths"].height == 4 * 100 * 288


def test_the_page_names_every_model_and_no_other() -> None:
    table = PAGE.split("## Models by name")[1].split("## ")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = re.findall(r"`([^`]+)`", " ".join(first_cells))
    assert sorted(named) == sorted([AUTO, *model_names()])


def test_the_page_explains_every_argument() -> None:
    for name, parameter in inspect.signature(forecast).parameters.items():
        is_by_name = parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert f"| `{name}` |" in PAGE if is_by_name else f"| {name} |" in PAGE


def odd_histories() -> Iterator[np.ndarray]:
    """Make one history for each remark."""
    rng = np.random.default_rng(1)
    plain = 100 + 50 * np.sin(2 * np.pi * np.arange(24) / 24) + rng.normal(size=(56, 24))
    yield np.full((56, 24), np.nan)
    young = plain.copy()
    young[:51] = np.nan
    yield young
    silent = plain.copy()
    silent[-3:] = np.nan
    yield silent
    yield np.where(rng.random(plain.shape) < 0.4, np.nan, plain)
    yield np.full((56, 24), 5.0)
    with_outage = plain.copy()
    with_outage[30] = 0
    yield with_outage
    off = plain.copy()
    off[-10:] = 0
    yield off
    yield np.where(rng.random(plain.shape) < 0.8, 0, plain)
    yield plain - 120
    risen = plain.copy()
    risen[-3:] *= 3
    yield risen


def without_figures(text: str) -> str:
    return re.sub(r"\d[\d,.]*\d|\d", "#", " ".join(text.split()))


def explained() -> set[str]:
    table = PAGE.split("## What a reason says")[1].split("## ")[0]
    return {without_figures(line.split("|")[1]) for line in table.splitlines() if line.startswith("| ")}


def said_of_histories() -> set[str]:
    values = np.stack(list(odd_histories()))
    said = remarks(values, without_outages(values, HOUR))
    assert all(said)
    return {without_figures(one) for text in said for one in re.split(r"(?<=\.) (?=[A-Z0-9])", text)}


def said_of_choices() -> set[str]:
    judged, unjudged = np.ones((1, 28), dtype=bool), np.zeros((1, 28), dtype=bool)
    reasons = set()
    for of_combination, of_naive, is_judged in (
        (1.0, 2.0, judged),
        (0.0, 0.0, judged),
        (2.0, 1.0, judged),
        (2.0, 0.0, judged),
        (0.0, 0.0, unjudged),
    ):
        errors = np.stack([np.full((1, 28), size) for size in (of_combination, of_naive, 9.0)])
        reasons |= set(choose_champions(errors, is_judged, 1).reasons())
    taken_over = challenger({"selected": ScoredModel(0.9, 1.0, 14)})
    assert taken_over is not None
    return {without_figures(reason) for reason in reasons} | {without_figures(taken_over[1])}


def said_of_holidays() -> set[str]:
    models, share = ["combination", "combination", "seasonal_naive_day"], np.array([1.0, 0.0, 1.0])
    return {text.strip() for text in with_holiday([""] * 3, "Veterans Day (US)", models, share)}


def test_the_page_explains_every_sentence_of_a_reason_and_no_other() -> None:
    said = {text.replace("naive week forecast", "naive day forecast") for text in said_of_choices()}
    wanted = {text.replace("naive week forecast", "naive day forecast") for text in explained()}
    assert said | said_of_histories() | said_of_holidays() == wanted - {
        "sentence, with figures of its own",
        "---",
    }


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_tables(connection)
        create_views(connection)
        yield connection


@pytest.mark.parametrize("query", blocks("sql"))
def test_the_queries_run_on_the_schema(query: str, database: duckdb.DuckDBPyConnection) -> None:
    assert database.execute(query).fetchall() == []


def test_every_table_that_is_named_exists(database: duckdb.DuckDBPyConnection) -> None:
    section = PAGE.split("## From a night, in SQL")[1]
    named = set(re.findall(r"`((?:forecasts|models)\.\w+)`", section))
    assert len(named) == 8
    for name in sorted(named):
        assert database.execute(f"SELECT * FROM {name}").fetchall() == []
