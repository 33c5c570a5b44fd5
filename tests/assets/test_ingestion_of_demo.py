"""The simulated landing zone, ingested whole and put on its grids, against the truth it was made from."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from traffic.simulation.landing_zone import LandingZone, simulate_landing_zone
from traffic.simulation.span import LAST_DAY


@dataclass
class Demo:
    """The zone, the home that has ingested it, and what was said."""

    zone: LandingZone
    home: Any
    said: list[str]

    def ledger(self) -> dict[str, dict[str, Any]]:
        rows = self.home.rows("raw.ingested_files")
        return {str(Path(row["path"]).relative_to(self.home.path)): row for row in rows}

    def series(self, source: str) -> dict[str, Any]:
        made = self.home.series(LAST_DAY + timedelta(days=1))
        return {name: one for name, one in made.items() if name.startswith(f"{source}/")}


@pytest.fixture(scope="module")
def demo(make_home: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Demo:
    zone = simulate_landing_zone()
    home = make_home(tmp_path_factory.mktemp("demo") / "home")
    for name, content in zone.files.items():
        home.put(name, content)
    home.declare(zone.sources_toml)
    return Demo(zone, home, home.ingest())


def test_every_file_is_accounted_for_as_it_was_made(demo: Demo) -> None:
    ledger = demo.ledger()
    assert ledger.keys() == demo.zone.truth.files.keys()  # the notice beside them is no data
    assert len(demo.said) == len(ledger)
    for path, truth in demo.zone.truth.files.items():
        row = ledger[path]
        assert (row["status"], row["reason"], row["source"]) == ("loaded", None, truth.source)
        assert row["records_duplicate"] == 0
        for name in ("lines_read", "lines_skipped", "records_loaded", "records_rejected", "rows_written"):
            assert row[name] == getattr(truth, name), f"{name} of {path}"


def test_the_sums_of_the_ledger_hold_for_every_file_and_against_the_tables(demo: Demo) -> None:
    counted = demo.home.warehouse.query("""
        SELECT file.source, file.path, lines_read = lines_skipped + records_read AS lines_hold,
            records_read = records_loaded + records_rejected + records_duplicate AS records_hold,
            rows_written = (SELECT count(*) FROM raw.web_requests WHERE file_id = file.file_id)
                + (SELECT count(*) FROM raw.provider_samples WHERE file_id = file.file_id) AS rows_hold,
            records_rejected = (SELECT count(*) FROM raw.rejected_lines WHERE file_id = file.file_id)
                AS rejected_hold
        FROM raw.ingested_files AS file
    """)
    assert counted.height == len(demo.zone.truth.files)
    for name in ("lines_hold", "records_hold", "rows_hold", "rejected_hold"):
        assert counted[name].all(), name


def test_every_rejected_line_says_why_and_is_safe_to_show(demo: Demo) -> None:
    rejected = demo.home.rows("raw.rejected_lines")
    assert len(rejected) == sum(truth.records_rejected for truth in demo.zone.truth.files.values())
    for row in rejected:
        assert row["reason"]
        assert row["line"].isprintable()
        assert len(row["line"]) <= 1000


def test_the_requests_are_those_of_the_truth(demo: Demo) -> None:
    totals = demo.home.warehouse.query("""
        SELECT source, CAST(timezone('Europe/Berlin', timezone('UTC', at_utc)) AS DATE) AS day,
            count(*) AS requests, CAST(sum(bytes_sent) AS BIGINT) AS bytes_sent,
            count(*) - count(bytes_sent) AS missing_sizes
        FROM raw.web_requests GROUP BY ALL
    """)
    found = {(source, day): rest for source, day, *rest in totals.rows()}
    assert found == {
        key: [truth.requests, truth.bytes_sent, truth.missing_sizes]
        for key, truth in demo.zone.truth.weblog_days.items()
    }


@pytest.mark.parametrize("source", ["metro", "metro_berlin"])
def test_the_series_of_an_export_are_those_of_the_truth_on_a_whole_grid(demo: Demo, source: str) -> None:
    made = demo.series(source)
    truths = {name: one for name, one in demo.zone.truth.series.items() if name.startswith(f"{source}/")}
    assert made.keys() == truths.keys()
    for name, truth in truths.items():
        observations = made[name].observations
        assert observations is not None
        assert np.array_equal(observations["at_utc"].to_numpy(), truth.at_utc)
        value = observations["value"].fill_null(np.nan).to_numpy()
        np.testing.assert_array_equal(value, truth.value)
        assert observations["is_observed"].to_list() == (~np.isnan(truth.value)).tolist()
        entry = made[name].entry
        assert (entry["status"], entry["phase_seconds"], entry["unit"]) == ("ok", 0, "bit/s")
        assert entry["capacity"] == pytest.approx(truth.capacity)
        assert entry["n_observations"] == int((~np.isnan(truth.value)).sum())
        if truth.outage_utc is not None:
            out = observations.filter(pl.col("flag") == "outage")["at_utc"]
            assert (out[0], out[-1]) == (
                truth.outage_utc.start_utc,
                truth.outage_utc.end_utc - timedelta(minutes=5),
            )


def test_the_day_the_clock_goes_back_has_25_hours_and_repeats_its_slots(demo: Demo) -> None:
    for one in demo.series("metro_berlin").values():
        assert one.days is not None
        lengths = dict(one.days.group_by("local_date").len().rows())
        assert lengths.pop(date(2025, 10, 26)) == 25 * 12
        assert set(lengths.values()) == {24 * 12}
        slots = one.days.filter(pl.col("local_date") == date(2025, 10, 26))["slot"].value_counts()
        assert slots.filter(pl.col("count") == 2)["slot"].sort().to_list() == list(range(2 * 12, 3 * 12))


def test_the_series_of_a_log_sum_up_its_requests(demo: Demo) -> None:
    for source in ("www", "intranet"):
        made = demo.series(source)
        truths = [one for (name, _), one in demo.zone.truth.weblog_days.items() if name == source]
        for label, expected in (
            ("bytes", sum(one.bytes_sent for one in truths)),
            ("requests", sum(one.requests for one in truths)),
        ):
            one = made[f"{source}/{label}"]
            assert one.observations is not None
            assert one.observations["value"].sum() == expected
            assert one.entry["observed_share"] == 1.0
            # Four days, and no hour without a line between them that would have been a gap.
            assert one.observations.height == 4 * 720


def test_the_second_night_finds_nothing_new_and_a_copy_adds_nothing(demo: Demo) -> None:
    assert demo.home.ingest() == []
    before = {name: demo.home.warehouse.count(f"raw.{name}") for name in ("web_requests", "rejected_lines")}
    packed = next(name for name in demo.zone.files if name.endswith(".gz"))
    folder = Path(packed).parent
    demo.home.put(f"{folder}/access.log-unpacked", gzip.decompress(demo.zone.files[packed]))
    assert len(demo.home.ingest()) == 1
    row = demo.ledger()[f"{folder}/access.log-unpacked"]
    assert (row["status"], row["rows_written"], row["first_utc"]) == ("copy", 0, None)
    assert before == {name: demo.home.warehouse.count(f"raw.{name}") for name in before}
    assert demo.ledger()[packed]["loaded_at_utc"] > datetime(2025, 1, 1)
