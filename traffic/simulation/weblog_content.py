"""The simulated web sites: who visits them, how often, and what is asked, odd requests of real life included.

Only tables belong here. Drawing from them belongs to ``weblog_requests``, writing lines to ``weblog``.
Every address is from a range kept for documentation or for private networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class PageKind:
    """A family of pages that share a typical size.

    Parameters
    ----------
    prefix, suffix : str
        Path before and after the number of the page.
    pages : int
        How many pages there are; the number is left out if there is one.
    weight : float
        Relative share of the requests.
    median_bytes : float
        Median size of an answer.
    """

    prefix: str
    suffix: str
    pages: int
    weight: float
    median_bytes: float


@dataclass(frozen=True)
class Website:
    """One web server and its audience.

    Parameters
    ----------
    source : str
        Name in sources.toml, and the folder of its files.
    format : {"combined", "common"}
        What its lines look like.
    time_zone : str
        Clock of the stamps and of the files' days.
    daily_requests : tuple of float
        Expected good lines for Monday to Sunday.
    evening, night : float
        Weight of the evening, and level of the quiet hours, beside working hours.
    pages : tuple of PageKind
        What it serves.
    hosts, users : tuple of str
        Who visits it, the most frequent first.
    """

    source: str
    format: Literal["combined", "common"]
    time_zone: str
    daily_requests: tuple[float, ...]
    evening: float
    night: float
    pages: tuple[PageKind, ...]
    hosts: tuple[str, ...]
    users: tuple[str, ...]


PUBLIC_PAGES = (
    PageKind("/", "", 1, 12, 6_200),
    PageKind("/static/site-", ".css", 3, 10, 9_500),
    PageKind("/static/app-", ".js", 5, 14, 31_000),
    PageKind("/img/photo-", ".jpg", 400, 26, 42_000),
    PageKind("/articles/", ".html", 900, 18, 11_000),
    PageKind("/search?q=term", "&sort=date", 300, 6, 5_400),
    PageKind("/api/v1/status", "", 1, 9, 310),
    PageKind("/downloads/release-", ".tar.gz", 12, 0.5, 900_000),
    PageKind("/favicon.ico", "", 1, 3, 1_100),
    PageKind("/robots.txt", "", 1, 1.5, 140),
)
OFFICE_PAGES = (
    PageKind("/start", "", 1, 15, 8_000),
    PageKind("/wiki/page-", "", 600, 30, 14_000),
    PageKind("/forms/request-", ".pdf", 40, 5, 120_000),
    PageKind("/directory?room=", "", 200, 12, 3_500),
    PageKind("/theme/style.css", "", 1, 20, 7_000),
    PageKind("/calendar/week-", ".ics", 53, 18, 1_900),
)

# Written as the bytes that stand in the file, one character a byte (Latin-1): `\xe9` alone is no UTF-8,
# while the umlaut below is its two UTF-8 bytes. All of these are good lines.
ODD_REQUESTS = (
    "GET /",
    "GET /robots.txt",
    r"GET /search?q=\"dark fibre\" HTTP/1.1",
    'GET /search?q="peering" HTTP/1.0',
    "GET /price list 2025.pdf HTTP/1.1",
    "GET /caf\xe9/men\xfc.html HTTP/1.1",
    "GET /m\xc3\xbcnchen/ HTTP/1.1",
    "GET /a\tb\x01c HTTP/1.1",
    "GET /\x1b[31mred\x7f HTTP/1.0",
    "GET /page\x0b\x0c\x1c\x85end HTTP/1.1",
    "GET /%22quoted%22%0Apath HTTP/1.1",
    "PROPFIND /share/ HTTP/1.1",
)

METHODS = ("GET", "POST", "HEAD")
METHOD_SHARES = (0.94, 0.04, 0.02)
PROTOCOLS = ("HTTP/1.1", "HTTP/2.0", "HTTP/1.0")
PROTOCOL_SHARES = (0.72, 0.24, 0.04)
STATUSES = (200, 206, 301, 304, 404, 500)
STATUS_SHARES = (0.83, 0.01, 0.03, 0.08, 0.045, 0.005)

PUBLIC_HOSTS = tuple(
    [f"198.51.100.{k}" for k in range(1, 255)]
    + [f"203.0.113.{k}" for k in range(1, 255)]
    + [f"2001:db8:{k:x}::{7 * k:x}" for k in range(1, 93)]
)
OFFICE_HOSTS = tuple(
    [f"10.20.{floor}.{desk}" for floor in range(1, 5) for desk in range(10, 60)]
    + [f"desk-{k:03}.office.example" for k in range(1, 41)]
)
REFERRERS = (
    "-",
    "https://www.example.org/",
    "https://www.example.org/articles/7.html",
    "https://search.example.net/?q=diurnal+traffic",
)
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6) AppleWebKit/605.1.15 Version/18.6 Mobile Safari/604.1",
    "curl/7.54.0",
    "ExampleBot/2.1 (+https://bot.example.com/about)",
    "-",
)

WEBSITES = (
    Website(
        source="www",
        format="combined",
        time_zone="Europe/Berlin",
        daily_requests=(40_000, 41_000, 41_000, 41_000, 39_000, 33_000, 37_000),
        evening=1.0,
        night=0.28,
        pages=PUBLIC_PAGES,
        hosts=PUBLIC_HOSTS,
        users=("-",),
    ),
    Website(
        source="intranet",
        format="common",
        time_zone="Europe/Berlin",
        daily_requests=(22_000, 22_000, 22_000, 21_000, 19_000, 5_000, 4_000),
        evening=0.05,
        night=0.01,  # nobody is there: whole windows without a request, which are true zeros
        pages=OFFICE_PAGES,
        hosts=OFFICE_HOSTS,
        users=("-", "a.meyer", "j.schulz", "m.wagner", "s.koch"),
    ),
)
