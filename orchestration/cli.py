"""The command ``diurnal``: its subcommands, one module each in ``commands``, in the order of a first day.

Exit codes: 0 the night is done; 1 a source failed as a whole, a blocking check failed, or something broke;
2 bad usage or configuration.
"""

from __future__ import annotations

import click

from orchestration.command_groups import SectionedGroup
from orchestration.commands.alerts import alerts
from orchestration.commands.demo import demo
from orchestration.commands.nightly import nightly
from orchestration.commands.reproduce import reproduce
from orchestration.commands.sources import sources
from orchestration.commands.sql import sql
from orchestration.commands.trace import trace
from orchestration.commands.ui import ui
from orchestration.commands.whatif import whatif


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
