"""Metrics in JSON and RRDtool's XML, as their programs' documentation shows them, and whatever is not."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.export import ExportLayout, ParsedExport, RefusedExportError, data_points
from traffic.parsing.export.reading import content_form, read_export

LAYOUT = ExportLayout("long", "time", value_columns=("value",), series_column="series")

# The shape of docs.aws.amazon.com, CLI command reference, cloudwatch get-metric-data, "Output".
CLOUDWATCH = {
    "MetricDataResults": [
        {
            "Id": "m1",
            "Label": "NetworkIn",
            "Timestamps": ["2024-05-01T00:05:00+00:00", "2024-05-01T00:00:00+00:00"],
            "Values": [251643.0, 287397.5],
            "StatusCode": "Complete",
        },
        {
            "Id": "m2",
            "Label": "NetworkOut",
            "Timestamps": [1714521600],
            "Values": [7],
            "StatusCode": "Complete",
        },
    ],
    "Messages": [],
}
# prometheus.io, HTTP API, "Range queries": its example.
PROMETHEUS = {
    "status": "success",
    "data": {
        "resultType": "matrix",
        "result": [
            {
                "metric": {"__name__": "up", "job": "prometheus", "instance": "localhost:9090"},
                "values": [[1435781430.781, "1"], [1435781445.781, "1"], [1435781460.781, "NaN"]],
            },
            {"metric": {"__name__": "up", "job": "node"}, "values": [[1435781430.781, "0"]]},
            {"metric": {}, "values": [[1435781430, "3"]]},
        ],
    },
}
# zabbix.com, manual, API, history.get, "Examples".
ZABBIX = [
    {"itemid": "23296", "clock": "1351090996", "value": "0.085", "ns": "563157632"},
    {"itemid": "23296", "clock": "1351090936", "value": "0.16", "ns": "549216402"},
]
# rrdtool's manual, rrdxport(1), "OUTPUT FORMAT".
XPORT = """<?xml version="1.0" encoding="ISO-8859-1"?>
<xport>
  <meta>
    <start>1020611700</start><step>300</step><end>1020612300</end><rows>3</rows><columns>2</columns>
    <legend><entry>out bytes</entry><entry>in and out bits</entry></legend>
  </meta>
  <data>
    <row><t>1020611700</t><v>3.4000000000e+00</v><v>5.4400000000e+01</v></row>
    <row><t>1020612000</t><v>3.4113333333e+00</v><v>5.4581333333e+01</v></row>
    <row><t>1020612300</t><v>NaN</v><v>NaN</v></row>
  </data>
</xport>
"""
# The elements that rrdtool's own document type definition for dumps names, with two archives.
DUMP = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE rrd SYSTEM "http://oss.oetiker.ch/rrdtool/rrdtool.dtd">
<!-- Round Robin Database Dump -->
<rrd>
  <version>0003</version><step>300</step> <!-- Seconds -->
  <lastupdate>1020612345</lastupdate> <!-- 2002-05-05 15:25:45 UTC -->
  <ds><name> in </name><type> COUNTER </type></ds><ds><name> out </name><type> COUNTER </type></ds>
  <rra><cf>MAX</cf><pdp_per_row>1</pdp_per_row>
    <database><row><v>9.0e+00</v><v>9.0e+00</v></row></database></rra>
  <rra><cf>AVERAGE</cf><pdp_per_row>2</pdp_per_row>
    <database><row><v>8.0e+00</v><v>8.0e+00</v></row></database></rra>
  <rra><cf>AVERAGE</cf><pdp_per_row>1</pdp_per_row>
    <cdp_prep><ds><primary_value>0</primary_value></ds></cdp_prep>
    <database>
      <!-- 2002-05-05 15:20:00 UTC / 1020612000 --> <row><v>1.0e+00</v><v>NaN</v></row>
      <!-- 2002-05-05 15:25:00 UTC / 1020612300 --> <row><v>2.0e+00</v><v>3.0e+00</v></row>
    </database></rra>
</rrd>
"""


def read(content: str | bytes | Any, layout: ExportLayout = LAYOUT) -> ParsedExport:
    if not isinstance(content, (str, bytes)):
        content = json.dumps(content)
    parsed = read_export([content if isinstance(content, bytes) else content.encode()], layout)
    assert (parsed.lines_read, parsed.lines_skipped) == (None, 0)
    return parsed


def samples_of(parsed: ParsedExport) -> list[tuple[str, datetime, float]]:
    return parsed.samples.select("label", "at_utc", "value").rows()


def test_cloudwatch():
    parsed = read(CLOUDWATCH)
    assert samples_of(parsed) == [
        ("NetworkIn", datetime(2024, 5, 1, 0, 5), 251643.0),
        ("NetworkIn", datetime(2024, 5, 1), 287397.5),
        ("NetworkOut", datetime(2024, 5, 1), 7),
    ]
    assert (parsed.records_read, parsed.note, parsed.form) == (3, None, "CloudWatch JSON long")
    assert parsed.samples["line_number"].to_list() == [1, 2, 3]


def test_cloudwatch_labels_that_repeat_and_parts_that_are_missing():
    result = {"Id": "m1", "Label": "NetworkIn", "Timestamps": ["2024-05-01T00:00:00Z"], "Values": [1, 2]}
    parsed = read(
        {"MetricDataResults": [result, result | {"Id": "m2", "StatusCode": "PartialData"}], "NextToken": "x"}
    )
    assert parsed.samples["label"].to_list() == ["m1", "m2"]
    assert parsed.rejected.select("line_number", "line").rows() == [(2, "2"), (4, "2")]
    assert set(parsed.rejected["reason"]) == {"a timestamp without a value, or the reverse"}
    assert parsed.note == (
        "'m2' is PartialData, so that points may be missing; "
        "the answer was cut into pages, and this is not the last"
    )


def test_prometheus():
    parsed = read(PROMETHEUS, ExportLayout("wide", "t", time_zone="Asia/Tokyo"))
    prometheus, node = 'up{instance="localhost:9090", job="prometheus"}', 'up{job="node"}'
    begin = datetime(2015, 7, 1, 20, 10, 30, 781_000)
    assert samples_of(parsed) == [
        (prometheus, begin, 1),
        (prometheus, begin.replace(second=45), 1),
        (node, begin, 0),
        ("value", begin.replace(microsecond=0), 3),
    ]
    # The value NaN is missing.
    assert (parsed.records_read, parsed.rejected.height) == (5, 0)


# prometheus.io, "Operators", "Aggregation operators": sum without by or without has no label left.
@pytest.mark.parametrize(("label", "told"), [(None, "value"), ("all links", "all links")])
def test_a_sum_over_all_series_has_the_name_that_the_layout_gives_it(label, told):
    answer = {
        "resultType": "matrix",
        "result": [{"metric": {}, "values": [[1435781430, "3"], [1435781490, "4"]]}],
    }
    parsed = read({"status": "success", "data": answer}, ExportLayout("long", "time", label=label))
    assert [(name, value) for name, _, value in samples_of(parsed)] == [(told, 3), (told, 4)]
    assert parsed.rejected.is_empty()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"status": "error", "error": "bad_data: x"}, "Prometheus answered with an error: bad_data: x"),
        (
            {"status": "success", "data": {"resultType": "vector", "result": []}},
            "it is a Prometheus vector, and no answer of a range query (matrix)",
        ),
        ({"a": 1}, "it is JSON, but not AWS GetMetricData"),
        ([], "it is JSON, but not AWS GetMetricData"),
        ([[1, 2]], "it is JSON, but not AWS GetMetricData"),
        ('{"a": ', "it cannot be read as JSON ("),
        ("[" * 200_000, "it cannot be read as JSON ("),
        ("<html></html>", "no column 'time', 'value', 'series'"),
        ("<?xml version='1.0'?><html></html>", "it is XML of 'html', and neither"),
        ("<xport><meta>", "it cannot be read as XML ("),
        ("<rrd><step>300</step></rrd>", "it is an RRD dump without step or lastupdate"),
        (
            "<rrd><step>300</step><lastupdate>1020612345</lastupdate></rrd>",
            "it is an RRD dump without an archive",
        ),
        (
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><xport>&d;</xport>',
            "it cannot be read as XML (EntitiesForbidden",
        ),
        (
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><xport>&b;</xport>',
            "it cannot be read as XML (EntitiesForbidden",
        ),
        (XPORT.replace("in and out bits", "out bytes"), "the series 'out bytes' stands more than once"),
    ],
)
def test_what_is_none_of_them_is_refused(answer, sentence):
    with pytest.raises(RefusedExportError) as refusal:
        read(answer)
    assert str(refusal.value).startswith(sentence)


def test_a_file_that_is_too_long_is_refused_unread(monkeypatch):
    monkeypatch.setattr(data_points, "MAX_BYTES", 100)
    for content, form in ((PROMETHEUS, "JSON"), (XPORT, "XML")):
        with pytest.raises(RefusedExportError, match=f"it is {form} of"):
            read(content)


@pytest.mark.parametrize("content", [ZABBIX, {"jsonrpc": "2.0", "result": ZABBIX, "id": 1}])
def test_zabbix(content):
    assert samples_of(read(content)) == [
        ("23296", datetime(2012, 10, 24, 15, 3, 16), 0.085),
        ("23296", datetime(2012, 10, 24, 15, 2, 16), 0.16),
    ]


def test_what_is_no_data_point_is_rejected_with_its_number():
    parsed = read([ZABBIX[0], {"itemid": "1"}, ZABBIX[1] | {"value": "up"}, 5])
    assert parsed.rejected.rows() == [
        (2, "not a Zabbix history value (itemid, clock, value)", '{"itemid": "1"}'),
        (3, "'up' for series '23296' is not a number", "1351090936, 23296, up"),
        (4, "not a Zabbix history value (itemid, clock, value)", '"5"'),
    ]
    assert parsed.records_read == 4


@pytest.mark.parametrize(
    "content",
    [
        XPORT,
        # Written without --showtime, and with --enumds.
        XPORT.replace("<t>1020611700</t>", "")
        .replace("<t>1020612000</t>", "")
        .replace("<t>1020612300</t>", ""),
        XPORT.replace("</t><v>", "</t><v0>")
        .replace("</v><v>", "</v0><v1>")
        .replace("</v></row>", "</v1></row>"),
    ],
)
def test_rrd_xport(content):
    parsed = read(content)
    assert samples_of(parsed) == [
        ("out bytes", datetime(2002, 5, 5, 15, 15), 3.4),
        ("in and out bits", datetime(2002, 5, 5, 15, 15), 54.4),
        ("out bytes", datetime(2002, 5, 5, 15, 20), 3.4113333333),
        ("in and out bits", datetime(2002, 5, 5, 15, 20), 54.581333333),
    ]
    # A row of NaN is read, and missing.
    assert (parsed.records_read, parsed.rejected.height, parsed.form) == (3, 0, "RRD xport long")


def test_rrd_dump_gives_the_finest_averages():
    parsed = read(DUMP)
    assert samples_of(parsed) == [
        ("in", datetime(2002, 5, 5, 15, 20), 1),
        ("in", datetime(2002, 5, 5, 15, 25), 2),
        ("out", datetime(2002, 5, 5, 15, 25), 3),
    ]
    assert (parsed.records_read, parsed.told) == (2, ("AVERAGE of 300 s",))


def test_a_row_of_too_few_values_is_rejected():
    parsed = read(XPORT.replace("<v>3.4113333333e+00</v>", ""))
    assert parsed.rejected.rows() == [(2, "1 values where the header names 2", "5.4581333333e+01")]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"PAR1", "parquet"),
        (b"PK\x03\x04", "excel"),
        (b' \n{"a": 1}', "json"),
        (b"\xef\xbb\xbf[{}]", "json"),
        (b"[]", "json"),
        (b"<?xml ?>", "xml"),
        (b"<rrd>", "xml"),
        (b"[time],a", "csv"),
        (b"{__name__},b", "csv"),
        (b"time,a", "csv"),
        (b"", "csv"),
    ],
)
def test_what_a_content_is_written_as_is_told_from_its_first_bytes(content, form):
    assert content_form(content) == form


def test_a_format_that_is_said_must_be_the_contents():
    layout = ExportLayout(**{**LAYOUT.__dict__, "form": "csv"})
    with pytest.raises(RefusedExportError, match=r'it is json, where sources.toml says format = "csv"'):
        read(PROMETHEUS, layout)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("1714521600")
KEYS = st.sampled_from(
    [
        *("MetricDataResults", "Id", "Label", "Timestamps", "Values", "StatusCode", "NextToken", "status"),
        *("data", "resultType", "result", "metric", "values", "__name__", "itemid", "clock", "value"),
    ]
)
JSONS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)
LIKE = st.one_of(
    st.fixed_dictionaries({"MetricDataResults": st.lists(JSONS | st.dictionaries(KEYS, JSONS), max_size=3)}),
    st.fixed_dictionaries(
        {"data": st.fixed_dictionaries({"resultType": st.just("matrix"), "result": JSONS | st.lists(JSONS)})}
    ),
    st.lists(JSONS | st.fixed_dictionaries({"itemid": JSONS, "clock": JSONS, "value": JSONS}), max_size=4),
)


@settings(deadline=None, max_examples=300)
@given(LIKE | JSONS)
def test_any_json_is_read_with_every_point_counted_once_or_refused(answer):
    with suppress(RefusedExportError):
        parsed = read(answer)
        numbers = [*parsed.samples["line_number"], *parsed.rejected["line_number"]]
        assert len(numbers) == len(set(numbers)) <= parsed.records_read
        assert parsed.samples["value"].is_finite().all()


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([XPORT, DUMP]),
    st.lists(st.tuples(st.integers(0, 2_000), st.text("<>/vtrow&;=0123456789 é\0", max_size=4)), max_size=5),
)
def test_any_xml_is_read_with_every_row_counted_once_or_refused(content, changes):
    for place, text in changes:
        content = content[:place] + text + content[place + len(text) :]
    with suppress(RefusedExportError):
        parsed = read_export([content.encode()], LAYOUT)
        assert parsed.samples["line_number"].n_unique() + parsed.rejected.height <= parsed.records_read
