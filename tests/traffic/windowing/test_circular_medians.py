"""Medians over circular neighbourhoods, against numpy's median of each neighbourhood by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from traffic.windowing import circular_medians as module
from traffic.windowing.circular_medians import circular_medians


def one_by_one(value: np.ndarray, slot: np.ndarray, n_slots: int, reach: int) -> np.ndarray:
    distance = np.abs(np.arange(n_slots)[:, None] - slot)
    is_near = (np.minimum(distance, n_slots - distance) <= reach) & ~np.isnan(value)
    return np.array([np.median(value[near]) if near.any() else np.nan for near in is_near])


@given(data=st.data(), n_slots=st.integers(1, 12))
def test_medians_are_those_of_each_neighbourhood(data: st.DataObject, n_slots: int) -> None:
    n = data.draw(st.integers(0, 60))
    few_values = st.sampled_from([0.0, 1.0, 2.5, np.nan]) | st.floats(-1e6, 1e6)
    value = data.draw(arrays.arrays(np.float64, n, elements=few_values))
    slot = data.draw(arrays.arrays(np.int32, n, elements=st.integers(0, n_slots - 1)))
    reach = data.draw(st.integers(0, (n_slots - 1) // 2))
    found = circular_medians(value, slot, n_slots, reach)
    np.testing.assert_array_equal(found, one_by_one(value, slot, n_slots, reach))


@pytest.mark.parametrize("max_cells", [50, 1_000, 4_000_000])
def test_the_bound_on_memory_changes_nothing(max_cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CELLS", max_cells)
    rng = np.random.default_rng(4)
    slot = (np.arange(24 * 40) % 24).astype(np.int32)
    value = np.where(rng.random(slot.size) < 0.2, np.nan, rng.standard_normal(slot.size).round(1))
    np.testing.assert_array_equal(circular_medians(value, slot, 24, 3), one_by_one(value, slot, 24, 3))
