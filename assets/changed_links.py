"""Links of a home for a what-if: whole histories, read between nights.

What becomes of a link, and what is asked of it, stand in ``traffic.planning``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assets.known_series import KnownSeries, Read, UnknownSeriesError, known_series
from traffic.parsing.quantity import limit_in
from traffic.planning.links import Link

_HISTORY = """
    SELECT at_utc, CASE WHEN cause IS NULL THEN value END AS value FROM series.observations
    WHERE series_id = $1 AND at_utc < $2 ORDER BY at_utc
"""


def read_links(read: Read, series_ids: Sequence[str]) -> tuple[KnownSeries, list[Link]]:
    """Read links with all that is known of them.

    Parameters
    ----------
    read : callable
        Reads the warehouse, or the published copy, whose observations are of the last sixty days.
    series_ids : sequence of str
        The link that is asked about, then those whose loads come onto it.

    Returns
    -------
    first : KnownSeries
        The first one.
    links : list of Link
        In their order.

    Raises
    ------
    UnknownSeriesError
        If there is no such series, or nothing is known of one.
    """
    found = [known_series(read, series_id) for series_id in series_ids]
    links = []
    for series in found:
        rows = read(_HISTORY, [series.series_id, series.issued_at_utc])
        if rows["value"].null_count() == rows.height:
            raise UnknownSeriesError(f"the series {series.series_id!r} has no usable value")
        value = rows["value"].fill_null(np.nan).to_numpy()
        links.append(
            Link(
                series_id=series.series_id,
                unit=series.unit,
                start_utc=rows["at_utc"][0],
                step_seconds=series.step_seconds,
                time_zone=series.batch.time_zone,
                value=np.where(value < 0, np.nan, value),
                capacity=series.entry["capacity"],
            )
        )
    return found[0], links


def capacity_in(quantity: str, link: Link) -> float:
    """Express a capacity such as ``20 Gbit/s`` in the unit of a link.

    Raises
    ------
    ValueError
        If it is no quantity above zero, or of another kind than the link's.
    """
    try:
        capacity = limit_in(quantity, link.unit, link.step_seconds, link.series_id)
    except ValueError as error:
        raise ValueError(
            f"the capacity {quantity!r} of {link.series_id!r} cannot be read ({error}); write a number and a "
            f"unit such as '20 Gbit/s', of the kind of {link.unit!r}"
        ) from None
    if not (np.isfinite(capacity) and capacity > 0):
        raise ValueError(f"the capacity {quantity!r} must be above 0")
    return capacity
