"""Capacities that the loads themselves contradict: too many of the newest values lie above them.

A single value above the capacity cannot be and is flagged, in ``traffic.windowing.observations``; that so
many cannot be says that the capacity is wrong, and is judged here. What becomes of such a series is the
catalog's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from assets.quantity_text import quantity_text
from warehouse import Warehouse

DOUBTED_SHARE: Final = 0.05
"""Where more lies above the capacity, so does the 95th percentile of the week, which no right one allows."""

_SAID: Final = "of the last week's values lie above the capacity of"
_SHARES = """
    WITH newest AS (
        SELECT series_id, max(at_utc) AS newest_utc FROM series.observations
        WHERE is_observed AND at_utc < $night AND series_id IN (SELECT unnest($series)) GROUP BY series_id
    )
    SELECT series_id, capacity, unit,
        avg(CAST(cause IS NOT DISTINCT FROM 'above_capacity' AS INTEGER)) AS share
    FROM series.observations JOIN newest USING (series_id) JOIN series.catalog USING (series_id)
    WHERE is_observed AND at_utc < $night AND at_utc > newest_utc - INTERVAL 7 DAY
    GROUP BY series_id, capacity, unit ORDER BY series_id
"""


def doubted_capacities(
    warehouse: Warehouse, series_ids: Sequence[str], issued_at_utc: datetime
) -> dict[str, str]:
    """Say of which series the newest week contradicts the capacity.

    Parameters
    ----------
    warehouse : Warehouse
        Holds the catalog and the flagged observations.
    series_ids : sequence of str
        Which are judged.
    issued_at_utc : datetime
        Nothing at or after it is known, naive UTC.

    Returns
    -------
    dict of str to str
        By series, a sentence without its full stop. Of the seven days up to the newest measured value, more
        than ``DOUBTED_SHARE`` of the measured values are impossible for the capacity alone.
    """
    rows = warehouse.query(_SHARES, {"night": issued_at_utc, "series": list(series_ids)})
    return {
        series_id: f"{100 * share:.0f} % {_SAID} {quantity_text(capacity, unit)}: is it right?"
        for series_id, capacity, unit, share in rows.iter_rows()
        if share > DOUBTED_SHARE
    }


def is_doubt(reason: str | None) -> bool:
    """Whether a reason of the catalog is a sentence of ``doubted_capacities``."""
    return reason is not None and _SAID in reason
