"""The rows of one night that the page is made from.

Everything is as the night knew it: rows of later nights and of later days are left out, so that a night that
is run again gets the page of its own day. What the rows mean belongs to the sections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import polars as pl

from assets.decayed_champions import decayed_champions

Query = Callable[[str, Sequence[Any]], pl.DataFrame]

HISTORY: Final = timedelta(days=7)
PEAK_DAYS: Final = 28
SCORED_NIGHTS: Final = 7

_PREVIOUS = """
    SELECT max(issued_at_utc) AS at_utc FROM models.champions
    WHERE issued_at_utc < $1 AND issued_at_utc >= $1 - INTERVAL 60 DAY
"""
# $1 is the midnight of the night, $2 that of the night before it, which may be null.
_OF_TWO_NIGHTS = {
    "champions": "SELECT series_id, issued_at_utc, model, reason FROM models.champions "
    "WHERE issued_at_utc IN ($1, $2)",
    "congestion": """
        SELECT series_id, issued_at_utc, threshold, any_value(capacity) AS capacity,
            max(probability_above) FILTER ("window" = 'night') AS probability,
            max(expected_peak) FILTER ("window" = 'night') AS expected_peak,
            max(probability_above) FILTER ("window" = 'hour') AS hour_probability,
            arg_max(target_utc, probability_above) FILTER ("window" = 'hour') AS hour_utc
        FROM planning.congestion WHERE issued_at_utc IN ($1, $2) AND "window" <> 'slot'
        GROUP BY ALL ORDER BY series_id, threshold
    """,
    "outlook": "FROM planning.outlook WHERE issued_at_utc IN ($1, $2)",
    "events": "FROM alerts.events WHERE last_issued_at_utc IN ($1, $2) ORDER BY kind, subject",
    "rejected_files": """
        SELECT source, path, reason,
            loaded_at_utc > (
                SELECT max(run_at_utc) FROM quality.expectations WHERE issued_at_utc = $2
            ) AS is_new
        FROM raw.ingested_files WHERE status = 'rejected' AND $1 IS NOT NULL ORDER BY source, path
    """,
    "expectations": """
        SELECT issued_at_utc, table_name, source, expectation, column_name, success, is_error, observed
        FROM quality.expectations WHERE issued_at_utc IN ($1, $2)
        QUALIFY run_at_utc = max(run_at_utc) OVER (PARTITION BY issued_at_utc)
        ORDER BY table_name, source, expectation, column_name
    """,
}
_OF_THE_NIGHT = {
    "series": """
        SELECT catalog.*, periodic.period_verdict, model_of_step.verdict AS period_sentence
        FROM series.catalog AS catalog
        LEFT JOIN (FROM models.periodic WHERE issued_at_utc = $1) AS periodic USING (series_id)
        LEFT JOIN (
            FROM diagnostics.periodicity_tests WHERE issued_at_utc = $1 AND test = 'period'
        ) AS model_of_step USING (series_id)
        ORDER BY series_id
    """,
    "bills": "FROM planning.bills WHERE issued_at_utc = $1 ORDER BY bill, is_billed DESC, method",
    "reliability": 'FROM planning.reliability WHERE issued_at_utc = $1 ORDER BY "window", bin_left',
    "residual_tests": "FROM diagnostics.residual_tests WHERE issued_at_utc = $1",
    "periodicity_tests": "FROM diagnostics.periodicity_tests WHERE issued_at_utc = $1",
    "accuracy": f"""
        SELECT series_id, count(*) AS n_nights,
            1 - sum((1 - skill_naive) * mae_naive * n_scored) / nullif(sum(mae_naive * n_scored), 0)
                AS skill_naive,
            sum(coverage_80 * n_scored) / nullif(sum(n_scored), 0) AS coverage_80,
            sum(coverage_95 * n_scored) / nullif(sum(n_scored), 0) AS coverage_95,
            arg_max(skill_naive, issued_at_utc) AS skill_of_last, max(issued_at_utc) AS last_utc
        FROM (
            SELECT accuracy.* FROM forecasts.accuracy AS accuracy
            JOIN series.catalog USING (series_id, step_seconds)
            WHERE is_champion AND day_ahead = 1 AND n_scored > 0
                AND issued_at_utc < $1 AND issued_at_utc >= $1 - INTERVAL {SCORED_NIGHTS} DAY
        ) GROUP BY series_id
    """,
    "backtests": """
        SELECT series_id, model, skill_naive, coverage_80, coverage_95 FROM models.champions
        JOIN models.backtests AS backtests USING (series_id, issued_at_utc, model)
        WHERE issued_at_utc = $1
        QUALIFY row_number() OVER (PARTITION BY series_id ORDER BY step_seconds, horizon) = 1
    """,
    "week": """
        SELECT series_id, count(*) AS n_steps, count(*) FILTER (NOT is_observed) AS n_missing,
            count(*) FILTER (flag = 'outlier') AS n_outliers, count(*) FILTER (flag = 'outage') AS n_outages,
            count(*) FILTER (flag = 'impossible') AS n_impossible
        FROM series.observations WHERE at_utc >= $1 - INTERVAL 7 DAY AND at_utc < $1
        GROUP BY series_id ORDER BY series_id
    """,
    "gaps": """
        SELECT series_id, min(at_utc) AS start_utc, count(*) AS steps FROM (
            SELECT series_id, at_utc, at_utc - to_seconds(
                step_seconds * row_number() OVER (PARTITION BY series_id ORDER BY at_utc)) AS run
            FROM series.observations JOIN series.catalog USING (series_id)
            WHERE at_utc >= $1 - INTERVAL 7 DAY AND at_utc < $1 AND NOT is_observed
        ) GROUP BY series_id, run
        QUALIFY row_number() OVER (PARTITION BY series_id ORDER BY count(*) DESC, min(at_utc)) = 1
    """,
    # Those that reach into the last day, whole as far as a week goes.
    "outages": """
        SELECT source, start_utc, steps * step_seconds AS seconds, list(series_id ORDER BY series_id) AS names
        FROM (
            SELECT series_id, source, step_seconds, min(at_utc) AS start_utc, count(*) AS steps FROM (
                SELECT series_id, source, step_seconds, at_utc, at_utc - to_seconds(
                    step_seconds * row_number() OVER (PARTITION BY series_id ORDER BY at_utc)) AS run
                FROM series.observations JOIN series.catalog USING (series_id)
                WHERE at_utc >= $1 - INTERVAL 7 DAY AND at_utc < $1 AND flag = 'outage'
            ) GROUP BY series_id, source, step_seconds, run HAVING max(at_utc) >= $1 - INTERVAL 1 DAY
        ) GROUP BY ALL ORDER BY seconds DESC, start_utc, source
    """,
}
_OF_ALL_TIME = {
    "ledger": "FROM raw.ingestion_summary ORDER BY source",
    "rejected_lines": "SELECT source, reason, count(*) AS n FROM raw.rejected_lines GROUP BY ALL "
    "ORDER BY n DESC, source, reason",
}
_PEAKS = f"""
    FROM diagnostics.daily_peaks
    WHERE local_date < $1::DATE AND local_date >= $1::DATE - INTERVAL {PEAK_DAYS} DAY
    ORDER BY series_id, local_date
"""
_POINTS = """
    SELECT series_id, target_utc, mean, q025, q10, q25, q50, q75, q90, q975
    FROM forecasts.points JOIN series.catalog USING (series_id, step_seconds)
    WHERE is_champion AND issued_at_utc = $1 AND series_id IN (SELECT unnest($2))
        AND (target_utc < issued_at_utc + INTERVAL 1 DAY OR horizon = 1)
    ORDER BY series_id, target_utc
"""
_HISTORY = """
    SELECT series_id, at_utc, value FROM series.observations
    WHERE at_utc >= $1 - INTERVAL 7 DAY AND at_utc < $1 AND series_id IN (SELECT unnest($2))
    ORDER BY series_id, at_utc
"""


@dataclass(frozen=True)
class NightFrames:
    """What the tables of a night say.

    Parameters
    ----------
    night : datetime.date
        The local date that begins at its midnight.
    issued_at_utc : datetime
        The midnight, naive UTC.
    previous_utc : datetime or None
        The midnight of the night before it that was run; None if there was none.
    frames : mapping of str to polars.DataFrame
        Rows by what they are about.
    faults : tuple of str
        Sources that failed as a whole, a sentence for each.
    """

    night: date
    issued_at_utc: datetime
    previous_utc: datetime | None
    frames: Mapping[str, pl.DataFrame]
    faults: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return the rows about something."""
        return self.frames[name]

    def tonight(self, name: str) -> pl.DataFrame:
        """Return the rows of this night."""
        return self[name].filter(pl.col("issued_at_utc") == self.issued_at_utc)

    def before(self, name: str) -> pl.DataFrame:
        """Return the rows of the night before."""
        return self[name].filter(pl.col("issued_at_utc") == (self.previous_utc or datetime.min))


def read_night(
    query: Query, night: date, issued_at_utc: datetime, faults: tuple[tuple[str, str], ...] = ()
) -> NightFrames:
    """Read what the page says of a night as a whole.

    Parameters
    ----------
    query : callable
        Runs a statement with its parameters bound, on the warehouse or on its published copy.
    night : datetime.date
        The night.
    issued_at_utc : datetime
        Its midnight, naive UTC.
    faults : tuple of (str, str)
        Sources that failed as a whole, and why.
    """
    previous: datetime | None = query(_PREVIOUS, [issued_at_utc])["at_utc"].item()
    frames = {name: query(sql, [issued_at_utc, previous]) for name, sql in _OF_TWO_NIGHTS.items()}
    frames |= {name: query(sql, [issued_at_utc]) for name, sql in _OF_THE_NIGHT.items()}
    frames |= {name: query(sql, []) for name, sql in _OF_ALL_TIME.items()}
    frames["peaks"] = query(_PEAKS, [night])
    frames["decayed"] = decayed_champions(query, issued_at_utc)
    return NightFrames(night, issued_at_utc, previous, frames, faults)


def read_courses(
    query: Query, issued_at_utc: datetime, series_ids: Sequence[str]
) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """Read the last week and the champion's forecast of some series.

    Returns
    -------
    dict of str to (polars.DataFrame, polars.DataFrame)
        By series: ``at_utc`` and ``value``; ``target_utc``, ``mean`` and the quantiles. Either may be empty.
    """
    both = [query(sql, [issued_at_utc, list(series_ids)]) for sql in (_HISTORY, _POINTS)]
    parts = [frame.partition_by("series_id", as_dict=True, include_key=False) for frame in both]
    nothing = [frame.clear().drop("series_id") for frame in both]
    return {
        name: (parts[0].get((name,), nothing[0]), parts[1].get((name,), nothing[1])) for name in series_ids
    }
