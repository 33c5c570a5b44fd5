"""A running ``diurnal ui``: asked by GraphQL as its pages ask it, and used in a browser as people do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from live_browser import LiveBrowser

LOCATION = "orchestration.definitions"
LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus locationOrLoadError {
    ... on PythonError { message }
    ... on RepositoryLocation { repositories {
        jobs { name }
        schedules { name cronSchedule executionTimezone scheduleState { status } }
        sensors { name sensorState { status } }
    } } } } } } }
"""
ASSETS = """
{ assetNodes {
    assetKey { path } groupName kinds description isPartitioned
    owners { ... on TeamAssetOwner { team } }
    assetMaterializations(limit: 1) { partition metadataEntries { label } }
} }
"""
RELOAD = """
mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename } }
"""
BACKFILL_RUNS = """
query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill {
    status runs(limit: 100) { status startTime endTime tags { key value } }
} } }
"""
ENDED = ("SUCCESS", "FAILURE", "CANCELED")


class Ui:
    """A running ``diurnal ui``."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path, home: Any) -> None:
        self.process = process
        self.port = port
        self.log = log
        self.home = home

    def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def location(self) -> Any:
        """Return the code location's entry, None as long as the webserver does not answer."""
        assert self.process.poll() is None, self.tail()
        try:
            entries = self.ask(LOCATIONS)["workspaceOrError"]["locationEntries"]
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        return next((entry for entry in entries if entry["loadStatus"] == "LOADED"), None)

    def reload(self) -> None:
        reloaded = self.ask(RELOAD, name=LOCATION)["reloadRepositoryLocation"]
        assert reloaded["__typename"] == "WorkspaceLocationEntry", reloaded

    def assets(self) -> dict[str, Any]:
        return {".".join(node["assetKey"]["path"]): node for node in self.ask(ASSETS)["assetNodes"]}

    def runs_of_backfill(self, backfill: str) -> list[dict[str, Any]]:
        """Return the runs that a backfill has begun: status, start, end and night."""
        found = self.ask(BACKFILL_RUNS, id=backfill)["partitionBackfillOrError"]["runs"]
        for run in found:
            tags = {tag["key"]: tag["value"] for tag in run.pop("tags")}
            run["night"] = tags["dagster/partition"]
        return sorted(found, key=lambda run: run["night"])

    def status_of_backfill(self, backfill: str) -> str:
        """Return what the page of a backfill has as its status; it ends a while after the last run."""
        return str(self.ask(BACKFILL_RUNS, id=backfill)["partitionBackfillOrError"]["status"])

    def address(self, page: str) -> str:
        return f"http://127.0.0.1:{self.port}{page}"

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-60:])


@contextmanager
def running_ui(home: Any, log: Path) -> Iterator[Ui]:
    """Open the UI on a home, and end it with all its children."""
    port = free_port()
    command = [Path(sys.executable).with_name("diurnal"), "ui", "--home", home.path, "--port", str(port)]
    own = {name: value for name, value in os.environ.items() if name not in ("DIURNAL_HOME", "DAGSTER_HOME")}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--no-open"], env=own, stdout=written, stderr=written, start_new_session=True
        )
    with process:
        try:
            yield Ui(process, port, log, home)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def choose_nights(browser: LiveBrowser, ui: Ui, first: str, last: str) -> None:
    """Open the dialog of the job ``nightly`` and choose the nights from the first to the last."""
    browser.go(ui.address(f"/locations/{LOCATION}/jobs/nightly"))
    browser.click("Materialize all", "button", exact=False)
    # Nights begin in 1995, and the dialog with the last 90 days.
    browser.click("Show all partitions")
    browser.wait_for_text("All time")
    browser.type_over("[class*=ialog] input[type=text]", f"[{first}...{last}]")
    browser.press("Enter")


def launch_backfill(browser: LiveBrowser) -> str:
    """Launch what is chosen in the dialog, and return the id of the backfill."""
    browser.click("Launch backfill", "button", exact=False)
    browser.wait_for_text("Created backfill")
    [told] = [line for line in browser.text().splitlines() if line.startswith("Created backfill")]
    return told.split()[-1]
