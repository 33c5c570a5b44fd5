"""Dagster's UI in a real browser: the graph it opens on, an asset's page, a source that fails, a backfill."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from browser_page import installed_browser
from dagster_ui import ENDED, Ui, choose_nights, launch_backfill, running_ui
from live_browser import LiveBrowser, open_browser

pytestmark = pytest.mark.pipeline

NIGHTS = ["2024-03-12", "2024-03-13"]
OF_BRANCH, OF_CLOUD = "branch_files_were_read", "cloud_files_were_read"
GROUPS = ("raw", "series", "models", "forecasts", "diagnostics", "quality", "published")


@pytest.fixture(scope="module")
def ui(
    tmp_path_factory: pytest.TempPathFactory,
    installation: Any,
    hourly_csv: Callable[..., str],
    single_export: Callable[..., str],
    without_arima: str,
    wait_for: Callable[..., Any],
) -> Iterator[Ui]:
    """Open the UI on a home with one source that can be read and one that cannot."""
    if installed_browser() is None:
        pytest.skip("needs Chromium, such as Debian's package chromium")
    folder = tmp_path_factory.mktemp("ui")
    entries = [single_export(name, f"landing/{name}/*.csv") for name in ("cloud", "branch")]
    home = installation(folder / "home", without_arima + "\n".join(entries))
    for name, content in (
        ("cloud", hourly_csv(datetime(2024, 3, 1), 12 * 24)),
        ("branch", "this is a letter, and no export\n"),
    ):
        (home.path / "landing" / name).mkdir(parents=True)
        (home.path / "landing" / name / "load.csv").write_text(content)
    with running_ui(home, folder / "ui.log") as running:
        wait_for(running.location, "the loading of the code location", on_failure=running.tail)
        yield running


@pytest.fixture(scope="module")
def page(ui: Ui) -> Iterator[LiveBrowser]:
    browser = installed_browser()
    assert browser is not None
    with open_browser(browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def backfilled(ui: Ui, page: LiveBrowser, wait_for: Callable[..., Any]) -> list[dict[str, Any]]:
    """The runs of two nights that were chosen and launched in the dialog."""
    choose_nights(page, ui, NIGHTS[0], NIGHTS[-1])
    page.wait_for_text("2 partitions")
    backfill = launch_backfill(page)

    def ended() -> Any:
        runs = ui.runs_of_backfill(backfill)
        return runs if len(runs) == 2 and all(run["status"] in ENDED for run in runs) else None

    return list(wait_for(ended, "the end of the backfill", seconds=300, on_failure=ui.tail))


def test_it_says_where_the_asset_graph_is_and_the_graph_has_a_box_for_each_layer(
    ui: Ui, page: LiveBrowser
) -> None:
    said = re.search(r"http://\S+", ui.log.read_text())
    assert said is not None
    page.go(said[0])
    page.wait_for_text("Global asset lineage", *GROUPS)


def test_nights_chosen_in_the_dialog_are_run_one_after_the_other_and_published(
    ui: Ui, backfilled: list[dict[str, Any]]
) -> None:
    assert [(run["night"], run["status"]) for run in backfilled] == [(night, "SUCCESS") for night in NIGHTS]
    assert all(former["endTime"] <= later["startTime"] for former, later in itertools.pairwise(backfilled))
    found = ui.home.ask_published(
        "SELECT strftime(issued_at_utc, '%Y-%m-%d') AS night, count(*) AS n FROM forecasts.points "
        "WHERE is_champion GROUP BY ALL ORDER BY ALL"
    )
    assert found.rows() == [(night, 168) for night in NIGHTS]


@pytest.mark.usefixtures("backfilled")
def test_a_source_that_fails_is_seen_on_its_own_check_and_the_other_is_green(
    ui: Ui, page: LiveBrowser
) -> None:
    page.go(ui.address(f"/assets/raw/ingested_files?view=checks&checkDetail={OF_BRANCH}"))
    page.wait_for_text("none of its 1 files could be read")

    def checks() -> dict[str, str] | None:
        found = re.findall(r"^(\w+)\n(?:\1\n)?(Failed|Succeeded)$", page.text(), re.MULTILINE)
        return dict(found) if {name for name, _ in found} >= {OF_BRANCH, OF_CLOUD} else None

    outcomes = page.wait_until(checks, "the outcomes of the checks")
    assert outcomes.pop(OF_BRANCH) == "Failed"
    assert outcomes.pop(OF_CLOUD) == "Succeeded"
    assert set(outcomes.values()) == {"Succeeded"}


@pytest.mark.usefixtures("backfilled")
def test_an_assets_page_shows_its_table_its_columns_its_preview_and_its_picture(
    ui: Ui, page: LiveBrowser
) -> None:
    page.go(ui.address("/assets/series/catalog"))
    page.wait_for_text("series.catalog", "series_id", "Series, <source>/<label>", "TIMESTAMP", "preview")
    address = (
        "[...document.querySelectorAll('img')].map((one) => one.src).find((src) => src.startsWith('data:'))"
    )
    # The preview of a single row is short enough to stand there; the picture is opened.
    page.wait_for_text("cloud/load", "[Show Markdown]")
    page.click("[Show Markdown]")  # the innermost, which is the last: the picture
    assert page.wait_until(lambda: page.run(address), "the picture").startswith("data:image/png;base64,")


@pytest.mark.usefixtures("backfilled")
def test_no_night_is_late_that_was_not_asked_for(ui: Ui, page: LiveBrowser) -> None:
    page.go(ui.address("/assets/published/traffic?view=checks&checkDetail=newest_night_is_not_late"))
    page.wait_for_text("newest_night_is_not_late", "Passed", "no night has been due")
