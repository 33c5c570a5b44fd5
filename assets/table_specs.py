"""What Dagster is told of a table: its spec from the DDL, and the metadata of a materialisation.

Shared by the modules of the schemas; knows no table by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl

from assets.charts import preview_markdown
from warehouse import Warehouse, declaration

OWNERS = ["team:network-operations"]


def key_of(table: str) -> dg.AssetKey:
    """Return the asset key of a table: ``series.observations`` is ``["series", "observations"]``."""
    return dg.AssetKey(table.split("."))


def table_spec(table: str, deps: Sequence[str] = (), kinds: Sequence[str] = ("polars",)) -> dg.AssetSpec:
    """Describe a table to Dagster, with its comments from ``sql/tables``.

    Parameters
    ----------
    table : str
        Qualified name.
    deps : sequence of str
        Tables that it is made from.
    kinds : sequence of str
        What makes it, beside DuckDB, which keeps it.
    """
    declared = declaration(table)
    columns = [
        dg.TableColumn(name, type_, description=_as_text(declared.comments[name]))
        for name, type_ in declared.types.items()
    ]
    return dg.AssetSpec(
        key_of(table),
        deps=[key_of(dep) for dep in deps],
        description=_as_text(declared.comment),
        group_name=table.split(".")[0],
        kinds={"duckdb", *kinds},
        owners=OWNERS,
        metadata={
            "dagster/table_name": table,
            "dagster/column_schema": dg.TableSchema(columns=columns),
        },
    )


def table_metadata(
    frame: pl.DataFrame, time_column: str | None = None, row_count: int | None = None, **more: Any
) -> dict[str, Any]:
    """Describe what was written: the number of rows, the span of time and a preview.

    Parameters
    ----------
    frame : polars.DataFrame
        What was written, or a part of it.
    time_column : str, optional
        The column whose span is told.
    row_count : int, optional
        Rows written, where ``frame`` is a part.
    more
        Further entries, such as a plot.
    """
    metadata: dict[str, Any] = {
        "dagster/row_count": frame.height if row_count is None else row_count,
        "preview": dg.MetadataValue.md(preview_markdown(frame)),
    }
    if time_column in frame.columns and frame[time_column].drop_nulls().len():
        metadata["first"] = str(frame[time_column].min())
        metadata["last"] = str(frame[time_column].max())
    return metadata | more


def first_and_last(warehouse: Warehouse, table: str, time_column: str) -> dict[str, str]:
    """Return the span of time of a whole table, as entries of its metadata; none if it has no rows."""
    span = warehouse.query(f"SELECT min({time_column}) AS first, max({time_column}) AS last FROM {table}")
    return {name: str(span[name][0]) for name in span.columns if span[name][0] is not None}


def _as_text(comment: str) -> str:
    # The UI takes a description for Markdown, where ``<source>/<label>`` is markup and vanishes.
    return comment.replace("<", r"\<")


def written(table: str, frame: pl.DataFrame, time_column: str | None = None, **more: Any) -> Any:
    """Return the materialisation of a table; see ``table_metadata``."""
    return dg.MaterializeResult(key_of(table), metadata=table_metadata(frame, time_column, **more))
