"""Whatever an export holds, every line is counted once, and good records come back whole."""

from __future__ import annotations

import csv
import io
import math
from contextlib import suppress
from datetime import datetime, timedelta

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from traffic.parsing.export import ExportLayout, RefusedExportError, parse_export
from traffic.parsing.export.records import LARGEST_VALUE

LAYOUTS = st.sampled_from(
    [
        ExportLayout("wide", "time", time_zone="Europe/Berlin"),
        ExportLayout("wide", "time", value_columns=("value",)),
        ExportLayout("long", "time", value_columns=("value",), series_column="link", separator=";"),
        ExportLayout(
            "single", "time", time_formats=("%m/%d/%Y", "%m/%d/%y"), value_columns=("value",), label="x"
        ),
        ExportLayout("single", "time", value_columns=("value",), label=None),
        ExportLayout("wide", "time", separator="auto", decimal=","),
        ExportLayout("wide", "time", separator="auto", hour_column="link", first_hour=1),
        ExportLayout("wide", "time", separator="auto", hour_column="link", time_zone="Europe/Berlin"),
        ExportLayout(
            "single",
            "time",
            time_formats=("ole", "epoch_s", "epoch_ms", "%Y-%m-%d"),
            value_columns=("value",),
            label="x",
            separator="auto",
        ),
        ExportLayout("wide", "time", unit="header", measures="rate"),
    ]
)
TIMES = ["2024-05-01 00:00", "2025-10-26 02:30", "2025-03-30 02:30", "1/13/18", "1/13/2018"]
NUMBERS = [
    "1,5",
    "1.234,5",
    "1,234",
    "45413.5",
    "1714558830",
    "1714558830250",
    "24",
    "12:30",
    "1",
    "-2.5",
    "1e999",
    "9" * 400,
    "nan",
    "-",
    "",
]
SIGNS = ['"', '"a"', '"a""b"', '"1', "#", " ", "\t", "\r", "\0", "\u2028"]
CELLS = st.sampled_from(["time", "value", "link", *TIMES, *NUMBERS, *SIGNS]) | st.text(
    st.characters(exclude_characters="\n", codec="utf-8"), max_size=4
)


@st.composite
def exports(draw):
    separator = draw(st.sampled_from([",", ";"]))
    lines = draw(st.lists(st.lists(CELLS, max_size=4).map(separator.join), max_size=10))
    header = draw(
        st.sampled_from(
            [
                "time,value,link",
                "time;value;link",
                "link,time,value",
                "time;link;value (Mbit/s)",
                "sep=;",
                None,
            ]
        )
    )
    return lines if header is None else [header, *lines]


def number(lines: list[str]) -> pl.DataFrame:
    schema = {"line_number": pl.Int64, "line": pl.String}
    return pl.DataFrame({"line_number": range(1, len(lines) + 1), "line": lines}, schema)


@settings(deadline=None, max_examples=300)
@given(exports(), LAYOUTS)
@example(["time,value", '2024-05-01 00:00,"1\r"', "2024-05-01 00:00,1\r2"], ExportLayout("wide", "time"))
def test_every_line_is_counted_once(lines, layout):
    with suppress(RefusedExportError):
        parsed = parse_export(number(lines), layout)
        with_rows = set(parsed.samples["line_number"])
        rejected = parsed.rejected["line_number"].to_list()
        assert parsed.lines_read == len(lines)
        assert len(set(rejected)) == len(rejected)
        assert with_rows.isdisjoint(rejected)
        records = parsed.records_read
        assert records == parsed.lines_read - parsed.lines_skipped
        assert len(with_rows) <= records - len(rejected) - parsed.records_duplicate
        assert {n: lines[n - 1] for n in rejected} == dict(
            parsed.rejected.select("line_number", "line").iter_rows()
        )
        assert parsed.rejected["reason"].null_count() == 0
        assert all(map(math.isfinite, parsed.samples["value"]))
        assert parsed.samples.null_count().row(0) == (0, 0, 0, 0)
        assert parsed.samples["at_utc"].is_between(datetime(1970, 1, 1), datetime(2101, 1, 1)).all()


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(microsecond=0))
VALUES = st.none() | st.floats(-LARGEST_VALUE, LARGEST_VALUE)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(MOMENTS, VALUES, VALUES), max_size=12, unique_by=lambda row: row[0]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
)
def test_what_a_csv_writer_writes_comes_back(rows, separator, quoting):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator="\n")
    writer.writerow(["time", "in, out", 'a "link"'])
    writer.writerows(
        [at.isoformat(" "), "" if a is None else a, "-" if b is None else b] for at, a, b in rows
    )
    layout = ExportLayout("wide", "time", separator=separator)
    parsed = parse_export(number(text.getvalue().splitlines()), layout)
    assert parsed.rejected.is_empty()
    assert parsed.records_duplicate == 0
    expected = [
        (label, at, value)
        for at, *values in rows
        for label, value in zip(("in, out", 'a "link"'), values, strict=True)
        if value is not None
    ]
    assert parsed.samples.select("label", "at_utc", "value").rows() == expected


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(["good", "again", "missing", "ragged", "bad"]), max_size=30))
def test_each_kind_of_line_is_counted_as_what_it_is(kinds):
    lines = ["time,value"]
    for n, kind in enumerate(kinds):
        at = datetime(2024, 5, 1) + timedelta(hours=n)
        lines.append(
            {
                "good": f"{at},{n}",
                "again": "2024-04-01 00:00:00,7",
                "missing": f"{at},",
                "ragged": f"{at},{n},x",
                "bad": f"{at},x",
            }[kind]
        )
    layout = ExportLayout("single", "time", value_columns=("value",), label="x")
    parsed = parse_export(number(lines), layout)
    again = kinds.count("again")
    assert parsed.samples.height == kinds.count("good") + min(again, 1)
    assert parsed.records_duplicate == max(again - 1, 0)
    assert parsed.rejected.height == kinds.count("ragged") + kinds.count("bad")
    assert (parsed.lines_read, parsed.lines_skipped) == (len(lines), 1)
