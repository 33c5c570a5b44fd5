"""From raw rows to parts of series: the grid of what is new, flagged beside the weeks around it.

Which rows are new is told in ``new_rows``; the tables are written in ``series_of_source``; grids and flags
are made in ``traffic.windowing``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import polars as pl

from assets.export_source import Export
from assets.new_rows import NewRows
from assets.raw import covered_spans, loaded_spans
from assets.sources import Source
from assets.web_log_source import WebLog
from traffic.models.requirements import HISTORY_DAYS
from traffic.parsing.quantity import convert
from traffic.windowing.counters import COUNTER_GAP, COUNTER_RESET, counter_volumes
from traffic.windowing.grid import (
    Grid,
    UnfitForGridError,
    joined_to,
    on_grid,
    request_windows,
    sample_grid,
)
from traffic.windowing.observations import align_days, observe
from warehouse import Warehouse, Within

Unfit = UnfitForGridError
Span = tuple[datetime, datetime]
WEB_LOG_UNITS = {"bytes": "byte", "requests": "request"}
_CONTEXT = timedelta(days=HISTORY_DAYS)
_ALL: Span = (datetime(1900, 1, 1), datetime(2200, 1, 1))


@dataclass(frozen=True)
class Part:
    """A part of one series, whole local days of it, or why there is none.

    Parameters
    ----------
    label, unit : str
        Name within the source, and unit.
    capacity : float or None
        In that unit.
    fault : str or None
        Why no grid can hold the series, or no flag be set.
    phase_seconds : int or None
        Offset of its grid.
    remark : str or None
        What was odd about the records.
    observations, days : polars.DataFrame or None
        Rows of ``series.observations`` and ``series.day_ensemble``.
    """

    label: str
    unit: str
    capacity: float | None = None
    fault: str | None = None
    phase_seconds: int | None = None
    remark: str | None = None
    observations: pl.DataFrame | None = None
    days: pl.DataFrame | None = None


def parts_of_source(
    warehouse: Warehouse, source: Source, new: NewRows, former: pl.DataFrame
) -> Iterator[Part]:
    """Yield the parts of a source's series that new rows change.

    Parameters
    ----------
    warehouse : Warehouse
        Holds the raw rows and the series as they are.
    source : WebLog or Export
        The source.
    new : NewRows
        What is new.
    former : polars.DataFrame
        The catalog's rows of the source; empty where its series are made anew.
    """
    entries = {entry["series_id"]: entry for entry in former.iter_rows(named=True)}
    for span in [_ALL] if new.is_anew else new.spans:
        grids = _web_log_grids if isinstance(source, WebLog) else _export_grids
        for label, unit, grid in grids(warehouse, source, span, entries):  # type: ignore[arg-type]
            series_id = f"{source.name}/{label}"
            part = _part(warehouse, source, label, unit, grid, entries.get(series_id))
            if part.observations is not None:  # the next part stands beside this one
                entries[series_id] = _grown(entries.get(series_id), series_id, part, part.observations)
            yield part


def _grown(
    entry: dict[str, Any] | None, series_id: str, part: Part, observations: pl.DataFrame
) -> dict[str, Any]:
    first, last = observations["at_utc"][0], observations["at_utc"][-1]
    if entry is not None:
        first, last = min(first, entry["first_utc"]), max(last, entry["last_utc"])
    return {
        "series_id": series_id,
        "unit": part.unit,
        "phase_seconds": part.phase_seconds,
        "first_utc": first,
        "last_utc": last,
    }


def _web_log_grids(
    warehouse: Warehouse, source: WebLog, span: Span, _: dict[str, Any]
) -> Iterator[tuple[str, str, Grid | Unfit]]:
    start, end = (_floor(at, source.step) for at in span)
    end += timedelta(seconds=source.step)
    coverage = loaded_spans(warehouse, source.name).filter(
        pl.col("first_utc") < end, pl.col("last_utc") >= start
    )
    where = {"source": source.name, "at_utc": Within(start, end)}
    if coverage.is_empty():
        return
    requests = _requests(warehouse, where)
    if requests is None:
        return
    try:
        found = request_windows(requests, coverage, source.step, source.silence)
        if found["requests"].stray and (again := _requests(warehouse, where)) is not None:
            # A file with a stray stamp covers no more than its other requests span.
            coverage = covered_spans(warehouse, source.name, *_ends(found["requests"]))
            found = request_windows(again, coverage, source.step, source.silence)
        grids: dict[str, Grid | Unfit] = {**found}
    except UnfitForGridError as error:
        grids = dict.fromkeys(WEB_LOG_UNITS, error)
    for label, unit in WEB_LOG_UNITS.items():
        yield label, unit, grids[label]


def _requests(warehouse: Warehouse, where: dict[str, Any]) -> Iterator[pl.DataFrame] | None:
    batches = warehouse.batches("raw.web_requests", ("at_utc", "bytes_sent"), where)
    first = next(batches, None)
    return None if first is None or first.is_empty() else chain([first], batches)


def _ends(grid: Grid) -> Span:
    at_utc = grid.frame["at_utc"]
    return at_utc[0], at_utc[-1] + timedelta(seconds=grid.step_seconds)


def _export_grids(
    warehouse: Warehouse, source: Export, span: Span, entries: dict[str, Any]
) -> Iterator[tuple[str, str, Grid | Unfit]]:
    samples = warehouse.query(
        "SELECT series_id, at_utc, value, unit FROM raw.provider_samples "
        "WHERE source = ? AND superseded_by IS NULL AND at_utc BETWEEN ? AND ? ORDER BY series_id, at_utc",
        [source.name, *span],
    )
    for part in samples.partition_by("series_id", maintain_order=True):
        series_id = str(part["series_id"][0])
        label = series_id.removeprefix(f"{source.name}/")
        entry = entries.get(series_id)
        unit = str(part["unit"][-1] if entry is None else entry["unit"])
        phase = None if entry is None else entry["phase_seconds"]
        try:
            grid = _sample_grid(source, label, unit, _in_unit(part, unit, source.step), phase)
        except UnfitForGridError as error:
            yield label, unit, error
        else:
            if grid is not None:
                yield label, unit, grid


def _in_unit(samples: pl.DataFrame, unit: str, step_seconds: int) -> pl.DataFrame:
    """Express samples in the unit of their series, where a file or the settings once gave them another."""
    units = samples["unit"].unique().sort().to_list()
    try:
        factors = {name: 1.0 if name == unit else convert(f"1 {name}", unit, step_seconds) for name in units}
    except ValueError as error:
        raise UnfitForGridError(
            f"its samples are in units that do not go together, {', '.join(units)} ({error}): "
            "give them sources of their own"
        ) from error
    return samples.with_columns(value=pl.col("value") * pl.col("unit").replace_strict(factors))


def _sample_grid(
    source: Export, label: str, unit: str, samples: pl.DataFrame, phase: int | None
) -> Grid | None:
    if source.measures != "counter":
        return sample_grid(samples, source.step, phase)
    capacity = _capacity(source, label, unit)
    volumes = counter_volumes(samples, source.step, bits=source.counter_bits, capacity_per_step=capacity)
    if phase is None and volumes["value"].is_null().all():
        raise UnfitForGridError("its counter has no two readings in a row")
    # Between readings that are far apart nothing is known; a reset takes back what was counted before it.
    volumes = volumes.filter(pl.col("cause").ne_missing(COUNTER_GAP))
    if volumes.is_empty():
        return None
    grid = sample_grid(volumes, source.step, phase)
    resets = volumes.filter(pl.col("cause") == COUNTER_RESET).select("cause", at_utc=on_grid(grid, "at_utc"))
    causes = resets.unique("at_utc").join(grid.frame.filter(~pl.col("is_observed")), on="at_utc", how="semi")
    frame = grid.frame.join(causes, on="at_utc", how="left", maintain_order="left")
    return replace(grid, frame=frame)


def _part(
    warehouse: Warehouse,
    source: Source,
    label: str,
    unit: str,
    grid: Grid | Unfit,
    entry: dict[str, Any] | None,
) -> Part:
    try:
        capacity = _capacity(source, label, unit)
    except UnfitForGridError as error:
        return Part(label, unit, fault=str(error))
    if isinstance(grid, UnfitForGridError):
        return Part(label, unit, capacity, fault=str(grid))
    try:
        observations = _flagged(warehouse, source, capacity, grid, entry)
    except UnfitForGridError as error:
        return Part(label, unit, capacity, fault=str(error))
    return Part(
        label=label,
        unit=unit,
        capacity=capacity,
        phase_seconds=grid.phase_seconds,
        remark=_remark(grid),
        observations=observations,
        days=align_days(observations, source.time_zone, source.step),
    )


def _capacity(source: Source, label: str, unit: str) -> float | None:
    """Return a capacity; one that does not go with a unit that only the files tell lets no flag be set."""
    try:
        return source.capacity_of(label, unit, source.step)
    except ValueError as error:
        raise UnfitForGridError(f"its capacity cannot be read: {error}") from error


def _flagged(
    warehouse: Warehouse,
    source: Source,
    capacity: float | None,
    grid: Grid,
    entry: dict[str, Any] | None,
) -> pl.DataFrame:
    if entry is None:
        return observe(grid.frame, source.time_zone, source.step, capacity)
    frame = joined_to(grid.frame, source.step, entry["first_utc"], entry["last_utc"])
    first, last = frame["at_utc"][0], frame["at_utc"][-1]
    around = warehouse.read(
        "series.observations",
        ("at_utc", "value", "is_observed", "cause"),
        {"series_id": entry["series_id"], "at_utc": Within(first - _CONTEXT, last + _CONTEXT)},
    )
    whole = pl.concat([frame, around.join(frame, on="at_utc", how="anti")], how="diagonal").sort("at_utc")
    observed = observe(whole, source.time_zone, source.step, capacity)
    # The flags of a day come from one look at it: every day that has a new row is written whole.
    local_date = pl.col("at_utc").dt.replace_time_zone("UTC").dt.convert_time_zone(source.time_zone).dt.date()
    touched = frame.select(pl.col("at_utc").min().alias("first"), pl.col("at_utc").max().alias("last"))
    dates = touched.with_columns(
        pl.all().dt.replace_time_zone("UTC").dt.convert_time_zone(source.time_zone).dt.date()
    ).row(0)
    return observed.filter(local_date.is_between(*dates))


def _remark(grid: Grid) -> str | None:
    notes = []
    if grid.moved:
        notes.append(f"{grid.moved:,} samples stood off the grid and went to the nearest point")
    if grid.shared:
        notes.append(f"{grid.shared:,} samples gave way to a later one for the same time: is step too long?")
    if grid.stray:
        notes.append(f"{grid.stray:,} records lie far before or after all others and are left out")
    return "; ".join(notes) or None


def _floor(at: datetime, step_seconds: int) -> datetime:
    since = int((at - datetime(1970, 1, 1)).total_seconds())
    return datetime(1970, 1, 1) + timedelta(seconds=since // step_seconds * step_seconds)
