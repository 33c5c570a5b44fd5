"""``diurnal sql``: the formats of its answer, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from orchestration.cli import main
from orchestration.terminal.asking import TABLE_ROWS, _show_table
from orchestration.terminal.ready_questions import ready_questions
from warehouse import open_warehouse

ENTRY = {
    "series_id": "isp/a\x1b[31m\r\u202eb",
    "source": "isp",
    "kind": "export",
    "unit": "bit/s",
    "step_seconds": 3_600,
    "time_zone": "UTC",
    "first_utc": datetime(2024, 3, 1),
    "status": "set_aside",
    "reason": "a line\nand another, with a comma",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose published copy has one series."""
    path = tmp_path_factory.mktemp("home")
    published = path / "published" / "traffic.duckdb"
    with open_warehouse(
        path / "warehouse" / "traffic.duckdb", holder="a test", published=published
    ) as warehouse:
        warehouse.insert("series.catalog", pl.DataFrame([ENTRY]))
        warehouse.publish()
    return path


def ask(home: Path, *words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["sql", "--home", str(home), *words], input=stdin)


def test_a_table_escapes_what_does_not_print(home: Path) -> None:
    asked = ask(home, "SELECT series_id, reason FROM series.catalog")
    assert asked.exit_code == 0
    assert r"isp/a\x1b[31m\r\u202eb" in asked.stdout
    assert r"a line\nand another" in asked.stdout
    assert all(character.isprintable() or character == "\n" for character in asked.stdout)
    assert asked.stdout.endswith("1 row\n")


def test_the_name_of_a_column_is_escaped_as_well(home: Path) -> None:
    asked = ask(home, 'SELECT 1 AS "a\x1b[2J"')
    assert r"a\x1b[2J" in asked.stdout
    assert "\x1b" not in asked.stdout


def test_csv_is_read_back_as_it_was(home: Path) -> None:
    asked = ask(home, "--format", "csv", "SELECT series_id, reason, capacity, first_utc FROM series.catalog")
    assert asked.exit_code == 0
    [row] = csv.DictReader(io.StringIO(asked.stdout, newline=""))
    assert (row["series_id"], row["reason"]) == (ENTRY["series_id"], ENTRY["reason"])
    assert row["capacity"] == ""
    assert row["first_utc"].startswith("2024-03-01")


def test_csv_holds_lists_and_structs_as_json(home: Path) -> None:
    asked = ask(home, "--format", "csv", "SELECT [1, NULL, 3] AS l, {'a': 'x'} AS s, NULL::INTEGER[] AS n")
    assert asked.exit_code == 0
    [row] = csv.DictReader(io.StringIO(asked.stdout))
    assert json.loads(row["l"]) == [1, None, 3]
    assert json.loads(row["s"]) == {"a": "x"}
    assert row["n"] == ""


def test_json_keeps_numbers_texts_and_nulls(home: Path) -> None:
    query = "SELECT series_id, capacity, sum(step_seconds) AS total FROM series.catalog GROUP BY ALL"
    asked = ask(home, "--format", "json", query)
    assert asked.exit_code == 0
    assert json.loads(asked.stdout) == [{"series_id": ENTRY["series_id"], "capacity": None, "total": 3_600}]


def test_an_answer_without_rows_has_its_columns(home: Path) -> None:
    query = "SELECT series_id FROM series.catalog WHERE false"
    assert ask(home, query).stdout.endswith("0 rows\n")
    assert ask(home, "--format", "csv", query).stdout == "series_id\n"
    assert json.loads(ask(home, "--format", "json", query).stdout) == []


def test_a_long_answer_is_cut_and_says_so(home: Path) -> None:
    asked = ask(home, "SELECT i FROM range(1_234) t(i)")
    assert f"1,234 rows, the first {TABLE_ROWS} shown; --format csv shows all" in asked.stdout
    assert ask(home, "--format", "csv", "SELECT i FROM range(1_234) t(i)").stdout.count("\n") == 1_235


def test_a_query_is_read_from_standard_input(home: Path) -> None:
    asked = ask(home, "--format", "csv", "-", stdin="-- a comment\nSELECT 6 * 7 AS answer\n")
    assert asked.stdout == "answer\n42\n"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM series.catalog",
        "INSERT INTO series.catalog (series_id) VALUES ('x')",
        "CREATE TABLE mine (a INTEGER)",
        "COPY series.catalog TO 'stolen.csv'",
        "ATTACH 'other.duckdb'",
        "SELECT * FROM read_text('/etc/hostname')",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ],
)
@pytest.mark.parametrize("where", [[], ["--warehouse"]], ids=["published", "warehouse"])
def test_nothing_is_written_and_nothing_outside_is_reached(
    home: Path, statement: str, where: list[str]
) -> None:
    asked = ask(home, *where, statement)
    assert asked.exit_code == 2, asked.stdout
    assert asked.stderr.startswith("Error: ")
    assert asked.exception is None or isinstance(asked.exception, SystemExit)
    assert ask(home, "--format", "csv", "SELECT count(*) AS n FROM series.catalog").stdout == "n\n1\n"


@pytest.mark.parametrize("query", ["SELEC 1", "SELECT * FROM nowhere", "SELECT nothing FROM series.catalog"])
def test_a_wrong_query_is_answered_with_duckdbs_own_words(home: Path, query: str) -> None:
    asked = ask(home, query)
    assert asked.exit_code == 2
    assert "Error: " in asked.stderr
    assert "Traceback" not in asked.stderr


@pytest.mark.parametrize("where", [[], ["--warehouse"]])
def test_a_home_without_a_night_says_how_to_make_one(tmp_path: Path, where: list[str]) -> None:
    asked = ask(tmp_path, *where, "SELECT 1")
    assert asked.exit_code == 2
    assert "does not exist yet; `diurnal nightly` makes it" in asked.stderr


def test_the_raw_rows_are_in_the_warehouse_alone(home: Path) -> None:
    query = "SELECT count(*) AS n FROM raw.web_requests"
    assert ask(home, "--warehouse", "--format", "csv", query).stdout == "n\n0\n"
    assert ask(home, query).exit_code == 2


FORMULA = "SELECT '=1+1' AS text, -1.5::DOUBLE AS low, '-5' AS number"


def test_csv_keeps_texts_from_being_formulas_unless_told_otherwise(home: Path) -> None:
    assert ask(home, "--format", "csv", FORMULA).stdout == "text,low,number\n'=1+1,-1.5,-5\n"
    assert ask(home, "--format", "csv", "--raw", FORMULA).stdout == "text,low,number\n=1+1,-1.5,-5\n"
    [row] = json.loads(ask(home, "--format", "json", FORMULA).stdout)
    assert row["text"] == "=1+1"


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_rows_are_written_to_a_file_by_its_ending(home: Path, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"out.{ending}"
    file.write_bytes(b"what stood there before")
    asked = ask(home, "--output", str(file), FORMULA)
    assert (asked.exit_code, asked.stdout) == (0, "")
    read = {"csv": pl.read_csv, "json": pl.read_json, "parquet": pl.read_parquet}[ending](file)
    assert read.columns == ["text", "low", "number"]
    assert read["text"].to_list() == ["'=1+1" if ending == "csv" else "=1+1"]
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_file_that_cannot_be_written_leaves_nothing(home: Path, tmp_path: Path) -> None:
    asked = ask(home, "--output", str(tmp_path / "no folder" / "out.csv"), "SELECT 1")
    assert asked.exit_code == 2
    assert "out.csv cannot be written: No such file or directory" in asked.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("output", ["csv", "json"])
def test_bytes_are_shown_in_hexadecimal(home: Path, output: str) -> None:
    assert "2d00" in ask(home, "--format", output, "SELECT '\\x2D\\x00'::BLOB AS bytes").stdout


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (["--output", "out.txt", "SELECT 1"], "does not end in .csv, .json or .parquet"),
        (["--format", "parquet", "SELECT 1"], "say where to"),
        (["--format", "table", "--output", "out.csv", "SELECT 1"], "a table is only shown"),
        (["--raw", "SELECT 1"], "add --format csv"),
        (["--ask", "1", "SELECT 1"], "not both"),
        (["--ask", "99"], "there is no ready question 99; write a number from 1 to"),
        (["--ask", "gapps"], "near it: where_are_the_gaps_in_my_data"),
        (["--ask", "which"], "more than one ready question is called 'which'"),
        (["--ask", ""], "ready question is called ''"),
    ],
)
def test_words_that_do_not_go_together_are_refused(home: Path, words: list[str], phrase: str) -> None:
    asked = ask(home, *words)
    assert asked.exit_code == 2
    assert phrase in " ".join(asked.stderr.split())


def test_without_a_query_the_ready_questions_are_listed(tmp_path: Path) -> None:
    asked = ask(tmp_path)  # a home without a night has them as well
    assert asked.exit_code == 0
    files = sorted((Path(__file__).parents[2] / "sql" / "queries").glob("*.sql"))
    numbered = [line.split(maxsplit=1) for line in asked.stdout.splitlines() if line[:4].strip().isdigit()]
    assert [int(number) for number, _ in numbered] == [int(file.name[:2]) for file in files]
    for (_, text), file in zip(numbered, files, strict=True):
        said = file.read_text(encoding="utf-8").split("-- Answers")[0]
        assert text == " ".join(said.removeprefix("-- Question: ").replace("\n--", "").split())


@pytest.mark.parametrize(
    "asked", ["4", "04", "where_are_the_gaps_in_my_data", "Gaps", "04_where_are_the_gaps_in_my_data.sql"]
)
def test_a_ready_question_is_asked_by_number_and_name(home: Path, asked: str) -> None:
    answer = ask(home, "--format", "csv", "--ask", asked)
    assert answer.exit_code == 0
    assert answer.stdout.startswith("series_id,start_utc,end_utc,steps,")


def test_every_ready_question_has_an_answer(home: Path) -> None:
    for question in ready_questions():
        assert ask(home, "--ask", str(question.number)).exit_code == 0, question.name


def test_every_ready_question_stands_in_the_readme_of_sql() -> None:
    page = (Path(__file__).parents[2] / "sql" / "README.md").read_text(encoding="utf-8")
    listed = [line for line in page.splitlines() if "](queries/" in line]
    assert listed == [
        f"| {each.number} | [{each.text}](queries/{each.number:02}_{each.name}.sql) |"
        for each in ready_questions()
    ]


def show(rows: pl.DataFrame, width: int, *, terminal: bool) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    _show_table(console, rows)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_rows_too_wide_for_the_terminal_are_shown_column_by_column() -> None:
    rows = pl.DataFrame({f"column_{k}": [f"value {k}", "x"] for k in range(12)})
    narrow = show(rows, 60, terminal=True).splitlines()
    assert [line.strip() for line in narrow if line.startswith("row ")] == ["row 1", "row 2"]
    assert any(line.split() == ["column_7", "value", "7"] for line in narrow)
    wide = show(rows, 400, terminal=True)
    assert "row 1" not in wide
    # In a file there is no edge: one row, one line.
    assert any(
        "value 0" in line and "value 11" in line for line in show(rows, 60, terminal=False).splitlines()
    )


@pytest.mark.parametrize("number", ["0", "99", "00"])
def test_a_number_that_no_question_has_is_answered_with_those_there_are(home: Path, number: str) -> None:
    asked = ask(home, "--ask", number)
    last = len(ready_questions())
    assert asked.exit_code == 2
    assert f"there is no ready question {number}; write a number from 1 to {last}, or a name" in asked.stderr
