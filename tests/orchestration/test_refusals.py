"""What goes wrong on a first day is told with the file, the key and the remedy."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.home import Home
from orchestration.terminal.demo import write_demo
from warehouse.store import open_warehouse


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def home_with(folder: Path, sources_toml: str) -> Path:
    (folder / "sources.toml").write_text(sources_toml, encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", ["sources", "nightly", "reproduce"])
def test_a_home_that_is_not_there_is_not_made_by_a_refusal(tmp_path: Path, command: str) -> None:
    said = run(command, "--home", tmp_path / "none")
    assert said.exit_code == 2
    assert f"{tmp_path}/none/sources.toml does not exist; write one, or let `diurnal demo`" in said.output
    assert not (tmp_path / "none").exists()


def test_a_mistyped_key_is_answered_with_the_key_that_was_meant(tmp_path: Path) -> None:
    said = run("sources", "--home", home_with(tmp_path, '[[weblog]]\nname = "www"\nfils = "x"\n'))
    assert said.exit_code == 2
    assert (
        f'{tmp_path}/sources.toml: [weblog] "www" fils: this key is not known; did you mean files?'
        in said.output
    )


def test_a_mistyped_table_is_answered_with_the_table_that_was_meant(tmp_path: Path) -> None:
    said = run("sources", "--home", home_with(tmp_path, '[[webloq]]\nname = "www"\n'))
    assert "[webloq]: this table is not known; did you mean weblog?" in said.output


def test_a_sources_toml_that_cannot_be_read_is_not_called_bad_toml(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").mkdir()
    said = run("sources", "--home", tmp_path)
    assert said.exit_code == 2
    assert f"{tmp_path}/sources.toml cannot be read (Is a directory)" in said.output


@pytest.mark.parametrize("asked", [["sql", "SELECT 1"], ["sql", "--warehouse", "SELECT 1"]])
def test_a_broken_database_file_comes_with_its_remedy(tmp_path: Path, asked: list[str]) -> None:
    home = Home.at(tmp_path)
    for file in (home.warehouse, home.published):
        file.parent.mkdir(parents=True)
        file.write_bytes(b"no database " * 1000)
    said = run(*asked, "--home", tmp_path)
    assert said.exit_code == 2
    assert "traffic.duckdb cannot be opened" in said.output
    assert "move it away, and `diurnal nightly` makes it anew" in said.output


@pytest.mark.pipeline
def test_a_night_on_a_broken_warehouse_says_so_and_what_to_do(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    write_demo(home)
    home.warehouse.parent.mkdir(parents=True)
    home.warehouse.write_bytes(b"no database " * 1000)
    said = run("nightly", "--home", tmp_path)
    assert said.exit_code == 1
    failed = next(line for line in said.output.splitlines() if "failed in" in line)
    assert "move it away, and `diurnal nightly` makes it anew" in failed


def test_a_question_for_raw_rows_is_sent_to_the_warehouse(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    with open_warehouse(home.warehouse, holder="a test", published=home.published) as warehouse:
        warehouse.publish()
    said = run("sql", "--home", tmp_path, "SELECT * FROM raw.web_requests")
    assert said.exit_code == 2
    assert "ask it with --warehouse" in said.output
    assert run("sql", "--home", tmp_path, "--warehouse", "SELECT * FROM raw.web_requests").exit_code == 0
    assert "--warehouse" not in run("sql", "--home", tmp_path, "SELECT nothing FROM series.catalog").output


def test_a_port_that_is_taken_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run("ui", "--home", tmp_path, "--port", str(port))
    assert said.exit_code == 2
    assert f"127.0.0.1:{port} cannot be listened on (Address already in use)" in said.output
    assert "name another --port" in said.output


def test_a_host_that_is_not_of_this_machine_is_refused(tmp_path: Path) -> None:
    said = run("ui", "--home", tmp_path, "--host", "192.0.2.1", "--port", "3999")
    assert said.exit_code == 2
    assert "192.0.2.1:3999 cannot be listened on" in said.output
    assert "name another --host" in said.output


@pytest.mark.pipeline
def test_an_export_that_is_called_a_log_is_sent_to_the_guess(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Time,a\n2025-01-01 00:00,1\n2025-01-01 00:05,2\n", encoding="utf-8")
    said = run("nightly", "--home", home_with(tmp_path, '[[weblog]]\nname = "w"\nfiles = "x.csv"\n'))
    assert said.exit_code == 1
    assert "its format is not recognised" in said.output
    assert "`diurnal sources --guess` with this file says what it looks like" in said.output
