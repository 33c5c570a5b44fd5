"""Pictures on the tables' pages: of any rows, of none, and of rows that cannot be drawn."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from assets import congestion, outlooks
from assets.charts import MAX_PNG_BYTES
from assets.nights import Night
from assets.pictures import picture
from assets.plain_charts import MAX_NAMES, bars_chart, dots_chart, lines_chart, spans_chart
from assets.png import SIGNATURE
from assets.sources import Sources
from assets.table_pictures import _PICTURES, picture_of
from warehouse import Warehouse, open_warehouse

NIGHT = Night(date(2025, 11, 17), datetime(2025, 11, 17))
HOSTILE = "<img src=x onerror=alert(1)> \x1b[31m ![](http://example.org/x.png) " + "ü" * 500


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    path = tmp_path_factory.mktemp("pictures") / "traffic.duckdb"
    with open_warehouse(path, holder="a test", wait_seconds=0) as opened:
        yield opened


def height(png: bytes) -> int:
    assert png.startswith(SIGNATURE)
    assert len(png) <= MAX_PNG_BYTES
    return int(struct.unpack(">II", png[16:24])[1])


@pytest.mark.parametrize("table", sorted(_PICTURES))
def test_a_table_without_rows_has_a_picture_that_says_so(warehouse: Warehouse, table: str) -> None:
    night = NIGHT if "$night" in _PICTURES[table].sql else None
    [shown] = picture_of(warehouse, table, night).values()
    assert "](data:image/png;base64,iVBORw0KGgo" in shown.md_str, shown.md_str[:300]


@pytest.mark.parametrize(
    "pictures",
    [
        lambda warehouse: congestion._plots(warehouse, NIGHT, pl.DataFrame()),
        lambda warehouse: outlooks._plots(warehouse, SimpleNamespace(sources=Sources()), NIGHT),
    ],
)
def test_a_night_that_plans_nothing_has_pictures_that_say_so(
    warehouse: Warehouse, pictures: Callable[[Warehouse], dict[str, dict[str, Any]]]
) -> None:
    shown = [entry.md_str for plots in pictures(warehouse).values() for entry in plots.values()]
    assert len(shown) >= 2
    assert all("](data:image/png;base64,iVBORw0KGgo" in one for one in shown), shown


def test_a_picture_of_planning_that_cannot_be_drawn_fails_no_night(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("a picture of 70000 bytes")

    monkeypatch.setattr(congestion, "night_chart", broken)
    [shown] = congestion._plots(warehouse, NIGHT, pl.DataFrame())[congestion.CONGESTION].values()
    assert shown.md_str.startswith("the picture could not be drawn: ValueError")


def test_a_table_without_a_plain_picture_gets_none(warehouse: Warehouse) -> None:
    assert picture_of(warehouse, "forecasts.points", NIGHT) == {}


def test_a_picture_that_cannot_be_drawn_is_a_sentence_and_raises_nothing() -> None:
    def draw() -> bytes:
        raise RuntimeError("no `font` <b>here</b>")

    [shown] = picture("plot", "alt", draw).values()
    assert shown.md_str.startswith("the picture could not be drawn: RuntimeError: no font")
    assert "![" not in shown.md_str


def test_bars_have_room_for_each_name_up_to_the_most() -> None:
    def bars(names: int) -> int:
        counts = pl.DataFrame({"name": [f"n{n}" for n in range(names)], "part": "", "n": range(names)})
        return height(bars_chart(counts, "title", "said", "files"))

    assert bars(2) < bars(MAX_NAMES) == bars(3 * MAX_NAMES)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: bars_chart(
            pl.DataFrame({"name": [HOSTILE], "part": [HOSTILE], "n": [3]}), HOSTILE, "said", "lines"
        ),
        lambda: dots_chart(
            pl.DataFrame({"name": [HOSTILE] * 3, "part": HOSTILE, "x": [float("nan"), float("inf"), 2.0]}),
            HOSTILE,
            "said",
            "figure",
        ),
        lambda: lines_chart(
            pl.DataFrame({"part": [HOSTILE] * 3, "x": [1, 2, 3], "y": [1.0, None, float("nan")]}),
            HOSTILE,
            "said",
            "x",
            "y",
        ),
        lambda: spans_chart(
            pl.DataFrame(
                {"name": [HOSTILE], "part": "ok", "first_utc": NIGHT.issued_at_utc, "last_utc": [None]}
            ).with_columns(last_utc="first_utc"),
            HOSTILE,
            "said",
        ),
    ],
)
def test_hostile_names_and_figures_are_drawn(draw: Callable[[], bytes]) -> None:
    assert height(draw()) > 60


def test_figures_that_no_axis_has_are_left_out() -> None:
    rows = pl.DataFrame({"name": ["a", "b"], "part": "", "x": [0.0, -1.0]})
    nothing = dots_chart(rows, "title", "said", "rows", is_log=True)
    assert height(nothing) < height(dots_chart(rows, "title", "said", "rows"))


def test_as_many_lines_as_a_week_has_days_and_more_are_drawn() -> None:
    days = [f"2025-11-{day:02}" for day in range(1, 15)]
    rows = pl.DataFrame({"part": days * 3, "x": [0] * 14 + [1] * 14 + [2] * 14, "y": range(42)})
    assert height(lines_chart(rows, "title", "said", "slot", "value")) > 200


def test_a_picture_of_the_newest_week_leaves_out_what_a_wrong_clock_dates_ahead(tmp_path: Path) -> None:
    at = [datetime(2025, 11, 10), datetime(2025, 11, 16), datetime(2099, 1, 1)]
    with open_warehouse(tmp_path / "traffic.duckdb", holder="a test", wait_seconds=0) as opened:
        rows = {"source": "isp", "series_id": "isp/a", "at_utc": at, "value": 1.0, "unit": "bit/s"}
        columns = {"file_id": "f", "line_number": [1, 2, 3]}
        opened.insert("raw.provider_samples", pl.DataFrame(rows | columns))
        found = opened.query(_PICTURES["raw.provider_samples"].sql)
    assert found["x"].to_list() == at[:2]
