"""Ready-made mappings: files as the programs' documentation shows them are read without more words."""

from __future__ import annotations

from datetime import datetime

import pytest

from traffic.parsing.export import ExportLayout, RefusedExportError
from traffic.parsing.export.presets import PRESETS, with_preset
from traffic.parsing.export.reading import read_export


def layout_of(preset: str, **keys: object) -> ExportLayout:
    said = with_preset({"preset": preset} | keys)
    value_column = said.get("value_column")
    return ExportLayout(
        shape=said["shape"],
        time_column=said["time_column"],
        time_formats=tuple(said.get("time_formats", ExportLayout("wide", "").time_formats)),
        value_columns=(value_column,) if value_column else tuple(said.get("columns", ())),
        series_column=said.get("series_column"),
        label="file",
        separator="auto",
        time_zone="Europe/Berlin",
    )


# Grafana's panel inspector with "Series joined by time": milliseconds, and a column for each series, named by
# its labels; "Download for Excel" puts the separator first (Grafana documentation, "The panel inspect view").
GRAFANA = """sep=,
"Time","{__name__=""up"", job=""a""}","{__name__=""up"", job=""b""}"
1704067200000,1,1
1704067215000,,0.5
"""


@pytest.mark.parametrize("text", [GRAFANA, GRAFANA.removeprefix("sep=,\n")])
def test_grafana(text):
    parsed = read_export([text.encode()], layout_of("grafana"))
    begin, later = datetime(2024, 1, 1), datetime(2024, 1, 1, 0, 0, 15)
    a, b = '{__name__="up", job="a"}', '{__name__="up", job="b"}'
    assert parsed.samples.select("label", "at_utc", "value").rows() == [
        (a, begin, 1),
        (b, begin, 1),
        (b, later, 0.5),
    ]
    assert parsed.told == ("times as epoch_ms",)


def test_grafana_with_formatted_values_is_rejected_with_a_sentence():
    text = '"Time","In"\n2024-05-01 00:00:00,1.23 Mb/s\n2024-05-01 00:05:00,2.5 Mb/s\n'
    parsed = read_export([text.encode()], layout_of("grafana"))
    assert parsed.samples.is_empty()
    assert (
        parsed.rejected["reason"][0]
        == "'1.23 Mb/s' for series 'In' is a number with a unit: export the bare values"
    )


# Columns and serial dates of PRTG's historicdata.csv, with the line of sums that it ends with.
PRTG = """"Date Time","Date Time(RAW)","Traffic In (speed)","Traffic In (speed)(RAW)"
"01/05/2024 12:00:00 - 12:05:00","45413.4201388889","1,234 kbit/s","154250.5000"
"01/05/2024 12:05:00 - 12:10:00","45413.4236111111","1,240 kbit/s","155000.0000"
"Sums (of 2 values)","","2,474 kbit/s","309250.5000"
"""


def test_prtg():
    parsed = read_export([PRTG.encode()], layout_of("prtg", columns=["Traffic In (speed)(RAW)"]))
    assert parsed.samples.select("label", "at_utc", "value").rows() == [
        ("Traffic In (speed)(RAW)", datetime(2024, 5, 1, 10, 5), 154250.5),
        ("Traffic In (speed)(RAW)", datetime(2024, 5, 1, 10, 10), 155000),
    ]
    assert parsed.rejected["line_number"].to_list() == [4]


def test_cloudwatch_as_csv(real_data):
    path = real_data("exports/cloudwatch/ec2_network_in_257a54.csv")
    parsed = read_export([path.read_bytes()], layout_of("aws_cloudwatch"))
    assert (parsed.samples.height, parsed.rejected.height) == (4_032, 0)


def test_a_preset_that_is_not_known_fills_nothing_in():
    assert with_preset({"preset": "mrtg", "shape": "wide"}) == {"preset": "mrtg", "shape": "wide"}
    assert with_preset({"shape": "wide"}) == {"shape": "wide"}
    assert with_preset({"preset": ["grafana"]}) == {"preset": ["grafana"]}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_file_of_something_else_is_refused(preset):
    with pytest.raises(RefusedExportError):
        read_export([b"nothing;of;this\n1;2;3\n"], layout_of(preset))
