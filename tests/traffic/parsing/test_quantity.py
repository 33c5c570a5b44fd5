"""Durations and quantities mean what people mean by them; what is unclear is refused with a sentence."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traffic.parsing.quantity import (
    UNKNOWN_UNIT,
    check_unit,
    common_unit,
    convert,
    duration_seconds,
    is_rate,
    limit_in,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("2m", 120),
        ("5 m", 300),
        (" 1h ", 3_600),
        ("2d", 172_800),
        ("007s", 7),
        ("86400s", 86_400),
    ],
)
def test_durations(text, seconds):
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "m", "0s", "0 d", "-2m", "1.5h", "2M", "2min", "1h30m", "2 m m", "1e3s", "∞s"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(
        ValueError, match="is not a duration; write a number with s, m, h or d, such as '5m'"
    ) as error:
        duration_seconds(text)
    assert repr(text) in str(error.value)


BASES = ["bit/s", "byte/s", "B/s", "bit", "byte", "B", "request", "request/s", "packet", "packet/s"]
PREFIXES = ["", "k", "K", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"]


@pytest.mark.parametrize("unit", ["unknown", *(prefix + base for prefix in PREFIXES for base in BASES)])
def test_units_stand_as_they_are(unit):
    assert check_unit(unit) == unit


@pytest.mark.parametrize(
    "unit",
    ["", "k", "Mi", "mb", "mb/s", "gB", "mib", "mBps", "BPS", "bit /s", "bit/m", "bit/s/s", "%", "ms", "MM"],
)
def test_what_is_no_unit_is_refused(unit):
    with pytest.raises(ValueError, match="is not a unit; write 'unknown' or a prefix") as error:
        check_unit(unit)
    assert repr(unit) in str(error.value)


@pytest.mark.parametrize("text", ["100", "20.5", "1.", "5 0bit/s"])
def test_a_number_without_a_unit_is_told_as_such(text):
    with pytest.raises(ValueError, match="is not a quantity; write a number and a unit, such as"):
        convert(text, "bit/s", 300)


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("bps", "bit/s"),
        ("Kbps", "Kbit/s"),
        ("kbps", "kbit/s"),
        ("mbps", "Mbit/s"),
        ("Gbps", "Gbit/s"),
        ("MBit/s", "Mbit/s"),
        ("mbit/s", "Mbit/s"),
        ("Mbit/s ", "Mbit/s"),
        ("Mb/s", "Mbit/s"),
        ("bits per second", "bit/s"),
        ("megabits/sec", "Mbit/s"),
        ("Bps", "byte/s"),
        ("MBps", "Mbyte/s"),
        ("bytes/second", "byte/s"),
        ("kilobytes per second", "kbyte/s"),
        ("octets", "byte"),
        ("KByte", "Kbyte"),
        ("Mb", "Mbit"),
        ("b", "bit"),
        ("kibit", "Kibit"),
        ("Kib/s", "Kibit/s"),
        ("gibibytes", "Gibyte"),
        ("pps", "packet/s"),
        ("kpps", "kpacket/s"),
        ("packets", "packet"),
        ("req/s", "request/s"),
    ],
)
def test_spellings_of_programs(spelling, unit):
    assert check_unit(spelling) == unit
    assert check_unit(unit) == unit


@pytest.mark.parametrize(
    ("unit", "common", "factor"),
    [
        ("Mbit/s", "bit/s", 1e6),
        ("MB/s", "bit/s", 8e6),
        ("MiB", "byte", 2**20),
        ("MB", "byte", 1e6),
        ("kbit", "byte", 125),
        ("kpacket/s", "packet/s", 1e3),
        ("Mrequest", "request", 1e6),
    ],
)
def test_the_unit_that_several_prefixes_share(unit, common, factor):
    assert common_unit(unit) == (common, factor)
    assert is_rate(unit) == is_rate(common) == unit.endswith("/s")


@pytest.mark.parametrize(
    ("quantity", "unit", "step_seconds", "expected"),
    [
        ("10 Mbps", "Mbit/s", 300, 10),
        ("1 Gbps", "kbps", 300, 1e6),
        ("5 kpps", "packet", 60, 300e3),
        ("10 Mbit/s", "bit/s", 300, 10e6),
        ("10Mbit/s", "Mbit/s", 300, 10),
        ("1 Gbit/s", "Mbit/s", 1, 1000),
        ("1 Gibit/s", "Mibit/s", 1, 1024),
        ("1 GiB", "byte", 60, 1024**3),
        ("1 GB", "byte", 60, 1e9),
        ("1 KiB", "B", 60, 1024),
        ("1 kB", "B", 60, 1000),
        ("1 KB", "B", 60, 1000),
        ("1 TiB", "TB", 60, 1024**4 / 1e12),
        ("8 bit", "byte", 60, 1),
        ("1.5 byte/s", "bit/s", 60, 12),
        # A rate fills a step; what is counted in a step flows through it.
        ("10 Mbit/s", "byte", 120, 10e6 / 8 * 120),
        ("100 Gbit/s", "byte", 300, 3.75e12),
        ("1 byte", "bit/s", 300, 8 / 300),
        ("50 request/s", "request", 120, 6000),
        ("6 krequest", "request/s", 120, 50),
        ("1 request", "request", 120, 1),
        (" 0.5  Gbit/s ", "bit/s", 120, 5e8),
    ],
)
def test_conversions(quantity, unit, step_seconds, expected):
    assert convert(quantity, unit, step_seconds) == pytest.approx(expected, rel=1e-12)


@given(
    st.integers(1, 10**9),
    st.sampled_from(PREFIXES),
    st.sampled_from(["bit", "byte", "B", "request"]),
    st.sampled_from(["", "/s"]),
    st.sampled_from(["", "/s"]),
    st.integers(1, 86_400),
)
def test_there_and_back_again(amount, prefix, base, rate, other_rate, step_seconds):
    unit, other = f"{prefix}{base}{rate}", f"{base}{other_rate}"
    there = convert(f"{amount} {unit}", other, step_seconds)
    back = convert(f"1 {other}", unit, step_seconds)
    assert there * back == pytest.approx(amount, rel=1e-12)


@pytest.mark.parametrize(
    "quantity", ["", "Mbit/s", "10", "-1 bit/s", "1e3 bit/s", "1,5 Gbit/s", "10 G bit/s", ".5 bit/s"]
)
def test_what_is_no_quantity_is_refused(quantity):
    with pytest.raises(ValueError, match=r"is not a (quantity|unit)"):
        convert(quantity, "bit/s", 60)


@pytest.mark.parametrize(
    ("quantity", "unit"), [("10 Mbit/s", "request"), ("1 request/s", "byte"), ("5 request", "bit/s")]
)
def test_bits_and_requests_do_not_mix(quantity, unit):
    with pytest.raises(ValueError, match=f"'{quantity}' cannot be expressed in '{unit}'"):
        convert(quantity, unit, 60)


@pytest.mark.parametrize(
    ("limit", "unit", "sentence"),
    [
        ("20 GB", "bit/s", "'20 GB' is a volume, and isp/In is a rate in bit/s: write '20 Gbit/s'"),
        ("1.5 GiB", "Mbit/s", "'1.5 GiB' is a volume, and isp/In is a rate in Mbit/s: write '1.5 Gibit/s'"),
        ("9 byte", "kB/s", "'9 byte' is a volume, and isp/In is a rate in kB/s: write '9 B/s'"),
        ("5 krequest", "request/s", "is a count, and isp/In is a rate in request/s: write '5 krequest/s'"),
    ],
)
def test_the_limit_of_a_rate_is_a_rate(limit, unit, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        limit_in(limit, unit, 300, "isp/In")


@pytest.mark.parametrize(
    ("limit", "unit", "expected"),
    [
        ("20 Gbit/s", "bit/s", 20e9),
        ("8 Mbit/s", "byte", 3e8),
        ("20 GB", "byte", 20e9),
        ("5 request", "request", 5),
    ],
)
def test_a_series_of_amounts_a_step_takes_rates_and_amounts(limit, unit, expected):
    assert limit_in(limit, unit, 300, "isp/In") == pytest.approx(expected)


def test_a_series_of_unknown_unit_compares_with_nothing():
    with pytest.raises(ValueError, match="cannot be compared with a series of unknown unit; say its unit"):
        convert("10 Mbit/s", UNKNOWN_UNIT, 60)
