"""The Parquet files of the published copy, and the ``datapackage.json`` that describes them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from warehouse import Warehouse, declaration, read_query
from warehouse.schema import UNPUBLISHED, table_files

NIGHT = datetime(2024, 5, 1)
Observations = Callable[[str, list[datetime]], pl.DataFrame]

# The types of a field and what their values are in Parquet: Table Schema 2.0, "Field Types".
POLARS_TYPES = {
    "string": {pl.String},
    "boolean": {pl.Boolean},
    "integer": {pl.Int16, pl.Int32, pl.Int64},
    "number": {pl.Float64},
    "date": {pl.Date},
    "time": {pl.Time},
    "datetime": {pl.Datetime},
    "array": {pl.List},
}


@pytest.fixture
def filled(warehouse: Warehouse, observations: Observations) -> Warehouse:
    """A warehouse with rows of two nights, which is not published yet."""
    champions = [
        {"series_id": "www/bytes", "issued_at_utc": NIGHT + timedelta(days=k), "model": "m", "reason": "it's"}
        for k in range(2)
    ]
    warehouse.insert("models.champions", pl.DataFrame(champions))
    times = [NIGHT - timedelta(days=k) for k in range(100)]
    warehouse.insert("series.observations", observations("www/bytes", times))
    return warehouse


def package_of(published: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((published.parent / "datapackage.json").read_text(encoding="utf-8"))
    return found


def resources_of(published: Path) -> dict[str, dict[str, Any]]:
    return {resource["name"]: resource for resource in package_of(published)["resources"]}


def test_every_published_table_is_a_parquet_file_with_the_rows_of_the_copy(
    filled: Warehouse, published: Path
) -> None:
    filled.publish()
    resources = resources_of(published)
    assert resources.keys() == table_files().keys() - UNPUBLISHED
    for table, resource in resources.items():
        file = published.parent / resource["path"]
        rows = pl.read_parquet(file)
        assert rows.equals(read_query(published, f"FROM {table}")), table
        assert rows.height == resource["rows"]
        linked = published.parent / "parquet" / table.replace(".", "/")
        assert linked.with_suffix(".parquet").samefile(file)
    assert resources["series.observations"]["rows"] == 60


def test_the_package_meets_the_standard(filled: Warehouse, published: Path) -> None:
    """Data Package 2.0: what a package, a resource and a table schema must and should have."""
    filled.publish()
    package = package_of(published)
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert datetime.fromisoformat(package["created"]).tzinfo is not None
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names) > 0
    for resource in package["resources"]:
        assert resource["$schema"] == "https://datapackage.org/profiles/2.0/dataresource.json"
        assert re.fullmatch(r"[a-z0-9._-]+", resource["name"])
        assert resource["type"] == "table"
        path = resource["path"]
        # A path is relative, with / as separator, and may not lead out of the package's folder.
        assert not path.startswith(("/", "~", "."))
        assert not {"..", "."} & set(path.split("/"))
        assert "\\" not in path
        content = (published.parent / path).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert set(resource["schema"]["primaryKey"]) <= set(fields)


def test_fields_are_the_columns_with_their_types_comments_and_units(
    filled: Warehouse, published: Path
) -> None:
    filled.publish()
    for table, resource in resources_of(published).items():
        kinds = pl.read_parquet_schema(published.parent / resource["path"])
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == list(kinds)
        for field in fields:
            assert kinds[field["name"]].base_type() in POLARS_TYPES[field["type"]], (table, field)
            assert field["description"] == declaration(table).comments[field["name"]]
    resources = resources_of(published)
    units = {field["name"]: field.get("unit") for field in resources["forecasts.points"]["schema"]["fields"]}
    assert (units["mean"], units["step_seconds"], units["horizon"]) == (
        "unit of the series",
        "seconds",
        "steps",
    )
    assert units["model"] is None


def test_keys_are_those_of_the_tables_whoever_keeps_them(filled: Warehouse, published: Path) -> None:
    filled.publish()
    keys = {name: resource["schema"]["primaryKey"] for name, resource in resources_of(published).items()}
    assert keys["models.champions"] == ["series_id", "issued_at_utc"]  # an index keeps it
    assert keys["series.observations"] == ["series_id", "at_utc"]  # the writer keeps it


def test_a_parquet_file_says_by_itself_what_it_is(filled: Warehouse, published: Path) -> None:
    filled.publish()
    metadata = pq.read_metadata(published.parent / "parquet" / "models" / "champions.parquet").metadata
    said = {key.decode(): value.decode() for key, value in metadata.items()}
    assert said["table"] == "models.champions"
    assert said["issued_at_utc"] == "2024-05-02T00:00:00"
    assert said["comment"] == declaration("models.champions").comment
    assert said["comment:reason"] == declaration("models.champions").comments["reason"]


def test_the_copy_says_which_night_it_is_of_and_the_warehouse_which_was_published(
    filled: Warehouse, published: Path
) -> None:
    before = datetime.now(tz=UTC).replace(tzinfo=None)
    filled.publish()
    [(night, at_utc, release)] = read_query(published, "FROM platform.published_night").rows()
    assert night == NIGHT + timedelta(days=1)
    assert before <= at_utc <= datetime.now(tz=UTC).replace(tzinfo=None)
    assert filled.read("platform.published_night").rows() == [(night, at_utc, release)]
    package = package_of(published)
    assert (package["issued_at_utc"], package["version"]) == (night.isoformat(), release)
    filled.publish()
    assert filled.count("platform.published_night") == 1


def test_a_copy_without_a_night_says_so(warehouse: Warehouse, published: Path) -> None:
    warehouse.publish()
    assert read_query(published, "SELECT issued_at_utc FROM platform.published_night").rows() == [(None,)]
    assert package_of(published)["issued_at_utc"] is None


def test_who_has_read_the_package_finds_its_files_after_the_next_night(
    filled: Warehouse, published: Path
) -> None:
    filled.publish()
    former = resources_of(published)
    champion = {"series_id": "new", "issued_at_utc": NIGHT + timedelta(days=2), "model": "m", "reason": "r"}
    filled.insert("models.champions", pl.DataFrame([champion]))
    filled.publish()
    for resource in former.values():
        content = (published.parent / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert resources_of(published)["models.champions"]["rows"] == former["models.champions"]["rows"] + 1
