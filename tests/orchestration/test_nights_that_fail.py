"""A night that cannot be made: who is told, and in which words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from webhook_server import WebhookServer

from assets.sources import read_sources
from orchestration.home import Home
from orchestration.terminal.nightly import NightlyRunner, Outcome
from orchestration.terminal.nights_in_order import run_nights
from warehouse import open_warehouse, read_query

SOURCES = """
[[channel]]
name = "ops"
kind = "webhook"
url = "{url}"

[[alert]]
name = "late"
when = "night"

[[export]]
name = "isp"
files = "landing/*.csv"
shape = "wide"
time_column = "time"
step = "5m"
"""
NIGHT = date(2024, 3, 13)


@pytest.fixture
def home(tmp_path: Path, webhook: WebhookServer) -> Home:
    (tmp_path / "sources.toml").write_text(SOURCES.format(url=webhook.url))
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "a.csv").write_text("time,in\n2024-03-12 00:00,1\n")
    return Home.at(tmp_path)


def test_a_night_that_waits_in_vain_for_another_has_not_failed(
    home: Home, webhook: WebhookServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_warehouse(home.warehouse, holder="another night"):
        assert run_nights(home, read_sources(home.sources_toml), NIGHT, 1, wait_seconds=0) == 1
    said = capsys.readouterr().out
    assert "failed in night 2024-03-13: the warehouse is held by another night" in said
    assert "WarehouseBusyError" not in said
    assert webhook.requests == []


def test_a_night_that_failed_is_told_without_the_name_of_a_class(
    home: Home, webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no such month")

    monkeypatch.setattr("orchestration.resources.read_sources", broken)
    assert run_nights(home, read_sources(home.sources_toml), NIGHT, 1, wait_seconds=0) == 1
    (text,) = webhook.texts
    assert text.endswith("• the night of 2024-03-13 failed: no such month (late)")


def test_a_night_before_all_records_is_refused(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = read_sources(home.sources_toml)
    refusal = (
        "Error: no record before 2024-03-12; the oldest is of 2024-03-12 00:00 UTC, and the first night that "
        "knows it is 2024-03-13\n"
    )
    # A home that has read nothing yet learns it from the run itself, the next run before it begins.
    for _ in range(2):
        assert run_nights(home, sources, date(2024, 3, 12), 1, wait_seconds=0) == 2
        assert capsys.readouterr().err.endswith(refusal)
    nights = read_query(home.warehouse, "SELECT count(*) FROM alerts.evaluations").item()
    assert nights == 1
    # What has landed since is read before it is refused.
    (home.path / "landing" / "b.csv").write_text("time,in\n2024-03-11 00:00,1\n")
    made = Outcome("run", date(2024, 3, 12), (), (), False)
    monkeypatch.setattr(NightlyRunner, "night", lambda *_: made)
    assert run_nights(home, sources, date(2024, 3, 12), 1, wait_seconds=0) == 0
