"""Demo nights with rules, through Dagster: a local server gets one message, and each event once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from webhook_server import SECRETS, WebhookServer, webhook_server

pytestmark = pytest.mark.pipeline

LAST_NIGHT = datetime(2025, 11, 17)
# The web servers of the demo and one of its exports end at midnight of Berlin: an hour before that of UTC.
RULES = """
[[channel]]
name = "ops"
kind = "webhook"
url_env = "DIURNAL_TEST_HOOK"

[[alert]]
name = "silent"
when = "source"
late_after = "1h"

[[alert]]
name = "broken"
when = "check"

[[alert]]
name = "night"
when = "night"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[WebhookServer]:
    with webhook_server() as opened:
        yield opened


@pytest.fixture(scope="module")
def variables(server: WebhookServer) -> dict[str, str]:
    return {"DIURNAL_TEST_HOOK": server.url, "NO_PROXY": "127.0.0.1"}


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, diurnal: Any, installation: Any, variables: dict[str, str]
) -> Any:
    path = tmp_path_factory.mktemp("alerts") / "home"
    assert diurnal("demo", "--home", path).code == 0
    (path / "landing" / "exports" / "metro" / "garbage.csv").write_bytes(b"\x00\x01 no export\n" * 9)
    # ARIMA and GARCH cost most of a night, and no rule looks at them.
    demo = (
        (path / "sources.toml").read_text().replace("[platform]\n", "[platform]\nconstant_volatility = []\n")
    )
    made = installation(path, demo + RULES)
    nightly = diurnal("nightly", "--home", path, "--nights", 2, env=variables)
    assert nightly.code == 0, nightly
    assert "check failed: metro_files_were_read" in nightly.out
    return made


def events(home: Any) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = home.ask("SELECT rule, subject FROM alerts.events ORDER BY ALL").rows()
    return rows


def test_two_nights_make_one_message_with_each_event_once(home: Any, server: WebhookServer) -> None:
    (text,) = server.texts
    lines = text.splitlines()
    assert lines[0] == "Diurnal, night of 2025-11-17: 4 events"
    assert (
        sum("nothing since 2025-11-16 23:00 UTC, 1 hour before the night. (silent)" in one for one in lines)
        == 3
    )
    assert sum("check metro_files_were_read failed: 1 of 57 files were rejected" in one for one in lines) == 1
    assert events(home) == [
        ("broken", "metro_files_were_read"),
        *(("silent", name) for name in ("intranet", "metro_berlin", "www")),
    ]
    told = home.ask("SELECT is_told FROM alerts.evaluations ORDER BY issued_at_utc")["is_told"]
    assert told.to_list() == [False, True]
    assert home.ask("SELECT DISTINCT status, n_attempts FROM alerts.deliveries").rows() == [("sent", 1)]


def test_readers_see_the_events_of_the_night(home: Any) -> None:
    open_events = "SELECT count(*) AS n FROM alerts.events WHERE last_issued_at_utc = ?"
    assert home.ask_published(open_events, LAST_NIGHT)["n"].item() == 4


def test_the_night_and_an_earlier_one_run_again_tell_nothing_again(
    home: Any, server: WebhookServer, diurnal: Any, variables: dict[str, str]
) -> None:
    before = home.fingerprints("alerts", leaving_out=("evaluated_at_utc",))
    metrics = (home.path / "published" / "diurnal.prom").read_text()
    for night in ("2025-11-17", "2025-11-16"):
        again = diurnal("nightly", "--home", home.path, "--as-of", night, env=variables)
        assert again.code == 0, again
    assert len(server.requests) == 1
    assert home.fingerprints("alerts", leaving_out=("evaluated_at_utc",)) == before
    stamp = "diurnal_night_timestamp_seconds 1.7633376e+09"
    assert stamp in metrics
    assert stamp in (home.path / "published" / "diurnal.prom").read_text()


def test_the_figures_of_the_night_are_those_of_its_tables(home: Any) -> None:
    text = (home.path / "published" / "diurnal.prom").read_text(encoding="utf-8")
    found = {family.name: family.samples for family in text_string_to_metric_families(text)}
    peaks = {
        sample.labels["series"]: sample.value for sample in found["diurnal_forecast_peak_q90_bits_per_second"]
    }
    rows = home.ask_published(
        "SELECT series_id, max(q90) AS peak FROM forecasts.latest_forecast WHERE unit = 'bit/s' GROUP BY ALL"
    )
    assert peaks == pytest.approx(dict(rows.iter_rows()))
    assert {sample.labels["kind"]: sample.value for sample in found["diurnal_open_events"]} == {
        "check": 1,
        "source": 3,
    }


def test_the_graph_shows_what_was_told_after_what_was_published(home: Any) -> None:
    with home.instance() as instance:
        stored = [
            instance.get_latest_materialization_event(dg.AssetKey(key))
            for key in (
                ["alerts", "events"],
                ["published", "traffic"],
                ["alerts", "deliveries"],
                ["published", "metrics"],
            )
        ]
    times = [event.timestamp for event in stored if event is not None]
    assert len(times) == 4
    assert times == sorted(times)


def test_no_secret_lies_anywhere_in_the_home(home: Any) -> None:
    for file in sorted(home.path.rglob("*")):
        if file.is_file() and not file.is_relative_to(home.path / "landing"):
            content = file.read_bytes()
            assert not [secret for secret in SECRETS if secret.encode() in content], file


def test_a_night_that_fails_is_told_by_the_command_once(
    home: Any, server: WebhookServer, diurnal: Any, variables: dict[str, str], tmp_path: Path
) -> None:
    n_before = len(server.requests)
    place = home.path / "published"
    place.rename(tmp_path / "published")
    place.write_text("no folder")
    for _ in range(2):
        failed = diurnal("nightly", "--home", home.path, "--as-of", "2025-11-17", env=variables)
        assert failed.code == 1, failed
    assert len(server.requests) == n_before + 1
    assert "the night of 2025-11-17 failed: " in server.texts[-1]
    place.unlink()
    (tmp_path / "published").rename(place)
    mended = diurnal("nightly", "--home", home.path, "--as-of", "2025-11-17", env=variables)
    assert mended.code == 0, mended
    assert ("night", "night 2025-11-17") in events(home)
    assert len(server.requests) == n_before + 1
