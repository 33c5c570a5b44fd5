"""The gallery shows every public function of the science, and is what the code writes."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from gallery.chapters import CHAPTERS
from gallery.describing import (
    ROOT,
    citations,
    only_refuses,
    public_functions,
    short_signature,
    shown_modules,
    summary,
)
from gallery.drawing import png, specification
from gallery.page import PAGE, PICTURES, page
from gallery.picture import Drawn, Picture, pictures_of
from gallery.sources import SOURCES, key_of

ALL_PICTURES = [picture for chapter in CHAPTERS for picture in pictures_of(chapter)]
LARGEST_FOLDER = 3_000_000


def drawn_with_its_calls(picture: Picture) -> tuple[Drawn, set[CodeType]]:
    """Draw, and say which functions were called meanwhile."""
    called: set[CodeType] = set()

    def note(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            called.add(frame.f_code)

    sys.setprofile(note)
    try:
        return picture.draw(), called
    finally:
        sys.setprofile(None)


def code_of(function: Callable[..., Any]) -> CodeType:
    return (function.__init__ if inspect.isclass(function) else function).__code__  # type: ignore[misc]


@pytest.mark.parametrize("picture", ALL_PICTURES, ids=lambda picture: picture.name)
def test_a_picture_calls_what_it_names_and_is_as_its_caption_says(picture: Picture) -> None:
    drawn, called = drawn_with_its_calls(picture)
    assert [function.__qualname__ for function in picture.shows if code_of(function) not in called] == []
    assert drawn.holds is True
    assert specification(drawn.chart)["$schema"]


@pytest.mark.parametrize("module", shown_modules(), ids=lambda module: module.__name__)
def test_every_public_function_has_a_picture(module: Any) -> None:
    shown = {function for picture in ALL_PICTURES for function in picture.shows}
    missing = [f for f in public_functions(module) if f not in shown and not only_refuses(f)]
    assert [function.__qualname__ for function in missing] == [], (
        "add them to a picture, or draw one, in docs/gallery/chapters; CONTRIBUTING says how"
    )


def test_functions_that_only_refuse_are_few_and_refuse() -> None:
    functions = {f.__name__: f for module in shown_modules() for f in public_functions(module)}
    refusing = {name: f for name, f in functions.items() if only_refuses(f)}
    assert {name for name in functions if name.startswith("refuse_")} == set(refusing)
    for function in refusing.values():
        lines = inspect.getsource(function)
        assert "raise ValueError" in lines
        assert not re.search(r"^\s*return\b", lines, flags=re.MULTILINE)


def test_the_committed_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "docstrings or captions have changed since docs/gallery.md was written: `make gallery` writes it anew"
    )


def test_the_committed_pictures_are_those_of_the_page() -> None:
    files = {file.name: file.read_bytes() for file in PICTURES.iterdir()}
    assert set(files) == {f"{picture.name}.png" for picture in ALL_PICTURES}
    assert all(content.startswith(b"\x89PNG") and len(content) > 2_000 for content in files.values())
    assert sum(map(len, files.values())) < LARGEST_FOLDER


def test_a_picture_is_drawn_alike_each_time() -> None:
    picture = next(picture for picture in ALL_PICTURES if picture.name == "fewer_slots")
    first, second = (picture.draw().chart for _ in range(2))
    assert png(first) == png(second)


def test_names_titles_and_captions_are_there_and_differ() -> None:
    assert len({picture.name for picture in ALL_PICTURES}) == len(ALL_PICTURES)
    assert len({picture.title for picture in ALL_PICTURES}) == len(ALL_PICTURES)
    assert all(len(picture.caption) > 80 for picture in ALL_PICTURES)


def test_every_work_that_the_science_cites_is_in_the_sources_and_no_other() -> None:
    cited = [
        citation
        for module in shown_modules()
        for citation in citations(Path(str(module.__file__)).read_text(encoding="utf-8"))
    ]
    assert {citation for citation in cited if key_of(citation) is None} == set()
    assert {key_of(citation) for citation in cited} == set(SOURCES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bartlett 1946, for a moving average", ["Bartlett 1946"]),
        ("Silverman's (1986, eq. 3.31) bandwidth", ["Silverman 1986"]),
        ("that Griffiths (1980)\n    recommends", ["Griffiths 1980"]),
        ("by Hobijn, Franses and Ooms (1998) if", ["Hobijn, Franses and Ooms 1998"]),
        ("Hwang and Valls Pereira 2006", ["Hwang and Valls Pereira 2006"]),
        ("(Barber, Candès,\n    Ramdas and Tibshirani 2023)", ["Barber, Candès, Ramdas and Tibshirani 2023"]),
        ("Javorskyj et al. 2007, 2010.", ["Javorskyj et al. 2007", "Javorskyj et al. 2010"]),
        ("Constant-volatility\npost, step", ["Constant-volatility post"]),
        ("from April to July 2024, about", []),
        ("in August of 1995 there were 2000 values", []),
    ],
)
def test_citations_are_found_as_docstrings_write_them(text: str, found: list[str]) -> None:
    assert citations(text) == found


def test_a_work_of_several_authors_is_known_by_the_first() -> None:
    assert key_of("Javorskyj et al. 2007") == "Javorskyj, Isayev, Zakrzewski and Brooks 2007"
    assert key_of("Javorskyj et al. 2008") is None
    assert key_of("Nobody 2007") is None


def test_a_function_is_described_by_its_own_words() -> None:
    def doubled(x: float, *, times: int = 2, by: Callable[..., Any] = summary) -> float:
        """Multiply a value,
        again and again.

        More of it.
        """
        return x * times

    assert summary(doubled) == "Multiply a value, again and again."
    assert short_signature(doubled).endswith("doubled(x, *, times=2, by=summary)")


def test_the_page_names_files_that_are_there() -> None:
    files = set(re.findall(r"\]\(\.\./(traffic/[\w/]+\.py)\)", PAGE.read_text(encoding="utf-8")))
    assert len(files) > 40
    assert all((ROOT / file).is_file() for file in files)
