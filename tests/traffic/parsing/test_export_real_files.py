"""Public exports are read whole: every count, both ends of the span, and the values a slow reader finds."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from traffic.parsing.export import ExportLayout, parse_export

pytestmark = pytest.mark.real_data

ESNET = ExportLayout("wide", "Time", time_formats=("%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"))
UKERNA = ExportLayout("single", "time", value_columns=("value",), label="B5M")
CESNET = ExportLayout("wide", "time")
CLOUDWATCH = ExportLayout("single", "timestamp", value_columns=("value",), label="x")
FILES = {
    # path: layout, records, series, first and last time
    "exports/esnet/trans_atl_links.csv": (ESNET, 8_760, 8, "2018-01-01 08:00", "2019-01-01 07:00"),
    "exports/ukerna/B5M.csv": (UKERNA, 19_888, 1, "2004-11-19 09:30", "2005-01-27 10:45"),
    "exports/cesnet/ip103_hourly.csv": (CESNET, 6_717, 3, "2023-10-09 00:00", "2024-07-14 21:00"),
    "exports/cloudwatch/ec2_network_in_257a54.csv": (
        *(CLOUDWATCH, 4_032, 1),
        *("2014-04-10 00:04", "2014-04-24 00:09"),
    ),
    "exports/cloudwatch/elb_request_count_8c0756.csv": (
        *(CLOUDWATCH, 4_032, 1),
        *("2014-04-10 00:04", "2014-04-24 00:39"),
    ),
    "exports/cloudwatch/iio_us-east-1_i-a2eb1cd9_NetworkIn.csv": (
        *(CLOUDWATCH, 1_243, 1),
        *("2013-10-09 16:25", "2013-10-13 23:55"),
    ),
}


def slow_time(text: str) -> datetime:
    """The standard library's reading; a year of two figures is tried where four do not fit."""
    if "/" in text:
        year = text.split("/")[2].split(" ")[0]
        return datetime.strptime(text, "%m/%d/%Y %H:%M" if len(year) == 4 else "%m/%d/%y %H:%M")
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


@pytest.mark.parametrize("path", FILES)
def test_counts_and_span(real_lines, path):
    layout, records, series, first, last = FILES[path]
    parsed = parse_export(real_lines(path), layout)
    assert (parsed.lines_read, parsed.lines_skipped) == (records + 1, 1)
    assert (parsed.rejected.height, parsed.records_duplicate, parsed.note) == (0, 0, None)
    assert parsed.samples.height == records * series
    assert parsed.samples["label"].n_unique() == series
    at_utc = parsed.samples["at_utc"]
    assert at_utc.n_unique() == records
    assert (at_utc.min(), at_utc.max()) == (datetime.fromisoformat(first), datetime.fromisoformat(last))


@pytest.mark.parametrize("path", FILES)
def test_times_and_values_are_those_of_a_slow_reader(real_data, real_lines, path):
    layout = FILES[path][0]
    with real_data(path).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    slow = [
        (slow_time(row[layout.time_column]), float(row[name]))
        for row in rows
        for name in row
        if name != layout.time_column
    ]
    parsed = parse_export(real_lines(path), layout)
    assert parsed.samples.select("at_utc", "value").rows() == slow


def test_esnet_has_every_hour_of_its_year(real_lines):
    parsed = parse_export(real_lines("exports/esnet/trans_atl_links.csv"), ESNET)
    at_utc = parsed.samples["at_utc"].unique().sort()
    assert at_utc.len() == 8_760
    assert at_utc.diff().drop_nulls().dt.total_seconds().unique().to_list() == [3_600]


def test_esnet_lines_that_one_format_cannot_read_are_rejected_and_never_put_into_the_year_18(real_lines):
    four_figures = ExportLayout("wide", "Time", time_formats=("%m/%d/%Y %H:%M",))
    parsed = parse_export(real_lines("exports/esnet/trans_atl_links.csv"), four_figures)
    assert parsed.rejected.height > 5_000
    assert parsed.samples["at_utc"].min() == datetime(2018, 1, 1, 8)
    assert parsed.samples.height == (8_760 - parsed.rejected.height) * 8
