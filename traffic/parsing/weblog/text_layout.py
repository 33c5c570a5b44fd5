"""Formats whose lines are text that a regular expression describes.

Which formats there are stands in ``text_formats`` and ``proxy_formats``, and in the user's own pattern
(``log_pattern``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import polars as pl

from traffic.parsing.weblog.layout import FastPath, with_fields
from traffic.parsing.weblog.timestamps import CLF_TIME_FORMAT, after_fraction, offset_minutes, since_1970

OTHERWISE = "the line is not in this format"
NO_SUCH_TIME = "the time {} does not exist or lies outside 1970 to 2100"
_GROUP = re.compile(r"\(\?P<(\w+)>")


@dataclass(frozen=True)
class TextLayout:
    """One layout of a log line.

    Parameters
    ----------
    name : str
        As written in sources.toml.
    patterns : tuple of str
        Regular expressions of the whole line, the strict one first, all with the same groups: ``time`` or
        ``epoch``, and those of ``host``, ``request`` (or ``method``, ``path``, ``query``, ``protocol``),
        ``status``, ``bytes``, ``fraction`` and ``offset`` that lines carry.
    stages : tuple of (str, str)
        Expressions that a good line's start matches, from short to long, each with the reason if not.
    time_format : str
        strptime format of the time's text, after the month of sources.toml where ``needs_month``.
    time_text : polars expression of String, optional
        What ``time_format`` reads, made of the groups; the group ``time`` by default.
    needs_month : bool
        Whether lines carry a day without month and year.
    lacks_offset : bool
        Whether their times never say their distance from UTC.
    has_ports : bool
        Whether a client is followed by its port.
    fast : callable, optional
        See ``layout.FastPath``.
    """

    name: str
    patterns: tuple[str, ...]
    stages: tuple[tuple[str, str], ...]
    time_format: str = CLF_TIME_FORMAT
    time_text: pl.Expr | None = field(default=None, compare=False)
    needs_month: bool = False
    lacks_offset: bool = False
    has_ports: bool = False
    fast: FastPath | None = field(default=None, compare=False)
    has_directives: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Refuse a layout whose patterns differ in their groups, before any line is read with it."""
        groups = [frozenset(_GROUP.findall(pattern)) for pattern in self.patterns]
        for found in groups:
            if missing := groups[0] ^ found:
                raise ValueError(f"format {self.name!r}: not every pattern has {', '.join(sorted(missing))}")

    @property
    def groups(self) -> frozenset[str]:
        """The names of the groups of each pattern."""
        return frozenset(_GROUP.findall(self.patterns[0]))

    def parser(self, month: str | None) -> TextParser:
        """Begin a log."""
        return TextParser(self, month)


class TextParser:
    """Finds the fields of one log's lines by the patterns of its layout.

    Parameters
    ----------
    layout : TextLayout
        The lines' layout.
    month : str or None
        ``yyyy-mm`` where lines carry none.
    """

    def __init__(self, layout: TextLayout, month: str | None) -> None:
        self._layout = layout
        self._month = month

    def parse(self, lines: pl.DataFrame, comments: pl.DataFrame) -> pl.DataFrame:
        """Find the fields of the next lines (``layout.LineParser``)."""
        found = lines.with_columns(self._captures()).unnest("captures")
        found = found.with_columns(time=self._shown_time(), **self._local_time())
        is_bad = found["local"].is_null()
        fields = with_fields(found, host=self._host())
        if not is_bad.any():
            return fields
        reasons = found.filter(is_bad).select("line_number", said=self._reason())
        fields = fields.join(reasons, on="line_number", how="left", maintain_order="left")
        return fields.with_columns(reason=pl.col("said")).drop("said")

    def _captures(self) -> pl.Expr:
        patterns = [pattern.replace("^", "^(?P<is_match>)", 1) for pattern in self._layout.patterns]
        captures = [pl.col("line").str.extract_groups(pattern) for pattern in patterns]
        chosen = captures[-1]
        for capture in reversed(captures[:-1]):
            chosen = pl.when(capture.struct.field("is_match").is_not_null()).then(capture).otherwise(chosen)
        return chosen.alias("captures")

    def _shown_time(self) -> pl.Expr:
        if "epoch" in self._layout.groups:
            return self._with_fraction("epoch")
        offset = pl.lit("")
        if "offset" in self._layout.groups:
            apart = pl.when(pl.col("offset") == "Z").then(pl.lit("")).otherwise(pl.lit(" "))
            offset = (apart + pl.col("offset")).fill_null("")
        text = self._with_fraction("time") if self._layout.time_text is None else self._layout.time_text
        return text + offset

    def _with_fraction(self, group: str) -> pl.Expr:
        has_fraction = "fraction" in self._layout.groups
        return pl.col(group) + pl.format(".{}", "fraction").fill_null("") if has_fraction else pl.col(group)

    def _local_time(self) -> dict[str, pl.Expr]:
        groups = self._layout.groups
        fraction = pl.col("fraction") if "fraction" in groups else pl.lit(None, pl.String)
        if "epoch" in groups:
            return {"local": since_1970(pl.col("epoch"), fraction), "offset_minutes": pl.lit(0)}
        text = pl.col("time") if self._layout.time_text is None else self._layout.time_text
        if self._layout.needs_month:
            text = pl.lit(f"{self._month}-") + text
        local = text.str.to_datetime(self._layout.time_format, strict=False, time_unit="us")
        local = after_fraction(local, fraction) if "fraction" in groups else local
        if "offset" not in groups:
            return {"local": local}
        east = offset_minutes(pl.col("offset"))
        return {
            "local": pl.when(pl.col("offset").is_null() | east.is_not_null()).then(local),
            "offset_minutes": east,
        }

    def _host(self) -> pl.Expr:
        if "host" not in self._layout.groups:
            return pl.lit(None, pl.String)
        return without_port(pl.col("host")) if self._layout.has_ports else pl.col("host")

    def _reason(self) -> pl.Expr:
        stages = [
            pl.when(~pl.col("line").str.contains(pattern)).then(pl.lit(sentence))
            for pattern, sentence in self._layout.stages
        ]
        no_such_time = pl.when(pl.col("is_match").is_not_null()).then(pl.format(NO_SUCH_TIME, "time"))
        return pl.coalesce(*stages, no_such_time, pl.lit(OTHERWISE))


def without_port(host: pl.Expr) -> pl.Expr:
    """Return a client's address alone, of ``address:port`` or ``[IPv6 address]:port``."""
    bracketed = host.str.extract(r"^\[([^\]]*)\](?::[0-9]+)?$")
    return pl.coalesce(bracketed, host.str.extract(r"^([^:]+):[0-9]*$"), host)
