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
from contextlib import ExitStack, contextmanager
from pathlib import Path
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
    socket : ClientConnection
        To the page's end of the DevTools protocol.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

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


@contextmanager
def open_browser(browser: str, width: int = 1440, height: int = 900) -> Iterator[LiveBrowser]:
    """Open a browser on an empty page for as long as the block lasts.

    Parameters
    ----------
    browser : str
        A Chromium.
    width, height : int
        Of the page, in pixels.
    """
    with ExitStack() as stack:
        profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        stack.enter_context(profile)
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio"),
            *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
            *(
                "--remote-debugging-port=0",
                f"--window-size={width},{height}",
                "--force-device-scale-factor=1",
            ),
            # Nothing is asked of other hosts than this one.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            *(f"--user-data-dir={profile.name}", "about:blank"),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(_end, process)
        address = _page_address(Path(profile.name), process)
        page = LiveBrowser(stack.enter_context(connect(address, max_size=None, open_timeout=30)))
        page.tell("Page.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        page.tell("Emulation.setDeviceMetricsOverride", **size)
        yield page


def _page_address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    told = profile / "DevToolsActivePort"
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if told.exists() and "\n" in (content := told.read_text()):
            with urllib.request.urlopen(f"http://127.0.0.1:{content.split()[0]}/json", timeout=10) as answer:
                pages = [target for target in json.load(answer) if target["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(POLL_SECONDS)
    raise BrowserError(f"the browser did not start within {STARTING_SECONDS} s")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
