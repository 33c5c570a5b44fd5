"""What is proposed for an unknown export: the keys that read it, the reasons, and the doubts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.export import ExportLayout, RefusedExportError
from traffic.parsing.export.reading import read_export
from traffic.parsing.export.recognition import recognise_export

BEGIN = datetime(2024, 5, 1)
NO_UNIT = "the header does not say the unit; write unit"


def text(header: str, *lines: str) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def every(step: timedelta, count: int, form: str, row: str, begin: datetime = BEGIN) -> list[str]:
    """Lines at even times: ``row`` has the time at {} and its number at {n}."""
    return [row.format((begin + n * step).strftime(form), n=n) for n in range(count)]


HOURS = timedelta(hours=1)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("cesnet/ip103_hourly.csv", {"shape": "wide", "time_column": "time", "step": "1h"}),
        ("cloudwatch/ec2_network_in_257a54.csv", {"preset": "aws_cloudwatch", "step": "5m"}),
        (
            "esnet/trans_atl_links.csv",
            {
                "shape": "wide",
                "time_column": "Time",
                "time_formats": ["%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"],
                "step": "1h",
            },
        ),
        ("ukerna/B5M.csv", {"shape": "single", "time_column": "time", "value_column": "value", "step": "5m"}),
    ],
)
def test_public_files(real_data, path, keys):
    content = real_data(f"exports/{path}").read_bytes()
    suggestion = recognise_export(content)
    assert suggestion.keys() == keys
    assert suggestion.doubts == (NO_UNIT,)
    assert recognise_export(content[:100_000]).keys() == keys
    parsed = read_export([content], suggestion.layout("x"))
    assert (parsed.rejected.height, parsed.note) == (0, None)


@pytest.mark.real_data
def test_the_first_days_of_esnet_are_read_month_first_although_no_day_is_above_twelve(real_data):
    lines = real_data("exports/esnet/trans_atl_links.csv").read_text().splitlines()
    first = [line for line in lines if line.startswith(("Time", "01/"))]
    assert 200 < len(first) < 300
    suggestion = recognise_export(text(*first))
    assert suggestion.time_formats == ("%m/%d/%Y %H:%M",)
    assert "read day first they would be spaced unevenly" in suggestion.reasons[0]
    assert suggestion.doubts == (NO_UNIT,)


@pytest.mark.parametrize(
    ("form", "expected"), [("%d/%m/%Y %H:%M", "day first"), ("%m/%d/%Y %H:%M", "month first")]
)
def test_the_order_that_spaces_the_times_evenly_is_taken(form, expected):
    for step, count in ((HOURS, 200), (timedelta(days=1), 12)):
        suggestion = recognise_export(text("time,a,b", *every(step, count, form, "{},{n},1")))
        assert suggestion.time_formats == (form,)
        assert suggestion.reasons[0].startswith(
            f"the times stand in 'time': its dates are written {expected}"
        )
        assert suggestion.step_seconds == step.total_seconds()


def test_an_order_that_nothing_shows_is_a_doubt():
    suggestion = recognise_export(
        text("time,a,b", *every(HOURS, 20, "%d/%m/%Y %H:%M", "{},{n},1", datetime(2024, 5, 1, 2)))
    )
    doubt = suggestion.doubts[0]
    assert "every date may be day first or month first" in doubt
    assert "2024-05-01, 2024-01-05" in doubt


GERMAN = text(
    "Zeitpunkt;Eingang (Mbit/s);Ausgang (Mbit/s);Hinweis",
    *every(timedelta(minutes=15), 40, "%d.%m.%Y %H:%M", "{};1.0{n:02},5;2,25;x"),
)


def test_a_german_file():
    suggestion = recognise_export(GERMAN)
    assert suggestion.keys() == {
        "shape": "wide",
        "time_column": "Zeitpunkt",
        "time_formats": ["%d.%m.%Y %H:%M"],
        "columns": ["Eingang (Mbit/s)", "Ausgang (Mbit/s)"],
        "separator": ";",
        "decimal": ",",
        "unit": "header",
        "step": "15m",
    }
    assert suggestion.doubts == ()
    parsed = read_export([GERMAN], suggestion.layout("x", "Europe/Berlin"))
    assert parsed.samples.row(0) == ("Eingang", datetime(2024, 4, 30, 22), 1000.5e6, 2)


def test_a_long_file():
    lines = [
        f"{at},{link},{n}" for n, at in enumerate(every(HOURS, 30, "%Y-%m-%d %H:%M", "{}")) for link in "ab"
    ]
    suggestion = recognise_export(text("when,link,bps", *lines))
    assert suggestion.keys() == {
        "shape": "long",
        "time_column": "when",
        "series_column": "link",
        "value_column": "bps",
        "unit": "header",
        "step": "1h",
    }
    assert suggestion.doubts == ()


def test_series_that_are_named_by_numbers_and_several_values():
    lines = [f"{1714521600 + 300 * n},{link},{n},5" for n in range(30) for link in (7, 8)]
    suggestion = recognise_export(text("clock,ifIndex,in,out", *lines))
    assert (suggestion.series_column, suggestion.value_column) == ("ifIndex", "in")
    assert suggestion.time_formats == ("epoch_s",)
    assert "of 'in', 'out' one can be value_column; the first is taken" in suggestion.doubts


def test_hours_in_a_column_of_their_own():
    lines = [f"{day:02}.05.2024,{hour},{hour * day}" for day in range(1, 20) for hour in range(1, 25)]
    suggestion = recognise_export(text("Datum,Stunde,Wert", *lines))
    assert suggestion.keys() == {
        "shape": "single",
        "time_column": "Datum",
        "time_formats": ["%d.%m.%Y"],
        "hour_column": "Stunde",
        "value_column": "Wert",
        "step": "1h",
    }
    parsed = read_export([text("Datum,Stunde,Wert", *lines)], suggestion.layout("x"))
    assert parsed.samples["at_utc"][0] == BEGIN


def test_a_preamble_and_an_unclear_comma():
    lines = every(HOURS, 5, "%Y-%m-%dT%H:%M:%SZ", '{};"1,00{n}"')
    suggestion = recognise_export(text("Traffic of link 7", "", "time;a", *lines))
    assert suggestion.keys() == {
        "shape": "single",
        "time_column": "time",
        "value_column": "a",
        "separator": ";",
        "step": "1h",
    }
    assert suggestion.doubts == (
        "its commas may stand before decimals or between thousands; write decimal",
        NO_UNIT,
    )


def test_presets_are_told_from_their_headers():
    grafana = text(
        '"Time","{job=""a""}","{job=""b""}"', *(f"{1704067200000 + 15_000 * n},1,{n}" for n in range(9))
    )
    assert recognise_export(grafana).keys() == {
        "preset": "grafana",
        "time_formats": ["epoch_ms"],
        "step": "15s",
    }
    prtg = text(
        '"Date Time","Date Time(RAW)","Traffic In (speed)","Traffic In (speed)(RAW)","Coverage(RAW)"',
        *(f'"x - y","{45413 + n / 288:.10f}","1,234 kbit/s","154250.5","0000010000"' for n in range(20)),
        '"Sums","","1 kbit/s","154250.5",""',
    )
    suggestion = recognise_export(prtg)
    assert suggestion.keys() == {"preset": "prtg", "columns": ["Traffic In (speed)(RAW)"], "step": "5m"}
    assert read_export([prtg], suggestion.layout("x")).samples.height == 20


MATRIX = {"metric": {"a": "b"}, "values": [[0, 1], [300, 2]]}


@pytest.mark.parametrize(
    ("content", "preset"),
    [
        (
            {"MetricDataResults": [{"Id": "a", "Timestamps": [1714521600, 1714521900], "Values": [1, 2]}]},
            "aws_cloudwatch",
        ),
        (
            {
                "data": {
                    "resultType": "matrix",
                    "result": [{"metric": {"a": "b"}, "values": [[0, 1], [300, 2]]}],
                }
            },
            "prometheus",
        ),
        ([{"itemid": "1", "clock": str(300 * n), "value": "1"} for n in range(3)], "zabbix"),
    ],
)
def test_data_points(content, preset):
    assert recognise_export(json.dumps(content).encode()).keys() == {"preset": preset, "step": "5m"}


def test_parquet_and_excel():
    times = [BEGIN + n * HOURS for n in range(10)]
    frame = pl.DataFrame({"time": times, "rx (bit/s)": range(10), "tx (bit/s)": range(10)})
    stream = io.BytesIO()
    frame.write_parquet(stream)
    book = io.BytesIO()
    with xlsxwriter.Workbook(
        book, {"in_memory": True, "default_date_format": "dd.mm.yyyy hh:mm"}
    ) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["made by hand"])
        for number, row in enumerate([frame.columns, *frame.iter_rows()], start=2):
            sheet.write_row(number, 0, row)
    for content in (stream.getvalue(), book.getvalue()):
        suggestion = recognise_export(content)
        assert suggestion.keys() == {"shape": "wide", "time_column": "time", "unit": "header", "step": "1h"}
        assert read_export([content], suggestion.layout("x")).samples.height == 20


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"one word\nand another\n", "no separator"),
        (text("2024-05-01 00:00,1", "2024-05-01 01:00,2"), "no separator"),
        (text("a,b", "x,1", "y,2"), "no column can be read as times"),
        (text("time,b", "2024-05-01 00:00,x", "2024-05-01 01:00,y"), "no column holds numbers"),
        (b'{"a": 1}', "it is JSON, but not"),
        (b"PK\x03\x04", "it cannot be read as an Excel workbook"),
        (b"PAR1", "it cannot be read as Parquet"),
    ],
)
def test_what_cannot_be_recognised_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(RefusedExportError) as refusal:
        recognise_export(content)
    assert str(refusal.value).startswith(sentence)


CELLS = st.sampled_from(
    [
        *("time", "a", "b", "hour", "x", "", "1", "2", "7,5", "1,234", "1.5", "24", "12:30", "45413.5"),
        *(
            "2024-05-01 00:00",
            "2024-05-01",
            "01/02/2024 10:00",
            "13/02/24 10:00",
            "1714521600",
            '"',
            '"q;r"',
            "é\0",
        ),
    ]
)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(["time,a,b", "time;a;hour", "sep=;\ntime;a;b", "a\tb\ttime", "x"]),
    st.lists(st.lists(CELLS, max_size=4), max_size=10),
    st.sampled_from([",", ";", "\t"]),
)
def test_whatever_the_file_is_there_is_a_suggestion_that_can_be_tried_or_a_sentence(header, rows, separator):
    content = text(header, *(separator.join(row) for row in rows))
    with suppress(RefusedExportError):
        suggestion = recognise_export(content)
        assert suggestion.reasons
        assert {"time_column", "preset"} & suggestion.keys().keys()
        read_export([content], suggestion.layout("x"))


def hourly(header: str, *columns: Callable[[int], object], count: int = 24) -> bytes:
    times = every(HOURS, count, "%Y-%m-%d %H:%M", "{}")
    return text(
        header, *(",".join([at, *(str(column(n)) for column in columns)]) for n, at in enumerate(times))
    )


@pytest.mark.parametrize(
    ("header", "unit", "told"),
    [
        ("time,in (kbit/s),out (Mbit/s)", "header", []),
        (
            "time,in (bit/s),loss (packet/s)",
            None,
            ["the header states units of several kinds (bit/s, packet/s), and a source has one unit; make a"],
        ),
        (
            "time,in (Mbit/s),b",
            None,
            ["the header states a unit (Mbit/s) for 1 of 2 columns, and none for 'b'; write unit"],
        ),
        ("time,a,b", None, [NO_UNIT]),
    ],
)
def test_what_the_header_says_of_units(header, unit, told):
    suggestion = recognise_export(hourly(header, lambda n: n % 5 + 0.5, lambda n: n % 7 + 0.5))
    assert suggestion.keys().get("unit") == unit
    assert [doubt[: len(start)] for doubt, start in zip(suggestion.doubts, told, strict=True)] == told


def test_a_source_for_each_kind_of_unit_reads_what_the_doubt_says():
    content = hourly("time,in (kbit/s),out (Mbit/s),loss (packet/s)", lambda n: n, lambda n: n, lambda n: n)
    both = ("in (kbit/s)", "out (Mbit/s)")
    parsed = read_export([content], ExportLayout("wide", "time", value_columns=both, unit="header"))
    assert parsed.unit == "bit/s"
    assert parsed.samples.filter(pl.col("line_number") == 3)["value"].sort().to_list() == [1e3, 1e6]
    with pytest.raises(RefusedExportError, match="units of several kinds"):
        read_export([content], ExportLayout("wide", "time", unit="header"))


GROWING = (
    "are whole numbers that grow and never fall, as the readings of a counter do; if they are, write measures"
)


@pytest.mark.parametrize(
    ("column", "count", "is_told"),
    [
        (lambda n: 10**12 + n // 3, 24, True),
        (lambda n: 24 - n, 24, False),
        (lambda n: 5, 24, False),
        (lambda n: n + 0.5, 24, False),
        (lambda n: n if n != 20 else 3, 24, False),
        (lambda n: n if n != 20 else "", 24, True),
        (lambda n: n, 20, True),
        (lambda n: n, 19, False),
    ],
)
def test_a_column_that_only_grows_may_be_a_counter(column, count, is_told):
    for header in ("time,octets", "time,octets (byte)"):
        doubts = recognise_export(hourly(header, column, count=count)).doubts
        assert any("the values of 'octets" in doubt and GROWING in doubt for doubt in doubts) == is_told
    # What the header calls a rate is no counter, and the newest may come first.
    assert not any(GROWING in doubt for doubt in recognise_export(hourly("time,in (bit/s)", column)).doubts)
    first, *rows = hourly("time,octets", column, count=count).decode().splitlines()
    assert any(GROWING in doubt for doubt in recognise_export(text(first, *rows[::-1])).doubts) == is_told


def test_counters_among_others_belong_in_a_source_of_their_own():
    content = hourly("time,a,b,c", lambda n: n, lambda n: n % 5, lambda n: 2 * n)
    [doubt] = [doubt for doubt in recognise_export(content).doubts if GROWING in doubt]
    assert doubt.startswith("the values of 'a', 'c' are")
    assert doubt.endswith("in a source of their own")
