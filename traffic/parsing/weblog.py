"""Web-server logs in the formats epa, common and combined: from numbered lines to requests.

A line is a request, or is rejected with a reason that names the first thing wrong with it. Adding a
format means adding one ``WebLogFormat`` to ``FORMATS``. Files and decompression are not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from traffic.parsing.local_time import WallClock, within_plausible_years

REQUEST_SCHEMA = pl.Schema(
    {
        "at_utc": pl.Datetime("us"),
        "host": pl.String(),
        "method": pl.String(),
        "path": pl.String(),
        "protocol": pl.String(),
        "status": pl.Int16(),
        "bytes_sent": pl.Int64(),
        "line_number": pl.Int64(),
    }
)
REJECTED_SCHEMA = pl.Schema({"line_number": pl.Int64(), "reason": pl.String(), "line": pl.String()})


@dataclass(frozen=True)
class WebLogFormat:
    """One layout of a log line.

    Parameters
    ----------
    name : str
        As written in sources.toml.
    patterns : tuple of str
        Regular expressions of the whole line, the strict one first, with the groups ``host``, ``time``,
        ``request``, ``status`` and ``bytes`` (and ``offset`` where lines carry one).
    time_format : str
        strptime format of the group ``time``, after the month of sources.toml where ``needs_month``.
    stages : tuple of (str, str)
        Expressions that a good line's start matches, from short to long, each with the reason if not.
    needs_month : bool
        Whether lines carry a day without month and year.
    """

    name: str
    patterns: tuple[str, ...]
    time_format: str
    stages: tuple[tuple[str, str], ...]
    needs_month: bool = False

    def __post_init__(self) -> None:
        """Refuse a layout whose patterns lack a group, before any line is read with it."""
        for pattern in self.patterns:
            missing = [
                g for g in ("host", "time", "request", "status", "bytes") if f"(?P<{g}>" not in pattern
            ]
            if missing:
                raise ValueError(f"format {self.name!r}: a pattern has no group {', '.join(missing)}")


@dataclass(frozen=True)
class ParsedLines:
    """What became of the lines of a block.

    Parameters
    ----------
    requests : polars.DataFrame
        ``REQUEST_SCHEMA``, one row a loaded line.
    rejected : polars.DataFrame
        ``REJECTED_SCHEMA``, one row a rejected line.
    lines_read, lines_skipped : int
        All lines, and those among them that are blank or comments.
    """

    requests: pl.DataFrame
    rejected: pl.DataFrame
    lines_read: int
    lines_skipped: int


# The request is the client's own text. A server that escapes quotes leaves none inside; one that does not
# needs the lenient pattern, which looks for the fields behind the request instead. The user's name cannot
# hold a bare quote: else a request could bring its own time and pass all before it off as that name.
# Digits are [0-9], since \d is every script's.
_QUOTED = r'(?:[^"\\]|\\.)*'
_FRONT = (
    r'^(?P<host>\S+) \S+ (?:\S+|(?:[^"\\]|\\.)+?) '
    r"\[(?P<time>[^\] ]+)(?: (?P<offset>[+-][0-9]{4}))?\] "
)
_BACK = r" (?P<status>[0-9]{3}|-) (?P<bytes>[0-9]{1,18}|-)"
_CLF_TIME = r"\[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2}(?: [+-][0-9]{4})?\]"
_CLF_STAGES = (
    (r"^\S+ \S+ ", "the line does not begin with a client, an identity and a user"),
    (r"^\S+ \S+ .*\[[^\]]*\]", "no time in [brackets]"),
    (
        rf"^\S+ \S+ .+? {_CLF_TIME} ",
        "the time in brackets is not dd/Mon/yyyy:hh:mm:ss, with or without +hhmm",
    ),
    (rf'^\S+ \S+ .+? {_CLF_TIME} "', "no quoted request after the time"),
    (rf'^\S+ \S+ .+? {_CLF_TIME} ".*"', "the request's closing quote is missing (line cut off?)"),
    (
        rf'^\S+ \S+ .+? {_CLF_TIME} ".*" ([0-9]{{3}}|-) ([0-9]+|-)(\s|$)',
        "no status and size after the request",
    ),
    (
        rf'^\S+ \S+ .+? {_CLF_TIME} ".*" ([0-9]{{3}}|-) ([0-9]{{1,18}}|-)(\s|$)',
        "the size has more than 18 digits",
    ),
)

FORMATS: dict[str, WebLogFormat] = {
    layout.name: layout
    for layout in (
        WebLogFormat(
            name="epa",
            patterns=(
                # 21 lines of the EPA trace lost the size behind the status: only the size is missing.
                r"^(?P<host>\S+) \[(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2})\] "
                r'"(?P<request>.*)" (?P<status>[0-9]{3})(?: (?P<bytes>[0-9]{1,18}|-))?\s*$',
            ),
            time_format="%Y-%m-%d:%H:%M:%S",
            stages=(
                (r"^\S+ ", "the line does not begin with a client"),
                (
                    r"^\S+ \[[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2}\] ",
                    "no time as [dd:hh:mm:ss] after the client",
                ),
                (r'^\S+ \[[0-9:]+\] "', "no quoted request after the time"),
                (r'^\S+ \[[0-9:]+\] ".*"', "the request's closing quote is missing (line cut off?)"),
                (r'^\S+ \[[0-9:]+\] ".*" [0-9]{3}(\s|$)', "no status after the request"),
                (
                    r'^\S+ \[[0-9:]+\] ".*" [0-9]{3}( ([0-9]{1,18}|-))?\s*$',
                    "what follows the status is not a size of up to 18 digits alone",
                ),
            ),
            needs_month=True,
        ),
        WebLogFormat(
            name="common",
            patterns=(
                rf'{_FRONT}"(?P<request>{_QUOTED})"{_BACK}\s*$',
                rf'{_FRONT}"(?P<request>.*)"{_BACK}\s*$',
            ),
            time_format="%d/%b/%Y:%H:%M:%S",
            stages=(
                *_CLF_STAGES,
                (r" ([0-9]+|-)\s*$", "further fields follow the size: is the format 'combined'?"),
            ),
        ),
        WebLogFormat(
            name="combined",
            patterns=(
                rf'{_FRONT}"(?P<request>{_QUOTED})"{_BACK} "{_QUOTED}" "{_QUOTED}"\s*$',
                rf'{_FRONT}"(?P<request>.*?)"{_BACK} ".*" ".*"\s*$',
            ),
            time_format="%d/%b/%Y:%H:%M:%S",
            stages=(
                *_CLF_STAGES,
                (r'([0-9]+|-) ".*', "no quoted referrer after the size: is the format 'common'?"),
                (
                    r'([0-9]+|-) ".*" ".*"\s*$',
                    "no quoted user agent at the end (line cut off, or more fields)",
                ),
            ),
        ),
    )
}
_OTHERWISE = "the line is not in this format"


def recognise_format(lines: pl.Series) -> str | None:
    """Name the format that reads most of some lines.

    Parameters
    ----------
    lines : polars.Series of String
        The first lines of a log.

    Returns
    -------
    str or None
        A key of ``FORMATS``, or None if no format reads any of them.
    """
    matches = {name: int(lines.str.contains(layout.patterns[-1]).sum()) for name, layout in FORMATS.items()}
    best = max(matches, key=lambda name: matches[name])
    return best if matches[best] else None


class WebLogReader:
    """Reads the blocks of one log in order.

    Parameters
    ----------
    layout : WebLogFormat
        The lines' layout.
    time_zone : str
        IANA name of the zone of lines without an offset.
    month : str, optional
        ``yyyy-mm`` for formats whose lines carry no month.
    """

    def __init__(self, layout: WebLogFormat, time_zone: str, month: str | None = None) -> None:
        if layout.needs_month and month is None:
            raise ValueError(f'format {layout.name!r} carries no month: say month = "yyyy-mm"')
        self._layout = layout
        self._month = month
        self._clock = WallClock(time_zone)

    def needs_history(self, block: pl.DataFrame) -> bool:
        """Whether earlier lines decide how these are read: the repeated hour of lines without an offset."""
        captures = self._captures()
        if "offset" not in self._layout.patterns[0]:
            return True
        read = block.select(captures).unnest("captures")
        return bool((read["host"].is_not_null() & read["offset"].is_null()).any())

    def read(self, block: pl.DataFrame) -> ParsedLines:
        """Turn the next block of numbered lines into requests and rejected lines.

        Parameters
        ----------
        block : polars.DataFrame
            ``line_number`` and ``line``, as ``content.line_blocks`` yields them.

        Returns
        -------
        ParsedLines
            Every line of the block is counted once.
        """
        is_skipped = pl.col("line").str.contains(r"^\s*(#.*)?$")
        lines = block.filter(~is_skipped)
        fields = lines.with_columns(self._captures()).unnest("captures").with_columns(at_utc=pl.lit(None))
        fields = fields.with_columns(self._times(fields))
        is_good = pl.col("at_utc").is_not_null() & within_plausible_years(pl.col("at_utc")).fill_null(
            value=False
        )
        return ParsedLines(
            requests=_requests(fields.filter(is_good)),
            rejected=self._rejected(fields.filter(~is_good)),
            lines_read=block.height,
            lines_skipped=block.height - lines.height,
        )

    def _captures(self) -> pl.Expr:
        captures = [pl.col("line").str.extract_groups(pattern) for pattern in self._layout.patterns]
        chosen = captures[-1]
        for capture in reversed(captures[:-1]):
            chosen = pl.when(capture.struct.field("host").is_not_null()).then(capture).otherwise(chosen)
        return chosen.alias("captures")

    def _times(self, fields: pl.DataFrame) -> pl.Series:
        text = fields["time"]
        if self._layout.needs_month:
            text = f"{self._month}-" + text
        local = text.str.to_datetime(self._layout.time_format, strict=False, time_unit="us")
        if "offset" not in fields.columns:
            return self._clock.to_utc(local).alias("at_utc")
        offset = pl.col("offset")
        hours, minutes = (offset.str.slice(start, 2).cast(pl.Int32) for start in (1, 3))
        sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
        at_utc = local - pl.duration(minutes=sign * (hours * 60 + minutes))
        by_offset = fields.select(at_utc=pl.when(hours < 24, minutes < 60).then(at_utc))["at_utc"]
        has_offset = fields["offset"].is_not_null()
        if has_offset.all():
            return by_offset
        return by_offset.zip_with(has_offset, self._clock.to_utc(local.set(has_offset, None)))

    def _rejected(self, fields: pl.DataFrame) -> pl.DataFrame:
        offset = pl.format(" {}", "offset").fill_null("") if "offset" in fields.columns else pl.lit("")
        no_such_time = pl.format("the time {}{} does not exist or lies outside 1970 to 2100", "time", offset)
        stages = [
            pl.when(~pl.col("line").str.contains(pattern)).then(pl.lit(sentence))
            for pattern, sentence in self._layout.stages
        ]
        reason = pl.coalesce(
            *stages, pl.when(pl.col("host").is_not_null()).then(no_such_time), pl.lit(_OTHERWISE)
        )
        return fields.select("line_number", reason.alias("reason"), "line").cast(REJECTED_SCHEMA)


def _requests(fields: pl.DataFrame) -> pl.DataFrame:
    request = pl.col("request")
    parts = request.str.extract_groups(
        r"^(?P<method>[A-Za-z]+) +(?P<path>.*?)(?: +(?P<protocol>HTTP/\S+))?\s*$"
    )
    return (
        fields.with_columns(parts.alias("parts"))
        .select(
            "at_utc",
            "host",
            pl.col("parts").struct.field("method"),
            # What does not read as a request line ("-", a probe's bytes) is kept whole as the path.
            pl.coalesce(pl.col("parts").struct.field("path"), request).alias("path"),
            pl.col("parts").struct.field("protocol"),
            pl.col("status").cast(pl.Int16, strict=False),
            pl.col("bytes").cast(pl.Int64, strict=False).alias("bytes_sent"),
            "line_number",
        )
        .cast(REQUEST_SCHEMA)
    )
