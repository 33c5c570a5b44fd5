"""Events of the night itself: it failed, or did not come. They are told while no night can write them down.

The warehouse may be held by the very run that is stuck. So each event is told at once and kept in a small
file, which also sees to it that it is told once; the next night takes it up into the tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.alerting.held import SENTENCE_LIMIT
from assets.alerting.history import event_id
from assets.alerting.message import message_of
from assets.alerting.sending import Job, Outcome, Patience, send_all
from assets.partitions import issued_at_utc
from assets.printable import printable
from assets.sources import Sources
from warehouse import Warehouse
from warehouse.building import whole_file
from warehouse.lock import hold

_KEPT_FILES = 100
_BUSY_SECONDS = 120.0


def folder_of(home: Path) -> Path:
    """Return where such events lie until a night takes them up."""
    return home / "alerts"


def tell_night(
    home: Path, sources: Sources, night: date, sentence: str, patience: Patience
) -> list[Outcome] | None:
    """Tell once that a night failed or did not come.

    Parameters
    ----------
    home : Path
        Folder of the installation.
    sources : Sources
        With the rules and channels.
    night : datetime.date
        The night.
    sentence : str
        What is the matter with it.
    patience : Patience
        How long a channel is tried.

    Returns
    -------
    list of Outcome or None
        One for each channel and rule; None if nobody wants to know, or all were told of this night before.
    """
    rules = [rule for rule in sources.alert if rule.when == "night"]
    if not rules:
        return None
    midnight = issued_at_utc(night, sources.platform.time_zone)
    outcomes: list[Outcome] = []
    is_new = False
    folder = folder_of(home)
    folder.mkdir(parents=True, exist_ok=True)
    with hold(folder / "telling.lock", "an alert", wait_seconds=_BUSY_SECONDS):
        for rule in rules:
            subject = f"night {night}"
            identity = event_id(rule.name, subject, midnight)
            file = folder / f"{night}-{identity}.json"
            if file.exists():
                continue
            is_new = True
            event = {
                "event_id": identity,
                "rule": rule.name,
                "kind": "night",
                "subject": subject,
                "first_issued_at_utc": midnight,
                "last_issued_at_utc": midnight,
                "sentence": printable(sentence, SENTENCE_LIMIT),
                "value": None,
            }
            listeners = [channel for channel in sources.channel if rule.tells(channel.name)]
            jobs = [Job(channel, message_of([event], night, channel.name)) for channel in listeners]
            told = list(send_all(jobs, home, patience))
            _keep(file, event, told)
            outcomes += told
    return outcomes if is_new else None


def take_up_night_events(warehouse: Warehouse, home: Path, log: Any) -> int:
    """Write the events of nights that failed or did not come into the tables; return how many were new.

    Parameters
    ----------
    warehouse : Warehouse
        Where the tables are.
    home : Path
        Folder of the installation.
    log
        A logger; it is told of a file that cannot be read.
    """
    files = sorted(folder_of(home).glob("*.json"))
    known = set(warehouse.read("alerts.events", ("event_id",), {"kind": "night"})["event_id"])
    n_new = 0
    for file in files:
        try:
            kept = json.loads(file.read_text(encoding="utf-8"), object_hook=_with_times)
            if kept["event"]["event_id"] in known:
                continue
            with warehouse.transaction():
                warehouse.insert("alerts.events", pl.DataFrame([kept["event"]]))
                warehouse.insert("alerts.deliveries", pl.DataFrame(kept["deliveries"]))
            n_new += 1
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s is no event of a night (%s); remove it", file, type(error).__name__)
    for old in files[:-_KEPT_FILES]:
        old.unlink(missing_ok=True)
    return n_new


def _keep(file: Path, event: Mapping[str, Any], told: list[Outcome]) -> None:
    now = datetime.now(tz=UTC).replace(tzinfo=None)
    deliveries = [
        {
            "event_id": event["event_id"],
            "channel": outcome.channel,
            "status": "sent" if outcome.is_sent else "dead_letter",
            "n_attempts": outcome.n_attempts,
            "last_attempt_utc": now,
            "error": outcome.error,
        }
        for outcome in told
    ]
    content = json.dumps(
        {"event": event, "deliveries": deliveries}, default=datetime.isoformat, ensure_ascii=False
    )
    with whole_file(file) as building:
        building.write_text(content, encoding="utf-8")


def _with_times(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key.endswith("_utc") and value else value
        for key, value in row.items()
    }
