"""Every command explains itself: examples that hold, a section, the nearest of a mistyped word."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.command_reference import command_reference, examples_of
from warehouse import open_warehouse

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(main.commands)


def parse_dry(line: str) -> None:
    """Parse a line as diurnal would, but for whether its files exist."""
    words = shlex.split(line.partition(" < ")[0].partition(" > ")[0].partition(" | ")[0])
    assert words.pop(0) == "diurnal"
    context = click.Context(main, info_name="diurnal", **main.context_settings)
    name, command, rest = main.resolve_command(context, words)
    assert command is not None
    inner = click.Context(command, parent=context, info_name=name)
    given, left, _ = command.make_parser(inner).parse_args(rest)
    assert not left
    for parameter in command.params:
        value = given.get(str(parameter.name))
        value = None if type(value).__name__ == "Sentinel" else value  # click's word for what was not given
        assert value is not None or not parameter.required, f"{line}: {parameter.name} is missing"
        if isinstance(value, str | int) and not isinstance(parameter.type, click.Path):
            parameter.type_cast_value(inner, value)


def test_the_reference_is_fresh() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == command_reference(main), (
        "a command has changed since docs/cli.md was written: `make reference` writes it anew"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_examples_that_parse(name: str) -> None:
    examples = examples_of(main.commands[name])
    assert examples
    for example in examples:
        assert example.split()[1] == name
        parse_dry(example)
        if " < " in example:
            assert (ROOT / example.partition(" < ")[2]).exists()


@pytest.mark.parametrize("line", ["diurnal nightly --nights x", "diurnal demo more", "diurnal ui --prt 1"])
def test_a_line_that_does_not_parse_is_told(line: str) -> None:
    with pytest.raises((click.UsageError, AssertionError)):
        parse_dry(line)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("asked", ["-h", "--help"])
def test_help_says_what_it_does_and_explains_each_option(name: str, asked: str) -> None:
    shown = CliRunner().invoke(main, [name, asked])
    assert shown.exit_code == 0
    command = main.commands[name]
    assert " ".join(command.get_short_help_str(500).split()) in " ".join(shown.output.split())
    assert "Examples:" in shown.output
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} does not explain {parameter.opts}"
            assert re.sub(r"\s+\[default: .*\]$", "", parameter.help).endswith((".", "?"))


def test_each_command_stands_in_one_section_of_the_help() -> None:
    placed = [name for names in main.sections.values() for name in names]
    assert sorted(placed) == COMMANDS
    shown = CliRunner().invoke(main, ["--help"]).output
    assert all(f"\n{title}:\n" in shown for title in main.sections)
    assert all(f"\n  {name} " in shown for name in placed)
    assert "..." not in shown.partition("Options:")[2]


def test_without_a_word_the_help_is_shown() -> None:
    shown = CliRunner().invoke(main, [])
    assert shown.exit_code == 2
    assert shown.output == CliRunner().invoke(main, ["--help"]).output


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["nigthly"], "nightly"), (["source"], "sources"), (["sql", "--fromat", "csv"], "--format")],
)
def test_a_mistyped_word_is_answered_with_the_nearest(words: list[str], meant: str) -> None:
    shown = CliRunner().invoke(main, words)
    assert shown.exit_code == 2
    assert "Did you mean" in shown.output
    assert f"'{meant}'" in shown.output.partition("Did you mean")[2]


def test_the_examples_of_the_group_parse() -> None:
    lines = [line.strip() for line in (main.help or "").splitlines()]
    examples = [line for line in lines if line.startswith("diurnal ")]
    assert len(examples) >= 3
    for example in examples:
        parse_dry(example)


@pytest.mark.parametrize(
    ("words", "slow"),
    [
        (["--help"], ["rich", "polars", "duckdb", "dagster"]),
        (
            ["sql", "--home", "HOME", "SELECT 1"],
            ["pandas", "dagster", "altair", "requests", "numba", "scipy"],
        ),
    ],
)
def test_what_a_person_waits_for_loads_nothing_that_it_does_not_need(
    words: list[str], slow: list[str], tmp_path: Path
) -> None:
    with open_warehouse(tmp_path / "published" / "traffic.duckdb", holder="a test"):
        pass
    look = (
        "import atexit, sys; from orchestration.cli import main; "
        f"atexit.register(lambda: print([name for name in {slow} if name in sys.modules])); main()"
    )
    asked = [str(tmp_path) if word == "HOME" else word for word in words]
    done = subprocess.run(
        [sys.executable, "-c", look, *asked], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
