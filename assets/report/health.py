"""Section: whether what the models leave over is noise, and whether each series follows the day at all."""

from __future__ import annotations

import polars as pl

from assets.report.blocks import Cell, Section, table_of
from assets.report.night_frames import NightFrames
from assets.report.series_facts import SeriesFacts
from assets.report.words import name_text, number_text

LEVEL = 0.05
_TESTS = {"ljung_box": "dependence", "jarque_bera": "not normal", "arch_lm": "volatility", "runs": "order"}
_PERIODIC = ("mean_by_slot_bootstrap", "variance_by_slot_bootstrap")


def health_section(night: NightFrames, series: list[SeriesFacts]) -> Section:
    """Say of each series what its residuals show.

    Parameters
    ----------
    night : NightFrames
        Its tests.
    series : list of SeriesFacts
        Their places in the page.
    """
    title = "Residuals and periodicity"
    tests, periodic = night["residual_tests"], night["periodicity_tests"]
    if tests.is_empty() and periodic.is_empty():
        return Section(
            "health", title, "No series was tested in this night: the tests need 100 values and three days."
        )
    lead = (
        "p-values of the residuals of the selected model (else of the periodic one): a small "
        "one says that something is left over. Whether the mean and the variance follow the time of day, and "
        "whether the day is as long as the step makes it."
    )
    rows = [row for facts in series if (row := _row(facts, tests, periodic))]
    columns = (
        "series",
        "model",
        *(f"#{word}" for word in _TESTS.values()),
        "mean and variance by the day",
        "length of the day",
    )
    table = table_of(
        "What is left over, and the period",
        columns,
        rows,
        "diagnostics.residual_tests and diagnostics.periodicity_tests",
        is_folded=True,
    )
    return Section("health", title, f"{lead} {_summary(tests)}".strip(), tables=(table,))


def _summary(tests: pl.DataFrame) -> str:
    told = tests.filter((pl.col("model") == "selected") & (pl.col("test") == "ljung_box")).drop_nulls(
        "p_value"
    )
    if told.is_empty():
        return ""
    noise = told.filter(pl.col("p_value") >= LEVEL).height
    return f"The selected model leaves no dependence in {noise:,} of {told.height:,} series."


def _row(facts: SeriesFacts, tests: pl.DataFrame, periodic: pl.DataFrame) -> tuple[Cell, ...] | None:
    mine = tests.filter(pl.col("series_id") == facts.name)
    days = periodic.filter(pl.col("series_id") == facts.name)
    if mine.is_empty() and days.is_empty():
        return None
    model = next((m for m in ("selected", "periodic", "reference") if m in mine["model"]), None)
    found = dict(mine.filter(pl.col("model").eq_missing(pl.lit(model))).select("test", "p_value").iter_rows())
    verdicts = dict(days.select("test", "verdict").iter_rows())
    p_values = dict(days.select("test", "p_value").iter_rows())
    return (
        Cell(name_text(facts.name), facts.href),
        Cell(model or "–"),
        *(_p(found.get(test)) for test in _TESTS),
        Cell(_follows(p_values)),
        Cell(verdicts.get("period", "–")),
    )


def _p(p_value: float | None) -> Cell:
    text = "< 0.001" if p_value is not None and p_value < 0.001 else number_text(p_value, ".3f")
    return Cell(text, tone="warn" if p_value is not None and p_value < LEVEL else "")


def _follows(p_values: dict[str, float | None]) -> str:
    known = [(name, p) for name in _PERIODIC if (p := p_values.get(name)) is not None]
    if not known:
        return "not tested"
    words = [f"{name.split('_')[0]} {'yes' if p < LEVEL else 'no'}" for name, p in known]
    return ", ".join(words)
