"""Which files a source names, whatever lies beside them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.landing import Landing, LandingFile, unread
from assets.sources import Sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A home with files of every kind below ``landing``."""
    for name in ("a.log", "b.log.gz", "c.csv", ".d.log", "deep/e.log", "deep/er/f.log", ".part/g.log"):
        file = tmp_path / "home" / "landing" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    return tmp_path / "home"


@pytest.fixture
def landing_of(folder: Path) -> Callable[..., Landing]:
    def landing(files: str, home: Path = folder) -> Landing:
        table = {"name": "www", "files": files, "time_zone": "UTC"}
        return Landing(home, Sources.model_validate({"weblog": [table]}))

    return landing


def names(landing: Landing) -> list[str]:
    (source,) = landing.sources.all
    return [file.path.name for file in landing.files_of(source)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("landing/*", ["a.log", "b.log.gz", "c.csv"]),
        ("landing/*.log", ["a.log"]),
        ("./landing/[ab].*", ["a.log", "b.log.gz"]),
        ("landing/?.csv", ["c.csv"]),
        ("landing/**/*.log", ["a.log", "e.log", "f.log"]),
        ("landing/*/*.log", ["e.log"]),
        ("landing/deep/../*.csv", ["c.csv"]),
        ("../home/landing/*.csv", ["c.csv"]),
        ("landing/a.log", ["a.log"]),
        ("landing/.d.log", [".d.log"]),
        ("landing/.part/*", ["g.log"]),
        ("landing/nothing*", []),
        ("landing/nothing.log", []),
        ("landing", []),
        ("landing/a.log/*", []),
        ("landing/[a", []),
    ],
)
def test_a_pattern_starts_at_the_home(
    landing_of: Callable[..., Landing], files: str, expected: list[str]
) -> None:
    assert names(landing_of(files)) == expected


def test_an_absolute_pattern_starts_at_the_root(
    landing_of: Callable[..., Landing], folder: Path, tmp_path: Path
) -> None:
    elsewhere = landing_of(f"{folder}/landing/**/*.log", tmp_path / "elsewhere")
    assert names(elsewhere) == ["a.log", "e.log", "f.log"]
    (source,) = elsewhere.sources.all
    assert elsewhere.files_of(source)[0].path == folder / "landing" / "a.log"


def test_a_home_given_as_relative_yields_absolute_paths(
    landing_of: Callable[..., Landing], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    landing = landing_of("landing/*.csv", Path("home"))
    (source,) = landing.sources.all
    assert [file.path for file in landing.files_of(source)] == [folder / "landing" / "c.csv"]


@pytest.mark.parametrize("name", ["[prod]", "what?", "a*b", "**"])
def test_the_name_of_the_home_is_no_pattern(
    landing_of: Callable[..., Landing], tmp_path: Path, name: str
) -> None:
    home = tmp_path / name
    (home / "landing").mkdir(parents=True)
    (home / "landing" / "x.log").write_text("x", encoding="utf-8")
    assert names(landing_of("landing/*", home)) == ["x.log"]


def test_a_home_below_a_hidden_folder_is_seen(landing_of: Callable[..., Landing], tmp_path: Path) -> None:
    home = tmp_path / ".local" / "home"
    (home / "landing").mkdir(parents=True)
    (home / "landing" / "x.log").write_text("x", encoding="utf-8")
    assert names(landing_of("landing/**/*", home)) == ["x.log"]


def test_links_count_and_those_to_nothing_too_so_that_the_ledger_can_say_so(
    landing_of: Callable[..., Landing], folder: Path
) -> None:
    links = folder / "links"
    links.mkdir()
    (links / "whole").symlink_to(folder / "landing" / "a.log")
    (links / "dangling").symlink_to(folder / "nowhere")
    (links / "loop").symlink_to(links / "loop")
    (links / "folder").symlink_to(folder / "landing")
    assert names(landing_of("links/*")) == ["dangling", "loop", "whole"]
    assert names(landing_of("links/dangling")) == ["dangling"]


def test_what_has_no_end_is_not_read(landing_of: Callable[..., Landing], folder: Path) -> None:
    os.mkfifo(folder / "landing" / "pipe.log")
    assert names(landing_of("landing/*.log")) == ["a.log"]
    assert names(landing_of("landing/pipe.log")) == []


def test_a_file_that_cannot_be_looked_at_is_left_to_reading(
    landing_of: Callable[..., Landing], monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Path.stat

    def refuse(self: Path, **how: Any) -> os.stat_result:
        if self.name == "a.log":
            raise PermissionError(13, "Permission denied", str(self))
        if self.name == "b.log.gz":
            raise FileNotFoundError(2, "gone since", str(self))
        return look(self, **how)

    monkeypatch.setattr(Path, "stat", refuse)
    assert names(landing_of("landing/*")) == ["a.log", "c.csv"]


def test_size_and_time_of_change_are_those_of_the_file_system(
    landing_of: Callable[..., Landing], folder: Path
) -> None:
    os.utime(folder / "landing" / "c.csv", (0, 86_400.25))
    landing = landing_of("landing/c.csv")
    (file,) = landing.files_of(landing.sources.all[0])
    assert file.size_bytes == len("c.csv")
    assert file.modified_utc.isoformat() == "1970-01-02T00:00:00.250000"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ("landing/*.txt", 'no file matches files = "landing/*.txt" in {home}/landing'),
        ("landing/nothing.log", 'no file matches files = "landing/nothing.log" in {home}/landing'),
        ("logs/*", 'the folder {home}/logs of files = "logs/*" does not exist; create it or correct files'),
        ("logs/*/x/*.log", "the folder {home}/logs of files"),
        ("logs/x.log", "the folder {home}/logs of files"),
        ("/no/such/place/*.log", "the folder /no/such/place of files"),
        ("landing/a.log/*", "the folder {home}/landing/a.log of files"),
    ],
)
def test_why_nothing_was_found_is_said(
    landing_of: Callable[..., Landing], folder: Path, files: str, sentence: str
) -> None:
    landing = landing_of(files)
    (source,) = landing.sources.all
    assert landing.files_of(source) == []
    assert landing.why_no_files(source).startswith(sentence.format(home=folder))


def ledger_row(file: LandingFile, reader: str | None) -> dict[str, object]:
    return {
        "path": file.listed_path,
        "file_size_bytes": file.size_bytes,
        "modified_utc": file.modified_utc,
        "reader": reader,
    }


def test_a_file_is_known_while_nothing_about_it_has_changed(landing_of: Callable[..., Landing]) -> None:
    landing = landing_of("landing/*")
    (source,) = landing.sources.all
    files = landing.files_of(source)
    a, b, c = (ledger_row(file, source.reader) for file in files)
    columns = {
        "path": pl.String,
        "file_size_bytes": pl.Int64,
        "modified_utc": pl.Datetime("us"),
        "reader": pl.String,
    }

    def new(*rows: dict[str, object]) -> list[str]:
        return [file.path.name for file in unread(files, source, pl.DataFrame(list(rows), schema=columns))]

    assert new() == ["a.log", "b.log.gz", "c.csv"]
    assert new(a, b, c) == []
    assert new(a | {"reader": "other settings"}, b, c) == ["a.log"]
    assert new(a, b | {"file_size_bytes": 0}, c) == ["b.log.gz"]
    assert new(a, b, c | {"modified_utc": files[0].modified_utc.replace(year=2001)}) == ["c.csv"]
    assert new(a, b, c | {"path": "elsewhere/c.csv"}) == ["c.csv"]
    assert new(a, b, c | {"reader": None}) == ["c.csv"]  # it could not be opened


def test_a_name_that_is_no_text_is_listed_in_printable_characters(
    landing_of: Callable[..., Landing], folder: Path
) -> None:
    name = os.fsdecode(b"odd-\xff\n\x1b[31m.log")
    (folder / "landing" / name).write_text("x", encoding="utf-8")
    landing = landing_of("landing/odd*")
    (file,) = landing.files_of(landing.sources.all[0])
    assert file.listed_path == str(folder / "landing") + "/odd-\\udcff\\n\\x1b[31m.log"
    assert file.path.read_text(encoding="utf-8") == "x"
