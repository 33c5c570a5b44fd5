"""The text file for node_exporter, read back by Prometheus' own parser, and its names."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from assets.metrics import write_metrics

NIGHT = datetime(2025, 11, 17)
HOSTILE = 'isp/a "quoted" \\ back\nline {brace} ä🚦'
COMMON = {"source": "isp", "kind": "export", "status": "ok", "time_zone": "UTC", "phase_seconds": 0}
UNITS = {"isp/bits": ("Mbit/s", 300), "isp/bytes": ("byte", 120), HOSTILE: ("unknown", 300)}


def insert(home: Any, table: str, *rows: dict[str, Any]) -> None:
    home.warehouse.insert(table, pl.DataFrame(list(rows), infer_schema_length=None))


def fill(home: Any) -> None:
    for series_id, (unit, step_seconds) in UNITS.items():
        entry = {"series_id": series_id, "unit": unit, "step_seconds": step_seconds}
        insert(home, "series.catalog", COMMON | entry | {"last_utc": NIGHT - timedelta(hours=3)})
        point = {"series_id": series_id, "model": "combination", "is_champion": True, "issued_at_utc": NIGHT}
        point |= {"step_seconds": step_seconds}
        points = [
            point
            | {"target_utc": NIGHT + timedelta(hours=k), "horizon": k + 1, "mean": 10.0 * k, "q90": 60.0 * k}
            for k in range(3)
        ]
        later = {"target_utc": NIGHT + timedelta(days=3), "horizon": 99, "mean": 1e6, "q90": 1e6}
        insert(home, "forecasts.points", *points, point | later)
    insert(
        home,
        "planning.congestion",
        *(
            {
                "series_id": "isp/bits",
                "issued_at_utc": NIGHT,
                "window": window,
                "target_utc": NIGHT,
                "threshold": threshold,
                "capacity": 1e9,
                "probability_above": probability,
            }
            for window, threshold, probability in (
                ("night", 0.9, 0.25),
                ("night", 1.0, 0.0),
                ("slot", 0.9, 0.9),
            )
        ),
    )
    outlook = {"issued_at_utc": NIGHT, "horizon_weeks": 12}
    insert(
        home,
        "planning.outlook",
        outlook
        | {"series_id": "isp/bits", "headroom": 0.4, "p95_billing_to_date": 7.0, "runout_probability": 0.1},
        outlook | {"series_id": "isp/bytes", "headroom": None, "reason": "It has no capacity."},
    )
    file = {"kind": "weblog", "status": "loaded", "path": "p", "bytes_read": 1, "lines_skipped": 0}
    file |= {"records_read": 10, "records_loaded": 7, "records_rejected": 2, "records_duplicate": 1}
    file |= {"rows_written": 7, "loaded_at_utc": NIGHT}
    insert(home, "raw.ingested_files", *(file | {"source": "isp", "file_id": name} for name in "ab"))
    event = {"rule": "full", "kind": "congestion", "first_issued_at_utc": NIGHT, "last_issued_at_utc": NIGHT}
    events = [event | {"event_id": name, "subject": name, "sentence": "It is."} for name in "ab"]
    former = NIGHT - timedelta(days=1)
    ended = {"first_issued_at_utc": former, "last_issued_at_utc": former}
    insert(home, "alerts.events", *events, event | ended | {"event_id": "c", "subject": "c", "sentence": "x"})
    letter = {"event_id": "a", "channel": "ops", "status": "dead_letter", "n_attempts": 5, "error": "No."}
    insert(home, "alerts.deliveries", letter | {"last_attempt_utc": NIGHT})


@pytest.fixture
def file(home: Any) -> Path:
    fill(home)
    path: Path = home.path / "published" / "diurnal.prom"
    write_metrics(home.warehouse, NIGHT, path)
    return path


@pytest.fixture
def families(file: Path) -> dict[str, Metric]:
    return {
        family.name: family for family in text_string_to_metric_families(file.read_text(encoding="utf-8"))
    }


@pytest.fixture
def value(families: dict[str, Metric]) -> Callable[..., float]:
    def of(name: str, **labels: str) -> float:
        (found,) = [one.value for one in families[f"diurnal_{name}"].samples if one.labels == labels]
        return found

    return of


def test_every_figure_of_the_night_is_read_back(value: Callable[..., float]) -> None:
    assert value("night_timestamp_seconds") == 1_763_337_600
    assert value("congestion_probability_ratio", series="isp/bits", threshold="0.9") == 0.25
    assert value("congestion_probability_ratio", series="isp/bits", threshold="1") == 0
    assert value("headroom_ratio", series="isp/bits") == 0.4
    assert value("runout_probability_ratio", series="isp/bits") == 0.1
    assert value("p95_to_date_bits_per_second", series="isp/bits") == 7e6
    assert value("forecast_mean_bits_per_second", series="isp/bits") == 10e6
    assert value("forecast_peak_q90_bits_per_second", series="isp/bits") == 120e6
    assert value("forecast_mean_bytes_per_second", series="isp/bytes") == pytest.approx(10 / 120)
    assert value("forecast_mean_unknown_unit", series=HOSTILE) == 10
    assert value("source_files", source="isp", status="loaded") == 2
    assert value("source_records", source="isp", outcome="loaded") == 14
    assert value("source_records", source="isp", outcome="rejected") == 4
    assert value("series_newest_value_age_seconds", series="isp/bits") == 3 * 3600
    assert value("series_newest_value_timestamp_seconds", series="isp/bits") == 1_763_337_600 - 3 * 3600
    assert value("open_events", kind="congestion") == 2
    assert value("dead_letters", channel="ops") == 1


def test_what_is_missing_has_no_sample(families: dict[str, Metric]) -> None:
    labels = [sample.labels["series"] for sample in families["diurnal_headroom_ratio"].samples]
    assert labels == ["isp/bits"]
    assert families["diurnal_forecast_mase_ratio"].samples == []


def test_names_are_those_that_prometheus_takes_and_say_their_unit(families: dict[str, Metric]) -> None:
    # "Metric and label naming" of Prometheus' documentation: a prefix, base units in the plural at the end.
    counted = {
        "diurnal_source_files",
        "diurnal_source_records",
        "diurnal_open_events",
        "diurnal_dead_letters",
    }
    units = ("_ratio", "_seconds", "_per_second", "_unknown_unit")
    for name, family in families.items():
        assert re.fullmatch(r"diurnal_[a-z0-9_]+", name)
        assert name in counted or name.endswith(units)
        assert family.type == "gauge"
        assert family.documentation.endswith(".")


def test_an_empty_night_is_a_whole_file(home: Any) -> None:
    path = home.path / "published" / "diurnal.prom"
    write_metrics(home.warehouse, NIGHT, path)
    found = {family.name: family for family in text_string_to_metric_families(path.read_text())}
    assert found["diurnal_night_timestamp_seconds"].samples[0].value == 1_763_337_600


def test_the_file_is_swapped_in_and_nothing_stays_beside_it(home: Any, file: Path) -> None:
    before = file.stat().st_ino
    with file.open() as reader:  # a scrape that has begun reads the former file to its end
        write_metrics(home.warehouse, NIGHT + timedelta(days=1), file)
        assert "diurnal_night_timestamp_seconds 1.7633376e+09" in reader.read()
    assert file.stat().st_ino != before
    assert [one.name for one in file.parent.iterdir()] == ["diurnal.prom"]


def test_a_night_that_cannot_be_written_leaves_the_former_file(
    home: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def broken(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(OSError, match="no space"):
        write_metrics(home.warehouse, NIGHT, file)
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == ["diurnal.prom"]


def test_promtool_reads_it_and_would_only_have_bytes_for_bits(file: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("needs promtool, such as Debian's package prometheus")
    with file.open() as content:
        told = subprocess.run([promtool, "check", "metrics"], stdin=content, capture_output=True, check=False)
    # Links and bills are counted in bits. A fault of the format would end with code 1; advice ends with 3.
    advice = told.stderr.decode().splitlines()
    assert told.returncode == 3, advice
    assert [line for line in advice if not line.endswith('use base unit "bytes" instead of "bits"')] == []


def test_the_night_of_a_home_east_of_greenwich_is_its_midnight_in_utc(home: Any) -> None:
    path = home.path / "diurnal.prom"
    midnight = datetime(2025, 11, 16, 23)
    write_metrics(home.warehouse, midnight, path)
    (sample,) = next(
        family.samples
        for family in text_string_to_metric_families(path.read_text())
        if family.name == "diurnal_night_timestamp_seconds"
    )
    assert sample.value == 1_763_334_000
