"""The shell of a page and its charts, as a browser without a network shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import altair as alt
import pytest
from browser_page import PageReader, SeenPage

from assets.page.charts import EmbeddedChart, embed, script_json
from assets.page.shell import render_page, write_page

TEMPLATE = """\
{% extends "shell.html" %}
{% from "figure.html" import figure %}
{% block content %}
<p>{{ words }}</p>
{% for chart in charts %}{{ figure(chart) }}{% endfor %}
{% endblock %}
"""
HOSTILE = "</script><script>document.title = 'taken'</script><img src='http://example.org/x.png'>"


def chart_of(
    points: list[dict[str, object]], key: str = "one", alt_text: str = "two points"
) -> EmbeddedChart:
    marks = alt.Chart({"values": points}).mark_point().encode(x="x:Q", y="y:Q", tooltip="name:N")
    return embed(key, marks, "A title", alt_text)


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., Path]:
    """Write a page of the shell with some charts."""

    def write(*charts: EmbeddedChart, words: str = "words", edit: Callable[[str], str] = str) -> Path:
        template = tmp_path / "template.html"
        template.write_text(TEMPLATE, encoding="utf-8")
        path = tmp_path / "page.html"
        write_page(path, edit(render_page(template, title="A page", charts=charts, words=words)))
        return path

    return write


POINTS: list[dict[str, object]] = [{"x": 1, "y": 2, "name": "a"}, {"x": 2, "y": 3, "name": "b"}]


def test_a_chart_is_drawn_with_its_marks_and_nothing_is_asked_for(
    page: Callable[..., Path], browse: Callable[..., SeenPage]
) -> None:
    seen = browse(page(chart_of(POINTS)))
    assert seen.root["data-charts"] == "ready"
    (figure,) = seen.figures
    assert (figure.is_live, figure.alt) == (True, "two points")
    assert figure.marks == {"mark-symbol": 2}
    assert (seen.console, seen.asked) == ([], [])


def test_what_a_log_says_becomes_neither_markup_nor_script(
    page: Callable[..., Path], browse: Callable[..., SeenPage]
) -> None:
    points = [{"x": 1, "y": 2, "name": HOSTILE}]
    seen = browse(page(chart_of(points, alt_text=HOSTILE), words=HOSTILE))
    assert seen.figures[0].alt == HOSTILE
    assert seen.figures[0].marks == {"mark-symbol": 1}
    assert (seen.console, seen.asked) == ([], [])


def test_a_page_that_asks_for_something_would_be_noticed(
    page: Callable[..., Path], browse: Callable[..., SeenPage]
) -> None:
    # The guard itself: without the policy, an image from elsewhere is asked for.
    def open_up(html: str) -> str:
        begin, rest = html.split('<meta http-equiv="Content-Security-Policy"')
        return begin + rest.split(">", 1)[1].replace("<p>", '<p><img src="http://example.org/x.png">', 1)

    assert browse(page(edit=open_up)).asked == ["http://example.org/x.png"]
    # With the policy it is not, and the console says so.
    seen = browse(page(edit=lambda html: html.replace("<p>", '<p><img src="http://example.org/x.png">', 1)))
    assert seen.asked == []
    assert any("Content Security Policy" in line for line in seen.console)


def test_a_chart_that_cannot_be_drawn_stays_as_a_drawing_and_says_so(
    page: Callable[..., Path], browse: Callable[..., SeenPage]
) -> None:
    whole = chart_of(POINTS)
    broken = EmbeddedChart("two", whole.title, whole.alt, '{"mark": "no such mark"}', whole.drawing)
    seen = browse(page(whole, broken))
    assert [figure.is_live for figure in seen.figures] == [True, False]
    assert seen.root["data-faults"] == "1"


def test_without_a_script_the_drawings_are_there(page: Callable[..., Path]) -> None:
    read = PageReader(page(chart_of(POINTS)).read_text(encoding="utf-8"))
    assert [figure.alt for figure in read.figures] == ["two points"]
    assert chart_of(POINTS).drawing.startswith("data:image/svg+xml;base64,")


def test_json_in_a_script_element_cannot_end_it() -> None:
    content = {"text": "</script><!-- \u2028"}
    written = script_json(content)
    assert "<" not in written
    assert "\u2028" not in written
    assert json.loads(written) == content
    with pytest.raises(ValueError, match="JSON"):
        script_json({"number": float("nan")})


def test_a_page_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "page.html"
    write_page(path, "one")
    write_page(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert [file.name for file in path.parent.iterdir()] == ["page.html"]
