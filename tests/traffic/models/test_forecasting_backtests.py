"""Backtests beside loops over the judged days, outages that nobody has flagged, and remarks."""

import numpy as np
import pytest

from traffic.models.forecasting.backtest_frames import measure_rows, seasonal_scales
from traffic.models.forecasting.backtests import CALIBRATED_DAYS, backtest_sums
from traffic.models.forecasting.batches import forecast_batch
from traffic.models.forecasting.calibration import error_law
from traffic.models.forecasting.forecaster import forecast_ahead
from traffic.models.forecasting.outages import without_outages
from traffic.models.forecasting.remarks import remarks
from traffic.models.quantiles import QUANTILE_LEVELS
from traffic.windowing.histories import Histories

LEVELS = np.array(QUANTILE_LEVELS)
KINDS = np.arange(59) % 7


@pytest.mark.parametrize("lead", [1, 3])
def test_sums_are_those_of_loops_over_days(simulate_histories, lead):
    values = simulate_histories(2, 6, 11, missing=0.1)
    values[1, :40] = np.nan
    day = list(forecast_ahead(values, KINDS, LEVELS))[lead - 1]
    made = backtest_sums(day, values)
    for series in range(2):
        judged = np.flatnonzero(day.is_judged[series])
        actual = values[series, 28 + judged]
        seen = ~np.isnan(actual)
        assert made.n_origins[series] == judged.size
        assert made.count[series] == seen.sum()
        for model in range(len(day.models)):
            errors = (actual - day.forecasts[model, series, judged])[seen]
            assert made.absolute[model, series] == pytest.approx(np.abs(errors).sum())
            assert made.squared[model, series] == pytest.approx((errors**2).sum())
            assert made.signed[model, series] == pytest.approx(errors.sum(), abs=1e-9)


def test_quantiles_of_the_last_week_are_measured_as_they_would_have_been_made(simulate_histories):
    values = simulate_histories(2, 6, 12)
    day = next(forecast_ahead(values, KINDS, LEVELS))
    made = backtest_sums(day, values)
    pinball, covered, count = np.zeros(2), np.zeros((2, 2)), 0
    for row in range(28 - CALIBRATED_DAYS, 28):
        # The errors of the rows before it, and its own point forecast.
        points = day.points[:, [*range(row), row]]
        law, _ = error_law(points, values[:, 28 : 28 + row], day.is_judged[:, :row], LEVELS, 1, is_root=True)
        quantiles, actual = law.quantiles(), values[:, 28 + row]
        for slot in range(6):
            count += 1
            for index, level in enumerate(LEVELS):
                above = actual[:, slot] - quantiles[:, slot, index]
                pinball += np.where(above >= 0, level * above, (level - 1) * above) / LEVELS.size
            for pair, (low, high) in enumerate(((1, 5), (0, 6))):
                is_in = (actual[:, slot] >= quantiles[:, slot, low]) & (
                    actual[:, slot] <= quantiles[:, slot, high]
                )
                covered[pair] += is_in
    np.testing.assert_allclose(made.pinball, pinball, rtol=1e-6)
    np.testing.assert_array_equal([made.covered_80, made.covered_95], covered)
    assert (made.n_calibrated == count).all()


def test_measures_follow_from_the_sums_of_all_days_ahead(simulate_histories):
    values = simulate_histories(3, 6, 13)
    values[2] = 7.0
    batch = forecast_batch(Histories(values, KINDS), 14_400, LEVELS, with_backtest=True)
    days = list(forecast_ahead(values[:1], KINDS, LEVELS))
    rows = measure_rows(batch.backtest, list(batch.champions[:, 0]), seasonal_scales(values))
    errors, naive = [], []
    for day in days:
        actual = values[0, 28:]
        errors.append(np.abs(actual - day.forecasts[-1, 0, :-1]).mean())
        by_day = day.forecasts[day.models.index("seasonal_naive_day"), 0, :-1]
        naive.append(np.abs(actual - by_day).mean())
    (row,) = rows.filter(series=0, model="combination").iter_rows(named=True)
    scale = np.abs(np.diff(values[0], axis=0)).mean()
    assert row["mae"] == pytest.approx(np.mean(errors))
    assert row["mase"] == pytest.approx(np.mean(errors) / scale)
    assert row["skill_naive"] == pytest.approx(1 - np.mean(errors) / np.mean(naive))
    assert row["n_origins"] == 28
    assert rows["is_champion"].sum() == 3
    # Without a champion's quantiles, or a scale, there is no figure, and none is NaN.
    constant = rows.filter(series=2)
    assert constant["mase"].null_count() == constant.height
    assert rows.filter(~rows["is_champion"])["coverage_95"].null_count() == rows.height - 3
    # The intraday update is of the first day alone.
    assert not rows["model"].str.ends_with("intraday").any()


def test_the_backtest_of_another_unit_is_another_only_by_it(simulate_histories):
    values = simulate_histories(2, 6, 14, missing=0.1)
    sums = [
        forecast_batch(Histories(size * values, KINDS), 14_400, LEVELS, with_backtest=True).backtest
        for size in (1.0, 1e6)
    ]
    for name, size in (("absolute", 1e6), ("squared", 1e12), ("signed", 1e6), ("pinball", 1e6)):
        one, other = (getattr(made, name) for made in sums)
        np.testing.assert_allclose(other / size, one, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(sums[0].covered_80, sums[1].covered_80)


def busy(n_slots=24):
    return np.random.default_rng(56).uniform(5, 15, (1, 56, n_slots))


def test_zeros_where_there_is_always_traffic_are_missing_unless_the_link_is_off():
    values = np.repeat(busy(), 4, axis=0)
    values[1, 20, 3:9] = 0
    values[2, -2:] = 0
    values[3, -9:] = 0
    kept = without_outages(values, 3600)
    assert np.isnan(kept[1]).sum() == 6
    assert np.isnan(kept[2, -2:]).all()
    np.testing.assert_array_equal(kept[[0, 3]], values[[0, 3]])
    assert not np.isnan(values).any()


def test_zeros_of_every_sunday_are_no_outage_and_one_of_them_without_is():
    values = np.repeat(busy(), 2, axis=0)
    values[:, 6::7] = 0
    values[1, 40] = 0
    kept = without_outages(values, 3600)
    np.testing.assert_array_equal(kept[0], values[0])
    assert np.argwhere(np.isnan(kept[1]).all(axis=1)).tolist() == [[40]]
    # Of a young record the weekday's own zeros do not say that they are usual.
    values[0, :45] = np.nan
    values[0, 45:] = 5
    values[0, 50] = 0
    assert np.isnan(without_outages(values, 3600)[0, 50]).all()


def test_a_zero_of_five_minutes_and_nights_without_traffic_stay():
    values = np.repeat(busy(288), 2, axis=0)
    values[0, 20, 100:105] = 0
    values[1, :, :60] = 0
    np.testing.assert_array_equal(without_outages(values, 300), values)
    values[0, 20, 105] = 0
    assert np.isnan(without_outages(values, 300)).sum() == 6


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (lambda x: x, ""),
        (lambda x: x * np.nan, "It has no value in the last eight weeks."),
        (lambda x: np.where(np.arange(1344) < 1344 - 60, np.nan, x), "Its record is 2.5 days long."),
        (lambda x: np.where(np.arange(1344) >= 1344 - 30, np.nan, x),
         "Nothing was measured in the last 1.2 days before the forecast."),
        (lambda x: np.where(np.arange(1344) % 2, np.nan, x), "50% of its values are missing."),
        (lambda x: 0 * x + 2.5, "All of its 1,344 values are 2.5."),
        (lambda x: np.where((np.arange(1344) // 7) % 25 == 5, 0, x),
         "56 zeros where there is always traffic are taken for outages."),
        (lambda x: np.where(np.arange(1344) >= 1344 - 240, 0, x), "It has been zero for 10.0 days."),
        (lambda x: np.where(np.random.default_rng(1).random(1344) < 0.75, 0, x), "% of its values are zero."),
        (lambda x: x - 10, "It has negative values, so that none of its forecasts is bounded at zero."),
        (lambda x: np.where(np.arange(1344) >= 1344 - 72, 10 * x, x),
         "Its level changed: the last 3 days are 10 times the 14 before."),
    ],
)  # fmt: skip
def test_remarks_say_what_is_odd(change, sentences):
    values = change(busy().reshape(-1)).reshape(1, 56, 24)
    (said,) = remarks(values, without_outages(values, 3600))
    assert said.endswith(sentences), said
    assert sentences or not said
