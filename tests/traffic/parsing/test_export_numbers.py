"""Decimal points and commas: told where the cells leave no doubt, never guessed where they do."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.export import ExportLayout, parse_export
from traffic.parsing.export.values import decimal_mark


@pytest.fixture(scope="session")
def read_numbers(numbered):
    """Values that an export of one series is read to; None for a cell that is no number."""

    def read(*texts, decimal="auto"):
        layout = ExportLayout("single", "t", value_columns=("v",), label="x", separator=";", decimal=decimal)
        lines = ["t;v", *(f"2024-05-01 00:{n:02};{text}" for n, text in enumerate(texts))]
        parsed = parse_export(numbered(lines), layout)
        found = dict(parsed.samples.select("line_number", "value").iter_rows())
        assert found.keys().isdisjoint(parsed.rejected["line_number"])
        return [found.get(number) for number in range(2, len(lines) + 1)]

    return read


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1.234,5"], [1234.5]),
        (["1,5", "2", "0,25"], [1.5, 2, 0.25]),
        (["1.234.567", "2"], [1_234_567, 2]),
        # Once the comma is the decimals', a point can only stand between thousands.
        (["1,5", "1.234"], [1.5, 1234]),
        (["1,5", "1.5"], [None, 1.5]),
        (["12,3456"], [12.3456]),
        (["0,125"], [0.125]),
        (["12345,678"], [12345.678]),
        (["-1,5e3", "+,5"], [-1500, 0.5]),
        (["1 234,5", "1 234,5", "1 234,5", "1'234,5"], [1234.5] * 4),
    ],
)
def test_decimal_commas_are_told(read_numbers, texts, values):
    assert read_numbers(*texts) == values


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1.5", "2"], [1.5, 2]),
        (["1.234", "5.678"], [1.234, 5.678]),
        (["1,234.5"], [1234.5]),
        (["1,234,567"], [1_234_567]),
        # A point shows that the comma stands between thousands.
        (["1,234", "0.5"], [1234, 0.5]),
        (["1 234.5", "1'234'567"], [1234.5, 1_234_567]),
        # Both marks as decimals: points are what programs write, and the other cell is no number.
        (["1.5", "1,5", "2,25"], [1.5, None, None]),
        (["1,23,456"], [None]),
        (["12,34.5"], [None]),
    ],
)
def test_decimal_points_are_told(read_numbers, texts, values):
    assert read_numbers(*texts) == values


@pytest.mark.parametrize("text", ["1,234", "12,345", "123,456", "-1,234"])
def test_a_comma_that_may_be_either_is_not_guessed(read_numbers, numbered, text):
    assert read_numbers("17", text) == [17, None]
    assert read_numbers(text, decimal=",") == [float(text.replace(",", "."))]
    assert read_numbers(text, decimal=".") == [float(text.replace(",", ""))]
    layout = ExportLayout("single", "t", value_columns=("v",), label="x", separator=";")
    parsed = parse_export(numbered(["t;v", f"2024-05-01 00:00;{text}"]), layout)
    reason = f"'{text}' for series 'x' may be thousands or decimals: say decimal = '.' or ','"
    assert parsed.rejected["reason"].to_list() == [reason]


def test_with_a_said_comma_a_point_that_is_no_group_is_no_number(read_numbers):
    assert read_numbers("1.5", "1.234", "1.2345", "1,5", decimal=",") == [None, 1234, None, 1.5]


def test_a_number_with_a_unit_is_refused_with_a_sentence_of_its_own(numbered):
    layout = ExportLayout("single", "t", value_columns=("v",), label="x")
    parsed = parse_export(numbered(["t,v", "2024-05-01 00:00,12.3 Mb/s"]), layout)
    assert parsed.rejected["reason"].to_list() == [
        "'12.3 Mb/s' for series 'x' is a number with a unit: export the bare values"
    ]


def test_the_mark_is_told_from_the_whole_file(numbered):
    lines = ["t;a;b", "2024-05-01 00:00;1,234;7", "2024-05-01 00:05;;0,5"]
    parsed = parse_export(numbered(lines), ExportLayout("wide", "t", separator=";"))
    assert parsed.samples["value"].to_list() == [1.234, 7, 0.5]
    assert parsed.told == ("decimal commas",)


def german(value: float) -> str:
    return f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


@settings(deadline=None)
@given(st.lists(st.integers(-(10**9), 10**12).map(lambda cents: cents / 100), min_size=1, max_size=8))
def test_what_a_german_or_an_english_program_writes_is_told_apart(values):
    assert decimal_mark(pl.Series([german(value) for value in values])) == ","
    assert decimal_mark(pl.Series([f"{value:,.2f}" for value in values])) == "."
    for decimal, texts in ((",", map(german, values)), (".", (f"{value:,.2f}" for value in values))):
        lines = ["t;v", *(f"2024-05-01 00:0{n};{text}" for n, text in enumerate(texts))]
        frame = pl.DataFrame({"line_number": range(1, len(lines) + 1), "line": lines})
        layout = ExportLayout("single", "t", value_columns=("v",), label="x", separator=";")
        for layout_of in (layout, ExportLayout(**{**layout.__dict__, "decimal": decimal})):
            assert parse_export(frame, layout_of).samples["value"].to_list() == values


@pytest.mark.parametrize("text", ["1e308", "-1e308", "1.1e60", "1e400"])
def test_a_number_with_which_nothing_can_be_computed_is_rejected(numbered, text):
    lines = ["t,a,b", f"2024-05-01 00:00,{text},{text}", f"2024-05-01 00:05,1e60,{text}"]
    parsed = parse_export(numbered(lines), ExportLayout("wide", "t", unit="bit/s"))
    assert parsed.samples.select("label", "value").rows() == [("a", 1e60)]
    assert parsed.rejected["line_number"].to_list() == [2]
    (reason,) = parsed.rejected["reason"]
    assert reason == (
        f"'{text}' for series 'a' is not a number"
        if text == "1e400"
        else f"'{text}' for series 'a' is too large in its unit: beyond 1e+60 nothing can be computed"
    )
    assert parsed.records_read == 2
    assert str(parsed.note).startswith("1 cells are not numbers")
