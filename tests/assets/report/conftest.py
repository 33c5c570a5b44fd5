"""The pages of a simulated night, after an edit of its tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browser_page import installed_browser
from devtools import Tab, open_tab
from page_night import ISSUED, NIGHT, fill

from assets.report.night_frames import read_night
from assets.report.page import Page, night_pages
from warehouse import Warehouse, open_warehouse

Make = Callable[..., list[Page]]


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new warehouse, made once."""
    file = tmp_path_factory.mktemp("report") / "traffic.duckdb"
    with open_warehouse(file, holder="a test", wait_seconds=0):
        pass
    return file


@pytest.fixture(scope="session")
def pages_of(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Return the pages of a night of some series, after an edit of its tables."""

    def make(
        names: list[str],
        edit: Callable[[Warehouse], Any] | None = None,
        with_capacity: bool = True,
        **more: Any,
    ) -> list[Page]:
        file = tmp_path_factory.mktemp("night") / "traffic.duckdb"
        shutil.copy(empty_file, file)
        with open_warehouse(file, holder="a test", wait_seconds=0) as warehouse:
            with warehouse.transaction():
                fill(warehouse, names, with_capacity)
            if edit:
                edit(warehouse)
            night = read_night(warehouse.query, NIGHT, ISSUED, **more)
            return night_pages(warehouse.query, night, "Europe/Berlin", [date(2025, 11, 16)])

    return make


@pytest.fixture(scope="session")
def tab() -> Iterator[Tab]:
    """Open a Chromium without a network, or skip."""
    browser = installed_browser()
    if browser is None:
        pytest.skip("needs Chromium, such as Debian's package chromium")
    with open_tab(browser) as opened:
        yield opened
