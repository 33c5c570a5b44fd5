"""Links as a what-if asks of them: a history on its grid, a capacity, and what becomes of them.

Reading a link belongs elsewhere; what is asked of it, to ``whatif``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray


class MismatchedLinksError(ValueError):
    """Links whose loads cannot be added; the message says which, and why."""


@dataclass(frozen=True, eq=False)
class Link:
    """A link and all that is known of its load.

    Parameters
    ----------
    series_id : str
        Its name.
    unit : str
        Of its values.
    start_utc : datetime
        Time of the first value, naive UTC.
    step_seconds : int
        Spacing.
    time_zone : str
        IANA name of the zone in which its days begin and end.
    value : ndarray of shape (time,)
        Measured load, NaN where it is missing or impossible.
    capacity : float or None
        In the unit of the values.
    """

    series_id: str
    unit: str
    start_utc: datetime
    step_seconds: int
    time_zone: str
    value: NDArray[np.float64]
    capacity: float | None

    def before(self, moment_utc: datetime) -> Link:
        """Return the link as it was known at a moment (naive UTC): with the values before it."""
        n_known = -((self.start_utc - moment_utc) // timedelta(seconds=self.step_seconds))
        return replace(self, value=self.value[: max(n_known, 0)])


def changed_link(
    link: Link, others: Sequence[Link] = (), scale: float = 1.0, capacity: float | None = None
) -> Link:
    """Return a link that carries more, or another capacity.

    Parameters
    ----------
    link : Link
        As it is.
    others : sequence of Link
        Whose loads come onto it, as in a failover.
    scale : float
        What the load is multiplied with, that of the others too.
    capacity : float, optional
        The new one, in the unit of the link; the former by default.

    Returns
    -------
    Link
        Named and dated as ``link``. Loads are added in UTC, step by step, from the first to the last step
        that all of them have; one that is missing in any is missing in the sum. A sum is a series of its own,
        so that what its parts do together is in its history.

    Raises
    ------
    MismatchedLinksError
        If units, steps or grids differ, or no time is common to all.
    ValueError
        If the scale or the capacity is not a finite number above zero.
    """
    for name, number in (("scale", scale), ("capacity", capacity)):
        if number is not None and not (np.isfinite(number) and number > 0):
            raise ValueError(f"The {name} {number:g} must be a finite number above 0.")
    for other in others:
        if why := _why_not_added(link, other):
            raise MismatchedLinksError(why)
    step = timedelta(seconds=link.step_seconds)
    start = max(one.start_utc for one in (link, *others))
    first = [(start - one.start_utc) // step for one in (link, *others)]
    n_common = min(one.value.size - at for one, at in zip((link, *others), first, strict=True))
    if n_common < 1:
        names = " and ".join(one.series_id for one in (link, *others))
        raise MismatchedLinksError(f"{names} have no time in common; their loads cannot be added.")
    parts = [one.value[at : at + n_common] for one, at in zip((link, *others), first, strict=True)]
    total = np.sum(parts, axis=0) * scale
    return replace(link, start_utc=start, value=total, capacity=capacity or link.capacity)


def _why_not_added(link: Link, other: Link) -> str | None:
    names = f"{link.series_id} and {other.series_id} cannot be added:"
    if link.series_id == other.series_id:
        return f"{names} they are one series; say scale = 2 for twice its load."
    if link.unit != other.unit:
        return f"{names} the one is in {link.unit}, the other in {other.unit}."
    if link.step_seconds != other.step_seconds:
        return f"{names} their steps are {link.step_seconds:,} s and {other.step_seconds:,} s."
    apart = (other.start_utc - link.start_utc) % timedelta(seconds=link.step_seconds)
    if apart:
        return f"{names} their grids lie {apart.total_seconds():g} s apart."
    return None
