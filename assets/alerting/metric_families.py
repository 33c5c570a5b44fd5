"""The figures of a night as Prometheus has them: a name with its unit, what it means, and labels.

Where the file lies and when it is written is ``assets.metrics``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from traffic.parsing.quantity import UNKNOWN_UNIT, common_unit

Query = Callable[[str, Sequence[Any]], pl.DataFrame]

_WORDS = {"bit": "bits", "byte": "bytes", "request": "requests", "packet": "packets"}
_AHEAD = """
    SELECT series_id, unit, points.step_seconds, avg(mean) AS mean, max(q90) AS peak_q90
    FROM forecasts.points AS points JOIN series.catalog AS catalog USING (series_id, step_seconds)
    WHERE issued_at_utc = $1 AND is_champion
        AND (target_utc < issued_at_utc + INTERVAL 1 DAY OR horizon = 1)
    GROUP BY ALL ORDER BY series_id
"""
_BEHIND = """
    SELECT series_id, avg(abs(scaled_error)) AS mase
    FROM forecasts.scores JOIN series.catalog USING (series_id, step_seconds)
    WHERE is_champion AND target_utc < $1 AND target_utc >= $1 - INTERVAL 1 DAY
        AND (target_utc < issued_at_utc + INTERVAL 1 DAY OR horizon = 1)
    GROUP BY series_id ORDER BY series_id
"""
_CONGESTION = """
    SELECT series_id, printf('%g', threshold) AS threshold, probability_above FROM planning.congestion
    WHERE issued_at_utc = $1 AND "window" = 'night' ORDER BY ALL
"""
_OUTLOOK = """
    SELECT outlook.series_id, headroom, p95_billing_to_date, runout_probability, unit, step_seconds
    FROM planning.outlook AS outlook LEFT JOIN series.catalog USING (series_id)
    WHERE issued_at_utc = $1 ORDER BY ALL
"""
_FILES = "SELECT source, status, count(*) AS n FROM raw.ingested_files GROUP BY ALL ORDER BY ALL"
_RECORDS = """
    SELECT source, sum(records_loaded)::DOUBLE AS loaded, sum(records_rejected)::DOUBLE AS rejected,
        sum(records_duplicate)::DOUBLE AS duplicate
    FROM raw.ingested_files GROUP BY source ORDER BY source
"""
_NEWEST = "SELECT series_id, last_utc FROM series.catalog WHERE last_utc IS NOT NULL ORDER BY series_id"
_EVENTS = """
    SELECT kind, count(*) AS n FROM alerts.events
    WHERE last_issued_at_utc = $1 AND kind <> 'night' GROUP BY kind ORDER BY kind
"""
_DEAD = """
    SELECT channel, count(*) AS n FROM alerts.deliveries WHERE status = 'dead_letter'
    GROUP BY channel ORDER BY channel
"""


class NightMetrics(Collector):
    """What a night found, for a scrape.

    Parameters
    ----------
    query : callable
        Runs a statement with its parameters bound.
    night_utc : datetime
        Midnight of the night, naive UTC.
    made_utc : datetime
        When it was made, naive UTC.
    """

    def __init__(self, query: Query, night_utc: datetime, made_utc: datetime) -> None:
        self._query = query
        self._night_utc = night_utc
        self._made_utc = made_utc

    def collect(self) -> Iterator[Metric]:
        """Yield each family with its samples; a figure that is missing has none."""
        yield from self._of_the_night()
        yield from self._of_forecasts()
        yield from self._of_planning()
        yield from self._of_sources()
        yield from self._of_alerts()

    def _of_the_night(self) -> Iterator[Metric]:
        night = _seconds(self._night_utc)
        yield _family("night_timestamp_seconds", "Midnight of the night.", [((), night)])
        made = _seconds(self._made_utc)
        yield _family("night_made_timestamp_seconds", "When the night was made.", [((), made)])

    def _of_forecasts(self) -> Iterator[Metric]:
        ahead = self._rows(_AHEAD)
        for column, what in (
            ("mean", "Expected mean of the next 24 hours"),
            ("peak_q90", "Highest 90 % quantile of the next 24 hours"),
        ):
            values = [(row["series_id"], row["unit"], row["step_seconds"], row[column]) for row in ahead]
            yield from _by_unit(f"forecast_{column}", what, values)
        mase = [((row["series_id"],), row["mase"]) for row in self._rows(_BEHIND)]
        yield _family(
            "forecast_mase_ratio", "Mean absolute scaled error of the last day's forecast.", mase, ("series",)
        )

    def _of_planning(self) -> Iterator[Metric]:
        congestion = [
            ((row["series_id"], row["threshold"]), row["probability_above"])
            for row in self._rows(_CONGESTION)
        ]
        yield _family(
            "congestion_probability_ratio",
            "Probability that the load exceeds this share of the capacity at some moment of the night.",
            congestion,
            ("series", "threshold"),
        )
        outlook = self._rows(_OUTLOOK)
        for column, name, what in (
            ("headroom", "headroom_ratio", "Share of the capacity that the busy hour leaves free."),
            (
                "runout_probability",
                "runout_probability_ratio",
                "Probability that the busy hour passes the threshold within the horizon.",
            ),
        ):
            rows = [((row["series_id"],), row[column]) for row in outlook]
            yield _family(name, what, rows, ("series",))
        bills = [
            (row["series_id"], row["unit"], row["step_seconds"], row["p95_billing_to_date"])
            for row in outlook
        ]
        yield from _by_unit("p95_to_date", "This month's 95th percentile as it stands", bills)

    def _of_sources(self) -> Iterator[Metric]:
        files = [((row["source"], row["status"]), row["n"]) for row in self._rows(_FILES)]
        yield _family("source_files", "Files of the ledger.", files, ("source", "status"))
        records = [
            ((row["source"], outcome), row[outcome])
            for row in self._rows(_RECORDS)
            for outcome in ("loaded", "rejected", "duplicate")
        ]
        yield _family(
            "source_records",
            "Records of all files: in a web log a record is a line.",
            records,
            ("source", "outcome"),
        )
        newest = [((row["series_id"],), row["last_utc"]) for row in self._rows(_NEWEST)]
        yield _family(
            "series_newest_value_timestamp_seconds",
            "Time of the newest value; time() minus it is its age.",
            [(labels, _seconds(at)) for labels, at in newest],
            ("series",),
        )
        ages = [(labels, (self._night_utc - at).total_seconds()) for labels, at in newest]
        yield _family(
            "series_newest_value_age_seconds",
            "Age of the newest value at the night's midnight.",
            ages,
            ("series",),
        )

    def _of_alerts(self) -> Iterator[Metric]:
        events = [((row["kind"],), row["n"]) for row in self._rows(_EVENTS)]
        yield _family("open_events", "Events that hold in the night.", events, ("kind",))
        dead = [((row["channel"],), row["n"]) for row in self._rows(_DEAD)]
        yield _family("dead_letters", "Events that did not reach a channel.", dead, ("channel",))

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        return self._query(sql, [self._night_utc] if "$1" in sql else []).to_dicts()


def _family(
    name: str,
    what: str,
    samples: Sequence[tuple[tuple[str, ...], float | None]],
    labels: tuple[str, ...] = (),
) -> Metric:
    family = GaugeMetricFamily(f"diurnal_{name}", what, labels=labels)
    for values, figure in samples:
        if figure is not None:
            family.add_metric(values, figure)
    return family


def _by_unit(
    name: str, what: str, values: Sequence[tuple[str, str | None, int | None, float | None]]
) -> Iterator[Metric]:
    """Yield a family for each unit: bits, bytes, requests or packets a second, as names must say."""
    families: dict[str, list[tuple[tuple[str, ...], float | None]]] = {}
    for series_id, unit, step_seconds, value in values:
        suffix, factor = _base_unit(unit or UNKNOWN_UNIT, step_seconds or 1)
        families.setdefault(suffix, []).append(((series_id,), None if value is None else value * factor))
    for suffix, samples in sorted(families.items()):
        yield _family(f"{name}_{suffix}", f"{what}.", samples, ("series",))


def _base_unit(unit: str, step_seconds: int) -> tuple[str, float]:
    """Return the unit's word in a metric's name, and the factor that leads to it."""
    if unit == UNKNOWN_UNIT:
        return "unknown_unit", 1.0
    base, factor = common_unit(unit)
    word = _WORDS[base.removesuffix("/s")]
    return f"{word}_per_second", factor if base.endswith("/s") else factor / step_seconds


def _seconds(at_utc: datetime) -> float:
    return at_utc.replace(tzinfo=UTC).timestamp()
