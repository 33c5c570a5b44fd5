"""Readings of a counter that only grows, to the volume of each step: wraps, resets, gaps, uneven polling.

A counter says how much has passed since a device began to count. What passed between two readings belongs
to the step that begins at the first of them. Which series are counters is the source's to say; values that a
capacity rules out are flagged in ``flags``.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

VOLUME_SCHEMA = pl.Schema({"at_utc": pl.Datetime("us"), "value": pl.Float64(), "cause": pl.String()})
COUNTER_RESET = "counter_reset"
COUNTER_GAP = "counter_gap"
# Two readings of neighbouring steps lie at most this many steps apart; further apart, one is missing between.
LONGEST_INTERVAL_STEPS = 1.5
_MICRO = 1_000_000


def counter_volumes(
    readings: pl.DataFrame,
    step_seconds: int,
    *,
    bits: Literal[32, 64] | None = None,
    capacity_per_step: float | None = None,
) -> pl.DataFrame:
    """Take the differences of a counter's readings.

    A reading below the one before it is a wrap where the counter's range makes that plausible: the range
    less the earlier reading, plus the later one, is no more than the capacity allows in the interval, or,
    without a capacity, less than half the range. Any other fall is a reset: the counter began again at an
    unknown time, and what passed in the interval is missing. Of the readings of one time the last one stands.

    An interval shorter or longer than a step, up to 1.5 steps, is scaled to the step: value times step over
    interval. A longer interval has at least one reading missing in it: none of its steps has a value, for how
    it was spread over them is not known. Values above 2**53 are rounded by the reading itself, by at most
    2,048 in 2**64.

    Parameters
    ----------
    readings : polars.DataFrame
        ``at_utc`` (Datetime) and ``value`` (Float64, null where missing) of one series, ascending in time.
    step_seconds : int
        The series' step.
    bits : {32, 64, None}
        Range of the counter; None if it is not known: every fall is then a reset.
    capacity_per_step : float or None
        The most that can pass in a step, in the counter's own unit.

    Returns
    -------
    polars.DataFrame
        ``at_utc``, ``value``, ``cause``; one row for each reading but the last, at that reading's time.
        ``value`` is the volume of the step that begins there, in the counter's unit; it is null where
        ``cause`` says ``counter_reset`` (a fall that is no wrap) or ``counter_gap`` (the next reading is more
        than 1.5 steps away). ``cause`` is null elsewhere.
    """
    kept = readings.select("at_utc", "value").drop_nulls().unique("at_utc", keep="last", maintain_order=True)
    interval = (pl.col("at_utc").shift(-1) - pl.col("at_utc")).dt.total_microseconds() / _MICRO
    steps = interval / step_seconds
    grown = pl.col("value").shift(-1) - pl.col("value")
    amount = pl.when(grown >= 0).then(grown).otherwise(_wrapped(bits, capacity_per_step, steps))
    cause = (
        pl.when(steps > LONGEST_INTERVAL_STEPS)
        .then(pl.lit(COUNTER_GAP))
        .when(amount.is_null())
        .then(pl.lit(COUNTER_RESET))
    )
    volumes = kept.select("at_utc", amount=amount / steps, cause=cause).head(max(kept.height - 1, 0))
    value = pl.when(pl.col("cause").is_null()).then("amount")
    return volumes.select("at_utc", value.alias("value"), "cause").cast(VOLUME_SCHEMA)


def _wrapped(bits: int | None, capacity_per_step: float | None, steps: pl.Expr) -> pl.Expr:
    """Return what passed if a fall is a wrap; null where it is none."""
    if bits is None:
        return pl.lit(None, pl.Float64)
    earlier, later = pl.col("value"), pl.col("value").shift(-1)
    # Range first: the sum of a small reading and 2**64 would lose the reading's own figures.
    amount = (2.0**bits - earlier) + later
    is_in_range = (earlier <= 2.0**bits) & (later >= 0)
    is_plausible = amount < 2.0 ** (bits - 1)
    if capacity_per_step is not None:
        is_plausible = amount <= capacity_per_step * steps
    return pl.when(is_in_range & is_plausible).then(amount)
