"""What every parser of lines hands back for those that it could not read.

Web logs and exports share this shape; why a line is rejected is each parser's own affair.
"""

from __future__ import annotations

import polars as pl

TOO_LONG = "the line is longer than 1 MiB"
REJECTED_SCHEMA = pl.Schema({"line_number": pl.Int64(), "reason": pl.String(), "line": pl.String()})
