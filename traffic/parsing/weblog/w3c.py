"""The W3C extended log file format, as IIS and CloudFront write it.

Source: P. M. Hallam-Baker, B. Behlendorf, "Extended Log File Format", W3C working draft WD-logfile-960323.
A ``#Fields:`` line names the values of the lines after it, and may come again with others. Date and time
are UTC. A hyphen stands for a value that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from traffic.parsing.weblog.layout import FIELD_SCHEMA, FastPath, with_fields
from traffic.parsing.weblog.requests import missing_to_null
from traffic.parsing.weblog.timestamps import any_time

# The first that a line names counts. CloudFront says cs-protocol-version where IIS says cs-version.
_NAMES = {
    "host": ("c-ip", "c-dns"),
    "method": ("cs-method",),
    "path": ("cs-uri-stem", "cs-uri"),
    "query": ("cs-uri-query",),
    "protocol": ("cs-version", "cs-protocol-version"),
    "status": ("sc-status",),
    "bytes": ("sc-bytes", "bytes"),
}
_DIRECTIVE = r"(?i)^\s*#fields:\s*(.*?)\s*$"
_VALUE = r'"(?:[^"]|"")*"|\S+'
_NO_FIELDS = "no #Fields line stands before it, so its values have no names"
_NO_TIME = "the #Fields line before it names no date and time"


@dataclass(frozen=True)
class W3cLayout:
    """The format of lines that a ``#Fields:`` line names."""

    name: str = "w3c"
    needs_month: bool = field(default=False, init=False)
    lacks_offset: bool = field(default=False, init=False)
    has_directives: bool = field(default=True, init=False)
    fast: FastPath | None = field(default=None, init=False)

    def parser(self, month: str | None) -> W3cParser:
        """Begin a log."""
        return W3cParser()


class W3cParser:
    """Finds the fields of one log's lines by the ``#Fields:`` line before them."""

    def __init__(self) -> None:
        self._names: str | None = None

    def parse(self, lines: pl.DataFrame, comments: pl.DataFrame) -> pl.DataFrame:
        """Find the fields of the next lines (``layout.LineParser``)."""
        said = comments.select("line_number", names=pl.col("line").str.extract(_DIRECTIVE)).drop_nulls()
        named = lines.join_asof(said, on="line_number", check_sortedness=False)
        named = named.with_columns(pl.col("names").fill_null(pl.lit(self._names, pl.String)))
        if not said.is_empty():
            self._names = said["names"][-1]
        parts = [
            _values(part.drop("names"), part["names"][0])
            for part in named.partition_by("names", maintain_order=True)
        ]
        return pl.concat([FIELD_SCHEMA.to_frame(), *parts]).sort("line_number")


def _values(lines: pl.DataFrame, fields: str | None) -> pl.DataFrame:
    if fields is None:
        return with_fields(lines, reason=pl.lit(_NO_FIELDS))
    names = fields.lower().split()
    if not {"date", "time"} <= set(names):
        return with_fields(lines, reason=pl.lit(_NO_TIME))
    split = lines.with_columns(values=_split(len(names)))

    def value(*candidates: str) -> pl.Expr:
        found = [name for name in candidates if name in names]
        if not found:
            return pl.lit(None, pl.String)
        return missing_to_null(pl.col("values").list.get(names.index(found[0]), null_on_oob=True))

    split = split.with_columns(
        time=pl.format("{} {}", value("date"), value("time")),
        **{name: value(*candidates) for name, candidates in _NAMES.items()},
    )
    times = any_time(split["time"])
    # Whatever zone a time may seem to say, the format knows only UTC.
    local = times["local"].set(times["offset_minutes"].fill_null(0) != 0, None)
    return with_fields(split, reason=_reason(len(names)), local=local, offset_minutes=pl.lit(0))


def _split(n_names: int) -> pl.Expr:
    line = pl.col("line").str.strip_chars_end(" ")
    blanks = line.str.strip_chars_start(" ").str.split(" ")
    plain = pl.when(line.str.contains("\t", literal=True)).then(line.str.split("\t")).otherwise(blanks)
    # The draft lets a text in quotes hold blanks. Browsers' names hold single quotes too, so the plain way
    # comes first.
    return pl.when(plain.list.len() == n_names).then(plain).otherwise(line.str.extract_all(_VALUE))


def _reason(n_names: int) -> pl.Expr:
    n_values = pl.col("values").list.len()
    wrong_number = pl.format(f"{{}} values where the #Fields line names {n_names} (line cut off?)", n_values)
    no_form = pl.format("the date and time '{}' are not yyyy-mm-dd and hh:mm:ss", "time")
    is_time = pl.col("time").str.contains(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$"
    )
    return pl.coalesce(
        pl.when(n_values != n_names).then(wrong_number),
        pl.when(pl.col("time").is_null()).then(pl.lit("the line has no date or no time")),
        pl.when(~is_time).then(no_form),
    )


W3C = W3cLayout()
