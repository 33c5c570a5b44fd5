"""One attempt to send a message by e-mail.

Whether and when to try again is ``sending``'s.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from assets.alerting.message import Message
from assets.alerting.undeliverable import UndeliverableError, quoted, secrets_of_login
from assets.channel_table import Channel

_TRANSIENT_CODES = range(400, 500)


def mail_of(channel: Channel, message: Message) -> EmailMessage:
    """Return a message as an e-mail.

    Its ``Message-ID`` follows from the events, so that a mailbox shows it once even if it was sent twice.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.to or ())
    mail["Subject"] = message.headline
    mail["Date"] = format_datetime(datetime.now(tz=UTC))
    domain = mail["From"].addresses[0].domain
    mail["Message-ID"] = f"<{message.key}.{channel.name}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return
    mail.set_content(message.text + "\n")
    return mail


def send_by_mail(channel: Channel, password: str | None, message: Message, seconds: float) -> str | None:
    """Send a message once.

    Parameters
    ----------
    channel : Channel
        Of the kind ``email``.
    password : str or None
        Of its user.
    message : Message
        What to tell.
    seconds : float
        How long to wait for the connection and for each answer, in seconds.

    Returns
    -------
    str or None
        Who was refused though others were reached, in a sentence.

    Raises
    ------
    UndeliverableError
        If the server cannot be reached, is not what it should be, or takes the message for nobody.
    """
    secrets = tuple(secrets_of_login(channel.user or "", password)) if password else ()
    try:
        refused = _sent(channel, password, mail_of(channel, message), seconds)
    except UndeliverableError:
        raise
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise UndeliverableError(
            f"{channel.host} refused {_refusals(error.recipients, secrets)}",
            is_transient=all(code in _TRANSIENT_CODES for code in codes),
        ) from None
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error if isinstance(error.smtp_error, str | bytes) else ""
        raise UndeliverableError(
            f"{channel.host} answered {error.smtp_code} ({quoted(said, *secrets)})",
            is_transient=error.smtp_code in _TRANSIENT_CODES,
        ) from None
    except Exception as error:
        raise _unreachable(error, channel) from None  # what a library raises may repeat what it was given
    return f"{channel.host} refused {_refusals(refused, secrets)}" if refused else None


def _sent(
    channel: Channel, password: str | None, mail: EmailMessage, seconds: float
) -> dict[str, tuple[int, bytes]]:
    server = _connected(channel, seconds)
    try:
        if password is not None:
            _log_in(server, channel, password)
        refused = server.send_message(mail)
        with suppress(Exception):  # the message was taken: a server that does not say goodbye changes nothing
            server.quit()
        return refused
    finally:
        server.close()


def _log_in(server: smtplib.SMTP, channel: Channel, password: str) -> None:
    try:
        server.login(channel.user or "", password)
    except smtplib.SMTPServerDisconnected:
        # Some servers answer a wrong password in this way, and lock an account after several of them.
        raise UndeliverableError(
            f"{channel.host} hung up at the login; are user and password right?", is_transient=False
        ) from None


def _connected(channel: Channel, seconds: float) -> smtplib.SMTP:
    host, port = channel.host or "", channel.mail_port
    if channel.mail_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=seconds)
    if channel.mail_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _unreachable(error: Exception, channel: Channel) -> UndeliverableError:
    host = f"{channel.host}:{channel.mail_port}"
    if isinstance(error, ssl.SSLError):
        return UndeliverableError(
            f"no trusted TLS with {host}: {quoted(error.reason or 'the certificate is not valid')}",
            is_transient=False,
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return UndeliverableError(
            f"{host} offers no STARTTLS or no login; correct security, port or user", is_transient=False
        )
    if isinstance(error, TimeoutError):
        return UndeliverableError(f"{host} did not answer in time", is_transient=True)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return UndeliverableError(f"{host} hung up or did not answer in time", is_transient=True)
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        why = error.strerror or type(error).__name__
        return UndeliverableError(f"{host} cannot be reached ({why})", is_transient=True)
    return UndeliverableError(f"{host} took no message ({type(error).__name__})", is_transient=False)


def _refusals(refused: dict[str, tuple[int, bytes]], secrets: tuple[str, ...]) -> str:
    return "; ".join(f"{who}: {code} ({quoted(said, *secrets)})" for who, (code, said) in refused.items())
