"""What sources.toml may say, and what follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.sources import Sources, SourcesError, read_sources
from assets.web_log_source import WebLog
from traffic.simulation.provider import EXPORTS
from traffic.simulation.sources_toml import write_sources_toml
from traffic.simulation.weblog_content import WEBSITES

WEB = '[[weblog]]\nname = "www"\nfiles = "landing/www/*"\n'
ISP = '[[export]]\nname = "isp"\nfiles = "landing/isp/*"\nshape = "wide"\ntime_column = "t"\nstep = "5m"\n'
LONG = ISP.replace("wide", "long") + 'series_column = "link"\nvalue_column = "bps"\n'
FINGERPRINTS = [("0391d2a59f038b5a", "2-d61d12ecb3d6e820"), ("8ebc37981c2d811a", "2-83e3ecd96ec4f819")]
SINGLE = ISP.replace("wide", "single") + 'value_column = "bps"\n'


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "sources.toml"


def read(toml: Path, text: str) -> Sources:
    toml.write_text(text, encoding="utf-8")
    return read_sources(toml)


def test_a_mark_before_the_text_and_windows_line_ends_do_no_harm(toml: Path) -> None:
    toml.write_bytes(b"\xef\xbb\xbf" + WEB.replace("\n", "\r\n").encode())
    assert [source.name for source in read_sources(toml).all] == ["www"]


def test_an_empty_file_has_defaults_and_no_source(toml: Path) -> None:
    sources = read(toml, "")
    assert sources.all == ()
    assert (sources.platform.time_zone, sources.platform.stale_after, sources.platform.keep_nights) == (
        "UTC",
        2 * 86_400,
        14,
    )


def test_all_series_get_arima_and_garch_up_to_a_bound_unless_told_otherwise(toml: Path) -> None:
    platform = read(toml, "").platform
    assert (platform.constant_volatility, platform.constant_volatility_at_most) == (("*",), 24)
    assert (platform.thresholds, platform.runout_threshold) == ((0.7, 0.9, 1.0), 0.9)
    said = '[platform]\nconstant_volatility = ["isp/*", "www/bytes"]\nconstant_volatility_at_most = 3\n'
    platform = read(toml, said).platform
    assert (platform.constant_volatility, platform.constant_volatility_at_most) == (("isp/*", "www/bytes"), 3)
    assert read(toml, "[platform]\nconstant_volatility = []\n").platform.constant_volatility == ()


def test_the_platforms_zone_is_handed_down_to_tables_without_one(toml: Path) -> None:
    own = ISP + 'time_zone = "Asia/Tokyo"\n'
    sources = read(toml, '[platform]\ntime_zone = "Europe/Berlin"\n' + WEB + own)
    assert {source.name: source.time_zone for source in sources.all} == {
        "www": "Europe/Berlin",
        "isp": "Asia/Tokyo",
    }
    assert read(toml, WEB).weblog[0].time_zone == "UTC"


def test_what_is_left_out_of_a_table_has_its_default(toml: Path) -> None:
    sources = read(toml, WEB + ISP)
    web, isp = sources.weblog[0], sources.export[0]
    assert (web.format, web.step, web.silence, web.month, web.capacity) == ("auto", 120, 3600, None, None)
    assert (isp.unit, isp.separator, isp.columns, isp.step) == ("unknown", "auto", (), 300)
    assert "%Y-%m-%d %H:%M" in isp.time_formats


@pytest.mark.parametrize(
    "form",
    [
        "%m/%d/%y %H:%M",
        "%m/%d/%Y %I:%M %p",
        "%d.%m.%Y %H:%M",
        "%Y-%m-%dT%H:%M:%S%z",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y%m%d%H%M",
        "%Y-%m-%d",
        "%b %e %Y %T",
        "%s",
        "epoch_s",
        "epoch_ms",
        "ole",
        "ole_utc",
    ],
)
def test_formats_that_read_a_date_are_taken(toml: Path, form: str) -> None:
    assert read(toml, ISP + f'time_formats = ["{form}"]\n').export[0].time_formats == (form,)


def reader_of(toml: Path, table: str) -> str:
    return read(toml, table).all[0].reader


@pytest.mark.parametrize(
    "change",
    [
        'time_zone = "Europe/Berlin"',
        'unit = "byte"',
        'separator = ";"',
        'time_formats = ["%d.%m.%Y %H:%M"]',
        'columns = ["a"]',
        'decimal = ","',
        'hour_column = "hour"',
        'measures = "volume"',
    ],
)
def test_another_way_of_reading_an_export_has_another_fingerprint(toml: Path, change: str) -> None:
    assert reader_of(toml, ISP + change) != reader_of(toml, ISP)


@pytest.mark.parametrize("change", ['time_zone = "Europe/Berlin"', 'month = "1995-08"', 'format = "common"'])
def test_another_way_of_reading_a_log_has_another_fingerprint(toml: Path, change: str) -> None:
    assert reader_of(toml, WEB + change) != reader_of(toml, WEB)


def test_what_does_not_change_the_rows_does_not_change_the_fingerprint(toml: Path) -> None:
    web = reader_of(toml, WEB)
    for change in ('capacity = "10 Mbit/s"', 'step = "5m"', 'silence = "2h"'):
        assert reader_of(toml, WEB + change) == web
    assert reader_of(toml, WEB.replace("www", "shop")) == web
    isp = reader_of(toml, ISP + 'unit = "bit/s"\n')
    assert reader_of(toml, ISP + 'unit = "bit/s"\ncapacity = { a = "1 Gbit/s" }\n') == isp
    assert reader_of(toml, ISP.replace("5m", "1h") + 'unit = "bit/s"\n') == isp
    assert reader_of(toml, '[platform]\ntime_zone = "Asia/Tokyo"\n' + WEB) != web


@pytest.mark.parametrize("table", [WEB, ISP])
def test_holidays_change_neither_what_is_read_nor_the_series(toml: Path, table: str) -> None:
    without = read(toml, table).all[0]
    assert without.holidays is None
    for country in ("GB", "GB-ENG", "DE-BY"):
        told = read(toml, table + f'holidays = "{country}"\n').all[0]
        assert (told.holidays, told.reader, told.grid) == (country, without.reader, without.grid)


def test_the_fingerprints_of_sources_without_holidays_are_those_of_before_the_key(toml: Path) -> None:
    # Written by the release that did not know the key: another would read every file again.
    sources = read(toml, WEB + ISP)
    assert [(source.reader, source.grid) for source in sources.all] == FINGERPRINTS


def test_capacities_are_told_in_the_unit_of_the_series(toml: Path) -> None:
    sources = read(
        toml, WEB + 'capacity = "10 Mbit/s"\n' + ISP + 'unit = "Mbit/s"\ncapacity = { a = "1 Gbit/s" }\n'
    )
    web, isp = sources.weblog[0], sources.export[0]
    assert web.capacity_of("bytes", "byte", 120) == 10e6 / 8 * 120
    assert web.capacity_of("requests", "request", 120) is None
    assert isp.capacity_of("a", "Mbit/s", 300) == 1000.0
    assert isp.capacity_of("b", "Mbit/s", 300) is None


PRESET = '[[export]]\nname = "isp"\nfiles = "landing/isp/*"\nstep = "5m"\n'


@pytest.mark.parametrize("preset", ["aws_cloudwatch", "grafana", "prometheus", "rrd", "zabbix"])
def test_a_preset_says_what_the_file_looks_like(toml: Path, preset: str) -> None:
    isp = read(toml, PRESET + f'preset = "{preset}"\n').export[0]
    assert (isp.preset, isp.unit, isp.layout("x").shape) == (preset, "unknown", isp.shape)


def test_own_keys_win_over_a_preset(toml: Path) -> None:
    cloudwatch = PRESET + 'preset = "aws_cloudwatch"\n'
    isp = read(toml, cloudwatch + 'value_column = "Sum"\nseries = "in"\n').export[0]
    assert (isp.shape, isp.time_column, isp.value_column) == ("single", "timestamp", "Sum")
    wide = read(toml, cloudwatch + 'shape = "wide"\n').export[0]
    assert (wide.shape, wide.time_column, wide.value_column) == ("wide", "timestamp", None)


def test_the_preset_of_prtg_needs_its_raw_columns(toml: Path) -> None:
    prtg = PRESET + 'preset = "prtg"\n'
    isp = read(toml, prtg + 'columns = ["Traffic In (speed)(RAW)"]\n').export[0]
    assert (isp.time_column, isp.time_formats) == ("Date Time(RAW)", ("ole_utc",))
    with pytest.raises(SourcesError, match="needs columns"):
        read(toml, prtg)


@pytest.mark.parametrize(
    ("keys", "unit"),
    [('unit = "Mbps"', "Mbit/s"), ('unit = "header"', "header"), ('unit = "pps"', "packet/s")],
)
def test_units_of_an_export(toml: Path, keys: str, unit: str) -> None:
    isp = read(toml, ISP + keys).export[0]
    assert isp.unit == isp.layout("file").unit == unit


def test_a_capacity_of_a_unit_that_the_header_states_is_compared_when_that_is_known(toml: Path) -> None:
    isp = read(toml, ISP + 'unit = "header"\ncapacity = "1 Gbps"\n').export[0]
    assert isp.capacity_of("a", "bit/s", 300) == 1e9


def test_a_counter(toml: Path) -> None:
    isp = read(toml, ISP + 'unit = "byte"\nmeasures = "counter"\ncounter_bits = 32\n').export[0]
    assert (isp.measures, isp.counter_bits) == ("counter", 32)


def test_the_simulated_sources_are_accepted(toml: Path) -> None:
    sources = read(toml, write_sources_toml(WEBSITES, EXPORTS))
    assert [source.name for source in sources.all] == [
        *(website.source for website in WEBSITES),
        *(export.source for export in EXPORTS),
    ]
    for export, declared in zip(EXPORTS, sources.export, strict=True):
        for link in export.links:
            for direction in link.mean_load:
                label = f"{link.name}_{direction}"
                assert declared.capacity_of(label, "bit/s", 300) == pytest.approx(link.capacity)


def test_the_examples_in_the_simulated_file_work_as_they_stand(toml: Path) -> None:
    text = write_sources_toml(WEBSITES, EXPORTS)
    examples = text[text.index("Examples to adapt") :].splitlines()[1:]
    bare = [line.removeprefix("#") for line in examples if not line.startswith("# ")]
    sources = read(toml, "\n".join(bare))
    assert len(sources.all) == text[text.index("Examples to adapt") :].count("#[[")
    assert all(isinstance(source, WebLog) == (source.kind == "weblog") for source in sources.all)
