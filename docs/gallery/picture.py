"""What a picture of the gallery is: the functions that it shows, what is drawn, and whether that is so.

The container and its decorator belong here. Drawing belongs to ``drawing``, the page to ``page``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple


class Drawn(NamedTuple):
    """A chart, and whether the numbers in it are as its caption says."""

    chart: Any
    holds: bool


@dataclass(frozen=True)
class Picture:
    """One picture of a chapter.

    Parameters
    ----------
    name : str
        Of its file, without the ending.
    title, caption : str
        Heading, and what to see.
    shows : tuple of callable
        Functions and methods of the science that the drawing calls.
    draw : callable
        Makes the chart anew; the same each time.
    """

    name: str
    title: str
    caption: str
    shows: tuple[Callable[..., Any], ...]
    draw: Callable[[], Drawn]


def picture(*shows: Callable[..., Any]) -> Callable[[Callable[[], Drawn]], Picture]:
    """Make a picture of the function that draws it.

    Parameters
    ----------
    *shows : callable
        Functions and methods of the science that it shows: objects, so that a rename breaks the build.

    Returns
    -------
    callable
        Decorator; title and caption are the function's docstring.
    """

    def of(draw: Callable[[], Drawn]) -> Picture:
        title, _, caption = inspect.cleandoc(draw.__doc__ or "").partition("\n\n")
        return Picture(draw.__name__, title.removesuffix("."), " ".join(caption.split()), shows, draw)

    return of


def pictures_of(chapter: ModuleType) -> list[Picture]:
    """Pictures of a chapter, in the order of its module.

    Parameters
    ----------
    chapter : module
        One of ``gallery.chapters``.

    Returns
    -------
    list of Picture
        All that the module defines.
    """
    return [value for value in vars(chapter).values() if isinstance(value, Picture)]
