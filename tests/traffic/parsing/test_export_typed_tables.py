"""Exports in Parquet and Excel: the samples of text, rows counted once, bombs and damage refused."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.export import ExportLayout, ParsedExport, RefusedExportError, excel, typed_tables
from traffic.parsing.export.reading import read_export

WIDE = ExportLayout("wide", "time", separator="auto")
LONG = ExportLayout("long", "time", value_columns=("value",), series_column="link", separator="auto")
MIDNIGHT, ONE, TWO = (datetime(2024, 5, 1, hour) for hour in range(3))


def parquet(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def workbook(*sheets: list[list[Any]], names: tuple[str, ...] = ("first", "second", "third")) -> bytes:
    """A workbook of sheets of rows; None leaves a cell empty."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "nan_inf_to_errors": True})
    as_time = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for name, rows in zip(names, sheets, strict=False):
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(row, column, cell, as_time)
                elif cell is not None:
                    sheet.write(row, column, cell)
    book.close()
    return stream.getvalue()


def read(content: bytes, layout: ExportLayout) -> ParsedExport:
    parsed = read_export([content], layout)
    assert (parsed.lines_read, parsed.lines_skipped) == (None, 0)
    return parsed


BOTH: dict[str, Callable[[pl.DataFrame], bytes]] = {
    "parquet": parquet,
    "excel": lambda frame: workbook([frame.columns, *map(list, frame.iter_rows())]),
}


@pytest.mark.parametrize("write", BOTH.values(), ids=BOTH.keys())
def test_wide(write):
    frame = pl.DataFrame({"time": [MIDNIGHT, ONE, TWO], "a": [1.5, None, 3.25], "b": [1, 2, 123_456_789_012]})
    parsed = read(write(frame), WIDE)
    assert parsed.samples.select("label", "at_utc", "value").rows() == [
        ("a", MIDNIGHT, 1.5),
        ("b", MIDNIGHT, 1),
        ("b", ONE, 2),
        ("a", TWO, 3.25),
        ("b", TWO, 123_456_789_012),
    ]
    assert (parsed.records_read, parsed.records_duplicate, parsed.rejected.height) == (3, 0, 0)


@pytest.mark.parametrize("write", BOTH.values(), ids=BOTH.keys())
def test_long_with_numbers_for_names_and_one_row_twice(write):
    frame = pl.DataFrame({"time": [MIDNIGHT, MIDNIGHT, MIDNIGHT], "link": [7, 8, 7], "value": [1, 2, 1]})
    parsed = read(write(frame), LONG)
    assert parsed.samples["label"].to_list() == ["7", "8"]
    assert (parsed.records_read, parsed.records_duplicate) == (3, 1)


def test_rows_are_numbered_as_a_person_counts_them():
    rows = [["time", "value"], [MIDNIGHT, 1], ["never", 2], [ONE, 3]]
    frame = pl.DataFrame({"time": ["2024-05-01 00:00", "never", "2024-05-01 01:00"], "value": [1, 2, 3]})
    in_excel, in_parquet = read(workbook(rows), WIDE), read(parquet(frame), WIDE)
    assert in_excel.samples["line_number"].to_list() == [2, 4]
    assert in_parquet.samples["line_number"].to_list() == [1, 3]
    reason = "the time 'never' is in none of the formats of time_formats, or not in 1970 to 2100"
    assert in_excel.rejected.rows() == [(3, reason, "never, 2")]
    assert in_parquet.rejected.rows() == [(2, reason, "never, 2")]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (pl.Series([MIDNIGHT, ONE]), [MIDNIGHT, ONE]),
        (pl.Series([MIDNIGHT, ONE]).cast(pl.Datetime("ns")), [MIDNIGHT, ONE]),
        (
            pl.Series([MIDNIGHT.replace(tzinfo=UTC)]).dt.convert_time_zone("Asia/Tokyo"),
            [MIDNIGHT],
        ),
        (pl.Series([date(2024, 5, 1)]), [MIDNIGHT]),
        (pl.Series([1714521600, 1714525200]), [MIDNIGHT, ONE]),
        (pl.Series([1714521600000], dtype=pl.Int64), [MIDNIGHT]),
        (pl.Series(["2024-05-01T01:00:00Z"]), [ONE]),
    ],
)
def test_types_of_times_in_parquet(times, expected):
    parsed = read(parquet(pl.DataFrame({"time": times, "a": [1] * len(times)})), WIDE)
    assert parsed.samples["at_utc"].to_list() == expected


@pytest.mark.parametrize("dtype", [pl.Datetime("ms"), pl.Datetime("us"), pl.Datetime("us", "UTC"), pl.Date])
@pytest.mark.parametrize("count", [2**31 - 1, -(2**31)])
def test_times_that_no_calendar_has_are_rejected(dtype, count):
    if dtype != pl.Date:
        count *= 2**31
    times = pl.Series([count], dtype=pl.Int64).cast(pl.Int32 if dtype == pl.Date else pl.Int64).cast(dtype)
    parsed = read(parquet(pl.DataFrame({"time": times, "a": [1]})), WIDE)
    assert parsed.samples.is_empty()
    assert parsed.rejected["line"].to_list() == [f"{count}, 1"]


def test_every_second_of_a_day_comes_back_from_excel():
    # Excel keeps a time as a fraction of a day, which no binary number holds exactly.
    times = [MIDNIGHT + timedelta(seconds=97 * n) for n in range(890)]
    parsed = read(workbook([["time", "a"], *([at, 1] for at in times)]), WIDE)
    assert parsed.samples["at_utc"].to_list() == times


def test_local_times_are_read_in_the_zone_of_the_source_and_others_are_not():
    layout = ExportLayout("wide", "time", time_zone="Europe/Berlin", time_formats=("%d.%m.%Y %H:%M",))
    for times in ([TWO], ["01.05.2024 02:00"], [TWO.replace(tzinfo=UTC) - timedelta(hours=2)]):
        parsed = read(parquet(pl.DataFrame({"time": times, "a": [1]})), layout)
        assert parsed.samples["at_utc"].to_list() == [MIDNIGHT]
    # A column of Excel may hold dates and text together.
    parsed = read(workbook([["time", "a"], [TWO, 1], ["01.05.2024 03:00", 2]]), layout)
    assert parsed.samples["at_utc"].to_list() == [MIDNIGHT, ONE]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([0.1 + 0.2, 1e-12, 1e60]), [0.1 + 0.2, 1e-12, 1e60]),
        (pl.Series([2**53 + 1]), [float(2**53)]),
        (pl.Series([Decimal("1.234")]), [1.234]),
        (pl.Series(["1.234,5"]), [1234.5]),
        (pl.Series([1.5], dtype=pl.Float32), [1.5]),
        (pl.Series([float("nan"), 1.0]), [1.0]),
    ],
)
def test_types_of_values_in_parquet(values, expected):
    times = pl.datetime_range(MIDNIGHT, MIDNIGHT + timedelta(hours=len(values) - 1), "1h", eager=True)
    parsed = read(parquet(pl.DataFrame({"time": times, "a": values})), WIDE)
    assert parsed.samples["value"].to_list() == expected


def test_columns_of_lists_are_left_out_and_said():
    frame = pl.DataFrame({"time": [MIDNIGHT], "a": [1], "b": [[1, 2]]})
    parsed = read(parquet(frame), WIDE)
    assert parsed.samples["label"].to_list() == ["a"]
    assert parsed.note == "the column 'b' holds no plain values and is left out"
    with pytest.raises(RefusedExportError, match=r"the column 'b' holds List\(Int64\) and no plain values"):
        read(parquet(frame), ExportLayout("wide", "time", value_columns=("b",)))


def test_the_sheet_that_has_the_columns_is_read_wherever_its_header_stands():
    table = [["Traffic"], [], [None, "time", "a", None], [None, MIDNIGHT, 1], [], [None, ONE, 2, "a remark"]]
    parsed = read(workbook([["about this"]], table, []), WIDE)
    assert parsed.samples.select("at_utc", "line_number").rows() == [(MIDNIGHT, 4), (ONE, 6)]
    assert parsed.records_read == 2
    assert parsed.told == ("sheet 'second'", "header in row 3")
    assert parsed.note is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (workbook([["when", "a"], [MIDNIGHT, 1]]), "no column 'time'; its columns are 'when', 'a'"),
        (
            workbook([["time", "a", "a"], [MIDNIGHT, 1, 2]]),
            "the column 'a' stands more than once in the header",
        ),
        (workbook([]), "the workbook has no header and no rows"),
        (workbook([["time"], [MIDNIGHT]]), "no column with values beside the time column 'time'"),
        (parquet(pl.DataFrame({"when": [MIDNIGHT]})), "no column 'time'; its columns are 'when'"),
        (parquet(pl.DataFrame({"time": [MIDNIGHT]})), "no column with values beside the time column 'time'"),
        (b"PAR1 and no more", "it cannot be read as Parquet ("),
        (b"PK\x03\x04 and no more", "it cannot be read as an Excel workbook ("),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", "it is an Excel workbook of the old kind (.xls)"),
    ],
)
def test_what_is_no_such_export_is_refused(content, sentence):
    with pytest.raises(RefusedExportError) as refusal:
        read_export([content], WIDE)
    assert str(refusal.value).startswith(sentence)


def archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return stream.getvalue()


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return archive(
            {one: change(book.read(one)) if one == name else book.read(one) for one in book.namelist()}
        )


def test_an_archive_that_is_no_workbook_is_refused():
    with pytest.raises(RefusedExportError, match="it is a zip archive, but no Excel workbook"):
        read_export([archive({"traffic.csv": b"time,a\n"})], WIDE)


def test_a_workbook_that_unfolds_to_too_much_is_refused_before_it_is_read(monkeypatch):
    bomb = archive({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"0" * 2_000_000})
    assert len(bomb) < 5_000
    monkeypatch.setattr(excel, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(excel.zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unfolded"))
    with pytest.raises(RefusedExportError, match="the workbook unfolds to more than"):
        read_export([bomb], WIDE)


def test_a_workbook_that_lies_about_its_size_is_refused():
    content = bytearray(archive({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"0" * 2_000_000}))
    size = (2_000_000).to_bytes(4, "little")
    at = content.rfind(size)
    content[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises(RefusedExportError, match="it cannot be read as an Excel workbook"):
        read_export([bytes(content)], WIDE)


@pytest.mark.parametrize("place", [b"XFD1048576", b"B99999999"[:8]])
def test_a_cell_far_away_cannot_fill_the_memory(place):
    content = workbook([["time", "a"], [MIDNIGHT, 1]])
    far = changed(
        content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="B2"', b'r="' + place + b'"')
    )
    assert far != content
    if place == b"XFD1048576":
        with pytest.raises(
            RefusedExportError, match=r"1,048,576 rows of 16,384 columns, more than 20,000,000"
        ):
            read_export([far], WIDE)
    else:
        with suppress(RefusedExportError):
            read_export([far], WIDE)


def test_a_parquet_file_of_more_rows_than_cells_are_allowed_is_refused_unread(monkeypatch):
    content = parquet(pl.DataFrame({"time": [MIDNIGHT] * 1000, "a": [1] * 1000, "b": [2] * 1000}))
    monkeypatch.setattr(typed_tables, "MAX_CELLS", 2_500)
    with pytest.raises(RefusedExportError, match="it holds 1,000 rows of 3 columns, more than 2,500 cells"):
        read_export([content], WIDE)
    one = ExportLayout("wide", "time", value_columns=("a",))
    assert read(content, one).records_read == 1000


@pytest.mark.parametrize("write", BOTH.values(), ids=BOTH.keys())
@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_damaged_is_read_or_refused(write, seed):
    chance = random.Random(seed)
    frame = pl.DataFrame({"time": [MIDNIGHT, ONE, TWO], "a": [1.5, None, 3.25], "b": ["x", "7", None]})
    content = bytearray(write(frame))
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(4, len(content))] = chance.randrange(256)
    cut = bytes(content[: chance.randint(4, len(content))] if chance.random() < 0.3 else content)
    with suppress(RefusedExportError):
        parsed = read(cut, WIDE)
        kept = parsed.samples["line_number"].n_unique()
        assert kept + parsed.rejected.height + parsed.records_duplicate <= parsed.records_read


CELLS = (
    st.none()
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.sampled_from(["", "-", "x", "7"])
)


@pytest.mark.parametrize("write", BOTH.values(), ids=BOTH.keys())
@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["2024-05-01 00:00", "2024-05-01", "", None]), CELLS), max_size=12
    )
)
def test_every_row_is_counted_once(write, rows):
    frame = pl.DataFrame(
        {"time": [at for at, _ in rows], "a": [None if cell is None else str(cell) for _, cell in rows]},
        {"time": pl.String, "a": pl.String},
    )
    parsed = read(write(frame), WIDE)
    records = [row for row in rows if row[0] or (row[1] is not None and row[1] != "")]
    assert parsed.records_read == len(records)
    read_in = [row for row in records if row[0] == "2024-05-01 00:00"]
    assert parsed.rejected.height >= len(records) - len(read_in)
