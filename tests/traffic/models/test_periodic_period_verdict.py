from datetime import datetime

import numpy as np
import polars as pl
import pytest
from scipy.signal import lfilter

from traffic.models.periodic.period_findings import (
    AGREES,
    CLOCK_CHANGE,
    CLOCK_DRIFT,
    KINDS,
    NO_DAILY_PERIOD,
    SAMPLES_DROPPED,
    STEP_WRONG,
    TOO_SHORT,
)
from traffic.models.periodic.period_verdict import period_verdicts


def judge(values, step_seconds=300):
    (verdict,) = period_verdicts(values[None, :], step_seconds)
    assert verdict.kind in KINDS
    assert verdict.sentence.endswith(".")
    return verdict


@pytest.mark.parametrize("size", [0.2, 1.0, 3.0])
def test_an_ordinary_record_agrees(simulate_days, size):
    found = judge(simulate_days(56, 288, 0, size=size))
    assert found.kind == AGREES
    assert found.period_steps == pytest.approx(288, abs=0.5)
    assert "288 as stated" in found.sentence


def test_a_clock_that_drifts_is_told_by_its_seconds_a_day(simulate_days):
    slow = judge(simulate_days(56, 288 * 1.002, 1))
    assert slow.kind == CLOCK_DRIFT
    assert "later every day" in slow.sentence
    assert slow.step_seconds == pytest.approx(300 / 1.002, abs=0.1)
    assert judge(simulate_days(56, 288 * 0.998, 1)).kind == CLOCK_DRIFT


@pytest.mark.parametrize(
    ("steps_a_day", "stated_seconds", "true_seconds"),
    [
        # Of the record that is known as A5M, labelled 5 minutes: its day is 283.1 samples long.
        (283.1, 300, 305.19),
        (240, 300, 360),
        (144, 300, 600),
        (96, 300, 900),
        (1440, 300, 60),
        (288, 900, 300),
        (288, 3600, 300),
    ],
)
def test_a_step_that_is_labelled_wrongly_is_told_with_the_right_one(
    simulate_days, steps_a_day, stated_seconds, true_seconds
):
    found = judge(simulate_days(84, steps_a_day, 2), stated_seconds)
    assert found.kind == STEP_WRONG
    assert found.period_steps == pytest.approx(steps_a_day, rel=2e-3)
    assert found.step_seconds == pytest.approx(true_seconds, rel=2e-3)
    assert "Set step" in found.sentence


@pytest.mark.parametrize("n_dropped", [40, 100, 144, 250])
def test_samples_dropped_without_a_mark_are_counted_and_placed(simulate_days, n_dropped):
    values = simulate_days(70, 288, 3)
    at = 30 * 288 + 77
    found = judge(np.delete(values, slice(at, at + n_dropped)))
    assert found.kind == SAMPLES_DROPPED
    (step,) = found.phase_steps
    assert abs(step.time_index - at) < 2 * 288
    lost = -step.minutes / 5
    assert (lost - n_dropped + 144) % 288 - 144 == pytest.approx(0, abs=4)
    assert found.period_steps == pytest.approx(288, abs=0.3)


def test_two_gaps_are_told_apart(simulate_days):
    values = simulate_days(84, 288, 4)
    found = judge(np.delete(values, np.r_[20 * 288 : 20 * 288 + 50, 50 * 288 : 50 * 288 + 30]))
    assert found.kind == SAMPLES_DROPPED
    assert [step.minutes for step in found.phase_steps] == pytest.approx([-250, -150], abs=20)


def test_a_clock_that_people_change_is_an_hour_and_no_fault(simulate_days):
    values = simulate_days(84, 288, 5, size=0.5)
    # In UTC the day comes an hour earlier from a spring day on.
    found = judge(np.concatenate([values[: 40 * 288], values[40 * 288 + 12 :]]))
    assert found.kind == CLOCK_CHANGE
    assert found.phase_steps[0].minutes == pytest.approx(-60, abs=15)
    assert "time_zone" in found.sentence


@pytest.mark.parametrize("n_days_after", [5, 9, 12])
def test_a_step_too_near_the_end_to_be_sure_of_is_not_taken_for_a_drift(simulate_days, n_days_after):
    values = simulate_days(40, 288, 12, size=0.5)
    cut = (40 - n_days_after) * 288
    found = judge(np.concatenate([values[: cut - 30], values[cut:]]))
    assert found.kind == AGREES


@pytest.mark.parametrize("holiday", [(30, 41), (46, 56), (0, 9)])
def test_holidays_are_no_step(simulate_days, holiday):
    assert judge(simulate_days(56, 288, 6, holiday=holiday)).kind == AGREES


def test_a_marked_gap_moves_nothing(simulate_days):
    values = simulate_days(56, 288, 7)
    values[20 * 288 : 23 * 288 + 50] = np.nan
    assert judge(values).kind == AGREES


@pytest.mark.parametrize("phi", [0.0, 0.99, 1.0])
def test_noise_has_no_daily_period(phi):
    noise = lfilter([1], [1, -phi], np.random.default_rng(8).standard_normal(56 * 288))
    found = judge(noise)
    assert found.kind == NO_DAILY_PERIOD
    assert np.isnan(found.period_steps)


def test_a_week_without_days_is_told():
    rng = np.random.default_rng(9)
    day = np.arange(16 * 7 * 96) // 96
    values = np.array([5.0, 6, 7, 6, 5, 1, 1])[day % 7] + 0.5 * rng.standard_normal(day.size)
    found = judge(values, 900)
    assert found.kind == NO_DAILY_PERIOD
    assert found.week_steps == pytest.approx(7 * 96, rel=0.01)
    assert "week" in found.sentence


def test_what_runs_every_few_hours_is_not_taken_for_a_day():
    rng = np.random.default_rng(10)
    at = np.arange(56 * 288)
    found = judge(rng.standard_normal(at.size) + 5 * (at % 36 < 4))
    assert found.kind == NO_DAILY_PERIOD
    assert "a day" in found.sentence


def test_short_flat_and_empty_records_are_too_short_to_say(simulate_days):
    records = (simulate_days(13, 288, 11), np.ones(16_128), np.full(16_128, np.nan), np.empty(0))
    assert [judge(record).kind for record in records] == [TOO_SHORT] * 4
    assert period_verdicts(np.empty((0, 16_128)), 300) == []


@pytest.mark.parametrize("step_seconds", [0, -300, 86_400])
def test_steps_that_no_day_can_be_seen_with_are_refused(step_seconds):
    with pytest.raises(ValueError, match="at most 6 hours"):
        period_verdicts(np.zeros((1, 100)), step_seconds)


def on_grid(at, values, step_seconds):
    place = np.rint((at - at[0]).dt.total_seconds().to_numpy() / step_seconds).astype(int)
    found = np.full(place.max() + 1, np.nan)
    found[place] = values.cast(pl.Float64).to_numpy()
    return found


@pytest.mark.real_data
def test_honest_public_records_raise_no_alarm(real_data):
    for name in ("ec2_network_in_257a54", "elb_request_count_8c0756", "iio_us-east-1_i-a2eb1cd9_NetworkIn"):
        frame = pl.read_csv(real_data(f"exports/cloudwatch/{name}.csv"), try_parse_dates=True)
        assert judge(on_grid(frame["timestamp"], frame["value"], 300)).kind in (
            AGREES,
            NO_DAILY_PERIOD,
            TOO_SHORT,
        )
    frame = pl.read_csv(real_data("exports/ukerna/B5M.csv"), try_parse_dates=True)
    ukerna = judge(on_grid(frame["time"], frame["value"], 300))
    assert ukerna.kind == AGREES
    assert ukerna.lower_95 < 288 < ukerna.upper_95
    frame = pl.read_csv(real_data("exports/esnet/trans_atl_links.csv"), infer_schema_length=None)
    links = frame.drop("Time").cast(pl.Float64).to_numpy().T.copy()
    links[links == 0] = np.nan
    assert {found.kind for found in period_verdicts(links, 3600)} <= {AGREES, NO_DAILY_PERIOD}


@pytest.mark.real_data
def test_a_real_record_whose_clock_change_was_applied_twice_is_told_by_the_hour(real_data):
    """CESNET's address 103, in Prague: its day moves by two hours where summer time ends and begins."""
    frame = pl.read_csv(real_data("exports/cesnet/ip103_hourly.csv"), try_parse_dates=True)
    at = frame["time"].dt.replace_time_zone(None)
    for column in ("n_flows", "n_packets", "n_bytes"):
        found = judge(on_grid(at, frame[column], 3600), 3600)
        assert found.kind == CLOCK_CHANGE
        autumn, spring = found.phase_steps
        for step, moved, changed in (
            (autumn, 120, datetime(2023, 10, 29)),
            (spring, -120, datetime(2024, 3, 31)),
        ):
            assert step.minutes == pytest.approx(moved, abs=15)
            assert abs(step.time_index - (changed - at[0]).total_seconds() / 3600) <= 24


@pytest.mark.real_data
@pytest.mark.parametrize("n_days", [28, 56, 120])
def test_stretches_of_a_real_record_alarm_where_the_clock_changed_alone(real_data, n_days):
    frame = pl.read_csv(real_data("exports/cesnet/ip103_hourly.csv"), try_parse_dates=True)
    at = frame["time"].dt.replace_time_zone(None)
    values = on_grid(at, frame["n_flows"], 3600)
    starts = range(0, values.size - 24 * n_days, 7 * 24)
    stretches = np.stack([values[start : start + 24 * n_days] for start in starts])
    for start, found in zip(starts, period_verdicts(stretches, 3600), strict=True):
        assert found.kind in (AGREES, CLOCK_CHANGE)
        for step in found.phase_steps:
            assert min(abs(start + step.time_index - changed) for changed in (480, 4176)) <= 48


def with_weekends(true_day: int, n: int, dip: float, n_series: int = 6) -> np.ndarray:
    """Records of a day of so many steps, its fifth and sixth of each seven lower by a share."""
    rng = np.random.default_rng(2021)
    records = []
    for _ in range(n_series):
        at = np.arange(n) + rng.uniform(0, 7 * true_day)
        angle = 2 * np.pi * at / true_day
        course = 2 + np.sin(angle) + rng.uniform(0.1, 0.8) * np.sin(2 * angle + rng.uniform(0, 6))
        weekend = (at // true_day) % 7 >= 5
        records.append(course * (1 - dip * weekend) * np.exp(0.1 * rng.standard_normal(n)))
    return np.array(records)


@pytest.mark.parametrize("dip", [0.1, 0.3])
@pytest.mark.parametrize(
    ("true_day", "step_seconds", "n"),
    [(144, 300, 16_128), (48, 300, 16_128), (24, 300, 16_128), (12, 3600, 1_344)],
)
def test_a_day_that_is_a_part_of_the_stated_one_is_told_whatever_its_weekends(true_day, step_seconds, n, dip):
    """The week of the shorter day is not taken for a day, nor its lines for a stated day that lasts."""
    for verdict in period_verdicts(with_weekends(true_day, n, dip), step_seconds):
        assert verdict.kind == STEP_WRONG
        assert verdict.period_steps == pytest.approx(true_day, rel=1e-3)


@pytest.mark.parametrize("true_day", [36, 48, 2_880])
def test_a_day_that_is_said_to_agree_is_not_of_another_length(true_day):
    n = 1_344 if true_day < 100 else 16_128
    step_seconds, stated = (3_600, 24) if true_day < 100 else (300, 288)
    for verdict in period_verdicts(with_weekends(true_day, n, 0.1), step_seconds):
        assert verdict.kind != AGREES or verdict.period_steps == pytest.approx(stated, rel=0.005)
