"""One attempt to send a message to a webhook that takes Slack's JSON.

Whether and when to try again is ``sending``'s.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from assets.alerting.message import Message
from assets.alerting.undeliverable import UndeliverableError, quoted, secrets_of_url
from assets.channel_table import check_url

_ANSWER_BYTES = 500
_LATER = frozenset({408, 425, 429})
_LOGGER = logging.getLogger("urllib3.connectionpool")


def slack_payload(message: Message) -> dict[str, str | bool]:
    """Return a message as Slack's incoming webhooks take it.

    Slack's documents (*Formatting text for app surfaces*) ask for ``&``, ``<`` and ``>`` as entities; with
    its own markup off, stars and underscores of names stay what they are.
    """
    text = message.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": text, "mrkdwn": False}


def send_to_webhook(url: str, message: Message, connect_seconds: float, read_seconds: float) -> None:
    """Post a message once.

    Parameters
    ----------
    url : str
        Address of the webhook, a secret.
    message : Message
        What to tell.
    connect_seconds, read_seconds : float
        How long to wait for the connection, and for each part of the answer, in seconds.

    Raises
    ------
    UndeliverableError
        If the server cannot be reached or does not answer with a 2xx.
    """
    host = check_url(url).hostname
    try:
        with _nothing_logged():
            # A redirect is not followed: it would carry the message, and turn the POST into a GET.
            response = requests.post(
                url,
                json=slack_payload(message),
                headers={"Idempotency-Key": message.key, "User-Agent": "diurnal"},
                timeout=(connect_seconds, read_seconds),
                allow_redirects=False,
                stream=True,
            )
            with response:
                answer = b"" if response.ok else next(response.iter_content(_ANSWER_BYTES), b"")
    except requests.RequestException as error:
        raise _unreachable(error, host) from None  # its own words repeat the address
    if response.is_redirect or not response.ok or not 200 <= response.status_code < 300:
        raise _refused(response, quoted(answer, *secrets_of_url(url)), host)


def _refused(response: requests.Response, said: str, host: str | None) -> UndeliverableError:
    code = response.status_code
    if 300 <= code < 400:
        return UndeliverableError(
            f"{host} answered {code} and sends elsewhere; write the final address", is_transient=False
        )
    return UndeliverableError(
        f"{host} answered {code}{f' ({said})' if said else ''}",
        is_transient=code in _LATER or code >= 500,
        retry_after_seconds=_retry_after(response.headers.get("Retry-After", "")),
    )


def _unreachable(error: requests.RequestException, host: str | None) -> UndeliverableError:
    if isinstance(error, requests.Timeout):
        return UndeliverableError(f"{host} did not answer in time", is_transient=True)
    if isinstance(error, requests.exceptions.SSLError):
        return UndeliverableError(f"the certificate of {host} cannot be trusted", is_transient=False)
    is_transient = isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError)
    why = _system_reason(error) or type(error).__name__
    return UndeliverableError(f"{host} cannot be reached ({why})", is_transient=is_transient)


def _system_reason(error: BaseException | None) -> str | None:
    """Return the operating system's word for a failure, which knows no address."""
    while error is not None:
        if isinstance(error, OSError) and error.strerror and not isinstance(error, requests.RequestException):
            return error.strerror
        inner = next((one for one in error.args if isinstance(one, BaseException)), None)
        error = inner or getattr(error, "reason", None) or error.__cause__ or error.__context__
        error = error if isinstance(error, BaseException) else None
    return None


def _retry_after(header: str) -> float:
    if header.strip().isdecimal():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - datetime.now(tz=UTC)).total_seconds(), 0.0)


@contextmanager
def _nothing_logged() -> Iterator[None]:
    """Keep the address out of logs: urllib3 writes the path of each request at its lowest level."""
    _LOGGER.addFilter(_refuse)
    try:
        yield
    finally:
        _LOGGER.removeFilter(_refuse)


def _refuse(_: logging.LogRecord) -> bool:
    return False
