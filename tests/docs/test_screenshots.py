"""The picture of a backfill that is done is taken once its badge says so, not when its runs have ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import screenshots

COLUMNS = "Status\n{}\nPartitions targeted\nIn progress\nSucceeded\nFailed\n100% completed"


class Page:
    """A page whose badge is that of the backfill when it was opened, or asked again."""

    def __init__(self, badges: list[str]) -> None:
        self.badges = badges

    def go(self, _: str) -> None:
        self.badges.pop(0)

    def text(self) -> str:
        badge = self.badges.pop(0) if len(self.badges) > 1 else self.badges[0]
        return COLUMNS.format(badge)

    def wait_until(self, ask: Callable[[], Any], what: str, seconds: float = 60) -> None:
        if not any(ask() for _ in range(9)):
            pytest.fail(f"{what} was not seen within {seconds:g} s")

    def wait_for_text(self, *texts: str) -> None:
        self.wait_until(lambda: all(text in self.text() for text in texts), " and ".join(texts))


class Ui:
    """A UI whose daemon has yet to look at the backfill."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)

    def status_of_backfill(self, _: str) -> str:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def address(self, page: str) -> str:
        return page


def test_the_badge_is_waited_for_beyond_the_heading_of_the_same_word() -> None:
    page = Page(["", "In progress", "In progress", "In progress", "Succeeded"])
    ui: Any = Ui("REQUESTED", "REQUESTED", "COMPLETED_SUCCESS")
    shown: Any = page
    screenshots.show_ended(shown, ui, "niombbab")
    assert ui.statuses == ["COMPLETED_SUCCESS"]
    assert page.badges == ["Succeeded"]


def test_a_backfill_that_never_ends_well_is_not_shown() -> None:
    page: Any = Page(["", "In progress"])
    ui: Any = Ui("REQUESTED", "COMPLETED_FAILED")
    with pytest.raises(pytest.fail.Exception, match="the status of the backfill"):
        screenshots.show_ended(page, ui, "niombbab")
