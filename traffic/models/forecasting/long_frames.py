"""Long frames as users have them: three columns of known types, or a refusal that says what to do.

Laying them out on a grid belongs to ``panel``.
"""

from __future__ import annotations

from datetime import timedelta
from numbers import Real
from typing import Any

import polars as pl

from traffic.parsing.quantity import duration_seconds
from traffic.windowing.regular_series import DAY_SECONDS

ID, TIME, VALUE = "unique_id", "ds", "y"


def step_of(step: str | int | timedelta) -> int:
    """Return a step in seconds.

    Parameters
    ----------
    step : str, int or timedelta
        Such as "5m" or "1h"; a number is one of seconds.

    Raises
    ------
    ValueError
        If it is no duration, below a second or above a day.
    """
    if isinstance(step, str):
        step = duration_seconds(step)
    seconds = step.total_seconds() if isinstance(step, timedelta) else step
    if not (isinstance(seconds, Real) and 1 <= seconds <= DAY_SECONDS and seconds == int(seconds)):
        raise ValueError(f"step = {step!r} must be whole seconds, at most a day, such as '5m' or '1h'")
    return int(seconds)


def read_frame(frame: Any) -> pl.DataFrame:
    """Read a long frame into columns of known types.

    Parameters
    ----------
    frame : polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        ``unique_id``, ``ds`` (a date or time, with or without a zone) and ``y``; other columns are ignored.

    Returns
    -------
    polars.DataFrame
        The three columns, ``y`` as Float64 with NaN for missing and infinite values, by series and time.

    Raises
    ------
    ValueError
        If a column is absent or of a wrong type, a row has no ``unique_id`` or ``ds``, or a series has two
        rows of the same time: which one, and what to do.
    """
    collected = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    given = collected if isinstance(collected, pl.DataFrame) else _from_pandas(collected)
    _check_columns(given)
    return _typed(given.select(ID, TIME, VALUE))


def _from_pandas(frame: Any) -> pl.DataFrame:
    try:
        given = pl.from_pandas(frame)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The frame cannot be read as one of polars or pandas: {error}.") from error
    if not isinstance(given, pl.DataFrame):
        raise ValueError(f"A frame is needed, with {ID}, {TIME} and {VALUE}, not a {type(frame).__name__}.")
    return given


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    if frame[TIME].dtype == pl.Date:
        frame = frame.with_columns(pl.col(TIME).cast(pl.Datetime("us")))
    value = pl.col(VALUE).cast(pl.Float64).fill_null(float("nan"))
    frame = frame.with_columns(pl.when(value.is_finite()).then(value).otherwise(float("nan")).alias(VALUE))
    is_new = pl.col(ID) > pl.col(ID).shift()
    is_later = (pl.col(ID) == pl.col(ID).shift()) & (pl.col(TIME) >= pl.col(TIME).shift())
    if not frame.select((is_new | is_later).all()).item():
        frame = frame.sort(ID, TIME)
    twice = frame.filter((pl.col(ID) == pl.col(ID).shift()) & (pl.col(TIME) == pl.col(TIME).shift()))
    if twice.height:
        raise ValueError(
            f"{twice.height} rows repeat the {TIME} of their series, the first at {twice[TIME][0]} of "
            f"{twice[ID][0]}; keep one of them, or add them up."
        )
    return frame


def _check_columns(frame: pl.DataFrame) -> None:
    absent = [name for name in (ID, TIME, VALUE) if name not in frame.columns]
    if absent:
        raise ValueError(
            f"The frame has no column {', '.join(absent)}; it needs {ID}, {TIME} and {VALUE}, a row a series "
            f"and time (it has {', '.join(frame.columns)})."
        )
    if not (frame[TIME].dtype == pl.Date or isinstance(frame[TIME].dtype, pl.Datetime)):
        raise ValueError(
            f"Column {TIME} is of type {frame[TIME].dtype}; make it a time first, with str.to_datetime()."
        )
    if frame[ID].dtype.is_nested() or frame[ID].dtype == pl.Object:
        raise ValueError(f"Column {ID} is of type {frame[ID].dtype}; make it a name or a number first.")
    if not (frame[VALUE].dtype.is_numeric() or frame[VALUE].dtype == pl.Null):
        raise ValueError(f"Column {VALUE} is of type {frame[VALUE].dtype}; make it a number first.")
    for name in (ID, TIME):
        if n_null := frame[name].null_count():
            raise ValueError(f"{n_null} rows have no {name}; drop them, or say what they belong to.")
