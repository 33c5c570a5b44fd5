"""One series' trouble is its own: a batch whose work fails is worked on series by series.

That, and putting the rows of parts together, belong here; what the work is, to the modules of the families.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from traffic.windowing.series_batch import SeriesBatch

Frames = dict[str, pl.DataFrame]


def isolated(
    work: Callable[[SeriesBatch], Frames], refused: Callable[[dict[str, str]], Frames], batch: SeriesBatch
) -> tuple[Frames, dict[str, Exception]]:
    """Work on a batch; where that fails on each series by itself.

    Parameters
    ----------
    work : callable
        Makes the rows of a batch, by table.
    refused : callable
        Makes those of series that could not be worked on, given their reasons.
    batch : SeriesBatch

    Returns
    -------
    frames : dict of str to polars.DataFrame
        By table.
    failures : dict of str to Exception
        By series.
    """
    try:
        return work(batch), {}
    except Exception as error:
        if len(batch.series_ids) == 1:
            (series_id,) = batch.series_ids
            return refused({series_id: f"{type(error).__name__}: {error}"}), {series_id: error}
    found = [isolated(work, refused, batch.part([row])) for row in range(len(batch.series_ids))]
    failures = {name: error for _, failed in found for name, error in failed.items()}
    return joined([frames for frames, _ in found]), failures


def joined(parts: Sequence[Frames]) -> Frames:
    """Put the frames of several batches under one another, table by table."""
    tables = dict.fromkeys(table for part in parts for table in part)
    return {
        table: pl.concat([part[table] for part in parts if table in part], how="diagonal_relaxed")
        for table in tables
    }
