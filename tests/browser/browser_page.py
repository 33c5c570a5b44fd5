"""What a headless Chromium makes of a page: its figures, its values, its console, and what it asks for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
TIME_LIMIT_SECONDS = 120
# What the browser asks for by itself, whatever page is open.
ITS_OWN = re.compile(r"https?://([\w.-]+\.)?(google|googleapis|gvt1|gstatic)\.com[/:]")
VOID = {"meta", "link", "img", "br", "input", "hr"}
SHAPES = {"path", "line", "rect", "circle", "text"}


@dataclass
class Figure:
    """One figure: its id, whether the script drew it, its text, and the shapes of each kind of mark."""

    key: str
    is_live: bool
    alt: str = ""
    marks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SeenPage:
    """A page when its scripts have run.

    Parameters
    ----------
    root : dict of str to str
        Attributes of the root element, where the script says how far it got.
    figures : list of Figure
        In order.
    values : list of str
        Text of each ``data`` element.
    console : list of str
        What was written to the console.
    asked : list of str
        Addresses that were asked for; none of them was answered.
    """

    root: dict[str, str]
    figures: list[Figure]
    values: list[str]
    console: list[str]
    asked: list[str]


class PageReader(HTMLParser):
    """Collects the figures and the values of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root: dict[str, str] = {}
        self.figures: list[Figure] = []
        self.values: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "html":
            self.root = given
        elif tag == "figure":
            self.figures.append(Figure(given["id"], "is-live" in classes))
        elif tag == "img" and "drawing" in classes:
            self.figures[-1].alt = given["alt"]
        elif tag == "data":
            self.values.append("")
        kind = next((kind for _, kind in reversed(self._open) if kind), "")
        if tag in SHAPES and kind:
            marks = self.figures[-1].marks
            marks[kind] = marks.get(kind, 0) + 1
        if tag not in VOID:
            is_mark = "role-mark" in classes
            self._open.append((tag, next((c for c in classes if is_mark and c.startswith("mark-")), "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if any(tag == "data" for tag, _ in self._open):
            self.values[-1] += data


def installed_browser() -> str | None:
    """Find a Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def seen_page(browser: str, page: Path, folder: Path, *options: str) -> SeenPage:
    """Open a page without a network."""
    net_log = folder / "net.json"
    command = [
        *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"),
        *("--virtual-time-budget=30000", "--host-resolver-rules=MAP * ~NOTFOUND"),
        *(f"--user-data-dir={folder / 'profile'}", f"--log-net-log={net_log}"),
        *(*options, "--dump-dom", page.as_uri()),
    ]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=TIME_LIMIT_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    console = re.findall(r"CONSOLE[^\]]*\] (.*)", done.stderr)
    asked = set(re.findall(r'"url":("https?://[^"]*")', net_log.read_text(encoding="utf-8")))
    addresses = sorted(json.loads(address) for address in asked)
    read = PageReader(done.stdout)
    others = [address for address in addresses if not ITS_OWN.match(address)]
    return SeenPage(read.root, read.figures, read.values, console, others)
