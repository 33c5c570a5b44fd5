"""A headless Chromium that stays open: pages are looked at, clicked and typed into, over DevTools."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.sync.client import ClientConnection, connect

POLL_SECONDS = 0.25
STARTING_SECONDS = 60
# Text that is seen: of an element itself or of what is in it, but of no part of a page that is hidden.
_FIND = """
(() => {
  const wanted = %s, selector = %s, exact = %s;
  const size = (node) => node.getBoundingClientRect();
  const seen = (node) => size(node).width > 0 && size(node).height > 0;
  const text = (node) => (node.innerText || node.textContent || "").trim();
  const fits = (node) => exact ? text(node) === wanted : text(node).includes(wanted);
  const all = [...document.querySelectorAll(selector)].filter((node) => seen(node) && fits(node));
  const found = all[all.length - 1];
  if (!found) return null;
  found.scrollIntoView({block: "nearest"});
  const box = size(found);
  return [box.x + box.width / 2, box.y + box.height / 2];
})()
"""


class BrowserError(AssertionError):
    """The page did not do what was asked; the message says what was seen instead."""


class LiveBrowser:
    """One page of a browser.

    Parameters
    ----------
    browser : str
        A Chromium.
    width, height : int
        Of the page, in pixels.
    """

    def __init__(self, browser: str, width: int = 1440, height: int = 900) -> None:
        self._browser, self._size = browser, (width, height)
        self._numbers = itertools.count(1)
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)

    def __enter__(self) -> LiveBrowser:
        width, height = self._size
        command = [
            *(self._browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio"),
            *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
            *(
                "--remote-debugging-port=0",
                f"--window-size={width},{height}",
                "--force-device-scale-factor=1",
            ),
            # Nothing is asked of other hosts than this one.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            *(f"--user-data-dir={self._profile.name}", "about:blank"),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._socket = self._connect()
        self.tell("Page.enable")
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()

    def tell(self, method: str, **params: Any) -> Any:
        """Send a command of the DevTools protocol and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=60))
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                return answer["result"]

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        result = self.tell("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def go(self, address: str) -> None:
        """Open an address."""
        self.tell("Page.navigate", url=address)

    def text(self) -> str:
        """Return the text that is seen."""
        return str(self.evaluate("document.body ? document.body.innerText : ''"))

    def wait(self, ask: Callable[[], Any], what: str, seconds: float = 60) -> Any:
        """Ask until there is an answer; raise with the page's text if none comes in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if answer := ask():
                return answer
            time.sleep(POLL_SECONDS)
        raise BrowserError(f"{what} was not seen within {seconds:g} s; the page says:\n{self.text()}")

    def wait_for_text(self, *texts: str, seconds: float = 60) -> None:
        """Wait until all these are seen."""
        self.wait(lambda: all(text in self.text() for text in texts), " and ".join(texts), seconds)

    def click(self, text: str, selector: str = "*", *, exact: bool = True, seconds: float = 30) -> None:
        """Click, as a mouse does, on the innermost element that shows a text."""
        script = _FIND % (json.dumps(text), json.dumps(selector), json.dumps(exact))
        self.click_at(*self.wait(lambda: self.evaluate(script), f"{selector} with {text!r}", seconds))

    def click_at(self, x: float, y: float) -> None:
        """Press and release the left button at a place of the page."""
        self.tell("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type_over(self, selector: str, text: str) -> None:
        """Put a text in the place of what a field holds, key by key."""
        script = f"(() => {{ const field = document.querySelector({json.dumps(selector)}); "
        script += "if (!field) return false; field.focus(); field.select(); return true; })()"
        self.wait(lambda: self.evaluate(script), selector)
        self.tell("Input.insertText", text=text)

    def press(self, key: str, code: int) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.tell("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def screenshot(self) -> bytes:
        """Return the page as a PNG."""
        return base64.b64decode(self.tell("Page.captureScreenshot", format="png")["data"])

    def _connect(self) -> ClientConnection:
        told = Path(self._profile.name) / "DevToolsActivePort"
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if told.exists() and "\n" in (content := told.read_text()):
                port = content.split()[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=10) as answer:
                    pages = [target for target in json.load(answer) if target["type"] == "page"]
                if pages:
                    return connect(pages[0]["webSocketDebuggerUrl"], max_size=None, open_timeout=30)
            time.sleep(POLL_SECONDS)
        self._process.kill()
        raise BrowserError(f"{self._browser} did not start within {STARTING_SECONDS} s")


@contextmanager
def open_browser(browser: str, **size: int) -> Iterator[LiveBrowser]:
    """Open a browser for as long as the block lasts."""
    with LiveBrowser(browser, **size) as opened:
        yield opened
