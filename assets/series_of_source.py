"""The series of one source: its raw rows on regular grids, with flags, and its rows in the catalog.

The tables are written in ``series``; grids and flags are made in ``traffic.windowing``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from assets.export_source import Export
from assets.landing import Landing
from assets.nights import Night
from assets.raw import loaded_spans
from assets.sources import Source
from assets.web_log_source import WebLog
from traffic.models.requirements import CONSTANT_VOLATILITY_MIN_OBSERVATIONS, PERIODIC_MIN_CYCLES
from traffic.windowing.grid import Grid, UnfitForGridError, request_windows, sample_grid
from traffic.windowing.local_days import slots_a_day
from traffic.windowing.observations import align_days, observe
from warehouse import Warehouse

Unfit = UnfitForGridError
WEB_LOG_UNITS = {"bytes": "byte", "requests": "request"}
# An export's samples in the order in which they were delivered: of two for one time the later one stands.
_SAMPLES = """
    SELECT sample.series_id, sample.at_utc, sample.value
    FROM raw.provider_samples AS sample
    JOIN raw.ingested_files AS file USING (source, file_id)
    WHERE source = ? AND file.status = 'loaded'
    ORDER BY sample.series_id, file.loaded_at_utc, sample.line_number
"""


@dataclass(frozen=True)
class Series:
    """One series as it goes into the tables of ``series``.

    Parameters
    ----------
    entry : dict
        Its row in ``series.catalog``.
    observations, days : polars.DataFrame or None
        Its rows in ``series.observations`` and ``series.day_ensemble``; None if it was set aside.
    """

    entry: dict[str, Any]
    observations: pl.DataFrame | None = None
    days: pl.DataFrame | None = None


def series_of_source(
    warehouse: Warehouse, landing: Landing, source: Source, night: Night
) -> Iterator[Series]:
    """Yield the series of one source.

    Parameters
    ----------
    warehouse : Warehouse
        Holds the raw rows.
    landing : Landing
        Says what the source is.
    source : WebLog or Export
        The source.
    night : Night
        What a series is stale or short for.
    """
    if isinstance(source, WebLog):
        grids = _web_log_grids(warehouse, source)
    else:
        grids = _export_grids(warehouse, source)
    for label, unit, grid in grids:
        yield _series(landing, source, label, unit, grid, night)


def _web_log_grids(warehouse: Warehouse, source: WebLog) -> Iterator[tuple[str, str, Grid | Unfit]]:
    coverage = loaded_spans(warehouse, source.name)
    if coverage.is_empty():
        return
    requests = warehouse.read("raw.web_requests", ("at_utc", "bytes_sent"), {"source": source.name})
    try:
        grids: dict[str, Grid | Unfit] = {
            **request_windows(requests.lazy(), coverage, source.step, source.silence)
        }
    except UnfitForGridError as error:
        grids = dict.fromkeys(WEB_LOG_UNITS, error)
    for label, unit in WEB_LOG_UNITS.items():
        yield label, unit, grids[label]


def _export_grids(warehouse: Warehouse, source: Export) -> Iterator[tuple[str, str, Grid | Unfit]]:
    samples = warehouse.query(_SAMPLES, [source.name])
    for part in samples.partition_by("series_id", maintain_order=True):
        label = str(part["series_id"][0]).removeprefix(f"{source.name}/")
        try:
            yield label, source.unit, sample_grid(part, source.step)
        except UnfitForGridError as error:
            yield label, source.unit, error


def _series(
    landing: Landing, source: Source, label: str, unit: str, grid: Grid | Unfit, night: Night
) -> Series:
    entry: dict[str, Any] = {
        "series_id": f"{source.name}/{label}",
        "source": source.name,
        "kind": source.kind,
        "unit": unit,
        "step_seconds": source.step,
        "time_zone": source.time_zone,
        "capacity": source.capacity_of(label, unit, source.step),
    }
    if isinstance(grid, UnfitForGridError):
        return Series(entry | {"status": "set_aside", "reason": str(grid)})
    observations = observe(grid.frame, source.time_zone, source.step)
    days = align_days(observations, source.time_zone, source.step)
    stale_after = timedelta(seconds=landing.sources.platform.stale_after)
    return Series(entry | _facts(grid, observations, night, stale_after), observations, days)


def _facts(grid: Grid, observations: pl.DataFrame, night: Night, stale_after: timedelta) -> dict[str, Any]:
    known = observations.filter("is_observed", pl.col("at_utc") < night.issued_at_utc)
    newest_utc = known["at_utc"][-1] if known.height else None
    status, reason = _status(newest_utc, known.height, grid.step_seconds, night, stale_after)
    return {
        "phase_seconds": grid.phase_seconds,
        "first_utc": observations["at_utc"].min(),
        "last_utc": observations["at_utc"].max(),
        "observed_share": observations["is_observed"].mean(),
        "n_observations": int(observations["is_observed"].sum()),
        "status": status,
        "reason": "; ".join(filter(None, (reason, _grid_note(grid)))) or None,
    }


def _status(
    newest_utc: datetime | None, n_known: int, step_seconds: int, night: Night, stale_after: timedelta
) -> tuple[str, str | None]:
    need = min(CONSTANT_VOLATILITY_MIN_OBSERVATIONS, PERIODIC_MIN_CYCLES * slots_a_day(step_seconds))
    if newest_utc is None:
        return "short", f"no value is known before {night.issued_at_utc} UTC"
    if night.issued_at_utc - newest_utc > stale_after:
        return "stale", f"the newest value is of {newest_utc} UTC"
    if n_known < need:
        return "short", f"{n_known} values are known, and the models need {need}"
    return "ok", None


def _grid_note(grid: Grid) -> str | None:
    notes = []
    if grid.moved:
        notes.append(f"{grid.moved:,} samples stood off the grid and went to the nearest point")
    if grid.shared:
        notes.append(f"{grid.shared:,} samples gave way to a later one for the same time: is step too long?")
    if grid.stray:
        notes.append(f"{grid.stray:,} records lie far before or after all others and are left out")
    return "; ".join(notes) or None
