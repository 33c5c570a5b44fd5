"""Section: how good the forecasts were, beside yesterday's value at the same time."""

from __future__ import annotations

from typing import Any

from assets.report.blocks import Cell, Section, table_of
from assets.report.night_frames import SCORED_NIGHTS, NightFrames
from assets.report.series_facts import SeriesFacts
from assets.report.words import name_text, number_text, percent_text


def accuracy_section(night: NightFrames, series: list[SeriesFacts]) -> Section:
    """Compare the champions with the seasonal naive forecast, the worst first.

    Parameters
    ----------
    night : NightFrames
        Its scores and backtests.
    series : list of SeriesFacts
        Their champions and places in the page.
    """
    title = "Accuracy against the naive forecast"
    scored = {row["series_id"]: row for row in night["accuracy"].to_dicts()}
    tried = {row["series_id"]: row for row in night["backtests"].to_dicts()}
    rows = [facts for facts in series if facts.name in scored or facts.name in tried]
    if not rows:
        return Section(
            "accuracy", title, "No forecast has been scored yet: the night after a forecast scores it."
        )
    skills = [s for row in scored.values() if (s := row["skill_naive"]) is not None]
    lead = (
        f"1 is without error, 0 as good as the day before's value at the same time, below 0 worse. Of the "
        f"last {SCORED_NIGHTS} nights, {len(scored):,} series are scored"
    )
    if skills:
        better = sum(skill > 0 for skill in skills)
        middle = percent_text(sorted(skills)[len(skills) // 2])
        lead += f": {better:,} better than naive; the middle one errs {middle} less"
    rows.sort(key=lambda facts: _worst_first(scored.get(facts.name), tried.get(facts.name)))
    columns = (
        "series",
        "champion",
        "#last night",
        f"#last {SCORED_NIGHTS}",
        "#backtest",
        "#in 80 %",
        "#in 95 %",
        "#nights",
    )
    table = table_of(
        "Skill beside the naive forecast, and how often the bands held",
        columns,
        [_row(facts, scored.get(facts.name, {}), tried.get(facts.name, {})) for facts in rows],
        "models.model_skill and forecasts.accuracy",
        is_folded=True,
    )
    return Section("accuracy", title, f"{lead}.", tables=(table,))


def _worst_first(scored: dict[str, Any] | None, tried: dict[str, Any] | None) -> float:
    skill = (scored or {}).get("skill_naive")
    return (tried or {}).get("skill_naive") or 0.0 if skill is None else skill


def _row(facts: SeriesFacts, scored: dict[str, Any], tried: dict[str, Any]) -> tuple[Cell, ...]:
    skill = scored.get("skill_naive")
    return (
        Cell(name_text(facts.name), facts.href),
        Cell(facts.model or "–"),
        Cell(number_text(scored.get("skill_of_last"), ".2f")),
        Cell(number_text(skill, ".2f"), tone="warn" if skill is not None and skill < 0 else ""),
        Cell(number_text(tried.get("skill_naive"), ".2f")),
        Cell(percent_text(scored.get("coverage_80"))),
        Cell(percent_text(scored.get("coverage_95"))),
        Cell(number_text(scored.get("n_nights", 0), ",")),
    )
