"""Bins, shares and bands: closed cases, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from traffic.planning.reliability import BIN_EDGES, NightSums, reliability_table


def test_bins_hold_their_left_edge_and_the_last_one_its_right_edge() -> None:
    probability = np.array([0.0, 0.01, 0.05, 0.5, 0.99, 1.0])
    table = reliability_table(probability, np.ones(6), np.arange(6.0))
    counted = dict(zip(table["bin_left"], table["n_forecasts"], strict=True))
    assert {left: n for left, n in counted.items() if n} == {0.0: 1, 0.01: 1, 0.05: 1, 0.5: 1, 0.99: 2}
    assert table["bin_right"].to_list() == list(BIN_EDGES[1:])


def test_shares_and_means_are_of_what_is_known() -> None:
    probability = np.array([0.22, 0.24, 0.26, 0.28, np.nan, 0.25])
    came = np.array([1.0, 0.0, 0.0, 1.0, 1.0, np.nan])
    (row,) = reliability_table(probability, came, np.arange(6.0)).filter(bin_left=0.2).to_dicts()
    assert (row["n_forecasts"], row["share_happened"]) == (4, 0.5)
    assert row["mean_probability"] == pytest.approx(0.25)
    assert 0 <= row["lower_95"] <= row["mean_probability"] <= row["upper_95"] <= 1


def test_a_bin_without_forecasts_says_nothing() -> None:
    table = reliability_table(np.array([0.5]), np.array([1.0]), np.zeros(1)).filter(n_forecasts=0)
    assert table.height == len(BIN_EDGES) - 2
    assert table.drop("bin_left", "bin_right", "n_forecasts").null_count().row(0) == (13,) * 4


def test_sums_of_parts_are_those_of_the_whole() -> None:
    rng = np.random.default_rng(0)
    probability, night = rng.random(600), rng.integers(0, 7, 600)
    came = (rng.random(600) < probability).astype(float)
    halves = [
        NightSums.of(probability[part], came[part], night[part], 7) for part in (slice(300), slice(300, 600))
    ]
    whole = NightSums.of(probability, came, night, 7).table()
    joint = NightSums.added(halves).table()
    for name in whole.columns:
        np.testing.assert_allclose(joint[name].to_numpy(), whole[name].to_numpy(), rtol=1e-12)


@pytest.mark.parametrize("together", [1, 10])
def test_right_probabilities_lie_in_their_band(together: int) -> None:
    """With ten forecasts that come true together in each night, and without."""
    rng = np.random.default_rng(5)
    inside = total = 0
    width = []
    for _ in range(100):
        p = np.repeat(rng.random(400), together)
        came = (np.repeat(rng.random(400), together) < p).astype(float)
        night = np.repeat(np.arange(400) % 20, together).astype(float)
        table = reliability_table(p, came, night).filter(bin_left=0.3)
        inside += int(
            table.select(hit=(table["share_happened"].is_between(table["lower_95"], table["upper_95"])))[
                "hit"
            ][0]
        )
        width.append(table["upper_95"][0] - table["lower_95"][0])
        total += 1
    assert inside / total >= 0.88
    # 40 independent draws a bin, whatever number of forecasts repeats each.
    assert 0.25 < np.mean(width) < 0.45


def test_a_band_does_not_grow_with_probabilities_that_are_wrong_in_the_same_way_each_night() -> None:
    rng = np.random.default_rng(6)
    night = np.repeat(np.arange(20.0), 50)
    p = np.full(1_000, 0.45)
    came = (rng.random(1_000) < 0.1).astype(float)
    (row,) = reliability_table(p, came, night).filter(bin_left=0.4).to_dicts()
    assert row["share_happened"] < row["lower_95"]
