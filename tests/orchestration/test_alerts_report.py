"""``diurnal alerts``: what is open, what did not arrive, and a test of a channel."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from webhook_server import SECRETS, Answer, WebhookServer

from orchestration.cli import main
from orchestration.terminal.alerts_report import SHOWN_ROWS
from warehouse import open_warehouse

NIGHT = datetime(2025, 11, 17)


@pytest.fixture
def home(tmp_path: Path, webhook: WebhookServer) -> Path:
    channel = f'[[channel]]\nname = "ops"\nkind = "webhook"\nurl = "{webhook.url}"\n'
    (tmp_path / "sources.toml").write_text(channel + '[[alert]]\nname = "full"\nwhen = "congestion"\n')
    return tmp_path


def alerts(home: Path, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["alerts", "--home", str(home), *words])


def fill(home: Path, *subjects: str) -> None:
    event = {"rule": "full", "kind": "congestion", "first_issued_at_utc": NIGHT, "value": 0.5}
    events = [
        event
        | {"event_id": name, "subject": name, "sentence": f"{name} is full.", "last_issued_at_utc": NIGHT}
        for name in subjects
    ]
    before = {
        "first_issued_at_utc": NIGHT - timedelta(days=2),
        "last_issued_at_utc": NIGHT - timedelta(days=1),
    }
    over = event | before | {"event_id": "over", "subject": "over", "sentence": "isp/over was full."}
    letter = {"channel": "ops", "status": "dead_letter", "n_attempts": 5, "last_attempt_utc": NIGHT}
    judged = {"issued_at_utc": NIGHT, "evaluated_at_utc": NIGHT, "is_told": True, "n_held": len(subjects)}
    file = home / "warehouse" / "traffic.duckdb"
    with open_warehouse(file, holder="a test") as warehouse:
        warehouse.insert("alerts.events", pl.DataFrame([*events, over]))
        warehouse.insert("alerts.evaluations", pl.DataFrame([judged]))
        warehouse.insert(
            "alerts.deliveries", pl.DataFrame([letter | {"event_id": "over", "error": "ops answered 503"}])
        )


def test_what_is_open_and_what_did_not_arrive(home: Path) -> None:
    fill(home, "isp/[red]a", "isp/\x1b[31mb")
    ended = alerts(home)
    assert ended.exit_code == 0, ended.output
    assert "1 rules and 1 channels" not in ended.output
    assert "1 rule and 1 channel in" in ended.output
    assert "channel ops: its secret stands in sources.toml; url_env keeps it elsewhere" in ended.output
    opened, undelivered = ended.output.split("Not delivered")
    assert "isp/[red]a is full." in opened
    assert r"isp/\x1b[31mb is full." in opened
    assert "isp/over" not in opened
    assert "isp/over was full." in undelivered
    assert "ops answered 503" in undelivered
    assert not [secret for secret in SECRETS if secret in ended.output]


def test_nothing_is_open(home: Path) -> None:
    fill(home)
    assert "Open events: no rule holds in the newest night" in alerts(home).output


def test_a_rule_that_can_never_hold_is_named(home: Path) -> None:
    fill(home)
    assert "rule " not in alerts(home).output.replace("rule and 1", "").replace("no rule holds", "")
    with (home / "sources.toml").open("a") as file:
        file.write('[[alert]]\nname = "silent"\nwhen = "source"\nsources = ["edge9"]\n')
    assert '  rule "silent" matches no source\n' in alerts(home).output


def test_that_a_night_failed_is_over_once_it_is_made(home: Path) -> None:
    fill(home, "isp/a")
    failed = {"event_id": "n", "rule": "late", "kind": "night", "subject": "night", "sentence": "no disk."}
    failed |= dict.fromkeys(("first_issued_at_utc", "last_issued_at_utc"), NIGHT)
    with open_warehouse(home / "warehouse" / "traffic.duckdb", holder="a test") as warehouse:
        warehouse.insert("alerts.events", pl.DataFrame([failed]))
    output = alerts(home).output
    assert "isp/a is full." in output
    assert "no disk." not in output


def test_many_events_are_told_up_to_a_bound(home: Path) -> None:
    fill(home, *(f"isp/{number}" for number in range(SHOWN_ROWS + 7)))
    output = alerts(home).output
    assert output.count("is full.") == SHOWN_ROWS
    assert "and 7 more: see alerts.events" in output


def test_a_home_without_a_night_says_so(home: Path) -> None:
    ended = alerts(home)
    assert ended.exit_code == 2
    assert "does not exist yet; `diurnal nightly` makes it" in ended.output


def test_a_channel_that_works(home: Path, webhook: WebhookServer) -> None:
    ended = alerts(home, "--test", "ops")
    assert (ended.exit_code, ended.output) == (0, "channel ops: the test was taken\n")
    assert "This is a test of the channel ops" in webhook.texts[0]


def test_a_channel_that_does_not(home: Path, webhook: WebhookServer) -> None:
    webhook.answers = [Answer(404, body=f"no_service {SECRETS[0]}")]
    ended = alerts(home, "--test", "ops")
    assert (ended.exit_code, ended.output) == (1, "channel ops: 127.0.0.1 answered 404 (no_service …)\n")
    assert len(webhook.requests) == 1


def test_a_channel_that_is_not_there(home: Path) -> None:
    ended = alerts(home, "--test", "noc")
    assert ended.exit_code == 2
    assert "sources.toml has no channel 'noc'; there is ops" in ended.output


def test_the_command_explains_itself() -> None:
    told = CliRunner().invoke(main, ["alerts", "--help"]).output
    assert "diurnal alerts --home home --test ops" in told
