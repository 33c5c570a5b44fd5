"""The schema ``alerts``: what a night had to tell, and whether it reached those who should know.

Which rules hold is judged in ``alerting``; events are written before the published copy is made, so that
readers see them, and sent once it stands.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl

from assets.alerting.failed_checks import FailedCheck, failed_asset_checks, failed_expectations
from assets.alerting.held import Tables, held_in_night
from assets.alerting.history import Changes, changes_of_night
from assets.alerting.message import message_of
from assets.alerting.night_events import take_up_night_events
from assets.alerting.sending import Job, Outcome, Patience, send_all
from assets.landing import Landing
from assets.ledger import NEWEST_RECORD
from assets.nights import Night, night_of
from assets.partitions import night_after
from assets.table_specs import table_spec, written
from warehouse import Warehouse

EVENTS, DELIVERIES, EVALUATIONS = "alerts.events", "alerts.deliveries", "alerts.evaluations"
PATIENCE = Patience()
_FROM = (
    "planning.congestion",
    "planning.outlook",
    "planning.runouts",
    "diagnostics.daily_peaks",
    "quality.expectations",
    "forecasts.scores",
)
# Asset checks are steps of their own; at this priority an event waits for all that can run before it.
_AFTER_THE_CHECKS = {"dagster/priority": "-10"}
_UNSENT = f"""
    SELECT deliveries.channel, deliveries.status, deliveries.n_attempts, events.*
    FROM {DELIVERIES} AS deliveries JOIN {EVENTS} AS events USING (event_id)
    WHERE deliveries.status = 'pending'
        OR (deliveries.status = 'dead_letter' AND events.last_issued_at_utc >= $1)
    ORDER BY channel, event_id
"""


@dg.multi_asset(
    name="alert_events",
    specs=[table_spec(EVENTS, _FROM), table_spec(EVALUATIONS, _FROM)],
    op_tags=_AFTER_THE_CHECKS,
)
def alert_events(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Judge the rules of sources.toml in this night, unless a later one was judged already."""
    night = night_of(context, landing)
    take_up_night_events(warehouse, landing.home, context.log)
    rules = landing.sources.alert
    if is_newest_judged(warehouse, night):
        # Dagster's records are asked only for a rule that wants them.
        wants_checks = any(rule.when == "check" for rule in rules)
        failed = _failed_checks(context, warehouse, night) if wants_checks else ()
        judge_night(warehouse, landing, Tables(warehouse, landing, night, failed))
    else:
        context.log.info("a later night was judged already: events stay as they are")
    events = warehouse.read(EVENTS, where={"last_issued_at_utc": night.issued_at_utc}, order_by="event_id")
    yield written(EVENTS, events)
    yield written(EVALUATIONS, warehouse.read(EVALUATIONS, where={"issued_at_utc": night.issued_at_utc}))


@dg.multi_asset(
    name="alert_deliveries",
    specs=[table_spec(DELIVERIES, [EVENTS, "published.traffic"], kinds=("python",))],
)
def alert_deliveries(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Send what has not been sent, one message for each channel."""
    night = night_of(context, landing)
    n_sent = deliver_night(warehouse, landing, night, PATIENCE, context.log)
    rows = warehouse.query(
        f"SELECT deliveries.* FROM {DELIVERIES} AS deliveries JOIN {EVENTS} AS events USING (event_id) "
        "WHERE last_issued_at_utc = $1 OR status <> 'sent' ORDER BY ALL",
        [night.issued_at_utc],
    )
    dead = rows.filter(pl.col("status") == "dead_letter")
    yield written(DELIVERIES, dead if dead.height else rows, messages=n_sent, dead_letters=dead.height)


def is_newest_judged(warehouse: Warehouse, night: Night) -> bool:
    """Whether no night later than this one was judged."""
    newest = warehouse.query(f"SELECT max(issued_at_utc) AS newest FROM {EVALUATIONS}")["newest"].item()
    return newest is None or night.issued_at_utc >= newest


def judge_night(warehouse: Warehouse, landing: Landing, tables: Tables) -> Changes:
    """Write which events begin, last and end with the newest night, and who is to be told of them.

    Parameters
    ----------
    warehouse : Warehouse
        Where the tables are.
    landing : Landing
        The sources with their rules and channels.
    tables : Tables
        What the rules are judged by.

    Returns
    -------
    Changes
        What the night did to the events; judged again, it does nothing more.
    """
    night_utc = tables.night.issued_at_utc
    held = held_in_night(landing.sources.alert, tables)
    former = warehouse.query(
        f"SELECT max(issued_at_utc) AS former FROM {EVALUATIONS} WHERE issued_at_utc < $1", [night_utc]
    )["former"].item()
    known = warehouse.read(EVENTS, where={"last_issued_at_utc": [night_utc, former or night_utc]})
    # A night that failed or was late is told by those who waited for it, and lasts no further.
    known = known.filter(pl.col("kind") != "night")
    told = warehouse.read(DELIVERIES, ("event_id",), {"status": "sent"})["event_id"].unique().to_list()
    changes = changes_of_night(held, known.to_dicts(), night_utc, former, frozenset(told))
    is_told = _is_due(warehouse, tables.night, landing.sources.platform.time_zone)
    with warehouse.transaction():
        _write(warehouse, changes, night_utc, former)
        if is_told:
            warehouse.insert(DELIVERIES, _to_be_told(warehouse, landing, changes))
        judged = {"issued_at_utc": night_utc, "evaluated_at_utc": _now(), "is_told": is_told}
        row = pl.DataFrame([judged | {"n_held": len(held)}])
        warehouse.replace(EVALUATIONS, row, {"issued_at_utc": night_utc})
    return changes


def deliver_night(warehouse: Warehouse, landing: Landing, night: Night, patience: Patience, log: Any) -> int:
    """Send what has not been sent, and record each channel as soon as it has answered.

    A process that dies between the two sends the same message once more: nothing is lost, and a mailbox
    shows it once.

    Parameters
    ----------
    warehouse : Warehouse
        Where the tables are.
    landing : Landing
        The sources with their channels.
    night : Night
        Nothing is sent unless it is the newest one judged, and tonight's or the one after the newest record.
    patience : Patience
        How long a channel is tried.
    log
        A logger; it gets a warning for each channel that was not reached.

    Returns
    -------
    int
        Messages sent.
    """
    judged = warehouse.read(EVALUATIONS, ("is_told",), {"issued_at_utc": night.issued_at_utc})
    if not is_newest_judged(warehouse, night) or not judged["is_told"].any():
        return 0
    oldest = night.issued_at_utc - timedelta(days=landing.sources.platform.keep_nights)
    unsent = warehouse.query(_UNSENT, [oldest])
    by_channel = {name[0]: rows for name, rows in unsent.group_by("channel", maintain_order=True)}
    channels = {channel.name: channel for channel in landing.sources.channel}
    jobs = [
        Job(
            channels[name],
            message_of(rows.to_dicts(), night.date, name),
            is_last_try=not (rows["status"] == "pending").any(),
        )
        for name, rows in by_channel.items()
        if name in channels
    ]
    for name in by_channel.keys() - channels.keys():
        new = by_channel[name].filter(pl.col("status") == "pending")
        _record(warehouse, new, Outcome(name, False, 0, "sources.toml has no channel of this name any more"))
    n_sent = 0
    for outcome in send_all(jobs, landing.home, patience):
        _record(warehouse, by_channel[outcome.channel], outcome)
        n_sent += outcome.is_sent
        if outcome.error:
            log.warning("channel %s: %s", outcome.channel, outcome.error)
    return n_sent


def _failed_checks(
    context: dg.AssetExecutionContext, warehouse: Warehouse, night: Night
) -> tuple[FailedCheck, ...]:
    keys = context.job_def.asset_layer.asset_graph.asset_check_keys
    return (
        *failed_expectations(warehouse, night),
        *failed_asset_checks(context.instance, keys, night),
    )


def _is_due(warehouse: Warehouse, night: Night, time_zone: str) -> bool:
    """Whether a night is tonight's or the one after the newest record: of one made up for nobody is told."""
    newest = warehouse.query(NEWEST_RECORD, [_now()])["newest"].item()
    tonight = datetime.now(tz=ZoneInfo(time_zone)).date()
    return newest is None or night.date >= min(night_after(newest, time_zone), tonight)


def _write(warehouse: Warehouse, changes: Changes, night_utc: datetime, former: datetime | None) -> None:
    warehouse.delete(EVENTS, {"event_id": changes.withdrawn})
    warehouse.delete(DELIVERIES, {"event_id": changes.withdrawn})
    for identities, last in ((changes.lasting, night_utc), (changes.ended, former)):
        keys = pl.DataFrame({"event_id": identities}, {"event_id": pl.String})
        warehouse.update_matching(EVENTS, keys, {"last_issued_at_utc": last}, {})
    warehouse.insert(EVENTS, pl.DataFrame(changes.begun, infer_schema_length=None))


def _to_be_told(warehouse: Warehouse, landing: Landing, changes: Changes) -> pl.DataFrame:
    rules = {rule.name: rule for rule in landing.sources.alert}
    known = warehouse.read(DELIVERIES, ("event_id", "channel"), {"event_id": list(changes.open)})
    done = set(known.iter_rows())
    rows = [
        {"event_id": identity, "channel": channel.name, "status": "pending", "n_attempts": 0}
        for identity, rule in changes.open.items()
        for channel in landing.sources.channel
        if rules[rule].tells(channel.name) and (identity, channel.name) not in done
    ]
    return pl.DataFrame(rows)


def _record(warehouse: Warehouse, rows: pl.DataFrame, outcome: Outcome) -> None:
    values = {
        "status": "sent" if outcome.is_sent else "dead_letter",
        "last_attempt_utc": _now(),
        "error": outcome.error,
    }
    with warehouse.transaction():
        for before, same in rows.group_by("n_attempts"):
            attempts = {"n_attempts": before[0] + outcome.n_attempts}
            keys = same.select("event_id", "channel")
            warehouse.update_matching(DELIVERIES, keys, values | attempts, {})


def _now() -> datetime:
    return datetime.now(tz=UTC).replace(tzinfo=None)
