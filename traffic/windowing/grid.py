"""Regular grids: requests counted in windows, samples put on their own step and phase, gaps marked.

Missing is never zero. What the values mean is decided in ``flags``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from traffic.windowing.strays import Bounds, bounds

GRID_SCHEMA = {"at_utc": pl.Datetime("us"), "value": pl.Float64, "is_observed": pl.Boolean}
# 19 years of two-minute windows; a stray stamp of 1970 makes more, and would fill the memory with zeros.
MAX_GRID_POINTS = 5_000_000
_MICRO = 1_000_000


class UnfitForGridError(ValueError):
    """A series that no regular grid can hold, or none with its flags; the message says why."""


@dataclass(frozen=True)
class Grid:
    """A series on its regular grid.

    Parameters
    ----------
    frame : polars.DataFrame
        ``at_utc``, ``value``, ``is_observed``; one row a grid point, ascending, without holes.
    step_seconds, phase_seconds : int
        Spacing, and the grid's offset against whole steps since 1970.
    moved, shared : int
        Samples that stood off the grid and went to the nearest point; samples that gave way to a later
        one of another value at the same point.
    stray : int
        Records before or after all others by more than a week, fewer than one in a hundred and within an
        hour: the clock that stamped them was wrong, and they are left out.
    """

    frame: pl.DataFrame
    step_seconds: int
    phase_seconds: int
    moved: int = 0
    shared: int = 0
    stray: int = 0


def request_windows(
    requests: Iterable[pl.DataFrame], coverage: pl.DataFrame, step_seconds: int, silence_seconds: int
) -> dict[str, Grid]:
    """Sum the requests of a web log in half-open windows on the clock.

    A window without requests is a true zero where the log's files cover it, and missing where they do
    not (constant-volatility post, step A2).

    Parameters
    ----------
    requests : iterable of polars.DataFrame
        Parts of the log: ``at_utc`` and ``bytes_sent`` (null where the log has none), in any order. One is
        held at a time.
    coverage : polars.DataFrame
        ``first_utc`` and ``last_utc`` of each file of the log.
    step_seconds : int
        Width of a window.
    silence_seconds : int
        A silence between two files that is longer than this is missing, not zero.

    Returns
    -------
    dict of str to Grid
        ``bytes`` (byte a step) and ``requests`` (request a step).

    Raises
    ------
    UnfitForGridError
        If there is no request, or the span holds more than 5 million windows.
    """
    window = _floor(pl.col("at_utc"), step_seconds).alias("at_utc")
    parts = [
        # Whole numbers add up to the same sum in any order.
        part.group_by(window).agg(bytes=pl.col("bytes_sent").sum(), requests=pl.len().cast(pl.Int64))
        for part in requests
    ]
    if not any(part.height for part in parts):
        raise UnfitForGridError("there is no record")
    sums = pl.concat(parts).group_by("at_utc").agg(pl.col("bytes", "requests").sum().cast(pl.Float64))
    found = _bounds_of(sums.select("at_utc", weight="requests"))
    end = found.last_utc + timedelta(seconds=step_seconds, microseconds=-1)
    clipped = coverage.drop_nulls().with_columns(
        pl.max_horizontal("first_utc", pl.lit(found.first_utc)), pl.min_horizontal("last_utc", pl.lit(end))
    )
    spans = _spans(clipped.filter(pl.col("first_utc") <= pl.col("last_utc")), silence_seconds)
    covered = _covered_windows(spans, step_seconds)
    covered = covered.join(sums, on="at_utc", how="left").with_columns(is_observed=pl.lit(True))
    frame = _without_holes(covered, step_seconds)
    value = {name: pl.when("is_observed").then(pl.col(name).fill_null(0.0)) for name in ("bytes", "requests")}
    return {
        name: Grid(
            frame.select("at_utc", values.alias("value"), "is_observed"), step_seconds, 0, stray=found.stray
        )
        for name, values in value.items()
    }


def sample_grid(samples: pl.DataFrame, step_seconds: int, phase_seconds: int | None = None) -> Grid:
    """Put the samples of an export on the regular grid of its own phase.

    Parameters
    ----------
    samples : polars.DataFrame
        ``at_utc`` and ``value``; of several at one point the last row with a value stands. A null value
        makes a point that is missing.
    step_seconds : int
        The export's step.
    phase_seconds : int, optional
        Offset of the grid against whole steps since 1970; the samples' most frequent one by default.

    Returns
    -------
    Grid
        From the first sample to the last; a point without a sample has ``is_observed`` false.

    Raises
    ------
    UnfitForGridError
        If the span holds more than 5 million points, which a wrong year or step makes.
    """
    found = _bounds_of(samples["at_utc"].value_counts(name="weight"))
    samples = samples.filter(pl.col("at_utc").is_between(found.first_utc, found.last_utc))
    seconds = samples["at_utc"].dt.epoch("us")
    step = step_seconds * _MICRO
    usual = int((seconds % step).mode().min())  # type: ignore[arg-type]
    phase = usual if phase_seconds is None else phase_seconds * _MICRO
    nearest = ((seconds - phase + step // 2) // step) * step + phase
    moved = int((nearest != seconds).sum())
    placed = samples.select("value").with_columns(at_utc=nearest.cast(pl.Datetime("us")))
    is_observed = pl.col("value").is_not_null()
    placed = placed.unique(["at_utc", "value"], keep="last", maintain_order=True)
    placed = placed.sort(is_observed, maintain_order=True)
    kept = placed.unique("at_utc", keep="last", maintain_order=True).sort("at_utc")
    frame = _without_holes(kept.with_columns(is_observed=is_observed), step_seconds)
    return Grid(
        frame=frame.select(GRID_SCHEMA.keys()),
        step_seconds=step_seconds,
        phase_seconds=phase // _MICRO,
        moved=moved,
        shared=placed["value"].count() - kept["value"].count(),
        stray=found.stray,
    )


def _bounds_of(times: pl.DataFrame) -> Bounds:
    at_utc = pl.col("at_utc")
    found = bounds(times.select(first_utc=at_utc, last_utc=at_utc, weight="weight"))
    if found is None:
        raise UnfitForGridError("there is no record")
    return found


def on_grid(grid: Grid, column: str) -> pl.Expr:
    """Return the point of a grid that is nearest to a column's times."""
    step, phase = grid.step_seconds * _MICRO, grid.phase_seconds * _MICRO
    microseconds = pl.col(column).dt.epoch("us")
    return (((microseconds - phase + step // 2) // step) * step + phase).cast(pl.Datetime("us"))


def joined_to(
    frame: pl.DataFrame, step_seconds: int, former_first_utc: datetime, former_last_utc: datetime
) -> pl.DataFrame:
    """Reach from a part of a grid to the part that is there, with points that say that they are missing.

    Parameters
    ----------
    frame : polars.DataFrame
        ``at_utc``, ``value``, ``is_observed`` of the new part, without holes.
    step_seconds : int
        The grid's spacing.
    former_first_utc, former_last_utc : datetime
        First and last point of the part that is there.

    Returns
    -------
    polars.DataFrame
        The new part, and the points between it and the former one if they do not touch.

    Raises
    ------
    UnfitForGridError
        If the two parts together hold too many points.
    """
    step = timedelta(seconds=step_seconds)
    first, last = frame["at_utc"][0], frame["at_utc"][-1]
    ends = [former_last_utc + step] if first > former_last_utc else []
    ends += [former_first_utc - step] if last < former_first_utc else []
    whole = pl.Series([min(first, former_first_utc), max(last, former_last_utc)], dtype=pl.Datetime("us"))
    _check_size(whole, whole, step_seconds)
    edges = pl.DataFrame({"at_utc": ends}, schema={"at_utc": pl.Datetime("us")}).join(
        frame, on="at_utc", how="anti"
    )
    return _without_holes(pl.concat([frame, edges], how="diagonal").sort("at_utc"), step_seconds)


def _floor(at: pl.Expr, step_seconds: int) -> pl.Expr:
    step = step_seconds * _MICRO
    return (at.dt.epoch("us") // step * step).cast(pl.Datetime("us"))


def _spans(coverage: pl.DataFrame, silence_seconds: int) -> pl.DataFrame:
    # Files whose spans overlap, or follow one another within the silence, cover one unbroken span.
    ordered = coverage.drop_nulls().sort("first_utc")
    covered_until = pl.col("last_utc").cum_max().shift(1)
    is_new = (pl.col("first_utc") - covered_until) > pl.duration(seconds=silence_seconds)
    return (
        ordered.with_columns(span=is_new.fill_null(value=False).cast(pl.Int32).cum_sum())
        .group_by("span", maintain_order=True)
        .agg(pl.col("first_utc").min(), pl.col("last_utc").max())
    )


def _covered_windows(spans: pl.DataFrame, step_seconds: int) -> pl.DataFrame:
    first, last = _floor(pl.col("first_utc"), step_seconds), _floor(pl.col("last_utc"), step_seconds)
    bounds = spans.select(first=first, last=last)
    _check_size(bounds["first"], bounds["last"], step_seconds)
    windows = bounds.select(at_utc=pl.datetime_ranges("first", "last", f"{step_seconds}s")).explode("at_utc")
    return windows.unique("at_utc").sort("at_utc").cast({"at_utc": pl.Datetime("us")})


def _without_holes(frame: pl.DataFrame, step_seconds: int) -> pl.DataFrame:
    _check_size(frame["at_utc"], frame["at_utc"], step_seconds)
    times = frame.select(
        pl.datetime_range(pl.min("at_utc"), pl.max("at_utc"), f"{step_seconds}s", time_unit="us")
    )
    grid = times.join(frame, on="at_utc", how="left", maintain_order="left")
    return grid.with_columns(pl.col("is_observed").fill_null(value=False))


def _check_size(first: pl.Series, last: pl.Series, step_seconds: int) -> None:
    span = pl.DataFrame({"begin": [first.min()], "end": [last.max()]})
    points = span.select((pl.col("end") - pl.col("begin")).dt.total_seconds() / step_seconds).item()
    if points > MAX_GRID_POINTS:
        raise UnfitForGridError(
            f"from {span['begin'].item()} to {span['end'].item()} there are {points:,.0f} steps of "
            f"{step_seconds} s, more than {MAX_GRID_POINTS:,}: is the step or a year wrong?"
        )
