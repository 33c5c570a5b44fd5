"""A night judges every row that it loaded, once, whichever way they are cut into frames."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from assets import judged_rows as judging
from assets.expectations import points, provider_samples, web_requests
from assets.judged_rows import judged_rows
from assets.nights import Night
from assets.partitions import issued_at_utc

Line = Callable[..., str]
NIGHT = Night(date(2025, 1, 2), issued_at_utc(date(2025, 1, 2), "UTC"))


def judged(home: Any) -> list[tuple[str, int]] | None:
    frames = judged_rows(home.warehouse, web_requests.SUITE, home.landing.sources.all[0], NIGHT)
    if frames is None:
        return None
    rows = [frame.select("file_id", "line_number") for frame in frames]
    keys = pl.concat(rows).unique().height
    assert keys == sum(frame.height for frame in rows), "a key stands in two frames"
    return sorted(pl.concat(rows).iter_rows())


@pytest.mark.parametrize("batch_rows", [1, 3, 7, 1_000])
def test_small_files_together_and_large_ones_in_ranges_are_all_rows(
    home: Any, web_log: Callable[..., str], log_line: Line, monkeypatch: pytest.MonkeyPatch, batch_rows: int
) -> None:
    monkeypatch.setattr(judging, "BATCH_ROWS", batch_rows)
    home.declare(web_log())
    for file, n_lines in enumerate([1, 2, 9, 3, 4]):
        lines = [log_line(f"10:{file:02}:{line:02}") for line in range(n_lines)]
        home.put(f"landing/www/access.{file}.log", "nonsense\n".join(lines))
    home.ingest()
    loaded = home.rows("raw.web_requests", "file_id", "line_number")
    assert len(loaded) == 19
    assert judged(home) == sorted((row["file_id"], row["line_number"]) for row in loaded)


def test_what_was_judged_is_not_judged_again(home: Any, web_log: Callable[..., str], log_line: Line) -> None:
    home.declare(web_log())
    home.put("landing/www/access.log", log_line())
    home.ingest()
    result = {"table_name": "t", "suite": "s", "expectation": "e", "column_name": "", "success": True}
    result |= {"is_error": False, "observed": "", "details": "", "source": ""}
    stamps = {"run_at_utc": datetime(2100, 1, 1), "issued_at_utc": NIGHT.issued_at_utc}
    home.warehouse.insert("quality.expectations", pl.DataFrame([result | stamps]))
    assert judged(home) is None


def test_a_web_log_has_no_samples_to_judge(
    home: Any, web_log: Callable[..., str], log_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "BATCH_ROWS", 1)
    home.declare(web_log())
    home.put("landing/www/access.log", log_line() * 2)
    home.ingest()
    source = home.landing.sources.all[0]
    assert judged_rows(home.warehouse, provider_samples.SUITE, source, NIGHT) is None
    assert judged_rows(home.warehouse, web_requests.SUITE, source, NIGHT) is not None


def test_derived_tables_are_judged_though_nothing_is_new(home: Any, web_log: Callable[..., str]) -> None:
    home.declare(web_log())
    frames = judged_rows(home.warehouse, points.SUITE, home.landing.sources.all[0], NIGHT)
    assert [frame.height for frame in frames or ()] == [0]
