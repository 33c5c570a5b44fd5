"""What ``diurnal alerts`` shows: open events, what did not arrive, and a test of a channel."""

from __future__ import annotations

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assets.alerting.message import message_of_test
from assets.alerting.sending import Job, Patience, send
from assets.channel_table import Channel
from assets.dangling_names import dangling_names
from assets.printable import printable
from assets.sources import Sources
from orchestration.home import Home
from orchestration.terminal.command_line import DONE, FAILED
from orchestration.terminal.reading import read_when_free
from warehouse import WarehouseBusyError, read_query

SHOWN_ROWS = 100
# Only the next run of a night writes down that it failed or was late: by then it is over.
_OPEN = """
    SELECT kind, first_issued_at_utc, rule, sentence FROM alerts.events
    WHERE last_issued_at_utc = (SELECT max(issued_at_utc) FROM alerts.evaluations) AND kind <> 'night'
    ORDER BY kind, value DESC NULLS LAST, sentence
"""
_UNDELIVERED = """
    SELECT channel, status, n_attempts, coalesce(error, '') AS error, sentence
    FROM alerts.deliveries JOIN alerts.events USING (event_id)
    WHERE status <> 'sent' ORDER BY channel, status, sentence
"""
# One attempt: a person is waiting for the answer.
_TEST = Patience(attempts=1, total_seconds=30.0)


class UnknownChannelError(ValueError):
    """There is no channel of a name; the message says which there are."""


def show_alerts(console: Console, home: Home, sources: Sources) -> int:
    """Show the rules and channels, the open events, and what has not arrived.

    Parameters
    ----------
    console : rich.console.Console
        Where.
    home : Home
        The installation.
    sources : Sources
        Its sources.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    WarehouseError
        If neither the warehouse nor the published copy can be read.
    """
    rules, channels = sources.alert, sources.channel
    said = f"{_counted(len(rules), 'rule')} and {_counted(len(channels), 'channel')} in {home.sources_toml}"
    console.print(said, markup=False)
    if rules and not channels:
        console.print("  nobody is told: add a [[channel]]", markup=False)
    for channel in channels:
        if channel.keeps_secret_in_the_open:
            key = "url_env" if channel.kind == "webhook" else "password_env"
            console.print(
                f"  channel {channel.name}: its secret stands in sources.toml; {key} keeps it elsewhere",
                markup=False,
            )
    known = _read(home, "SELECT series_id FROM series.catalog")["series_id"]
    for hint in dangling_names(sources, known.to_list()):
        console.print(f"  {printable(hint)}", markup=False)
    open_events, undelivered = _read(home, _OPEN), _read(home, _UNDELIVERED)
    _show(console, "Open events", open_events, "no rule holds in the newest night")
    _show(console, "Not delivered", undelivered, "nothing waits to be delivered")
    return DONE


def try_channel(console: Console, home: Home, sources: Sources, name: str) -> int:
    """Send a test message through a channel and say what happened.

    Raises
    ------
    UnknownChannelError
        If there is no channel of this name.
    """
    channel = _channel(sources, name)
    outcome = send(Job(channel, message_of_test(name)), home.path, _TEST)
    if outcome.is_sent:
        remark = f"; {outcome.error}" if outcome.error else ""
        console.print(f"channel {name}: the test was taken{remark}", markup=False)
        return DONE
    console.print(f"channel {name}: {printable(outcome.error or '')}", markup=False, style="red")
    return FAILED


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _channel(sources: Sources, name: str) -> Channel:
    for channel in sources.channel:
        if channel.name == name:
            return channel
    known = ", ".join(channel.name for channel in sources.channel) or "none: add a [[channel]]"
    raise UnknownChannelError(f"sources.toml has no channel {name!r}; there is {known}")


def _read(home: Home, query: str) -> pl.DataFrame:
    try:
        return read_when_free(home, query)
    except WarehouseBusyError:  # a night is at work: what it published last
        return read_query(home.published, query)


def _show(console: Console, title: str, rows: pl.DataFrame, none: str) -> None:
    console.print(f"\n{title}" + ("" if rows.height else f": {none}"), style="bold", markup=False)
    if rows.is_empty():
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in rows.columns:
        table.add_column({"first_issued_at_utc": "since (UTC)", "n_attempts": "attempts"}.get(column, column))
    for row in rows.head(SHOWN_ROWS).iter_rows():
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    console.print(table)
    if rows.height > SHOWN_ROWS:
        console.print(f"  and {rows.height - SHOWN_ROWS:,} more: see alerts.events and alerts.deliveries")
