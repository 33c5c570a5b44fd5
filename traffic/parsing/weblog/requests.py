"""What a web log yields: its requests, and the account of its lines.

Splitting a request line and reading numbers is the same for every format, and is done here. Where a line
has them, and what its time means, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

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
_REQUEST_LINE = r"^(?P<method>[A-Za-z]+) +(?P<path>.*?)(?: +(?P<protocol>HTTP/\S+))?\s*$"


@dataclass(frozen=True)
class ParsedLines:
    """What became of the lines of a block.

    Parameters
    ----------
    requests : polars.DataFrame
        ``REQUEST_SCHEMA``, one row a loaded line.
    rejected : polars.DataFrame
        ``rejected_lines.REJECTED_SCHEMA``, one row a rejected line.
    lines_read, lines_skipped : int
        All lines, and those among them that are blank or comments.
    """

    requests: pl.DataFrame
    rejected: pl.DataFrame
    lines_read: int
    lines_skipped: int


def requests_of(fields: pl.DataFrame) -> pl.DataFrame:
    """Turn the fields of good lines into requests.

    Parameters
    ----------
    fields : polars.DataFrame
        ``layout.FIELD_SCHEMA`` and ``at_utc``.

    Returns
    -------
    polars.DataFrame
        ``REQUEST_SCHEMA``.
    """
    parts = pl.col("request").str.extract_groups(_REQUEST_LINE)
    method, path, protocol = (pl.col("parts").struct.field(name) for name in ("method", "path", "protocol"))
    # What does not read as a request line ("-", a probe's bytes) is kept whole as the path.
    alone = pl.coalesce("path", "request")
    return (
        fields.with_columns(parts.alias("parts"))
        .select(
            "at_utc",
            missing_to_null(pl.col("host")),
            pl.coalesce(method, missing_to_null(pl.col("method"))),
            pl.coalesce(path, alone + _query(alone)),
            pl.when(method.is_null()).then(missing_to_null(pl.col("protocol"))).otherwise(protocol),
            pl.col("status").cast(pl.Int16, strict=False),
            pl.col("bytes").cast(pl.Int64, strict=False).alias("bytes_sent"),
            "line_number",
        )
        .cast(REQUEST_SCHEMA)
    )


def missing_to_null(text: pl.Expr) -> pl.Expr:
    """Null where a log says that it has no value: nothing, or a hyphen."""
    return pl.when(~text.is_in(["", "-"])).then(text)


def client_fault() -> pl.Expr:
    """Say of a line whose client cannot be one (``layout.FIELD_SCHEMA``), null if it can.

    A crash leaves zero bytes in the place of lines that were not written yet, and the next line behind them.
    """
    return pl.when(pl.col("host").str.contains(r"\p{Cc}")).then(
        pl.lit("the client holds control characters, such as the zero bytes that a crash leaves")
    )


def number_fault() -> pl.Expr:
    """Say what is wrong with the status or the size of a line (``layout.FIELD_SCHEMA``), null if nothing."""
    is_status = missing_to_null(pl.col("status")).str.contains(r"^[0-9]{1,3}$")
    is_size = missing_to_null(pl.col("bytes")).str.contains(r"^[0-9]{1,18}$")
    return pl.coalesce(
        pl.when(~is_status).then(
            pl.format("the status '{}' is not a number of up to three digits", "status")
        ),
        pl.when(~is_size).then(pl.format("the size '{}' is not a whole number of up to 18 digits", "bytes")),
    )


def _query(path: pl.Expr) -> pl.Expr:
    query = missing_to_null(missing_to_null(pl.col("query")).str.strip_prefix("?"))
    is_apart = ~path.str.contains("?", literal=True)
    return pl.when(is_apart).then(pl.lit("?") + query).fill_null("")
