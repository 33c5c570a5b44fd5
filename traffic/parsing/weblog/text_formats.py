r"""The text formats of web servers: epa, common, combined, combined with the virtual host, and Traefik's.

A format is a ``TextLayout``: the patterns of a whole line, and the stages that say what is wrong with a bad
one. Those of proxies and load balancers stand in ``proxy_formats``.

The request is the client's own text. A server that escapes quotes leaves none inside; one that does not
needs the lenient pattern, which looks for the fields behind the request instead. The user's name cannot
hold a bare quote: else a request could bring its own time and pass all before it off as that name. Nor does
it begin with a hyphen and a blank: then the line has a field more in front. Digits are [0-9], since \d is
every script's.
"""

from __future__ import annotations

import polars as pl

from traffic.parsing.content import LineBlock
from traffic.parsing.weblog.text_layout import TextLayout

QUOTED = r'(?:[^"\\]|\\.)*'
_CLIENT = (
    r'(?P<host>\S+) \S+ (?:\S+|(?:[^"\\-]|\\.|-[^ "\\])(?:[^"\\]|\\.)*?) '
    r"\[(?P<time>[^\] ]+)(?: (?P<offset>[+-][0-9]{4}))?\] "
)
_BACK = r" (?P<status>[0-9]{3}|-) (?P<bytes>[0-9]{1,18}|-)"
_TIME = r"\[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2}(?: [+-][0-9]{4})?\]"
_NO_CLIENT = "the line does not begin with a client, an identity and a user"
_TOO_MANY = "a field more than client, identity and user before the time: is the format 'combined_vhost'?"
_CUT_OFF = "no quoted user agent at the end (line cut off, or more fields)"


def _prove_common(block: LineBlock) -> tuple[pl.DataFrame, pl.DataFrame]:
    from traffic.parsing.weblog import proven_lines  # its compiler comes with the first log, not before

    return proven_lines.prove_common(block)


def _prove_combined(block: LineBlock) -> tuple[pl.DataFrame, pl.DataFrame]:
    from traffic.parsing.weblog import proven_lines

    return proven_lines.prove_combined(block)


def _stages(front: str, *first: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Stages up to the size, for lines whose client stands behind ``front``."""
    timed = rf"^{front}\S+ \S+ .+? {_TIME} "
    return (
        *first,
        (rf"^{front}\S+ \S+ ", _NO_CLIENT),
        (rf"^{front}\S+ \S+ .*\[[^\]]*\]", "no time in [brackets]"),
        (rf"^{front}\S+ \S+ (?:- \[|[^-]|-[^ ])", _TOO_MANY),
        (timed, "the time in brackets is not dd/Mon/yyyy:hh:mm:ss, with or without +hhmm"),
        (rf'{timed}"', "no quoted request after the time"),
        (rf'{timed}".*"', "the request's closing quote is missing (line cut off?)"),
        (rf'{timed}".*" ([0-9]{{3}}|-) ([0-9]+|-)(\s|$)', "no status and size after the request"),
        (rf'{timed}".*" ([0-9]{{3}}|-) ([0-9]{{1,18}}|-)(\s|$)', "the size has more than 18 digits"),
    )


def _clf_patterns(front: str, strict_end: str, lenient_end: str, *, is_last: bool) -> tuple[str, str]:
    # Where nothing follows the size, the last size is the line's own; else the first that the rest allows.
    request = ".*" if is_last else ".*?"
    return (
        rf'^{front}{_CLIENT}"(?P<request>{QUOTED})"{_BACK}{strict_end}\s*$',
        rf'^{front}{_CLIENT}"(?P<request>{request})"{_BACK}{lenient_end}\s*$',
    )


_COMBINED_END = (rf' "{QUOTED}" "{QUOTED}"', ' ".*" ".*"')
_TRAEFIK_END = r' (?:[0-9]+|-) "[^"]*" "[^"]*" (?:[0-9.]+)ms'
_COMBINED_STAGES = (
    (r'([0-9]+|-) ".*', "no quoted referrer after the size: is the format 'common'?"),
    (r'([0-9]+|-) ".*" ".*"\s*$', _CUT_OFF),
)

EPA = TextLayout(
    name="epa",
    patterns=(
        # 21 lines of the EPA trace lost the size behind the status: only the size is missing.
        r"^(?P<host>\S+) \[(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2})\] "
        r'"(?P<request>.*)" (?P<status>[0-9]{3})(?: (?P<bytes>[0-9]{1,18}|-))?\s*$',
    ),
    stages=(
        (r"^\S+ ", "the line does not begin with a client"),
        (
            r"^\S+ \[[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2}\] ",
            "no time as [dd:hh:mm:ss] after the client",
        ),
        (r'^\S+ \[[0-9:]+\] "', "no quoted request after the time"),
        (r'^\S+ \[[0-9:]+\] ".*"', "the request's closing quote is missing (line cut off?)"),
        (r'^\S+ \[[0-9:]+\] ".*" [0-9]{3}(\s|$)', "no status after the request"),
        (
            r'^\S+ \[[0-9:]+\] ".*" [0-9]{3}( ([0-9]{1,18}|-))?\s*$',
            "what follows the status is not a size of up to 18 digits alone",
        ),
    ),
    time_format="%Y-%m-%d:%H:%M:%S",
    needs_month=True,
    lacks_offset=True,
)
COMMON = TextLayout(
    name="common",
    patterns=_clf_patterns("", "", "", is_last=True),
    fast=_prove_common,
    stages=(
        *_stages(""),
        (r" ([0-9]+|-)\s*$", "further fields follow the size: is the format 'combined'?"),
    ),
)
COMBINED = TextLayout(
    name="combined",
    patterns=_clf_patterns("", *_COMBINED_END, is_last=False),
    fast=_prove_combined,
    stages=(*_stages(""), *_COMBINED_STAGES),
)
COMBINED_VHOST = TextLayout(
    name="combined_vhost",
    patterns=_clf_patterns(r"\S+:[0-9]+ ", *_COMBINED_END, is_last=False),
    stages=(
        *_stages(
            r"\S+:[0-9]+ ", (r"^\S+:[0-9]+ ", "the line does not begin with a virtual host and its port")
        ),
        *_COMBINED_STAGES,
    ),
)
TRAEFIK_CLF = TextLayout(
    name="traefik_clf",
    patterns=_clf_patterns(
        "", f"{_COMBINED_END[0]}{_TRAEFIK_END}", f"{_COMBINED_END[1]}{_TRAEFIK_END}", is_last=False
    ),
    stages=(
        *_stages(""),
        (r'([0-9]+|-) ".*" ".*" ', "no quoted referrer and user agent after the size"),
        (rf"{_TRAEFIK_END}\s*$", "no count, router, server and duration in ms at the end (line cut off?)"),
    ),
)
