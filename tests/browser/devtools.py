"""A Chromium that is spoken to while a page is open: keys, sizes, media, and what a screen reader is told.

What a person does with a page of others, by the words on it, is ``live_browser``.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 60.0
KEYS = {"Tab": (9, ""), "Enter": (13, "\r")}


class Tab:
    """One open page.

    Parameters
    ----------
    connection : websockets.sync.client.ClientConnection
        To the page's own debugging socket.
    """

    TELLS_OF = ("Page", "Runtime", "Log", "Network", "Accessibility")
    """Domains whose events are noted."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self.console: list[str] = []
        self.asked: list[str] = []
        for domain in self.TELLS_OF:
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its result; what happens meanwhile is noted."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._connection.send(json.dumps(message))
        while True:
            answer = json.loads(self._connection.recv(timeout=PATIENCE_SECONDS))
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event["method"] == "Log.entryAdded":
            self.console.append(parameters["entry"]["text"])
        elif event["method"] == "Runtime.exceptionThrown":
            self.console.append(json.dumps(parameters["exceptionDetails"]))
        elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
            self.console.append(json.dumps(parameters["args"]))
        elif event["method"] == "Network.requestWillBeSent":
            self.asked.append(parameters["request"]["url"])

    def run(self, expression: str) -> Any:
        """Return the value of an expression of the page; promises are waited for."""
        done = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, (expression, done)
        return done["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression of the page is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.run(expression):
            assert time.monotonic() < deadline, expression
            time.sleep(0.05)

    def open(self, page: Path) -> None:
        """Open a file, and wait until it is read."""
        self.call("Page.navigate", url=page.as_uri())
        self.wait(f"location.href === {json.dumps(page.as_uri())} && document.readyState === 'complete'")

    def size(self, width: int, height: int, is_phone: bool = False) -> None:
        """Set the size of the window."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=is_phone,
        )

    def media(self, scheme: str = "light", kind: str = "") -> None:
        """Pretend to be dark or light, or paper (``print``)."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=kind, features=features)

    def press(self, key: str) -> None:
        """Press a key."""
        code, text = KEYS[key]
        known = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **known)
        self.call("Input.dispatchKeyEvent", type="keyUp", **known)

    def nodes(self) -> list[dict[str, Any]]:
        """Return what assistive technology is told: role and name of each node that is not ignored."""
        tree = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            {"role": node["role"]["value"], "name": node.get("name", {}).get("value", "")}
            for node in tree
            if not node["ignored"]
        ]

    def screenshot(self) -> bytes:
        """Return what is seen as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


@contextmanager
def open_tab(browser: str) -> Iterator[Tab]:
    """Open a tab for as long as the block lasts.

    Parameters
    ----------
    browser : str
        The program.
    """
    with open_page(browser) as connection:
        yield Tab(connection)


@contextmanager
def open_page(browser: str, *options: str) -> Iterator[ClientConnection]:
    """Start a Chromium that asks nothing of other hosts than this one, and end it.

    Parameters
    ----------
    browser : str
        The program.
    *options : str
        More of its options.

    Yields
    ------
    websockets.sync.client.ClientConnection
        To the debugging socket of its empty page.
    """
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        profile = Path(stack.enter_context(folder))
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
            *("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--remote-debugging-port=0"),
            *("--remote-allow-origins=*", f"--user-data-dir={profile}", *options, "about:blank"),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(_end, process)
        address = _page_address(profile / "DevToolsActivePort", process)
        # A page that is not read from while a night runs answers no ping behind the events that wait.
        yield stack.enter_context(connect(address, max_size=None, proxy=None, ping_interval=None))


def _page_address(told: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert process.poll() is None, "Chromium ended at once"
        assert time.monotonic() < deadline, "Chromium did not open its page"
        if told.exists() and "\n" in (content := told.read_text(encoding="utf-8")):
            with urlopen(
                f"http://127.0.0.1:{content.split()[0]}/json/list", timeout=PATIENCE_SECONDS
            ) as answer:
                pages = [one for one in json.load(answer) if one["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
