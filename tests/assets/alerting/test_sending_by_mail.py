"""Messages to a real local mail server: with and without STARTTLS and a login, and what it refuses."""

from __future__ import annotations

import base64
import logging
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from assets.alerting.mail import mail_of
from assets.alerting.message import message_of, message_of_test
from assets.alerting.sending import Job, Outcome, Patience, send
from assets.channel_table import Channel, SecretError

PASSWORD = "hush-hush-hush"
PATIENCE = Patience(connect_seconds=2.0, read_seconds=2.0, attempts=2, wait=lambda _: None)


class Mailbox:
    """Takes mails, unless it was told to refuse."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.logins: list[tuple[str, str]] = []
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, *___: Any) -> str:  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def authenticate(self, _: Any, __: Any, ___: Any, ____: Any, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == PASSWORD.encode())


@contextmanager
def serving(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, authenticator=mailbox.authenticate, **options
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine, with its key behind it, that signs itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    key, file = folder / "key.pem", folder / "certificate.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        [openssl, *words, *names, "-keyout", key, "-out", file], check=True, capture_output=True, timeout=60
    )
    file.write_bytes(file.read_bytes() + key.read_bytes())
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def tell(tmp_path: Path) -> Callable[..., Outcome]:
    def send_test(port: int, **keys: Any) -> Outcome:
        return send(Job(channel_of(port, **keys), message_of_test("noc")), tmp_path, PATIENCE)

    return send_test


def channel_of(port: int, **keys: Any) -> Channel:
    said = {"host": "127.0.0.1", "security": "none", "from": "Diurnal <diurnal@example.org>"}
    said |= {"to": ("noc@example.org", "Ops <ops@example.org>")} | keys
    return Channel.model_validate({"name": "noc", "kind": "email", "port": port} | said)


def test_a_mail_without_tls_and_login_arrives_as_plain_text(tell: Callable[..., Outcome]) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        assert tell(port) == Outcome("noc", True, 1, None)
    (mail,) = mailbox.mails
    assert mail["Subject"] == "Diurnal: a test"
    assert mail["From"] == "Diurnal <diurnal@example.org>"
    assert mail["To"] == "noc@example.org, Ops <ops@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime.tzinfo is not None
    assert mail.get_content().splitlines() == message_of_test("noc").text.splitlines()
    assert mailbox.logins == []


def test_starttls_and_a_login_whose_password_is_in_the_environment(
    tls: ssl.SSLContext, trusted: None, tell: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOC_PASSWORD", PASSWORD)
    mailbox = Mailbox()
    with serving(mailbox, tls_context=tls, require_starttls=True, auth_required=True) as port:
        login = {"user": "noc", "password_env": "NOC_PASSWORD"}
        assert tell(port, security="starttls", **login) == Outcome("noc", True, 1, None)
    assert mailbox.logins == [("noc", PASSWORD)]
    assert len(mailbox.mails) == 1


def test_tls_from_the_first_byte(tls: ssl.SSLContext, trusted: None, tell: Callable[..., Outcome]) -> None:
    mailbox = Mailbox()
    with serving(mailbox, ssl_context=tls) as port:
        assert tell(port, security="tls").is_sent
    assert len(mailbox.mails) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password_is_sent(
    tls: ssl.SSLContext, tell: Callable[..., Outcome]
) -> None:
    mailbox = Mailbox()
    with serving(mailbox, tls_context=tls) as port:
        outcome = tell(port, security="starttls", user="noc", password=PASSWORD)
    assert (outcome.is_sent, outcome.n_attempts) == (False, 1)
    assert outcome.error == f"no trusted TLS with 127.0.0.1:{port}: CERTIFICATE_VERIFY_FAILED"
    assert mailbox.logins == []


def test_a_server_without_starttls_is_not_spoken_to_in_the_clear(tell: Callable[..., Outcome]) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        outcome = tell(port, security="starttls")
    assert outcome == Outcome(
        "noc",
        False,
        1,
        f"127.0.0.1:{port} offers no STARTTLS or no login; correct security, port or user",
    )
    assert mailbox.mails == []


def test_a_wrong_password_is_tried_once_and_told_by_no_one(
    tell: Callable[..., Outcome], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="assets")
    mailbox = Mailbox()
    wrong = "wrong-" + PASSWORD
    with serving(mailbox, auth_require_tls=False) as port:
        outcome = tell(port, user="noc", password=wrong)
    assert (outcome.is_sent, outcome.n_attempts) == (False, 1)
    assert outcome.error == "127.0.0.1 hung up at the login; are user and password right?"
    shown = (outcome.error, caplog.text, repr(channel_of(1, user="noc", password=wrong)))
    assert not [one for one in shown if wrong in one]
    assert set(mailbox.logins) == {("noc", wrong)}


def test_a_server_that_repeats_the_login_does_not_get_it_into_the_tables(
    tell: Callable[..., Outcome],
) -> None:
    mailbox = Mailbox()
    plain = base64.b64encode(f"\0noc\0{PASSWORD}".encode()).decode()
    mailbox.answers = [f"554 no {PASSWORD} {plain}"]
    with serving(mailbox, auth_require_tls=False) as port:
        outcome = tell(port, user="noc", password=PASSWORD)
    assert outcome.error == "127.0.0.1 answered 554 (no … …)"


def test_what_passes_is_attempted_again_and_what_does_not_is_not(tell: Callable[..., Outcome]) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        mailbox.answers = ["451 greylisted"]
        assert tell(port) == Outcome("noc", True, 2, None)
        mailbox.answers = ["452 full", "452 full"]
        assert tell(port) == Outcome("noc", False, 2, "127.0.0.1 answered 452 (full)")
        mailbox.answers = ["554 spam"]
        assert tell(port) == Outcome("noc", False, 1, "127.0.0.1 answered 554 (spam)")


def test_of_several_recipients_the_refused_one_is_told_and_the_others_are_reached(
    tell: Callable[..., Outcome],
) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        mailbox.refused = {"ops@example.org": "550 gone"}
        remark = "127.0.0.1 refused ops@example.org: 550 (gone)"
        assert tell(port) == Outcome("noc", True, 1, remark)
        mailbox.refused["noc@example.org"] = "450 later"
        both = tell(port)
        assert (both.is_sent, both.n_attempts) == (False, 1)
        assert "noc@example.org: 450 (later)" in (both.error or "")
        mailbox.refused["ops@example.org"] = "450 later"
        assert tell(port).n_attempts == 2


def test_nobody_listens_or_hangs_up_or_says_nothing(tell: Callable[..., Outcome]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        refused = tell(port)
        assert refused.error == f"127.0.0.1:{port} cannot be reached (Connection refused)"
        silent.listen()
        quick = Patience(attempts=1, read_seconds=0.05)
        told = send(Job(channel_of(port), message_of_test("noc")), Path(), quick)
        assert told.error == f"127.0.0.1:{port} hung up or did not answer in time"


def test_a_server_that_hangs_up_after_taking_the_mail_has_taken_it(
    tell: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    def rude(self: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr("smtplib.SMTP.quit", rude)
    mailbox = Mailbox()
    with serving(mailbox) as port:
        assert tell(port) == Outcome("noc", True, 1, None)
    assert len(mailbox.mails) == 1


def test_hostile_names_neither_add_headers_nor_break_the_text(tmp_path: Path) -> None:
    hostile = "isp/ä🚦\r\nBcc: all@example.org\r\n.\r\nMAIL FROM:<x@y>\x00 " + "z" * 2_000
    events = [
        {
            "event_id": "0" * 32,
            "rule": "full",
            "kind": "congestion",
            "first_issued_at_utc": datetime(2025, 11, 17),
            "sentence": hostile,
            "value": 0.5,
        }
    ]
    message = message_of(events, date(2025, 11, 17), "noc")
    mailbox = Mailbox()
    with serving(mailbox) as port:
        assert send(Job(channel_of(port), message), tmp_path, PATIENCE).is_sent
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Diurnal, night of 2025-11-17: 1 event"
    assert r"isp/ä🚦\r\nBcc: all@example.org\r\n.\r\nMAIL FROM:<x@y>\x00 zzz" in mail.get_content()


def test_the_same_message_has_the_same_id_and_another_has_another() -> None:
    one, other = message_of_test("noc"), message_of_test("ops")
    channel = channel_of(25)
    assert mail_of(channel, one)["Message-ID"] == mail_of(channel, one)["Message-ID"]
    assert mail_of(channel, one)["Message-ID"] != mail_of(channel, other)["Message-ID"]
    assert mail_of(channel, one)["Message-ID"].endswith(".noc@example.org>")


def test_a_secret_that_is_not_where_it_should_be_is_told_by_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOC_PASSWORD", raising=False)
    absent = channel_of(25, user="noc", password_env="NOC_PASSWORD")
    with pytest.raises(SecretError, match="the variable NOC_PASSWORD of password_env is not set; set it"):
        absent.secret(tmp_path)
    outcome = send(Job(absent, message_of_test("noc")), tmp_path, PATIENCE)
    assert (outcome.is_sent, outcome.n_attempts) == (False, 1)
    filed = channel_of(25, user="noc", password_file="secrets/noc")
    with pytest.raises(SecretError, match=r"secrets/noc of password_file cannot be read \(No such file"):
        filed.secret(tmp_path)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "noc").write_text("\n")
    with pytest.raises(SecretError, match="is empty; write the password into it"):
        filed.secret(tmp_path)
    (tmp_path / "secrets" / "noc").write_text(f"{PASSWORD}\n")
    assert filed.secret(tmp_path) == PASSWORD
    web = Channel(name="ops", kind="webhook", url_env="NOC_PASSWORD")
    monkeypatch.setenv("NOC_PASSWORD", "no address, but hush")
    with pytest.raises(SecretError, match="url is no address of a webhook") as refusal:
        web.secret(tmp_path)
    assert "hush" not in str(refusal.value)
