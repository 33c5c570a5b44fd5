"""The table ``[[channel]]`` of ``sources.toml``: where alerts are sent, and where its secret is kept.

Sending is in ``alerting``. No word here repeats a secret, whatever is wrong with it.
"""

from __future__ import annotations

import os
from email.errors import MessageError
from email.policy import default as mail_policy
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from assets.source_keys import Name
from assets.source_table import Table

Security = Literal["starttls", "tls", "none"]
PORTS: dict[str, int] = {"starttls": 587, "tls": 465, "none": 25}
_SECRET_OF = {"webhook": "url", "email": "password"}
_ALLOWED = {
    "webhook": {"url", "url_env", "url_file"},
    "email": {
        *("host", "port", "security", "from", "to", "user"),
        *("password", "password_env", "password_file"),
    },
}
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class SecretError(ValueError):
    """A channel's secret is not where ``sources.toml`` says; the message says how to mend it."""


def _address(text: str) -> str:
    try:
        parsed = mail_policy.header_factory("To", text)
        is_one = len(parsed.addresses) == 1 and not parsed.defects
        is_whole = is_one and all((parsed.addresses[0].username, parsed.addresses[0].domain))
    except (MessageError, ValueError, IndexError):
        is_whole = False
    if not is_whole or not text.isprintable():
        raise ValueError(f"{text!r} is no address of e-mail; write one such as 'noc@example.org'")
    return text


def _at_least_one(addresses: tuple[str, ...]) -> tuple[str, ...]:
    if not addresses:
        raise ValueError("the list is empty; write at least one address, such as 'noc@example.org'")
    return addresses


Address = Annotated[str, AfterValidator(_address)]
Addresses = Annotated[tuple[Address, ...], AfterValidator(_at_least_one)]


class Channel(Table):
    """A table ``[[channel]]``: a webhook that takes Slack's JSON, or a mail server."""

    name: Name
    kind: Literal["webhook", "email"]
    url: SecretStr | None = None
    url_env: str | None = None
    url_file: str | None = None
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535, strict=True)
    security: Security | None = None
    sender: Address | None = Field(default=None, alias="from")
    to: Addresses | None = None
    user: str | None = None
    password: SecretStr | None = None
    password_env: str | None = None
    password_file: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Channel:
        for name, field in type(self).model_fields.items():
            key = field.alias or name
            is_own = key in ("name", "kind") or key in _ALLOWED[self.kind]
            if getattr(self, name) is not None and not is_own:
                raise ValueError(f'{key} does not belong to kind = "{self.kind}"; remove it')
        secret = _SECRET_OF[self.kind]
        said = [key for key in (secret, f"{secret}_env", f"{secret}_file") if getattr(self, key) is not None]
        if len(said) > 1:
            raise ValueError(f"{said[0]} and {said[1]} say the same; remove one of them")
        if self.kind == "webhook":
            self._check_webhook(said)
        else:
            self._check_email(said)
        return self

    def _check_webhook(self, said: list[str]) -> None:
        if not said:
            raise ValueError(
                'kind = "webhook" needs url_env = "<a variable of the environment that holds the address>", '
                "url_file or url"
            )
        if self.url is not None:
            check_url(self.url.get_secret_value())

    def _check_email(self, said: list[str]) -> None:
        for key, value in (("host", self.host), ("from", self.sender), ("to", self.to)):
            if not value:
                example = "mail.example.org" if key == "host" else "noc@example.org"
                written = f'["{example}"]' if key == "to" else f'"{example}"'
                raise ValueError(f'kind = "email" needs {key} = {written}')
        if bool(self.user) != bool(said):
            needed = "user" if said else "password_env"
            raise ValueError(f"user and a password belong together; add {needed}, or remove the other")
        if said and self.security == "none" and self.host not in _OWN_MACHINE:
            raise ValueError(
                'a password must not travel in the clear; write security = "starttls" or "tls", or remove it'
            )

    @property
    def keeps_secret_in_the_open(self) -> bool:
        """Whether the secret itself stands in ``sources.toml``."""
        return self.url is not None or self.password is not None

    @property
    def mail_security(self) -> Security:
        """How the mail server is spoken to: by STARTTLS unless said otherwise."""
        return self.security or "starttls"

    @property
    def mail_port(self) -> int:
        """Port of the mail server: the usual one of its security unless said otherwise."""
        return self.port or PORTS[self.mail_security]

    def secret(self, home: Path) -> str | None:
        """Fetch the address of a webhook, or the password of a mail server.

        Parameters
        ----------
        home : Path
            The folder that a relative ``url_file`` or ``password_file`` starts from.

        Returns
        -------
        str or None
            None for a mail server without a password.

        Raises
        ------
        SecretError
            If the variable is not set, the file cannot be read, or what it holds is no address of a webhook.
        """
        key = _SECRET_OF[self.kind]
        plain: SecretStr | None = getattr(self, key)
        variable: str | None = getattr(self, f"{key}_env")
        file: str | None = getattr(self, f"{key}_file")
        if plain is not None:
            found = plain.get_secret_value()
        elif variable is not None:
            found = os.environ.get(variable, "").strip()
            if not found:
                raise SecretError(
                    f"the variable {variable} of {key}_env is not set; set it where the night runs"
                )
        elif file is not None:
            found = _read_secret(home / file, key)
        else:
            return None
        if self.kind == "webhook":
            check_url(found)
        return found


def check_url(url: str) -> SplitResult:
    """Take the address of a webhook apart.

    Raises
    ------
    SecretError
        If it is none; the message does not repeat it.
    """
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not url.isprintable() or " " in url:
        raise SecretError(
            "url is no address of a webhook; write one such as 'https://hooks.slack.com/services/…'"
        )
    return parts


def _read_secret(file: Path, key: str) -> str:
    try:
        found = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "no text"
        raise SecretError(f"the file {file} of {key}_file cannot be read ({why})") from None
    if not found:
        raise SecretError(f"the file {file} of {key}_file is empty; write the {key} into it")
    return found


CHANNEL_KEYS = [field.alias or name for name, field in Channel.model_fields.items()]
KINDS = get_args(Channel.model_fields["kind"].annotation)
