"""The night's page as a browser without a network shows it: drawn, legible, by key, on paper."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_page import SeenPage
from devtools import Tab

from assets.page.shell import write_page
from assets.report.page import Page

Make = Callable[..., list[Page]]
NAMES = [f"isp/{number}" for number in range(6)]
TALL = 30_000
# Contrast that text must have with what it stands on, and that a mark must have (WCAG 2.2, 1.4.3 and 1.4.11).
TEXT, MARKS = 4.5, 3.0

LUMINANCE = """
const light = (text) => {
  const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const paper = light(getComputedStyle(document.body).backgroundColor);
const contrast = (text) => {
  const [a, b] = [light(text), paper].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
};
"""


@pytest.fixture(scope="module")
def path(pages_of: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    [made] = pages_of(NAMES, faults=(("dead", "no file"),))
    place = tmp_path_factory.mktemp("page") / made.name
    write_page(place, made.html)
    return place


@pytest.fixture
def opened(tab: Tab, path: Path) -> Tab:
    tab.size(1280, 900)
    tab.media()
    tab.open(path)
    return tab


def draw_all(tab: Tab, width: int = 1280) -> int:
    """Open what is folded, look at everything, and wait until it is drawn."""
    tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    tab.size(width, TALL)
    n_figures = int(tab.run("document.querySelectorAll('figure').length"))
    tab.wait(f"Number(document.documentElement.dataset.drawn || 0) === {n_figures}")
    return n_figures


def test_every_chart_draws_its_marks_and_nothing_is_asked_for(opened: Tab) -> None:
    n_figures = draw_all(opened)
    assert (
        n_figures == 2 * len(NAMES) + 2
    )  # a forecast and the days of each series; reliability by two windows
    assert opened.run("document.documentElement.dataset.faults") is None
    marks = opened.run(
        "[...document.querySelectorAll('figure')].map((one) => [one.id,"
        " ...['mark-line', 'mark-area', 'mark-symbol', 'mark-rule']"
        ".map((kind) => one.querySelectorAll(`.${kind} path, .${kind} line`).length)])"
    )
    for key, lines, areas, symbols, rules in marks:
        if key.endswith("-forecast"):
            assert (lines, areas) == (2, 3), key
        else:
            assert symbols >= 10, key
            assert rules >= 10, key
    assert opened.console == []
    assert [address for address in opened.asked if not address.startswith(("file:", "data:"))] == []


def test_only_what_is_seen_is_drawn_at_first(opened: Tab) -> None:
    opened.wait("document.documentElement.dataset.charts === 'ready'")
    opened.run("new Promise((done) => setTimeout(done, 500))")
    assert int(opened.run("document.documentElement.dataset.drawn || 0")) < 2 * len(NAMES)


def test_a_chart_shows_the_values_of_the_tables_and_breaks_at_the_gap(opened: Tab) -> None:
    draw_all(opened)
    line = opened.run("document.querySelector('#series-1-forecast .live .mark-line path').getAttribute('d')")
    assert line.count("M") == 2
    # Two values for each pixel at most.
    assert 600 < len(re.findall(r"[ML]", line)) < 1400


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_stand_out_from_the_page(opened: Tab, scheme: str) -> None:
    opened.media(scheme)
    draw_all(opened)
    faint = opened.run(
        "(() => {" + LUMINANCE + "return [...document.querySelectorAll('body *')].filter((one) =>"
        " !['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(one.tagName) && [...one.childNodes].some((part) =>"
        " part.nodeType === 3 && part.data.trim())).map((one) => [one.tagName, one.textContent.slice(0, 20),"
        " contrast(one instanceof SVGElement ? getComputedStyle(one).fill.replace('currentcolor',"
        " getComputedStyle(one).color) : getComputedStyle(one).color)]).filter((one) => one[2] < "
        + str(TEXT)
        + ");})()"
    )
    assert faint == []
    marks = opened.run(
        "(() => {" + LUMINANCE + "const found = {}; for (const [what, where, how] of ["
        "['median', '.live .mark-line path[stroke-width=\"2\"]', 'stroke'],"
        "['capacity', '.live .mark-rule line[stroke-dasharray]', 'stroke'],"
        "['still median', '.drawing .median', 'stroke'], ['still capacity', '.drawing .capacity', 'stroke'],"
        "['usual day', '.drawing .usual', 'fill'], ['unusual day', '.drawing .odd', 'fill']])"
        " found[what] = contrast(getComputedStyle(document.querySelector(where))[how]); return found;})()"
    )
    assert min(marks.values()) >= MARKS, marks


def test_every_control_is_reached_by_tab_and_what_is_folded_opens_by_enter(opened: Tab) -> None:
    n_controls = int(opened.run("document.querySelectorAll('a[href], summary').length"))
    seen = "filter((one) => one.checkVisibility()).length"
    n_reachable = int(opened.run(f"[...document.querySelectorAll('a[href], summary')].{seen}"))
    assert n_controls > n_reachable > 20
    reached = []
    for _ in range(n_reachable):
        opened.press("Tab")
        reached.append(
            opened.run(
                "(() => { const here = document.activeElement; const style = getComputedStyle(here);"
                " here.dataset.reached = 1;"
                " return [here.tagName, style.outlineStyle, parseFloat(style.outlineWidth)]; })()"
            )
        )
    assert opened.run("document.querySelectorAll('[data-reached]').length") == n_reachable
    assert {tag for tag, *_ in reached} == {"A", "SUMMARY"}
    assert all(style == "solid" and width >= 2 for _, style, width in reached)
    opened.run("document.querySelector('summary').focus()")
    opened.press("Enter")
    assert opened.run("document.querySelector('details').open") is True


def test_the_skip_link_is_first_and_leads_to_the_content(opened: Tab) -> None:
    opened.press("Tab")
    assert opened.run("document.activeElement.textContent") == "Skip to the content"
    assert opened.run("document.activeElement.getBoundingClientRect().top") >= 0
    opened.press("Enter")
    assert opened.run("document.activeElement.id") == "content"


def test_a_screen_reader_is_told_of_every_chart_table_and_landmark(opened: Tab) -> None:
    n_figures = draw_all(opened)
    nodes = opened.nodes()
    charts = [node["name"] for node in nodes if node["role"] in ("image", "img")]
    assert len(charts) == n_figures
    assert all(re.search(r"\d", name) for name in charts)
    tables = [node["name"] for node in nodes if node["role"] == "table"]
    assert len(tables) == opened.run("document.querySelectorAll('table').length")
    assert all(tables)
    for role in ("main", "navigation", "contentinfo"):
        assert role in {node["role"] for node in nodes}, role
    assert all(node["name"] for node in nodes if node["role"] in ("link", "region", "article", "heading"))
    assert opened.run("document.querySelectorAll('th:not([scope]), table:not(:has(caption))').length") == 0
    levels = opened.run("[...document.querySelectorAll('h1, h2, h3')].map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(later - former <= 1 for former, later in itertools.pairwise(levels))


@pytest.mark.parametrize("width", [320, 360])
def test_on_a_phone_nothing_scrolls_sideways(tab: Tab, pages_of: Make, tmp_path: Path, width: int) -> None:
    [made] = pages_of(["x/" + "n" * 400, "isp/1"], faults=(("dead", "/a/very/long/path" * 12),))
    write_page(tmp_path / "page.html", made.html)
    tab.size(width, 800, is_phone=True)
    tab.media()
    tab.open(tmp_path / "page.html")
    draw_all(tab, width)
    wide = tab.run(
        "[...document.querySelectorAll('body *')]"
        f".filter((one) => one.getBoundingClientRect().right > {width + 1})"
        ".map((one) => [one.tagName, one.id, String(one.className)]).slice(0, 5)"
    )
    assert tab.run("document.documentElement.scrollWidth") <= width, wide


def test_on_paper_everything_is_open_and_drawn(opened: Tab) -> None:
    opened.media(kind="print")
    opened.run("dispatchEvent(new Event('beforeprint'))")
    assert opened.run("document.querySelectorAll('details:not([open])').length") == 0
    drawn = opened.run(
        "[...document.querySelectorAll('figure')].map((one) => ['.drawing', '.live'].map((part) =>"
        " one.querySelector(part).getBoundingClientRect().height))"
    )
    assert all(still > 100 and live == 0 for still, live in drawn)
    opened.run("dispatchEvent(new Event('afterprint'))")
    assert opened.run("document.querySelectorAll('details[open]').length") == 0


def test_without_a_script_the_still_drawings_stand_in(tab: Tab, path: Path) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.size(1280, 900)
        tab.media()
        tab.open(path)
        shown = tab.run(
            "[...document.querySelectorAll('.drawing')].filter((one) => one.checkVisibility()).length"
        )
        assert shown == len(NAMES) + 2  # those of the days are folded
        assert tab.run("document.querySelector('.drawing .past').getBBox().width") > 500
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)


def test_fifty_series_stay_small_and_open_fast(
    pages_of: Make, tmp_path: Path, browse: Callable[..., SeenPage]
) -> None:
    [made] = pages_of([f"isp/{number}" for number in range(50)])
    assert len(made.html.encode()) < 5_000_000
    write_page(tmp_path / "page.html", made.html)
    seen = browse(tmp_path / "page.html")
    assert (seen.console, seen.asked) == ([], [])
    assert len(seen.figures) == 102
    assert sum(figure.is_live for figure in seen.figures) < 20


def test_a_shown_specification_holds_no_number_that_is_none(pages_of: Make) -> None:
    def edit(warehouse: Any) -> None:
        warehouse.update("forecasts.points", {"q975": float("inf")}, {})

    [made] = pages_of(["isp/0"], edit)
    found = re.findall(r'<script type="application/json">(.*?)</script>', made.html)
    assert len(found) == 4
    for specification in found:
        json.loads(specification, parse_constant=lambda word: pytest.fail(word))
