"""The landing zone as a whole: the same bytes from the same seed, and a sources.toml that reads them."""

import fnmatch
import hashlib
import re
import tomllib

import pytest

from traffic.simulation.landing_zone import NOTICE_PATH, simulate_landing_zone


def test_the_same_seed_gives_the_same_bytes(zone):
    again = simulate_landing_zone(1995)
    assert dict(again.files) == dict(zone.files)
    assert again.sources_toml == zone.sources_toml
    assert again.truth.files == zone.truth.files


def test_another_seed_changes_every_file(zone):
    other = simulate_landing_zone(7)
    assert other.files.keys() == zone.files.keys()
    assert [path for path in zone.files if zone.files[path] == other.files[path]] == []


def test_content_is_the_same_on_every_python_and_machine(zone, plain):
    # Content is compared unpacked: another build of zlib may pack the same content into other bytes.
    # When the simulation changes on purpose, put the new digest here.
    digest = hashlib.sha256()
    for path in sorted(zone.files):
        digest.update(path.encode() + b"\0" + plain(zone.files[path]) + b"\0")
    assert digest.hexdigest() == "01d70e7c1122af3f9a3b89e6d059030dfbea60f5fd50074734852762996d2fc6"


def test_a_negative_seed_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="seed of the landing zone must be zero or positive, not -3"):
        simulate_landing_zone(-3)


def test_the_size_is_as_promised(zone):
    log_lines = sum(truth.lines_read for path, truth in zone.truth.files.items() if "/weblogs/" in path)
    export_bytes = sum(len(content) for path, content in zone.files.items() if "/exports/" in path)
    assert 190_000 < log_lines < 210_000
    assert export_bytes < 6_000_000


def test_sums_of_the_ledger_hold_for_every_file(zone):
    for path, truth in zone.truth.files.items():
        records_read = truth.records_loaded + truth.records_rejected
        assert truth.lines_read == truth.lines_skipped + records_read, path
        assert sum(truth.rejected_by_kind.values()) == truth.records_rejected, path


def test_sources_toml_reads_each_data_file_once_and_the_notice_never(zone):
    sources = tomllib.loads(zone.sources_toml)
    entries = [*sources["weblog"], *sources["export"]]
    readers = {
        path: [entry["name"] for entry in entries if fnmatch.fnmatch(path, entry["files"])]
        for path in zone.files
    }
    assert readers.pop(NOTICE_PATH) == []
    assert readers == {path: [truth.source] for path, truth in zone.truth.files.items()}


def test_sources_toml_names_the_series_and_capacities_of_the_truth(zone):
    sources = tomllib.loads(zone.sources_toml)
    declared = {
        f"{entry['name']}/{label}": (float(text.removesuffix(" Gbit/s")) * 1e9, entry["time_zone"])
        for entry in sources["export"]
        for label, text in entry["capacity"].items()
    }
    assert declared == {key: (truth.capacity, truth.time_zone) for key, truth in zone.truth.series.items()}
    assert {(entry["name"], entry["format"]) for entry in sources["weblog"]} == {
        ("www", "combined"),
        ("intranet", "common"),
    }


def test_it_says_at_once_that_it_is_simulated(zone):
    assert zone.sources_toml.splitlines()[0].startswith("# SIMULATED DATA")
    assert "SIMULATED" in zone.files[NOTICE_PATH].decode("ascii").splitlines()[0]


def test_examples_are_valid_once_their_marks_are_removed(zone):
    told = tomllib.loads(re.sub(r"(?m)^#(?=\S)", "", zone.sources_toml))
    plain_sources = tomllib.loads(zone.sources_toml)
    assert [entry["format"] for entry in told["weblog"][len(plain_sources["weblog"]) :]] == [
        "combined",
        "epa",
    ]
    assert [entry["shape"] for entry in told["export"][len(plain_sources["export"]) :]] == ["wide", "single"]
