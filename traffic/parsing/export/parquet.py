"""Exports in Parquet: their columns by name, read by polars within a stated size."""

from __future__ import annotations

import io

import polars as pl

from traffic.parsing.export.layout import ExportLayout, ParsedExport, require_columns
from traffic.parsing.export.records import read_records
from traffic.parsing.export.typed_tables import damage_refused, refuse_large, typed_layout, typed_table

MAGIC = b"PAR1"


def read_parquet(content: bytes, layout: ExportLayout) -> ParsedExport:
    """Read an export in Parquet; a record is a row, counted from 1.

    Parameters
    ----------
    content : bytes
        The whole file.
    layout : ExportLayout
        What the columns are.

    Returns
    -------
    ParsedExport
        Every row is counted once; ``lines_read`` is None.

    Raises
    ------
    RefusedExportError
        If the content is no sound Parquet, holds more than 20 million cells, or lacks a column.
    """
    with damage_refused("Parquet"):
        scan = pl.scan_parquet(io.BytesIO(content))
        schema = scan.collect_schema()
        require_columns(schema.names(), layout)
        wanted = [name for name in schema if not layout.value_columns or name in layout.named_columns]
        refuse_large(int(scan.select(pl.len()).collect().item()), len(wanted))
        frame = scan.select(wanted).collect()
    table = typed_table(frame, layout, "parquet", first_row=1)
    return read_records(table, typed_layout(layout, frame.schema))
