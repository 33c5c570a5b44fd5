"""Events and deliveries over nights: told once, to those who should know, whatever dies in between."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from webhook_server import SECRETS, Answer, WebhookServer

from assets import alerts
from assets.alerting.held import Tables
from assets.alerting.night_events import folder_of, take_up_night_events, tell_night
from assets.alerting.sending import Patience
from assets.alerts import deliver_night, judge_night
from assets.nights import Night

PATIENCE = Patience(connect_seconds=2.0, read_seconds=2.0, attempts=2, wait=lambda _: None)
LOG = logging.getLogger("a test")
FIRST = date(2025, 11, 15)
FULL = '[[alert]]\nname = "full"\nwhen = "congestion"\n'


class Nights:
    """Nights of a home in which only the tables that rules look at are filled."""

    def __init__(self, home: Any, webhook: WebhookServer) -> None:
        self.home, self.webhook = home, webhook
        self.declare(FULL)

    def declare(self, *rules: str, channels: tuple[str, ...] = ("ops",)) -> None:
        tables = [
            f'[[channel]]\nname = "{one}"\nkind = "webhook"\nurl = "{self.webhook.url}"' for one in channels
        ]
        self.home.declare(*tables, *rules)

    def known_until(self, night: date) -> None:
        """Say that the newest record is of the day before a night."""
        last = datetime(night.year, night.month, night.day) - timedelta(minutes=5)
        row = {"file_id": "f", "source": "isp", "kind": "export", "path": "p", "status": "loaded"}
        row |= dict.fromkeys(("bytes_read", "lines_skipped", "records_read", "records_loaded"), 0)
        row |= dict.fromkeys(("records_rejected", "records_duplicate", "rows_written"), 0)
        frame = pl.DataFrame([row | {"last_utc": last, "loaded_at_utc": last}])
        self.home.warehouse.replace("raw.ingested_files", frame, {"file_id": "f"})

    def judge(self, night: date, likely: dict[str, float], known: bool = True) -> None:
        """Judge a night in which links are full with these probabilities."""
        if known:
            self.known_until(night)
        rows = [
            {
                "series_id": series_id,
                "issued_at_utc": at(night).issued_at_utc,
                "window": "night",
                "target_utc": at(night).issued_at_utc,
                "threshold": threshold,
                "capacity": 10.0,
                "probability_above": probability if threshold == 0.9 else 1.0,
                "expected_peak": 9.5,
            }
            for series_id, probability in likely.items()
            for threshold in (0.7, 0.9)
        ]
        where = {"issued_at_utc": at(night).issued_at_utc}
        self.home.warehouse.replace("planning.congestion", pl.DataFrame(rows), where)
        landing = self.home.landing
        judge_night(self.home.warehouse, landing, Tables(self.home.warehouse, landing, at(night)))

    def deliver(self, night: date) -> int:
        return deliver_night(self.home.warehouse, self.home.landing, at(night), PATIENCE, LOG)

    def run(self, night: date, likely: dict[str, float], known: bool = True) -> int:
        self.judge(night, likely, known)
        return self.deliver(night)

    def events(self) -> list[tuple[str, date, date]]:
        rows = self.home.rows("alerts.events", "subject", "first_issued_at_utc", "last_issued_at_utc")
        return [
            (row["subject"], row["first_issued_at_utc"].date(), row["last_issued_at_utc"].date())
            for row in rows
        ]

    def deliveries(self) -> list[tuple[str, int]]:
        rows = self.home.rows("alerts.deliveries", "status", "n_attempts")
        return [(row["status"], row["n_attempts"]) for row in rows]


def at(night: date) -> Night:
    return Night(night, datetime(night.year, night.month, night.day))


def after(days: int) -> date:
    return FIRST + timedelta(days=days)


@pytest.fixture
def nights(home: Any, webhook: WebhookServer) -> Nights:
    return Nights(home, webhook)


def test_an_event_is_told_once_over_several_nights(nights: Nights, webhook: WebhookServer) -> None:
    assert nights.run(FIRST, {"isp/a": 0.42, "isp/b": 0.29}) == 1
    assert nights.run(after(1), {"isp/a": 0.9}) == 0
    assert nights.run(after(2), {"isp/a": 0.3, "isp/b": 0.3}) == 1
    assert nights.run(after(3), {"isp/a": 0.1}) == 0
    assert nights.run(after(4), {"isp/a": 0.5}) == 1
    assert [text.splitlines()[1:] for text in webhook.texts] == [
        [
            "• isp/a: 42 % to exceed 90 % of its 10 at some moment of the night; its peak is expected at "
            "95 %. (full)"
        ],
        [
            "• isp/b: 30 % to exceed 90 % of its 10 at some moment of the night; its peak is expected at "
            "95 %. (full)"
        ],
        [
            "• isp/a: 50 % to exceed 90 % of its 10 at some moment of the night; its peak is expected at "
            "95 %. (full)"
        ],
    ]
    assert nights.events() == [
        ("isp/a", FIRST, after(2)),
        ("isp/a", after(4), after(4)),
        ("isp/b", after(2), after(2)),
    ]
    assert nights.deliveries() == [("sent", 1)] * 3


def test_running_a_night_again_tells_nothing_again(nights: Nights, webhook: WebhookServer) -> None:
    for _ in range(3):
        nights.run(FIRST, {"isp/a": 0.5})
    assert len(webhook.requests) == 1
    before = nights.home.rows("alerts.events")
    # Corrected data: it did not hold after all, and then it did. What was told is not told again.
    assert nights.run(FIRST, {}) == 0
    assert nights.run(FIRST, {"isp/a": 0.8}) == 0
    assert nights.home.rows("alerts.events") == before


def test_fourteen_nights_made_up_for_tell_only_what_still_holds(
    nights: Nights, webhook: WebhookServer
) -> None:
    nights.known_until(after(13))
    for day in range(13):
        nights.run(after(day), {f"isp/{day}": 0.9, "isp/still": 0.9}, known=False)
    assert webhook.requests == []
    nights.run(after(13), {"isp/still": 0.9, "isp/new": 0.9}, known=False)
    (text,) = webhook.texts
    assert text.splitlines()[0] == "Diurnal, night of 2025-11-28: 2 events"
    assert "• isp/new: 90 % to exceed" in text
    assert "• since 2025-11-15: isp/still: 90 % to exceed" in text
    assert len(nights.events()) == 15
    assert nights.deliveries() == [("sent", 1)] * 2


@pytest.mark.parametrize("order", [range(5), reversed(range(5))])
def test_nights_made_up_for_beside_newer_ones_change_nothing(
    nights: Nights, webhook: WebhookServer, order: Any
) -> None:
    nights.run(after(10), {"isp/a": 0.5})
    events, deliveries = nights.events(), nights.deliveries()
    for day in order:
        night = at(after(day))
        assert not alerts.is_newest_judged(nights.home.warehouse, night)
        assert nights.deliver(after(day)) == 0
    assert (nights.events(), nights.deliveries()) == (events, deliveries)
    assert len(webhook.requests) == 1


def test_a_crash_between_judging_and_sending_loses_nothing(nights: Nights, webhook: WebhookServer) -> None:
    nights.judge(FIRST, {"isp/a": 0.5})
    assert nights.deliveries() == [("pending", 0)]
    # The next night it no longer holds: it is told nevertheless.
    assert nights.run(after(1), {}) == 1
    assert "isp/a" in webhook.texts[0]
    assert nights.deliveries() == [("sent", 1)]


def test_a_crash_between_sending_and_recording_tells_once_more_at_most(
    nights: Nights, webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(alerts, "_record", dying)
    with pytest.raises(KeyboardInterrupt):
        nights.run(FIRST, {"isp/a": 0.5})
    monkeypatch.undo()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert nights.run(FIRST, {"isp/a": 0.5}) == 1
    assert nights.run(after(1), {"isp/a": 0.5}) == 0
    assert len(webhook.requests) == 2
    keys = {headers["Idempotency-Key"] for _, headers, _ in webhook.requests}
    assert len(keys) == 1  # a receiver that looks at the key shows it once


def test_a_channel_that_was_recorded_is_not_sent_to_again_when_another_one_dies(
    nights: Nights, webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.declare(FULL, channels=("ops", "noc"))
    record, calls = alerts._record, []

    def dying_at_the_second(warehouse: Any, rows: pl.DataFrame, outcome: Any) -> None:
        calls.append(outcome.channel)
        if len(calls) == 2:
            raise KeyboardInterrupt
        record(warehouse, rows, outcome)

    monkeypatch.setattr(alerts, "_record", dying_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        nights.run(FIRST, {"isp/a": 0.5})
    monkeypatch.setattr(alerts, "_record", record)
    assert nights.run(FIRST, {"isp/a": 0.5}) == 1
    assert len(webhook.requests) == 3
    assert nights.deliveries() == [("sent", 1)] * 2


def test_a_dead_letter_is_tried_once_more_each_night_with_what_is_new(
    nights: Nights, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(503)]
    assert nights.run(FIRST, {"isp/a": 0.5}) == 0
    assert nights.deliveries() == [("dead_letter", 2)]
    (row,) = nights.home.rows("alerts.deliveries")
    assert row["error"] == "127.0.0.1 answered 503 (ok)"
    assert nights.run(after(1), {"isp/a": 0.5}) == 0
    assert nights.deliveries() == [("dead_letter", 3)]
    webhook.answers = [Answer()]
    assert nights.run(after(2), {"isp/b": 0.5}) == 1
    text = webhook.texts[-1]
    assert "• since 2025-11-15: isp/a" in text
    assert "• isp/b" in text
    assert nights.deliveries() == [("sent", 1), ("sent", 4)]
    (row, _) = nights.home.rows("alerts.deliveries")
    assert row["error"] is None


def test_a_dead_letter_rests_when_its_event_is_long_over(nights: Nights, webhook: WebhookServer) -> None:
    webhook.answers = [Answer(404)]
    nights.run(FIRST, {"isp/a": 0.5})
    nights.run(after(14), {})
    assert len(webhook.requests) == 2
    nights.run(after(15), {})
    assert len(webhook.requests) == 2
    assert nights.deliveries() == [("dead_letter", 2)]


def test_what_no_longer_holds_before_anybody_was_told_is_taken_back(
    nights: Nights, webhook: WebhookServer
) -> None:
    nights.judge(FIRST, {"isp/a": 0.5})
    assert nights.run(FIRST, {}) == 0
    assert (nights.events(), nights.deliveries(), webhook.requests) == ([], [], [])


def test_rules_name_their_channels_and_one_that_is_new_learns_what_is_open(
    nights: Nights, webhook: WebhookServer
) -> None:
    nights.declare(FULL + 'channels = ["noc"]\n', channels=("ops", "noc"))
    assert nights.run(FIRST, {"isp/a": 0.5}) == 1
    assert [row["channel"] for row in nights.home.rows("alerts.deliveries")] == ["noc"]
    nights.declare(FULL, channels=("ops", "noc"))
    assert nights.run(after(1), {"isp/a": 0.5}) == 1
    assert [row["channel"] for row in nights.home.rows("alerts.deliveries", "channel")] == ["noc", "ops"]


def test_a_channel_that_is_gone_leaves_a_dead_letter(nights: Nights, webhook: WebhookServer) -> None:
    nights.judge(FIRST, {"isp/a": 0.5})
    nights.declare(FULL, channels=("noc",))
    assert nights.deliver(FIRST) == 0
    (row,) = nights.home.rows("alerts.deliveries")
    assert (row["status"], row["n_attempts"]) == ("dead_letter", 0)
    assert row["error"] == "sources.toml has no channel of this name any more"


def test_without_rules_or_without_channels_nothing_is_sent(nights: Nights, webhook: WebhookServer) -> None:
    nights.declare()
    assert nights.run(FIRST, {"isp/a": 0.9}) == 0
    assert nights.events() == []
    nights.home.declare(FULL)
    assert nights.run(after(1), {"isp/a": 0.9}) == 0
    assert nights.events() == [("isp/a", after(1), after(1))]
    assert webhook.requests == []


def test_no_secret_reaches_a_table_or_a_log(
    nights: Nights, webhook: WebhookServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    webhook.answers = [Answer(403, body=f"no {webhook.url} {' '.join(SECRETS)}")]
    nights.run(FIRST, {"isp/a": 0.5})
    nights.home.close()
    content = (nights.home.path / "warehouse" / "traffic.duckdb").read_bytes()
    for secret in SECRETS:
        assert secret not in caplog.text
        assert secret.encode() not in content
    assert "channel ops: 127.0.0.1 answered 403" in caplog.text


def test_ten_thousand_events_are_one_message_and_each_is_recorded(
    nights: Nights, webhook: WebhookServer
) -> None:
    assert nights.run(FIRST, {f"isp/{number}": 0.5 for number in range(10_000)}) == 1
    assert "and 9,980 more" in webhook.texts[0]
    assert nights.home.warehouse.count("alerts.events") == 10_000
    assert nights.home.warehouse.count("alerts.deliveries", {"status": "sent"}) == 10_000


def test_a_night_that_failed_is_told_once_and_taken_up_by_the_next(
    nights: Nights, webhook: WebhookServer
) -> None:
    nights.declare('[[alert]]\nname = "night"\nwhen = "night"\n')
    home, sources = nights.home.path, nights.home.landing.sources
    outcomes = tell_night(home, sources, FIRST, "the night failed:\nno disk", PATIENCE)
    assert outcomes is not None
    assert [outcome.is_sent for outcome in outcomes] == [True]
    assert tell_night(home, sources, FIRST, "the night is late", PATIENCE) is None
    assert webhook.texts == ["Diurnal, night of 2025-11-15: 1 event\n• the night failed:\\nno disk (night)"]
    for expected in (1, 0):
        assert take_up_night_events(nights.home.warehouse, home, LOG) == expected
    assert nights.events() == [("night 2025-11-15", FIRST, FIRST)]
    assert nights.deliveries() == [("sent", 1)]
    # It is over with the next night, and a rerun of its own neither tells nor forgets it.
    nights.run(FIRST, {})
    nights.run(after(1), {})
    assert nights.events() == [("night 2025-11-15", FIRST, FIRST)]
    assert len(webhook.requests) == 1
    assert tell_night(home, sources, after(1), "the next one", PATIENCE) is not None


def test_a_night_that_nobody_could_be_told_of_is_a_dead_letter_for_the_next(
    nights: Nights, webhook: WebhookServer
) -> None:
    nights.declare('[[alert]]\nname = "night"\nwhen = "night"\n')
    webhook.answers = [Answer(503)]
    tell_night(nights.home.path, nights.home.landing.sources, FIRST, "the night failed.", PATIENCE)
    take_up_night_events(nights.home.warehouse, nights.home.path, LOG)
    assert nights.deliveries() == [("dead_letter", 2)]
    webhook.answers = [Answer()]
    assert nights.run(after(1), {}) == 1
    assert webhook.texts[-1].splitlines()[1] == "• the night failed. (night)"


def test_a_broken_file_of_a_night_is_named_and_stops_nothing(
    nights: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    folder = folder_of(nights.home.path)
    folder.mkdir()
    for name, content in {"a.json": "{", "b.json": "[]", "c.json": '{"event": {}}'}.items():
        (folder / name).write_text(content)
    assert take_up_night_events(nights.home.warehouse, nights.home.path, LOG) == 0
    assert caplog.text.count("is no event of a night") == 3


def test_without_a_rule_on_the_night_no_file_is_left(nights: Nights, tmp_path: Path) -> None:
    assert tell_night(nights.home.path, nights.home.landing.sources, FIRST, "failed", PATIENCE) is None
    assert not folder_of(nights.home.path).exists()
