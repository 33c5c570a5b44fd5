"""The web logs hold what the truth says, counted line by line with a plain regex."""

import gzip
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median

import pytest

from traffic.simulation.weblog_content import ODD_REQUESTS

DAYS = [date(2025, 11, day) for day in (13, 14, 15, 16)]
LOGS = [(source, day) for source in ("www", "intranet") for day in DAYS]


def path_of(zone, source, day):
    """Path of a day's log, packed or not."""
    [path] = [path for path in zone.files if f"/{source}/access.log-{day:%Y%m%d}" in path]
    return path


@pytest.fixture(scope="module")
def logs(zone, read_log):
    return {key: list(read_log(zone.files[path_of(zone, *key)])) for key in LOGS}


@pytest.mark.parametrize("key", LOGS, ids=str)
def test_counts_and_totals_agree_with_a_slow_reader(zone, logs, key):
    lines = logs[key]
    good = [line for line in lines if line is not None]
    sizes = [line["size"] for line in good]
    file_truth = zone.truth.files[path_of(zone, *key)]
    assert file_truth.lines_read == len(lines)
    assert file_truth.lines_skipped == 0
    assert file_truth.records_loaded == file_truth.rows_written == len(good)
    assert file_truth.records_rejected == len(lines) - len(good)
    day_truth = zone.truth.weblog_days[key]
    assert day_truth.requests == len(good)
    assert day_truth.missing_sizes == sizes.count(None)
    assert day_truth.bytes_sent == sum(size for size in sizes if size is not None)


def test_every_log_is_counted(zone):
    assert {path_of(zone, *key) for key in LOGS} == {path for path in zone.files if "/weblogs/" in path}
    assert zone.truth.weblog_days.keys() == set(LOGS)


@pytest.mark.parametrize("key", LOGS, ids=str)
def test_stamps_lie_in_the_local_day_of_their_file(logs, key):
    stamps = [line["at"] for line in logs[key] if line is not None]
    assert {stamp.utcoffset() for stamp in stamps} == {timedelta(hours=1)}
    assert {stamp.date() for stamp in stamps} == {key[1]}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_lines_run_back_by_seconds_now_and_then(logs, day):
    stamps = [line["at"] for line in logs["www", day] if line is not None]
    latest, behind = stamps[0], []
    for stamp in stamps:
        behind.append((latest - stamp).total_seconds())
        latest = max(latest, stamp)
    late = [seconds for seconds in behind if seconds > 0]
    assert 100 < len(late) < 0.1 * len(stamps)
    assert 5 < max(late) < 30


@pytest.mark.parametrize("key", LOGS, ids=str)
def test_every_odd_request_is_there_and_good(logs, key):
    requests = Counter(line["request"] for line in logs[key] if line is not None)
    assert [odd for odd in ODD_REQUESTS if requests[odd.encode("latin-1")] == 0] == []


@pytest.mark.parametrize("key", LOGS, ids=str)
def test_bytes_that_are_no_utf8_control_characters_and_http09_exist(zone, plain, logs, key):
    with pytest.raises(UnicodeDecodeError):
        plain(zone.files[path_of(zone, *key)]).decode("utf-8")
    requests = [line["request"] for line in logs[key] if line is not None]
    assert any(byte < 32 for request in requests for byte in request)
    assert any(b"HTTP/" not in request for request in requests)
    assert any(b'"' in request for request in requests)
    assert any(request.count(b" ") > 2 for request in requests)


@pytest.mark.parametrize("key", LOGS, ids=str)
def test_every_kind_of_malformed_line_is_there(zone, key):
    assert set(zone.truth.files[path_of(zone, *key)].rejected_by_kind) == {
        "front cut",
        "end cut",
        "garbage",
        "impossible date",
        "impossible hour",
    }


@pytest.mark.parametrize("key", LOGS, ids=str)
def test_formats_differ_by_referrer_and_agent(zone, plain, key):
    text = plain(zone.files[path_of(zone, *key)])
    plain_lines = [line for line in text.split(b"\n") if b'"GET /robots.txt HTTP/1.1"' in line]
    plain_lines += [line for line in text.split(b"\n") if b'"GET /start HTTP/1.1" 200 ' in line]
    assert {line.count(b'"') for line in plain_lines} <= ({6, 2} if key[0] == "www" else {2})
    assert any(line.count(b'"') == (6 if key[0] == "www" else 2) for line in plain_lines)


def test_older_days_are_packed_without_time_or_name(zone):
    for source, day in LOGS:
        path = path_of(zone, source, day)
        packed = zone.files[path].startswith(b"\x1f\x8b")
        assert packed == path.endswith(".gz") == (day < DAYS[-1])
        if packed:
            # Bytes 3 to 9 of the header: no flags (so no name), time zero, no special level, system unknown.
            assert zone.files[path][3:10] == bytes([0, 0, 0, 0, 0, 0, 255])
            assert gzip.decompress(zone.files[path]).count(b"\n") == zone.truth.files[path].lines_read


def test_the_rate_has_the_shape_of_a_day(logs):
    def hourly(key):
        return Counter(line["at"].hour for line in logs[key] if line is not None)

    thursday = hourly(("www", DAYS[0]))
    assert min(thursday[hour] for hour in (19, 20, 21)) > 2 * max(thursday[hour] for hour in (3, 4))
    office = hourly(("intranet", DAYS[0]))
    assert office[11] > 10 * max(office[hour] for hour in (1, 2, 3))


def test_the_office_rests_at_the_weeks_end(zone):
    requests = {key: truth.requests for key, truth in zone.truth.weblog_days.items()}
    assert requests["intranet", DAYS[2]] < 0.4 * requests["intranet", DAYS[0]]
    assert requests["www", DAYS[2]] > 0.7 * requests["www", DAYS[0]]


def test_a_quiet_night_has_windows_without_a_request(logs):
    stamps = [line["at"] for line in logs["intranet", DAYS[3]] if line is not None]
    midnight = datetime(2025, 11, 16, tzinfo=stamps[0].tzinfo)
    windows = {(stamp - midnight) // timedelta(minutes=2) for stamp in stamps}
    silences = sorted(set(range(720)) - windows)
    assert len(silences) > 20
    # No silence is so long that it would count as missing data.
    gaps = [later - earlier for earlier, later in zip(sorted(windows), sorted(windows)[1:], strict=False)]
    assert max(gaps) < 30


def test_sizes_have_a_heavy_tail(logs):
    sizes = [line["size"] for line in logs["www", DAYS[0]] if line is not None and line["size"] is not None]
    ranked = sorted(sizes, reverse=True)
    assert ranked[0] > 500 * median(sizes)
    assert sum(ranked[: len(ranked) // 100]) > 0.15 * sum(ranked)
    assert min(sizes) > 0
