"""The page: docs/gallery.md and its pictures, from the chapters and from the docstrings of what they show.

Putting the text together and writing files belong here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from gallery.chapters import CHAPTERS
from gallery.describing import citations, file_of, short_signature, summary
from gallery.drawing import png
from gallery.picture import Picture, pictures_of
from gallery.sources import SOURCES, key_of

DOCS: Final = Path(__file__).parents[1]
PAGE: Final = DOCS / "gallery.md"
PICTURES: Final = DOCS / "gallery" / "pictures"

_HEAD: Final = """\
# The science in pictures

Every public function of the science, drawn from simulated processes of known law: the sample, and beside it
what theory says wherever there is a closed form. Each picture is checked against its caption when it is
drawn. `make gallery` writes this page; how to add a picture stands in [CONTRIBUTING](../CONTRIBUTING.md).
Formulas, shapes and units are in the docstrings, in the files that the tables name.
"""


def page() -> str:
    """Text of docs/gallery.md.

    Returns
    -------
    str
        Markdown.
    """
    contents = [f"* [{_title(chapter)}](#{_anchor(_title(chapter))})" for chapter in CHAPTERS]
    parts = [_HEAD, "\n".join([*contents, "* [Sources](#sources)\n"])]
    for chapter in CHAPTERS:
        parts.append(f"## {_title(chapter)}\n\n{_claim(chapter)}\n")
        parts += [_section(picture) for picture in pictures_of(chapter)]
    works = [f"* **{key}**: {SOURCES[key]}." for key in sorted(SOURCES)]
    return "\n".join([*parts, "## Sources\n", *works, ""])


def write() -> None:
    """Write the page and all pictures, and remove pictures that no chapter draws.

    Raises
    ------
    ValueError
        If the numbers of a picture are not as its caption says.
    """
    PICTURES.mkdir(exist_ok=True)
    pictures = [picture for chapter in CHAPTERS for picture in pictures_of(chapter)]
    for picture in pictures:
        drawn = picture.draw()
        if not drawn.holds:
            raise ValueError(
                f"What is drawn in {picture.name} is not as its caption says; mend one of the two."
            )
        (PICTURES / f"{picture.name}.png").write_bytes(png(drawn.chart))
    for file in PICTURES.iterdir():
        if file.stem not in {picture.name for picture in pictures}:
            file.unlink()
    PAGE.write_text(page(), encoding="utf-8")


def _title(chapter: ModuleType) -> str:
    return _text(chapter).partition(":")[0]


def _claim(chapter: ModuleType) -> str:
    claim = _text(chapter).partition(":")[2].strip()
    return claim[:1].upper() + claim[1:]


def _text(module: ModuleType) -> str:
    return " ".join((module.__doc__ or "").split())


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-").replace(",", "")


def _section(picture: Picture) -> str:
    caption = _plain(picture.caption)
    alternative = caption.replace("[", "(").replace("]", ")")
    rows = [_row(function) for function in picture.shows]
    table = "\n".join(["| function | what it does | file | sources |", "| --- | --- | --- | --- |", *rows])
    image = f"![{alternative}](gallery/pictures/{picture.name}.png)"
    return f"### {_plain(picture.title)}\n\n{image}\n\n{caption}\n\n{table}\n"


def _row(function: Callable[..., Any]) -> str:
    file = file_of(function)
    keys = [key_of(citation) or citation for citation in citations(inspect.getdoc(function) or "")]
    cells = (
        f"`{short_signature(function)}`".replace("|", "\\|"),
        _plain(summary(function)).replace("|", "\\|"),
        f"[`{file.removeprefix('traffic/')}`](../{file})",
        "; ".join(dict.fromkeys(keys)),
    )
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing to set, but for code."""
    code = text.replace("``", "`").split("`")
    for even in range(0, len(code), 2):
        for mark in ("\\", "*", "_", "<", ">"):
            code[even] = code[even].replace(mark, f"\\{mark}")
    return "`".join(code)
