"""CSV for spreadsheets: no text runs as a formula, numbers stay as they are, and nothing is lost."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.terminal.asking import _content
from orchestration.terminal.formula_guard import guarded, unguarded

# OWASP, "CSV Injection": cells that begin with one of these are taken for a formula, full-width ones too.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")

texts = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.tuples(
        st.sampled_from(["'", "''", "", "-", "1", "="]), st.sampled_from(DANGEROUS), st.text(max_size=5)
    ).map("".join),
    st.floats().map(str),
    st.integers().map(str),
)


def cells_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


@given(st.lists(texts, min_size=1, max_size=20))
def test_no_text_begins_like_a_formula_and_all_come_back(values: list[str | None]) -> None:
    rows = pl.DataFrame({"text": pl.Series(values, dtype=pl.String)})
    safe = guarded(rows)
    for value in safe["text"].drop_nulls():
        assert not value.startswith(DANGEROUS) or NUMBER.fullmatch(value), value
    assert unguarded(safe).equals(rows, null_equal=True)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=9))
def test_a_csv_read_back_is_what_it_was(values: list[str]) -> None:
    rows = pl.DataFrame({"n": range(len(values)), "text": pl.Series(values, dtype=pl.String)})
    _, *read = cells_of(_content(rows, "csv", False))
    back = pl.DataFrame({"text": pl.Series([text for _, text in read], dtype=pl.String)})
    assert unguarded(back)["text"].to_list() == values


@given(
    st.lists(st.floats(), min_size=1, max_size=9),
    st.lists(st.integers(-(2**60), 2**60), min_size=1, max_size=9),
)
def test_numbers_stay_as_they_are(floats: list[float], integers: list[int]) -> None:
    for values in (floats, integers):
        rows = pl.DataFrame({"value": values})
        assert _content(rows, "csv", False) == _content(rows, "csv", True)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3+cmd", "'-2+3+cmd"),
        ("+49 30 1234", "'+49 30 1234"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("--", "'--"),
        ("-", "'-"),
        ("-5\n=1", "'-5\n=1"),
        ("-٥", "'-٥"),  # digits that a spreadsheet may not take for such
        # What stays: numbers in texts, and everything that begins otherwise.
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("+1e-3", "+1e-3"),
        ("-.5", "-.5"),
        ("a=b", "a=b"),
        ("'quoted'", "'quoted'"),
        ("isp/core-in", "isp/core-in"),
        ("", ""),
        # What would be taken for a guard gets one more.
        ("'=1", "''=1"),
    ],
)
def test_each_text(text: str, written: str) -> None:
    rows = pl.DataFrame({"text": [text], "beside": [-1.5]})
    safe = guarded(rows)
    assert safe.columns == ["text", "beside"]
    assert safe.row(0) == (written, -1.5)
    assert unguarded(safe).equals(rows)


def test_names_of_columns_are_cells_too() -> None:
    rows = pl.DataFrame({"=1+1": ["a"], "'=1+1": ["b"], "-1.5": ["c"], "share": ["d"]})
    safe = guarded(rows)
    assert safe.columns == ["'=1+1", "''=1+1", "'-1.5", "share"]
    assert unguarded(safe).equals(rows)


def test_lists_of_words_and_categories_are_texts_as_well() -> None:
    categories = pl.Series(["=a", "b"], dtype=pl.Categorical)
    listed = pl.Series(["=a", "b"], dtype=pl.Enum(["=a", "b"]))
    safe = guarded(pl.DataFrame({"categories": categories, "listed": listed}))
    assert safe.rows() == [("'=a", "'=a"), ("b", "b")]


def test_times_numbers_and_truths_are_not_texts() -> None:
    rows = pl.DataFrame(
        {
            "at_utc": [datetime(2024, 5, 1)],
            "on": [date(2024, 5, 1)],
            "low": [-1e-300],
            "is_ok": [True],
            "no": [None],
        }
    )
    assert _content(rows, "csv", False) == _content(rows, "csv", True)
    assert guarded(rows).equals(rows)
