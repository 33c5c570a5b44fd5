"""Rows of ``planning.congestion`` of a batch of series, and what their replays say of such probabilities.

A pure function of a batch that any process can run. The tables are written in ``planning``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from assets.forecast_frames import spans
from traffic.planning.congestion import REPLAYED_NIGHTS, ReplayedNight, congestion_batch
from traffic.planning.congestion_frames import window_rows
from traffic.planning.reliability import NightSums
from traffic.planning.windows import HOUR, NIGHT, SLOT, WINDOWS
from traffic.windowing.regular_series import DAY_SECONDS
from traffic.windowing.series_batch import SeriesBatch

CONGESTION, RELIABILITY = "planning.congestion", "planning.reliability"
Evidence = dict[str, list[NightSums]]
_DAY: Final = timedelta(seconds=DAY_SECONDS)


def congestion_frames(
    batch: SeriesBatch,
    issued_at_utc: datetime,
    capacities: Mapping[str, float],
    thresholds: Sequence[float],
    country: str | None = None,
) -> tuple[dict[str, pl.DataFrame], Evidence]:
    """Say how likely the series of a batch are to be congested, and how earlier nights' probabilities held.

    Parameters
    ----------
    batch : SeriesBatch
        Known before ``issued_at_utc``; each of its series has a capacity.
    issued_at_utc : datetime
        The night's midnight, naive UTC.
    capacities : mapping of str to float
        By series, in its own unit.
    thresholds : sequence of float
        Shares of the capacity.
    country : str, optional
        Whose public holidays are forecast from Sundays and earlier holidays.

    Returns
    -------
    frames : dict of str to polars.DataFrame
        Rows of ``planning.congestion``, without the night's midnight.
    evidence : dict of str to list of NightSums
        By window; empty where no earlier night could be replayed.
    """
    span = next(spans(batch, issued_at_utc, country))
    n_targets = int((span.target_utc < issued_at_utc + _DAY).sum())
    # A step as long as the day may begin after it; then its first target stands for the night.
    target, column = span.target_utc.head(max(n_targets, 1)), span.column[: max(n_targets, 1)]
    capacity = np.array([capacities[name] for name in batch.series_ids])
    shares = np.array(thresholds)
    ahead, replays = congestion_batch(
        span.histories, span.step_seconds, capacity[:, None] * shares, REPLAYED_NIGHTS
    )
    found = window_rows(ahead, column, shares, capacity)
    names = pl.Series("series_id", list(batch.series_ids), pl.String)
    rows = found.select(
        names[found["series"]].alias("series_id"),
        "window",
        target[found["target"]].alias("target_utc"),
        "threshold",
        "capacity",
        "probability_above",
        "expected_peak",
    )
    return {CONGESTION: rows.filter(pl.col("probability_above").is_not_nan())}, _evidence(replays)


def reliability_rows(evidence: Sequence[Evidence]) -> pl.DataFrame:
    """Put the evidence of all series together.

    Parameters
    ----------
    evidence : sequence of dict
        As ``congestion_frames`` returns it, part by part.

    Returns
    -------
    polars.DataFrame
        Rows of ``planning.reliability``, without the night's midnight.
    """
    rows = []
    for window in WINDOWS:
        sums = [one for part in evidence for one in part.get(window, [])]
        if sums:
            rows.append(NightSums.added(sums).table().with_columns(window=pl.lit(window)))
    return pl.concat(rows) if rows else pl.DataFrame()


def _evidence(replays: Sequence[ReplayedNight]) -> Evidence:
    found: Evidence = {}
    for replay in replays:
        night = replay.nights_ago - 1
        of_window = {
            SLOT: (replay.slots, replay.slots_came),
            HOUR: (replay.windows[..., :-1], replay.windows_came[..., :-1]),
            NIGHT: (replay.windows[..., -1:], replay.windows_came[..., -1:]),
        }
        for window, (probability, came) in of_window.items():
            if probability.size:
                at = np.full(probability.shape, night)
                sums = NightSums.of(probability, came, at, REPLAYED_NIGHTS)
                found.setdefault(window, []).append(sums)
    return {window: [NightSums.added(sums)] for window, sums in found.items()}
