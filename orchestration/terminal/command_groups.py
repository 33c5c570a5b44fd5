"""A group of commands whose help shows them in sections."""

from __future__ import annotations

import click

_WHOLE_SENTENCE = 500


class SectionedGroup(click.Group):
    """Commands in sections, in the order in which they were added."""

    def __init__(self, *args: object, **settings: object) -> None:
        super().__init__(*args, **settings)  # type: ignore[arg-type]
        self.sections: dict[str, list[str]] = {}

    def add_section(self, title: str, *commands: click.Command) -> None:
        """Add commands under a heading.

        Parameters
        ----------
        title : str
            The heading; one that is there already is continued.
        *commands : click.Command
            What stands under it.
        """
        for command in commands:
            self.add_command(command)
            self.sections.setdefault(title, []).append(str(command.name))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, section by section."""
        placed = [name for names in self.sections.values() for name in names]
        return placed + [name for name in super().list_commands(ctx) if name not in placed]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section's commands with their first sentences, aligned across the sections."""
        names = self.list_commands(ctx)
        widest = max(map(len, names), default=0)
        placed = {name for own in self.sections.values() for name in own}
        rest = {"Commands": [name for name in names if name not in placed]}
        for title, own in (self.sections | rest).items():
            rows = [
                (name.ljust(widest), self.commands[name].get_short_help_str(_WHOLE_SENTENCE)) for name in own
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
