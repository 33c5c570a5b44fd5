"""Feed bytes to every parser, led by the branches that they reach: never an exception, never a lost line.

Run with ``make fuzz``, or ``python tests/fuzz/fuzz_parsers.py FOLDER -max_total_time=3600``; the folder keeps
the inputs that reached something new. Needs atheris, which is no dependency of the project: it follows the
bytecode of every module and is of use for nothing else. The tests have their own properties of the same
kind (``test_weblog_hostile_lines``, ``test_export_hostile_lines``).
"""

from __future__ import annotations

import io
import sys

import atheris

with atheris.instrument_imports(include=["traffic"]):
    from traffic.parsing.content import LineBlock, UnreadableContentError, decompressed_chunks, line_blocks
    from traffic.parsing.export import ExportLayout, RefusedExportError
    from traffic.parsing.export.reading import read_export
    from traffic.parsing.export.recognition import recognise_export
    from traffic.parsing.weblog import (
        FORMATS,
        LogPatternError,
        ParsedLines,
        WebLogReader,
        pattern_layout,
        recognise_format,
    )
    from traffic.parsing.weblog.proven_lines import prove_combined, prove_common

NAMES = sorted(FORMATS)
EXPORTS = (
    ExportLayout("wide", "time"),
    ExportLayout("wide", "time", time_formats=("epoch_s", "epoch_ms", "ole"), hour_column="hour"),
    ExportLayout("long", "time", series_column="link", value_columns=("value",), decimal=","),
    ExportLayout("single", "time", value_columns=("value",), label="link"),
)
FAST = {"common": prove_common, "combined": prove_combined}


def fuzz_one(data: bytes) -> None:
    """Choose a parser by the first byte and hand it the rest."""
    if not data:
        return
    choice, content = data[0] % 6, data[1:]
    (_web_log, _web_log, _proven, _export, _guessed, _pattern)[choice](content)


def _web_log(content: bytes) -> None:
    name, content = NAMES[content[0] % len(NAMES)] if content else "common", content[1:]
    reader = WebLogReader(FORMATS[name], "Europe/Berlin", "1995-08")
    try:
        blocks = list(line_blocks(decompressed_chunks(io.BytesIO(content)), 64))
    except UnreadableContentError:
        return
    for block, parsed in zip(blocks, reader.read_blocks(blocks), strict=True):
        _accounts_for(parsed, block)
        recognise_format(block.lines["line"])


def _proven(content: bytes) -> None:
    if not content:
        return
    name = sorted(FAST)[content[0] % 2]
    # Behind what is fuzzed stand lines enough, so that none of it is within the look-ahead.
    block = LineBlock(content[1:] + b"\n" * 80, 1)
    requests, others = FAST[name](block)
    slow = WebLogReader(FORMATS[name], "UTC")
    whole = slow.read(block.lines).requests
    proven = requests["line_number"]
    assert requests.equals(whole.filter(whole["line_number"].is_in(proven.implode())))
    assert sorted([*proven, *others["line_number"]]) == list(range(1, block.n_lines + 1))


def _export(content: bytes) -> None:
    layout, content = EXPORTS[content[0] % len(EXPORTS)] if content else EXPORTS[0], content[1:]
    try:
        parsed = read_export([content], layout)
    except RefusedExportError:
        return
    assert parsed.samples["value"].null_count() == 0
    assert parsed.rejected["reason"].null_count() == 0


def _guessed(content: bytes) -> None:
    try:
        recognise_export(content)
    except RefusedExportError:
        return


def _pattern(content: bytes) -> None:
    pattern, _, lines = content.partition(b"\n")
    try:
        layout = pattern_layout(pattern.decode("utf-8", "replace"))
    except LogPatternError:
        return
    reader = WebLogReader(layout, "UTC", "1995-08" if layout.needs_month else None)
    for block in line_blocks([lines]):
        _accounts_for(reader.read(block.lines), block)


def _accounts_for(parsed: ParsedLines, block: LineBlock) -> None:
    numbers = [*parsed.requests["line_number"], *parsed.rejected["line_number"]]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) + parsed.lines_skipped == parsed.lines_read == block.n_lines
    assert parsed.requests["at_utc"].null_count() == 0
    assert parsed.rejected["reason"].null_count() == 0


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz_one)
    atheris.Fuzz()
