"""Every format of a web log that has a name in sources.toml, the more general before the more specific.

Of two formats that read a log equally well, the one named later is taken. A pattern of the user's own
(``log_pattern``) has no place here.
"""

from __future__ import annotations

from traffic.parsing.weblog.json_lines import CADDY, JSON, TRAEFIK
from traffic.parsing.weblog.layout import Layout
from traffic.parsing.weblog.proxy_formats import AWS_ALB, SQUID
from traffic.parsing.weblog.text_formats import COMBINED, COMBINED_VHOST, COMMON, EPA, TRAEFIK_CLF
from traffic.parsing.weblog.w3c import W3C

_LAYOUTS: tuple[Layout, ...] = (
    EPA,
    COMMON,
    COMBINED,
    COMBINED_VHOST,
    TRAEFIK_CLF,
    JSON,
    CADDY,
    TRAEFIK,
    W3C,
    AWS_ALB,
    SQUID,
)

FORMATS: dict[str, Layout] = {layout.name: layout for layout in _LAYOUTS}
