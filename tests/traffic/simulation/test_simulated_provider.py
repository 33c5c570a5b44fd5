"""The export files hold what the truth says: shape, growth, holiday, outage, gap, spikes, 25 hours."""

import csv
import io
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.simulation.provider import EXPORTS, GAP_UTC, OUTAGE_UTC, simulate_export

WIDE_SERIES = ["metro/FRA_AMS_in", "metro/FRA_AMS_out", "metro/FRA_PAR_in", "metro/FRA_PAR_out"]
LONG_SERIES = ["metro_berlin/FRA_BER_in", "metro_berlin/FRA_BER_out"]
# The last Sunday of October 2025, 01:00 UTC: from here on Berlin is one hour ahead instead of two.
CLOCK_CHANGE_UTC = datetime(2025, 10, 26, 1, 0)


def rows_of(zone, source):
    """Lines of all files of a source, day by day, as dictionaries."""
    for path in sorted(path for path in zone.files if f"/exports/{source}/" in path):
        yield path, list(csv.DictReader(io.StringIO(zone.files[path].decode("ascii"))))


@pytest.fixture(scope="module")
def samples(zone):
    """Time and value of each series as the plain csv module reads them, in UTC."""
    found = {key: {} for key in WIDE_SERIES + LONG_SERIES}
    for _, rows in rows_of(zone, "metro"):
        for row in rows:
            at_utc = datetime.strptime(row.pop("time"), "%Y-%m-%d %H:%M")
            for label, text in row.items():
                assert at_utc not in found[f"metro/{label}"]
                found[f"metro/{label}"][at_utc] = int(text)
    for _, rows in rows_of(zone, "metro_berlin"):
        for row in rows:
            series = found[f"metro_berlin/{row['link']}"]
            local = datetime.strptime(row["time"], "%Y-%m-%d %H:%M:%S")
            summer, winter = local - timedelta(hours=2), local - timedelta(hours=1)
            # A repeated stamp is summer time first and winter time when it comes again.
            at_utc = summer if summer < CLOCK_CHANGE_UTC and summer not in series else winter
            assert at_utc not in series
            series[at_utc] = int(row["value_bps"])
    return found


def test_files_hold_exactly_the_values_of_the_truth(zone, samples):
    assert zone.truth.series.keys() == samples.keys()
    for key, truth in zone.truth.series.items():
        told = dict(zip(truth.at_utc.tolist(), truth.value.tolist(), strict=True))
        assert samples[key] == {at_utc: value for at_utc, value in told.items() if value == value}, key


def test_counts_of_every_file(zone):
    for source, rows_per_line in (("metro", 4), ("metro_berlin", 1)):
        for path, rows in rows_of(zone, source):
            truth = zone.truth.files[path]
            assert (truth.lines_skipped, truth.records_loaded) == (1, len(rows))
            assert truth.rows_written == rows_per_line * len(rows)
            assert truth.lines_read == zone.files[path].count(b"\n")


def test_each_file_holds_one_day_of_its_own_clock(zone):
    for source in ("metro", "metro_berlin"):
        paths = []
        for path, rows in rows_of(zone, source):
            paths.append(path)
            assert {row["time"][:10] for row in rows} == {path[-len("2025-09-22.csv") : -len(".csv")]}
        assert len(paths) == 56
        assert paths[0].endswith("/2025-09-22.csv")
        assert paths[-1].endswith("/2025-11-16.csv")


def test_the_day_of_25_hours_has_300_stamps_a_series(zone):
    files = dict(rows_of(zone, "metro_berlin"))
    stamps = {
        day: Counter(row["time"] for row in rows if row["link"] == "FRA_BER_in")
        for day, rows in ((path[-14:-4], rows) for path, rows in files.items())
    }
    assert {day: counter.total() for day, counter in stamps.items() if counter.total() != 288} == {
        "2025-10-26": 300
    }
    twice = {stamp for stamp, times in stamps["2025-10-26"].items() if times == 2}
    assert twice == {f"2025-10-26 02:{minute:02}:00" for minute in range(0, 60, 5)}


def test_the_repeated_hour_stands_in_order_of_time(zone):
    [rows] = [rows for path, rows in rows_of(zone, "metro_berlin") if path.endswith("2025-10-26.csv")]
    hours = [row["time"][11:13] for row in rows if row["link"] == "FRA_BER_out"]
    assert hours == sorted(hours)
    minutes = [
        row["time"][14:16] for row in rows if row["link"] == "FRA_BER_out" and row["time"][11:13] == "02"
    ]
    assert minutes == 2 * [f"{minute:02}" for minute in range(0, 60, 5)]


def test_the_outage_is_exact_zeros_and_nothing_else_is(zone, samples):
    start, end = OUTAGE_UTC
    expected = {start + timedelta(minutes=5 * k) for k in range((end - start) // timedelta(minutes=5))}
    assert 2.5 < len(expected) / 12 < 3.5
    for key, series in samples.items():
        zeros = {at_utc for at_utc, value in series.items() if value == 0}
        assert zeros == (expected if "FRA_PAR" in key else set()), key
        assert zone.truth.series[key].outage_utc == (OUTAGE_UTC if "FRA_PAR" in key else None)
        assert min(value for at_utc, value in series.items() if at_utc not in zeros) > 0


def test_the_gap_is_absent_lines_and_nothing_else_is(samples):
    start, end = GAP_UTC
    gap = {start + timedelta(minutes=5 * k) for k in range((end - start) // timedelta(minutes=5))}
    for key, series in samples.items():
        first, last = min(series), max(series)
        grid = {first + timedelta(minutes=5 * k) for k in range((last - first) // timedelta(minutes=5) + 1)}
        assert grid - series.keys() == (gap if key in WIDE_SERIES else set()), key


def test_values_that_stand_out_from_their_hour_are_the_spikes(zone, samples):
    for key, series in samples.items():
        times, values = zip(*((at, value) for at, value in sorted(series.items()) if value > 0), strict=True)
        outstanding = []
        for k, value in enumerate(values):
            around = median(values[max(0, k - 6) : k] + values[k + 1 : k + 7])
            if value > 1.5 * around:
                outstanding.append(times[k])
        assert tuple(outstanding) == zone.truth.series[key].spikes_utc, key
        assert len(outstanding) == 5


def test_the_holiday_is_a_sunday(samples):
    def office_hours(series, day):
        start = datetime(day.year, day.month, day.day, 7)  # 9 to 14 o'clock in Berlin in summer
        return median(series[start + timedelta(minutes=5 * k)] for k in range(60))

    for key in LONG_SERIES:
        holiday = office_hours(samples[key], date(2025, 10, 3))
        fridays = [office_hours(samples[key], day) for day in (date(2025, 9, 26), date(2025, 10, 10))]
        sundays = [office_hours(samples[key], day) for day in (date(2025, 9, 28), date(2025, 10, 5))]
        assert holiday < 0.85 * min(fridays)
        assert abs(np.log(holiday / np.mean(sundays))) < 0.5 * abs(np.log(holiday / np.mean(fridays)))


def test_traffic_grows_as_the_truth_says(zone, samples):
    for key, series in samples.items():
        start = min(series)
        weeks = {
            k: np.mean([value for at, value in series.items() if (at - start) // timedelta(days=7) == k])
            for k in (0, 7)
        }
        growth = zone.truth.series[key].growth_per_week
        assert weeks[7] / weeks[0] == pytest.approx(np.exp(7 * growth), rel=0.03), key
        assert weeks[7] > 1.02 * weeks[0], key


def test_links_are_loaded_like_real_ones(zone, samples):
    for key, series in samples.items():
        capacity = zone.truth.series[key].capacity
        assert 0.2 < np.mean(list(series.values())) / capacity < 0.6, key
        assert max(series.values()) < capacity, key


def test_noise_has_mean_one_and_memory(zone):
    for key, truth in zone.truth.series.items():
        spikes = np.isin(truth.at_utc, np.array(truth.spikes_utc, dtype="datetime64[us]"))
        ratio = np.where((truth.value > 0) & ~spikes, truth.value / truth.expected, np.nan)
        assert np.nanmean(ratio) == pytest.approx(1.0, abs=0.015), key
        centred = ratio - np.nanmean(ratio)
        memory = np.nanmean(centred[1:] * centred[:-1]) / np.nanmean(centred**2)
        assert 0.7 < memory < 0.95, key


def test_the_expected_course_is_the_periodic_mean_shifted_and_grown(zone):
    truth = zone.truth.series["metro/FRA_AMS_in"]
    days = truth.expected.reshape(56, 288)
    for k, (day, phase) in enumerate(truth.phase_minutes.items()):
        if day in truth.holidays:
            continue
        weeks = (k * 288 + np.arange(288)) / (7 * 288)
        ungrown = days[k] / np.exp(truth.growth_per_week * weeks)
        # A positive phase is later: what the mean has at slot s, the day has `phase` minutes after it.
        mean = truth.periodic_mean[day.weekday()]
        slots = (np.arange(288) - phase / 5) % 288
        shifted = np.interp(slots, np.arange(289), np.append(mean, mean[0]))
        np.testing.assert_allclose(ungrown, shifted, rtol=2e-4)


def test_phases_are_recovered_from_the_values(zone):
    truth = zone.truth.series["metro/FRA_AMS_in"]
    shifts = np.arange(-60.0, 61.0)
    found, told = [], []
    for k, (day, phase) in enumerate(truth.phase_minutes.items()):
        values = truth.value.reshape(56, 288)[k]
        if day in truth.holidays or np.isnan(values).any():
            continue
        mean = np.append(truth.periodic_mean[day.weekday()], truth.periodic_mean[day.weekday(), 0])
        slots = (np.arange(288)[None, :] - shifts[:, None] / 5) % 288
        candidates = np.interp(slots, np.arange(289), mean)
        fit = [np.corrcoef(candidate, values)[0, 1] for candidate in candidates]
        found.append(shifts[int(np.argmax(fit))])
        told.append(phase)
    assert np.corrcoef(found, told)[0, 1] > 0.8
    assert np.std(told) > 8
    assert sum(truth.phase_minutes.values()) == pytest.approx(0.0, abs=1e-9)


def test_the_mean_load_is_that_of_the_link(zone):
    for export in EXPORTS:
        for link in export.links:
            for direction, load in link.mean_load.items():
                truth = zone.truth.series[f"{export.source}/{link.name}_{direction}"]
                assert truth.periodic_mean.shape == (7, 288)
                assert truth.periodic_mean.mean() == pytest.approx(load * link.capacity)


def test_directions_share_their_days_and_links_do_not(zone):
    series = zone.truth.series
    assert series["metro/FRA_PAR_in"].phase_minutes == series["metro/FRA_PAR_out"].phase_minutes
    assert series["metro/FRA_PAR_in"].phase_minutes != series["metro/FRA_AMS_in"].phase_minutes


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**63), export=st.sampled_from(EXPORTS))
def test_whatever_the_seed_values_are_positive_whole_and_below_capacity(seed, export):
    for truth in simulate_export(export, seed):
        outage = truth.value == 0
        assert outage.sum() == (37 if truth.outage_utc else 0)
        measured = truth.value[~outage & ~np.isnan(truth.value)]
        assert measured.min() > 0
        assert measured.max() < truth.capacity
        assert (measured % 1000 == 0).all()
        at_spikes = np.isin(truth.at_utc, np.array(truth.spikes_utc, dtype="datetime64[us]"))
        assert at_spikes.sum() == 5
        assert (truth.value[at_spikes] > 1.4 * truth.expected[at_spikes]).all()
