"""A page of others, used as a person uses it: found by the words on it, clicked and typed into."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from devtools import Tab, open_page

POLL_SECONDS = 0.25
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


class LiveBrowser(Tab):
    """One page of a browser, used by the words that are seen on it."""

    # Dagster's pages ask for news all the time, and nobody reads what is told of it.
    TELLS_OF = ("Page",)

    def go(self, address: str) -> None:
        """Open an address."""
        self.call("Page.navigate", url=address)

    def text(self) -> str:
        """Return the text that is seen."""
        return str(self.run("document.body ? document.body.innerText : ''"))

    def wait_until(self, ask: Callable[[], Any], what: str, seconds: float = 60) -> Any:
        """Ask until there is an answer; raise with the page's text if none comes in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if answer := ask():
                return answer
            time.sleep(POLL_SECONDS)
        raise BrowserError(f"{what} was not seen within {seconds:g} s; the page says:\n{self.text()}")

    def wait_for_text(self, *texts: str, seconds: float = 60) -> None:
        """Wait until all these are seen."""
        self.wait_until(lambda: all(text in self.text() for text in texts), " and ".join(texts), seconds)

    def click(self, text: str, selector: str = "*", *, exact: bool = True, seconds: float = 30) -> None:
        """Click, as a mouse does, on the innermost element that shows a text, once it has come to rest."""
        script = _FIND % (json.dumps(text), json.dumps(selector), json.dumps(exact))

        def at_rest() -> list[float] | None:
            # A dialog glides into its place; a click on where an element has just been hits nothing.
            seen = self.run(script)
            time.sleep(POLL_SECONDS)
            return seen if seen and seen == self.run(script) else None

        self.click_at(*self.wait_until(at_rest, f"{selector} with {text!r}", seconds))

    def click_at(self, x: float, y: float) -> None:
        """Press and release the left button at a place of the page."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type_over(self, selector: str, text: str) -> None:
        """Put a text in the place of what a field holds, key by key."""
        script = f"(() => {{ const field = document.querySelector({json.dumps(selector)}); "
        script += "if (!field) return false; field.focus(); field.select(); return true; })()"
        self.wait_until(lambda: self.run(script), selector)
        self.call("Input.insertText", text=text)


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
    options = (f"--window-size={width},{height}", "--force-device-scale-factor=1", "--hide-scrollbars")
    with open_page(browser, *options) as connection:
        page = LiveBrowser(connection)
        page.size(width, height)
        yield page
