"""What separates the cells is told from the header, and what stands before it is left out and said."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.export import ExportLayout, RefusedExportError, parse_export
from traffic.parsing.export.recognition import recognise_export

WIDE = ExportLayout("wide", "time", separator="auto")
LONG = ExportLayout("long", "time", value_columns=("value",), series_column="link", separator="auto")
MIDNIGHT = datetime(2024, 5, 1)


@pytest.mark.parametrize(
    ("separator", "told"),
    [
        (",", ()),
        (";", ("cells separated by ';'",)),
        ("\t", ("cells separated by tab",)),
        ("|", ("cells separated by '|'",)),
    ],
)
def test_the_separator_that_gives_the_named_columns_is_taken_and_told(numbered, separator, told):
    lines = [separator.join(cells) for cells in (["time", "a,b", "c;d"], ["2024-05-01 00:00", "1", "2"])]
    if separator in ",;":
        lines = [line.replace("a,b", "a b").replace("c;d", "c d") for line in lines]
    parsed = parse_export(numbered(lines), WIDE)
    assert parsed.samples["value"].to_list() == [1.0, 2.0]
    assert parsed.told == told


def test_a_separator_within_quotes_separates_nothing(numbered):
    lines = ['"link";"time";"value"', '"a;b";"2024-05-01 00:00";"1"', '"c,d";"2024-05-01 00:00";"2"']
    parsed = parse_export(numbered(lines), LONG)
    assert parsed.samples["label"].to_list() == ["a;b", "c,d"]


def test_a_said_separator_is_not_told_another(numbered):
    with pytest.raises(RefusedExportError, match="no column 'time'; its columns are 'time;a'"):
        parse_export(numbered(["time;a", "2024-05-01 00:00;1"]), ExportLayout("wide", "time", separator=","))


def test_no_separator_gives_the_columns(numbered):
    with pytest.raises(RefusedExportError, match="no column 'time'; its columns are 'when', 'a', 'b'"):
        parse_export(numbered(["when;a;b", "2024-05-01 00:00;1;2"]), WIDE)


# Grafana's "Download for Excel" writes such a line first (Grafana's documentation, "Panel inspect view").
@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_a_first_line_may_state_the_separator(numbered, first):
    parsed = parse_export(numbered([first, "time;a,b", "2024-05-01 00:00;1"]), WIDE)
    assert parsed.samples.rows() == [("a,b", MIDNIGHT, 1.0, 3)]
    assert (parsed.lines_read, parsed.lines_skipped, parsed.records_read, parsed.note) == (3, 2, 1, None)
    assert parsed.told == ("cells separated by ';'",)


def test_lines_before_the_header_are_skipped_and_its_place_is_told(numbered):
    lines = ["Traffic of router 7", "", "made;by;hand", "time;a", "2024-05-01 00:00;1"]
    parsed = parse_export(numbered(lines), WIDE)
    assert parsed.samples.rows() == [("a", MIDNIGHT, 1.0, 5)]
    assert (parsed.lines_read, parsed.lines_skipped) == (5, 4)
    assert (parsed.told, parsed.note) == (("cells separated by ';'", "header in line 4"), None)


def test_a_cell_with_a_line_break_spoils_its_own_record_alone(numbered):
    lines = ["time,link,value", '2024-05-01 00:00,"a', 'b",1', "2024-05-01 01:00,c,2"]
    parsed = parse_export(numbered(lines), LONG)
    assert parsed.samples["label"].to_list() == ["c"]
    assert parsed.rejected["line_number"].to_list() == [2, 3]
    assert "a cell may not hold a line break" in parsed.rejected["reason"][0]


def test_a_line_without_text_is_rejected_with_its_number(numbered):
    parsed = parse_export(numbered(["time,a", None, "2024-05-01 00:00,1"]), WIDE)
    assert parsed.rejected.rows() == [(2, "the line is longer than 1 MiB", None)]
    assert (parsed.lines_read, parsed.lines_skipped, parsed.records_read) == (3, 1, 2)


NAMES = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_characters='\n\r"\0#', exclude_categories=("Z", "C")), min_size=1
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


@settings(deadline=None, max_examples=100)
@given(NAMES, st.sampled_from([",", ";", "\t", "|"]), st.booleans())
def test_what_a_csv_writer_writes_is_read_with_its_own_separator(names, separator, quotes_all):
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator="\n")
    names = [f"{name} x" for name in names]
    writer.writerow(["time", *names])
    writer.writerow(["2024-05-01 00:00", *range(len(names))])
    lines = pl.DataFrame({"line": text.getvalue().splitlines()}).with_row_index("line_number", 1)
    parsed = parse_export(lines.cast({"line_number": pl.Int64}), WIDE)
    assert parsed.samples["label"].to_list() == names
    assert parsed.samples["value"].to_list() == list(map(float, range(len(names))))


@pytest.mark.parametrize("separator", [",", ";", "auto"])
@pytest.mark.parametrize("mark", [",", ";"])
def test_a_line_break_in_a_quoted_name_is_named(numbered, separator, mark):
    row = mark.join(["2024-05-01 00:00", "1", "2"])
    lines = [mark.join(["time", '"in']), mark.join(['bps"', "out"]), row]
    layout = ExportLayout("wide", "time", separator=separator)
    with pytest.raises(RefusedExportError, match="one is not closed"):
        parse_export(numbered(lines), layout)
    with pytest.raises(RefusedExportError, match="a name may not hold a line break"):
        recognise_export("\n".join([*lines, row]).encode())


@pytest.mark.parametrize(
    ("separator", "header", "names"),
    [
        (";", 'time,"in;bps",out', """'time,"in', 'bps",out'"""),
        ("auto", '"time;in;out"', "'time;in;out'"),
        (",", "time;in", "'time;in'"),
    ],
)
def test_a_header_that_is_split_in_the_wrong_places_comes_with_a_hint(numbered, separator, header, names):
    layout = ExportLayout("wide", "time", separator=separator)
    with pytest.raises(RefusedExportError) as refused:
        parse_export(numbered([header, "2024-05-01 00:00,1,2"]), layout)
    assert f"its columns are {names}; they look split in the wrong places: write separator" in str(
        refused.value
    )


def test_separators_between_quotes_do_not_make_columns(numbered):
    lines = ['zeit,"in;out;bps"', "2024-05-01 00:00,1"]
    with pytest.raises(RefusedExportError, match=r"its columns are 'zeit', 'in;out;bps'$"):
        parse_export(numbered(lines), ExportLayout("wide", "time", separator="auto"))
