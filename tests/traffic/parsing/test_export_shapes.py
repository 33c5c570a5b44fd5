"""Exports in their three shapes: which samples they hold, and what becomes of every other line."""

from __future__ import annotations

from datetime import datetime

import pytest

from traffic.parsing.export import (
    MISSING_WORDS,
    SAMPLE_SCHEMA,
    ExportLayout,
    RefusedExportError,
    parse_export,
)
from traffic.parsing.rejected_lines import REJECTED_SCHEMA

WIDE = ExportLayout("wide", "time")
LONG = ExportLayout("long", "time", value_columns=("value",), series_column="link")
SINGLE = ExportLayout("single", "time", value_columns=("value",), label="router")
MIDNIGHT, ONE, TWO = (datetime(2024, 5, 1, hour) for hour in range(3))
OPEN_QUOTE = (
    "its quotes cannot be read as CSV: one is not closed (a cell may not hold a line break), "
    "or text follows it"
)


@pytest.fixture(scope="session")
def parse(numbered):
    """Read lines as an export; the sums hold whatever the lines are."""

    def read(layout, *lines):
        parsed = parse_export(numbered(lines), layout)
        assert parsed.samples.schema == SAMPLE_SCHEMA
        assert parsed.rejected.schema == REJECTED_SCHEMA
        assert parsed.lines_read == len(lines)
        return parsed

    return read


def samples_of(parsed):
    return [(label, at_utc, value) for label, at_utc, value, _ in parsed.samples.rows()]


def test_wide(parse):
    parsed = parse(WIDE, "a,time,b", "1,2024-05-01 00:00,2.5", "3,2024-05-01 01:00,-4e3")
    assert parsed.samples.rows() == [
        ("a", MIDNIGHT, 1.0, 2),
        ("b", MIDNIGHT, 2.5, 2),
        ("a", ONE, 3.0, 3),
        ("b", ONE, -4000.0, 3),
    ]
    assert (parsed.lines_skipped, parsed.records_duplicate, parsed.note) == (1, 0, None)


def test_wide_with_chosen_columns(parse):
    layout = ExportLayout("wide", "time", value_columns=("b",))
    assert samples_of(parse(layout, "time,a,b", "2024-05-01 00:00,1,2")) == [("b", MIDNIGHT, 2.0)]


def test_long(parse):
    parsed = parse(
        LONG, "value,link,time", "1,x,2024-05-01 00:00", "2,y,2024-05-01 00:00", "3,x,2024-05-01 01:00"
    )
    assert samples_of(parsed) == [("x", MIDNIGHT, 1.0), ("y", MIDNIGHT, 2.0), ("x", ONE, 3.0)]


def test_single(parse):
    parsed = parse(SINGLE, "time,value,unit", "2024-05-01 00:00,1,bit/s", "2024-05-01 01:00,2,bit/s")
    assert samples_of(parsed) == [("router", MIDNIGHT, 1.0), ("router", ONE, 2.0)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " ", "→"])
def test_separators(parse, separator):
    layout = ExportLayout("wide", "time", separator=separator)
    lines = [separator.join(cells) for cells in (["time", "a", "b"], ["2024-05-01T00:00", "1", "2"])]
    assert samples_of(parse(layout, *lines)) == [("a", MIDNIGHT, 1.0), ("b", MIDNIGHT, 2.0)]


def test_comments_and_blank_lines_are_skipped_before_the_header_and_after(parse):
    parsed = parse(SINGLE, "# made by hand", "", "time,value", "  # more", "2024-05-01 00:00,1", " ")
    assert (parsed.lines_read, parsed.lines_skipped) == (6, 5)
    assert parsed.samples["line_number"].to_list() == [5]


def test_names_and_cells_may_stand_between_blanks(parse):
    assert samples_of(parse(SINGLE, " time , value ", " 2024-05-01 00:00 ,\t1 ")) == [
        ("router", MIDNIGHT, 1.0)
    ]


def test_a_column_without_a_name_is_no_series(parse):
    assert samples_of(parse(WIDE, ",time,a", "0,2024-05-01 00:00,1")) == [("a", MIDNIGHT, 1.0)]
    assert samples_of(parse(WIDE, "time,a,", "2024-05-01 00:00,1,")) == [("a", MIDNIGHT, 1.0)]


def test_columns_may_have_the_names_that_the_reader_uses_itself(parse):
    names = ["line_number", "label", "text", "value", "cells", "line", "reason", "at_utc", "local", "is_bad"]
    line = ",".join(["2024-05-01 00:00", *map(str, range(len(names)))])
    parsed = parse(WIDE, ",".join(["time", *names]), line)
    assert samples_of(parsed) == [(name, MIDNIGHT, float(n)) for n, name in enumerate(names)]


@pytest.mark.parametrize("layout", [WIDE, LONG, SINGLE], ids=lambda layout: layout.shape)
def test_a_header_alone_is_an_export_without_samples(parse, layout):
    parsed = parse(layout, "time,link,value")
    assert (parsed.samples.height, parsed.rejected.height, parsed.records_duplicate) == (0, 0, 0)


@pytest.mark.parametrize("layout", [WIDE, LONG, SINGLE], ids=lambda layout: layout.shape)
def test_a_header_and_lines_without_enough_cells(parse, layout):
    parsed = parse(layout, "time,link,value", "x", "1,2,3,4")
    assert parsed.samples.is_empty()
    assert parsed.rejected["reason"].to_list() == [f"{n} cells where the header has 3" for n in (1, 4)]


@pytest.mark.parametrize(
    ("layout", "lines", "sentence"),
    [
        (WIDE, [], "the file has no header and no rows"),
        (WIDE, ["", "# only this"], "the file has no header and no rows"),
        (WIDE, ["when,a", "1,2"], "no column 'time'; its columns are 'when', 'a'"),
        (SINGLE, ["when,what", "1,2"], "no column 'time', 'value'; its columns are 'when', 'what'"),
        (LONG, ["time,value", "1,2"], "no column 'link'; its columns are 'time', 'value'"),
        (
            LONG,
            ["time;value;link", "1;2;3"],
            "no column 'time', 'value', 'link'; its columns are 'time;value;link'",
        ),
        (WIDE, ["time,a,b,a", "1,2,3,4"], "the column 'a' stands more than once in the header"),
        (WIDE, ["time", "2024-05-01 00:00"], "no column with values beside the time column 'time'"),
        (WIDE, ["time,", "2024-05-01 00:00,"], "no column with values beside the time column 'time'"),
        (WIDE, ['time,"a', "1,2"], "the quotes of its header cannot be read as CSV"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_such_export_is_refused(numbered, layout, lines, sentence):
    with pytest.raises(RefusedExportError) as refusal:
        parse_export(numbered(lines), layout)
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2024-05-01 00:00", "1 cells where the header has 2"),
        ("2024-05-01 00:00,1,2", "3 cells where the header has 2"),
        ('2024-05-01 00:00,"1', OPEN_QUOTE),
        ('"2024-05-01 00:00,1', OPEN_QUOTE),
        ('2024-05-01 00:00,"1"5', OPEN_QUOTE),
        (f'2024-05-01 00:00,"{"9" * 140_000}"', OPEN_QUOTE),
        (
            '2024-05-01 00:00,"1,500"',
            "'1,500' for series 'router' may be thousands or decimals: say decimal = '.' or ','",
        ),
        ('2024-05-01 00:00,"1,5,0"', "'1,5,0' for series 'router' is not a number"),
        ('2024-05-01 00:00,1"', "'1\"' for series 'router' is not a number"),
        ("2024-05-01 00:00,abc", "'abc' for series 'router' is not a number"),
        ("2024-05-01 00:00,1e999", "'1e999' for series 'router' is not a number"),
        ("2024-05-01 00:00,inf", "'inf' for series 'router' is not a number"),
        ("2024-05-01 00:00,0x10", "'0x10' for series 'router' is not a number"),
        ("2024-05-01 00:00,١٢", "'١٢' for series 'router' is not a number"),
        ("2024-05-01 00:00,5 %", "'5 %' for series 'router' is a number with a unit: export the bare values"),
        (f"2024-05-01 00:00,{'x' * 10_000}", f"'{'x' * 40}' for series 'router' is not a number"),
        (",1", "the time '' is in none of the formats of time_formats, or not in 1970 to 2100"),
        (
            "yesterday,1",
            "the time 'yesterday' is in none of the formats of time_formats, or not in 1970 to 2100",
        ),
        (
            f"{'y' * 10_000},1",
            f"the time '{'y' * 40}' is in none of the formats of time_formats, or not in 1970 to 2100",
        ),
    ],
    ids=lambda value: value[:40],
)
def test_rejected_records(parse, line, reason):
    good = ["2024-05-01 01:00,1", "2024-05-01 02:00,2"]
    parsed = parse(SINGLE, "time,value", good[0], line, good[1])
    assert parsed.rejected.rows() == [(3, reason, line)]
    # A bad line spoils neither its neighbours nor the account.
    assert samples_of(parsed) == [("router", ONE, 1.0), ("router", TWO, 2.0)]
    assert (parsed.lines_skipped, parsed.records_duplicate, parsed.note) == (1, 0, None)


def test_a_label_that_is_empty(parse):
    parsed = parse(LONG, "time,link,value", "2024-05-01 00:00, ,1", "2024-05-01 00:00,x,1")
    assert parsed.rejected.rows() == [(2, "the series' label is empty", "2024-05-01 00:00, ,1")]
    assert samples_of(parsed) == [("x", MIDNIGHT, 1.0)]


@pytest.mark.parametrize("word", [*MISSING_WORDS, "NaN", "N/A", "NULL", "None", " - "])
def test_a_missing_value_is_loaded_and_writes_no_row(parse, word):
    parsed = parse(SINGLE, "time,value", f"2024-05-01 00:00,{word}", "2024-05-01 01:00,0")
    assert samples_of(parsed) == [("router", ONE, 0.0)]
    assert (parsed.rejected.height, parsed.records_duplicate, parsed.note) == (0, 0, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("+5", 5), (".5", 0.5), ("5.", 5), ("-0", 0), ("1E3", 1000), ("007", 7), ("1e60", 1e60)],
)
def test_numbers_as_they_are_written(parse, text, value):
    assert samples_of(parse(SINGLE, "time,value", f"2024-05-01 00:00,{text}")) == [
        ("router", MIDNIGHT, value)
    ]


def test_a_bad_cell_of_a_wide_record_is_missing_and_noted(parse):
    parsed = parse(
        WIDE, "time,a,b,c", "2024-05-01 00:00,1,oops,3", "2024-05-01 01:00,x,y,2", "2024-05-01 02:00,z,,-"
    )
    assert samples_of(parsed) == [("a", MIDNIGHT, 1.0), ("c", MIDNIGHT, 3.0), ("c", ONE, 2.0)]
    assert parsed.note == "3 cells are not numbers and count as missing, in 'b', 'a' (first: line 2, 'oops')"
    # A record with nothing but bad and missing cells is rejected for the first bad one.
    assert parsed.rejected.rows() == [(4, "'z' for series 'a' is not a number", "2024-05-01 02:00,z,,-")]


def test_quoted_cells(parse):
    parsed = parse(
        LONG,
        '"time","link","value"',
        '"2024-05-01 00:00","a, ""b"" → c","1"',
        "2024-05-01 01:00,plain,2",
        '2024-05-01 02:00,"",3',
    )
    assert samples_of(parsed) == [('a, "b" → c', MIDNIGHT, 1.0), ("plain", ONE, 2.0)]
    assert parsed.rejected["reason"].to_list() == ["the series' label is empty"]


def test_a_record_that_repeats_an_earlier_one_is_a_duplicate(parse):
    same, other = "2024-05-01 00:00,1,2", "2024-05-01 00:00,1,3"
    parsed = parse(WIDE, "time,a,b", same, same, other, "2024-05-01 00:00,1,", same)
    assert parsed.records_duplicate == 3
    # The corrected record stands beside the one that it corrects; which of them counts is the grid's affair.
    assert [(label, value, line) for label, _, value, line in parsed.samples.rows()] == [
        ("a", 1.0, 2),
        ("b", 2.0, 2),
        ("a", 1.0, 4),
        ("b", 3.0, 4),
    ]


def test_the_same_value_at_another_time_or_of_another_series_is_no_duplicate(parse):
    lines = ["2024-05-01 00:00,x,1", "2024-05-01 00:00,y,1", "2024-05-01 01:00,x,1"]
    parsed = parse(LONG, "time,link,value", *lines)
    assert (parsed.samples.height, parsed.records_duplicate) == (3, 0)


def test_one_moment_written_in_two_ways_is_a_duplicate(parse):
    lines = ["2024-05-01 00:00,1.0", "2024-05-01T02:00+02:00,1", "2024-04-30 20:00:00-0400,1.00"]
    parsed = parse(SINGLE, "time,value", *lines)
    assert (samples_of(parsed), parsed.records_duplicate) == ([("router", MIDNIGHT, 1.0)], 2)


def test_records_without_any_value_are_no_duplicates(parse):
    parsed = parse(WIDE, "time,a", "2024-05-01 00:00,", "2024-05-01 00:00,")
    assert (parsed.samples.height, parsed.records_duplicate, parsed.rejected.height) == (0, 0, 0)
