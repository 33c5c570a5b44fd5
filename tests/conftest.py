"""Fixtures that every test may use: the public data sets and a browser, if they are here, and a webhook."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_page import SeenPage, installed_browser, seen_page
from hypothesis import settings
from webhook_server import WebhookServer, webhook_server

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# As in a night (orchestration.definitions): before numpy is loaded, and for the processes that tests start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def browse(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., SeenPage]:
    """Open a page in a headless Chromium without a network, or skip."""
    browser = installed_browser()
    if browser is None:
        pytest.skip("needs Chromium, such as Debian's package chromium")

    def look(page: Path, *options: str) -> SeenPage:
        return seen_page(browser, page, tmp_path_factory.mktemp("browser"), *options)

    return look


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Return the path of a file of the public data sets, or skip."""

    def path(name: str) -> Path:
        if not (REAL_DATA / name).exists():
            pytest.skip(f"needs the public data set {name} in ../shared/data")
        return REAL_DATA / name

    return path


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookServer]:
    """A webhook on this machine; a proxy of the person who tests is not asked."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with webhook_server() as server:
        yield server
