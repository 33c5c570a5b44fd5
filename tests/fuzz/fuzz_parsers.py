"""Feed bytes to every parser, led by the branches that they reach: never an exception, never a lost line.

Run with ``make fuzz``, or ``python tests/fuzz/fuzz_parsers.py FOLDER -max_total_time=3600``; the folder keeps
the inputs that reached something new. Needs atheris, which is no dependency of the project: it follows the
bytecode of every module and is of use for nothing else. The tests have their own properties of the same
kind (``test_weblog_hostile_lines``, ``test_export_hostile_lines``).
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import atheris

# What numba compiles must stay as it was written.
with atheris.instrument_imports(include=["traffic"], exclude=["traffic.parsing.weblog.line_scan"]):
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
# What to start from: a good input behind the byte that chooses the parser and that which chooses the format.
CLF = b'h - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 5'
GOOD_LINES = {
    "epa": b'h [30:10:00:00] "GET / HTTP/1.0" 200 5',
    "common": CLF,
    "combined": CLF + b' "-" "agent"',
    "combined_vhost": b"v:80 " + CLF + b' "-" "agent"',
    "traefik_clf": CLF + b' "-" "a" 1 "r" "s" 12ms',
    "json": b'{"time":"2000-10-10T13:55:36+02:00","ip":"h","request":"GET /","status":200,"bytes":"5"}',
    "caddy": b'{"ts":971.5,"request":{"remote_ip":"h","method":"GET","uri":"/"},"size":5,"status":200}',
    "traefik": b'{"ClientHost":"h","time":"2000-10-10T13:55:36.1Z","RequestPath":"/","DownstreamStatus":200}',
    "w3c": b"#Fields: date time c-ip cs-method sc-bytes\n2000-10-10 13:55:36 ::1 GET 5",
    "aws_alb": b'h2 2000-10-10T13:55:36.1Z app/x [::1]:48 - 0.1 -1 0 200 - 0 5 "GET / HTTP/2.0" "agent" - -',
    "squid": b"971186136.123    502 h TCP_MISS/200 5 GET http://example.org/ - NONE/- text/html",
}
GOOD_EXPORTS = (
    b"time,a (Kbps),b\n2000-10-10 13:55,1.5,-\n2000-10-10 14:00,1e3,7",
    b"time;hour;a\n971186136;1;1,5\n971186137000;2;3\n36809.5;3;",
    b'time;link;value\n2000-10-10T13:55:36+02:00;"a;b";1.234,5',
    b'[{"Timestamps":["2000-10-10T13:55:36Z"],"Values":[5],"Id":"m"}]',
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


def write_seeds(folder: Path) -> None:
    """Give the fuzzer a good input for every parser."""
    names = [(0, NAMES.index(name), line) for name, line in GOOD_LINES.items()]
    names += [(2, place, GOOD_LINES[name]) for place, name in enumerate(sorted(FAST))]
    names += [(3, place % len(EXPORTS), export) for place, export in enumerate(GOOD_EXPORTS)]
    seeds = [bytes([choice, place]) + content for choice, place, content in names]
    seeds += [bytes([4]) + export for export in GOOD_EXPORTS]
    seeds.append(bytes([5]) + rb'%h %l %u %t "%r" %>s %b' + b"\n" + CLF)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:02}").write_bytes(seed)


if __name__ == "__main__":
    write_seeds(Path(sys.argv[1]))
    atheris.Setup(sys.argv, fuzz_one)
    atheris.Fuzz()
