"""A warehouse beside the home's, for sources that no night has read yet; it is gone when it has been asked.

How files are read is ``assets.ingestion``'s; how series are made, ``assets.series_of_source``'s.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assets.ingestion import ingest
from assets.landing import Landing
from assets.nights import Night
from assets.partitions import issued_at_utc, night_after
from assets.reproduction.log_day import Ask
from assets.series_of_source import take_up
from assets.sources import Source, Sources
from assets.web_log_source import WebLog
from warehouse import open_warehouse

_NEWEST = "SELECT max(last_utc) AS newest FROM raw.ingested_files"


@contextmanager
def scratch_warehouse(landing: Landing, source: Source) -> Iterator[Ask]:
    """Read one source into a warehouse of its own, and make its series.

    Parameters
    ----------
    landing : Landing
        Where its files come from.
    source : WebLog or Export
        The source.

    Yields
    ------
    callable
        Puts a query to it. The home's own warehouse is neither read nor written.
    """
    tables = {"weblog": (source,)} if isinstance(source, WebLog) else {"export": (source,)}
    platform = landing.sources.platform
    alone = Landing(
        landing.home, Sources.model_construct(platform=platform, **{"weblog": (), "export": ()} | tables)
    )
    with (
        tempfile.TemporaryDirectory(prefix="diurnal-") as folder,
        open_warehouse(Path(folder) / "scratch.duckdb", holder="a reproduction") as warehouse,
    ):
        ingest(warehouse, alone, lambda _: None)
        newest = warehouse.query(_NEWEST)["newest"][0]
        if newest is not None:
            date = night_after(newest, platform.time_zone)
            take_up(warehouse, alone, source, Night(date, issued_at_utc(date, platform.time_zone)))
        yield warehouse.query
