"""What the night's page says follows from the night's tables, whatever they hold."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from page_night import BEFORE, ISSUED, NIGHT

from assets.page.shell import PageNotWrittenError
from assets.report import page as page_module
from assets.report.files import LATEST, nights_with_pages, write_pages
from assets.report.page import Page
from warehouse import Warehouse

Make = Callable[..., list[Page]]
NAMES = ["isp/0", "isp/1", "isp/2"]


def text_of(page: Page) -> str:
    """The words of a page, without scripts, style and markup."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page.html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", bare)))


def section_of(page: Page, key: str) -> str:
    start = page.html.index(f'<section aria-labelledby="{key}"')
    return text_of(Page("", page.html[start : page.html.index("</section>", start)], ()))


@pytest.fixture(scope="module")
def page(pages_of: Make) -> Page:
    [made] = pages_of(NAMES, faults=(("dead", "no file matches files = 'x'"),))
    return made


def test_no_part_of_the_page_failed(page: Page) -> None:
    assert page.faults == ()


def test_five_lines_come_first_the_broken_source_and_the_likeliest_link_among_them(page: Page) -> None:
    first = page.html[page.html.index('<ol class="lines">') : page.html.index("</ol>")]
    said = [re.sub(r"<[^>]+>|\s+", " ", item) for item in first.split("<li")[1:]]
    assert len(said) == 5
    assert "dead" in said[0]
    assert "isp/0" in said[1]
    assert "34 % to exceed its 10 Gbit/s" in said[1]
    assert "Mon 17 Nov 20:00" in said[1]  # the hour from 19:00 UTC, by the clock of Berlin


def test_links_stand_by_risk_with_probability_peak_run_out_and_bill(page: Page) -> None:
    risk = section_of(page, "risk")
    assert risk.index("isp/0") < risk.index("isp/1") < risk.index("isp/2")
    for figure in (
        "34 %",
        "68 %",
        "99 %",
        "9.3 Gbit/s",
        "71 % in 26 weeks",
        "Mon 2 Feb 2026",
        "8.2 Gbit/s",
        "8 Gbit/s",
    ):
        assert figure in risk, figure
    assert "not within the horizon" in risk
    assert "At month's end 8.2 Gbit/s, above the commitment of 8 Gbit/s" in text_of(page)


def test_what_changed_names_probabilities_champions_faults_and_alerts(page: Page) -> None:
    changes = section_of(page, "changes")
    for words in (
        "isp/0: probability of more than 70 % of the capacity rose from 49 % to 99 %.",
        "isp/1: combination in the place of level.",
        "b.csv was rejected: it is binary",
        "series.observations newly breaks expect_column_values_to_not_be_null of value.",
        "New alert isp/0: It may be full tonight.",
    ):
        assert words in changes, words


def test_that_this_night_had_failed_before_is_over(pages_of: Make) -> None:
    def edit(warehouse: Warehouse) -> None:
        warehouse.update("alerts.events", {"kind": "night", "sentence": "no disk."}, {"event_id": "e"})

    changes = section_of(pages_of(NAMES, edit)[0], "changes")
    assert "made since: no disk." in changes
    assert "New alert" not in changes


def test_series_that_came_went_and_went_stale_are_told_apart(pages_of: Make) -> None:
    def edit(warehouse: Warehouse) -> None:
        warehouse.delete("models.champions", {"series_id": "isp/0", "issued_at_utc": BEFORE})
        warehouse.delete("models.champions", {"series_id": ["isp/1", "isp/2"], "issued_at_utc": ISSUED})
        stale = {"status": "stale", "reason": "its newest value is 9 days old"}
        warehouse.update("series.catalog", stale, {"series_id": "isp/1"})
        warehouse.delete("series.catalog", {"series_id": "isp/2"})

    changes = section_of(pages_of(NAMES, edit)[0], "changes")
    assert "New isp/0: forecast for the first time." in changes
    assert "Stale isp/1: its newest value is 9 days old" in changes
    assert "Gone isp/2: no longer in series.catalog." in changes


def test_a_capacity_that_is_doubted_is_asked_about_before_anything_else(pages_of: Make) -> None:
    doubt = "100 % of the last week's values lie above the capacity of 80 bit/s: is it right?"

    def edit(warehouse: Warehouse) -> None:
        warehouse.delete("planning.congestion", {"series_id": "isp/2"})
        aside = {"status": "set_aside", "reason": doubt}
        warehouse.update("series.catalog", aside, {"series_id": "isp/2"})

    first = section_of(pages_of(NAMES, edit)[0], "first")
    assert f"Capacity? isp/2: {doubt}" in first
    assert first.index("Capacity?") < first.index("Unusual day")


def test_a_time_on_another_clock_than_the_platforms_names_it(pages_of: Make) -> None:
    def edit(warehouse: Warehouse) -> None:
        warehouse.update("planning.congestion", {"probability_above": 0.6}, {"series_id": ["isp/0", "isp/1"]})
        warehouse.update("series.catalog", {"time_zone": "America/New_York"}, {"series_id": "isp/0"})

    first = section_of(pages_of(NAMES, edit)[0], "first")
    assert re.search(
        r"isp/0: 60 % to exceed [^:]* most likely around \w{3} \d+ Nov \d\d:\d\d \(America/New_York\)\.",
        first,
    )
    assert re.search(r"isp/1: 60 % to exceed [^:]* most likely around \w{3} \d+ Nov \d\d:\d\d\.", first)


def test_an_unusual_day_is_told_with_its_reason(page: Page) -> None:
    days = section_of(page, "days")
    assert "84 days of 3 series" in days
    assert "The day lies 31% higher than days like it." in days


def test_a_link_is_asked_to_be_full_only_above_what_counts_as_full(pages_of: Make) -> None:
    def edit(warehouse: Warehouse) -> None:
        for threshold in (0.9, 1.0):
            warehouse.update("planning.congestion", {"probability_above": 0.001}, {"threshold": threshold})

    first = section_of(pages_of(NAMES, edit)[0], "first")
    assert "Busy tonight isp/0: 99 % to exceed 70 % of its 10 Gbit/s" in first
    assert "Full tonight?" not in first


@pytest.mark.parametrize(("hours_ago", "is_told"), [(3, True), (30, False)])
def test_an_outage_of_the_last_day_is_told_first_and_once_for_the_links_of_a_source(
    pages_of: Make, hours_ago: int, is_told: bool
) -> None:
    start = ISSUED - timedelta(hours=hours_ago)

    def edit(warehouse: Warehouse) -> None:
        for step in range(24):
            for name in NAMES[:2]:
                key = {"series_id": name, "at_utc": start + step * timedelta(minutes=5)}
                warehouse.update("series.observations", {"value": 0.0, "flag": "outage"}, key)

    first = section_of(pages_of(NAMES, edit)[0], "first")
    said = "Outage isp/0: carried nothing for 2 h from Sun 16 Nov 22:00. So did isp/1."
    assert (said in first) is is_told
    assert ("Outage" in first) is is_told


def test_a_series_that_was_forecast_for_a_holiday_says_which(pages_of: Make, page: Page) -> None:
    told = "Holiday: Veterans Day (US), forecast from Sundays and earlier holidays."

    def edit(warehouse: Warehouse) -> None:
        reason = f"Combination: it was best. {told}"
        warehouse.update("models.champions", {"reason": reason}, {"series_id": "isp/0"})

    assert text_of(pages_of(NAMES, edit)[0]).count(told) == 1
    assert "Holiday" not in text_of(page)


def test_the_ledger_adds_up_and_the_gap_is_named(page: Page) -> None:
    data = section_of(page, "data")
    assert "107 records read = 98 loaded + 8 rejected + 1 duplicate" in data
    assert "0 of 1 expectations hold" in data
    # Twelve steps of five minutes from the 700th on.
    assert "1 h from Wed 12 Nov 11:20" in data
    assert "no time" in data


def test_the_text_of_a_chart_has_the_numbers_of_the_tables(pages_of: Make) -> None:
    week = pl.DataFrame({"value": [2e9, 7.5e9, None]})
    rows = week.select(
        series_id=pl.lit("isp/0"),
        at_utc=pl.lit(ISSUED - timedelta(hours=2)) + pl.duration(minutes=5 * pl.int_range(pl.len())),
        value="value",
        is_observed=pl.col("value").is_not_null(),
        is_outlier=pl.lit(False),
    )

    def edit(warehouse: Warehouse) -> None:
        warehouse.replace("series.observations", rows, {"series_id": "isp/0"})
        warehouse.update("forecasts.points", {"q50": 1e9, "q10": 8e8, "q90": 1.2e9}, {"series_id": "isp/0"})

    [made] = pages_of(["isp/0"], edit)
    alts = re.findall(r'class="drawing" role="img" aria-label="([^"]*)"', made.html)
    assert html.unescape(alts[0]) == (
        "isp/0. Measured over seven days: 2 Gbit/s to 7.5 Gbit/s (Sun 16 Nov 23:05), mean 4.75 Gbit/s. "
        "The forecast's median is highest at Mon 17 Nov 01:00: 1 Gbit/s, 80 % band 800 Mbit/s to 1.2 Gbit/s. "
        "The capacity is 10 Gbit/s."
    )


def test_without_capacities_a_sentence_says_what_to_do(pages_of: Make) -> None:
    risk = section_of(pages_of(NAMES, with_capacity=False)[0], "risk")
    assert "No capacity is stated in sources.toml, so no link can be at risk" in risk


EMPTIED = (
    "quality.expectations",
    "raw.ingested_files",
    "raw.rejected_lines",
    "planning.reliability",
    "planning.bills",
    "alerts.events",
)


def test_a_home_without_series_rows_or_an_earlier_night_gets_a_page(pages_of: Make) -> None:
    def clear(warehouse: Warehouse) -> None:
        for table in EMPTIED:
            warehouse.query(f"DELETE FROM {table}")

    [made] = pages_of([], clear)
    said = text_of(made)
    assert made.faults == ()
    for words in (
        "There is no series",
        "No earlier night was run",
        "No capacity is stated",
        "No bill is stated",
        "No day of the last four weeks was judged",
        "No forecast has been scored yet",
        "No earlier night could be replayed",
        "No series was tested",
        "No file has been read yet",
    ):
        assert words in said, words


def test_a_link_that_was_full_last_week_is_not_told_as_one_that_will_be(pages_of: Make) -> None:
    def fill(warehouse: Warehouse) -> None:
        warehouse.query("UPDATE planning.outlook SET busy_hour_p95 = 0.93 * capacity")

    [made] = pages_of(NAMES, fill)
    said = section_of(made, "series")
    assert "Its busy hour passed 90 % of the capacity last week; again in the week of" in said
    assert "Its busy hour passes" not in said


HOSTILE = [
    "x/<script>document.title='taken'</script>",
    "x/" + "n" * 400,
    "x/\u202eevil",
    "x/עברית",
    "x/'\"&amp;",
]


def test_names_are_shown_and_never_obeyed(pages_of: Make) -> None:
    [made] = pages_of(HOSTILE)
    assert made.faults == ()
    assert "<script>document.title" not in made.html
    assert "\u202e" not in made.html
    assert made.html.count("<bdi>x/עברית</bdi>") > 3
    assert "n" * 400 in made.html
    assert "&amp;amp;" in made.html


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_are_none_are_dashes_and_gaps(pages_of: Make, value: float) -> None:
    odd: dict[str, dict[str, Any]] = {
        "forecasts.points": {"q975": value, "q50": value},
        "planning.outlook": {"headroom": value, "growth_per_week": value, "busy_hour_p95": value},
        "planning.congestion": {"expected_peak": value},
        "diagnostics.daily_peaks": {"phase_minutes": value, "peak_value": value, "level_share": value},
        "diagnostics.residual_tests": {"p_value": value},
        "planning.reliability": {"share_happened": value},
        "planning.bills": {"p95_q50": value},
        "series.catalog": {"capacity": 1e10, "unit": "unknown"},
    }
    if value == value:  # a table of observations refuses what is not a number
        odd["series.observations"] = {"value": value}

    def edit(warehouse: Warehouse) -> None:
        for table, values in odd.items():
            warehouse.update(table, values, {"is_observed": True} if table == "series.observations" else {})

    [made] = pages_of(["isp/0", "isp/1"], edit)
    assert made.faults == ()
    words = re.findall(r"[\w.]+", text_of(made))
    assert not {"inf", "nan", "NaN", "Infinity"} & set(words)


def test_a_fault_of_one_part_is_told_in_its_place(pages_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("headroom")

    monkeypatch.setattr(page_module, "risks_section", broken)
    [made] = pages_of(NAMES)
    assert "Links at risk" in made.faults
    assert "This part could not be made (KeyError: 'headroom')" in text_of(made)
    assert "What changed since the night before" in text_of(made)


def test_many_series_are_paged_most_at_risk_first_and_linked(pages_of: Make) -> None:
    names = [f"isp/{number:03}" for number in range(120)]
    pages = pages_of(names)
    assert [one.name for one in pages] == ["2025-11-17.html", "2025-11-17-2.html", "2025-11-17-3.html"]
    shown = [re.findall(r'<h3 id="series-\d+"><bdi>([^<]*)', one.html) for one in pages]
    assert [len(one) for one in shown] == [50, 50, 20]
    assert [name for one in shown for name in one] == names
    assert 'href="2025-11-17-2.html#series-51"' in pages[0].html
    assert 'href="2025-11-17-3.html"' in pages[1].html
    assert 'aria-current="page">Series 51 to 100' in pages[1].html
    assert "70 more rows: see planning.congestion." in text_of(pages[0])
    assert max(len(one.html.encode()) for one in pages) < 5_000_000


def test_rows_of_later_nights_do_not_reach_the_page(pages_of: Make) -> None:
    later = ISSUED + timedelta(days=1)

    def edit(warehouse: Warehouse) -> None:
        for table in ("planning.outlook", "planning.congestion", "models.champions"):
            rows = warehouse.read(table, where={"issued_at_utc": ISSUED})
            later_rows = rows.with_columns(issued_at_utc=pl.lit(later))
            if "capacity" in rows.columns:
                later_rows = later_rows.with_columns(capacity=pl.lit(7.77e10))
            warehouse.insert(table, later_rows)

    assert "77.7 Gbit/s" not in text_of(pages_of(NAMES, edit)[0])


def pages_named(*names: str) -> list[Page]:
    return [Page(name, f"page {name}", ()) for name in names]


def test_latest_is_the_newest_nights_whatever_is_run_again(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    write_pages(folder, NIGHT, pages_named("2025-11-17.html", "2025-11-17-2.html"))
    assert (folder / LATEST).read_text() == "page 2025-11-17.html"
    write_pages(folder, date(2025, 11, 10), pages_named("2025-11-10.html"))
    assert (folder / LATEST).read_text() == "page 2025-11-17.html"
    write_pages(folder, date(2025, 11, 18), pages_named("2025-11-18.html"))
    assert (folder / LATEST).read_text() == "page 2025-11-18.html"
    assert nights_with_pages(folder) == [date(2025, 11, 18), NIGHT, date(2025, 11, 10)]


def test_a_night_run_again_leaves_no_page_of_its_former_run(tmp_path: Path) -> None:
    (tmp_path / "2025-11-17-notes.html").write_text("mine")
    write_pages(tmp_path, NIGHT, pages_named("2025-11-17.html", "2025-11-17-2.html", "2025-11-17-3.html"))
    write_pages(tmp_path, NIGHT, pages_named("2025-11-17.html", "2025-11-17-2.html"))
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"2025-11-17.html", "2025-11-17-2.html", "2025-11-17-notes.html", LATEST}


@pytest.mark.parametrize("way", ["reports is a file", "latest is a folder", "home is a file"])
def test_a_page_that_cannot_be_written_says_what_is_in_its_way(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "home" / "reports"
    in_the_way = {
        "reports is a file": folder,
        "latest is a folder": folder / LATEST,
        "home is a file": folder.parent,
    }[way]
    if way.endswith("folder"):
        in_the_way.mkdir(parents=True)
    else:
        in_the_way.parent.mkdir(parents=True, exist_ok=True)
        in_the_way.write_text("in the way")
    with pytest.raises(PageNotWrittenError) as refused:
        write_pages(folder, NIGHT, pages_named("2025-11-17.html"))
    page = LATEST if way.endswith("folder") else "2025-11-17.html"
    assert f"the page {folder / page} cannot be written (" in str(refused.value)
    remedy = "a folder stands in its place" if way.endswith("folder") else f"{in_the_way} is no folder"
    assert f"{remedy}; move it away" in str(refused.value)
    assert not list(tmp_path.glob("**/.*"))
