"""Takes the pictures of docs/ui.md: Dagster's UI on a simulated home, used in a browser as people use it.

It takes some ten minutes, most of them for the fourteen nights that are backfilled from the dialog.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from browser_page import installed_browser
from dagster_ui import ENDED, Ui, choose_nights, launch_backfill, running_ui
from live_browser import LiveBrowser, open_browser

from assets.png import shrink_png
from orchestration.home import Home
from orchestration.terminal.demo import write_demo
from warehouse import read_query

FOLDER = Path(__file__).with_name("ui")
MAX_BYTES = 250_000
FIRST_NIGHT, LAST_NIGHT, NIGHTS = "2025-11-04", "2025-11-17", 14
A_NIGHT_AT_MOST = 240.0
SETTLING_SECONDS = 2.0
ENDING_SECONDS = 120.0

BROKEN_SOURCE = """
[[export]]
name = "branch"
files = "landing/branch/*.csv"
shape = "single"
time_column = "timestamp"
value_column = "value"
step = "1h"
"""


def main() -> None:
    """Take every picture."""
    browser = installed_browser()
    if browser is None:
        sys.exit("needs Chromium, such as Debian's package chromium")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="diurnal-") as folder:
        home = Home.at(Path(folder) / "home")
        write_demo(home)
        # Fourteen nights in minutes: ARIMA and GARCH for two series show what they show for ten.
        text = home.sources_toml.read_text(encoding="utf-8")
        home.sources_toml.write_text(
            text.replace("[platform]", "[platform]\nconstant_volatility_at_most = 2", 1), encoding="utf-8"
        )
        with (
            running_ui(home, Path(folder) / "ui.log") as ui,
            open_browser(browser, width=1280, height=800) as page,
        ):
            page.wait_until(ui.location, "the loading of the code location", 120)
            backfill(page, ui)
            source_that_fails(page, ui, home)
            pages_of_assets(page, ui)


def backfill(page: LiveBrowser, ui: Ui) -> None:
    """Backfill fourteen nights from the dialog, and show how they go and end."""
    choose_nights(page, ui, FIRST_NIGHT, LAST_NIGHT)
    page.wait_for_text(f"{NIGHTS} partitions")
    take(page, "backfill_dialog")
    backfill_id = launch_backfill(page)
    page.go(ui.address(f"/runs/b/{backfill_id}"))

    def ended() -> int:
        return sum(run["status"] in ENDED for run in ui.runs_of_backfill(backfill_id))

    page.wait_until(lambda: ended() >= NIGHTS // 2, "half of the nights", NIGHTS * A_NIGHT_AT_MOST)
    show(page, ui, f"/runs/b/{backfill_id}", "Partition selection")
    take(page, "backfill_half")
    page.wait_until(lambda: ended() == NIGHTS, "the end of the backfill", NIGHTS * A_NIGHT_AT_MOST)
    assert {run["status"] for run in ui.runs_of_backfill(backfill_id)} == {"SUCCESS"}, ui.tail()
    show_ended(page, ui, backfill_id)
    nights = "SELECT count(DISTINCT issued_at_utc) AS n FROM models.champions"
    assert read_query(Path(ui.home.path) / "published" / "traffic.duckdb", nights)["n"].item() == NIGHTS
    take(page, "backfill_done")


def show_ended(page: LiveBrowser, ui: Ui, backfill_id: str) -> None:
    """Open the page of a backfill whose runs have ended, once it says so of the backfill too."""
    # Dagster's daemon looks at a backfill twice a minute.
    page.wait_until(
        lambda: ui.status_of_backfill(backfill_id) == "COMPLETED_SUCCESS",
        "the status of the backfill",
        ENDING_SECONDS,
    )
    show(page, ui, f"/runs/b/{backfill_id}", "100% completed")
    # Once as a column's name, and once as the status.
    page.wait_until(lambda: page.text().count("Succeeded") == 2, "the badge of the backfill")


def source_that_fails(page: LiveBrowser, ui: Ui, home: Home) -> None:
    """Run a night with a source whose only file cannot be read, and show its check among the others."""
    (home.path / "landing" / "branch").mkdir()
    (home.path / "landing" / "branch" / "load.csv").write_text("this is a letter, and no export\n")
    with home.sources_toml.open("a", encoding="utf-8") as settings:
        settings.write(BROKEN_SOURCE)
    ui.reload()
    command = [Path(sys.executable).with_name("diurnal"), "nightly", "--home", home.path]
    subprocess.run([*command, "--as-of", LAST_NIGHT], check=False, capture_output=True)
    show(page, ui, "/assets/raw/ingested_files?view=checks&checkDetail=branch_files_were_read", "Failed")
    take(page, "checks")


def pages_of_assets(page: LiveBrowser, ui: Ui) -> None:
    """Show the graph, an asset's page, its picture, and its nights."""
    show(page, ui, "/asset-groups", "raw", "published")
    take(page, "graph")
    show(page, ui, "/assets/forecasts/points", "Column name", "Latest materialization")
    take(page, "asset")
    page.click("[Show Markdown]")  # the last: the picture, behind the preview
    page.wait_until(lambda: page.run("document.querySelector('img[src^=data]') !== null"), "the picture")
    take(page, "picture")
    show(page, ui, "/assets/published/traffic?view=checks", "newest_night_is_not_late")
    take(page, "late")


def show(page: LiveBrowser, ui: Ui, address: str, *texts: str) -> None:
    """Open a page and wait until it says something."""
    page.go(ui.address(address))
    page.wait_for_text(*texts)


def take(page: LiveBrowser, name: str) -> None:
    """Write what is seen, once it has stopped moving."""
    time.sleep(SETTLING_SECONDS)
    png = shrink_png(page.screenshot())
    if len(png) > MAX_BYTES:
        sys.exit(f"{name}.png has {len(png):,} bytes; at most {MAX_BYTES:,} are kept")
    (FOLDER / f"{name}.png").write_bytes(png)
    print(f"docs/ui/{name}.png: {len(png):,} bytes")


if __name__ == "__main__":
    main()
