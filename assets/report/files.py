"""The files of the night's page in ``home/reports``: each night its own, and ``latest.html``.

What stands in them is the affair of ``page``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from assets.page.shell import write_page
from assets.report.page import Page

LATEST: Final = "latest.html"
_NAME: Final = re.compile(r"(\d{4}-\d\d-\d\d)(-\d+)?\.html")


def nights_with_pages(folder: Path) -> list[date]:
    """Return the nights whose pages lie in a folder, the newest first.

    Parameters
    ----------
    folder : Path
        It may be absent.
    """
    names = [_NAME.fullmatch(file.name) for file in folder.glob("*.html")]
    found = {_date(name[1]) for name in names if name and not name[2]}
    return sorted((night for night in found if night), reverse=True)


def write_pages(folder: Path, night: date, pages: Sequence[Page]) -> Path:
    """Write the pages of a night, in the place of those that an earlier run for it wrote.

    ``latest.html`` stays with the newest night: the page of an older one, run again, does not take it.

    Parameters
    ----------
    folder : Path
        ``home/reports``.
    night : datetime.date
        The night.
    pages : sequence of Page
        The first is what ``latest.html`` shows.

    Returns
    -------
    Path
        The first page.
    """
    first = folder / pages[0].name
    # The first last: it links to the others.
    for page in reversed(pages):
        write_page(folder / page.name, page.html)
    if all(other <= night for other in nights_with_pages(folder)):
        write_page(folder / LATEST, pages[0].html)
    kept = {page.name for page in pages}
    for file in folder.glob(f"{night}-*.html"):
        if _NAME.fullmatch(file.name) and file.name not in kept:
            file.unlink()
    return first


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
