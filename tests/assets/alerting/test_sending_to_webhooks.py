"""Messages to a real local webhook: attempts, waits, what is given up, and secrets that stay secret."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from webhook_server import SECRET_PATH, SECRETS, Answer, WebhookServer

from assets.alerting.message import SHOWN_EVENTS, Message, message_of, message_of_test
from assets.alerting.sending import Job, Outcome, Patience, send, send_all
from assets.alerting.webhook import slack_payload
from assets.channel_table import Channel

NIGHT = date(2025, 11, 17)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def patience(waits: list[float]) -> Patience:
    """Waits are noted and not waited."""
    return Patience(connect_seconds=2.0, read_seconds=2.0, wait=waits.append)


@pytest.fixture
def tell(webhook: WebhookServer, patience: Patience, tmp_path: Path) -> Callable[..., Outcome]:
    def send_test(**changes: Any) -> Outcome:
        channel = Channel(name="ops", kind="webhook", url=webhook.url)
        return send(Job(channel, message_of_test("ops")), tmp_path, replace(patience, **changes))

    return send_test


def event(number: int = 0, sentence: str = "isp/a: full.", **changes: Any) -> dict[str, Any]:
    return {
        "event_id": f"{number:032x}",
        "rule": "full",
        "kind": "congestion",
        "subject": f"isp/{number}",
        "first_issued_at_utc": datetime(2025, 11, 17),
        "last_issued_at_utc": datetime(2025, 11, 17),
        "sentence": sentence,
        "value": 0.5,
    } | changes


def test_a_message_is_slacks_json_and_is_sent_once(
    webhook: WebhookServer, tell: Callable[..., Outcome]
) -> None:
    assert tell() == Outcome("ops", True, 1, None)
    ((path, headers, _),) = webhook.requests
    assert path == SECRET_PATH
    assert headers["Content-Type"] == "application/json"
    assert webhook.payloads == [
        {
            "text": "Diurnal: a test\n• This is a test of the channel ops; nothing has happened.",
            "mrkdwn": False,
        }
    ]


def test_two_failures_and_the_third_attempt_is_taken(
    webhook: WebhookServer, tell: Callable[..., Outcome], waits: list[float]
) -> None:
    webhook.answers = [Answer(503), Answer(500), Answer()]
    assert tell() == Outcome("ops", True, 3, None)
    assert len(webhook.requests) == 3
    assert len({headers["Idempotency-Key"] for _, headers, _ in webhook.requests}) == 1
    assert len(waits) == 2
    assert 0 <= waits[0] <= 1
    assert 0 <= waits[1] <= 2


def test_one_that_always_fails_is_given_up_with_its_answer(
    webhook: WebhookServer, tell: Callable[..., Outcome]
) -> None:
    webhook.answers = [Answer(502, body="Bad\r\n\x1b[31mGateway " + "x" * 9_000)]
    outcome = tell()
    assert (outcome.is_sent, outcome.n_attempts) == (False, 5)
    assert outcome.error is not None
    assert outcome.error.startswith(r"127.0.0.1 answered 502 (Bad \x1b[31mGateway xxx")
    assert len(outcome.error) < 300


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_what_another_attempt_cannot_mend_is_not_attempted_again(
    webhook: WebhookServer, tell: Callable[..., Outcome], status: int
) -> None:
    webhook.answers = [Answer(status, body="no_service")]
    assert tell() == Outcome("ops", False, 1, f"127.0.0.1 answered {status} (no_service)")


@pytest.mark.parametrize("status", [408, 429, 500])
def test_what_passes_is_attempted_again(
    webhook: WebhookServer, tell: Callable[..., Outcome], status: int
) -> None:
    webhook.answers = [Answer(status), Answer()]
    assert tell().n_attempts == 2


def test_retry_after_is_waited_for_in_seconds_and_as_a_date(
    webhook: WebhookServer, tell: Callable[..., Outcome], waits: list[float]
) -> None:
    soon = format_datetime(datetime.now(tz=UTC) + timedelta(seconds=30), usegmt=True)
    webhook.answers = [Answer(429, {"Retry-After": "7"}), Answer(503, {"Retry-After": soon}), Answer()]
    assert tell().is_sent
    assert waits[0] == 7
    assert 20 < waits[1] <= 30


@pytest.mark.parametrize("asked", ["3600", "99999999999999999999999"])
def test_one_that_asks_for_more_patience_than_there_is_is_given_up_at_once(
    webhook: WebhookServer, tell: Callable[..., Outcome], waits: list[float], asked: str
) -> None:
    webhook.answers = [Answer(429, {"Retry-After": asked})]
    outcome = tell()
    assert (outcome.is_sent, outcome.n_attempts, waits) == (False, 1, [])


@pytest.mark.parametrize("nonsense", ["soon", "-5", "1e9", "Mon, 99 Nov 2025 99:99:99 GMT", "٣"])
def test_a_retry_after_that_says_nothing_is_ignored(
    webhook: WebhookServer, tell: Callable[..., Outcome], waits: list[float], nonsense: str
) -> None:
    webhook.answers = [Answer(429, {"Retry-After": nonsense.encode().decode("latin-1")}), Answer()]
    assert tell().is_sent
    assert waits[0] <= 1


def test_a_redirect_is_not_followed(webhook: WebhookServer, tell: Callable[..., Outcome]) -> None:
    webhook.answers = [Answer(302, {"Location": f"http://127.0.0.1:{webhook.port}/elsewhere/{SECRETS[2]}"})]
    assert tell() == Outcome(
        "ops", False, 1, "127.0.0.1 answered 302 and sends elsewhere; write the final address"
    )
    assert len(webhook.requests) == 1


def test_one_that_hangs_is_left(webhook: WebhookServer, tell: Callable[..., Outcome]) -> None:
    webhook.answers = [Answer(hangs=True)]
    outcome = tell(read_seconds=0.05, attempts=2)
    assert outcome == Outcome("ops", False, 2, "127.0.0.1 did not answer in time")


def test_one_whose_answer_drips_holds_neither_the_night_nor_the_other_channels(
    webhook: WebhookServer, patience: Patience, tmp_path: Path
) -> None:
    webhook.answers = [Answer(drips=True), Answer()]
    channels = [Channel(name=name, kind="webhook", url=webhook.url) for name in ("slow", "ops")]
    first, second = (Job(channel, message_of_test(channel.name)) for channel in channels)
    outcomes = send_all([first], tmp_path, replace(patience, total_seconds=0.3))
    assert list(outcomes) == [Outcome("slow", False, 1, "it was not done after 0.3 s, and given up")]
    assert list(send_all([second], tmp_path, patience)) == [Outcome("ops", True, 1, None)]


def test_a_port_where_nobody_listens(tmp_path: Path, patience: Patience) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channel = Channel(name="ops", kind="webhook", url=f"http://127.0.0.1:{port}{SECRET_PATH}")
    outcome = send(Job(channel, message_of_test("ops")), tmp_path, patience)
    assert outcome == Outcome("ops", False, 5, "127.0.0.1 cannot be reached (Connection refused)")


def test_a_dead_letter_gets_one_attempt(webhook: WebhookServer, patience: Patience, tmp_path: Path) -> None:
    webhook.answers = [Answer(503)]
    channel = Channel(name="ops", kind="webhook", url=webhook.url)
    assert send(Job(channel, message_of_test("ops"), is_last_try=True), tmp_path, patience).n_attempts == 1


def test_no_log_and_no_sentence_repeats_the_address(
    webhook: WebhookServer,
    tell: Callable[..., Outcome],
    patience: Patience,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    webhook.answers = [
        Answer(503, body=f"cannot POST {SECRET_PATH}, token very secret"),
        Answer(404, body=f"no {webhook.url}"),
    ]
    said = [tell().error or "", tell(attempts=1).error or ""]
    nobody = Channel(name="ops", kind="webhook", url=f"http://127.0.0.1:9{SECRET_PATH}")
    said.append(send(Job(nobody, message_of_test("ops")), tmp_path, patience).error or "")
    assert all(said)
    for secret in SECRETS:
        assert not [one for one in (*said, caplog.text, repr(nobody), str(nobody)) if secret in one]


def test_slacks_own_characters_are_escaped_and_its_markup_is_off() -> None:
    # "Escaping text" in Slack's "Formatting text for app surfaces": & as &amp;, < as &lt;, > as &gt;.
    hostile = "<!channel> <https://evil.example|click> a & b *bold* `code` &amp;"
    message = message_of([event(sentence=hostile)], NIGHT, "ops")
    payload = slack_payload(message)
    assert "&lt;!channel&gt; &lt;https://evil.example|click&gt; a &amp; b *bold* `code` &amp;amp;" in str(
        payload["text"]
    )
    assert "<" not in str(payload["text"])
    assert payload["mrkdwn"] is False


def test_line_ends_and_control_characters_of_a_name_make_no_second_line(
    webhook: WebhookServer, patience: Patience, tmp_path: Path
) -> None:
    hostile = "isp/a\n• a forged line\r\x1b[2J\u202e\ud800 🚦"
    channel = Channel(name="ops", kind="webhook", url=webhook.url)
    message = message_of([event(sentence=hostile)], NIGHT, "ops")
    assert send(Job(channel, message), tmp_path, patience).is_sent
    (text,) = webhook.texts
    assert text.count("\n") == 1
    assert r"isp/a\n• a forged line\r\x1b[2J\u202e\ud800 🚦 (full)" in text


def test_ten_thousand_events_are_one_message_of_a_screen(
    webhook: WebhookServer, patience: Patience, tmp_path: Path
) -> None:
    events = [event(number, f"isp/{number}: full.", value=number / 1e4) for number in range(10_000)]
    channel = Channel(name="ops", kind="webhook", url=webhook.url)
    message = message_of(events, NIGHT, "ops")
    assert send(Job(channel, message), tmp_path, patience).is_sent
    (text,) = webhook.texts
    lines = text.splitlines()
    assert lines[0] == "Diurnal, night of 2025-11-17: 10,000 events"
    assert lines[1] == "• isp/9999: full. (full)"
    assert lines[-1] == "and 9,980 more: `diurnal alerts` lists them"
    assert len(lines) == SHOWN_EVENTS + 2


def test_the_order_of_events_neither_changes_the_message_nor_its_key() -> None:
    kinds = ["unusual_day", "check", "night", "congestion", "source", "runout"]
    events = [event(number, f"{kind}.", kind=kind) for number, kind in enumerate(kinds)]
    message = message_of(events, NIGHT, "ops")
    assert message == message_of(events[::-1], NIGHT, "ops")
    first_words = [line.split(".")[0] for line in message.lines]
    assert first_words == ["night", "source", "check", "congestion", "runout", "unusual_day"]
    assert message.key != message_of(events[1:], NIGHT, "ops").key
    assert message.key != message_of(events, NIGHT, "mail").key


def test_an_event_that_began_earlier_says_since_when() -> None:
    old = event(first_issued_at_utc=datetime(2025, 11, 14))
    assert message_of([old], NIGHT, "ops").lines == ("since 2025-11-14: isp/a: full. (full)",)
    # Midnight of New York in UTC, and the evening before in Berlin's, are this night's.
    for midnight in (datetime(2025, 11, 17, 5), datetime(2025, 11, 16, 23)):
        assert message_of([event(first_issued_at_utc=midnight)], NIGHT, "ops").lines == (
            "isp/a: full. (full)",
        )


def test_a_message_of_one_event_is_singular() -> None:
    assert message_of([event()], NIGHT, "ops").headline == "Diurnal, night of 2025-11-17: 1 event"
    assert isinstance(message_of([event()], NIGHT, "ops"), Message)
