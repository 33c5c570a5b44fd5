"""The 95th-percentile bill of a month: as it stands, and what it will be at month's end.

Methods and figures belong here; which series a bill counts is said by the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from traffic.planning.billing_months import BillingMonth
from traffic.planning.five_minutes import Samples
from traffic.planning.month_ends import LEAST_SOURCE_DAYS, SOURCE_DAYS, rest_of_month
from traffic.planning.percentile import ONE_IN, bill_percentile

Method = Literal["in", "out", "max", "aggregate"]
METHODS: Final[tuple[Method, ...]] = ("in", "out", "max", "aggregate")
N_PATHS: Final = 200
_SAMPLES_A_DAY: Final = 288
_QUANTILES: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class MonthBill:
    """A month's bill by one method.

    Parameters
    ----------
    method : str
        ``in``, ``out``, ``max`` or ``aggregate``.
    n_samples, n_missing, n_dropped : int
        Samples of the month so far that were measured, that are missing, and that the percentile leaves out;
        of ``max`` and ``aggregate``, samples at which both directions were measured, or not.
    to_date : float or None
        Percentile of the month so far.
    q10, q50, q90 : float or None
        Quantiles of the percentile at month's end.
    reason : str or None
        Sentence that says why a figure is missing.
    """

    method: Method
    n_samples: int
    n_missing: int
    n_dropped: int
    to_date: float | None
    q10: float | None
    q50: float | None
    q90: float | None
    reason: str | None


def methods_of(directions: Collection[str]) -> tuple[Method, ...]:
    """Return the methods by which a bill of these directions (``in``, ``out`` or both) can be counted."""
    return METHODS if len(directions) == 2 else tuple(name for name in METHODS if name in directions)


def month_bill(
    directions: Mapping[str, Samples],
    month: BillingMonth,
    issued: int,
    rng: np.random.Generator,
    capacities: Mapping[str, float | None] | None = None,
    n_paths: int = N_PATHS,
    *,
    is_past_capped: bool = False,
) -> list[MonthBill]:
    """Count a month's bill by every method that its directions allow.

    Parameters
    ----------
    directions : mapping of str to Samples
        ``in``, ``out`` or both, in one unit: up to the issue, the last eight weeks with them.
    month : BillingMonth
        That holds the issue, or has ended by then.
    issued : int
        Number of the first sample that is not known.
    rng : numpy.random.Generator
    capacities : mapping of str to float or None, optional
        By direction: no path goes beyond.
    n_paths : int
        Paths of the rest of the month.
    is_past_capped : bool
        Whether the samples so far count no more than the capacity either, as of a load that was supposed and
        not measured.

    Returns
    -------
    list of MonthBill
        In the order of ``METHODS``.

    Notes
    -----
    A missing sample is neither zero nor counted: the rank is that of the samples that there are. The sums of
    ``aggregate`` need both directions. At month's end the samples so far stand, the rest is drawn
    (``rest_of_month``), and each path has a percentile of its own; a month that is over has one figure.
    """
    known_until = min(max(issued, month.start), month.end)
    so_far = {name: samples.between(month.start, known_until) for name, samples in directions.items()}
    most = {name: np.inf if (cap := (capacities or {}).get(name)) is None else cap for name in directions}
    if is_past_capped:
        so_far = {name: np.minimum(samples, most[name]) for name, samples in so_far.items()}
    rest: Mapping[str, NDArray[np.float64]] | None = {}
    if month.end > known_until:
        rest = _rest(directions, month, known_until, rng, most, n_paths)
    return [_bill(method, so_far, rest) for method in methods_of(directions)]


def _rest(
    directions: Mapping[str, Samples],
    month: BillingMonth,
    issued: int,
    rng: np.random.Generator,
    most: Mapping[str, float],
    n_paths: int,
) -> Mapping[str, NDArray[np.float64]] | None:
    start = issued - SOURCE_DAYS * _SAMPLES_A_DAY
    history = np.stack([samples.between(start, issued) for samples in directions.values()])
    drawn = rest_of_month(history, issued, month.end, month.time_zone, n_paths, rng)
    if drawn is None:
        return None
    return {name: np.minimum(paths, most[name]) for name, paths in zip(directions, drawn, strict=True)}


def _bill(
    method: Method, so_far: Mapping[str, NDArray[np.float64]], rest: Mapping[str, NDArray[np.float64]] | None
) -> MonthBill:
    counted = so_far[method] if method in so_far else so_far["in"] + so_far["out"]
    n_samples = int(np.count_nonzero(~np.isnan(counted)))
    to_date = _percentile(method, so_far)
    at_end: tuple[float | None, ...] = (None, None, None)
    reason = None if n_samples else "No sample of the month is measured yet: nothing stands so far."
    if rest is None:
        why = (
            f"Fewer than {LEAST_SOURCE_DAYS} days of the last eight weeks were measured: none at month's end."
        )
        reason = f"{reason} {why}" if reason else why
    else:
        last = _at_end(method, so_far, rest)
        if not np.isnan(last).any():
            at_end = tuple(float(one) for one in np.quantile(last, _QUANTILES))
    return MonthBill(
        method=method,
        n_samples=n_samples,
        n_missing=counted.size - n_samples,
        n_dropped=n_samples // ONE_IN,
        to_date=None if np.isnan(to_date) else float(to_date),
        q10=at_end[0],
        q50=at_end[1],
        q90=at_end[2],
        reason=reason,
    )


def _percentile(method: Method, samples: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Percentile along the last axis by a method."""
    if method == "max":
        return np.maximum(bill_percentile(samples["in"]), bill_percentile(samples["out"]))
    counted = samples["in"] + samples["out"] if method == "aggregate" else samples[method]
    return bill_percentile(counted)


def _at_end(
    method: Method, so_far: Mapping[str, NDArray[np.float64]], rest: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Percentile of the whole month on every path; one where nothing is left to draw."""
    if not rest:
        return np.atleast_1d(_percentile(method, so_far))
    joined = {}
    for name, drawn in rest.items():
        past = np.broadcast_to(so_far[name], (drawn.shape[0], so_far[name].size))
        joined[name] = np.concatenate([past, drawn], axis=1)
    return _percentile(method, joined)
