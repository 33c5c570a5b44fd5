"""What is text: zero bytes spoil their own lines; other encodings and line ends have their sentence."""

from __future__ import annotations

import pytest

from traffic.parsing.export import ExportLayout, ParsedExport, RefusedExportError
from traffic.parsing.export.reading import read_export
from traffic.parsing.export.recognition import recognise_export

ROWS = [f"2025-01-01 {minute // 60:02}:{minute % 60:02},a,{minute}" for minute in range(100)]
HEADER = "time,link,value"
LONG = ExportLayout("long", "time", value_columns=("value",), series_column="link")


def read(rows: list[str], header: str = HEADER) -> ParsedExport:
    return read_export(["\n".join([header, *rows, ""]).encode()], LONG)


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        ("\0" * 5_000 + ROWS[7], "is in none of"),
        (ROWS[7] + "\0", r"'7\x00' for series 'a' is not a number"),
        (ROWS[7].replace("a", "a\0"), "the series' label holds zero bytes"),
        ("\0" * 40, "1 cells where the header has 3"),
    ],
)
def test_a_zero_byte_spoils_its_own_line(damaged, reason):
    parsed = read([*ROWS[:7], damaged, *ROWS[8:]])
    assert (parsed.samples.height, parsed.records_read) == (99, 100)
    [(line_number, why, line)] = parsed.rejected.rows()
    assert (line_number, line) == (9, damaged)
    assert reason.replace(r"\x00", "\0") in why


def test_a_file_is_binary_if_more_than_a_tenth_of_its_lines_hold_zero_bytes():
    damaged = [row + "\0" for row in ROWS]
    assert read([*damaged[:10], *ROWS[10:99]]).rejected.height == 10  # of 100 lines, the header being one
    with pytest.raises(RefusedExportError, match="the file is binary, not text"):
        read([*damaged[:11], *ROWS[11:99]])


def test_a_header_with_a_zero_byte_is_refused():
    with pytest.raises(RefusedExportError, match="its header holds zero bytes"):
        read(ROWS, HEADER + ",\0line_number")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_text_in_utf_16_is_told(encoding, mark):
    content = (mark + "\n".join([HEADER, *ROWS])).encode(encoding)
    with pytest.raises(RefusedExportError, match="it is text in UTF-16; save it as UTF-8"):
        read_export([content], LONG)
    with pytest.raises(RefusedExportError, match="it is text in UTF-16; save it as UTF-8"):
        recognise_export(content)


@pytest.mark.parametrize("rows", [ROWS, ['2025-01-01 00:00,"a",1'], ROWS * 400])
def test_lines_that_end_with_a_carriage_return_alone_are_told(rows):
    content = "".join(f"{row}\r" for row in [HEADER, *rows]).encode()
    for refuse in (lambda: read_export([content], LONG), lambda: recognise_export(content)):
        with pytest.raises(RefusedExportError, match="its lines end with a carriage return alone; save it"):
            refuse()


def test_a_carriage_return_before_a_line_feed_is_none_alone_wherever_a_piece_ends():
    content = "".join(f"{row}\r\n" for row in [HEADER, *ROWS]).encode()
    end = len(HEADER) + 1
    assert read_export([content[:end], content[end:]], LONG).samples.height == 100
