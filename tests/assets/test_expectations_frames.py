"""Frames keep their types on the way to pandas, and text of any origin is safe to show."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.expectations.pandas_frame import to_pandas
from assets.printable import printable


@pytest.mark.parametrize(
    ("series", "dtype"),
    [
        (pl.Series([1, 2], dtype=pl.Int16), "int64"),
        (pl.Series([1, None], dtype=pl.UInt32), "Int64"),
        (pl.Series([1.5, None], dtype=pl.Float32), "float64"),
        (pl.Series([True, False]), "bool"),
        (pl.Series([True, None]), "boolean"),
        (pl.Series(["a", None]), "str"),
        (pl.Series(["a", None], dtype=pl.Categorical), "str"),
        (pl.Series([datetime(2024, 1, 1), None], dtype=pl.Datetime("us")), "datetime64[ns]"),
        (pl.Series([datetime(2024, 1, 1), None], dtype=pl.Datetime("ms")), "datetime64[ns]"),
    ],
)
def test_a_column_keeps_its_type_and_its_values(series: pl.Series, dtype: str) -> None:
    converted = to_pandas(series.alias("column").to_frame())["column"]
    assert str(converted.dtype) == dtype
    assert converted.isna().tolist() == series.is_null().to_list()
    assert converted.dropna().tolist() == series.drop_nulls().to_list()


def test_an_empty_frame_keeps_its_types() -> None:
    schema = {"n": pl.Int32, "b": pl.Boolean, "s": pl.String, "t": pl.Datetime("us"), "v": pl.Float64}
    types = [str(dtype) for dtype in to_pandas(pl.DataFrame(schema=schema)).dtypes]
    assert types == ["int64", "bool", "str", "datetime64[ns]", "float64"]


def test_large_integers_beside_nulls_stay_exact() -> None:
    converted = to_pandas(pl.DataFrame({"n": [2**60 + 1, None]}))["n"]
    assert converted[0] == 2**60 + 1


def test_times_beyond_nanoseconds_stay_beyond_every_plausible_time() -> None:
    frame = pl.DataFrame({"at_utc": [datetime(1, 1, 1), datetime(9999, 12, 31), datetime(2024, 5, 1)]})
    early, late, now = to_pandas(frame)["at_utc"]
    assert early < pd.Timestamp(1700, 1, 1)
    assert late > pd.Timestamp(2200, 1, 1)
    assert now == pd.Timestamp(2024, 5, 1)


@given(st.text(alphabet=st.characters(), max_size=60), st.integers(1, 40))
def test_any_text_becomes_one_printable_line_within_the_limit(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit
    if text.isprintable() and len(text) <= limit:
        assert shown == text


def test_control_characters_are_named() -> None:
    assert printable("a\n\t\x1b[0m\u202e\ud800é") == r"a\n\t\x1b[0m\u202e\ud800é"
    assert printable("abcdef", 4) == "abc…"
