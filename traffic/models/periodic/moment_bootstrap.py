"""The tests by slot for dependent values of any law, by resampling blocks.

P-values that need no independence and no normal law belong here; they cost a few hundred passes. The tests
whose statistics they judge belong to ``moment_tests``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.moment_tests import SlotTest, mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import PeriodicMoments, deviations, has_spread, periodic_moments

N_REPLICATIONS: Final = 199
"""A p-value of 0.05 has a standard error of 0.015, which serves a verdict at 5 %."""

_Test: TypeAlias = Callable[[PeriodicMoments], SlotTest]


def mean_by_slot_bootstrap(
    values: NDArray[np.float64],
    slot: NDArray[np.int64],
    n_slots: int,
    block_length: int,
    rng: np.random.Generator,
    n_replications: int = N_REPLICATIONS,
) -> SlotTest:
    """Test that the mean does not depend on the slot, for dependent values.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    block_length : int
        Steps of a block: longer than the dependence lasts, and much shorter than the record.
    rng : numpy.random.Generator
        Source of the blocks' starts, which all series share.
    n_replications : int
        Resampled records.

    Returns
    -------
    SlotTest
        F of ``mean_by_slot_test``, its p-value being (1 + records with an F as large) / (1 + records).

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or no block fits.

    Notes
    -----
    Circular block bootstrap (Politis and Romano 1992) of the deviations from the periodic mean: blocks start
    anywhere, so that a resampled record keeps the dependence and knows no slot.
    """
    moments = periodic_moments(values, slot, n_slots)
    null = deviations(values, slot, moments)
    return _bootstrap(mean_by_slot_test, moments, null, slot, _Blocks(block_length, n_replications, rng))


def variance_by_slot_bootstrap(
    values: NDArray[np.float64],
    slot: NDArray[np.int64],
    n_slots: int,
    block_length: int,
    rng: np.random.Generator,
    n_replications: int = N_REPLICATIONS,
) -> SlotTest:
    """Test that the variance does not depend on the slot, for dependent values of any law.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    block_length : int
        Steps of a block, as in ``mean_by_slot_bootstrap``.
    rng : numpy.random.Generator
        Source of the blocks' starts, which all series share.
    n_replications : int
        Resampled records.

    Returns
    -------
    SlotTest
        B of ``variance_by_slot_test``, its p-value being (1 + records with a B as large) / (1 + records).

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or no block fits.

    Notes
    -----
    As ``mean_by_slot_bootstrap``, of the deviations over their slot's standard deviation. Their law is that
    of the values, so heavy tails do not pass for unequal variances as they do with Bartlett's own p-value.
    It needs many cycles, as deviations over their own slot's standard deviation have lighter tails than the
    values: for Student's law of 5 degrees of freedom 60 cycles leave a level of 5 % at about 13 %, 200 cycles
    at 9 %, 800 bring it to 5 % (Bartlett's own p-value stays at 16 %); for normal values it is 7 %, 6 % and
    5 %.
    """
    moments = periodic_moments(values, slot, n_slots)
    std = np.where(has_spread(moments), moments.std, np.nan)
    null = deviations(values, slot, moments) / std[:, slot]
    return _bootstrap(variance_by_slot_test, moments, null, slot, _Blocks(block_length, n_replications, rng))


class _Blocks:
    """Draws the times of resampled records."""

    def __init__(self, length: int, n_records: int, rng: np.random.Generator) -> None:
        self.length, self.n_records, self.rng = length, n_records, rng

    def times(self, n: int) -> NDArray[np.int64]:
        """Successive blocks from random starts, the end of the record followed by its beginning."""
        if not 1 <= self.length < max(n, 1):
            raise ValueError(
                f"A block of {self.length} steps does not fit a record of {n}; give 1 to {n - 1}."
            )
        starts = self.rng.integers(0, n, size=-(-n // self.length))
        return np.asarray(((starts[:, None] + np.arange(self.length)) % n).ravel()[:n], dtype=np.int64)


def _bootstrap(
    test: _Test,
    moments: PeriodicMoments,
    null: NDArray[np.float64],
    slot: NDArray[np.int64],
    blocks: _Blocks,
) -> SlotTest:
    observed = test(moments).statistic
    as_large = np.zeros(observed.size)
    for _ in range(blocks.n_records):
        resampled = null[:, blocks.times(slot.size)]
        as_large += test(periodic_moments(resampled, slot, moments.mean.shape[1])).statistic >= observed
    p_value = (1.0 + as_large) / (1.0 + blocks.n_records)
    return SlotTest(observed, np.where(np.isnan(observed), np.nan, p_value))
