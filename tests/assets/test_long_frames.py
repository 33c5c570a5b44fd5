"""Arrays become rows: every estimate beside its own series and indices."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assets.long_frames import long_frame


@given(n_series=st.integers(0, 4), n_first=st.integers(0, 4), n_second=st.integers(1, 4))
def test_every_value_stands_beside_its_indices(n_series: int, n_first: int, n_second: int) -> None:
    ids = [f"s{row}" for row in range(n_series)]
    first, second = np.arange(n_first) * 10, np.arange(n_second) * 100
    values = np.random.default_rng(0).standard_normal((n_series, n_first, n_second))
    frame = long_frame(ids, {"first": first, "second": second}, {"value": values})
    expected = [
        (ids[i], int(first[j]), int(second[k]), values[i, j, k])
        for i in range(n_series)
        for j in range(n_first)
        for k in range(n_second)
    ]
    assert frame.rows() == expected
    assert frame.columns == ["series_id", "first", "second", "value"]


def test_a_missing_estimate_is_null() -> None:
    frame = long_frame(["a"], {"slot": np.arange(2)}, {"mean": np.array([[np.nan, 1.0]])})
    assert frame["mean"].to_list() == [None, 1.0]
