"""The command ``diurnal``: its subcommands, one module each in ``commands``, in the order of a first day.

Exit codes: 0 the night is done; 1 a source failed as a whole, a blocking check failed, or something broke;
2 bad usage or configuration.
"""

from __future__ import annotations

import click

from orchestration.terminal.command_groups import SectionedGroup
from orchestration.terminal.commands.alerts import alerts
from orchestration.terminal.commands.demo import demo
from orchestration.terminal.commands.nightly import nightly
from orchestration.terminal.commands.reproduce import reproduce
from orchestration.terminal.commands.sources import sources
from orchestration.terminal.commands.sql import sql
from orchestration.terminal.commands.trace import trace
from orchestration.terminal.commands.ui import ui
from orchestration.terminal.commands.whatif import whatif


@click.group(
    cls=SectionedGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="diurnal")
def main() -> None:
    """Turn web-server logs and traffic exports into forecasts, every night.

    Try it on simulated data:

    \b
      diurnal demo --home home
      diurnal nightly --home home --nights 3
      diurnal sql --home home "FROM forecasts.latest_forecast LIMIT 5"

    Or look at a file of your own:

    \b
      diurnal sources --guess /var/log/nginx/access.log
    """


main.add_section("Begin", demo, sources)
main.add_section("Every night", nightly, ui, alerts)
main.add_section("Ask", sql, whatif, trace, reproduce)
