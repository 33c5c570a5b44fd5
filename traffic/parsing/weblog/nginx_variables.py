"""The variables of nginx's log_format.

Source: nginx, "Module ngx_http_log_module" and "Alphabetical index of variables".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from traffic.parsing.weblog.pattern_pieces import (
    Literal,
    LogPatternError,
    Piece,
    client_text,
    host,
    passed_over,
    path,
    query,
    size,
    status,
    word,
)
from traffic.parsing.weblog.time_directives import CLF, ISO, MSEC, strftime_pieces, time_piece

VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_FAMILIES = (
    "arg_",
    "cookie_",
    "geoip_",
    "geoip2_",
    "http_",
    "proxy_",
    "sent_http_",
    "sent_trailer_",
    "ssl_",
    "upstream_",
)
_PASSED_OVER = frozenset(
    (
        *("ancient_browser", "binary_remote_addr", "connection", "connection_requests"),
        *("connection_time", "connections_active", "connections_reading", "connections_waiting"),
        *("connections_writing", "content_length", "content_type", "date_gmt", "date_local"),
        *("document_root", "fastcgi_path_info", "fastcgi_script_name", "gzip_ratio", "host"),
        *("hostname", "http2", "http3", "https", "invalid_referer", "limit_conn_status"),
        *("limit_rate", "limit_req_status", "modern_browser", "msie", "nginx_version", "pid", "pipe"),
        *("quic", "realip_remote_port", "realpath_root", "remote_port", "remote_user"),
        *("request_body", "request_body_file", "request_completion", "request_filename"),
        *("request_id", "request_length", "request_time", "scheme", "secure_link", "server_addr"),
        *("server_name", "server_port", "session_log_id", "slice_range", "tcpinfo_rcv_space"),
        *("tcpinfo_rtt", "tcpinfo_rttvar", "tcpinfo_snd_cwnd", "uid_got", "uid_reset", "uid_set"),
    )
)


def nginx_pieces(pattern: str) -> Iterator[Piece | Literal]:
    """Yield the pieces of a log_format.

    Parameters
    ----------
    pattern : str
        Such as ``$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent``.

    Raises
    ------
    LogPatternError
        If a variable is not known.
    """
    position, n_quotes = 0, 0
    for found in VARIABLE.finditer(pattern):
        literal = pattern[position : found.start()]
        if literal:
            n_quotes += literal.count('"')
            yield Literal(literal)
        yield from _meaning(found[0], found[1] or found[2], is_quoted=n_quotes % 2 == 1)
        position = found.end()
    if position < len(pattern):
        yield Literal(pattern[position:])


def _meaning(text: str, name: str, *, is_quoted: bool) -> Iterator[Piece | Literal]:
    if name in ("time_local", "time_iso8601"):
        yield from strftime_pieces(text, CLF if name == "time_local" else ISO)
    elif name == "msec":
        yield time_piece(text, MSEC)
    elif name in ("remote_addr", "realip_remote_addr"):
        # The latter is the peer of the connection: the last proxy.
        yield host(text, rank=name == "realip_remote_addr")
    elif name == "status":
        yield status(text)
    elif name in ("body_bytes_sent", "bytes_sent"):
        # The body's size, as in the format combined; with the headers if there is no other.
        yield size(text, rank=name == "bytes_sent")
    else:
        yield _part_of_request(text, name, is_quoted=is_quoted)


def _part_of_request(text: str, name: str, *, is_quoted: bool) -> Piece:
    if name == "request":
        return client_text(text, "request", "request", is_quoted=is_quoted)
    if name in ("request_method", "server_protocol"):
        return word(text, "method" if name == "request_method" else "protocol")
    if name in ("request_uri", "uri", "document_uri"):
        has_query = name == "request_uri"
        return path(text, is_quoted=is_quoted, has_query=has_query, rank=not has_query)
    if name in ("args", "query_string"):
        return query(text, is_quoted=is_quoted, has_mark=False)
    if name == "is_args":
        return Piece(text, None, r"\??", r"\??", "question mark")
    if name in _PASSED_OVER or name.startswith(_FAMILIES):
        return passed_over(text, is_quoted=is_quoted)
    hint = "write a variable of your own as $http_…, which is passed over"
    raise LogPatternError(f"{text!r} is no variable of nginx that is known; {hint}")
