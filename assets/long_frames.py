"""From arrays of estimates, one row a series, to long frames, one row an estimate.

Only the change of shape belongs here; which estimates a table holds belongs to the modules of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray


def long_frame(
    series_ids: Sequence[str], index: Mapping[str, NDArray[Any]], values: Mapping[str, NDArray[Any]]
) -> pl.DataFrame:
    """Lay arrays of several series under one another.

    Parameters
    ----------
    series_ids : sequence of str
        One for each first index of the values.
    index : mapping of str to ndarray
        Columns that say which estimate a value is, one axis after the other: their outer product is each
        series' rows.
    values : mapping of str to ndarray of shape (series, len(first index), len(second index), ...)
        Columns of estimates; NaN becomes null.

    Returns
    -------
    polars.DataFrame
        ``series_id``, the index, the values.
    """
    lengths = [len(column) for column in index.values()]
    cells = int(np.prod(lengths, dtype=np.int64))
    columns: dict[str, Any] = {
        "series_id": pl.Series(series_ids, dtype=pl.String).gather(
            np.repeat(np.arange(len(series_ids)), cells)
        )
    }
    inner = cells
    for (name, column), length in zip(index.items(), lengths, strict=True):
        inner //= max(length, 1)
        columns[name] = np.tile(np.repeat(column, inner), len(series_ids) * cells // max(length * inner, 1))
    columns |= {name: np.ascontiguousarray(array).reshape(-1) for name, array in values.items()}
    return pl.DataFrame(columns, nan_to_null=True)
