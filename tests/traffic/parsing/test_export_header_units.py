"""Units that a header states: taken where all columns state one kind, and brought to one unit."""

from __future__ import annotations

import pytest

from traffic.parsing.export import ExportLayout, RefusedExportError, parse_export
from traffic.parsing.export.header_units import stated_unit

LINE = "2024-05-01 00:00"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Traffic In (Mbit/s)", ("Traffic In", "Mbit/s")),
        ("Traffic In [KiB]", ("Traffic In", "KiB")),
        ("Traffic In, Kbps", ("Traffic In", "Kbit/s")),
        ("rx bytes/second", ("rx", "byte/s")),
        ("bytes", ("bytes", "byte")),
        ("In Octets", ("In", "byte")),
        ("link (B)", ("link", "B")),
        ("link B", ("link B", None)),
        ("b", ("b", None)),
        ("Traffic (Router 7)", ("Traffic (Router 7)", None)),
        ("n_bytes", ("n_bytes", None)),
        ("", ("", None)),
    ],
)
def test_where_a_header_states_a_unit(header, expected):
    assert stated_unit(header) == expected


def read(numbered, header, values, **keys):
    layout = ExportLayout("wide", "time", separator=";", **keys)
    return parse_export(numbered([f"time;{header}", f"{LINE};{values}"]), layout)


def test_prefixes_are_brought_to_the_unit_without_one(numbered):
    parsed = read(numbered, "In (Mbit/s);Out (KB/s);Up (Kibit/s)", "1.5;2;1")
    assert (parsed.unit, parsed.note) == ("bit/s", None)
    assert dict(parsed.samples.select("label", "value").iter_rows()) == {
        "In": 1.5e6,
        "Out": 16_000,
        "Up": 1024,
    }
    assert parsed.told == ("KB/s, Kibit/s, Mbit/s from the header",)


@pytest.mark.parametrize(
    ("header", "unit", "value"),
    [
        ("x (GiB)", "byte", 2**30),
        ("x (GB)", "byte", 10**9),
        ("x (pps)", "packet/s", 1),
        ("x (bit)", "byte", 1 / 8),
    ],
)
def test_decimal_and_binary_prefixes_are_told_apart(numbered, header, unit, value):
    parsed = read(numbered, header, "1", unit="header")
    assert (parsed.unit, parsed.samples["value"].to_list()) == (unit, [value])


def test_a_said_unit_stands_and_a_header_that_says_another_is_noted(numbered):
    parsed = read(numbered, "In (Mbit/s);Out", "1;2", unit="Kbit/s")
    assert (parsed.unit, parsed.samples["value"].to_list()) == ("Kbit/s", [1, 2])
    assert parsed.samples["label"].to_list() == ["In (Mbit/s)", "Out"]
    assert parsed.note == "the header 'In (Mbit/s)' says Mbit/s where sources.toml says Kbit/s, which stands"
    assert read(numbered, "In (Mbps)", "1", unit="Mbit/s").note is None


def test_units_of_several_kinds_are_refused_or_left_unknown(numbered):
    header, fault = "In (Mbit/s);In (MB)", "the header states units of several kinds (bit/s, byte)"
    parsed = read(numbered, header, "1;2")
    assert parsed.unit == "unknown"
    assert parsed.samples["value"].to_list() == [1, 2]
    assert parsed.note.startswith(fault)
    with pytest.raises(RefusedExportError) as refusal:
        read(numbered, header, "1;2", unit="header")
    assert str(refusal.value).startswith(fault)
    assert read(numbered, header, "1;2", unit="header", value_columns=("In (MB)",)).unit == "byte"


def test_a_header_that_must_state_a_unit_and_does_not_is_refused(numbered):
    with pytest.raises(RefusedExportError, match="the column 'Out' states no unit that is known"):
        read(numbered, "In (Mbit/s);Out", "1;2", unit="header")
    assert read(numbered, "In (Mbit/s);Out", "1;2").unit == "unknown"


def test_labels_that_differ_in_their_unit_alone_stay_whole(numbered):
    parsed = read(numbered, "In (Mbit/s);In (Kbit/s)", "1;2")
    assert parsed.samples["label"].to_list() == ["In (Mbit/s)", "In (Kbit/s)"]
    assert parsed.samples["value"].to_list() == [1e6, 2e3]


def test_a_rate_is_no_volume_and_a_counter_stays_as_it_is_counted(numbered):
    with pytest.raises(RefusedExportError, match="states bit/s, which is no volume"):
        read(numbered, "In (Mbit/s)", "1", unit="header", measures="volume")
    parsed = read(numbered, "In (kbit)", "7", unit="header", measures="counter")
    assert (parsed.unit, parsed.samples["value"].to_list()) == ("kbit", [7])


def test_a_number_that_its_prefix_makes_infinite_is_rejected(numbered):
    lines = ["time,a (Gbit/s)", "2024-05-01 00:00,1e308", "2024-05-01 01:00,2"]
    parsed = parse_export(numbered(lines), ExportLayout("wide", "time", unit="header"))
    assert parsed.samples["value"].to_list() == [2e9]
    (reason,) = parsed.rejected["reason"]
    assert reason.startswith("'1e308' for series 'a' is too large in its unit")
