"""The page of all commands, docs/cli.md, from the commands themselves; ``python -m`` writes it.

What a command says of itself stands in its docstring and its options alone; so do its examples.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from orchestration.cli import main
from orchestration.terminal.command_groups import SectionedGroup

_HEAD = """\
# Commands

`make reference` writes this page from the commands; `diurnal COMMAND --help` shows the same. Every command
takes its home from `--home`, else from the variable `DIURNAL_HOME`, else the folder `home`.

Exit codes: 0 it is done; 1 a source failed as a whole, a blocking check failed, or something broke; 2 wrong
usage or configuration. `NO_COLOR` is obeyed, and what is no terminal gets neither colours nor moving bars.
"""
_NO_WRAP = "\b"
_EXAMPLES = "Examples:"


def examples_of(command: click.Command) -> list[str]:
    """Return the lines under ``Examples:`` of a command's help."""
    lines = [line.strip() for line in inspect.cleandoc(command.help or "").splitlines()]
    if _EXAMPLES not in lines:
        return []
    return [line for line in lines[lines.index(_EXAMPLES) + 1 :] if line.startswith("diurnal ")]


def command_reference(group: SectionedGroup) -> str:
    """Return the page in Markdown.

    Parameters
    ----------
    group : SectionedGroup
        The commands, in sections.

    Returns
    -------
    str
        A heading for each section, and under it each command: what it does, its options, its examples.
    """
    lines = [_HEAD]
    context = click.Context(group, info_name="diurnal", **group.context_settings)
    for section, names in group.sections.items():
        lines.append(f"## {section}\n")
        for name in names:
            lines.extend(_command_lines(group.commands[name], context))
    return "\n".join(lines).rstrip() + "\n"


def _command_lines(command: click.Command, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, parent=parent, info_name=command.name)
    said = inspect.cleandoc(command.help or "").split(_NO_WRAP)[0].strip()
    yield f"### diurnal {command.name}\n"
    yield f"{said}\n"
    yield f"```text\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield "| option | meaning |\n| --- | --- |"
    for parameter in command.params:
        row = parameter.get_help_record(context)
        if row is not None and row[1]:
            words, meaning = (_cell(text) for text in row)
            yield f"| `{words}` | {meaning} |"
    yield ""
    yield "```sh\n" + "\n".join(examples_of(command)) + "\n```\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")  # a bar would end the cell


if __name__ == "__main__":
    print(command_reference(main), end="")
