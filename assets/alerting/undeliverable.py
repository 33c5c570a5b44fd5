"""Why an attempt to send failed, in a sentence that holds no secret, and whether another may help."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from assets.printable import ELLIPSIS, printable

_QUOTED = 200
_SHORTEST_SECRET = 4
_PIECES = re.compile("[/&=;]")


class UndeliverableError(Exception):
    """An attempt to send failed.

    Parameters
    ----------
    sentence : str
        Why, without a secret.
    is_transient : bool
        Whether another attempt may help.
    retry_after_seconds : float
        How long the server asks to wait, in seconds.
    """

    def __init__(self, sentence: str, *, is_transient: bool, retry_after_seconds: float = 0.0) -> None:
        super().__init__(sentence)
        self.is_transient = is_transient
        self.retry_after_seconds = retry_after_seconds


def quoted(said: str | bytes, *secrets: str) -> str:
    """Return what a server said, short, printable and without the secrets that it may have repeated."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, ELLIPSIS) if secret else text
    return printable(" ".join(text.split()), _QUOTED)


def secrets_of_url(url: str) -> Iterator[str]:
    """Yield what must not be shown of a webhook's address: all of it but scheme and host, part by part."""
    parts = urlsplit(url)
    yield url
    for text in (parts.path, parts.query, parts.fragment, parts.username, parts.password):
        for one in (text or "", unquote(text or "")):
            yield from (piece for piece in (one, *_PIECES.split(one)) if len(piece) >= _SHORTEST_SECRET)


def secrets_of_login(user: str, password: str) -> Iterator[str]:
    """Yield what must not be shown of a login: the password, and how it travels."""
    for text in (password, f"\0{user}\0{password}"):
        yield text
        yield base64.b64encode(text.encode()).decode("ascii")
