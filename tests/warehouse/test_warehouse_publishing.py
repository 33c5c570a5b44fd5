"""The readers' copy: whole, swapped in at once, and readable wherever it lies."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse import Warehouse, open_warehouse, publishing, read_query

NEWEST = datetime(2024, 5, 1)
Opening = Callable[..., AbstractContextManager[Warehouse]]
Observations = Callable[[str, list[datetime]], pl.DataFrame]
Start = Callable[..., "subprocess.Popen[str]"]

READ = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for _ in sys.stdin:
        print(connection.execute("SELECT count(*) FROM models.champions").fetchone()[0], flush=True)
"""


def champion(name: str) -> pl.DataFrame:
    return pl.DataFrame([{"series_id": name, "issued_at_utc": NEWEST, "model": "periodic", "reason": "r"}])


def champions_in(file: Path) -> list[str]:
    return read_query(file, "SELECT series_id FROM models.champions ORDER BY ALL")["series_id"].to_list()


def tables_of(file: Path) -> set[str]:
    found = read_query(file, "SELECT schema_name || '.' || table_name AS name FROM duckdb_tables()")
    return set(found["name"])


def files_of(folder: Path) -> set[str]:
    """What lies in a folder, without what lies in its copies."""
    return {str(path.relative_to(folder)) for path in (*folder.iterdir(), *folder.glob("copies/*"))}


def standing(number: int, *others: int) -> set[str]:
    names = {"copies", "current", "traffic.duckdb", "parquet", "datapackage.json"}
    return names | {f"copies/{each}" for each in (number, *others)}


def ask(process: subprocess.Popen[str]) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def test_the_copy_has_every_table_but_the_raw_rows(warehouse: Warehouse, path: Path, published: Path) -> None:
    warehouse.insert("models.champions", champion("www/bytes"))
    request = {"source": "www", "at_utc": NEWEST, "host": "h", "path": "/", "file_id": "f", "line_number": 1}
    warehouse.insert("raw.web_requests", pl.DataFrame([request]))
    warehouse.insert(
        "raw.rejected_lines",
        pl.DataFrame([{"source": "www", "file_id": "f", "line_number": 1, "reason": "r"}]),
    )
    everything = set(
        warehouse.query("SELECT schema_name || '.' || table_name AS t FROM duckdb_tables()")["t"]
    )
    assert warehouse.publish() == published
    assert tables_of(published) == everything - {"raw.web_requests", "raw.provider_samples"}
    assert champions_in(published) == ["www/bytes"]
    assert read_query(published, "FROM raw.rejected_lines").height == 1
    assert files_of(published.parent) == standing(1)


def test_the_copy_has_the_last_sixty_days_of_each_series(
    warehouse: Warehouse, published: Path, observations: Observations
) -> None:
    ends = {"new/series": NEWEST, "old/series": NEWEST - timedelta(days=400), "short/series": NEWEST}
    lengths = {"new/series": 100, "old/series": 61, "short/series": 3}
    expected = set()
    for name, end in ends.items():
        times = [end - timedelta(days=day) for day in range(lengths[name])]
        warehouse.insert("series.observations", observations(name, times))
        expected |= {(name, at_utc) for at_utc in times if at_utc > end - timedelta(days=60)}
    warehouse.publish()
    found = read_query(published, "SELECT series_id, at_utc FROM series.observations")
    assert set(found.rows()) == expected
    assert found.height == len(expected) == 60 + 60 + 3


def test_the_copy_can_be_read_under_another_name_by_any_client(
    warehouse: Warehouse, published: Path, tmp_path: Path, observations: Observations
) -> None:
    warehouse.insert("series.observations", observations("www/bytes", [NEWEST]))
    warehouse.publish()
    moved = tmp_path / "a copy.db"
    shutil.copy(published, moved)
    with duckdb.connect(str(moved), read_only=True) as client:
        views = client.execute(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        assert ("forecasts", "latest_forecast") in views
        for schema, view in views:
            client.execute(f'SELECT * FROM "{schema}"."{view}"').fetchall()
        assert client.execute("SELECT value FROM series.observations").fetchall() == [(0.0,)]


def test_who_reads_the_former_copy_keeps_it_and_the_next_one_sees_the_new(
    warehouse: Warehouse, published: Path, start: Start
) -> None:
    warehouse.insert("models.champions", champion("a"))
    warehouse.publish()
    former = start(READ, published)
    assert ask(former) == 1
    warehouse.insert("models.champions", champion("b"))
    warehouse.publish()
    assert ask(former) == 1
    assert ask(start(READ, published)) == 2
    assert ask(former) == 1


def test_the_copy_is_read_while_the_warehouse_is_being_written(warehouse: Warehouse, published: Path) -> None:
    warehouse.insert("models.champions", champion("a"))
    warehouse.publish()
    with warehouse.transaction():
        warehouse.insert("models.champions", champion("b"))
        assert champions_in(published) == ["a"]
    assert champions_in(published) == ["a"]


def test_what_a_killed_publish_left_does_no_harm(warehouse: Warehouse, published: Path) -> None:
    left = published.parent / "copies" / "1"
    left.mkdir(parents=True)
    (left / "traffic.duckdb").write_bytes(b"half a database")
    (published.parent / ".current.building").symlink_to("nowhere")
    warehouse.insert("models.champions", champion("a"))
    warehouse.publish()
    assert champions_in(published) == ["a"]
    assert files_of(published.parent) == standing(1)


def test_one_former_copy_is_kept_until_the_next(warehouse: Warehouse, published: Path) -> None:
    for number, others in ((1, []), (2, [1]), (3, [2])):
        warehouse.publish()
        assert files_of(published.parent) == standing(number, *others)
        assert published.resolve().parent.name == str(number)


def test_a_copy_of_an_older_release_gives_way(warehouse: Warehouse, published: Path) -> None:
    """It was a file of its own, where a link stands now; so may be what a backup has restored."""
    published.write_bytes(b"a database")
    (published.parent / "current").mkdir()
    (published.parent / "parquet").mkdir()
    (published.parent / "parquet" / "old.parquet").write_bytes(b"rows")
    warehouse.insert("models.champions", champion("a"))
    warehouse.publish()
    assert champions_in(published) == ["a"]
    assert files_of(published.parent) == standing(1)


@pytest.mark.parametrize(
    "moment",
    [
        "publishing._copy_rows",
        "publishing.write_parquet",
        "publishing.describe",
        "copies.sync",
        "copies._link",
    ],
)
def test_a_publish_that_is_killed_leaves_the_former_copy(
    template: Path, path: Path, published: Path, opening: Opening, start: Start, moment: str
) -> None:
    path.parent.mkdir()
    shutil.copy(template, path)
    with opening() as warehouse:
        warehouse.insert("models.champions", champion("a"))
        warehouse.publish()
        warehouse.insert("models.champions", champion("b"))
    night = start(
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from warehouse import copies, open_warehouse, publishing\n"
        "path, target, moment = sys.argv[1:]\n"
        "owner, name = moment.split('.')\n"
        "with open_warehouse(Path(path), holder='a', published=Path(target), wait_seconds=0) as warehouse:\n"
        "    setattr(globals()[owner], name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))\n"
        "    warehouse.publish()\n",
        path,
        published,
        moment,
    )
    assert night.wait() == -9
    assert champions_in(published) == ["a"]
    with opening() as warehouse:
        warehouse.publish()
    assert champions_in(published) == ["a", "b"]
    assert files_of(published.parent) == standing(2, 1)


def test_a_publish_that_fails_leaves_the_former_copy_and_a_warehouse_that_works(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.insert("models.champions", champion("a"))
    warehouse.publish()
    warehouse.insert("models.champions", champion("b"))
    with monkeypatch.context() as broken:
        broken.setattr(publishing, "_recent", lambda table: "SELECT * FROM series.nothing")
        with pytest.raises(duckdb.Error, match="nothing"):
            warehouse.publish()
    assert champions_in(published) == ["a"]
    warehouse.publish()
    assert champions_in(published) == ["a", "b"]


def test_what_someone_wrote_into_the_former_copy_does_not_reach_the_new_one(
    warehouse: Warehouse, published: Path, start: Start
) -> None:
    warehouse.insert("models.champions", champion("a"))
    warehouse.publish()
    client = start(
        "import os, sys, duckdb\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute('DELETE FROM models.champions')\n"
        "connection.execute('CREATE TABLE mine (a INTEGER)')\n"
        "os._exit(0)\n",
        published,
    )
    assert client.wait() == 0
    assert published.resolve().with_name("traffic.duckdb.wal").exists()
    warehouse.publish()
    assert champions_in(published) == ["a"]
    assert "main.mine" not in tables_of(published)


def test_a_folder_with_quotes_in_its_name(path: Path, tmp_path: Path) -> None:
    target = tmp_path / """the bird's "own" folder""" / "traffic.duckdb"
    with open_warehouse(path, holder="a test", published=target, wait_seconds=0) as warehouse:
        warehouse.insert("models.champions", champion("a"))
        warehouse.publish()
    assert champions_in(target) == ["a"]


def test_the_copy_is_no_link_to_the_warehouse(warehouse: Warehouse, path: Path, published: Path) -> None:
    warehouse.publish()
    assert not path.samefile(published)
    with duckdb.connect(str(published)) as client:
        client.execute("DELETE FROM platform.schema_versions")
    assert warehouse.count("platform.schema_versions") == 1
