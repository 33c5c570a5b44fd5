"""Which series get ARIMA and GARCH: patterns in order of preference, and a bound."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.constant_volatility_choice import choose_series, chosen_series
from assets.sources import Platform

LINKS = ["core/a", "core/b", "edge/a", "edge/b", "www/bytes"]


def test_all_series_are_chosen_while_they_are_few() -> None:
    choice = choose_series(LINKS, ("*",), 24)
    assert choice.chosen == tuple(LINKS)
    assert choice.why_not == {}
    assert choice.sentence == "5 of 5 series get ARIMA and GARCH"


def test_the_preferred_patterns_come_first_and_the_bound_cuts_the_rest() -> None:
    choice = choose_series(LINKS, ("www/*", "*/b", "*"), 4)
    assert choice.chosen == ("www/bytes", "core/b", "edge/b", "core/a")
    assert set(choice.why_not) == {"edge/a"}
    assert "constant_volatility_at_most = 4 of [platform] in sources.toml" in choice.why_not["edge/a"]
    assert "5 series match" in choice.why_not["edge/a"]
    assert choice.sentence.startswith("4 of 5 series get ARIMA and GARCH, by constant_volatility_at_most of")


def test_what_no_pattern_names_is_left_out_by_the_patterns() -> None:
    choice = choose_series(LINKS, ("core/*", "cote/*"), 1)
    assert choice.chosen == ("core/a",)
    assert choice.why_not["www/bytes"].startswith("No pattern of constant_volatility of [platform]")
    assert "constant_volatility and constant_volatility_at_most of [platform]" in choice.sentence
    assert choice.unmatched == ("cote/*",)
    assert "'cote/*'" in choice.remarks[0]


def test_no_pattern_chooses_nothing() -> None:
    choice = choose_series(LINKS, (), 24)
    assert choice.chosen == ()
    assert choice.sentence == (
        "0 of 5 series get ARIMA and GARCH, by constant_volatility of [platform] in sources.toml"
    )


def test_a_name_with_brackets_matches_itself_and_case_matters() -> None:
    names = ["isp/rx [core]", "isp/rx c", "ISP/rx c"]
    assert choose_series(names, ("isp/rx [core]",), 9).chosen == ("isp/rx [core]", "isp/rx c")
    assert choose_series(names, ("ISP/*",), 9).chosen == ("ISP/rx c",)


def test_what_cannot_be_fitted_takes_no_place_from_what_can() -> None:
    names = ["isp/a", "isp/b", "isp/c"]
    assert choose_series(names, ("isp/a", "*"), 2, hopeless={"isp/a"}).chosen == ("isp/b", "isp/c")
    assert choose_series(names, ("*",), 3, hopeless={"isp/a"}).chosen == ("isp/b", "isp/c", "isp/a")


def test_constant_and_sparse_series_wait_for_a_place(home: Any) -> None:
    entry = {"source": "isp", "kind": "export", "unit": "bit/s", "time_zone": "UTC", "status": "ok"}
    values = {"a": [5.0] * 200, "b": [1.0, None] * 60, "c": [float(k % 7) for k in range(200)]}
    home.warehouse.insert("series.catalog", pl.DataFrame([entry | {"series_id": f"isp/{n}"} for n in values]))
    for name, course in values.items():
        at_utc = [datetime(2025, 1, 1) + timedelta(hours=k) for k in range(len(course))]
        rows = pl.DataFrame({"at_utc": at_utc, "value": course}, {"at_utc": None, "value": pl.Float64})
        home.warehouse.insert(
            "series.observations",
            rows.with_columns(
                series_id=pl.lit(f"isp/{name}"),
                is_observed=pl.col("value").is_not_null(),
                is_outlier=pl.lit(value=False),
                value_clean=pl.col("value"),
            ),
        )
    choice = chosen_series(home.warehouse, Platform(constant_volatility_at_most=1))
    assert choice.chosen == ("isp/c",)
    assert set(choice.why_not) == {"isp/a", "isp/b"}


@given(
    names=st.lists(st.text("ab/[]*?", min_size=1, max_size=4), unique=True, max_size=12),
    patterns=st.lists(st.text("ab/[]*?!", min_size=1, max_size=4), max_size=4),
    at_most=st.integers(1, 6),
)
def test_every_series_is_chosen_or_left_out_with_a_reason(
    names: list[str], patterns: list[str], at_most: int
) -> None:
    choice = choose_series(names, patterns, at_most)
    assert sorted([*choice.chosen, *choice.why_not]) == sorted(names)
    assert len(choice.chosen) <= at_most
    assert all(name in choice.chosen or name in choice.why_not for name in names)
    assert all(choice.why_not.values())


def test_tonights_series_are_asked_and_the_long_enough_come_first(home: Any) -> None:
    entry = {"source": "isp", "kind": "export", "unit": "bit/s", "time_zone": "UTC"}
    states = {"a": "short", "b": "stale", "c": "ok", "d": "set_aside", "e": "ok"}
    rows = [
        entry | {"series_id": f"isp/{name}", "status": status, "reason": "because"}
        for name, status in states.items()
    ]
    home.warehouse.insert("series.catalog", pl.DataFrame(rows))
    choice = chosen_series(home.warehouse, Platform(constant_volatility_at_most=2))
    assert choice.chosen == ("isp/c", "isp/e")
    assert set(choice.why_not) == {"isp/a"}
