"""The site of the documentation: it builds strictly, holds every page, and asks nobody for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browser_page import SeenPage

ROOT = Path(__file__).parents[2]
OWN_TEXT = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "benchmarks/README.md")
# Loaded only for diagrams, of which there are none, and by browsers without ResizeObserver, of before 2020.
NEVER_LOADED = ("unpkg.com/mermaid@", "unpkg.com/resize-observer-polyfill")


class Addresses(HTMLParser):
    """Collects what a page loads by itself, and what it links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.linked: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.linked.append(given["href"])
        elif "src" in given or (tag == "link" and given.get("rel") not in {"canonical", "prev", "next"}):
            self.loaded.append(given.get("src") or given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = (sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder))
    # A proxy that nobody serves stands for no network.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    built = subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | nowhere | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Addresses]:
    return {path: Addresses(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_every_page_of_the_repository_is_on_the_site(site: Path) -> None:
    for path in (ROOT / "docs").rglob("*.md"):
        assert (site / path.relative_to(ROOT / "docs")).with_suffix(".html").exists(), path
    for name in ("index", "changelog", "contributing", "benchmarks", "python_api"):
        assert (site / f"{name}.html").exists()
    assert not list(site.rglob("*.py"))


def test_every_link_within_the_site_leads_somewhere(site: Path, pages: dict[Path, Addresses]) -> None:
    checked = 0
    for path, page in pages.items():
        if path.name == "404.html":  # its addresses begin at the root of a server
            continue
        for address in page.linked + page.loaded:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), f"{path.name}: {address}"
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in pages[target].anchors, f"{path.name}: {address}"
            checked += 1
    assert checked > 1000


def test_no_page_loads_anything_from_another_server(pages: dict[Path, Addresses]) -> None:
    for path, page in pages.items():
        assert page.loaded
        assert [address for address in page.loaded if urlsplit(address).netloc] == [], path


def test_no_style_and_no_script_names_another_server_to_load_from(site: Path) -> None:
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", path.read_text(encoding="utf-8")), path
    scripts = list(site.rglob("*.js"))
    assert scripts
    for path in scripts:
        hosts = re.findall(
            r"https?://(unpkg\.com/[^/\"'`]+|[\w.-]*(?:jsdelivr|cdnjs|googleapis)[\w./-]*)",
            path.read_text(encoding="utf-8"),
        )
        assert all(host.startswith(tuple(name for name in NEVER_LOADED)) for host in hosts), (path, hosts)


def test_no_page_has_a_diagram_whose_script_would_be_fetched(
    pages: dict[Path, Addresses], site: Path
) -> None:
    assert not any('class="mermaid"' in path.read_text(encoding="utf-8") for path in pages)


@pytest.mark.parametrize(
    "name", ["index.html", "gallery.html", "python_api.html", "decisions/0011-the-forecaster.html"]
)
def test_a_browser_opens_it_without_asking_anyone(
    site: Path, browse: Callable[..., SeenPage], name: str
) -> None:
    seen = browse(site / name)
    assert seen.asked == []
    assert "js" in seen.root["class"].split()  # its script ran
    assert seen.console == []


@pytest.mark.parametrize("name", OWN_TEXT)
def test_the_links_of_what_github_shows_lead_to_files(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^()\s#:]+)(?:#[^()\s]*)?\)", text)
    for link in links:
        assert ((ROOT / name).parent / link).exists(), link
