"""The description of the published Parquet files: a ``datapackage.json`` by the Data Package standard.

What is said of a table and its columns comes from the comments in ``sql/tables``. The files are written
elsewhere. The standard: datapackage.org, version 2.0 of June 2024 (Package, Resource, Table Schema).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from warehouse.relations import Column, Relation
from warehouse.schema import declaration

_PROFILES = "https://datapackage.org/profiles/2.0"
_TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
}
# The comments say a unit in words, as sql/README.md asks: "in byte", "in the unit of the series".
_UNIT = re.compile(
    r"\bin (the unit of the series|byte|lines|records|rows|points|steps|seconds|minutes|days|cycles|origins"
    r"|harmonics|attempts|samples|forecasts|weeks|hours)\b"
)


class PublishedNight(NamedTuple):
    """A row of ``platform.published_night``, in the order of its columns.

    Parameters
    ----------
    issued_at_utc : datetime or None
        Midnight of the newest night in the copy, naive UTC.
    published_at_utc : datetime
        When it was made, naive UTC.
    release : str
        Release of Diurnal that made it.
    """

    issued_at_utc: datetime | None
    published_at_utc: datetime
    release: str


def table_files(relations: list[Relation], folder: Path) -> dict[str, Path]:
    """Return where each table's Parquet file lies in a folder, by qualified name."""
    return {
        relation.qualified_name: folder / relation.schema / f"{relation.name}.parquet"
        for relation in relations
    }


def describe(
    relations: list[Relation],
    files: Mapping[str, Path],
    rows: Mapping[str, int],
    relative_to: Path,
    night: PublishedNight,
) -> str:
    """Describe the Parquet files of a published copy.

    Parameters
    ----------
    relations : list of Relation
        The tables, with their comments.
    files : mapping of str to Path
        The file of each, by qualified name; they are read for their size and hash.
    rows : mapping of str to int
        How many rows each has.
    relative_to : Path
        The folder that the description is opened in: paths are relative to it.
    night : PublishedNight
        Which night the copy is of.

    Returns
    -------
    str
        The text of ``datapackage.json``.
    """
    package = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": "diurnal",
        "title": "Results of Diurnal's nights",
        "description": "Every table of the published copy, as Parquet. The paths are those of one night and "
        "stay until the night after the next one is published. Times ending in _utc are naive UTC.",
        "version": night.release,
        "created": f"{night.published_at_utc.isoformat(timespec='seconds')}Z",
        "issued_at_utc": night.issued_at_utc.isoformat() if night.issued_at_utc else None,
        "resources": [_resource(relation, files, rows, relative_to) for relation in relations],
    }
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _resource(
    relation: Relation, files: Mapping[str, Path], rows: Mapping[str, int], relative_to: Path
) -> dict[str, Any]:
    name = relation.qualified_name
    file = files[name]
    key = relation.key or declaration(name).kept_key
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": name,
        "type": "table",
        "path": file.relative_to(relative_to).as_posix(),
        "description": relation.comment,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{digest}",
        "rows": rows[name],
        "schema": {
            "$schema": f"{_PROFILES}/tableschema.json",
            "fields": [_field(column) for column in relation.columns],
            "missingValues": [],  # Parquet has a null of its own: an empty text is a value
        }
        | ({"primaryKey": list(key)} if key else {}),
    }


def _field(column: Column) -> dict[str, Any]:
    """Describe a column; ``unit`` is an addition of ours, which the standard allows."""
    field: dict[str, Any] = {
        "name": column.name,
        "type": "array" if column.type.endswith("[]") else _TYPES.get(column.type, "any"),
        "description": column.comment,
    }
    if (unit := _UNIT.search(column.comment)) and column.type in ("DOUBLE", "BIGINT", "INTEGER", "SMALLINT"):
        field["unit"] = unit[1].removeprefix("the ")
    if not column.is_nullable:
        field["constraints"] = {"required": True}
    return field
