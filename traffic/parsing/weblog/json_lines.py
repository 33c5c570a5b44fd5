"""Formats with one JSON object a line: Caddy's, Traefik's, and those that nginx and Apache are told to write.

nginx and Apache fix no keys, so ``json`` takes the spellings of their own variables and those in wide use,
each in the order in which it is listed.

Lines are decoded one by one. polars decodes a whole column as one text: a line could then bring rows of its
own, and one bad line would spoil all others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import polars as pl

from traffic.parsing.weblog.layout import FastPath, with_fields
from traffic.parsing.weblog.text_layout import without_port
from traffic.parsing.weblog.timestamps import KNOWN_FORMS, any_time

# nginx writes bytes that are no UTF-8 as they are, and they arrive here as \xNN; Apache writes \xNN itself.
# Neither is JSON. A backslash that is escaped stands before no escape of its own.
_NO_ESCAPE = re.compile(r"\\(x|.)", re.DOTALL)
# Half of a pair of code units is no character, and no column can hold it.
_HALF_PAIR = re.compile("[\ud800-\udfff]")
# Numbers stay as they are written: no digit is lost, however many there are.
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)
_TEXTS = ("host", "time", "request", "method", "path", "query", "protocol", "status", "bytes")


@dataclass(frozen=True)
class JsonLayout:
    """A format of JSON lines.

    Parameters
    ----------
    name : str
        As written in sources.toml.
    keys : mapping of str to tuple of str
        For each text of ``layout.FIELD_SCHEMA`` the keys that may hold it, the first that does counts;
        ``a.b`` is the key b of the object a.
    has_ports : bool
        Whether a client may be followed by its port.
    """

    name: str
    keys: Mapping[str, tuple[str, ...]] = field(compare=False)
    has_ports: bool = False
    needs_month: bool = field(default=False, init=False)
    lacks_offset: bool = field(default=False, init=False)
    has_directives: bool = field(default=False, init=False)
    fast: FastPath | None = field(default=None, init=False)

    def parser(self, month: str | None) -> JsonParser:
        """Begin a log."""
        return JsonParser(self)


class JsonParser:
    """Finds the fields of one log's lines by the keys of its layout.

    Parameters
    ----------
    layout : JsonLayout
        The lines' layout.
    """

    def __init__(self, layout: JsonLayout) -> None:
        self._layout = layout
        self._paths = {
            name: tuple(tuple(key.split(".")) for key in layout.keys.get(name, ())) for name in _TEXTS
        }
        # Most lines of a log have the same keys; a few logs have as many sets of keys as lines.
        self._present = lru_cache(maxsize=256)(self._find_present)

    def parse(self, lines: pl.DataFrame, comments: pl.DataFrame) -> pl.DataFrame:
        """Find the fields of the next lines (``layout.LineParser``)."""
        columns: dict[str, list[str | None]] = {name: [] for name in ("reason", *_TEXTS)}
        for line in lines["line"]:
            record = decoded(line)
            columns["reason"].append("the line is not one JSON object (cut off?)" if record is None else None)
            for name, paths in self._present(tuple(record or ())):
                columns[name].append(_first_text(record, paths) if record and paths else None)
        found = lines.with_columns(pl.Series(name, texts, pl.String) for name, texts in columns.items())
        found = pl.concat([found, any_time(found["time"])], how="horizontal")
        host = without_port(pl.col("host")) if self._layout.has_ports else pl.col("host")
        return with_fields(found, reason=self._reason(), host=host)

    def _find_present(self, keys: tuple[str, ...]) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
        """Leave out the paths that begin with a key which a record does not have."""
        return [(name, tuple(p for p in paths if p[0] in keys)) for name, paths in self._paths.items()]

    def _reason(self) -> pl.Expr:
        def none_of(what: str, *names: str) -> str:
            keys = ", ".join(key for name in names for key in self._layout.keys.get(name, ()))
            return f"no {what}, under none of the keys {keys}"

        no_form = pl.format(f"the time '{{}}' is not {KNOWN_FORMS}", "time")
        has_request = pl.any_horizontal(pl.col("request", "path").is_not_null())
        return pl.coalesce(
            "reason",
            pl.when(~has_request).then(pl.lit(none_of("request", "request", "path"))),
            pl.when(pl.col("time").is_null()).then(pl.lit(none_of("time", "time"))),
            pl.when(pl.col("local").is_null() & ~looks_like_time(pl.col("time"))).then(no_form),
            pl.when(pl.col("status").is_null()).then(pl.lit(none_of("status", "status"))),
        )


def looks_like_time(text: pl.Expr) -> pl.Expr:
    """Whether a text has the form of a time, which may still not exist."""
    return text.str.contains(
        r"^\[?[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8}|^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ]"
    )


def decoded(line: str) -> dict[str, Any] | None:
    """Return the object that a line is, with numbers as they are written; None if it is none."""
    if "\\x" in line:
        line = _NO_ESCAPE.sub(lambda found: r"\\x" if found[1] == "x" else found[0], line)
    try:
        record = _DECODER.decode(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _first_text(record: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> str | None:
    empty = None
    for first, *rest in paths:
        value = record.get(first)
        for key in rest:
            value = value.get(key) if isinstance(value, dict) else None
        if value is None or not isinstance(value, str):
            continue
        if value not in ("", "-"):
            return value if value.isascii() else _HALF_PAIR.sub("\ufffd", value)
        empty = value if empty is None else empty
    return empty


JSON = JsonLayout(
    name="json",
    keys={
        "time": ("msec", "time_iso8601", "@timestamp", "timestamp", "time_local", "time", "datetime", "ts"),
        "host": (
            *("remote_addr", "remote_host", "remote_ip", "remoteip", "remoteIP", "clientip", "client_ip"),
            *("client", "ip", "host"),
        ),
        "request": ("request", "request_line"),
        "method": ("request_method", "method", "verb"),
        "path": ("request_uri", "uri", "url", "path", "request_path"),
        "query": ("query_string", "args", "query"),
        "protocol": ("server_protocol", "protocol", "proto", "http_version"),
        "status": ("status", "status_code", "response", "response_code", "http_status"),
        "bytes": (
            *("body_bytes_sent", "bytes_sent", "bytes", "size", "response_size", "bytes_out"),
            "sent_bytes",
        ),
    },
    has_ports=True,
)
CADDY = JsonLayout(
    name="caddy",
    keys={
        "time": ("ts",),
        "host": ("request.client_ip", "request.remote_ip", "request.remote_addr"),
        "method": ("request.method",),
        "path": ("request.uri",),
        "protocol": ("request.proto",),
        "status": ("status",),
        "bytes": ("size",),
    },
    has_ports=True,
)
TRAEFIK = JsonLayout(
    name="traefik",
    keys={
        "time": ("StartUTC", "StartLocal", "time"),
        "host": ("ClientHost", "ClientAddr"),
        "method": ("RequestMethod",),
        "path": ("RequestPath", "RequestLine"),
        "protocol": ("RequestProtocol",),
        "status": ("DownstreamStatus", "OriginStatus"),
        "bytes": ("DownstreamContentSize", "OriginContentSize"),
    },
    has_ports=True,
)
