"""Claims about single sources: one source's trouble is seen on its own check, and the others are green."""

import re

import dagster as dg
import polars as pl

from assets.charts import preview_markdown
from assets.landing import Landing
from assets.sources import Source, Sources
from assets.table_specs import key_of
from warehouse import Warehouse


def source_checks(sources: Sources) -> list[dg.AssetChecksDefinition]:
    """Return two checks for each source: its files were read, its series can be used."""
    return [check for source in sources.all for check in (_files_check(source), _series_check(source))]


def why_source_failed(warehouse: Warehouse, landing: Landing, source: Source) -> str | None:
    """Say why a source failed as a whole, if it did: it has no file, or none that could be read.

    Returns
    -------
    str or None
        A sentence, or None if at least one of its files was loaded.
    """
    files = warehouse.read("raw.ingested_files", ("path", "status", "reason"), {"source": source.name})
    if files["status"].is_in(["loaded", "growth"]).any():
        return None
    if files.is_empty():
        return landing.why_no_files(source)
    path, _, reason = files.row(0)
    return f"none of its {files.height} files could be read; {path}: {reason}"


def _files_check(source: Source) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key_of("raw.ingested_files"),
        name=f"{_identifier(source.name)}_files_were_read",
        description=f"Source {source.name} has files, and none rejected or with cells that cannot be read.",
    )
    def check(
        warehouse: dg.ResourceParam[Warehouse], landing: dg.ResourceParam[Landing]
    ) -> dg.AssetCheckResult:
        failure = why_source_failed(warehouse, landing, source)
        columns = ("path", "status", "reason", "records_read")
        files = warehouse.read("raw.ingested_files", columns, {"source": source.name})
        # A loaded file has a reason where cells of it could not be read, and where it holds no record yet.
        is_whole = (pl.col("status") != "rejected") & (pl.col("records_read") == 0)
        odd = files.filter(pl.col("reason").is_not_null() & ~is_whole).drop("records_read")
        return dg.AssetCheckResult(
            passed=failure is None and odd.is_empty(),
            severity=dg.AssetCheckSeverity.ERROR if failure else dg.AssetCheckSeverity.WARN,
            description=failure or f"{odd.height} of {files.height} files were rejected or not read whole",
            metadata={"odd": dg.MetadataValue.md(preview_markdown(odd))} if odd.height else {},
        )

    return check


def _series_check(source: Source) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key_of("series.catalog"),
        name=f"{_identifier(source.name)}_series_can_be_used",
        description=f"Source {source.name} has series, none stale, short, set aside or with a remark.",
    )
    def check(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
        series = warehouse.read("series.catalog", ("series_id", "status", "reason"), {"source": source.name})
        odd = series.filter(pl.col("reason").is_not_null())
        named = source.capacity if isinstance(source.capacity, dict) else {}
        absent = sorted(named.keys() - {name.removeprefix(f"{source.name}/") for name in series["series_id"]})
        faults = [
            *(["the source has no series"] if series.is_empty() else []),
            *([_odd_series(odd, series.height)] if odd.height else []),
            *([f"capacity names series that do not exist: {', '.join(absent)}"] if absent else []),
        ]
        return dg.AssetCheckResult(
            passed=not faults,
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(faults) or f"{series.height} series",
            metadata={"odd": dg.MetadataValue.md(preview_markdown(odd))} if odd.height else {},
        )

    return check


def _odd_series(odd: pl.DataFrame, n_series: int) -> str:
    series_id, _, reason = odd.sort("series_id").row(0)
    return f"{odd.height} of {n_series} series cannot be used as they are, such as {series_id} ({reason})"


def _identifier(name: str) -> str:
    # Dagster takes letters, digits and underscores; two names that differ in "-" and "." alone must not meet.
    return re.sub(r"[^A-Za-z0-9]", lambda match: "_" if match[0] == "_" else f"_{ord(match[0]):x}_", name)
