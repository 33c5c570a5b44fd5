"""From polars to pandas with types kept, as Great Expectations judges them fastest.

Only the change of container belongs here: no column is chosen or derived.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import polars as pl

# Nanoseconds in 64 bits reach from 1677 to 2262. What lies beyond is moved to these limits, which every
# plausible time excludes, rather than wrapped round into some year between.
EARLIEST_NANOSECOND_TIME = datetime(1678, 1, 1)
LATEST_NANOSECOND_TIME = datetime(2262, 1, 1)


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """Convert a frame so that its types can be judged and its ranges judged on whole columns.

    Great Expectations compares columns of int64, float64 and datetime64[ns] as a whole and every other one
    value by value, twenty times as slowly. Integers with nulls become pandas' nullable Int64 rather than
    floats, booleans with nulls its nullable boolean. A NaN and a null are both missing.

    Parameters
    ----------
    frame : polars.DataFrame
        Any frame of text, times, numbers and truth values.

    Returns
    -------
    pandas.DataFrame
        Of the same shape; its index counts the rows from 0.
    """
    plain = frame.with_columns(_plain(name, dtype) for name, dtype in frame.schema.items())
    columns = {series.name: _to_pandas_column(series) for series in plain}
    return pd.DataFrame(columns, index=pd.RangeIndex(frame.height))


def _plain(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
        return column.clip(EARLIEST_NANOSECOND_TIME, LATEST_NANOSECOND_TIME).cast(pl.Datetime("ns"))
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    if dtype.is_integer():
        return column.cast(pl.Int64)
    if dtype.is_float():
        return column.cast(pl.Float64)
    return column


def _to_pandas_column(series: pl.Series) -> pd.Series:
    if series.null_count() and series.dtype == pl.Int64:
        return pd.Series(
            pd.arrays.IntegerArray(
                series.fill_null(0).to_numpy(writable=True), series.is_null().to_numpy(writable=True)
            )
        )
    if series.null_count() and series.dtype == pl.Boolean:
        return pd.Series(
            pd.arrays.BooleanArray(
                series.fill_null(False).to_numpy(writable=True), series.is_null().to_numpy(writable=True)
            )
        )
    return series.to_pandas()
