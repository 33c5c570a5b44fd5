"""The text formats of a proxy and a load balancer: Squid's native log, AWS's Application Load Balancer.

Those of web servers stand in ``text_formats``.
"""

from __future__ import annotations

from traffic.parsing.weblog.text_formats import QUOTED
from traffic.parsing.weblog.text_layout import TextLayout

_ISO = (
    r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,9}))?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})"
)
_ISO_AT_ALL = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)
_SECONDS = r"-?[0-9.]+"
_ALB_FRONT = (
    rf"^\S+ {_ISO} \S+ (?P<host>\S+) \S+ {_SECONDS} {_SECONDS} {_SECONDS} "
    r"(?P<status>[0-9]{3}|-) (?:[0-9]{3}|-) (?:[0-9]+|-) (?P<bytes>[0-9]{1,18}|-) "
)
_ALB_TIMED = rf"^\S+ {_ISO_AT_ALL} \S+ \S+ \S+ "
_ALB_NUMBERED = rf"{_ALB_TIMED}{_SECONDS} {_SECONDS} {_SECONDS} (?:[0-9]{{3}}|-) (?:[0-9]{{3}}|-) "

AWS_ALB = TextLayout(
    name="aws_alb",
    patterns=(
        rf'{_ALB_FRONT}"(?P<request>{QUOTED})" "{QUOTED}"(?: .*)?$',
        rf'{_ALB_FRONT}"(?P<request>.*?)" ".*"(?: .*)?$',
    ),
    stages=(
        (r"^\S+ \S+", "the line does not begin with a type and a time"),
        (rf"^\S+ {_ISO_AT_ALL} ", "the second field is not a time as yyyy-mm-ddThh:mm:ss.ffffffZ"),
        (_ALB_TIMED, "no load balancer, client and target after the time (line cut off?)"),
        (
            rf"{_ALB_TIMED}{_SECONDS} {_SECONDS} {_SECONDS} ",
            "no three processing times after the target (line cut off?)",
        ),
        (_ALB_NUMBERED, "no two status codes after the processing times"),
        (rf"{_ALB_NUMBERED}(?:[0-9]+|-) (?:[0-9]{{1,18}}|-) ", "no two sizes after the status codes"),
        (rf'{_ALB_NUMBERED}\S+ \S+ "', "no quoted request after the sizes"),
        (
            rf'{_ALB_NUMBERED}\S+ \S+ ".*" ".*"',
            "no quoted request and user agent after the sizes (line cut off?)",
        ),
    ),
    time_format="%Y-%m-%dT%H:%M:%S",
    has_ports=True,
)

_SQUID_FRONT = r"^\s*[0-9]+\.[0-9]+ +-?[0-9]+ \S+ "
SQUID = TextLayout(
    name="squid",
    patterns=(
        r"^\s*(?P<epoch>[0-9]{1,12})\.(?P<fraction>[0-9]{1,9}) +-?[0-9]+ (?P<host>\S+) "
        r"\S+/(?P<status>[0-9]{3}) (?P<bytes>[0-9]{1,18}|-) (?P<method>\S+) (?P<path>\S+) "
        r"\S+ [^\s/]+/\S+ \S+(?: \[.*\] \[.*\])?\s*$",
        r"^\s*(?P<epoch>[0-9]{1,12})\.(?P<fraction>[0-9]{1,9}) +-?[0-9]+ (?P<host>\S+) "
        r"\S+/(?P<status>[0-9]{3}) (?P<bytes>[0-9]{1,18}|-) (?P<method>\S+) (?P<path>.*?) "
        r"\S+ [^\s/]+/\S+ .*$",
    ),
    stages=(
        (
            r"^\s*[0-9]{1,12}\.[0-9]{1,9} ",
            "the line does not begin with seconds since 1970 and their fraction",
        ),
        (r"^\s*[0-9]+\.[0-9]+ +-?[0-9]+ ", "no elapsed milliseconds after the time"),
        (_SQUID_FRONT, "no client after the elapsed time (line cut off?)"),
        (rf"{_SQUID_FRONT}\S+/[0-9]{{3}}(\s|$)", "no result and status as CODE/nnn after the client"),
        (rf"{_SQUID_FRONT}\S+ (?:[0-9]{{1,18}}|-)(\s|$)", "no size of up to 18 digits after the status"),
        (rf"{_SQUID_FRONT}\S+ \S+ \S+ \S+", "no method and URL after the size (line cut off?)"),
        (
            rf"{_SQUID_FRONT}\S+ \S+ \S+ .*\S+ [^\s/]+/\S+ \S+",
            "no user, hierarchy and content type after the URL (line cut off?)",
        ),
    ),
)
