"""The reproduction page: every number on it is one that was computed, and every figure is drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest
from browser_page import PageReader, SeenPage

from assets.page.shell import write_page
from assets.reproduction.page import Document, reproduction_page
from traffic.reproduction.paper import reproduce_paper
from traffic.reproduction.post import reproduce_post
from traffic.reproduction.section import Section
from traffic.reproduction.series_week import SeriesWeek
from traffic.reproduction.web_log_day import WebLogDay

MAX_BYTES = 5_000_000
# The marks that show the data of each kind of picture, and the least number of shapes that each has.
DRAWN = {
    "course": ("mark-line", 1),
    "correlogram": ("mark-rule", 20),
    "histogram": ("mark-rect", 5),
    "intervals": ("mark-symbol", 12),
    "peaks": ("mark-symbol", 7),
    "phases": ("mark-symbol", 7),
    "densities": ("mark-line", 6),
    "surface": ("mark-rect", 24 * 25),
}


def documents() -> tuple[Document, ...]:
    rng = np.random.default_rng(3)
    w = rng.standard_normal(721)
    value = 5e5 + 2e4 * np.cumsum(w[1:] - 0.9 * w[:-1])
    lines = pl.DataFrame({"line_number": [1], "line": ["</td><script>alert(1)</script>"]})
    nothing = np.zeros(value.size, dtype=np.bool_)
    day = WebLogDay("www", date(2024, 3, 1), "UTC", lines, 1, 0, value, value, nothing)
    course = 3 - np.cos(2 * np.pi * np.arange(288) / 288)
    ensemble = 1e9 * (course + 0.1 * rng.standard_normal((7, 288)))
    week = SeriesWeek("isp/in", "bit/s", "UTC", 300, date(2024, 3, 4), ensemble, 0)
    return (
        Document("post", "The post", "about it", "a log", reproduce_post(day), is_simulated=True),
        Document("paper", "The paper", "about it", "a series", reproduce_paper(week)),
    )


@pytest.fixture(scope="module")
def made() -> tuple[Document, ...]:
    return documents()


@pytest.fixture(scope="module")
def html(made: tuple[Document, ...]) -> str:
    return reproduction_page(made)


@pytest.fixture(scope="module")
def seen(html: str, tmp_path_factory: pytest.TempPathFactory, browse: Callable[..., SeenPage]) -> SeenPage:
    path = tmp_path_factory.mktemp("page") / "reproduction.html"
    write_page(path, html)
    return browse(path)


def pictures(made: tuple[Document, ...]) -> dict[str, str]:
    """Kind of each picture by its key in the page."""
    return {
        f"{document.key}-{section.key}-{number}": picture.kind
        for document in made
        for section in document.sections
        for number, picture in enumerate(section.pictures, start=1)
    }


def sentences(section: Section) -> list[str]:
    shown = [row.ours for row in section.comparisons] + list(section.findings)
    return [piece.text for sentence in shown for piece in sentence.pieces() if piece.is_computed]


def test_every_figure_is_drawn_with_its_marks(made: tuple[Document, ...], seen: SeenPage) -> None:
    kinds = pictures(made)
    assert [figure.key for figure in seen.figures] == list(kinds)
    for figure in seen.figures:
        assert figure.is_live, figure
        mark, least = DRAWN[kinds[figure.key]]
        assert figure.marks.get(mark, 0) >= least, figure
    assert seen.root["data-charts"] == "ready"
    assert seen.root["data-drawn"] == str(len(kinds))


def test_nothing_is_asked_for_and_nothing_is_complained_of(seen: SeenPage) -> None:
    assert seen.asked == []
    assert seen.console == []


def test_every_number_of_the_page_is_a_computed_one(made: tuple[Document, ...], html: str) -> None:
    left = PageReader(html).values
    for document in made:
        for section in document.sections:
            expected = sentences(section)
            mine, left = left[: len(expected)], left[len(expected) :]
            assert mine == [text.strip("\n") for text in expected], section.key
            n_cells = sum(table.frame.height * table.frame.width for table in section.tables)
            cells, left = left[:n_cells], left[n_cells:]
            _hold(cells, section)
    assert left == []


def _hold(cells: list[str], section: Section) -> None:
    """The cells of a section's tables are its frames', to the digits that are shown."""
    values = [value for table in section.tables for row in table.frame.rows() for value in row]
    assert len(cells) == len(values)
    for cell, value in zip(cells, values, strict=True):
        if isinstance(value, float) and np.isfinite(value):
            # Four digits, or a tenth where the column is written so.
            assert float(cell.replace(",", "")) == pytest.approx(value, rel=1e-3, abs=0.051), section.key


def test_the_text_of_a_figure_has_the_numbers_of_the_data(made: tuple[Document, ...], html: str) -> None:
    alts = {figure.key: figure.alt for figure in PageReader(html).figures}
    for document in made:
        for section in document.sections:
            for number, picture in enumerate(section.pictures, start=1):
                assert alts[f"{document.key}-{section.key}-{number}"] == picture.alt.text


def test_a_page_stays_small(html: str) -> None:
    assert len(html.encode()) < MAX_BYTES


def test_simulated_data_are_called_so_and_real_ones_are_not(html: str) -> None:
    assert "The post: the data are SIMULATED" in html
    assert "The paper: the data are SIMULATED" not in html


def test_a_document_without_data_says_why() -> None:
    page = reproduction_page((Document("post", "The post", "about it", reason="no log <here>"),))
    assert "Not reproduced: no log &lt;here&gt;" in page
    assert "<figure" not in page
